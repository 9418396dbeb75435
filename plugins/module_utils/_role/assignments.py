# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Which domains a portfolio assigns to which profile, as far as its variables and the account say. Pure.

Places are named as the role ``domain_contacts`` calls its variables, because its users read the messages.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.filters import Filters, check_available, read_filters
from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import V1, V2, Listed, read_listed
from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import kind_of
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput

PROFILES = "domain_contacts_profiles"
ASSIGNMENTS = "domain_contacts_assignments"
OPTIONS = "domain_contacts_options"

SELECTORS = ("domains", "domain_ids", "tlds", "tags")

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


def read_assignments(
    assignments: Sequence[Any], profiles: Mapping[str, Any], version: str, problems: list[str]
) -> Iterator[Assignment]:
    """Yield those that can be understood, and add what is wrong with the others to the problems."""
    for index, entry in enumerate(assignments):
        where = f"{ASSIGNMENTS}[{index}]"
        wrong = problems_of_shape(entry, dict, where) or list(_problems_of_entry(entry, profiles, where))
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
            yield f"{where}.{key}: there is no such key. {nearest(key, ('profile', *SELECTORS))}"
    name = entry.get("profile")
    if name is None:
        yield f"{where}: it has no profile. Name one of {PROFILES}."
    elif name not in profiles:
        yield f"{where}.profile: {no_such_profile(name, profiles)}"
    if not any(key in entry for key in SELECTORS):
        yield f"{where}: it says no domains. Give at least one of {', '.join(SELECTORS)}."
    for key in SELECTORS:
        values = entry.get(key)
        if values is not None and not isinstance(values, list):
            cure = f' Write it as ["{values}"].' if isinstance(values, str) else ""
            yield f"{where}.{key}: must be a list, got {kind_of(values)}.{cure}"
        elif not all(isinstance(value, (str, int)) and not isinstance(value, bool) for value in values or ()):
            yield f"{where}.{key}: every entry must be a string. Write each in quotes."


def _read_selectors(tlds: Sequence[str], tags: Sequence[str]) -> Filters:
    try:
        return read_filters({"name": None, "tld": tlds, "service_status": None, "tags": tags})
    except InvalidInput as error:
        raise InvalidInput(*(problem.replace("tld:", "tlds:", 1) for problem in error.problems)) from None


def common_generation(assignments: Sequence[Assignment], version: str, problems: list[str]) -> str | None:
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
        wrong = problems_in(check_available, assignment.filters, generation or V2)
        problems += [f"{assignment.where}.{problem}" for problem in wrong]
    return generation


def _first_listed(assignment: Assignment) -> str:
    listed = assignment.listed
    return f'id "{listed.ids[0]}"' if listed.ids else f'name "{listed.names[0]}"'


def needs_account(assignments: Sequence[Assignment]) -> bool:
    """Return whether only the domain list can say which domains these are, or whether two of them are the same."""
    by_id = {a.profile for a in assignments if a.listed.ids}
    by_name = {a.profile for a in assignments if a.listed.names}
    return any(a.selects for a in assignments) or (bool(by_id and by_name) and len(by_id | by_name) > 1)


class AssignmentTable:
    """Which profile each domain is assigned to.

    :ivar unmatched: the places whose top-level domain or tag no domain has.
    """

    def __init__(self, account: Account) -> None:
        self._account = [domain for domain in account if domain.get("id") and domain.get("name")]
        self._name_of = {str(domain["id"]): str(domain["name"]) for domain in self._account}
        self._ids_of: dict[str, list[str]] = {}
        for domain_id, name in self._name_of.items():
            self._ids_of.setdefault(comparable_name(name) or name, []).append(domain_id)
        self._assigned: dict[str, dict[str, dict[str, None]]] = {}
        self._profiles_of: dict[str, dict[str, None]] = {}
        self._labels: dict[str, str] = {}
        self._tags_unknown: dict[str, list[str]] = {}
        self.unmatched: list[str] = []

    def add(self, assignment: Assignment) -> None:
        """Assign the domains of one assignment to its profile."""
        listed, profile = assignment.listed, assignment.profile
        self._assigned.setdefault(profile, {"domain_ids": {}, "domains": {}})
        for domain_id in listed.ids:
            self._assign(profile, "domain_ids", domain_id, [domain_id])
        for name, a_label in zip(listed.names, listed.a_labels):
            self._assign(profile, "domains", name, self._ids_of.get(a_label) or [f"name {a_label}"])
        for place, selector in assignment.selectors():
            found = [domain for domain in self._account if self._fits(domain, selector, place)]
            if not found:
                self.unmatched.append(place)
            for domain_id in (str(domain["id"]) for domain in found):
                self._assign(profile, "domain_ids", domain_id, [domain_id])

    def _fits(self, domain: Mapping[str, Any], selector: Filters, place: str) -> bool:
        if selector.tags and domain.get("tags") is None:
            self._tags_unknown.setdefault(place, []).append(str(domain["name"]))
            return False
        return selector.keep({key: domain[key] for key in ("name", "tags") if domain.get(key) is not None})

    def _assign(self, profile: str, kind: str, value: str, keys: Sequence[str]) -> None:
        if all(profile in self._profiles_of.get(key, {}) for key in keys):
            # Said again, perhaps in another way, for the same profile: that is no conflict.
            return
        self._assigned[profile][kind][value] = None
        for key in keys:
            self._profiles_of.setdefault(key, {})[profile] = None
            self._labels.setdefault(key, self._name_of.get(key, value))

    def domains_of(self, profile: str) -> dict[str, list[str]]:
        """Return the ``domain_ids`` and the ``domains`` of one profile, in the order of the assignments."""
        return {kind: list(values) for kind, values in self._assigned[profile].items()}

    def problems(self) -> list[str]:
        """Return one sentence for each set of profiles with the same domains, and for what is not known."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for key, assigned in self._profiles_of.items():
            if len(assigned) > 1:
                groups.setdefault(tuple(assigned), []).append(self._labels[key])
        return [
            *(
                f"{ASSIGNMENTS}: a domain may have one profile only, but {' and '.join(profiles)} are both assigned to"
                f" {', '.join(dict.fromkeys(names))}."
                for profiles, names in groups.items()
            ),
            *(
                f"{place}: the API does not return the tags of {', '.join(names)}, so nobody knows whether they fit."
                for place, names in self._tags_unknown.items()
            ),
        ]


def problems_of_shape(value: Any, shape: type, where: str) -> list[str]:
    """Return what is wrong with the type of a value, if anything."""
    if isinstance(value, shape):
        return []
    word = "a dictionary" if shape is dict else "a list"
    return [f"{where}: must be {word}, got {kind_of(value)}."]


def problems_in(check: Callable[..., Any], *arguments: Any) -> list[str]:
    """Call a check and return the problems that it raises."""
    try:
        check(*arguments)
    except InvalidInput as error:
        return error.problems
    return []


def no_such_profile(name: Any, profiles: Mapping[str, Any]) -> str:
    """Say that there is no such profile, and name the nearest one."""
    return f'there is no profile "{name}". {nearest(name, list(profiles))}'


def nearest(word: Any, words: Sequence[str]) -> str:
    """Name the nearest of the words that there are."""
    close = difflib.get_close_matches(str(word), words, n=1, cutoff=0.6)
    return f"Did you mean {close[0]}?" if close else f"There are {', '.join(words) or 'none'}."
