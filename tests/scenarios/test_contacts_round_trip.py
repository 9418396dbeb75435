# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts that are read, written as YAML, and declared again change nothing."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from judge import broken_promises
from observing import observe

from hostup_sandbox.controlled import ControlledSandbox

MODULE = "hostup_domain_contacts_info"
STRANGE = {
    "blog.example": {
        # Ansible would calculate this if it took it for a template.
        "firstname": "{{ 6 * 7 }}",
        "lastname": "No",
        "companyname": "  On: # 1 \U0001f980 & 'Söner'\" ",
        "address1": "~",
        "city": "0150",
        "state": "null",
    },
    "shop.example": {"companyname": "1e3", "email": "", "city": "Göte\tborg", "country": "Sweden"},
}
"""Contacts that are easily changed on the way through a file, or cannot be declared at all."""


@pytest.mark.parametrize(
    ("api", "switches"),
    [
        pytest.param("v2", {}, id="v2"),
        pytest.param(
            "v2",
            {
                "phone_on_read": "epp",
                "postcode_on_read": "compact",
                "country_on_read": "lower",
                "v2_empty_as": "absent",
            },
            id="v2, other spellings",
        ),
        pytest.param("v1", {}, id="v1"),
        pytest.param("v1", {"v1_read_address2": True, "v1_empty_as": "null"}, id="v1, second line of the address"),
    ],
)
def test_it_changes_nothing(sandbox: ControlledSandbox, api: str, switches: dict[str, Any]) -> None:
    sandbox.switch(**switches)
    for name, registrant in STRANGE.items():
        sandbox.change_domain(name, {"registrant": registrant})

    read = observe(sandbox, {"api_version": api, "audit": True}, MODULE)

    domains = {entry["name"]: entry for entry in read.result["domains"]}
    blog, shop = domains["blog.example"], domains["shop.example"]
    stored = read.before["blog.example"]
    assert (blog["contact"]["firstname"], blog["contact"]["companyname"]) == (
        stored["firstname"],
        stored["companyname"],
    )
    assert (blog["contact"]["lastname"], blog["contact"]["city"], blog["left_out"]) == ("No", "0150", [])
    # What the API does not return is no value that could not be declared.
    silent = switches.get("v2_empty_as") == "absent"
    assert shop["left_out"] == (["city", "country"] if silent else ["email", "city", "country"])
    assert (shop["contact"]["email"], shop["contact"]["country"]) == (None, None)
    assert shop["contact"]["companyname"] == "1e3"

    kept = yaml.safe_load(
        yaml.safe_dump({"strange": [blog, shop], "clusters": read.result["clusters"]}, allow_unicode=True)
    )
    tasks = [([entry["id"]], entry["contact"]) for entry in kept["strange"]]
    tasks += [(cluster["domain_ids"], cluster["contact"]) for cluster in kept["clusters"]]
    unchanged = []
    for ids, contact in tasks:
        sandbox.forget_requests()
        seen = observe(sandbox, {"domain_ids": ids, "contacts": contact, "api_version": api})
        assert not seen.ended.failed, seen.result["msg"]
        assert [*broken_promises(seen), *seen.writes] == []
        assert seen.result["summary"]["unchanged"] == len(ids)
        unchanged.append(len(ids))
    assert sum(unchanged[2:]) == len(domains)
    assert max(unchanged) > 1
