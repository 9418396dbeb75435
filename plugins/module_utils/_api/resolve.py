# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""From what a task lists to domains of the account."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api
from ansible_collections.hostup.cloud.plugins.module_utils._api.filters import Filters
from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import Listed, problems_of_same_domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import MissingDomains


def resolve(api: Api, listed: Listed) -> list[Domain]:
    """Return every listed domain with its id, in the declared order.

    :raises MissingDomains: with all names that the account does not have.
    :raises InvalidInput: when a name and an id are the same domain.
    """
    named = list(find_named(api, listed).values())
    problems = problems_of_same_domain(listed, named)
    if problems:
        raise InvalidInput(*problems)
    return [Domain(domain_id) for domain_id in listed.ids] + named


def find_named(api: Api, listed: Listed) -> dict[str, Domain]:
    """Return the domains that are listed by name, by these names as A-labels, in the declared order.

    :raises MissingDomains: with all names that the account does not have, or if two of them are one domain.
    """
    found = api.find_domains(listed.a_labels) if listed.names else {}
    unknown = [name for name, a_label in zip(listed.names, listed.a_labels) if a_label not in found]
    if unknown:
        raise MissingDomains(
            f"The account has no domain named {', '.join(unknown)}. Check domains, and that the API key belongs to the"
            " right account.",
            dict.fromkeys(unknown, "the account has no domain of this name"),
            code="unknown_domain",
        )
    named = {a_label: found[a_label] for a_label in listed.a_labels}
    check_one_name_each(list(named.values()))
    return named


def check_one_name_each(domains: Sequence[Domain]) -> None:
    """Check that the API has not given one id for two names: nobody knows then which domain it is.

    :raises MissingDomains: naming both.
    """
    names: dict[str, str | None] = {}
    for domain in domains:
        if domain.id in names:
            reason = f"the API returned the id {domain.id} for {names[domain.id]} and for {domain.name}"
            raise MissingDomains(
                f"Could not resolve {domain.name}: {reason}. Nothing was written. List the domains by their ids.",
                {domain.name or "": reason},
                code="ambiguous_domain",
            )
        names[domain.id] = domain.name


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
    return [found.get(domain.id, domain) for domain in domains]


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
