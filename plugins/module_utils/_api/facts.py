# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What a domain list and the details of a domain say, in the words of the result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import V1
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import api_text, as_dict

SERVICE_STATUSES = ("active", "suspended", "terminated", "pending", "cancelled", "expired", "fraud", "unknown")
"""https://developer.hostup.se/endpoints/domain-services/get-v2-domains"""

LOST_STATUSES = frozenset({"expired", "terminated", "cancelled"})
"""Statuses of a domain that serves nobody any more."""

_V1_STATUSES = {"ok": "active", "in_progress": "pending", "processing": "pending"}
"""Further words for a status of v2, as HostUp's own module for WHMCS takes them."""

LIFECYCLE = ("type", "auto_renew_enabled", "registrar_lock_enabled", "transfer_in_progress")

KEYS = ("name", "service_status", "lifecycle", "created_at", "expires_at", "tags")
"""What can be returned of a domain beside its id."""

Facts = Mapping[str, Any]
"""Some of :data:`KEYS`: those that an answer returned. Only a date can be None."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def facts_of(generation: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Read a row of a domain list, or the details of one domain; whatever cannot be understood is left out."""
    return _facts_v1(answer) if generation == V1 else _facts_v2(answer)


def facts_by_id(generation: str, domains: Iterable[Domain]) -> dict[str, Facts]:
    """Return what the list of the account says of these domains, by their ids."""
    return {domain.id: facts_of(generation, domain.row) for domain in domains}


def available_facts(generation: str) -> frozenset[str]:
    """Return what this generation can return at all."""
    return frozenset(KEYS) - ({"created_at", "tags"} if generation == V1 else set())


def _facts_v2(answer: Mapping[str, Any]) -> dict[str, Any]:
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


def _facts_v1(answer: Mapping[str, Any]) -> dict[str, Any]:
    # Names of the expiry in the order in which HostUp's own module looks for it.
    dates = [key for key in ("expires", "expirydate", "next_due") if key in answer]
    facts = {
        "name": api_text(answer.get("name")),
        "service_status": _status(answer.get("status")),
        "lifecycle": {"registrar_lock_enabled": {"1": True, "0": False}.get(str(answer.get("reglock")))},
        "expires_at": next(filter(None, (api_text(answer[key]) for key in dates)), None),
    }
    is_known = {"name": "name" in answer, "service_status": "status" in answer, "lifecycle": "reglock" in answer}
    return _understood({key: value for key, value in facts.items() if is_known.get(key, bool(dates))})


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


def is_lost(facts: Facts, now: datetime) -> bool | None:
    """Return whether a domain has expired, by its status or by its date; None if neither is known.

    :param now: with its time zone.
    """
    status, expiry = facts.get("service_status"), _moment(facts.get("expires_at"))
    if status in LOST_STATUSES or (expiry is not None and expiry < now):
        return True
    return None if status is None and expiry is None else False


def _moment(text: str | None) -> datetime | None:
    # Python 3.9 and 3.10 do not read the "Z" that the API writes. v1 returns a day without a time.
    try:
        moment = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", text or ""))
    except ValueError:
        return None
    if _DAY.fullmatch(text or ""):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
