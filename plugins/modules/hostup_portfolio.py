#!/usr/bin/python
# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hostup_portfolio
short_description: Keep the registrant contacts of a portfolio of domains as declared
version_added: 2.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Contacts are declared once, as profiles, and assignments say which domains have which profile. All domains are
    compared, written, waited for and read back together, as M(hostup.cloud.hostup_domain_contacts) does it with one
    contact. Twenty profiles take about as long as one.
  - Everything that can be checked without a request is checked first, and all problems are reported in one message. A
    domain with two profiles is an error before anything is written.
  - O(max_changed), O(canary) and all other guards count over the whole portfolio. An update of one profile that is
    refused stops no other.
  - A contact field that is not declared is left alone, and a domain that is not assigned is never touched.
  - RV(ignore:changed) and the diff come from one plan; check mode prints the same plan and writes nothing. With
    O(approved_plan), nothing is written that is not in the plan that was approved.
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
  profiles:
    description:
      - The contacts, by names of your choice. The fields, their aliases and their rules are those of
        O(hostup.cloud.hostup_domain_contacts#module:contacts).
      - The key C(base) names another profile, of which every field is inherited that the profile does not have itself.
        Bases can have bases. A field that is null is not inherited, it is left alone.
      - Only the profiles that are assigned have to be complete and valid.
    type: dict
    required: true
  assignments:
    description:
      - Which domains have which profile. A domain may have one profile only, but several assignments can name the same
        profile.
      - A domain gets the profile of an assignment if it fits any entry of any of its lists. Each assignment has at
        least one list, which may be empty.
      - Numeric ids mean version 1 of the API. One run works with one version.
    type: list
    elements: dict
    required: true
    suboptions:
      profile:
        description: Name of a profile.
        type: str
        required: true
      domains:
        description: Domain names. Internationalised names can be written in Unicode or as A-labels (V(xn--)).
        type: list
        elements: str
      domain_ids:
        description: Ids of domains, exactly as the API gives them.
        type: list
        elements: str
      tlds:
        description:
          - Every domain of the account below one of these top-level domains, as in
            O(hostup.cloud.hostup_domain_info#module:tld).
          - It includes domains that have expired or cannot be edited. If they differ, O(on_blocked) decides.
        type: list
        elements: str
      tags:
        description: Every domain of the account that has one of these tags. API v1 does not return tags.
        type: list
        elements: str
seealso:
  - module: hostup.cloud.hostup_domain_contacts
  - module: hostup.cloud.hostup_domain_contacts_info
  - module: hostup.cloud.hostup_domain_info
  - module: hostup.cloud.hostup_job_info
  - name: HostUp API, bulk contact update
    description: The request that this module sends, version 2.
    link: https://developer.hostup.se/endpoints/domain-services/post-v2-domains-bulk-contacts
"""

EXAMPLES = r"""
- name: The company on all its domains, and the shop with an e-mail address of its own
  hostup.cloud.hostup_portfolio:
    api_key: "{{ hostup_api_key }}"
    profiles:
      company:
        firstname: Anna
        lastname: Svensson
        companyname: Example AB
        email: domains@example.com
        phonenumber: "+46700000000"
        address1: Examplegatan 1
        city: Stockholm
        postcode: "123 45"
        country: SE
      shop:
        base: company
        email: shop@example.com
    assignments:
      - profile: company
        domains: [example.com, example.se]
        tags: [company]
      - profile: shop
        tlds: [shop]

- name: A portfolio from a file of variables, five domains first, and not more than fifty
  hostup.cloud.hostup_portfolio:
    profiles: "{{ domain_contacts_profiles }}"
    assignments: "{{ domain_contacts_assignments }}"
    canary: 5
    max_changed: 50
    backup: true
  register: contacts

- name: Make a plan to be approved, which holds no contact value
  hostup.cloud.hostup_portfolio:
    profiles: "{{ domain_contacts_profiles }}"
    assignments: "{{ domain_contacts_assignments }}"
    redact: true
    plan_secret: "{{ our_plan_secret }}"
    save_plan: plan.json
  check_mode: true
  register: plan

- name: Later, in another job, write what that plan holds, and nothing else
  hostup.cloud.hostup_portfolio:
    profiles: "{{ domain_contacts_profiles }}"
    assignments: "{{ domain_contacts_assignments }}"
    redact: true
    plan_secret: "{{ our_plan_secret }}"
    approved_plan: plan.json
    approved_digest: "{{ digest_from_the_review }}"

- name: Report how many domains of each profile were updated
  ansible.builtin.debug:
    msg: "{{ item.key }}: {{ item.value.updated }} of {{ item.value.total }}"
  loop: "{{ contacts.profiles | dict2items }}"
"""

RETURN = r"""
msg:
  description: How many domains have which status, in words. A task that fails says before that what is wrong.
  returned: on failure, and when domains were compared
  type: str
  sample: 305 to change, 8 unchanged, 1 blocked.
domains:
  description:
    - One entry for each domain of the portfolio, in the order of the assignments; of one assignment ids first, then
      names, then what its top-level domains and tags select. It is complete also when the task fails, but for domains
      that were still to be found in the account by then.
  returned: always
  type: list
  elements: dict
  sample:
    - id: dom_01example000000000000000aa
      name: example.com
      profile: company
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
    profile:
      description: The name of its profile.
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
profiles:
  description: The summary of each profile that is in O(assignments), by its name, as in RV(summary).
  returned: always
  type: dict
  sample:
    company:
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
unmatched:
  description: The C(tlds) and C(tags) that fit no domain of the account, by their places.
  returned: always
  type: list
  elements: str
  sample: ['assignments[2].tlds "museum"']
summary:
  description: The number of domains in all (C(total)) and with each status.
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

from ansible_collections.hostup.cloud.plugins.module_utils._result.portfolio_report import PortfolioReport
from ansible_collections.hostup.cloud.plugins.module_utils._role.portfolio import read_portfolio
from ansible_collections.hostup.cloud.plugins.module_utils._task.connection import connection_argument_spec
from ansible_collections.hostup.cloud.plugins.module_utils._task.options import portfolio_argument_spec, read_together
from ansible_collections.hostup.cloud.plugins.module_utils._task.portfolio import find_assigned
from ansible_collections.hostup.cloud.plugins.module_utils._task.quiet_module import QuietModule
from ansible_collections.hostup.cloud.plugins.module_utils._task.task import Task
from ansible_collections.hostup.cloud.plugins.module_utils._task.writing import (
    Writing,
    plan_nothing,
    read_write_options,
)


def run(task: Task[PortfolioReport]) -> None:
    """Options, then find, read, plan, guard, write, wait, verify. The result is made from ``task.report``."""
    params, report = task.params, task.report
    profiles, assignments = params["profiles"], params["assignments"]
    portfolio, options = read_together(
        lambda: read_portfolio(profiles, assignments, params["api_version"], redact=params["redact"]),
        lambda: read_write_options(params, profiles.values()),
    )
    report.take_listed(portfolio.listed, list(portfolio.contacts))
    if not (report.domains or portfolio.selects):
        plan_nothing(task, options, portfolio.generation)
        return
    report.mark_sensitive(*portfolio.contacts.values(), options.condition)
    writing = Writing(task, options, portfolio.generation)
    assigned = find_assigned(writing.api, portfolio)
    report.take_assigned(assigned.profiles, assigned.unmatched)
    writing.carry_out(assigned.domains, portfolio.contacts, assigned.profiles)


def main() -> None:
    module = QuietModule(
        argument_spec={**connection_argument_spec(), **portfolio_argument_spec()},
        supports_check_mode=True,
    )
    Task(module, PortfolioReport(check_mode=module.check_mode, redact=module.params["redact"])).finish(run)


if __name__ == "__main__":
    main()
