#!/usr/bin/python
# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hostup_domain_contacts
short_description: Keep the registrant contact of many domains as declared
version_added: 1.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Compares the registrant contact that HostUp stores for each listed domain with the declared one, and updates the
    domains that differ with as few bulk requests as possible. It waits for the jobs of the API, and reads back what
    was stored.
  - A contact field that is not declared is left alone, and reading back checks that it was.
  - A domain that is not listed is never touched.
  - A write happens only for a domain whose stored contact really differs. With API v2 it carries only what differs.
    API v1 needs the complete contact, so there it carries every field that was read.
  - RV(ignore:changed) and the diff come from one plan; check mode prints the same plan and writes nothing.
  - V(updated) means that the domain was read back, every declared field is as declared, and every other field as
    before.
  - With O(approved_plan), nothing is written that is not in the plan that was approved.
extends_documentation_fragment:
  - hostup.cloud.connection
  - hostup.cloud.writing
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
      - One entry for each domain that differs, with one line for each field that differs. Domains with the very same
        change are one entry, which counts and names them.
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
      - Every value must be a string. Quote what YAML would read as something else, such as V("NO"), V("0150") and
        V("+46700000000").
      - Everything is validated before the first request, and all problems are reported at once.
      - The registration number (C(orgno), C(registrationIdentifier)) cannot be managed here. The bulk update of the
        API does not carry it, and for C(.se), C(.nu) and C(.test) it needs identity verification.
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
seealso:
  - module: hostup.cloud.hostup_domain_contacts_info
  - module: hostup.cloud.hostup_domain_info
  - module: hostup.cloud.hostup_job_info
  - module: hostup.cloud.hostup_portfolio
  - name: HostUp API, bulk contact update
    description: The request that this module sends, version 2.
    link: https://developer.hostup.se/endpoints/domain-services/post-v2-domains-bulk-contacts
notes:
  - Version 2 of the API takes a patch, so only the fields that differ are sent. What version 1 does with a field that
    is left out is not documented, so there every field that was read is sent along unchanged.
  - Changing a registrant has legal consequences. For generic top-level domains, a new name, organisation or e-mail
    address must be confirmed by e-mail and can lock the domain against transfers. For C(.se) and C(.nu), a new name or
    organisation is a change of holder, which the registry may refuse. The task then fails with V(not_applied). See
    O(material_changes).
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
    - name: Report which domains did not move
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

- name: Later, see its outcome; what has arrived is not sent again
  hostup.cloud.hostup_domain_contacts:
    domains: "{{ company_domains }}"
    contacts: "{{ company_contact }}"
    pending_jobs: "{{ queued.jobs | map(attribute='id') | select | list }}"

- name: Erik has left, so Anna takes his place where he is named
  hostup.cloud.hostup_domain_contacts:
    domains: "{{ company_domains }}"
    when_current:
      email: erik@example.com
    contacts:
      firstname: Anna
      lastname: Svensson
      email: anna@example.com
    max_changed: 50

- name: Change many domains, carefully
  hostup.cloud.hostup_domain_contacts:
    domains: "{{ company_domains }}"
    contacts: "{{ company_contact }}"
    preflight: list
    on_blocked: skip
    canary: 3
    backup: true
    backup_path: "{{ backup_folder }}/"
  register: careful

- name: Make a plan to be approved
  hostup.cloud.hostup_domain_contacts:
    domains: "{{ company_domains }}"
    contacts: "{{ company_contact }}"
    save_plan: plan.json
  check_mode: true
  diff: true

- name: Later, write what that plan holds, and nothing else
  hostup.cloud.hostup_domain_contacts:
    domains: "{{ company_domains }}"
    contacts: "{{ company_contact }}"
    approved_plan: plan.json

- name: Report only which fields differ
  hostup.cloud.hostup_domain_contacts:
    domains: "{{ company_domains }}"
    contacts: "{{ company_contact }}"
    redact: true
  check_mode: true
  diff: true
"""

RETURN = r"""
msg:
  description: How many domains have which status, in words. A task that fails says before that what is wrong.
  returned: on failure, and when domains were compared
  type: str
  sample: 305 to change, 8 unchanged, 1 blocked.
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
      altered: []
      held_back: []
      stored: {}
      reason:
  contains:
    id:
      description: The id, as the API gives it. Null for a name that could not be resolved.
      type: str
      returned: always
    name:
      description:
        - The domain name as the API returns it, also if it is listed in another spelling. Null where it is not known;
          API v1 does not return it with a contact.
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
        - V(altered), a field that the update was not to change is no longer what it was. The update or somebody else
          has done it. RV(domains[].altered) lists the fields.
        - V(blocked), the domain cannot be edited now.
        - V(skipped), the domain is not as O(when_current) asks, or the run ended before it was compared.
        - V(failed), the domain could not be read or updated, or the run ended before it was written.
          RV(domains[].reason) says why.
      type: str
      returned: always
    changed_fields:
      description: The fields that differ from the declaration.
      type: list
      elements: str
      returned: always
    before:
      description:
        - The stored values of the fields that differ. Null for each of them with O(redact=true).
        - Of a task that fails, only domains that did not end well have them, and of these only the ones that the run
          came to.
      type: dict
      returned: always
    after:
      description: The declared values of the fields that differ, for the same domains as RV(domains[].before).
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
        - Declared fields of which the API does not return what is stored, which can be C(address2) with API v1.
        - They are sent along when another field changes. By themselves they are no reason to write.
      type: list
      elements: str
      returned: always
    not_applied:
      description: The fields that are not stored as declared, after an update.
      type: list
      elements: str
      returned: always
    altered:
      description:
        - The fields that the update was not to change and that are no longer as before; in another notation they are.
      type: list
      elements: str
      returned: always
      version_added: 2.0.0
    held_back:
      description:
        - The fields that differ, and are left alone below this top-level domain. They are not among
          RV(domains[].changed_fields). See O(holder_fields).
      type: list
      elements: str
      returned: always
      version_added: 2.0.0
    stored:
      description:
        - What is stored instead, for the fields in RV(domains[].not_applied) and RV(domains[].altered). Null for each
          with O(redact=true).
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
    total: 200
    unchanged: 170
    planned: 0
    queued: 0
    updated: 30
    not_applied: 0
    altered: 0
    blocked: 0
    skipped: 0
    failed: 0
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
        - V(queued), V(running), V(completed) or V(failed) as the API last returned. V(vanished), if the API does not
          know the job any more.
          V(unknown), if it could not be polled, or reports a state that is not documented.
      type: str
      returned: always
    domain_ids:
      description: The ids of the domains that the job is about.
      type: list
      elements: str
      returned: always
    progress:
      description: Percent, where the API returns it. Null otherwise.
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
      description: Polls of jobs.
      type: int
      returned: always
api_url:
  description: The address of the API. Null if the task ended before it was used.
  returned: always
  type: str
  sample: https://cloud.hostup.se
  version_added: 2.0.0
backup_file:
  description: The absolute path of the backup, on the host that ran the task.
  returned: when a backup was written
  type: str
  sample: /home/anna/hostup-backups/hostup-contacts-20261123T081500Z-x7k2m1qa.json
plan_file:
  description: The absolute path of the plan, on the host that ran the task.
  returned: when a plan was written
  type: str
  sample: /home/anna/domains/plan.json
  version_added: 2.0.0
plan_digest:
  description:
    - The digest of the plan, for O(approved_digest). It is V(sha256:) and 64 hexadecimal digits, over the C(api_url),
      the C(api_version) and the C(changes) of O(save_plan), sorted by domain. Neither the time nor the version of the
      collection changes it.
    - With O(redact=true), it depends on O(plan_secret).
  returned: when a plan was made, and no guard but the approval ended the run
  type: str
  sample: sha256:3f0a1d6c5b7e4f29808d2c6b9e4a7f135d8c0b2e6a9f4d7c1b3e5a8f0d2c4b6e
  version_added: 2.0.0
unapproved:
  description: The changes that are not as they were approved.
  returned: when O(approved_plan) or O(approved_digest) ended the run
  type: list
  elements: dict
  sample:
    - id: dom_01example000000000000000aa
      name: example.com
      fields: [city]
      reason: What is stored in city has changed since.
  contains:
    id:
      description: The id of the domain.
      type: str
      returned: always
    name:
      description: The name of the domain. Null where it is not known.
      type: str
      returned: always
    fields:
      description: The fields that are not as they were approved.
      type: list
      elements: str
      returned: always
    reason:
      description:
        - Why. The domain or the field is not in the approved plan, the stored value has changed since, or the declared
          one has.
      type: str
      returned: always
  version_added: 2.0.0
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
        - Before anything is written, V(invalid_input), V(unknown_domain), V(ambiguous_domain), V(unreadable_domain),
          V(unreadable_field), V(material_change_denied), V(too_many_changes), V(preflight_failed), V(blocked),
          V(plan_changed), V(plan_file_failed), V(backup_failed) or V(job_file_failed).
        - On the way, V(connection_failed), V(proxy_failed), V(connection_lost), V(timeout), V(redirected),
          V(unusable_answer), V(certificate_not_trusted) or V(ca_bundle_not_readable).
        - After writing, V(altered), V(not_applied), V(job_failed), V(wait_timeout), or V(outcome_unknown) if nobody
          knows whether the API acted.
        - V(interrupted), if the task was asked to end, V(missing_library), if the Python library requests is missing,
          and V(internal_error) for a fault of this collection.
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

from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import as_listed, read_listed
from ansible_collections.hostup.cloud.plugins.module_utils._api.resolve import resolve
from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import read_declared
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Report
from ansible_collections.hostup.cloud.plugins.module_utils._task.connection import connection_argument_spec
from ansible_collections.hostup.cloud.plugins.module_utils._task.options import contacts_argument_spec, read_together
from ansible_collections.hostup.cloud.plugins.module_utils._task.quiet_module import QuietModule
from ansible_collections.hostup.cloud.plugins.module_utils._task.task import Task
from ansible_collections.hostup.cloud.plugins.module_utils._task.writing import (
    Writing,
    plan_nothing,
    read_write_options,
)


def run(task: Task[Report]) -> None:
    """Options, then read, plan, guard, write, wait, verify. The result is made from ``task.report``."""
    params, report = task.params, task.report
    ids, names = params["domain_ids"] or [], params["domains"] or []
    report.domains = as_listed(ids, names)
    listed, declared, options = read_together(
        lambda: read_listed(ids, names, params["api_version"]),
        lambda: read_declared(params["contacts"], redact=params["redact"]),
        lambda: read_write_options(params, [params["contacts"]]),
    )
    if not report.domains:
        plan_nothing(task, options, listed.generation)
        return
    report.mark_sensitive(declared, options.condition)
    writing = Writing(task, options, listed.generation)
    writing.carry_out(resolve(writing.api, listed), {None: declared})


def main() -> None:
    module = QuietModule(
        argument_spec={**connection_argument_spec(), **contacts_argument_spec()},
        required_one_of=[("domain_ids", "domains")],
        supports_check_mode=True,
    )
    Task(module, Report(check_mode=module.check_mode, redact=module.params["redact"])).finish(run)


if __name__ == "__main__":
    main()
