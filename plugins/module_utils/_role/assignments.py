# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Which domains a portfolio assigns to which profile, as far as its options and the account say. Pure.

Places are named as the module ``hostup_portfolio`` calls its options.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.facts import Facts
from ansible_collections.hostup.cloud.plugins.module_utils._api.filters import Filters, check_available, read_filters
from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import V1, V2, Listed, read_listed
from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import kind_of
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput

PROFILES = "profiles"
ASSIGNMENTS = "assignments"

SELECTORS = ("domains", "domain_ids", "tlds", "tags")


@dataclass(frozen=True)
class Assignment:
    """One entry of :data:`ASSIGNMENTS`, checked.

    :ivar where: its place, such as ``assignments[0]``.
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
    assignments: Iterable[Any], profiles: Mapping[str, Any], version: str, problems: list[str]
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
    elif str(name) not in profiles:
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


def common_generation(assignments: Sequence[Assignment], version: str, problems: list[str]) -> str:
    """Return the API generation that the ids or the options decide; a mixture is added to the problems."""
    listing = [a for a in assignments if a.listed.ids or a.listed.names]
    first = {a.listed.generation: a for a in reversed(listing)}
    if len(first) > 1:
        one, other = first[V1], first[V2]
        problems.append(
            f'{one.where} means API v1 (the id "{one.listed.ids[0]}"), and {other.where} means v2 (the'
            f" {_first_listed(other)}). One run talks to one generation. List ids of one of them, use two runs, or set"
            " api_version."
        )
        return V2
    of_ids = next((a.listed.generation for a in listing if a.listed.ids), None)
    generation = of_ids or (version if version != "auto" else V2)
    for assignment in assignments:
        wrong = problems_in(check_available, assignment.filters, generation)
        problems += [f"{assignment.where}.{problem}" for problem in wrong]
    return generation


def _first_listed(assignment: Assignment) -> str:
    listed = assignment.listed
    return f'id "{listed.ids[0]}"' if listed.ids else f'name "{listed.names[0]}"'


class AssignmentTable:
    """Which profile each thing is assigned to: ids and names as listed, or domains.

    A thing that is assigned again to the same profile, perhaps in another way, is there once.
    """

    def __init__(self) -> None:
        self._profiles: dict[str, dict[str, None]] = {}
        self._labels: dict[str, str] = {}

    def assign(self, key: str, profile: str, label: str) -> None:
        """Assign a thing to a profile.

        :param key: what makes it the same thing.
        :param label: how a message calls it.
        """
        self._profiles.setdefault(key, {})[profile] = None
        self._labels.setdefault(key, label)

    def profiles(self) -> dict[str, str]:
        """Return the profile of each key, in the order in which they were assigned.

        :raises InvalidInput: with one problem for each set of profiles that have the same things.
        """
        groups: dict[tuple[str, ...], list[str]] = {}
        for key, assigned in self._profiles.items():
            if len(assigned) > 1:
                groups.setdefault(tuple(assigned), []).append(self._labels[key])
        if groups:
            raise InvalidInput(
                *(
                    f"{ASSIGNMENTS}: a domain may have one profile only, but {' and '.join(profiles)} are both assigned"
                    f" to {', '.join(dict.fromkeys(labels))}."
                    for profiles, labels in groups.items()
                )
            )
        return {key: next(iter(assigned)) for key, assigned in self._profiles.items()}


def check_listed(assignments: Iterable[Assignment]) -> None:
    """Check that no id and no name is listed for two profiles.

    :raises InvalidInput: with every problem.
    """
    table = AssignmentTable()
    for assignment in assignments:
        listed = assignment.listed
        for domain_id in listed.ids:
            table.assign(domain_id, assignment.profile, domain_id)
        for name, a_label in zip(listed.names, listed.a_labels):
            table.assign(a_label, assignment.profile, name)
    table.profiles()


@dataclass(frozen=True)
class Assigned:
    """The domains of a portfolio.

    :ivar domains: each once, in the order of the assignments.
    :ivar profiles: domain id to the name of its profile.
    :ivar unmatched: the places whose top-level domain or tag no domain of the account has.
    """

    domains: tuple[Domain, ...]
    profiles: Mapping[str, str]
    unmatched: tuple[str, ...]


def assign(
    assignments: Iterable[Assignment],
    named: Mapping[str, Domain],
    account: Sequence[Domain],
    facts: Mapping[str, Facts],
) -> Assigned:
    """Return which domains these assignments mean, and for which profile.

    :param named: the domains that are listed by name, by their names as A-labels in lower case.
    :param account: all domains of the account, where an assignment selects among them.
    :param facts: domain id to what is known of these: names, and tags where they are asked for.
    :raises InvalidInput: for a domain with two profiles, and where it is not known which domains have a tag.
    """
    known = {domain.id: domain for domain in account}
    table, domains, unmatched, problems = AssignmentTable(), dict[str, Domain](), list[str](), list[str]()
    for assignment in assignments:
        found = [known.get(domain_id, Domain(domain_id)) for domain_id in assignment.listed.ids]
        found += [named[a_label] for a_label in assignment.listed.a_labels]
        for place, selector in assignment.selectors():
            problems += _problems_of_unknown(selector, account, facts, place)
            selected = [domain for domain in account if domain.name and selector.keep(facts[domain.id])]
            unmatched += [] if selected else [place]
            found += selected
        for domain in found:
            domains.setdefault(domain.id, domain)
            table.assign(domain.id, assignment.profile, domain.name or domain.id)
    if problems:
        raise InvalidInput(*problems)
    return Assigned(tuple(domains.values()), table.profiles(), tuple(unmatched))


def _problems_of_unknown(
    selector: Filters, account: Iterable[Domain], facts: Mapping[str, Facts], place: str
) -> list[str]:
    unknown = [d.name for d in account if selector.tags and d.name and "tags" not in facts[d.id]]
    names = ", ".join(unknown)
    return [f"{place}: the API does not return the tags of {names}, so nobody knows whether they fit."] if names else []


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
