# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: by_profile
short_description: Split the result of a portfolio by its profiles
version_added: 2.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Takes what M(hostup.cloud.hostup_portfolio) returned, and returns a result for each profile that was assigned.
  - The role P(hostup.cloud.domain_contacts#role) keeps it in C(domain_contacts_results).
options:
  _input:
    description: The registered result of M(hostup.cloud.hostup_portfolio), also if it failed.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Report what was done for each profile
  ansible.builtin.debug:
    msg: "{{ item.key }}: {{ item.value.msg }}"
  loop: "{{ contacts | hostup.cloud.by_profile | dict2items }}"
  vars:
    contacts:
      changed: false
      profiles: {company: {total: 1, unchanged: 1}}
      domains:
        - id: dom_01example000000000000000aa
          name: example.com
          profile: company
          status: unchanged
          changed_fields: []
          held_back: []
          reason:
"""

RETURN = r"""
_value:
  description:
    - The name of each profile, and a dictionary with C(changed), C(failed), C(msg), C(domains) and C(summary) for it.
    - C(changed) is also V(true) where it is not known whether an update was carried out.
    - Empty if the run ended before it knew the profiles.
  type: dict
"""

from collections.abc import Callable

from ansible_collections.hostup.cloud.plugins.module_utils._role.results import by_profile


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters of this file by their names."""
        return {"by_profile": by_profile}
