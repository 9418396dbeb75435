# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What ``hostup_domain_info`` returns of a domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api
from ansible_collections.hostup.cloud.plugins.module_utils._api.facts import (
    KEYS,
    LIFECYCLE,
    Facts,
    available_facts,
    facts_by_id,
    facts_of,
)
from ansible_collections.hostup.cloud.plugins.module_utils._api.filters import Filters
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import as_dict
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import MissingDomains, format_request_id
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages


def as_info(domain_id: str, facts: Facts) -> dict[str, Any]:
    """Return one entry of the result: every key present, null where the API does not return it."""
    info = {"id": domain_id, **{key: facts.get(key) for key in KEYS}}
    return {**info, "lifecycle": {key: as_dict(info["lifecycle"]).get(key) for key in LIFECYCLE}}


def is_empty_list(params: Mapping[str, Any]) -> bool:
    """Return whether a task lists domains, but none: that is something else than listing nothing."""
    given = [params[option] for option in ("domain_ids", "domains") if params[option] is not None]
    return bool(given) and not any(given)


def describe(
    api: Api, generation: str, domains: Sequence[Domain], filters: Filters, *, details: bool
) -> list[dict[str, Any]]:
    """Return what the API returns of those domains that fit, in the same order.

    :param details: ask for every one of them where the domain list did not return everything.
    :raises MissingDomains: when it cannot be learnt whether a domain fits.
    """
    facts = facts_by_id(generation, domains)
    candidates = [domain for domain in domains if filters.keep(facts[domain.id])]
    wanted = filters.needs | (available_facts(generation) if details else frozenset())
    facts.update(learn(api, generation, [d for d in candidates if wanted - facts[d.id].keys()]))
    _check_known(candidates, facts, filters.needs)
    return [
        # A listed name is returned as it is listed.
        {**as_info(domain.id, facts[domain.id]), **({"name": domain.name} if domain.name else {})}
        for domain in candidates
        if filters.keep(facts[domain.id])
    ]


def learn(api: Api, generation: str, domains: Sequence[Domain]) -> dict[str, Facts]:
    """Ask for each of these domains, and return what the list and the answer say, by id.

    :raises MissingDomains: naming every domain of which the details cannot be read.
    """
    if not domains:
        return {}
    answers = api.read_details(domains)
    if answers.failures:
        first = next(iter(answers.errors.values()), None)
        raise MissingDomains(
            messages.unreadable_details(
                len(answers.failures), len(domains), messages.format_causes(domains, answers.failures)
            )
            + format_request_id(first.request_id if first else None),
            answers.failures,
            code="unreadable_domain",
        )
    return {d.id: {**facts_of(generation, d.row), **facts_of(generation, answers.values[d.id])} for d in domains}


def _check_known(domains: Sequence[Domain], facts: Mapping[str, Facts], needs: frozenset[str]) -> None:
    missing = {d.id: sorted(needs - facts[d.id].keys()) for d in domains}
    reasons = {i: messages.missing_facts(keys) for i, keys in missing.items() if keys}
    if reasons:
        raise MissingDomains(
            messages.not_filterable(len(reasons), len(domains), messages.format_causes(domains, reasons)),
            reasons,
            code="unreadable_domain",
        )
