# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""From contact profiles, and what says which domains wear them, to one module call for each profile. Pure.

Places are named as the role ``domain_contacts`` calls its variables, because its users read the messages.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.filters import Filters, check_tellable, read_filters
from ansible_collections.hostup.cloud.plugins.module_utils._api.generations import V1, V2, Listed, read_listed
from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import kind_of, read_declared
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import NAME_OF
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._task.connection import connection_argument_spec
from ansible_collections.hostup.cloud.plugins.module_utils._task.options import contacts_argument_spec

PROFILES = "domain_contacts_profiles"

ASSIGNMENTS = "domain_contacts_assignments"

OPTIONS = "domain_contacts_options"

BASE = "base"

SELECTORS = ("domains", "domain_ids", "tlds", "tags")

HAS_ITS_OWN_PLACE = {
    "api_key": "domain_contacts_api_key",
    "api_url": "domain_contacts_api_url",
    "contacts": PROFILES,
    "domains": ASSIGNMENTS,
    "domain_ids": ASSIGNMENTS,
}
"""Options of the module that the role fills in by itself, and from where."""

CONNECTION = frozenset({*connection_argument_spec(), "concurrency"}) - HAS_ITS_OWN_PLACE.keys()
"""Options that every module knows which asks the API."""

PASSED_THROUGH = CONNECTION | contacts_argument_spec().keys() - HAS_ITS_OWN_PLACE.keys()
"""Options of ``hostup_domain_contacts`` that :data:`OPTIONS` may hold."""

Account = Sequence[Mapping[str, Any]]
"""The domains of the account, as the module ``hostup_domain_info`` returns them."""


@dataclass(frozen=True)
class Assignment:
    """One entry of :data:`ASSIGNMENTS`, checked.

    :ivar where: its place, such as ``domain_contacts_assignments[0]``.
    :ivar listed: what it lists by id and by name.
    :ivar filters: top-level domains, any of which a domain is below, and tags, any of which it has.
    """

    where: str
    profile: str
    listed: Listed
    filters: Filters

    @property
    def selects(self) -> bool:
        """Whether it needs to know the domains of the account."""
        return bool(self.filters.top_levels or self.filters.tags)

    def selectors(self) -> Iterator[tuple[str, Filters]]:
        """Yield each of its top-level domains and tags by its place, as a filter of its own."""
        for ending in self.filters.top_levels:
            yield f'{self.where}.tlds "{ending}"', Filters(top_levels=(ending,))
        for tag in sorted(self.filters.tags):
            yield f'{self.where}.tags "{tag}"', Filters(tags=frozenset({tag}))


def plan_calls(
    profiles: Any, assignments: Any, options: Any = None, account: Account | None = None, api_version: str = "auto"
) -> dict[str, Any]:
    """Return what the role has to do, or what is wrong with its variables.

    :param profiles: profile name to contact, which may name another profile as its ``base``.
    :param assignments: list of dicts with ``profile`` and any of ``domains``, ``domain_ids``, ``tlds`` and ``tags``.
    :param options: options of the module for every call.
    :param account: the domains of the account, where they are known already.
    :param api_version: what counts where ``options`` do not say it.
    :returns: ``problems``, sentences; with one of them nothing may be done. ``calls``, profile name to ``contacts``,
        ``domain_ids`` and ``domains``. ``options`` for each of these calls, and ``connection``, those of them that
        every module knows. ``needs_account``, whether to call again with it, and ``asks_tags``, whether it must tell
        tags. ``unmatched``, the places that no domain of the account fits.
    """
    options = {} if options is None else options
    problems = [*_problems_of_options(options), *_problems_of_shape(profiles, dict, PROFILES)]
    problems += _problems_of_shape(assignments, list, ASSIGNMENTS)
    if problems:
        return _planned(problems)
    options = {key: value for key, value in options.items() if value is not None}
    version = str(options.get("api_version") or api_version)
    problems += _problems_of_profiles(profiles)
    read = list(_read_assignments(assignments, profiles, version, problems))
    generation = _common_generation(read, version, problems)
    wanted = dict.fromkeys(assignment.profile for assignment in read)
    contacts = _read_contacts(wanted, profiles, problems, redact=bool(options.get("redact"))) if not problems else {}
    if problems:
        return _planned(problems)
    options = {**options, "api_version": generation} if generation else dict(options)
    passed_on = {"options": options, "connection": {key: options[key] for key in CONNECTION & options.keys()}}
    if account is None and _needs_account(read):
        asks_tags = any(assignment.filters.tags for assignment in read)
        return {**_planned([]), **passed_on, "needs_account": True, "asks_tags": asks_tags}
    wardrobe = _Wardrobe(account or ())
    for assignment in read:
        wardrobe.take(assignment)
    calls = {name: {"contacts": contact, **wardrobe.worn(name)} for name, contact in contacts.items()}
    return {**_planned(wardrobe.problems(), calls), **passed_on, "unmatched": wardrobe.unmatched}


def _planned(problems: Sequence[str], calls: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "problems": list(dict.fromkeys(problems)),
        "calls": {} if problems else dict(calls or {}),
        "options": {},
        "connection": {},
        "needs_account": False,
        "asks_tags": False,
        "unmatched": [],
    }


def effective_contact(name: str, profiles: Mapping[str, Mapping[Any, Any]]) -> dict[Any, Any]:
    """Return a profile with what it inherits. Its own fields win, also where they are null, which means: left alone.

    :raises InvalidInput: for a base that does not exist, and for profiles that inherit from each other in a loop.
    """
    chain = [name]
    while (base := profiles[chain[-1]].get(BASE)) is not None:
        if base not in profiles:
            raise InvalidInput(f"{PROFILES}.{chain[-1]}.{BASE}: {_no_such_profile(base, profiles)}")
        if base in chain:
            raise InvalidInput(_told_loop(chain[chain.index(base) :]))
        chain.append(str(base))
    contact: dict[Any, Any] = {}
    for ancestor in reversed(chain):
        contact.update(_by_field_name(profiles[ancestor]))
    return contact


def _by_field_name(profile: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the fields of one profile under one name each, so that ``company`` replaces ``companyname``."""
    return {NAME_OF.get(key, key): value for key, value in profile.items() if key != BASE}


def _told_loop(loop: Sequence[str]) -> str:
    # Each profile of the loop finds it; told from the same place on, it is told once.
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
            problems.append(f"{where}: the name of a profile must be text. Write it in quotes.")
        problems += _problems_of_shape(profile, dict, where)
    if problems:
        return problems
    for name, profile in profiles.items():
        known = [key for key in profile if key in NAME_OF]
        problems += [
            f"{PROFILES}.{name}.{key}: {NAME_OF[key]} is given twice, by two of its names. Keep one of them."
            for index, key in enumerate(known)
            if NAME_OF[key] in {NAME_OF[earlier] for earlier in known[:index]}
        ]
        problems += _problems_in(effective_contact, name, profiles)
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


def _read_assignments(
    assignments: Sequence[Any], profiles: Mapping[str, Any], version: str, problems: list[str]
) -> Iterator[Assignment]:
    """Yield those that can be understood, and add what is wrong with the others to the problems."""
    for index, entry in enumerate(assignments):
        where = f"{ASSIGNMENTS}[{index}]"
        wrong = _problems_of_shape(entry, dict, where) or list(_problems_of_entry(entry, profiles, where))
        if wrong:
            problems += wrong
            continue
        lists = {key: [str(value) for value in entry.get(key) or []] for key in SELECTORS}
        try:
            yield Assignment(
                where=where,
                profile=str(entry["profile"]),
                listed=read_listed(lists["domain_ids"], lists["domains"], version),
                filters=_read_selectors(lists["tlds"], lists["tags"]),
            )
        except InvalidInput as error:
            problems += [f"{where}.{problem}" for problem in error.problems]


def _problems_of_entry(entry: Mapping[Any, Any], profiles: Mapping[str, Any], where: str) -> Iterator[str]:
    for key in entry:
        if key not in ("profile", *SELECTORS):
            yield f"{where}.{key}: there is no such key. {_nearest(key, ('profile', *SELECTORS))}"
    name = entry.get("profile")
    if name is None:
        yield f"{where}: it has no profile. Name one of {PROFILES}."
    elif name not in profiles:
        yield f"{where}.profile: {_no_such_profile(name, profiles)}"
    if not any(key in entry for key in SELECTORS):
        yield f"{where}: it says no domains. Give at least one of {', '.join(SELECTORS)}."
    for key in SELECTORS:
        values = entry.get(key)
        if values is not None and not isinstance(values, list):
            cure = f' Write it as ["{values}"].' if isinstance(values, str) else ""
            yield f"{where}.{key}: must be a list, but {kind_of(values)} arrived.{cure}"
        elif not all(isinstance(value, (str, int)) and not isinstance(value, bool) for value in values or ()):
            yield f"{where}.{key}: every entry must be text. Write each in quotes."


def _read_selectors(tlds: Sequence[str], tags: Sequence[str]) -> Filters:
    try:
        return read_filters({"name": None, "tld": tlds, "service_status": None, "tags": tags})
    except InvalidInput as error:
        raise InvalidInput(*(problem.replace("tld:", "tlds:", 1) for problem in error.problems)) from None


def _common_generation(assignments: Sequence[Assignment], version: str, problems: list[str]) -> str | None:
    """Return the API generation that ids or the options decide, or None; a mixture is added to the problems."""
    listing = [a for a in assignments if a.listed.ids or a.listed.names]
    first = {a.listed.generation: a for a in reversed(listing)}
    if len(first) > 1:
        one, other = first[V1], first[V2]
        problems.append(
            f'{one.where} means API v1 (the id "{one.listed.ids[0]}"), and {other.where} means v2 (the'
            f" {_first_listed(other)}). One run of the role talks to one generation. List ids of one of them, use two"
            f" runs, or set api_version in {OPTIONS}."
        )
        return None
    of_ids = next((a.listed.generation for a in listing if a.listed.ids), None)
    generation = of_ids or (version if version != "auto" else None)
    for assignment in assignments:
        wrong = _problems_in(check_tellable, assignment.filters, generation or V2)
        problems += [f"{assignment.where}.{problem}" for problem in wrong]
    return generation


def _first_listed(assignment: Assignment) -> str:
    listed = assignment.listed
    return f'id "{listed.ids[0]}"' if listed.ids else f'name "{listed.names[0]}"'


def _needs_account(assignments: Sequence[Assignment]) -> bool:
    """Tell whether only the domain list can say which domains these are, or whether two of them are the same."""
    by_id = {a.profile for a in assignments if a.listed.ids}
    by_name = {a.profile for a in assignments if a.listed.names}
    return any(a.selects for a in assignments) or (bool(by_id and by_name) and len(by_id | by_name) > 1)


class _Wardrobe:
    """Which profiles each domain wears.

    :ivar unmatched: the places whose top-level domain or tag no domain has.
    """

    def __init__(self, account: Account) -> None:
        self._account = [domain for domain in account if domain.get("id") and domain.get("name")]
        self._name_of = {str(domain["id"]): str(domain["name"]) for domain in self._account}
        self._ids_of: dict[str, list[str]] = {}
        for domain_id, name in self._name_of.items():
            self._ids_of.setdefault(comparable_name(name) or name, []).append(domain_id)
        self._worn: dict[str, dict[str, dict[str, None]]] = {}
        self._wearers: dict[str, dict[str, None]] = {}
        self._labels: dict[str, str] = {}
        self._untold: dict[str, list[str]] = {}
        self.unmatched: list[str] = []

    def take(self, assignment: Assignment) -> None:
        """Dress the domains of one assignment."""
        listed, profile = assignment.listed, assignment.profile
        self._worn.setdefault(profile, {"domain_ids": {}, "domains": {}})
        for domain_id in listed.ids:
            self._dress(profile, "domain_ids", domain_id, [domain_id])
        for name, a_label in zip(listed.names, listed.a_labels):
            self._dress(profile, "domains", name, self._ids_of.get(a_label) or [f"name {a_label}"])
        for place, selector in assignment.selectors():
            found = [domain for domain in self._account if self._fits(domain, selector, place)]
            if not found:
                self.unmatched.append(place)
            for domain_id in (str(domain["id"]) for domain in found):
                self._dress(profile, "domain_ids", domain_id, [domain_id])

    def _fits(self, domain: Mapping[str, Any], selector: Filters, place: str) -> bool:
        if selector.tags and domain.get("tags") is None:
            self._untold.setdefault(place, []).append(str(domain["name"]))
            return False
        return selector.keep({key: domain[key] for key in ("name", "tags") if domain.get(key) is not None})

    def _dress(self, profile: str, kind: str, value: str, keys: Sequence[str]) -> None:
        if all(profile in self._wearers.get(key, {}) for key in keys):
            # Said again, perhaps in another way, for the same profile: that is no conflict.
            return
        self._worn[profile][kind][value] = None
        for key in keys:
            self._wearers.setdefault(key, {})[profile] = None
            self._labels.setdefault(key, self._name_of.get(key, value))

    def worn(self, profile: str) -> dict[str, list[str]]:
        """Return the ``domain_ids`` and the ``domains`` of one profile, in the order of the assignments."""
        return {kind: list(values) for kind, values in self._worn[profile].items()}

    def problems(self) -> list[str]:
        """Return one sentence for each set of profiles that the same domains wear, and for what is not known."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for key, wearers in self._wearers.items():
            if len(wearers) > 1:
                groups.setdefault(tuple(wearers), []).append(self._labels[key])
        return [
            *(
                f"{ASSIGNMENTS}: a domain may wear one profile only, but {' and '.join(profiles)} are both assigned to"
                f" {', '.join(dict.fromkeys(names))}."
                for profiles, names in groups.items()
            ),
            *(
                f"{place}: the API does not tell the tags of {', '.join(names)}, so nobody knows whether they fit."
                for place, names in self._untold.items()
            ),
        ]


def _problems_of_options(options: Any) -> list[str]:
    wrong_shape = _problems_of_shape(options, dict, OPTIONS)
    return wrong_shape or [
        f"{OPTIONS}.{key}: this belongs into {HAS_ITS_OWN_PLACE[key]}."
        if key in HAS_ITS_OWN_PLACE
        else f"{OPTIONS}.{key}: hostup_domain_contacts has no such option. {_nearest(key, sorted(PASSED_THROUGH))}"
        for key in options
        if key not in PASSED_THROUGH
    ]


def _problems_of_shape(value: Any, shape: type, where: str) -> list[str]:
    if isinstance(value, shape):
        return []
    word = "a dictionary" if shape is dict else "a list"
    return [f"{where}: must be {word}, but {kind_of(value)} arrived."]


def _problems_in(check: Callable[..., Any], *arguments: Any) -> list[str]:
    try:
        check(*arguments)
    except InvalidInput as error:
        return error.problems
    return []


def _no_such_profile(name: Any, profiles: Mapping[str, Any]) -> str:
    return f'there is no profile "{name}". {_nearest(name, list(profiles))}'


def _nearest(word: Any, words: Sequence[str]) -> str:
    close = difflib.get_close_matches(str(word), words, n=1, cutoff=0.6)
    return f"Did you mean {close[0]}?" if close else f"There are {', '.join(words) or 'none'}."
