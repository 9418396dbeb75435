# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""An Ansible module whose contact values reach neither the log of the host nor the returned invocation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule

CONTACT_OPTIONS = ("contacts", "profiles", "when_current", "accept_stored")


def without_contacts(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a task with ``redact``: of those with contact values only the names of the fields."""
    hidden = {name: params[name] for name in CONTACT_OPTIONS if params.get(name) is not None}
    names = {name: dict.fromkeys(value) if isinstance(value, dict) else None for name, value in hidden.items()}
    return {**params, **names}


class QuietModule(AnsibleModule):  # type: ignore[misc]  # ansible-core has no types
    """What Ansible itself says of the options has no contact value, if ``redact`` asks for it."""

    params: dict[str, Any]

    def _log_invocation(self) -> None:
        given = self.params
        if given["redact"]:
            self.params = without_contacts(given)
        try:
            super()._log_invocation()
        finally:
            self.params = given

    def forget_contacts(self) -> None:
        """Take the contact values out of the options, which Ansible may return; nothing reads them any more."""
        if self.params["redact"]:
            self.params = without_contacts(self.params)
