# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: drift_markdown
short_description: Write a report about contacts as Markdown
version_added: 2.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Takes what P(hostup.cloud.drift_report#filter) returns, and returns it as Markdown that fits a comment at GitHub,
    with what differs first, in a table.
  - Long lists are folded, and lists of thousands are cut, which is said there.
  - Whatever somebody else may have chosen is in a code span, with control, invisible and direction characters replaced
    by their code points.
options:
  _input:
    description: What P(hostup.cloud.drift_report#filter) returned.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Write a comment for a pull request
  ansible.builtin.copy:
    content: "{{ domain_contacts_result | hostup.cloud.drift_report(redact=true) | hostup.cloud.drift_markdown }}"
    dest: "{{ playbook_dir }}/comment.md"
    mode: "0600"
  vars:
    domain_contacts_result: {domains: []}
"""

RETURN = r"""
_value:
  description: Markdown, of 60,000 characters at most.
  type: str
"""

from collections.abc import Callable

from ansible_collections.hostup.cloud.plugins.module_utils._role.drift_markdown import markdown_of


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters of this file by their names."""
        return {"drift_markdown": markdown_of}
