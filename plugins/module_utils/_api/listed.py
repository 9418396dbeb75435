# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What a task lists, and the generation of the API that it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain, ListedDomain, comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput

V1 = "v1"

V2 = "v2"

_V1_ID = re.compile(r"[1-9][0-9]*")

_V2_ID = re.compile(r"dom_[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Listed:
    """What the playbook lists, checked as far as that goes without a request.

    :ivar names: domain names as written; ``a_labels`` holds their comparable forms at the same index.
    """

    generation: str
    ids: tuple[str, ...]
    names: tuple[str, ...]
    a_labels: tuple[str, ...]


def as_listed(domain_ids: Sequence[str], names: Sequence[str]) -> list[ListedDomain]:
    """Return what a playbook lists, in the declared order: ids first, then names, nothing resolved yet."""
    return [ListedDomain(id=domain_id) for domain_id in domain_ids] + [ListedDomain(None, name) for name in names]


def read_listed(domain_ids: Sequence[str], names: Sequence[str], api_version: str) -> Listed:
    """Check ids and names and choose the API generation.

    :param api_version: ``auto``, ``v1`` or ``v2``. Numeric ids are of v1; ``dom_`` ids and names mean v2 with ``auto``.
    :raises InvalidInput: with every problem: what is no id or no name, what is listed twice, a mixture.
    """
    ids = [domain_id.strip() for domain_id in domain_ids]
    names = [name.strip() for name in names]
    problems = [
        f'domain_ids[{index}]: "{domain_id}" is not the id of a domain. Ids are numbers (API v1) or begin with dom_'
        " (API v2); list domain names under domains."
        for index, domain_id in enumerate(ids)
        if not _generation_of_id(domain_id)
    ]
    a_labels = [comparable_name(name) or "" for name in names]
    problems.extend(
        f'domains[{index}]: "{name}" is not a domain name. Write one as in "example.com"; ids belong under domain_ids.'
        for index, (name, a_label) in enumerate(zip(names, a_labels))
        if not a_label
    )
    problems.extend(_listed_twice("domain_ids", ids))
    problems.extend(_listed_twice("domains", a_labels))
    generation, mixture = _choose_generation(ids, names, api_version)
    problems.extend(mixture)
    if problems:
        raise InvalidInput(*problems)
    return Listed(generation, tuple(ids), tuple(names), tuple(a_labels))


def problems_of_same_domain(listed: Listed, resolved: Sequence[Domain]) -> list[str]:
    """Return one problem for each name that turned out to be a domain which is also listed by its id."""
    places = {domain_id: f"domain_ids[{index}]" for index, domain_id in enumerate(listed.ids)}
    return [
        f'domains[{index}] ("{listed.names[index]}") and {places[domain.id]} ("{domain.id}") are the same domain. List'
        " it once."
        for index, domain in enumerate(resolved)
        if domain.id in places
    ]


def _generation_of_id(domain_id: str) -> str | None:
    if _V1_ID.fullmatch(domain_id):
        return V1
    return V2 if _V2_ID.fullmatch(domain_id) else None


def _listed_twice(option: str, values: Sequence[str]) -> list[str]:
    first: dict[str, int] = {}
    problems = []
    for index, value in enumerate(values):
        if value and value in first:
            problems.append(
                f'{option}[{first[value]}] and {option}[{index}] are the same domain, "{value}". List it once.'
            )
        first.setdefault(value, index)
    return problems


def _choose_generation(ids: Sequence[str], names: Sequence[str], api_version: str) -> tuple[str, list[str]]:
    of_v1 = next((f'the id "{i}"' for i in ids if _generation_of_id(i) == V1), None)
    of_v2 = next((f'the id "{i}"' for i in ids if _generation_of_id(i) == V2), None)
    if of_v1 and of_v2:
        return V2, [f"domain_ids mixes both API generations: {of_v1} is of v1 and {of_v2} is of v2. Use two tasks."]
    if api_version == V1 and of_v2:
        return V1, [f"api_version is v1, but {of_v2} is of v2. Leave api_version out, or list the v1 ids."]
    if api_version == V2 and of_v1:
        return V2, [f"api_version is v2, but {of_v1} is of v1. Leave api_version out, or list the v2 ids."]
    if api_version == "auto" and of_v1 and names:
        return V1, [
            f'{of_v1} means API v1, but a name ("{names[0]}") means v2. Set api_version to v1, or use two tasks.'
        ]
    return (api_version if api_version != "auto" else V1 if of_v1 else V2), []
