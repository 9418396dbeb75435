# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: drift_page
short_description: Lay out a report about contacts as a page
version_added: 2.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Takes what P(hostup.cloud.drift_report#filter) returns, and returns the sections, tables and lists of a page, for a
    template that only puts them out.
  - Control, invisible and direction characters are replaced by their code points, and domain names are in Unicode. The
    template has to escape the rest.
options:
  _input:
    description: What P(hostup.cloud.drift_report#filter) returned.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Name the sections of the page
  ansible.builtin.debug:
    msg: "{{ page.sections | map(attribute='heading') }}"
  vars:
    page: "{{ domain_contacts_result | hostup.cloud.drift_report | hostup.cloud.drift_page }}"
    domain_contacts_result: {domains: []}
"""

RETURN = r"""
_value:
  description: The page.
  type: dict
  contains:
    headline:
      description: One or more sentences that say what matters.
      type: str
    verdict:
      description: V(good), V(drift) or V(trouble).
      type: str
    failure:
      description: Why the task failed. Null otherwise.
      type: str
    circumstances:
      description: What is known of the run, as a list of C(term) and C(text).
      type: list
      elements: dict
    sections:
      description:
        - Each has an C(id), a C(heading), the C(label) of a link to it, and C(blocks). What differs comes first.
        - A block has a C(text), a list of C(lines), a C(table), C(domains), or a C(group) with a heading and blocks.
      type: list
      elements: dict
    footer:
      description: What stands below.
      type: str
"""

from collections.abc import Callable

from ansible_collections.hostup.cloud.plugins.module_utils._role.drift_html import page_of


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters of this file by their names."""
        return {"drift_page": page_of}
