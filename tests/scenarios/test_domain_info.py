# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `hostup_domain_info` returns of each domain of an account."""

from __future__ import annotations

import re

import pytest
from observing import observe

from hostup_sandbox.controlled import ControlledSandbox

MODULE = "hostup_domain_info"
KEYS = {"id", "name", "service_status", "expires_at", "created_at", "tags", "lifecycle"}


def test_each_domain_is_returned_in_full_and_nothing_else_of_the_answer_is(sandbox: ControlledSandbox) -> None:
    domains = {domain["name"]: domain for domain in observe(sandbox, {}, MODULE).result["domains"]}

    moving, swedish = domains["moving.example"], domains["example.se"]
    assert moving["lifecycle"] == {
        "type": "transfer",
        "auto_renew_enabled": True,
        "registrar_lock_enabled": False,
        "transfer_in_progress": True,
    }
    assert swedish["tags"] == ["production", "sweden"]
    assert swedish["expires_at"] == "2026-12-01T00:00:00.000Z"
    assert re.match(r"20[0-9-]+T", swedish["created_at"])
    assert {name: set(domain) for name, domain in domains.items()} == dict.fromkeys(domains, KEYS)


@pytest.mark.parametrize(("form", "key"), [("a_label", "a_label"), ("unicode", "name")])
def test_names_are_those_of_the_api(sandbox: ControlledSandbox, form: str, key: str) -> None:
    sandbox.switch(domain_name_on_read=form)

    domains = observe(sandbox, {}, MODULE).result["domains"]

    assert {domain["id"]: domain["name"] for domain in domains} == {
        domain["v2_id"]: domain[key] for domain in sandbox.domains()
    }
    statuses = {domain["name"]: domain["service_status"] for domain in domains}
    others = {name: status for name, status in statuses.items() if status != "active"}
    assert others == {"suspended.example": "suspended", "expired.test": "expired"}
