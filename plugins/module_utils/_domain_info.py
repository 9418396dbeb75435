# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What the API tells of a domain, in the words of this collection, and which domains a filter keeps. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api import as_dict
from ansible_collections.hostup.cloud.plugins.module_utils._client import api_text
from ansible_collections.hostup.cloud.plugins.module_utils._contact import as_text, unicode_domain_name
from ansible_collections.hostup.cloud.plugins.module_utils._domain import V1, comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._errors import InvalidInput

LOST_STATUSES = frozenset({"expired", "terminated", "cancelled"})
"""Statuses of a domain that serves nobody any more."""

_V1_STATUSES = {"ok": "active", "in_progress": "pending", "processing": "pending"}
"""Further words for a status of v2, as HostUp's own module for WHMCS takes them."""

LIFECYCLE = ("type", "auto_renew_enabled", "registrar_lock_enabled", "transfer_in_progress")
KEYS = ("name", "service_status", "lifecycle", "created_at", "expires_at", "tags")
"""What can be told of a domain beside its id."""

Told = Mapping[str, Any]
"""Some of :data:`KEYS`: those that an answer told. Only a date can be told to be None."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TOP_LEVEL = re.compile(r"\.*(?P<labels>.+)")


def told(generation: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Read a row of a domain list, or the details of one domain; whatever cannot be understood is left out."""
    return _told_v1(answer) if generation == V1 else _told_v2(answer)


def tellable(generation: str) -> frozenset[str]:
    """Return what this generation can tell at all."""
    return frozenset(KEYS) - ({"created_at", "tags"} if generation == V1 else set())


def as_info(domain_id: str, facts: Told) -> dict[str, Any]:
    """Return one entry of the result: every key present, null where the API does not tell."""
    info = {"id": domain_id, **{key: facts.get(key) for key in KEYS}}
    return {**info, "lifecycle": {key: as_dict(info["lifecycle"]).get(key) for key in LIFECYCLE}}


def _told_v2(answer: Mapping[str, Any]) -> dict[str, Any]:
    lifecycle = as_dict(answer.get("lifecycle"))
    facts = {
        "name": api_text(answer.get("name")),
        "service_status": _status(answer.get("serviceStatus")),
        "lifecycle": {
            "type": api_text(lifecycle.get("type")),
            "auto_renew_enabled": _flag(lifecycle.get("autoRenewEnabled")),
            "registrar_lock_enabled": _flag(lifecycle.get("registrarLockEnabled")),
            "transfer_in_progress": _flag(lifecycle.get("transferInProgress")),
        },
        "created_at": api_text(answer.get("createdAt")),
        "expires_at": api_text(answer.get("expiresAt")),
        "tags": _tags(answer.get("tags")),
    }
    wire = dict(zip(KEYS, ("name", "serviceStatus", "lifecycle", "createdAt", "expiresAt", "tags")))
    return _understood({key: facts[key] for key, wire_key in wire.items() if wire_key in answer})


def _told_v1(answer: Mapping[str, Any]) -> dict[str, Any]:
    # Names of the expiry in the order in which HostUp's own module looks for it.
    dates = [key for key in ("expires", "expirydate", "next_due") if key in answer]
    facts = {
        "name": api_text(answer.get("name")),
        "service_status": _status(answer.get("status")),
        "lifecycle": {"registrar_lock_enabled": {"1": True, "0": False}.get(str(answer.get("reglock")))},
        "expires_at": next(filter(None, (api_text(answer[key]) for key in dates)), None),
    }
    is_told = {"name": "name" in answer, "service_status": "status" in answer, "lifecycle": "reglock" in answer}
    return _understood({key: value for key, value in facts.items() if is_told.get(key, bool(dates))})


def _understood(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is null, except a date: a domain need not expire, but it has a name and a status."""
    return {key: value for key, value in facts.items() if value is not None or key in ("created_at", "expires_at")}


def _status(value: Any) -> str | None:
    word = (api_text(value) or "").lower()
    return _V1_STATUSES.get(word, word) or None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _tags(value: Any) -> list[str] | None:
    """Return the tags, which may be objects with a name, or None if one of them cannot be read.

    A tag that is passed over in silence would leave its domain out of a filter.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        return None
    tags = [api_text(as_dict(tag).get("name", tag)) for tag in value if tag not in (None, "")]
    return [tag for tag in tags if tag] if all(tags) else None


# -- expiry ----------------------------------------------------------------------------------------------------------


def is_lost(facts: Told, now: datetime) -> bool | None:
    """Tell whether a domain has expired, by its status or by its date; None if neither is told.

    :param now: with its time zone.
    """
    status, expiry = facts.get("service_status"), _moment(facts.get("expires_at"))
    if status in LOST_STATUSES or (expiry is not None and expiry < now):
        return True
    return None if status is None and expiry is None else False


def _moment(text: str | None) -> datetime | None:
    # Python 3.9 and 3.10 do not read the "Z" that the API writes. v1 tells a day without a time.
    try:
        moment = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", text or ""))
    except ValueError:
        return None
    if _DAY.fullmatch(text or ""):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


# -- filters ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filters:
    """Which domains to keep: those that fit every filter that is not empty.

    :ivar names: exact names as A-labels in lower case.
    :ivar patterns: shell patterns with ``*`` and ``?``, in lower case, for either form of a name.
    :ivar top_levels: endings as A-labels in lower case, without the leading dot.
    :ivar statuses: service statuses, one of which a domain has.
    :ivar tags: tags, all of which a domain has.
    """

    names: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    top_levels: tuple[str, ...] = ()
    statuses: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()

    @property
    def needs(self) -> frozenset[str]:
        """What must be known of a domain to decide."""
        needs = {
            "name": self.names or self.patterns or self.top_levels,
            "service_status": self.statuses,
            "tags": self.tags,
        }
        return frozenset(key for key, values in needs.items() if values)

    def keep(self, facts: Told) -> bool:
        """Tell whether a domain fits, as far as it is known: what was not told is taken to fit."""
        return (
            ("name" not in facts or self._keeps_name(facts["name"]))
            and ("service_status" not in facts or not self.statuses or facts["service_status"] in self.statuses)
            and ("tags" not in facts or self.tags <= set(facts["tags"]))
        )

    def _keeps_name(self, name: str) -> bool:
        a_label = comparable_name(name) or name.lower()
        forms = (a_label, unicode_domain_name(a_label))
        fits_name = a_label in self.names or any(fnmatchcase(form, p) for form in forms for p in self.patterns)
        return (fits_name or not (self.names or self.patterns)) and (
            not self.top_levels or a_label.endswith(tuple(f".{ending}" for ending in self.top_levels))
        )


def read_filters(params: Mapping[str, Any]) -> Filters:
    """Read the options ``name``, ``tld``, ``service_status`` and ``tags``; None is an empty filter.

    :raises InvalidInput: with every problem.
    """
    problems: list[str] = []
    names = [as_text(name) for name in params["name"] or []]
    exact, patterns = [n for n in names if not _is_pattern(n)], [n for n in names if _is_pattern(n)]
    filters = Filters(
        names=frozenset(_read_each("name", exact, comparable_name, "a domain name", problems)),
        patterns=tuple(pattern.lower().rstrip(".") for pattern in patterns),
        top_levels=tuple(_read_each("tld", params["tld"] or [], _top_level, "a top-level domain", problems)),
        statuses=frozenset(params["service_status"] or []),
        tags=frozenset(params["tags"] or []),
    )
    if problems:
        raise InvalidInput(*problems)
    return filters


def check_tellable(filters: Filters, generation: str) -> None:
    """Check that this generation can tell what the filters ask for.

    :raises InvalidInput: if it cannot.
    """
    if not filters.needs <= tellable(generation):
        raise InvalidInput("tags: API v1 does not tell the tags of a domain. Leave tags out, or use API v2.")


def _is_pattern(name: str) -> bool:
    return "*" in name or "?" in name


def _read_each(
    option: str, values: Sequence[str], read: Callable[[str], str | None], what: str, problems: list[str]
) -> list[str]:
    problems += [f'{option}: "{value}" is not {what}.' for value in values if read(value) is None]
    return [text for text in map(read, values) if text is not None]


def _top_level(text: str) -> str | None:
    """Return an ending such as ``.SE`` or ``co.uk`` as A-labels in lower case, without the leading dot."""
    match = _TOP_LEVEL.fullmatch(text.strip())
    # A name has two labels at least.
    name = comparable_name(f"x.{match['labels']}") if match else None
    return None if name is None else name[len("x.") :]
