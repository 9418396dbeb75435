# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible itself refuses, with a result that is not the module's own: it has neither `failure` nor `domains`."""

from __future__ import annotations

from typing import Any

import pytest
from in_process import run_module

from hostup_sandbox.controlled import FULL_ACCESS_KEY, ControlledSandbox

CITY = {"city": "Stockholm"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param({"domain_ids": ["11790"]}, ["missing required arguments", "contacts"], id="no contacts"),
        pytest.param({"domains": ["example.com"], "contacts": None}, ["contacts"], id="contacts that are null"),
        pytest.param({"contacts": CITY}, ["one of the following is required", "domain_ids, domains"], id="no domains"),
    ],
)
def test_a_missing_option_is_named_before_any_request(
    options: dict[str, Any], says: list[str], sandbox: ControlledSandbox
) -> None:
    environment = {"HOSTUP_API_BASE": sandbox.url, "HOSTUP_API_KEY": FULL_ACCESS_KEY}
    ended = run_module("hostup_domain_contacts", options, environment=environment)
    assert ended.failed
    assert not ended.result.get("changed", False)
    assert [text for text in says if text not in ended.result["msg"]] == []
    assert sandbox.requests() == []
