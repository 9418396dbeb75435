# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What is stored + what is declared -> what to write: ``changed``, the diff and the requests come from here. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import (
    ACCEPTED,
    Verdict,
    VerdictKind,
    compare,
    country_of,
    is_same,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import comparable_text
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import Presence, StoredContact


@dataclass(frozen=True)
class Comparison:
    """How to compare, the same before and after writing.

    :ivar strict: no equivalences, only identical text is equal.
    :ivar accepted: field to further spellings that count as equal to the declared value, whatever ``strict`` says.
    """

    strict: bool = False
    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def verdicts(self, declared: Contact, stored: StoredContact) -> dict[str, Verdict]:
        """Judge each declared field against one stored contact, in the order of :data:`FIELD_NAMES`.

        An undeclared country is taken from the stored side.
        """
        countries = {"left_country": country_of(declared, stored.known), "right_country": country_of(stored.known)}
        return {
            name: self._verdict(name, declared[name], stored, countries) for name in FIELD_NAMES if name in declared
        }

    def _verdict(self, name: str, declared: str, stored: StoredContact, countries: Mapping[str, str]) -> Verdict:
        found = stored.fields[name]
        if found.presence is Presence.UNREADABLE:
            return Verdict(VerdictKind.UNREADABLE)
        # A declared "" is what a field that is not returned most likely is; sending it by itself would prove nothing.
        if name not in stored.known and declared:
            return Verdict(VerdictKind.UNVERIFIABLE)
        verdict = compare(name, declared, found.text, strict=self.strict, **countries)
        if verdict.kind == VerdictKind.DIFFERENT and comparable_text(found.text) in self.accepted.get(name, ()):
            return Verdict(VerdictKind.EQUIVALENT, ACCEPTED)
        return verdict

    def same(self, name: str, before: StoredContact, after: StoredContact) -> bool:
        """Return whether a field that nobody declared is stored as before, or in another notation."""
        old, new = before.known.get(name), after.known.get(name)
        if old is None or new is None:
            return True
        countries = {"left_country": country_of(before.known), "right_country": country_of(after.known)}
        return is_same(name, old, new, strict=self.strict, **countries)


@dataclass(frozen=True)
class PlannedDomain:
    """One listed domain with a verdict for each declared field.

    :ivar stored: what the API returned.
    :ivar declared: the fields that are managed on this domain.
    :ivar verdicts: declared field name to verdict, in the order of :data:`FIELD_NAMES`.
    :ivar unmet: fields in which the stored contact is not as the condition asks; the domain is left alone then.
    :ivar held_back: fields that differ from what was declared, but are left alone on this domain.
    :ivar profile: the name of what was declared, where there are several.
    """

    domain: Domain
    stored: StoredContact
    declared: Contact
    comparison: Comparison
    verdicts: Mapping[str, Verdict]
    unmet: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    profile: str | None = None

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
    def unreadable(self) -> tuple[str, ...]:
        """Declared fields of which it cannot be said whether they differ."""
        return self.fields_of(VerdictKind.UNREADABLE)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Fields that a write of this domain cannot carry: nobody declares them, and the API never returns them."""
        return tuple(sorted(self.stored.absent - self.declared.keys())) if self.changed_fields else ()

    @property
    def unseen(self) -> tuple[str, ...]:
        """Declared fields of which nobody knows what is stored; a complete write of this domain carries them too."""
        return tuple(name for name in self.declared if name not in self.stored.known) if self.changed_fields else ()

    @property
    def invented(self) -> tuple[str, ...]:
        """Fields that a complete write of this domain would have to invent: nobody declares them or knows their value.

        What the API returns for no domain at all is not among them: an update has to leave it out.
        """
        known = self.stored.known.keys() | self.declared.keys() | self.stored.absent
        return tuple(name for name in FIELD_NAMES if name not in known) if self.changed_fields else ()

    @property
    def equivalent(self) -> tuple[tuple[str, str], ...]:
        """(field, rule) of each stored value that differs from the declared one in notation only."""
        return tuple((name, v.rule or "") for name, v in self.verdicts.items() if v.kind == VerdictKind.EQUIVALENT)

    @property
    def before(self) -> dict[str, str]:
        """The stored values of the fields that differ."""
        return {name: self.stored.known[name] for name in self.changed_fields}

    @property
    def after(self) -> dict[str, str]:
        """The declared values of the fields that differ."""
        return {name: self.declared[name] for name in self.changed_fields}

    @property
    def complete_contact(self) -> dict[str, str]:
        """The resulting contact with every field that was read or declared, in the order of :data:`FIELD_NAMES`."""
        merged = {**self.stored.known, **self.declared}
        return {name: merged[name] for name in FIELD_NAMES if name in merged}


@dataclass(frozen=True)
class Plan:
    """One entry for each listed domain, in the declared order.

    :ivar blocked: ids of domains that differ, but cannot be edited now.
    """

    entries: tuple[PlannedDomain, ...]
    blocked: frozenset[str] = frozenset()

    @property
    def considered(self) -> tuple[PlannedDomain, ...]:
        """The domains that meet the condition, whether they differ or not."""
        return tuple(entry for entry in self.entries if not entry.unmet)

    @property
    def changing(self) -> tuple[PlannedDomain, ...]:
        """The domains to write: ``changed``, the diff and the requests are made from these."""
        return tuple(e for e in self.considered if e.changed_fields and e.domain.id not in self.blocked)

    def updated(self, later: Plan) -> Plan:
        """Return the same plan, with the entries of a later one in the place of those of the same domains."""
        entries = {entry.domain.id: entry for entry in later.entries}
        return replace(
            self,
            entries=tuple(entries.get(entry.domain.id, entry) for entry in self.entries),
            blocked=(self.blocked - entries.keys()) | later.blocked,
        )

    def without(self, domain_ids: Iterable[str]) -> Plan:
        """Return the same plan, except that these domains are not written."""
        return replace(self, blocked=self.blocked.union(domain_ids))


@dataclass(frozen=True)
class Group:
    """Domains that get the very same contact in one request."""

    contact: Contact
    domain_ids: tuple[str, ...]


def nothing(_domain_name: str | None) -> frozenset[str]:
    """Return no field: every declared one is managed, whatever the domain."""
    return frozenset()


@dataclass(frozen=True)
class Wanted:
    """What domains are compared with.

    :ivar contacts: what each profile declares: the managed fields only, as text to be sent. A task with one contact has
        it under None.
    :ivar condition: what a stored contact must be for its domain to be considered; empty: all are.
    :ivar profiles: domain id to the name of its profile, where there are several.
    :ivar left_alone: returns the fields that are compared on a domain of this name, but not managed.
    """

    contacts: Mapping[str | None, Contact]
    comparison: Comparison = Comparison()
    condition: Contact = field(default_factory=dict)
    profiles: Mapping[str, str] = field(default_factory=dict)
    left_alone: Callable[[str | None], Set[str]] = nothing

    @property
    def depends_on_names(self) -> bool:
        """Whether what is managed on a domain depends on its name."""
        return any(self.left_alone(None) & contact.keys() for contact in self.contacts.values())

    def plan(self, domain: Domain, stored: StoredContact) -> PlannedDomain:
        """Compare one domain with its profile."""
        profile = self.profiles.get(domain.id)
        declared, left_alone = self.contacts[profile], self.left_alone(domain.name)
        verdicts = self.comparison.verdicts(declared, stored)
        return PlannedDomain(
            domain,
            stored,
            {name: value for name, value in declared.items() if name not in left_alone},
            self.comparison,
            {name: verdict for name, verdict in verdicts.items() if name not in left_alone},
            unmet_fields(self.condition, stored, self.comparison) if self.condition else (),
            tuple(n for n, verdict in verdicts.items() if n in left_alone and verdict.kind is VerdictKind.DIFFERENT),
            profile,
        )


def make_plan(domains: Iterable[Domain], stored: Mapping[str, StoredContact], wanted: Wanted) -> Plan:
    """Compare every listed domain with the declaration.

    :param domains: the listed domains, all with ids.
    :param stored: domain id to stored contact, for each of them.
    """
    return Plan(tuple(wanted.plan(domain, stored[domain.id]) for domain in domains))


def unmet_fields(condition: Contact, stored: StoredContact, comparison: Comparison) -> tuple[str, ...]:
    """Return the fields in which a stored contact is not as the condition asks.

    Spellings that are accepted for a declared value say nothing about the condition. A field of which it is not known
    what is stored meets no condition.
    """
    met = (VerdictKind.EQUAL, VerdictKind.EQUIVALENT)
    verdicts = replace(comparison, accepted={}).verdicts(condition, stored)
    return tuple(name for name, verdict in verdicts.items() if verdict.kind not in met or name not in stored.known)


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
