#!/usr/bin/python
# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hostup_domain_contacts
short_description: Keep the registrant contact of many domains as declared
version_added: 0.1.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Compares the registrant contact that HostUp stores for each listed domain with the declared one, and updates the
    domains that differ with as few bulk requests as possible. It waits for the jobs of the API, and reads back what
    was stored.
  - A contact field that is not declared is left alone.
  - A domain that is not listed is never touched.
  - A write happens only for a domain whose stored contact really differs, and carries only what differs.
  - RV(ignore:changed) and the diff come from one plan; check mode prints the same plan and writes nothing.
extends_documentation_fragment:
  - hostup.cloud.connection
  - hostup.cloud.attributes
  - hostup.cloud.attributes.actiongroup_hostup
attributes:
  check_mode:
    support: full
    details:
      - Reads and compares, sends no write, and returns the same plan, V(changed) and diff as the real run.
  diff_mode:
    support: full
    details:
      - One entry for each domain that differs, with one line for each field that differs.
  idempotent:
    support: full
    details:
      - A second run writes nothing, as long as the registrar keeps what it was given.
options:
  domain_ids:
    description:
      - The domains by their ids, exactly as the API gives them. Numbers are ids of API v1; ids of API v2 begin with
        V(dom_).
      - At least one of O(domain_ids) and O(domains) is required. An empty list is a run that sends no request.
      - A domain that is listed twice is an error, also when it is listed once by its id and once by its name.
    type: list
    elements: str
  domains:
    description:
      - The domains by their names. Internationalised names can be written in Unicode or as A-labels (V(xn--)).
      - They are resolved to ids with the domain list of the account, or by single look-ups where that takes fewer
        requests.
      - Names that the account does not have are an error that lists all of them.
    type: list
    elements: str
  contacts:
    description:
      - The registrant contact to keep. A field that is absent or null is left alone, V("") means that it must be
        empty.
      - Every value must be text. Quote what YAML would read as something else, such as V("NO"), V("0150") and
        V("+46700000000").
      - Everything is validated before the first request, and all problems are told at once.
      - The registration number (C(orgno), C(registrationIdentifier)) cannot be managed here. The bulk update of the
        API does
        not carry it, and for C(.se), C(.nu) and C(.test) it needs identity verification.
    type: dict
    required: true
    suboptions:
      firstname:
        description: First name of the registrant, or of its contact person. Cannot be emptied.
        type: str
        aliases: [first_name, firstName]
      lastname:
        description: Last name of the registrant, or of its contact person. Cannot be emptied.
        type: str
        aliases: [last_name, lastName]
      companyname:
        description:
          - The organisation. Where it is not empty, registries take it for the legal holder of the domain.
        type: str
        aliases: [company_name, companyName, company]
      email:
        description: E-mail address, at most 254 characters. Cannot be emptied.
        type: str
      phonenumber:
        description:
          - Phone number in international form, as in V("+46700000000"). Cannot be emptied.
          - Separators do not count in the comparison, so a stored V(+46.700000000) is equivalent.
        type: str
        aliases: [phone_number, phoneNumber, phone]
      address1:
        description: First line of the street address. Cannot be emptied.
        type: str
        aliases: [street]
      address2:
        description: Second line of the street address.
        type: str
      city:
        description: City. Cannot be emptied.
        type: str
      postcode:
        description:
          - Postcode. Cannot be emptied. For SE, NO, DK, FI, US, GB and NL its form is checked.
          - The space of SE, GB and NL postcodes does not count in the comparison.
        type: str
        aliases: [postal_code, postalCode]
      state:
        description: State or province.
        type: str
      country:
        description: Two-letter code of ISO 3166-1, as in V("SE"). Cannot be emptied.
        type: str
        aliases: [country_code, countryCode]
  wait:
    description:
      - Whether to wait until the jobs of the API are over.
      - With V(false) the task ends as soon as the update is queued, and the changed domains are V(queued). Nothing is
        verified then; the result says nothing about whether the registrar accepted it. Run the task again later to
        see.
    type: bool
    default: true
  wait_timeout:
    description:
      - How long to wait for all jobs together, in seconds, from 1 to 86400.
      - When the time is up, the task fails with V(changed=true). The domains of unfinished jobs are V(queued).
    type: int
    default: 900
  poll_interval:
    description:
      - The longest pause between two questions for the state of a job, in seconds, from 0.1 to 300. The first pauses
        are shorter.
    type: float
    default: 2
  verify:
    description:
      - Whether to read the changed domains again after the jobs, and to compare. A field that is not stored as
        declared makes the task fail.
      - With V(false) the word of the job is all there is.
    type: bool
    default: true
  batch_size:
    description:
      - How many domains go into one bulk request, from 1 to 1000.
      - When the API answers that there are too many, the batch is halved and tried again.
    type: int
    default: 100
  concurrency:
    description:
      - How many requests may run in parallel where the API knows only one domain per request, from 1 to 32. That is
        reading with API v1.
    type: int
    default: 8
  strict:
    description:
      - Compare exactly. Without it, spellings that mean the same (such as the separators in a phone number) count as
        equal and are told in RV(domains[].equivalent).
    type: bool
    default: false
  accept_stored:
    description:
      - Further spellings that count as equal to the declared value, as a list of texts for each field in O(contacts).
      - It is for a registry that alters what it is given. If it stores V(Malmo) for V(Malmö), every run would find a
        difference, write it again, and fail with V(not_applied). List V(Malmo) here, and the stored value is accepted.
      - A domain that stores another value, neither the declared nor an accepted one, is still updated.
      - The spellings are compared as text, also with O(strict=true).
    type: dict
    version_added: 0.1.0
seealso:
  - name: HostUp API, bulk contact update
    description: The request that this module sends, version 2.
    link: https://developer.hostup.se/endpoints/domain-services/post-v2-domains-bulk-contacts
notes:
  - Version 2 of the API takes a patch, so only the fields that differ are sent. What version 1 does with a field that
    is
    left out is not documented, so there every field that was read is sent along unchanged.
  - Changing a registrant has legal consequences. For generic top-level domains, a new name, organisation or e-mail
    address
    must be confirmed by e-mail and can lock the domain against transfers. For C(.se) and C(.nu), a new name or
    organisation is a change of holder, which the registry may refuse. The task then fails with V(not_applied).
"""

EXAMPLES = r"""
- name: One field on one domain, everything else stays as it is
  hostup.cloud.hostup_domain_contacts:
    api_key: "{{ hostup_api_key }}"
    domains:
      - example.com
    contacts:
      email: domains@example.com

# The API key comes from the environment variable HOSTUP_API_KEY in all further examples.

- name: Our registrant contact, on domains given by their ids
  hostup.cloud.hostup_domain_contacts:
    domain_ids: ["11790", "11791"]
    contacts:
      firstname: Anna
      lastname: Svensson
      companyname: Example AB
      email: domains@example.com
      phonenumber: "+46700000000"
      address1: Examplegatan 1
      address2: ""
      city: Stockholm
      postcode: "123 45"
      state: ""
      country: SE

- name: See what would change, and change nothing
  hostup.cloud.hostup_domain_contacts:
    domains: "{{ company_domains }}"
    contacts: "{{ company_contact }}"
  check_mode: true
  diff: true
  register: plan

- name: Show the domains that differ
  ansible.builtin.debug:
    msg: "{{ plan.domains | selectattr('status', 'eq', 'planned') | map(attribute='name') | list }}"

- name: Settings for several tasks in one place
  module_defaults:
    group/hostup.cloud.hostup:
      api_key: "{{ hostup_api_key }}"
      timeout: 60
  block:
    - name: The contact of the company
      hostup.cloud.hostup_domain_contacts:
        domains: "{{ company_domains }}"
        contacts: "{{ company_contact }}"

- name: Handle a failure
  block:
    - name: Move to the new office
      hostup.cloud.hostup_domain_contacts:
        domains: "{{ company_domains }}"
        contacts:
          address1: Exempelvägen 2
          city: Uppsala
          postcode: "753 10"
      register: move
  rescue:
    - name: Tell which domains did not move
      ansible.builtin.debug:
        msg: >-
          {{ ansible_failed_result.failure.code }}:
          {{ ansible_failed_result.domains | rejectattr('status', 'in', ['updated', 'unchanged'])
             | map(attribute='name') | list }}

- name: Live with a registry that strips the accents
  hostup.cloud.hostup_domain_contacts:
    domains:
      - example.com
    contacts:
      firstname: Anna
      city: Malmö
    accept_stored:
      city: ["Malmo", "MALMO"]

- name: Queue the update and go on
  hostup.cloud.hostup_domain_contacts:
    domains: "{{ company_domains }}"
    contacts: "{{ company_contact }}"
    wait: false
  register: queued
"""

RETURN = r"""
domains:
  description:
    - One entry for each listed domain, ids first and then names, in the declared order. It is complete also when the
      task fails.
  returned: always
  type: list
  elements: dict
  sample:
    - id: dom_01example000000000000000aa
      name: example.com
      status: updated
      changed_fields: [city]
      before: {city: Uppsala}
      after: {city: Stockholm}
      equivalent:
        - field: phonenumber
          rule: phone_notation
      unverifiable: []
      not_applied: []
      stored: {}
      reason:
  contains:
    id:
      description: The id, as the API gives it. Null for a name that could not be resolved.
      type: str
      returned: always
    name:
      description: The domain name. Null where it is not known; API v1 does not tell it with a contact.
      type: str
      returned: always
    status:
      description:
        - V(unchanged), the stored contact is as declared.
        - V(planned), it would be updated (check mode).
        - V(queued), the update was accepted, and its end was not waited for or did not come in time.
        - V(updated), the declared values are stored.
        - V(not_applied), the update was carried out, but other values are stored. RV(domains[].not_applied) lists the
          fields.
        - V(blocked), the domain cannot be edited now.
        - V(skipped), the run ended before this domain was compared.
        - V(failed), the domain could not be read or updated. RV(domains[].reason) says why.
      type: str
      returned: always
    changed_fields:
      description: The fields that differ from the declaration.
      type: list
      elements: str
      returned: always
    before:
      description: The stored values of the fields that differ.
      type: dict
      returned: always
    after:
      description: The declared values of the fields that differ.
      type: dict
      returned: always
    equivalent:
      description: Fields whose stored spelling differs from the declared one without meaning something else.
      type: list
      elements: dict
      returned: always
      contains:
        field:
          description: The contact field.
          type: str
          returned: always
        rule:
          description:
            - Why they count as equal, V(phone_notation), V(postcode_notation), V(country_case), V(state_case),
              V(email_domain), V(outer_white_space), V(unicode_composition) or V(accept_stored).
          type: str
          returned: always
    unverifiable:
      description:
        - Declared fields of which the API does not tell what is stored, which can be C(address2) with API v1.
        - They are sent along when another field changes. By themselves they are no reason to write.
      type: list
      elements: str
      returned: always
    not_applied:
      description: The fields that are not stored as declared, after an update.
      type: list
      elements: str
      returned: always
    stored:
      description: What is stored instead, for the fields in RV(domains[].not_applied).
      type: dict
      returned: always
    reason:
      description: Why the status is what it is, where that needs words. Null otherwise.
      type: str
      returned: always
summary:
  description: The number of listed domains in all (C(total)) and with each status.
  returned: always
  type: dict
  sample:
    {total: 200, unchanged: 170, planned: 0, queued: 0, updated: 30, not_applied: 0, blocked: 0, skipped: 0, failed: 0}
jobs:
  description: The jobs of the API that carried out the updates. Empty when nothing was written.
  returned: always
  type: list
  elements: dict
  sample:
    - id: dbj_01example000000000000000bb
      status: completed
      domain_ids: [dom_01example000000000000000aa]
      progress: 100
  contains:
    id:
      description: The id of the job. Null if the API accepted the update without naming a job.
      type: str
      returned: always
    status:
      description:
        - V(queued), V(running), V(completed) or V(failed) as the API last told. V(vanished), if the API does not know
          the job any more.
          V(unknown), if it could not be asked.
      type: str
      returned: always
    domain_ids:
      description: The ids of the domains that the job is about.
      type: list
      elements: str
      returned: always
    progress:
      description: Percent, where the API tells it. Null otherwise.
      type: float
      returned: always
api_calls:
  description: How many requests were sent, retries included.
  returned: always
  type: dict
  sample: {read: 3, write: 1, poll: 2}
  contains:
    read:
      description: Requests that read contacts or the domain list.
      type: int
      returned: always
    write:
      description: Bulk updates.
      type: int
      returned: always
    poll:
      description: Questions for the state of a job.
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
    method: POST
    path: /api/v2/domains/bulk/contacts/read
  contains:
    http_status:
      description: The HTTP status of the answer. Null if there was none.
      type: int
      returned: always
    code:
      description:
        - The code of the API, such as V(unauthorized), V(forbidden) or V(rate_limited). Where the API gave none,
          V(http_) and the status.
        - Before anything is written, V(invalid_input), V(unknown_domain), V(ambiguous_domain) or V(unreadable_domain).
        - On the way, V(connection_failed), V(connection_lost), V(timeout), V(redirected), V(unusable_answer),
          V(certificate_not_trusted) or V(ca_bundle_not_readable).
        - After writing, V(not_applied), V(job_failed), V(wait_timeout), or V(outcome_unknown) if nobody knows whether
          the API acted.
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

from ansible_collections.hostup.cloud.plugins.module_utils._apply import ApplySettings, apply, read_stored, resolve
from ansible_collections.hostup.cloud.plugins.module_utils._clock import Clock
from ansible_collections.hostup.cloud.plugins.module_utils._declared import read_accepted, read_declared
from ansible_collections.hostup.cloud.plugins.module_utils._domain import as_listed, read_listed
from ansible_collections.hostup.cloud.plugins.module_utils._options import (
    connection_argument_spec,
    contacts_argument_spec,
    read_connection,
    read_together,
)
from ansible_collections.hostup.cloud.plugins.module_utils._plan import Comparison, make_plan, never_read
from ansible_collections.hostup.cloud.plugins.module_utils._report import Report
from ansible_collections.hostup.cloud.plugins.module_utils._task import Task


def run(task: Task[Report]) -> None:
    """Options, read, plan, apply: what happens in a run. The result is told from ``task.report``, however it ends."""
    params = task.params
    ids, names = params["domain_ids"] or [], params["domains"] or []
    task.report.domains = as_listed(ids, names)
    listed, declared, accepted, connection = read_together(
        lambda: read_listed(ids, names, params["api_version"]),
        lambda: read_declared(params["contacts"]),
        lambda: read_accepted(params["accept_stored"] or {}, params["contacts"]),
        lambda: read_connection(params),
    )
    if not task.report.domains:
        return
    task.report.keep_private(declared)
    api = task.open_api(listed.generation, connection)
    task.report.domains = resolve(api, listed)
    stored = read_stored(api, task.report)
    comparison = Comparison(params["strict"], accepted, never_read(stored.values(), api.may_leave_out))
    plan = make_plan(task.report.domains, stored, declared, comparison)
    task.report.take_plan(plan)
    if plan.changing and not task.check_mode:
        settings = ApplySettings(**{name: params[name] for name in ("wait", "wait_timeout", "poll_interval", "verify")})
        apply(plan, api, task.report, settings, Clock())


def main() -> None:
    module = AnsibleModule(
        argument_spec={**connection_argument_spec(), **contacts_argument_spec()},
        required_one_of=[("domain_ids", "domains")],
        supports_check_mode=True,
    )
    Task(module, Report(check_mode=module.check_mode)).finish(run)


if __name__ == "__main__":
    main()
