# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: drift_report
short_description: Say what a report about contacts says
version_added: 1.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Takes results of M(hostup.cloud.hostup_domain_contacts) and returns what a report about them says, for a template.
  - It is what the reports of the role P(hostup.cloud.domain_contacts#role) are made from.
  - Control, invisible and direction characters are replaced by their code points. The template has to escape the rest.
positional: generated, api_url, redact, findings, unmatched
options:
  _input:
    description: Names, such as those of contact profiles, to results of the module.
    type: dict
    required: true
  generated:
    description: When the results were made, for a person.
    type: str
    default: ""
  api_url:
    description:
      - The address of the API, where the results do not return it because Ansible has taken the options out of them.
      - Without it, that is V(https://cloud.hostup.se).
    type: str
    default: ""
  redact:
    description: Whether to leave out every contact value.
    type: bool
    default: false
  findings:
    description: Domains with their C(findings), as an audit of the stored contacts returns them.
    type: list
    elements: dict
  unmatched:
    description: What no domain of the account fits, as in RV(hostup.cloud.portfolio#filter:_value.unmatched).
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Say in one sentence how things are
  ansible.builtin.debug:
    msg: "{{ (domain_contacts_results | hostup.cloud.drift_report).headline }}"
  vars:
    domain_contacts_results: {}
"""

RETURN = r"""
_value:
  description: What the report says.
  type: dict
  contains:
    verdict:
      description: V(good), V(drift) if domains have drifted, or V(trouble) if something failed.
      type: str
    headline:
      description: One or two sentences that say what matters.
      type: str
    generated:
      description: As given.
      type: str
    apis:
      description: The addresses of the API that were asked.
      type: list
      elements: str
    writes:
      description:
        - How many updates were sent, 0 in check mode. Null if a task ended without saying so, as when it was killed.
      type: int
    redacted:
      description: Whether contact values are left out, here or by the module.
      type: bool
    total:
      description: The number of domains.
      type: int
    profiles:
      description: For each profile C(name), C(failed), C(message), C(total), C(counts) and C(warnings).
      type: list
      elements: dict
    statuses:
      description:
        - For each status that a domain has C(status), C(label), C(meaning), C(count) and C(groups).
        - A group has what its domains have in common, C(profile), C(reason) and C(fields), and the C(domains). If
          C(was_sent) is true, an update was sent, so that C(before) was stored before it.
        - A field has its name in C(field), and its values C(before), C(after) and C(stored), null where withheld. Only
          where C(not_applied) is true, C(stored) means something.
      type: list
      elements: dict
    jobs:
      description: For each job C(profile), C(id), C(status), C(progress) and the number of its C(domains).
      type: list
      elements: dict
    findings:
      description: For each finding C(domain), C(field), C(kind) and C(message).
      type: list
      elements: dict
    audited:
      description: How many domains were audited.
      type: int
    unaudited:
      description: For each C(reason) why domains could not be audited, null where none is known, their C(domains).
      type: list
      elements: dict
    unmatched:
      description: As given.
      type: list
      elements: str
"""

from collections.abc import Callable

from ansible_collections.hostup.cloud.plugins.module_utils._role.drift import report_data


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters of this file by their names."""
        return {"drift_report": report_data}
