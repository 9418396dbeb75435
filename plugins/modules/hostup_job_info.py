#!/usr/bin/python
# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hostup_job_info
short_description: Ask how far jobs of HostUp are
version_added: 1.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Returns the state of the jobs that carry out bulk updates, for those that were not waited for.
  - It asks once for each job and does not wait. Use C(until) and C(retries) to wait.
  - The word of a job is no proof that the registrar stored what it was given. To have that checked, run
    M(hostup.cloud.hostup_domain_contacts) again, with the ids in
    O(hostup.cloud.hostup_domain_contacts#module:pending_jobs).
extends_documentation_fragment:
  - hostup.cloud.connection
  - hostup.cloud.attributes
  - hostup.cloud.attributes.info_module
  - hostup.cloud.attributes.actiongroup_hostup
options:
  job_ids:
    description:
      - The ids of the jobs, as RV(hostup.cloud.hostup_domain_contacts#module:jobs) gives them. An id that is listed
        twice is asked for once.
      - An empty list is a run that sends no request.
    type: list
    elements: str
    required: true
seealso:
  - module: hostup.cloud.hostup_domain_contacts
  - module: hostup.cloud.hostup_domain_contacts_info
  - module: hostup.cloud.hostup_domain_info
  - module: hostup.cloud.hostup_portfolio
  - name: HostUp API, job status
    description: The request behind this module, for both versions.
    link: https://developer.hostup.se/endpoints/domain-services/get-jobs-jobid
notes:
  - Ids of jobs do not return the generation of the API, and both ask for jobs in the same way. Only the header that
    carries the key differs. With O(api_version=auto) it is that of V(v2), which both are known to take.
  - The scope that an API key needs is not documented. C(read:domains) suffices in the sandbox.
"""

EXAMPLES = r"""
# The API key comes from the environment variable HOSTUP_API_KEY in all examples.

- name: Queue the update and go on
  hostup.cloud.hostup_domain_contacts:
    domains: "{{ company_domains }}"
    contacts: "{{ company_contact }}"
    wait: false
  register: queued

- name: Later, wait until its jobs are over, for five minutes at most
  hostup.cloud.hostup_job_info:
    job_ids: "{{ queued.jobs | map(attribute='id') | select | list }}"
  register: ended
  until: ended.all_over
  retries: 60
  delay: 5

- name: Show those that failed
  ansible.builtin.debug:
    msg: "{{ ended.jobs | selectattr('status', 'eq', 'failed') | map(attribute='message') }}"

- name: See what the registrar really stored
  hostup.cloud.hostup_domain_contacts:
    domains: "{{ company_domains }}"
    contacts: "{{ company_contact }}"
  check_mode: true
  diff: true
"""

RETURN = r"""
jobs:
  description: The jobs, in the order of O(job_ids). If the task fails, those that were asked for before that.
  returned: always
  type: list
  elements: dict
  sample:
    - id: dbj_01example000000000000000bb
      status: running
      is_over: false
      progress: 50
      message: Updating contacts
  contains:
    id:
      description: The id of the job.
      type: str
      returned: always
    status:
      description:
        - V(queued), V(running), V(completed) or V(failed). A word that is not known counts as V(running).
        - A job that calls itself completed, but says that its result is no success, is V(failed).
        - V(vanished), if the API does not know the job any more. How long it knows a job is not documented, so this
          says nothing about how the job ended.
      type: str
      returned: always
    is_over:
      description: Whether the job is neither queued nor running.
      type: bool
      returned: always
    progress:
      description: Percent, where the API returns it. Null otherwise.
      type: float
      returned: always
    message:
      description:
        - What the API says about the job. Null where it says nothing.
        - The text is passed on as it comes. Nobody documents that it holds no contact value.
      type: str
      returned: always
all_over:
  description: Whether all the jobs are over, also if there are none. It is V(false) if the task fails.
  returned: always
  type: bool
  sample: false
api_calls:
  description: How many requests were sent, retries included.
  returned: always
  type: dict
  sample: {read: 0, write: 0, poll: 1}
  contains:
    read:
      description: Requests that read, always 0.
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
    path: /api/jobs/dbj_01example000000000000000bb
  contains:
    http_status:
      description: The HTTP status of the answer. Null if there was none.
      type: int
      returned: always
    code:
      description:
        - The code of the API, such as V(unauthorized), V(forbidden) or V(rate_limited). Where the API gave none,
          V(http_) and the status.
        - From this collection, V(invalid_input), V(connection_failed), V(proxy_failed), V(connection_lost),
          V(timeout), V(redirected), V(unusable_answer), V(certificate_not_trusted) or V(ca_bundle_not_readable).
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

from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import job_of_id, read_job_ids
from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import V1, V2
from ansible_collections.hostup.cloud.plugins.module_utils._result.info_report import InfoReport
from ansible_collections.hostup.cloud.plugins.module_utils._task.connection import (
    connection_argument_spec,
    read_connection,
)
from ansible_collections.hostup.cloud.plugins.module_utils._task.options import job_info_argument_spec, read_together
from ansible_collections.hostup.cloud.plugins.module_utils._task.task import Task


def run(task: Task[InfoReport]) -> None:
    """Options, poll: what happens in a run."""
    params, values = task.params, task.report.values
    job_ids, connection = read_together(
        lambda: read_job_ids(params["job_ids"], "job_ids"),
        lambda: read_connection(params),
    )
    api = task.open_api(V1 if params["api_version"] == V1 else V2, connection)
    for job_id in job_ids:
        job = api.poll(job_of_id(job_id))
        values["jobs"].append(job.as_info())
    values["all_over"] = all(job["is_over"] for job in values["jobs"])


def main() -> None:
    module = AnsibleModule(
        argument_spec={**connection_argument_spec(), **job_info_argument_spec()},
        supports_check_mode=True,
    )
    Task(module, InfoReport(jobs=[], all_over=False)).finish(run)


if __name__ == "__main__":
    main()
