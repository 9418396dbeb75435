# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The diff of a plan, for a person who reviews it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import format_count

MOST_NAMES = 20
"""How many domains the header of a change names; of more it names the first :data:`FEWER_NAMES` and counts the rest."""

FEWER_NAMES = 10


class Change(Protocol):
    """What a diff says of one domain."""

    @property
    def domain(self) -> Domain: ...
    @property
    def before(self) -> Contact: ...
    @property
    def after(self) -> Contact: ...


def diff_of(changes: Iterable[Change], *, redact: bool = False) -> list[dict[str, str]]:
    """Return Ansible's diff: one entry for each change, with the domains that have the very same one.

    An entry has one ``field: value`` line on each side for each field that differs, or with ``redact`` one line with
    the names of the fields.
    """
    domains: dict[tuple[str, str], list[Domain]] = {}
    for change in changes:
        sides = ("", _names(change.after)) if redact else (_lines(change.before), _lines(change.after))
        domains.setdefault(sides, []).append(change.domain)
    return [
        {"before_header": header, "after_header": header, "before": before, "after": after}
        for (before, after), concerned in domains.items()
        for header in [_header(concerned)]
    ]


def _header(domains: Sequence[Domain]) -> str:
    if len(domains) == 1:
        return domains[0].label
    shown = domains if len(domains) <= MOST_NAMES else domains[:FEWER_NAMES]
    names = ", ".join(domain.name or domain.id for domain in shown)
    more = len(domains) - len(shown)
    return f"{format_count(len(domains), 'domain')}: {names}" + (f" and {more} more" if more else "")


def _names(contact: Contact) -> str:
    return f"other values for {', '.join(sorted(contact))}\n"


def _lines(contact: Contact) -> str:
    return "".join(f"{name}: {_on_one_line(contact[name])}\n" for name in sorted(contact))


def _on_one_line(value: str) -> str:
    if not value:
        return '""'
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in value)
