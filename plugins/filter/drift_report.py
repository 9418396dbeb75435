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
  - Takes the result of M(hostup.cloud.hostup_portfolio) or M(hostup.cloud.hostup_domain_contacts), also of a task that
    failed, and returns what a report about it says.
  - It is what the reports of the role P(hostup.cloud.domain_contacts#role) are made from, and what its JSON file holds.
  - Every text is as it was returned. P(hostup.cloud.drift_page#filter) and P(hostup.cloud.drift_markdown#filter) make
    of it what a person reads.
  - Before release 2.0.0 it took the results of several tasks by the names of profiles.
positional: generated, api_url, redact, findings, profiles, warnings
options:
  _input:
    description: The registered result of the module, such as C(domain_contacts_result).
    type: dict
    required: true
  generated:
    description: When the result was made, for a person.
    type: str
    default: ""
  api_url:
    description: The address of the API, where the result does not have it.
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
  profiles:
    description:
      - The declared contacts, as in O(hostup.cloud.hostup_portfolio#module:profiles).
      - An audit then calls no field an outlier that is declared for the domain.
    type: dict
    version_added: 2.0.0
  warnings:
    description: Further warnings for the report.
    type: list
    elements: str
    version_added: 2.0.0
"""

EXAMPLES = r"""
- name: Say in one sentence how things are
  ansible.builtin.debug:
    msg: "{{ (domain_contacts_result | hostup.cloud.drift_report).headline }}"
  vars:
    domain_contacts_result: {domains: []}
"""

RETURN = r"""
_value:
  description: What the report says.
  type: dict
  contains:
    format:
      description: The version of this form, V(1). It grows when a key gets another meaning.
      type: int
    verdict:
      description:
        - V(good), V(drift) if domains have drifted, or V(trouble) if something failed.
        - A domain that has drifted and cannot be edited now has drifted.
      type: str
    headline:
      description: One or more sentences that say what matters.
      type: str
    generated:
      description: As given.
      type: str
    api_url:
      description: The address of the API that was asked. Null where it is not known.
      type: str
    writes:
      description:
        - How many updates were sent, 0 in check mode. Null if the task ended without saying so, as when it was killed.
      type: int
    redacted:
      description: Whether contact values are left out, here or by the module.
      type: bool
    failure:
      description: Why the task failed, as C(code), which can be null, and C(message). Null otherwise.
      type: dict
    counts:
      description:
        - The number of domains in all (C(total)) and in each state.
        - C(altered), C(not_applied), C(failed), C(drifted), C(blocked), C(queued) and C(updated) are domains that
          differ, or did. C(blocked) has drifted, and cannot be edited now.
        - C(unread) could not be found or read. C(not_compared) is what the run did not come to.
        - C(skipped) was not considered, and C(unchanged) is in sync.
      type: dict
    changes:
      description:
        - The very same change of any number of domains is one entry, with C(state), C(reason), C(profiles), C(fields)
          and C(domains), the most urgent and largest ones first.
        - A field has its name in C(field), and those of C(before), C(after) and C(stored) that the module returned,
          null where they are withheld. C(stored) is what is stored now, where that is neither.
        - A domain has C(id) and C(name) as the API gives them.
      type: list
      elements: dict
    others:
      description: The same for the domains in the other states.
      type: list
      elements: dict
    held_back:
      description: For C(fields) that differ and are left alone, as C(holder_fields) asks, their C(domains).
      type: list
      elements: dict
    warnings:
      description: The warnings of the task, and what no domain of the account fits, each once.
      type: list
      elements: str
    profiles:
      description: For each profile C(name), C(total), and C(counts) by state.
      type: list
      elements: dict
    jobs:
      description: For each job C(id), C(status), C(progress) and the number of its C(domains).
      type: list
      elements: dict
    audit:
      description:
        - What an audit found. C(audited) is the number of domains. C(findings) are those of which it found the same, as
          C(findings) with C(field), C(kind) and C(message), and C(domains). C(unaudited) are domains that could not be
          audited, as C(reason) and C(domains).
        - Null without an audit.
      type: dict
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.hostup.cloud.plugins.module_utils._role.drift import report_facts


def drift_report(
    result: Mapping[str, Any],
    generated: str = "",
    api_url: str = "",
    redact: Any = False,
    findings: Iterable[Mapping[str, Any]] | None = None,
    profiles: Mapping[str, Mapping[str, Any]] | None = None,
    warnings: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Call :func:`report_facts`.

    :raises AnsibleFilterError: if it is not clear whether to redact.
    """
    try:
        redacted = boolean(redact)
    except TypeError:
        raise AnsibleFilterError(f"drift_report: redact must be true or false, got {redact!r}.") from None
    return report_facts(result, generated, api_url, redacted, findings, profiles, warnings)


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters of this file by their names."""
        return {"drift_report": drift_report}
