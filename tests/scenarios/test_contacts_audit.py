# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `hostup_domain_contacts_info` finds wrong with the contacts of an account, and what `redact` leaves of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from judge import Observed, broken_promises
from observing import observe
from test_contacts_round_trip import STRANGE

from hostup_sandbox.controlled import READ_ONLY_KEY, ControlledSandbox

MODULE = "hostup_domain_contacts_info"
OLD = {
    "example.com",
    "example.se",
    "moving.example",
    "räksmörgås.example",
    "shop.example",
    "suspended.example",
}
NEW = {"example.net", "example.nu", "example.org", "expired.test", "office.test"}


def audit(sandbox: ControlledSandbox, **options: Any) -> Observed:
    sandbox.forget_requests()
    seen = observe(sandbox, {"api_key": READ_ONLY_KEY, "audit": True, **options}, MODULE, speed=100)
    assert list(broken_promises(seen)) == []
    return seen


def by_name(seen: Observed) -> dict[str, dict[str, Any]]:
    return {seen.names[entry["id"]]: entry for entry in seen.result["domains"]}


def kinds(entry: dict[str, Any]) -> dict[str, str]:
    """Field to kind of finding."""
    return {finding["field"]: finding["kind"] for finding in entry["findings"]}


@pytest.mark.parametrize(
    ("api", "requests", "switches"),
    [
        pytest.param("v2", 2, {}, id="v2: one list, one bulk read"),
        pytest.param("v2", 2, {"phone_on_read": "as_sent", "v2_empty_as": "absent"}, id="v2, other notation"),
        pytest.param("v2", 15, {"v2_page_size_cap": 1}, id="v2, pages of one domain, one batch"),
        pytest.param("v1", 15, {}, id="v1: one list, and each domain"),
        # One more for each of the three domains of the account at which there are e-mail addresses.
        pytest.param("v1", 18, {"v1_list_shows": "nothing"}, id="v1, a list without statuses"),
    ],
)
def test_contacts_are_grouped_however_they_are_spelt_and_the_others_are_outliers(
    sandbox: ControlledSandbox, api: str, requests: int, switches: dict[str, Any]
) -> None:
    sandbox.switch(**switches)
    sandbox.change_domain("blog.example", {"registrant": {"email": "anna@Expired.TEST"}})

    seen = audit(sandbox, api_version=api)

    domains, clusters = by_name(seen), seen.result["clusters"]
    members = [{seen.names[domain_id] for domain_id in cluster["domain_ids"]} for cluster in clusters]
    assert members[:2] == [OLD, NEW]
    assert [len(names) for names in members] == [6, 5, 1, 1, 1]
    for cluster in clusters:
        assert cluster["names"] == [domains[seen.names[domain_id]]["name"] for domain_id in cluster["domain_ids"]]
    assert clusters[0]["contact"] == domains["example.com"]["contact"]
    assert {name for name, entry in domains.items() if not entry["findings"]} == OLD
    outliers = ["firstname", "lastname", "companyname", "email", "phonenumber", "address1", "city", "postcode"]
    assert kinds(domains["example.net"]) == dict.fromkeys(outliers, "outlier")
    shared = "firstname differs from the contact that 6 of the 14 domains share."
    assert domains["example.net"]["findings"][0]["message"] == shared
    found = [finding["kind"] for finding in domains["blog.example"]["findings"]]
    assert [kind for kind in found if kind != "outlier"] == ["lost_domain"]
    assert {kind for entry in domains.values() for kind in kinds(entry).values()} <= {"lost_domain", "outlier"}
    assert seen.result["api_calls"] == {"read": requests, "write": 0, "poll": 0}


def test_what_is_wrong_is_named_by_its_kind_and_without_any_value(sandbox: ControlledSandbox) -> None:
    sandbox.switch(phone_on_read="as_sent")
    wrong = {
        "example.com": {
            "firstname": "",
            "email": "erik",
            "phonenumber": "031-000000",
            "postcode": "1234",
            "country": "Sweden",
        },
        "shop.example": {"address1": "-", "city": "n/a", "lastname": "XXX", "companyname": "Example\u200b AB"},
        "oslo.example": {"email": "post@mail.expired.test"},
    }
    for name, registrant in wrong.items():
        sandbox.change_domain(name, {"registrant": registrant})

    seen = audit(sandbox, domains=[*wrong, "räksmörgås.example"])

    assert {name: kinds(entry) for name, entry in by_name(seen).items()} == {
        "example.com": {
            "firstname": "empty",
            "email": "malformed",
            "phonenumber": "malformed",
            "country": "malformed",
        },
        "shop.example": {
            "address1": "placeholder",
            "city": "placeholder",
            "companyname": "character",
            "lastname": "placeholder",
        },
        "oslo.example": {"email": "lost_domain"},
        # No two of the four contacts are the same, so nothing is the norm.
        "räksmörgås.example": {},
    }
    assert [cluster["names"] for cluster in seen.result["clusters"]] == [
        [*[name]] for name in (*wrong, "xn--rksmrgs-5wao1o.example")
    ]
    messages = [finding["message"] for entry in seen.result["domains"] for finding in entry["findings"]]
    secrets = "erik|031|1234|Sweden|XXX|n/a|expired.test|post@"
    assert [message for message in messages if re.search(secrets, message)] == []
    assert [message for message in messages if not re.search(r"^[a-z0-9]+ .*[.]$", message)] == []
    assert seen.result["api_calls"] == {"read": 2, "write": 0, "poll": 0}


def test_one_domain_is_no_outlier_of_itself(sandbox: ControlledSandbox) -> None:
    sandbox.change_domain("example.com", {"registrant": {"firstname": "", "email": "erik"}})

    seen = audit(sandbox, domain_ids=[sandbox.id_of("example.com")])

    assert kinds(by_name(seen)["example.com"]) == {"firstname": "empty", "email": "malformed"}
    assert len(seen.result["clusters"]) == 1


def test_an_audit_of_nothing_finds_nothing_without_a_request(sandbox: ControlledSandbox) -> None:
    seen = audit(sandbox, domains=[])

    assert (seen.result["domains"], seen.result["clusters"]) == ([], [])
    assert list(seen.requests) == []


# -- without values ---------------------------------------------------------------------------------------------------

OSLO = {
    "registrant": {"email": "post@expired.test", "address1": "saknas", "postcode": "0025 Oslo"},
    "attributes": {
        "can_edit_contacts": {
            "allowed": False,
            "reason": "Ask Ola at post@expired.test.",
            "code": "pending_order",
        }
    },
}
QUOTING = {"code": "wrong", "detail": "Erik Lindqvist, Göteborg, is not welcome."}
PARTS_OF_WORDS = {"~", "No", "null", "1e3"}


@pytest.mark.parametrize(
    ("api", "errors"), [("v2", False), ("v1", False), ("v2", True)], ids=["v2", "v1", "v2, errors quote values"]
)
def test_with_redact_no_stored_value_is_returned_and_all_else_is(
    sandbox: ControlledSandbox, api: str, errors: bool
) -> None:
    for name, registrant in STRANGE.items():
        sandbox.change_domain(name, {"registrant": registrant})
    sandbox.change_domain("oslo.example", OSLO)
    # Then one of the two large clusters is the largest.
    sandbox.change_domain("office.test", {"registrant": {"city": "Lund"}})
    if errors:
        sandbox.change_domain("private.test", {"attributes": {"read_error": QUOTING}})

    seen = audit(sandbox, api_version=api, redact=True, **({"check_actions": True} if api == "v2" else {}))

    # Two letters of a country are part of other words.
    stored = {value for contact in seen.before.values() for name, value in contact.items() if name != "country"}
    values = {value for value in stored if value} - PARTS_OF_WORDS
    assert len(values) > 30
    text = json.dumps(seen.result, ensure_ascii=False)
    assert {value for value in values if json.dumps(value, ensure_ascii=False)[1:-1] in text} == set()
    domains, clusters = by_name(seen), seen.result["clusters"]
    contacts = [entry["contact"] for entry in (*domains.values(), *clusters) if entry["contact"] is not None]
    assert {value for contact in contacts for value in contact.values()} == {None}

    assert seen.ended.failed is errors
    assert len(clusters[0]["names"]) > 1
    found = {finding["kind"] for finding in domains["oslo.example"]["findings"]}
    assert found == {"lost_domain", "malformed", "outlier", "placeholder"}
    assert domains["shop.example"]["left_out"] == ["email", "city", "country"]
    if api == "v2":
        assert domains["oslo.example"]["can_edit"]["reason"] == "(withheld)"
    if errors:
        assert "(withheld)" in seen.result["msg"]
