# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = """
module: return_as_much
short_description: Take and return as much as hostup_domain_contacts, and do nothing
description:
  - What this costs is the cost of Ansible for arguments and a result of that size.
options:
  domain_ids:
    description: Ids, one for each entry of the result.
    type: list
    elements: str
    required: true
  changed_fields:
    description: The values of the fields that change everywhere, if any.
    type: dict
    default: {}
author:
  - The hostup.cloud contributors (@hostup-cloud)
"""

EXAMPLES = """
- name: Return as much as for one domain that is as declared
  return_as_much:
    domain_ids: [dom_un42n5xov642kxrxrqiyanhcou]
"""

RETURN = """
domains:
  description: As of hostup_domain_contacts.
  type: list
  elements: dict
  returned: always
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "domain_ids": {"type": "list", "elements": "str", "required": True},
            "changed_fields": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    changed: dict[str, Any] = module.params["changed_fields"]
    entries = [
        {
            "id": domain_id,
            "name": f"portfolio-{number:04d}.example",
            "status": "updated" if changed else "unchanged",
            "changed_fields": list(changed),
            "before": changed,
            "after": changed,
            "equivalent": [],
            "unverifiable": [],
            "not_applied": [],
            "stored": {},
            "reason": None,
        }
        for number, domain_id in enumerate(module.params["domain_ids"])
    ]
    module.exit_json(changed=bool(changed), domains=entries)


if __name__ == "__main__":
    main()
