# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: restoration
short_description: Say what of a backup to put back
version_added: 2.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Takes the content of a backup of M(hostup.cloud.hostup_domain_contacts) and what is stored now, and returns what the
    playbook C(hostup.cloud.restore) puts back.
  - A domain is touched only if each saved field still is what it was before the saved run, or what that run wrote, in
    any notation. So an update that was half applied can be undone, and what somebody else has changed is left alone.
positional: stored
options:
  _input:
    description: The content of a backup file.
    type: dict
    required: true
  stored:
    description: What is stored now, as in RV(hostup.cloud.hostup_domain_contacts_info#module:domains).
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Count the domains that would be left alone
  ansible.builtin.debug:
    msg: "{{ (backup | hostup.cloud.restoration(stored)).left_alone | length }}"
  vars:
    backup: {restore: []}
    stored: []
"""

RETURN = r"""
_value:
  description: What to do with each domain of the backup.
  type: dict
  contains:
    groups:
      description:
        - Domains that get the same values, with C(domain_ids), C(names), C(contacts) and, as C(when_current), what is
          stored now.
      type: list
      elements: dict
    as_saved:
      description: The ids of domains that are stored as they were saved.
      type: list
      elements: str
    left_alone:
      description: Domain id to the reason why it is not touched.
      type: dict
    not_whole:
      description: The ids of domains of which a saved value cannot be declared, so that it cannot be put back.
      type: list
      elements: str
"""

from collections.abc import Callable

from ansible_collections.hostup.cloud.plugins.module_utils._role.restoration import restoration


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters of this file by their names."""
        return {"restoration": restoration}
