# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generation 2: problem documents, contacts, the bulk write, the bulk read, the list."""

from __future__ import annotations

import re

import pytest
from sandbox_client import BULK_READ, BULK_V2, SandboxClient

UNKNOWN_ID = "dom_" + "a" * 26


def test_an_error_is_a_problem_document(api: SandboxClient) -> None:
    answer = api.get(f"/api/v2/domains/{UNKNOWN_ID}")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    body = dict(answer.json)
    assert re.fullmatch(r"req_[a-z2-7]{26}", body.pop("requestId"))
    assert body == {
        "type": "https://developer.hostup.se/errors/not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "Domain not found",
        "code": "not_found",
        "instance": f"/api/v2/domains/{UNKNOWN_ID}",
        "timestamp": "2027-01-15T08:00:00.000Z",
    }


def test_a_validation_error_points_at_the_fields(api: SandboxClient) -> None:
    answer = api.post(BULK_V2, {"contacts": {"city": 5}})
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")
    assert {(error["pointer"], error["code"]) for error in answer.json["errors"]} == {
        ("/domainIds", "missing_required"),
        ("/contacts/city", "invalid_type"),
    }


def test_a_country_that_is_no_code_has_a_code_of_its_own(api: SandboxClient) -> None:
    answer = api.write_v2(["example.com"], {"countryCode": "Sweden"})
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_country_code")
    assert answer.json["errors"][0]["pointer"] == "/contacts/countryCode"


def test_the_list_shows_every_domain_by_pages(api: SandboxClient) -> None:
    names, cursor, pages = [], "", 0
    while cursor is not None:
        page = api.get(f"/api/v2/domains?limit=5{cursor and '&cursor=' + cursor}").json
        names += [domain["name"] for domain in page["data"]]
        assert page["hasMore"] == (page["nextCursor"] is not None)
        cursor, pages = page["nextCursor"], pages + 1
    assert pages == 3
    assert len(names) == len(set(names)) == 14


def test_a_page_that_ends_with_the_last_domain_is_the_last(api: SandboxClient) -> None:
    page = api.get("/api/v2/domains?limit=14").json
    assert (len(page["data"]), page["hasMore"], page["nextCursor"]) == (14, False, None)


def test_a_cursor_outlives_new_domains(api: SandboxClient) -> None:
    first = api.get("/api/v2/domains?limit=7").json
    api.control("POST", "/portfolio", {"count": 20})
    rest = api.get(f"/api/v2/domains?limit=1000&cursor={first['nextCursor']}").json
    assert not {domain["id"] for domain in first["data"]} & {domain["id"] for domain in rest["data"]}


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=ten", "cursor=x", "name=", "include=everything"])
def test_a_wrong_query_is_refused(api: SandboxClient, query: str) -> None:
    answer = api.get(f"/api/v2/domains?{query}")
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")
    assert answer.json["errors"][0]["pointer"] == "?" + query.partition("=")[0]


@pytest.mark.parametrize(("name", "found"), [("example.com", 1), ("EXAMPLE.com", 1), ("example", 0), ("a.example", 0)])
def test_the_name_filter_is_exact(api: SandboxClient, name: str, found: int) -> None:
    assert len(api.get(f"/api/v2/domains?name={name}").json["data"]) == found


def test_include_adds_the_hosting_connection(api: SandboxClient) -> None:
    plain, included = (api.get(f"/api/v2/domains?limit=1{query}").json for query in ("", "&include=hostingConnection"))
    assert "hostingConnection" not in plain["data"][0]
    assert "hostingConnection" in included["data"][0]


def test_a_domain_carries_its_state_and_its_gates(api: SandboxClient) -> None:
    domain = api.get(f"/api/v2/domains/{api.v2_id('moving.example')}").json
    assert domain["lifecycle"]["transferInProgress"] is True
    assert domain["actions"]["canEditContacts"] == {
        "allowed": False,
        "reason": "A transfer is in progress.",
        "code": "pending_order",
    }
    assert domain["contacts"]["registrant"]["lastName"] == "Lindqvist"


def test_the_contacts_of_a_domain(api: SandboxClient) -> None:
    body = api.get(f"/api/v2/domains/{api.v2_id('example.se')}/contacts").json
    assert body == {
        "registrant": {
            "firstName": "Erik",
            "lastName": "Lindqvist",
            "companyName": "Gamla Bolaget AB",
            "email": "erik@gamla-bolaget.example",
            "phoneNumber": "+46700000099",
            "street": "Gamla vägen 9",
            "address2": None,
            "city": "Göteborg",
            "postalCode": "411 01",
            "state": None,
            "countryCode": "SE",
            "registrationIdentifier": {"value": "556000-0000", "countryCode": "SE", "type": "organisation"},
        },
        "admin": None,
        "tech": None,
        "billing": None,
        "draft": False,
        "serviceStatus": "active",
        "actions": {
            "canEditContacts": {"allowed": True, "reason": None, "code": None},
            "requiresIdentityVerification": {"allowed": True, "reason": "BankID required", "code": None},
        },
    }


def test_contacts_that_cannot_be_loaded_are_a_503(api: SandboxClient) -> None:
    api.control("PATCH", "/domains/example.com", {"attributes": {"read_error": True}})
    answer = api.get(f"/api/v2/domains/{api.v2_id('example.com')}/contacts")
    assert (answer.status_code, answer.json["code"]) == (503, "upstream_unavailable")


def test_a_single_write_is_carried_out_at_once(api: SandboxClient) -> None:
    body = api.write_one_v2("example.com", {"registrant": {"city": "Lund"}, "tech": {"lastName": "Berg"}}).json
    assert body["registrant"]["city"] == "Lund"
    assert api.registrant("example.com")["city"] == "Lund"
    assert api.domain("example.com")["tech"]["lastname"] == "Berg"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"owner": {}}, "/owner"),
        ({"registrant": {"firstname": "Anna"}}, "/registrant/firstname"),
        ({"registrant": {"type": "private"}}, "/registrant/type"),
    ],
)
def test_a_single_write_refuses_unknown_fields_and_legacy_names(
    api: SandboxClient, body: dict[str, object], pointer: str
) -> None:
    answer = api.write_one_v2("example.com", body)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("name", "applied", "reason", "stored"),
    [
        ("example.com", True, None, "[SE]556000-1111"),
        ("example.se", False, "identity_verification_required", "[SE]556000-0000"),
        ("office.test", False, "identity_verification_required", "[SE]556000-0000"),
    ],
)
def test_a_blocked_number_is_a_200_that_says_so(
    api: SandboxClient, name: str, applied: bool, reason: str | None, stored: str
) -> None:
    number = {"value": "556000-1111", "countryCode": "SE"}
    answer = api.write_one_v2(name, {"registrant": {"registrationIdentifier": number, "city": "Lund"}})
    assert answer.status_code == 200
    assert answer.json["updateOutcome"] == {
        "registrantRegistrationIdentifierApplied": applied,
        "registrantRegistrationIdentifierBlockedReason": reason,
    }
    assert api.registrant(name)["orgno"] == stored
    assert api.registrant(name)["city"] == "Lund"


def test_a_draft_takes_a_new_number(api: SandboxClient) -> None:
    api.control("PATCH", "/domains/example.se", {"attributes": {"draft": True}})
    api.write_one_v2("example.se", {"registrant": {"registrationIdentifier": "[SE]556000-1111"}})
    assert api.registrant("example.se")["orgno"] == "[SE]556000-1111"


def test_a_locked_domain_is_a_409(api: SandboxClient) -> None:
    answer = api.write_one_v2("moving.example", {"registrant": {"city": "Lund"}})
    assert (answer.status_code, answer.json["code"]) == (409, "pending_order")
    assert api.registrant("moving.example")["city"] == "Göteborg"


def test_the_bulk_write_queues_a_job_that_changes_only_what_was_sent(api: SandboxClient) -> None:
    before = api.registrant("example.com")
    answer = api.write_v2(["example.com", "example.net"], {"street": "Examplegatan 2", "postalCode": "123 46"})
    assert answer.status_code == 202
    job_id = answer.json["operation"]["jobId"]
    assert re.fullmatch(r"dbj_[a-z2-7]{26}", job_id)
    assert answer.json == {
        "operation": {"status": "queued", "jobId": job_id, "pollUrl": f"/api/jobs/{job_id}", "result": None},
        "domainsQueued": 2,
    }
    assert api.registrant("example.com") == before
    api.finish_jobs()
    assert api.registrant("example.com") == before | {"address1": "Examplegatan 2", "postcode": "123 46"}
    assert api.registrant("example.net")["address1"] == "Examplegatan 2"


@pytest.mark.parametrize("path", [BULK_V2, BULK_READ])
@pytest.mark.parametrize("stranger", [UNKNOWN_ID, "11790", "example.com"])
def test_a_batch_with_one_strange_id_is_refused_as_a_whole(api: SandboxClient, path: str, stranger: str) -> None:
    body: dict[str, object] = {"domainIds": [api.v2_id("example.com"), stranger]}
    answer = api.post(path, body | ({"contacts": {"city": "Lund"}} if path == BULK_V2 else {}))
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert answer.mimetype == "application/problem+json"
    api.finish_jobs()
    assert api.registrant("example.com")["city"] == "Göteborg"


def test_a_batch_with_a_locked_domain_is_refused_as_a_whole(api: SandboxClient) -> None:
    answer = api.write_v2(["example.com", "moving.example"], {"city": "Lund"})
    assert answer.status_code == 409
    assert [error["pointer"] for error in answer.json["errors"]] == ["/domainIds/1"]
    api.finish_jobs()
    assert api.registrant("example.com")["city"] == "Göteborg"


def test_the_registry_keeps_the_ignored_fields_of_a_domain(api: SandboxClient) -> None:
    api.control("PATCH", "/domains/example.com", {"attributes": {"ignored_fields": ["city"]}})
    api.write_v2(["example.com"], {"city": "Lund", "postalCode": "222 22"})
    api.finish_jobs()
    assert (api.registrant("example.com")["city"], api.registrant("example.com")["postcode"]) == ("Göteborg", "222 22")


def test_the_bulk_read_answers_one_line_a_domain(api: SandboxClient) -> None:
    api.control("PATCH", "/domains/example.net", {"attributes": {"read_error": True}})
    lines = api.read_lines("example.com", "example.net")
    assert [line["domainName"] for line in lines] == ["example.com", "example.net"]
    assert lines[0]["domainId"] == api.v2_id("example.com")
    assert lines[0]["contact"]["city"] == "Göteborg"
    assert lines[0]["error"] is None
    assert "registrationIdentifier" not in lines[0]["contact"]
    assert lines[1]["contact"] is None
    assert lines[1]["error"] == {"code": "upstream_failed", "detail": "Contacts could not be loaded."}


def test_the_bulk_read_is_ndjson(api: SandboxClient) -> None:
    answer = api.post(BULK_READ, {"domainIds": [api.v2_id("example.com")]})
    assert answer.mimetype == "application/x-ndjson"
    assert answer.text.endswith("}\n")


def test_bulk_is_no_domain_id(api: SandboxClient) -> None:
    answer = api.get(BULK_V2)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/api/v2", "/api/v2/", "/api/v2/jobs/dbj_x", "/api/v2/orders"])
def test_an_unknown_path_is_a_404_problem(api: SandboxClient, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert answer.mimetype == "application/problem+json"


def test_both_generations_see_one_stored_contact(api: SandboxClient) -> None:
    api.post("/api/domain-contacts/11790", {"updateContactInfo": {"city": "Lund"}})
    assert api.read_lines("example.com")[0]["contact"]["city"] == "Lund"
