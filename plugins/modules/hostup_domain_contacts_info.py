#!/usr/bin/python
# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hostup_domain_contacts_info
short_description: Read the registrant contacts of domains, and audit them
version_added: 1.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Returns the registrant contact that HostUp stores for each domain, in the fields that
    O(hostup.cloud.hostup_domain_contacts#module:contacts) takes. Written to a file and applied again, it changes
    nothing.
  - With O(audit=true) it also reports what looks wrong, and which domains share one contact.
extends_documentation_fragment:
  - hostup.cloud.connection
  - hostup.cloud.selection
  - hostup.cloud.attributes
  - hostup.cloud.attributes.info_module
  - hostup.cloud.attributes.actiongroup_hostup
options:
  batch_size:
    description:
      - How many domains go into one bulk request, from 1 to 1000. API v1 reads one domain per request.
      - When the API answers that there are too many, the batch is halved and tried again.
    type: int
    default: 100
  audit:
    description:
      - Whether to look for what is wrong with the contacts. The result then has RV(domains[].findings) and
        RV(clusters).
      - It needs the domain list of the whole account, one request for each 1,000 domains, to see whether an e-mail
        address is at a domain of the account that has expired. Where the list has neither status nor expiry of such
        a domain, that domain is asked for.
    type: bool
    default: false
  check_actions:
    description:
      - Whether to ask for each domain if its contacts can be edited now, with one request each. The result then has
        RV(domains[].can_edit).
      - API v1 does not return it, so that this option is an error there.
    type: bool
    default: false
  redact:
    description:
      - Leave every contact value out of the result and the messages. Names of fields, findings and clusters stay, and
        the values in RV(domains[].contact) and RV(clusters[].contact) are null.
      - What the API says about a domain is reported, such as why it cannot be read. The values that were read are taken
        out of it, but those of a domain that cannot be read are not known.
    type: bool
    default: false
seealso:
  - module: hostup.cloud.hostup_domain_contacts
  - module: hostup.cloud.hostup_domain_info
  - module: hostup.cloud.hostup_job_info
  - module: hostup.cloud.hostup_portfolio
  - name: HostUp API, bulk contact read
    description: The request behind this module, version 2.
    link: https://developer.hostup.se/endpoints/domain-services/post-v2-domains-bulk-contacts-read
notes:
  - An API key with the scope C(read:domains) suffices.
  - Domains that cannot be read make the task fail. The message names all of them, and the result holds the others.
  - The contacts are personal data. Without O(redact=true) or C(no_log=true) they are in the output at C(-v), and in the
    logs and callbacks of Ansible.
  - Read a file with contacts by P(ansible.builtin.file#lookup), not by C(vars_files). Ansible takes the values in a
    variable file for templates, and somebody else may have chosen them.
"""

EXAMPLES = r"""
# The API key comes from the environment variable HOSTUP_API_KEY in all examples.

- name: The contacts of two domains
  hostup.cloud.hostup_domain_contacts_info:
    domains:
      - example.com
      - räksmörgås.example
  register: read

- name: Show one of them
  ansible.builtin.debug:
    var: read.domains[0].contact

- name: Put that contact on other domains
  hostup.cloud.hostup_domain_contacts:
    domains: "{{ company_domains }}"
    contacts: "{{ read.domains[0].contact }}"
  check_mode: true

- name: Which contacts are there in the account?
  hostup.cloud.hostup_domain_contacts_info:
    audit: true
  register: account

- name: Show how many domains have each of them
  ansible.builtin.debug:
    msg: "{{ item.names | length }} domains: {{ item.contact.companyname }}, {{ item.contact.email }}"
  loop: "{{ account.clusters }}"
  loop_control:
    label: "{{ item.names[0] }}"

- name: Keep each contact in a file, with the ids of its domains
  ansible.builtin.copy:
    content: "{{ account.clusters | to_nice_yaml }}"
    dest: "{{ contacts_file }}"
    mode: "0600"

- name: Apply the file, which changes nothing until somebody edits it
  hostup.cloud.hostup_domain_contacts:
    domain_ids: "{{ item.domain_ids }}"
    contacts: "{{ item.contact }}"
  loop: "{{ lookup('ansible.builtin.file', contacts_file) | from_yaml }}"
  loop_control:
    label: "{{ item.names[0] }}"
  check_mode: true
  diff: true

- name: Report what is wrong, without any contact value in the log
  hostup.cloud.hostup_domain_contacts_info:
    audit: true
    redact: true
  register: audited

- name: Show the domains whose mail may reach a stranger
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.findings | map(attribute='message') | join(' ') }}"
  loop: "{{ audited.domains }}"
  loop_control:
    label: "{{ item.name }}"
  when: "'lost_domain' in item.findings | map(attribute='kind')"

- name: Which domains cannot be edited now?
  hostup.cloud.hostup_domain_contacts_info:
    domains: "{{ company_domains }}"
    check_actions: true
    redact: true
  register: editable

- name: Show why
  ansible.builtin.debug:
    msg: "{{ editable.domains | rejectattr('can_edit.allowed') | items2dict(key_name='name', value_name='can_edit') }}"
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
      contact:
        firstname: Anna
        lastname: Svensson
        companyname: Example AB
        email: domains@example.com
        phonenumber: '+46.700000000'
        address1: Examplegatan 1
        address2: ''
        city:
        postcode: '123 45'
        state: ''
        country: SE
      left_out: [city]
      reason:
      findings:
        - field: city
          kind: empty
          message: city is empty, which no registry accepts.
      can_edit:
        allowed: true
        reason:
        code:
  contains:
    id:
      description: The id, as the API gives it.
      type: str
      returned: always
    name:
      description:
        - The domain name, as it is listed in O(domains), or else as the API gives it. Null where it is not known; API
          v1 does not return it with a contact.
      type: str
      returned: always
    contact:
      description:
        - The stored registrant contact, always with all eleven fields of
          O(hostup.cloud.hostup_domain_contacts#module:contacts). Null if it could not be read.
        - A field is null where the API does not return it, and where it is listed in RV(domains[].left_out). With
          O(redact=true) all of them are.
      type: dict
      returned: always
    left_out:
      description:
        - Fields whose stored value could not be declared, such as an empty e-mail address or an unknown country. They
          are null in RV(domains[].contact), so that applying it leaves them alone.
      type: list
      elements: str
      returned: always
    reason:
      description: Why something of this domain could not be read. Null otherwise.
      type: str
      returned: always
    findings:
      description:
        - What looks wrong with the contact. Null if it could not be read or audited.
      type: list
      elements: dict
      returned: with O(audit=true)
      contains:
        field:
          description: The contact field.
          type: str
          returned: always
        kind:
          description:
            - V(empty), V(character), V(too_long) or V(malformed), the value would be refused if it was declared.
            - V(placeholder), the value looks like one, such as V(-), V(n/a), V(test) or V(xxx), or an e-mail address
              does before its V(@), or a phone number has nothing but zeros behind its calling code.
            - V(lost_domain), the e-mail address is at a domain of this account that has expired, or below it.
            - V(outlier), the value differs from the contact that most domains share. That is the first one in
              RV(clusters), if at least two domains share it, and no other one is shared by as many.
          type: str
          returned: always
        message:
          description: A sentence about it. It holds no contact value.
          type: str
          returned: always
    can_edit:
      description: Whether the contacts can be edited now. Null if that could not be asked.
      type: dict
      returned: with O(check_actions=true)
      contains:
        allowed:
          description: Whether they can. Null where the API does not return it.
          type: bool
          returned: always
        reason:
          description: Why, as the API puts it. Null where it gives no reason.
          type: str
          returned: always
        code:
          description: The code of the API for the reason, such as V(pending_order). Null where it gives none.
          type: str
          returned: always
clusters:
  description:
    - The domains by their contacts, those that most domains share first. Contacts that differ only in their notation,
      such as the separators of a phone number, are one.
    - Domains whose contact could not be read are in none.
  returned: with O(audit=true)
  type: list
  elements: dict
  sample:
    - domain_ids: [dom_01example000000000000000aa, dom_01example000000000000000bb]
      names: [example.com, example.se]
      contact:
        firstname: Anna
        lastname: Svensson
        companyname: Example AB
        email: domains@example.com
        phonenumber: '+46.700000000'
        address1: Examplegatan 1
        address2: ''
        city: Stockholm
        postcode: '123 45'
        state: ''
        country: SE
  contains:
    domain_ids:
      description: The ids of the domains.
      type: list
      elements: str
      returned: always
    names:
      description: Their names, in the same order; the id where the name is not known.
      type: list
      elements: str
      returned: always
    contact:
      description: The contact, as RV(domains[].contact) is for the first of them.
      type: dict
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

from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import read_listed
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock
from ansible_collections.hostup.cloud.plugins.module_utils._task.connection import (
    connection_argument_spec,
    read_connection,
)
from ansible_collections.hostup.cloud.plugins.module_utils._task.contacts_info import (
    ContactsReport,
    check_askable,
    find_domains,
    read_contacts,
)
from ansible_collections.hostup.cloud.plugins.module_utils._task.domain_info import is_empty_list
from ansible_collections.hostup.cloud.plugins.module_utils._task.options import (
    contacts_info_argument_spec,
    read_together,
    selection_argument_spec,
)
from ansible_collections.hostup.cloud.plugins.module_utils._task.task import Task


def run(task: Task[ContactsReport]) -> None:
    """Options, find, read: what happens in a run."""
    params = task.params
    listed, connection = read_together(
        lambda: read_listed(params["domain_ids"] or [], params["domains"] or [], params["api_version"]),
        lambda: read_connection(params),
    )
    check_askable(params, listed.generation)
    if is_empty_list(params):
        return
    api = task.open_api(listed.generation, connection)
    domains = find_domains(api, listed, with_account=params["audit"])
    read_contacts(api, listed.generation, domains, task.report, params, Clock().now())


def main() -> None:
    module = AnsibleModule(
        argument_spec={**connection_argument_spec(), **selection_argument_spec(), **contacts_info_argument_spec()},
        supports_check_mode=True,
    )
    options = {name: module.params[name] for name in ("audit", "check_actions", "redact")}
    Task(module, ContactsReport(**options)).finish(run)


if __name__ == "__main__":
    main()
