# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks the sandbox's control plane from the controller: starting a module for that takes a hundred times as long."""

from __future__ import annotations

import json
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.module_utils.urls import open_url
from ansible.plugins.lookup import LookupBase

DOCUMENTATION = r"""
name: sandbox
short_description: Look into the sandbox, or change it
version_added: 0.1.0
description:
  - Sends one request to the control plane whose address is in the variable C(hostup_sandbox_control_url), and returns
    the JSON of its answer. The file C(tests/sandbox/README.md) lists the routes.
author:
  - The hostup.cloud contributors (@hostup-cloud)
options:
  _terms:
    description: The HTTP method, and the path below the address.
    type: list
    elements: str
    required: true
  body:
    description: What to send as JSON.
    type: raw
"""


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: Any = None, **kwargs: Any) -> list[Any]:
        self.set_options(var_options=variables, direct=kwargs)
        method, path = terms
        body = self.get_option("body")
        try:
            answer = open_url(
                f"{variables['hostup_sandbox_control_url']}/{path}",
                method=method,
                data=None if body is None else json.dumps(body),
                headers={"Content-Type": "application/json"},
                use_proxy=False,
            )
        except OSError as error:
            reported = error.read().decode() if hasattr(error, "read") else str(error)
            raise AnsibleLookupError(f"{method} {path}: {reported}") from error
        with answer:
            return [json.load(answer)]
