# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: portfolio
short_description: Plan one task for each contact profile
version_added: 1.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Takes contact profiles, and what says which domains they are for, and returns what
    M(hostup.cloud.hostup_domain_contacts) has to be called with, once for each profile.
  - It sends no request. It is what the role P(hostup.cloud.domain_contacts#role) is built on.
  - Nothing raises an error. Everything that is wrong is returned in RV(_value.problems), in sentences that name the
    variables of the role.
positional: assignments, options, account, api_version
options:
  _input:
    description:
      - Contact profiles, as a dictionary of names to contacts. The fields are those of
        O(hostup.cloud.hostup_domain_contacts#module:contacts).
      - The key V(base) names another profile whose fields are inherited. A field that is null is inherited as left
        alone.
    type: dict
    required: true
  assignments:
    description:
      - List of dictionaries with a C(profile), and at least one of C(domains), C(domain_ids), C(tlds) and C(tags). A
        domain that fits any entry of any of these lists gets the profile.
    type: list
    elements: dict
    required: true
  options:
    description:
      - Options for all calls of M(hostup.cloud.hostup_domain_contacts). They are checked for unknown ones, and for
        what decides the generation of the API.
    type: dict
  account:
    description:
      - The domains of the account, as M(hostup.cloud.hostup_domain_info) returns them.
      - Give them when RV(_value.needs_account) of an earlier call is V(true).
    type: list
    elements: dict
  api_version:
    description: The generation of the API, where O(options) do not say it.
    type: str
    choices: [auto, v1, v2]
    default: auto
"""

EXAMPLES = r"""
- name: Plan without a request
  ansible.builtin.set_fact:
    plan: "{{ profiles | hostup.cloud.portfolio(assignments) }}"
  vars:
    profiles:
      company:
        companyname: Example AB
        email: domains@example.com
      shop:
        base: company
        email: shop@example.com
    assignments:
      - profile: company
        domains: [example.com, example.se]
      - profile: shop
        domains: [shop.example]

- name: Stop if something is wrong
  ansible.builtin.assert:
    that: plan.problems == []
    fail_msg: "{{ plan.problems | join(' ') }}"
"""

RETURN = r"""
_value:
  description: The plan.
  type: dict
  contains:
    problems:
      description: What is wrong, in sentences. Empty if nothing is.
      type: list
      elements: str
    calls:
      description:
        - For each assigned profile what to call M(hostup.cloud.hostup_domain_contacts) with, a dictionary with
          C(contacts), C(domain_ids) and C(domains).
        - Empty if there are problems, or if the domains of the account are needed first.
      type: dict
    needs_account:
      description:
        - Whether the domains of the account must be known. That is so if there are C(tlds) or C(tags), or if one
          profile lists ids and another one names, which could be the same domain.
      type: bool
    needs_tags:
      description: Whether the tags of the domains must be known too.
      type: bool
    options:
      description: Options for each of these calls, with C(api_version) where the ids decide it.
      type: dict
    connection:
      description: Those of them that M(hostup.cloud.hostup_domain_info) has too.
      type: dict
    unmatched:
      description: The C(tlds) and C(tags) that no domain of the account fits, by their places.
      type: list
      elements: str
"""

from collections.abc import Callable
from functools import partial

from ansible_collections.hostup.cloud.plugins.module_utils._role.portfolio import KnownOptions, plan_calls
from ansible_collections.hostup.cloud.plugins.module_utils._task.connection import connection_argument_spec
from ansible_collections.hostup.cloud.plugins.module_utils._task.options import contacts_argument_spec

KNOWN = KnownOptions.of(connection_argument_spec(), contacts_argument_spec())


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters of this file by their names."""
        return {"portfolio": partial(plan_calls, known=KNOWN)}
