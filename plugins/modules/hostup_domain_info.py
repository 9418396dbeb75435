#!/usr/bin/python
# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hostup_domain_info
short_description: List the domains of a HostUp account
version_added: 1.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Returns the domains of the account, or those that are listed, with their status, their lifecycle, their dates and
    their tags.
  - Filters choose among them. A domain is returned if it fits all filters that are given.
  - The ids in the result are what O(hostup.cloud.hostup_domain_contacts#module:domain_ids) takes.
extends_documentation_fragment:
  - hostup.cloud.connection
  - hostup.cloud.selection
  - hostup.cloud.attributes
  - hostup.cloud.attributes.info_module
  - hostup.cloud.attributes.actiongroup_hostup
options:
  name:
    description:
      - Only domains with one of these names. Unlike in O(domains), a name that the account does not have is no error.
      - A name can hold the wildcards V(*) and V(?), as in V(example.*). Internationalised names can be written in
        Unicode or as A-labels.
    type: list
    elements: str
  tld:
    description:
      - Only domains below one of these top-level domains, with or without a leading dot, in Unicode or as A-label.
      - An ending with several labels, such as V(co.uk), is possible too.
    type: list
    elements: str
  service_status:
    description:
      - Only domains with one of these statuses.
    type: list
    elements: str
    choices: [active, suspended, terminated, pending, cancelled, expired, fraud, unknown]
  tags:
    description:
      - Only domains that have all of these tags. API v1 does not return tags, so that this filter is an error there.
      - Where the domain list does not return the tags, every domain that fits the other filters is asked for them, with
        one request each.
    type: list
    elements: str
  details:
    description:
      - Whether to ask for each domain of which the domain list does not return everything, with one request each.
      - With V(false), what the domain list does not return is null in the result. With API v2 that can be the dates and
        the tags; with API v1 it is the lock in RV(domains[].lifecycle), and can be more.
    type: bool
    default: false
seealso:
  - module: hostup.cloud.hostup_domain_contacts
  - module: hostup.cloud.hostup_domain_contacts_info
  - module: hostup.cloud.hostup_job_info
  - module: hostup.cloud.hostup_portfolio
  - name: HostUp API, domain list
    description: The request behind this module, version 2.
    link: https://developer.hostup.se/endpoints/domain-services/get-v2-domains
notes:
  - An API key with the scope C(read:domains) suffices.
"""

EXAMPLES = r"""
# The API key comes from the environment variable HOSTUP_API_KEY in all examples.

- name: All domains of the account
  hostup.cloud.hostup_domain_info:
  register: account

- name: Show those that expire first
  ansible.builtin.debug:
    msg: "{{ (account.domains | selectattr('expires_at') | sort(attribute='expires_at'))[:5] | map(attribute='name') }}"

- name: Active domains under .se and .nu
  hostup.cloud.hostup_domain_info:
    tld: [se, nu]
    service_status: active
  register: swedish

- name: Our contact, on all of these
  hostup.cloud.hostup_domain_contacts:
    domain_ids: "{{ swedish.domains | map(attribute='id') | list }}"
    contacts: "{{ company_contact }}"

- name: Every example.something, and what is tagged as production
  hostup.cloud.hostup_domain_info:
    name: "example.*"
    tags: production

- name: Everything that the API returns of two domains
  hostup.cloud.hostup_domain_info:
    domains:
      - example.com
      - räksmörgås.example
    details: true
"""

RETURN = r"""
domains:
  description:
    - The domains. Listed ones are in the declared order, ids first and then names; otherwise the order is that of the
      API.
  returned: always
  type: list
  elements: dict
  sample:
    - id: dom_01example000000000000000aa
      name: example.com
      service_status: active
      lifecycle:
        type: standard
        auto_renew_enabled: true
        registrar_lock_enabled: false
        transfer_in_progress: false
      created_at: '2020-05-01T08:00:00.000Z'
      expires_at: '2027-05-01T08:00:00.000Z'
      tags: [production]
  contains:
    id:
      description: The id, as the API gives it.
      type: str
      returned: always
    name:
      description:
        - The domain name, as it is listed in O(domains), or else as the API gives it. Null where the API does not
          return it.
      type: str
      returned: always
    service_status:
      description:
        - V(active), V(suspended), V(terminated), V(pending), V(cancelled), V(expired), V(fraud) or V(unknown). API v1
          may return other words, here in lower case.
        - Null where the API does not return it.
      type: str
      returned: always
    lifecycle:
      description: How the domain is registered.
      type: dict
      returned: always
      contains:
        type:
          description:
            - Such as V(standard), V(registration), V(transfer) or V(renewal). Null where the API does not return it.
          type: str
          returned: always
        auto_renew_enabled:
          description: Whether it is renewed by itself. Null where the API does not return it.
          type: bool
          returned: always
        registrar_lock_enabled:
          description: Whether it is locked against transfers. Null where the API does not return it.
          type: bool
          returned: always
        transfer_in_progress:
          description: Whether it is being transferred. Null where the API does not return it.
          type: bool
          returned: always
    created_at:
      description: When it was created, as the API gives it (ISO 8601). Null where the API does not return it.
      type: str
      returned: always
    expires_at:
      description: When it expires, as the API gives it (ISO 8601; a day in API v1). Null where the API does not
        return it.
      type: str
      returned: always
    tags:
      description: Its tags. Null where the API does not return it, as in API v1.
      type: list
      elements: str
      returned: always
api_calls:
  description: How many requests were sent, retries included.
  returned: always
  type: dict
  sample: {read: 2, write: 0, poll: 0}
  contains:
    read:
      description: Requests that read.
      type: int
      returned: always
    write:
      description: Updates, always 0.
      type: int
      returned: always
    poll:
      description: Polls of jobs.
      type: int
      returned: always
failure:
  description: What went wrong, for C(rescue) blocks. RV(ignore:msg) says the same in a sentence.
  returned: failure
  type: dict
  sample:
    http_status: 401
    code: unauthorized
    message: Authentication required
    request_id: req_01example0000000000000000a
    errors: []
    method: GET
    path: /api/v2/domains
  contains:
    http_status:
      description: The HTTP status of the answer. Null if there was none.
      type: int
      returned: always
    code:
      description:
        - The code of the API, such as V(unauthorized), V(forbidden) or V(rate_limited). Where the API gave none,
          V(http_) and the status.
        - From this collection, V(invalid_input), V(unknown_domain), V(ambiguous_domain), V(unreadable_domain),
          V(connection_failed), V(proxy_failed), V(connection_lost), V(timeout), V(redirected), V(unusable_answer),
          V(certificate_not_trusted) or V(ca_bundle_not_readable).
      type: str
      returned: always
    message:
      description: What the API said, or what happened instead.
      type: str
      returned: always
    request_id:
      description: The request id of the answer, for HostUp's support. Null if there was none.
      type: str
      returned: always
    errors:
      description: The field errors of the answer.
      type: list
      elements: dict
      returned: always
      contains:
        field:
          description: A JSON pointer or a field name.
          type: str
          returned: always
        message:
          description: What is wrong with it.
          type: str
          returned: always
        code:
          description: The code of the API for it. Null if there was none.
          type: str
          returned: always
    method:
      description: The HTTP method of the request. Null if the failure is not about one request.
      type: str
      returned: always
    path:
      description: The path of the request. Null if the failure is not about one request.
      type: str
      returned: always
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.hostup.cloud.plugins.module_utils._api.filters import check_available, read_filters
from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import read_listed
from ansible_collections.hostup.cloud.plugins.module_utils._api.resolve import find_filtered, find_listed
from ansible_collections.hostup.cloud.plugins.module_utils._result.info_report import InfoReport
from ansible_collections.hostup.cloud.plugins.module_utils._task.connection import (
    connection_argument_spec,
    read_connection,
)
from ansible_collections.hostup.cloud.plugins.module_utils._task.domain_info import describe, is_empty_list
from ansible_collections.hostup.cloud.plugins.module_utils._task.options import (
    domain_info_argument_spec,
    read_together,
    selection_argument_spec,
)
from ansible_collections.hostup.cloud.plugins.module_utils._task.task import Task


def run(task: Task[InfoReport]) -> None:
    """Options, find, describe: what happens in a run."""
    params = task.params
    ids, names = params["domain_ids"] or [], params["domains"] or []
    listed, filters, connection = read_together(
        lambda: read_listed(ids, names, params["api_version"]),
        lambda: read_filters(params),
        lambda: read_connection(params),
    )
    check_available(filters, listed.generation)
    if is_empty_list(params):
        return
    api = task.open_api(listed.generation, connection)
    domains = find_listed(api, listed) if ids or names else find_filtered(api, filters)
    task.report.values["domains"] = describe(api, listed.generation, domains, filters, details=params["details"])


def main() -> None:
    module = AnsibleModule(
        argument_spec={**connection_argument_spec(), **selection_argument_spec(), **domain_info_argument_spec()},
        supports_check_mode=True,
    )
    Task(module, InfoReport(domains=[])).finish(run)


if __name__ == "__main__":
    main()
