# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What a portfolio declares: contact profiles, and the assignments of domains to them. Pure.

Places are named as the module ``hostup_portfolio`` calls its options.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import Listed, as_listed
from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import read_declared
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import ListedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import NAME_OF, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._role.assignments import (
    PROFILES,
    Assignment,
    check_listed,
    common_generation,
    no_such_profile,
    problems_in,
    problems_of_shape,
    read_assignments,
)

BASE = "base"


@dataclass(frozen=True)
class Portfolio:
    """What was declared, checked as far as that goes without a request.

    :ivar contacts: what each profile declares that a domain is assigned to, with what it inherits.
    :ivar generation: of the API.
    """

    contacts: Mapping[str, Contact]
    assignments: Sequence[Assignment]
    generation: str

    @property
    def selects(self) -> bool:
        """Whether only the domain list can say which domains these are."""
        return any(assignment.selects for assignment in self.assignments)

    @property
    def needs_tags(self) -> bool:
        """Whether the tags of the domains must be known."""
        return any(assignment.filters.tags for assignment in self.assignments)

    @property
    def listed(self) -> dict[ListedDomain, str]:
        """What is listed by id or by name, each once and in order, with its profile."""
        listed: dict[ListedDomain, str] = {}
        for assignment in self.assignments:
            for domain in as_listed(assignment.listed.ids, assignment.listed.names):
                listed.setdefault(domain, assignment.profile)
        return listed

    @property
    def names(self) -> Listed:
        """All that is listed by name, each once."""
        names = {
            a_label: name
            for assignment in self.assignments
            for name, a_label in zip(assignment.listed.names, assignment.listed.a_labels)
        }
        return Listed(self.generation, (), tuple(names.values()), tuple(names))


def read_portfolio(profiles: Mapping[Any, Any], assignments: Sequence[Any], version: str, *, redact: bool) -> Portfolio:
    """Read the options ``profiles`` and ``assignments``.

    :param profiles: profile name to contact, which may name another profile as its ``base``.
    :param assignments: list of dicts with ``profile`` and any of ``domains``, ``domain_ids``, ``tlds`` and ``tags``.
    :param version: ``auto``, ``v1`` or ``v2``.
    :param redact: report only which fields have problems, because a problem in full quotes the value.
    :raises InvalidInput: with every problem of everything.
    """
    problems = _problems_of_profiles(profiles)
    read = list(read_assignments(assignments, profiles, version, problems))
    generation = common_generation(read, version, problems)
    problems += problems_in(check_listed, read)
    assigned = dict.fromkeys(assignment.profile for assignment in read)
    contacts = _read_contacts(assigned, profiles, problems, redact=redact) if not problems else {}
    if problems:
        raise InvalidInput(*dict.fromkeys(problems))
    return Portfolio(contacts, read, generation)


def effective_contact(name: str, profiles: Mapping[str, Mapping[Any, Any]]) -> dict[Any, Any]:
    """Return a profile with what it inherits. Its own fields win, also where they are null, which means: left alone.

    :raises InvalidInput: for a base that does not exist, and for profiles that inherit from each other in a loop.
    """
    chain = [name]
    while (base := profiles[chain[-1]].get(BASE)) is not None:
        base = str(base)
        if base not in profiles:
            raise InvalidInput(f"{PROFILES}.{chain[-1]}.{BASE}: {no_such_profile(base, profiles)}")
        if base in chain:
            raise InvalidInput(_loop(chain[chain.index(base) :]))
        chain.append(base)
    contact: dict[Any, Any] = {}
    for ancestor in reversed(chain):
        contact.update(_by_field_name(profiles[ancestor]))
    return contact


def _by_field_name(profile: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the fields of one profile under one name each, so that ``company`` replaces ``companyname``."""
    return {NAME_OF.get(key, key): value for key, value in profile.items() if key != BASE}


def _loop(loop: Sequence[str]) -> str:
    # Each profile of the loop finds it; reported from the same place on, it is one problem.
    start = loop.index(min(loop))
    names = [*loop[start:], *loop[:start]]
    return (
        f"{PROFILES}.{names[0]}.{BASE}: these profiles inherit from each other in a loop: {' -> '.join(names)} ->"
        f" {names[0]}. Take the {BASE} out of one of them."
    )


def _problems_of_profiles(profiles: Mapping[Any, Any]) -> list[str]:
    problems: list[str] = []
    for name, profile in profiles.items():
        where = f"{PROFILES}.{name}"
        if not isinstance(name, str):
            problems.append(f"{where}: the name of a profile must be a string. Write it in quotes.")
        problems += problems_of_shape(profile, dict, where)
    if problems:
        return problems
    for name, profile in profiles.items():
        known = [key for key in profile if key in NAME_OF]
        problems += [
            f"{PROFILES}.{name}.{key}: {NAME_OF[key]} is given twice, by two of its names. Keep one of them."
            for index, key in enumerate(known)
            if NAME_OF[key] in {NAME_OF[earlier] for earlier in known[:index]}
        ]
        problems += problems_in(effective_contact, name, profiles)
    return problems


def _read_contacts(
    names: Iterable[str], profiles: Mapping[str, Any], problems: list[str], *, redact: bool
) -> dict[str, dict[str, str]]:
    """Return the complete contact of each of these profiles, and add what is wrong with them to the problems."""
    contacts = {}
    for name in names:
        try:
            contacts[name] = read_declared(effective_contact(name, profiles), f"{PROFILES}.{name}", redact=redact)
        except InvalidInput as error:
            problems += error.problems
    return contacts
