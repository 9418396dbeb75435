# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""From contact profiles and the domains that they are assigned to, to one module call for each profile. Pure.

Places are named as the role ``domain_contacts`` calls its variables, because its users read the messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import read_declared
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import NAME_OF
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._role.assignments import (
    ASSIGNMENTS,
    OPTIONS,
    PROFILES,
    Account,
    AssignmentTable,
    common_generation,
    nearest,
    needs_account,
    no_such_profile,
    problems_in,
    problems_of_shape,
    read_assignments,
)

BASE = "base"

HAS_ITS_OWN_PLACE = {
    "api_key": "domain_contacts_api_key",
    "api_url": "domain_contacts_api_url",
    "contacts": PROFILES,
    "domains": ASSIGNMENTS,
    "domain_ids": ASSIGNMENTS,
}
"""Options of the module that the role fills in by itself, and from where."""


@dataclass(frozen=True)
class KnownOptions:
    """The options that the variable :data:`OPTIONS` may hold.

    :ivar module: those of ``hostup_domain_contacts``.
    :ivar connection: those of them that every module knows which reads from the API.
    """

    module: frozenset[str]
    connection: frozenset[str]

    @classmethod
    def of(cls, connection: Iterable[str], contacts: Iterable[str]) -> KnownOptions:
        """Make them from the names in the argument specs."""
        own = HAS_ITS_OWN_PLACE.keys()
        common = frozenset({*connection, "concurrency"}) - own
        return cls(common | frozenset(contacts) - own, common)


def plan_calls(
    profiles: Any,
    assignments: Any,
    options: Any = None,
    account: Account | None = None,
    api_version: str = "auto",
    *,
    known: KnownOptions,
) -> dict[str, Any]:
    """Return what the role has to do, or what is wrong with its variables.

    :param profiles: profile name to contact, which may name another profile as its ``base``.
    :param assignments: list of dicts with ``profile`` and any of ``domains``, ``domain_ids``, ``tlds`` and ``tags``.
    :param options: options of the module for every call.
    :param account: the domains of the account, where they are known already.
    :param api_version: what counts where ``options`` do not say it.
    :param known: the options that there are.
    :returns: ``problems``, sentences; with one of them nothing may be done. ``calls``, profile name to ``contacts``,
        ``domain_ids`` and ``domains``. ``options`` for each of these calls, and ``connection``, those of them that
        every module knows. ``needs_account``, whether to call again with it, and ``needs_tags``, whether it must return
        tags. ``unmatched``, the places that no domain of the account fits.
    """
    options = {} if options is None else options
    problems = [*_problems_of_options(options, known), *problems_of_shape(profiles, dict, PROFILES)]
    problems += problems_of_shape(assignments, list, ASSIGNMENTS)
    if problems:
        return _planned(problems)
    options = {key: value for key, value in options.items() if value is not None}
    version = str(options.get("api_version") or api_version)
    problems += _problems_of_profiles(profiles)
    read = list(read_assignments(assignments, profiles, version, problems))
    generation = common_generation(read, version, problems)
    wanted = dict.fromkeys(assignment.profile for assignment in read)
    contacts = _read_contacts(wanted, profiles, problems, redact=bool(options.get("redact"))) if not problems else {}
    if problems:
        return _planned(problems)
    options = {**options, "api_version": generation} if generation else dict(options)
    passed_on = {"options": options, "connection": {key: options[key] for key in known.connection & options.keys()}}
    if account is None and needs_account(read):
        needs_tags = any(assignment.filters.tags for assignment in read)
        return {**_planned([]), **passed_on, "needs_account": True, "needs_tags": needs_tags}
    table = AssignmentTable(account or ())
    for assignment in read:
        table.add(assignment)
    calls = {name: {"contacts": contact, **table.domains_of(name)} for name, contact in contacts.items()}
    return {**_planned(table.problems(), calls), **passed_on, "unmatched": table.unmatched}


def _planned(problems: Sequence[str], calls: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "problems": list(dict.fromkeys(problems)),
        "calls": {} if problems else dict(calls or {}),
        "options": {},
        "connection": {},
        "needs_account": False,
        "needs_tags": False,
        "unmatched": [],
    }


def effective_contact(name: str, profiles: Mapping[str, Mapping[Any, Any]]) -> dict[Any, Any]:
    """Return a profile with what it inherits. Its own fields win, also where they are null, which means: left alone.

    :raises InvalidInput: for a base that does not exist, and for profiles that inherit from each other in a loop.
    """
    chain = [name]
    while (base := profiles[chain[-1]].get(BASE)) is not None:
        if base not in profiles:
            raise InvalidInput(f"{PROFILES}.{chain[-1]}.{BASE}: {no_such_profile(base, profiles)}")
        if base in chain:
            raise InvalidInput(_loop(chain[chain.index(base) :]))
        chain.append(str(base))
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


def _problems_of_options(options: Any, known: KnownOptions) -> list[str]:
    wrong_shape = problems_of_shape(options, dict, OPTIONS)
    return wrong_shape or [
        f"{OPTIONS}.{key}: this belongs into {HAS_ITS_OWN_PLACE[key]}."
        if key in HAS_ITS_OWN_PLACE
        else f"{OPTIONS}.{key}: hostup_domain_contacts has no such option. {nearest(key, sorted(known.module))}"
        for key in options
        if key not in known.module
    ]
