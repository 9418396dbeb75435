# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""From what a portfolio declares to domains of the account, with as few requests as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api
from ansible_collections.hostup.cloud.plugins.module_utils._api.facts import Facts, facts_by_id
from ansible_collections.hostup.cloud.plugins.module_utils._api.resolve import find_named
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._role.assignments import Assigned, assign
from ansible_collections.hostup.cloud.plugins.module_utils._role.portfolio import Portfolio
from ansible_collections.hostup.cloud.plugins.module_utils._task.domain_info import learn


def find_assigned(api: Api, portfolio: Portfolio) -> Assigned:
    """Return the domains of a portfolio with their profiles.

    :raises MissingDomains: for names that the account does not have.
    :raises InvalidInput: for a domain with two profiles.
    """
    account = api.all_domains() if portfolio.selects else []
    named = find_named(api, portfolio.names)
    facts = _facts_of_account(api, portfolio, account)
    return assign(portfolio.assignments, named, account, facts)


def _facts_of_account(api: Api, portfolio: Portfolio, account: Sequence[Domain]) -> Mapping[str, Facts]:
    """Return what is known of these domains by id, with their tags where they are asked for."""
    facts = facts_by_id(portfolio.generation, account)
    if portfolio.needs_tags:
        facts.update(learn(api, portfolio.generation, [d for d in account if "tags" not in facts[d.id]]))
    return facts
