# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generation 1: envelopes, contacts, the bulk write, the list."""

from __future__ import annotations

import re
import uuid

import pytest
from sandbox_client import BULK_V1, PUBLISHED_CONTACT, SandboxClient


def test_a_success_has_the_four_keys_of_the_envelope(api: SandboxClient) -> None:
    body = api.get("/api/domain-contacts/11790").json
    assert list(body) == ["success", "timestamp", "requestId", "data"]
    assert body["success"] is True
    assert uuid.UUID(body["requestId"])
    assert body["timestamp"] == "2027-01-15T08:00:00.000Z"


def test_an_error_has_the_five_keys_of_the_envelope(api: SandboxClient) -> None:
    answer = api.get("/api/domain-contacts/999999")
    assert answer.status_code == 404
    assert answer.mimetype == "application/json"
    assert list(answer.json) == ["error", "message", "code", "timestamp", "requestId"]
    assert (answer.json["error"], answer.json["code"]) == ("Not Found", "NOT_FOUND")


def test_a_validation_error_names_the_fields(api: SandboxClient) -> None:
    answer = api.post(BULK_V1, {"domainIds": ["11790"], "contacts": {"city": 5}})
    assert answer.status_code == 400
    assert answer.json["details"] == [{"field": "contacts.city", "message": "5 is not of type 'string'"}]


def test_the_contact_is_read_under_its_role_in_the_eleven_documented_keys(api: SandboxClient) -> None:
    contacts = api.get("/api/domain-contacts/11791").json["data"]["contacts"]
    assert contacts == {
        "registrant": {
            "firstname": "Erik",
            "lastname": "Lindqvist",
            "companyname": "Gamla Bolaget AB",
            "email": "erik@gamla-bolaget.example",
            "phonenumber": "+46700000099",
            "address1": "Gamla vägen 9",
            "city": "Göteborg",
            "state": "",
            "postcode": "411 01",
            "country": "SE",
            "orgno": "[SE]556000-0000",
        }
    }


def test_a_domain_that_cannot_be_read_is_a_500(api: SandboxClient) -> None:
    api.control("PATCH", "/domains/11790", {"attributes": {"read_error": True}})
    answer = api.get("/api/domain-contacts/11790")
    assert (answer.status_code, answer.json["code"]) == (500, "INTERNAL_ERROR")


@pytest.mark.parametrize("nest", [lambda fields: {"registrant": fields}, lambda fields: fields], ids=["nested", "flat"])
def test_a_single_write_takes_the_fields_in_either_place(api: SandboxClient, nest: object) -> None:
    assert callable(nest)
    answer = api.post("/api/domain-contacts/11790", {"updateContactInfo": nest({"city": "Lund"})})
    data = answer.json["data"]
    assert data["success"] is True
    assert data["contacts"]["registrant"]["city"] == "Lund"
    assert api.registrant("11790")["city"] == "Lund"
    assert api.registrant("11790")["firstname"] == "Erik"


def test_a_single_write_leaves_the_number_alone_where_bankid_comes_first(api: SandboxClient) -> None:
    for domain_id, stored in (("11791", "[SE]556000-0000"), ("11790", "[SE]556000-1111")):
        api.post(f"/api/domain-contacts/{domain_id}", {"updateContactInfo": {"orgno": "[SE]556000-1111"}})
        assert api.registrant(domain_id)["orgno"] == stored


def test_the_published_bulk_request_starts_a_job_and_changes_the_domain(api: SandboxClient) -> None:
    answer = api.write_v1(["11790"], PUBLISHED_CONTACT)
    assert answer.status_code == 200
    data = answer.json["data"]
    assert re.fullmatch(r"bulk_contacts-2000-\d{13}", data["jobId"])
    assert data["message"] == "Bulk contact update started for 1 domain(s)"
    assert data["domainsCount"] == 1
    assert api.registrant("11790")["firstname"] == "Erik"
    api.finish_jobs()
    assert api.registrant("11790") == PUBLISHED_CONTACT | {"orgno": ""}


def test_the_bulk_write_does_not_carry_orgno(api: SandboxClient) -> None:
    api.write_v1(["11790"], {"orgno": "[SE]556000-1111"})
    api.finish_jobs()
    assert api.registrant("11790")["orgno"] == ""


def test_two_jobs_of_one_millisecond_have_two_ids(api: SandboxClient) -> None:
    ids = {api.write_v1(["11790"], {"city": city}).json["data"]["jobId"] for city in ("Lund", "Umeå")}
    assert len(ids) == 2


def test_a_batch_with_one_unknown_id_changes_nothing(api: SandboxClient) -> None:
    answer = api.write_v1(["11790", "999999"], {"city": "Lund"})
    assert (answer.status_code, answer.json["code"]) == (404, "NOT_FOUND")
    api.finish_jobs()
    assert api.registrant("11790")["city"] == "Göteborg"


@pytest.mark.parametrize("ids", [["dom_un42n5xov642kxrxrqiyanhcou"], [11790], [], "11790", ["011790"]])
def test_ids_of_another_form_are_refused(api: SandboxClient, ids: object) -> None:
    assert api.post(BULK_V1, {"domainIds": ids, "contacts": {"city": "Lund"}}).status_code == 400


def test_the_list_holds_every_domain_once(api: SandboxClient) -> None:
    data = api.get("/api/client-domains?page=0&limit=1000").json["data"]
    assert [domain["id"] for domain in data["domains"]] == [str(number) for number in range(11790, 11804)]
    assert data["pagination"] == {"currentPage": 0, "perPage": 1000, "totalPages": 1, "totalRecords": 14}


def test_the_pages_of_the_list_follow_one_another(api: SandboxClient) -> None:
    pages = [api.get(f"/api/client-domains?page={page}&limit=5").json["data"] for page in range(4)]
    assert [len(page["domains"]) for page in pages] == [5, 5, 4, 0]
    names = [domain["name"] for page in pages for domain in page["domains"]]
    assert len(set(names)) == 14


def test_the_details_have_the_keys_that_hostups_module_reads(api: SandboxClient) -> None:
    details = api.get("/api/domain-details/11799").json["data"]["details"]
    assert details["status"] == "SUSPENDED"
    assert {"order_id", "expires", "nameservers", "reglock", "idprotection"} <= set(details)


def test_the_old_contact_of_a_locked_domain_cannot_be_written(api: SandboxClient) -> None:
    answer = api.post("/api/domain-contacts/11798", {"updateContactInfo": {"city": "Lund"}})
    assert (answer.status_code, answer.json["code"]) == (409, "PENDING_ORDER")
    assert api.registrant("11798")["city"] == "Göteborg"


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/domains", "/api/keys", "/api//client-domains"])
def test_an_unknown_path_is_a_404_in_the_envelope(api: SandboxClient, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("domain_id", ["example.com", "0", "-1", "1.5", "9" * 5000, "dom_un42n5xov642kxrxrqiyanhcou"])
def test_an_id_in_the_path_that_is_no_number_is_a_400(api: SandboxClient, domain_id: str) -> None:
    answer = api.get(f"/api/domain-contacts/{domain_id}")
    assert (answer.status_code, answer.json["code"]) == (400, "INVALID_REQUEST")
    assert answer.json["details"][0]["field"] == "numericId"


def test_a_wrong_method_is_a_405_that_names_the_right_ones(api: SandboxClient) -> None:
    answer = api.call("DELETE", BULK_V1)
    assert (answer.status_code, answer.json["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "sent", [b"", b"{", b"\xff", b"[]", b"[" * 200_000, b"9" * 5000], ids=lambda sent: str(sent[:3])
)
def test_a_body_that_is_no_object_is_a_400(api: SandboxClient, sent: bytes) -> None:
    headers = {"Authorization": "Bearer sandbox-full-access"}
    answer = api.app.test_client().post(BULK_V1, data=sent, headers=headers, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "INVALID_REQUEST")
