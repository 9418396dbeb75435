# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `hostup_domain_contacts_info` returns of the contacts of listed domains and of a whole account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from judge import Observed, broken_promises, not_as_planned
from observing import observe

from hostup_sandbox.controlled import READ_ONLY_KEY, ControlledSandbox

MODULE = "hostup_domain_contacts_info"
AS_STORED = {"phone_on_read": "as_sent"}
CONTACT_FIELDS = [
    "firstname",
    "lastname",
    "companyname",
    "email",
    "phonenumber",
    "address1",
    "address2",
    "city",
    "postcode",
    "state",
    "country",
]


def read(sandbox: ControlledSandbox, key: str = READ_ONLY_KEY, **options: Any) -> Observed:
    """Read in check mode and then without it, which must not differ in anything."""
    sandbox.forget_requests()
    in_check_mode = observe(sandbox, {"api_key": key, **options}, MODULE, check_mode=True)
    sandbox.forget_requests()
    seen = observe(sandbox, {"api_key": key, **options}, MODULE)
    assert [*broken_promises(seen), *not_as_planned(in_check_mode, seen)] == []
    assert not seen.result["changed"]
    return seen


# -- in every way of listing ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listing:
    """Domains that are listed, and what it takes to read them.

    :ivar names: as they are written in the task.
    :ivar ids: names of domains that are listed by their ids.
    :ivar requests: how many it may take.
    :ivar unnamed: the API returns no names for ids.
    :ivar unknown: fields that are empty are left out of the answer.
    """

    of: str
    requests: int
    names: list[str] | None = None
    ids: list[str] | None = None
    api: str = "v2"
    switches: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    unnamed: bool = False
    unknown: bool = False


FIVE = ["shop.example", "example.com", "example.nu", "oslo.example", "blog.example"]
LISTINGS = [
    Listing("one name", 2, names=["Example.COM"]),
    Listing("IDN in Unicode", 2, names=["räksmörgås.example"]),
    Listing("IDN as A-label", 2, names=["xn--rksmrgs-5wao1o.example"]),
    Listing("names, in their order", 2, names=["shop.example", "oslo.example", "example.se"]),
    Listing("ids, whose names the read returns", 1, ids=FIVE[:2]),
    Listing("ids, in batches", 3, ids=FIVE, options={"batch_size": 2}),
    Listing("ids, too many for the API", 3, ids=FIVE[:4], switches={"max_bulk_ids": 2}),
    Listing("ids, answered in another order", 1, ids=FIVE[:3], switches={"read_line_order": "reversed"}),
    Listing("ids and names", 2, ids=["shop.example"], names=["example.com"]),
    Listing("the account", 2),
    Listing(
        "the account, one domain a page and a batch", 28, switches={"v2_page_size_cap": 1}, options={"batch_size": 1}
    ),
    Listing("the account, empty fields left out", 2, switches={"v2_empty_as": "absent"}, unknown=True),
    Listing("ids, v1", 2, ids=["expired.test", "private.test"], api="v1", unnamed=True),
    Listing("names, v1", 3, names=["Expired.TEST", "räksmörgås.example"], api="v1"),
    Listing("the account, v1", 15, api="v1", switches={"v1_read_address2": True}),
    Listing(
        "the account, v1, one domain a page", 28, api="v1", switches={"v1_page_size_cap": 1, "v1_read_nesting": "flat"}
    ),
    Listing("no id, which is not the same as not listing", 0, ids=[]),
    Listing("no name", 0, names=[]),
]


@pytest.mark.parametrize("listing", LISTINGS, ids=[listing.of for listing in LISTINGS])
def test_every_contact_is_returned_as_it_is_stored_with_few_requests(
    sandbox: ControlledSandbox, listing: Listing
) -> None:
    sandbox.switch(**{**AS_STORED, **listing.switches})
    domains = sandbox.domains()
    id_of = {domain[key]: domain[f"{listing.api}_id"] for domain in domains for key in ("name", "a_label")}
    names, ids = listing.names or [], listing.ids or []
    options: dict[str, Any] = {"api_version": listing.api, **listing.options}
    if listing.names is not None:
        options["domains"] = names
    if listing.ids is not None:
        options["domain_ids"] = [id_of[name] for name in ids]

    seen = read(sandbox, **options)

    entries = seen.result["domains"]
    found = [entry["id"] for entry in entries]
    if listing.names is None and listing.ids is None:
        assert sorted(found) == sorted({id_of[domain["name"]] for domain in domains})
        assert {entry["id"]: entry["name"] for entry in entries} == {id_of[d["name"]]: d["a_label"] for d in domains}
    else:
        assert found == [id_of[name.lower()] for name in (*ids, *names)]
        as_the_api_has_them = {id_of[domain["name"]]: domain["a_label"] for domain in domains}
        unnamed = len(ids) if listing.unnamed else 0
        assert [e["name"] for e in entries] == [*[None] * unnamed, *(as_the_api_has_them[i] for i in found[unnamed:])]
    assert seen.result["api_calls"] == {"read": listing.requests, "write": 0, "poll": 0}
    assert "clusters" not in seen.result
    for entry in entries:
        assert sorted(entry) == ["contact", "id", "left_out", "name", "reason"]
        assert (entry["reason"], entry["left_out"], list(entry["contact"])) == (None, [], CONTACT_FIELDS)
        assert entry["contact"] == returned_of(seen.before[seen.names[entry["id"]]], listing)


def returned_of(stored: Mapping[str, Any], listing: Listing) -> dict[str, Any]:
    """What is to be returned of a stored contact: null for what the API does not return."""
    expected = {name: stored[name] for name in CONTACT_FIELDS}
    if listing.unknown:
        expected = {name: value or None for name, value in expected.items()}
    if listing.api == "v1" and "v1_read_address2" not in listing.switches:
        expected["address2"] = None
    return expected


# -- values that could not be declared --------------------------------------------------------------------------------


def test_a_value_that_could_not_be_declared_is_null_and_its_field_is_named(sandbox: ControlledSandbox) -> None:
    sandbox.switch(**AS_STORED)
    wrong = {"email": "erik", "phonenumber": "031-000000", "postcode": "1234", "companyname": "x\u200b"}
    empty = {"firstname": "", "address1": "   ", "companyname": "", "country": "SE"}
    sandbox.change_domain("example.com", {"registrant": wrong})
    sandbox.change_domain("example.se", {"registrant": empty})

    first, second = read(sandbox, domains=["example.com", "example.se"]).result["domains"]

    assert first["left_out"] == ["companyname", "email", "phonenumber", "postcode"]
    assert first["contact"]["lastname"] == "Lindqvist"
    assert second["left_out"] == ["firstname", "address1"]
    assert (second["contact"]["companyname"], second["contact"]["address2"]) == ("", "")
    for entry in (first, second):
        assert [name for name, value in entry["contact"].items() if value is None] == entry["left_out"]


# -- whether contacts can be edited -----------------------------------------------------------------------------------

PENDING = {"allowed": False, "reason": "An order is pending.", "code": "pending_order"}


def test_each_domain_states_with_one_request_whether_it_can_be_edited(sandbox: ControlledSandbox) -> None:
    sandbox.change_domain("shop.example", {"attributes": {"can_edit_contacts": PENDING}})

    seen = read(sandbox, domains=["example.com", "shop.example", "moving.example"], check_actions=True)

    free, pending, moving = seen.result["domains"]
    assert free["can_edit"] == {"allowed": True, "reason": None, "code": None}
    assert pending["can_edit"] == PENDING
    assert moving["can_edit"]["allowed"] is False
    assert moving["can_edit"]["reason"]
    assert free["contact"]["lastname"] == "Lindqvist"
    assert "findings" not in free
    assert seen.result["api_calls"] == {"read": 5, "write": 0, "poll": 0}


def test_a_domain_that_does_not_state_it_fails_the_task_and_keeps_the_rest(sandbox: ControlledSandbox) -> None:
    refused = {"path": f"/api/v2/domains/{sandbox.id_of('shop.example')}/contacts", "status": 403, "times": 0}
    sandbox.add_faults(refused)

    seen = observe(sandbox, {"domains": ["example.com", "shop.example"], "check_actions": True}, MODULE)

    free, unknown = seen.result["domains"]
    assert seen.result["failure"]["code"] == "unreadable_domain"
    assert "whether 1 of 2 domains can be edited. shop.example" in seen.result["msg"]
    assert (free["can_edit"]["allowed"], free["reason"]) == (True, None)
    assert unknown["can_edit"] is None
    assert "403" in unknown["reason"]
    assert unknown["contact"]["lastname"] == "Lindqvist"
    assert list(broken_promises(seen)) == []


# -- domains that cannot be read --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("api", "switches"), [("v2", {}), ("v2", {"v2_page_size_cap": 1}), ("v1", {})], ids=["v2", "v2, paged", "v1"]
)
def test_domains_that_cannot_be_read_are_named_and_the_others_are_returned(
    sandbox: ControlledSandbox, api: str, switches: dict[str, Any]
) -> None:
    sandbox.switch(**switches)
    named_error = {"code": "upstream_failed", "detail": "The registry does not know Anna."}
    sandbox.change_domain("example.com", {"attributes": {"read_error": named_error}})
    sandbox.change_domain("shop.example", {"attributes": {"read_error": True}})
    listed = ["example.com", "example.net", "shop.example"]

    result = read(sandbox, domains=listed, api_version=api, audit=True, max_retries=0).result

    assert result["failure"]["code"] == "unreadable_domain"
    for named in ("2 of 3 domains", "example.com", "shop.example"):
        assert named in result["msg"]
    first, second, third = result["domains"]
    assert [entry["name"] for entry in result["domains"]] == listed
    for entry in (first, third):
        assert (entry["contact"], entry["findings"]) == (None, None)
        assert entry["reason"]
    assert (second["contact"]["firstname"], second["reason"], second["findings"]) == ("Anna", None, [])
    assert [cluster["names"] for cluster in result["clusters"]] == [["example.net"]]


@pytest.mark.parametrize("ids", [["11790", "11791"], ["{v2_id}"]], ids=["v1", "v2"])
def test_a_key_without_scopes_is_the_failure_of_the_task(sandbox: ControlledSandbox, ids: list[str]) -> None:
    ids = [sandbox.id_of("example.com") if one == "{v2_id}" else one for one in ids]

    failure = read(sandbox, "sandbox-no-scopes", domain_ids=ids).result["failure"]

    assert (failure["http_status"], failure["code"].lower()) == (403, "forbidden")


# -- what is refused --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mistake:
    """A task that cannot be carried out, and the one message that it ends with."""

    of: str
    options: dict[str, Any]
    code: str
    says: list[str]
    requests: int
    key: str = READ_ONLY_KEY


UNKNOWN_NAMES = {"domains": ["example.com", "nowhere.example", "nobody.example"]}
UNKNOWN_IDS = {"domain_ids": ["dom_unknown1", "dom_unknown2"]}
NAMES_AND_CURE = ["nowhere.example", "nobody.example", "right account"]
IDS_AND_CURE = ["dom_unknown1", "dom_unknown2", "right account"]
NO_DOMAIN = ["domains[0]", "concurrency", "batch_size"]
MISTAKES = [
    Mistake("unknown names", UNKNOWN_NAMES, "unknown_domain", NAMES_AND_CURE, 1),
    Mistake("unknown names, audit", {**UNKNOWN_NAMES, "audit": True}, "unknown_domain", NAMES_AND_CURE, 1),
    Mistake("unknown ids", UNKNOWN_IDS, "unknown_domain", IDS_AND_CURE, 2),
    Mistake("unknown ids, audit", {**UNKNOWN_IDS, "audit": True}, "unknown_domain", IDS_AND_CURE, 1),
    Mistake("a mixture of ids", {"domain_ids": ["11790", "dom_a"]}, "invalid_input", ["mixes"], 0),
    Mistake(
        "actions, v1",
        {"domain_ids": ["11790"], "check_actions": True},
        "invalid_input",
        ["check_actions", "v1 does not say"],
        0,
    ),
    Mistake(
        "several mistakes at once",
        {"domains": ["no name"], "concurrency": 99, "batch_size": 0},
        "invalid_input",
        NO_DOMAIN,
        0,
    ),
    Mistake("a key without scopes", {}, "forbidden", ["read:domains"], 1, key="sandbox-no-scopes"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.of for mistake in MISTAKES])
def test_mistakes_are_reported_in_one_message(sandbox: ControlledSandbox, mistake: Mistake) -> None:
    result = read(sandbox, mistake.key, **mistake.options).result

    assert result["failure"]["code"] == mistake.code
    assert [text for text in mistake.says if text not in result["msg"]] == []
    assert result["domains"] == []
    assert result["api_calls"] == {"read": mistake.requests, "write": 0, "poll": 0}
