# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What is stored + what is declared -> what to write: ``changed``, the diff and the requests come from here. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import (
    ACCEPTED,
    Verdict,
    VerdictKind,
    compare,
    country_of,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import as_text


@dataclass(frozen=True)
class Comparison:
    """How to compare, the same before and after writing.

    :ivar strict: no equivalences, only identical text is equal.
    :ivar accepted: field to further spellings that count as equal to the declared value, whatever ``strict`` says.
    :ivar never_read: fields that the API does not return; a declared value for one is no reason to write.
    """

    strict: bool = False
    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    never_read: frozenset[str] = frozenset()

    def verdicts(self, declared: Contact, stored: Contact) -> dict[str, Verdict]:
        """Judge each declared field against one stored contact, in the order of :data:`FIELD_NAMES`.

        An undeclared country is taken from the stored side.
        """
        countries = {"left_country": country_of(declared, stored), "right_country": country_of(stored)}
        return {
            name: self._verdict(name, declared[name], stored, countries) for name in FIELD_NAMES if name in declared
        }

    def _verdict(self, name: str, declared: str, stored: Contact, countries: Mapping[str, str]) -> Verdict:
        if name in self.never_read and name not in stored and declared:
            return Verdict(VerdictKind.UNVERIFIABLE)
        text = stored.get(name, "")
        verdict = compare(name, declared, text, strict=self.strict, **countries)
        if verdict.kind == VerdictKind.DIFFERENT and as_text(text) in self.accepted.get(name, ()):
            return Verdict(VerdictKind.EQUIVALENT, ACCEPTED)
        return verdict


def never_read(stored: Iterable[Contact], may_be_left_out: frozenset[str]) -> frozenset[str]:
    """Return the fields that the API left out of every one of these contacts.

    A field that it returns for one domain is one that it can return; where it is absent then, it is empty.

    :param may_be_left_out: fields that no published answer of this API generation shows.
    """
    return may_be_left_out.difference(*(contact.keys() for contact in stored))


@dataclass(frozen=True)
class PlannedDomain:
    """One listed domain with a verdict for each declared field.

    :ivar stored: what the API returned; a field that it left out is absent.
    :ivar verdicts: declared field name to verdict, in the order of :data:`FIELD_NAMES`.
    :ivar unmet: fields in which the stored contact is not as the condition asks; the domain is left alone then.
    """

    domain: Domain
    stored: Contact
    declared: Contact
    comparison: Comparison
    verdicts: Mapping[str, Verdict]
    unmet: tuple[str, ...] = ()

    def fields_of(self, kind: str) -> tuple[str, ...]:
        return tuple(name for name, verdict in self.verdicts.items() if verdict.kind == kind)

    @cached_property
    def changed_fields(self) -> tuple[str, ...]:
        return self.fields_of(VerdictKind.DIFFERENT)

    @property
    def unverifiable(self) -> tuple[str, ...]:
        """Declared fields of which the API does not return what is stored. They are sent along with other changes."""
        return self.fields_of(VerdictKind.UNVERIFIABLE)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Fields that a write of this domain cannot carry: they are not declared, and the API does not return them."""
        unseen = self.comparison.never_read - self.stored.keys() - self.declared.keys()
        return tuple(sorted(unseen)) if self.changed_fields else ()

    @property
    def equivalent(self) -> tuple[tuple[str, str], ...]:
        """(field, rule) of each stored value that differs from the declared one in notation only."""
        return tuple((name, v.rule or "") for name, v in self.verdicts.items() if v.kind == VerdictKind.EQUIVALENT)

    @property
    def before(self) -> dict[str, str]:
        """The stored values of the fields that differ."""
        return {name: self.stored.get(name, "") for name in self.changed_fields}

    @property
    def after(self) -> dict[str, str]:
        """The declared values of the fields that differ."""
        return {name: self.declared[name] for name in self.changed_fields}

    @property
    def complete_contact(self) -> dict[str, str]:
        """The resulting contact with every field that was read or declared, in the order of :data:`FIELD_NAMES`."""
        merged = {**self.stored, **self.declared}
        return {name: merged[name] for name in FIELD_NAMES if name in merged}


@dataclass(frozen=True)
class Plan:
    """One entry for each listed domain, in the declared order.

    :ivar held_back: ids of domains that differ, but must not be written.
    """

    entries: tuple[PlannedDomain, ...]
    held_back: frozenset[str] = frozenset()

    @property
    def considered(self) -> tuple[PlannedDomain, ...]:
        """The domains that meet the condition, whether they differ or not."""
        return tuple(entry for entry in self.entries if not entry.unmet)

    @property
    def changing(self) -> tuple[PlannedDomain, ...]:
        """The domains to write: ``changed``, the diff and the requests are made from these."""
        return tuple(e for e in self.considered if e.changed_fields and e.domain.id not in self.held_back)

    def without(self, domain_ids: Iterable[str]) -> Plan:
        """Return the same plan, except that these domains are not written."""
        return replace(self, held_back=self.held_back.union(domain_ids))


@dataclass(frozen=True)
class Group:
    """Domains that get the very same contact in one request."""

    contact: Contact
    domain_ids: tuple[str, ...]


def make_plan(
    domains: Iterable[Domain],
    stored: Mapping[str, Contact],
    declared: Contact,
    comparison: Comparison,
    condition: Contact | None = None,
) -> Plan:
    """Compare every listed domain with the declaration.

    :param domains: the listed domains, all with ids.
    :param stored: domain id to stored contact, for each of them.
    :param declared: the managed fields only, as text to be sent.
    :param condition: what a stored contact must be for its domain to be considered.
    """
    contacts = ((domain, stored[domain.id]) for domain in domains)
    return Plan(
        tuple(
            PlannedDomain(
                domain,
                contact,
                declared,
                comparison,
                comparison.verdicts(declared, contact),
                unmet_fields(condition, contact, comparison) if condition else (),
            )
            for domain, contact in contacts
        )
    )


def unmet_fields(condition: Contact, stored: Contact, comparison: Comparison) -> tuple[str, ...]:
    """Return the fields in which a stored contact is not as the condition asks.

    Spellings that are accepted for a declared value say nothing about the condition. A field that the API does
    not return meets no condition.
    """
    verdicts = replace(comparison, accepted={}, never_read=frozenset()).verdicts(condition, stored)
    unknown = comparison.never_read - stored.keys()
    return tuple(name for name, verdict in verdicts.items() if verdict.kind == VerdictKind.DIFFERENT or name in unknown)


def write_groups(entries: Sequence[PlannedDomain], *, complete: bool) -> list[Group]:
    """Gather the domains that can share a request.

    :param complete: send the whole resulting contact (API v1, where the meaning of an omitted field is not documented)
        instead of only the fields that differ (API v2, whose body is documented as a patch).
    """
    members: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for entry in entries:
        contact = entry.complete_contact if complete else entry.after
        members.setdefault(tuple(contact.items()), []).append(entry.domain.id)
    return [Group(dict(contact), tuple(ids)) for contact, ids in members.items()]
