# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What registries make of another registrant: data with its sources, to be revised when a policy is. Pure.

Sources, as of November 2026:

- ICANN Transfer Policy, section II (2016), for generic top-level domains: another name, organisation or e-mail address
  of the registrant is a material change. It needs confirmation and starts a 60-day lock against transfers to another
  registrar. The Transfer Policy Review of 2025 recommends to end that lock; no adoption was found, so it is in force.
  https://www.icann.org/en/contracted-parties/accredited-registrars/resources/domain-name-transfers/policy
- ICANN Registration Data Policy, in force since 21 August 2025: an organisation that is not empty is the registered
  name holder. https://www.icann.org/en/contracted-parties/consensus-policies/registration-data-policy
- Registrar Accreditation Agreement 2013, WHOIS Accuracy Program Specification: the registrant must confirm within 15
  days of a change, or the name is suspended.
- The Swedish Internet Foundation, for .se and .nu: name, organisation and id number are data of the holder; another
  holder is an ownership change, and the id number needs BankID.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import PlannedDomain, nothing

GENERIC = "generic"

SWEDISH = "swedish"

NOT_KNOWN = "not_known"

SWEDISH_TLDS = frozenset({"se", "nu"})

MATERIAL_FIELDS: Mapping[str, frozenset[str]] = {
    GENERIC: frozenset({"firstname", "lastname", "companyname", "email"}),
    SWEDISH: frozenset({"firstname", "lastname", "companyname"}),
    NOT_KNOWN: frozenset({"firstname", "lastname", "companyname", "email"}),
}
"""Policy to the fields whose change has legal consequences."""

HOLDER_TLDS = SWEDISH_TLDS | {"test"}
"""Where the registry identifies the holder, so that it may ignore another one:
https://developer.hostup.se/endpoints/domain-services/get-v2-domains-id-contacts names them for the id number."""


def _always(_before: Contact, _after: Contact) -> bool:
    return True


def _organisation_set(before: Contact, after: Contact) -> bool:
    return bool(after.get("companyname")) and after.get("companyname") != before.get("companyname", "")


def _organisation_cleared(before: Contact, after: Contact) -> bool:
    return bool(before.get("companyname")) and not after.get("companyname")


def _person_changed(before: Contact, after: Contact) -> bool:
    names = ("firstname", "lastname")
    without_organisation = not before.get("companyname") and not after.get("companyname")
    return without_organisation and any(before.get(name, "") != after.get(name, "") for name in names)


def _new_address(before: Contact, after: Contact) -> bool:
    return before.get("email", "") != after.get("email", "")


def _same_address(before: Contact, after: Contact) -> bool:
    return not _new_address(before, after)


@dataclass(frozen=True)
class Consequence:
    """What follows from a material change.

    :ivar policy: the policy under which it follows.
    :ivar follows: decides it from the whole contact before and after.
    :ivar text: a sentence for a person, without any value.
    """

    policy: str
    follows: Callable[[Contact, Contact], bool]
    text: str


CONSEQUENCES = (
    Consequence(
        GENERIC,
        _organisation_set,
        "The organisation declared in companyname becomes the legal holder of the domain.",
    ),
    Consequence(
        GENERIC,
        _organisation_cleared,
        "Without an organisation, the person in firstname and lastname becomes the legal holder of the domain.",
    ),
    Consequence(
        GENERIC,
        _person_changed,
        "There is no organisation, so the person declared in firstname and lastname becomes the legal holder of the"
        " domain.",
    ),
    Consequence(
        GENERIC,
        _always,
        "This is a change of registrant. It needs confirmation, and locks the domain against a transfer to another"
        " registrar for 60 days, unless that was opted out of before.",
    ),
    Consequence(
        GENERIC,
        _new_address,
        "The registrant must confirm within 15 days by a message to the new address in email, or the domain is"
        " suspended.",
    ),
    Consequence(
        GENERIC,
        _same_address,
        "The registrant must confirm within 15 days by a message to the stored e-mail address, or the domain is"
        " suspended.",
    ),
    Consequence(
        SWEDISH,
        _always,
        "For .se and .nu, name and organisation are data of the holder, and another holder is an ownership change (the"
        " id number needs BankID). The registry may refuse or ignore the update; what it stored is read back.",
    ),
    Consequence(
        NOT_KNOWN,
        _always,
        "For this TLD the rules are not known here. As for a generic one, this may make somebody else the legal holder,"
        " need confirmation within 15 days, and lock the domain against transfers for 60 days.",
    ),
)
"""One warning each, in this order."""


@dataclass(frozen=True)
class MaterialChange:
    """A planned change of a domain that has legal consequences.

    :ivar fields: the material fields that change.
    :ivar consequences: what follows, at least one.
    :ivar is_typographical: whether only case, white space and punctuation differ.
    """

    entry: PlannedDomain
    fields: tuple[str, ...]
    consequences: tuple[Consequence, ...]
    is_typographical: bool


def policy_of(domain_name: str | None) -> str:
    """Return which policy applies, by the last label of a domain name.

    ISO 3166 reserves the labels of two letters for countries, so ICANN's policies bind the longer ones
    (https://www.iana.org/domains/root/db). A-labels can be of either kind.
    """
    last_label = _last_label(domain_name or "")
    if last_label in SWEDISH_TLDS:
        return SWEDISH
    return GENERIC if len(last_label) > 2 and not last_label.startswith("xn--") else NOT_KNOWN


def holder_fields(domain_name: str | None) -> frozenset[str]:
    """Return the fields of a domain that say who its holder is, where the registry may ignore another one.

    A name that is not known may be that of such a domain.
    """
    is_concerned = domain_name is None or _last_label(domain_name) in HOLDER_TLDS
    return MATERIAL_FIELDS[SWEDISH] if is_concerned else frozenset()


LEFT_ALONE: Mapping[str, Callable[[str | None], frozenset[str]]] = {"try": nothing, "leave": holder_fields}
"""What ``holder_fields`` is, to a function that returns the fields of a domain which are left alone then."""


def _last_label(domain_name: str) -> str:
    return (comparable_name(domain_name) or "").rpartition(".")[2]


def material_changes(entries: Iterable[PlannedDomain]) -> list[MaterialChange]:
    """Return those of the planned changes that have legal consequences, in the same order."""
    found = []
    for entry in entries:
        policy = policy_of(entry.domain.name)
        fields = tuple(name for name in entry.changed_fields if name in MATERIAL_FIELDS[policy])
        if not fields:
            continue
        before = entry.stored.known
        after = {**before, **entry.declared}
        consequences = tuple(c for c in CONSEQUENCES if c.policy == policy and c.follows(before, after))
        typographical = all(looks_typographical(entry.before[name], entry.after[name]) for name in fields)
        found.append(MaterialChange(entry, fields, consequences, typographical))
    return found


def looks_typographical(before: str, after: str) -> bool:
    """Return whether two values differ in case, white space and punctuation only; a registry may not take it so."""
    return _letters_and_digits(before) == _letters_and_digits(after)


def _letters_and_digits(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
