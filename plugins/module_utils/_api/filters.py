# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Which domains of the account to keep."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.facts import Facts, available_facts
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import as_text, unicode_domain_name

_TOP_LEVEL = re.compile(r"\.*(?P<labels>.+)")


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

    def keep(self, facts: Facts) -> bool:
        """Return whether a domain fits, as far as it is known: what was not returned is taken to fit."""
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


def check_available(filters: Filters, generation: str) -> None:
    """Check that this generation can return what the filters ask for.

    :raises InvalidInput: if it cannot.
    """
    if not filters.needs <= available_facts(generation):
        raise InvalidInput("tags: API v1 does not return the tags of a domain. Leave tags out, or use API v2.")


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
