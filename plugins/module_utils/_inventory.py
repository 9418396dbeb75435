# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Find the domains that a module reads, and learn about them, with as few requests as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api import Api
from ansible_collections.hostup.cloud.plugins.module_utils._apply import resolve
from ansible_collections.hostup.cloud.plugins.module_utils._domain import Domain, Listed
from ansible_collections.hostup.cloud.plugins.module_utils._domain_info import Filters, Told, as_info, tellable, told
from ansible_collections.hostup.cloud.plugins.module_utils._errors import MissingDomains, told_request_id
from ansible_collections.hostup.cloud.plugins.module_utils._report import told_causes


def is_empty_list(params: Mapping[str, Any]) -> bool:
    """Tell whether a task lists domains, but none: that is something else than listing nothing."""
    given = [params[option] for option in ("domain_ids", "domains") if params[option] is not None]
    return bool(given) and not any(given)


def find_listed(api: Api, listed: Listed) -> list[Domain]:
    """Return every listed domain with its id, its name and its row of the domain list, in the declared order.

    :raises MissingDomains: with all names, or else all ids, that the account does not have.
    :raises InvalidInput: when a name and an id are the same domain.
    """
    domains = resolve(api, listed)
    found = api.find_ids(listed.ids)
    unknown = [domain_id for domain_id in listed.ids if domain_id not in found]
    if unknown:
        raise unknown_ids(unknown)
    return [found.get(domain.id or "", domain) for domain in domains]


def unknown_ids(domain_ids: Sequence[str]) -> MissingDomains:
    """Return the error for listed ids that the account does not have."""
    return MissingDomains(
        f"The account has no domain with the id {', '.join(domain_ids)}. Check domain_ids, and that the API key belongs"
        " to the right account.",
        dict.fromkeys(domain_ids, "the account has no domain with this id"),
        code="unknown_domain",
    )


def find_filtered(api: Api, filters: Filters) -> list[Domain]:
    """Return the domains of the account that may fit: all of them, or those with the exact names of the filter."""
    if filters.names and not filters.patterns:
        try:
            return list(api.find_domains(sorted(filters.names)).values())
        except MissingDomains as error:
            # Two domains of one name are no problem here: the filter keeps both.
            if error.code != "ambiguous_domain":
                raise
    return api.all_domains()


def describe(
    api: Api, generation: str, domains: Sequence[Domain], filters: Filters, *, details: bool
) -> list[dict[str, Any]]:
    """Return what the API tells of those domains that fit, in the same order.

    :param details: ask for every one of them where the domain list did not tell everything.
    :raises MissingDomains: when it cannot be learnt whether a domain fits.
    """
    facts: dict[str, Told] = {domain.id or "": told(generation, domain.row) for domain in domains}
    candidates = [domain for domain in domains if filters.keep(facts[domain.id or ""])]
    wanted = filters.needs | (tellable(generation) if details else frozenset())
    facts.update(learn(api, generation, [d for d in candidates if wanted - facts[d.id or ""].keys()]))
    _check_told(candidates, facts, filters.needs)
    return [
        # A listed name is told as it is listed.
        {**as_info(domain.id or "", facts[domain.id or ""]), **({"name": domain.name} if domain.name else {})}
        for domain in candidates
        if filters.keep(facts[domain.id or ""])
    ]


def learn(api: Api, generation: str, domains: Sequence[Domain]) -> dict[str, Told]:
    """Ask for each of these domains, and return what the list and the answer tell, by id.

    :raises MissingDomains: naming every domain of which the details cannot be read.
    """
    if not domains:
        return {}
    answers = api.read_details(domains)
    if answers.failures:
        first = next(iter(answers.errors.values()), None)
        raise MissingDomains(
            f"Could not read the details of {len(answers.failures)} of {len(domains)} domains."
            f" {told_causes(domains, answers.failures)}{told_request_id(first.request_id if first else None)}",
            answers.failures,
            code="unreadable_domain",
        )
    return {d.id or "": {**told(generation, d.row), **told(generation, answers.values[d.id or ""])} for d in domains}


def _check_told(domains: Sequence[Domain], facts: Mapping[str, Told], needs: frozenset[str]) -> None:
    missing = {d.id or "": sorted(needs - facts[d.id or ""].keys()) for d in domains}
    reasons = {i: f"the API does not tell its {' and '.join(keys)}." for i, keys in missing.items() if keys}
    if reasons:
        raise MissingDomains(
            f"Could not filter {len(reasons)} of {len(domains)} domains. {told_causes(domains, reasons)}",
            reasons,
            code="unreadable_domain",
        )
