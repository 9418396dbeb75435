# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every switch changes what a client sees; a switch without an entry in EFFECTS fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sandbox_client import BULK_READ, FULL, NO_SCOPES, PUBLISHED_CONTACT, READ_ONLY, SandboxClient

from hostup_sandbox.switches import SWITCHES, Switch, SwitchBoard, SwitchError, find, parse_assignments

Probe = Callable[[SandboxClient], object]

NO_ANSWER = "no answer"
SOME_NAMES = ("example.com", "example.se", "example.net", "example.org", "example.nu")
UNKNOWN_ID = "dom_" + "a" * 26


def v1_contacts(api: SandboxClient) -> Any:
    return api.get("/api/domain-contacts/11792").json["data"]["contacts"]


def v1_registrant(api: SandboxClient) -> Any:
    contacts = v1_contacts(api)
    return contacts.get("registrant", contacts)


def v2_registrant(api: SandboxClient, name: str = "example.net") -> Any:
    return api.get(f"/api/v2/domains/{api.v2_id(name)}/contacts").json["registrant"]


def list_v1(api: SandboxClient, query: str = "") -> Any:
    return api.get(f"/api/client-domains{query}").json["data"]


def error(answer: Any) -> tuple[int, str]:
    """Status and, in the spelling of v2, the code."""
    return answer.status_code, str((answer.json or {}).get("code", "")).lower()


def error_and_pointers(answer: Any) -> tuple[int, str, list[str]]:
    return *error(answer), [item["pointer"] for item in answer.json.get("errors", [])]


def after_v1_write(field: str, contacts: dict[str, object]) -> Probe:
    """The stored field of example.com after a v1 bulk write."""

    def probe(api: SandboxClient) -> object:
        api.write_v1(["11790"], contacts)
        api.finish_jobs()
        return api.registrant("11790")[field]

    return probe


def after_v2_write(name: str, field: str, contacts: dict[str, object]) -> Probe:
    """Status of a v2 bulk write, and the stored field afterwards."""

    def probe(api: SandboxClient) -> object:
        status = api.write_v2([name], contacts).status_code
        api.finish_jobs()
        return status, api.registrant(name)[field]

    return probe


def cities_after_a_job(api: SandboxClient) -> object:
    names = ["example.com", "example.org", "shop.example"]
    api.write_v2(names, {"city": "Lund"})
    api.finish_jobs()
    return [api.registrant(name)["city"] == "Lund" for name in names]


def finished_job(api: SandboxClient) -> Any:
    """The answer to polling a v2 job after its end."""
    operation = api.write_v2(["example.com", "example.org"], {"city": "Lund"}).json["operation"]
    api.clock.advance(10)
    return api.get(operation["pollUrl"])


def fresh_job(api: SandboxClient) -> Any:
    """The answer to polling a v2 job at once."""
    return api.get(api.write_v2(["example.com"], {"city": "Lund"}).json["operation"]["pollUrl"])


def job_end(api: SandboxClient) -> object:
    """How a job ends: status of the poll, the flags, both levels of success."""
    answer = finished_job(api)
    if answer.status_code != 200:
        return answer.status_code
    job = answer.json["data"]
    if not job["isCompleted"] and not job["isFailed"]:
        return job["state"], job["result"]
    return job["isCompleted"], job["result"]["success"], job["result"]["result"]["success"]


def failure_message(api: SandboxClient) -> object:
    api.set(job_result="failed")
    job = finished_job(api).json["data"]
    text = "The contact update failed at the registry."
    places = {"progressMessage": job["progressMessage"], "failedReason": job.get("failedReason")}
    places["result.error"] = job["result"].get("error")
    return [place for place, value in places.items() if value == text]


def poll_shape(api: SandboxClient) -> object:
    body = finished_job(api).json
    inner = body.get("data") or body.get("operation") or body
    return sorted({"data", "operation"} & set(body)), "isCompleted" in inner, sorted({"state", "status"} & set(inner))


def submit_shape(api: SandboxClient) -> object:
    v1 = api.write_v1(["11790"], {"city": "Lund"}).json["data"]
    v2 = api.write_v2(["example.com"], {"city": "Lund"}).json["operation"]
    return "jobId" in v1, "pollUrl" in v2, v2["status"], v2["result"] is not None, api.registrant("11790")["city"]


def unknown_job(api: SandboxClient) -> object:
    answers = [api.get(f"/api/jobs/{job_id}") for job_id in ("dbj_unknown", "bulk_contacts-2000-1")]
    return [answer.mimetype for answer in answers]


def lock_in_bulk(api: SandboxClient) -> object:
    answer = api.write_v2(["example.com", "moving.example"], {"city": "Lund"})
    if answer.status_code != 202:
        return error_and_pointers(answer)
    api.clock.advance(10)
    job = api.get(answer.json["operation"]["pollUrl"]).json["data"]
    return job["isFailed"], api.registrant("example.com")["city"], api.registrant("moving.example")["city"]


def swedish_holder(api: SandboxClient) -> object:
    """What a new holder name does on .se: in a single write, in a job, and on a name elsewhere."""
    single = api.write_one_v2("example.se", {"registrant": {"firstName": "Anna"}}).status_code
    answer = api.write_v2(["example.se", "example.com"], {"firstName": "Anna"})
    api.clock.advance(10)
    job = api.get(answer.json["operation"]["pollUrl"]).json["data"]
    return single, job["isFailed"], [api.registrant(name)["firstname"] for name in ("example.se", "example.com")]


def stored_texts(api: SandboxClient) -> object:
    texts = {"city": "Västra  Frölunda", "street": "Gamla vägen 9", "email": "Anna.Åberg@example.com"}
    api.write_v2(["example.com"], texts)
    api.finish_jobs()
    stored = api.registrant("example.com")
    return stored["city"], stored["address1"], stored["email"]


def read_again(v1_field: str, value: str) -> Probe:
    """The field on both generations after storing the value."""

    def probe(api: SandboxClient) -> object:
        api.control("PATCH", "/domains/example.net", {"registrant": {v1_field: value}})
        v2_field = {"phonenumber": "phoneNumber", "postcode": "postalCode", "country": "countryCode"}.get(v1_field)
        values = {v1_registrant(api)[v1_field], v2_registrant(api)[v2_field or v1_field]}
        assert len(values) == 1
        return values.pop()

    return probe


def roles_after_a_job(api: SandboxClient) -> object:
    api.write_v2(["example.net"], {"city": "Lund"})
    api.finish_jobs()
    domain = api.domain("example.net")
    return [role for role in ("registrant", "admin", "tech") if domain[role]["city"] == "Lund"]


def line_order(api: SandboxClient) -> object:
    names = tuple(line["domainName"] for line in api.read_lines(*SOME_NAMES))
    assert sorted(names) == sorted(SOME_NAMES)
    assert names == tuple(line["domainName"] for line in api.read_lines(*SOME_NAMES))
    return {SOME_NAMES: "as asked", SOME_NAMES[::-1]: "reversed"}.get(names, "another")


def read_error(api: SandboxClient) -> object:
    api.control("PATCH", "/domains/example.com", {"attributes": {"read_error": {"detail": "Not now."}}})
    return api.read_lines("example.com")[0]["error"]


def lines_before_the_cut(api: SandboxClient) -> object:
    answer = api.app.test_client().post(
        BULK_READ,
        json={"domainIds": api.v2_ids(*SOME_NAMES)},
        headers={"Authorization": f"Bearer {FULL}"},
        buffered=False,
    )
    lines, cut = 0, False
    try:
        for _line in answer.response:
            lines += 1
    except ConnectionAbortedError:
        cut = True
    return lines, cut


def idn(api: SandboxClient) -> tuple[object, ...]:
    name = "räksmörgås.example"
    page = api.get(f"/api/v2/domains/{api.v2_id(name)}").json
    entry = next(item for item in list_v1(api)["domains"] if item["id"] == "11797")
    return page["name"], entry["name"], api.read_lines(name)[0]["domainName"]


def idn_found(api: SandboxClient) -> object:
    names = ("räksmörgås.example", "xn--rksmrgs-5wao1o.example")
    return [len(api.get(f"/api/v2/domains?name={name}").json["data"]) for name in names]


def unknown_in_batch(api: SandboxClient) -> object:
    body = {"domainIds": [api.v2_id("example.com"), UNKNOWN_ID]}
    return error_and_pointers(api.post(BULK_READ, body))


def unknown_in_v1_batch(api: SandboxClient) -> object:
    answer = api.write_v1(["11790", "999999"], {"city": "Lund"})
    return answer.json["data"]["domainsCount"] if answer.status_code == 200 else error(answer)


def unknown_domain(api: SandboxClient) -> object:
    return error(api.get("/api/domain-contacts/999999")), error(api.get(f"/api/v2/domains/{UNKNOWN_ID}"))


def too_many(api: SandboxClient) -> object:
    api.set(max_bulk_ids=1)
    return error_and_pointers(api.write_v2(["example.com", "example.net"], {"city": "Lund"}))


def second_request_of_one(path: str) -> Probe:
    def probe(api: SandboxClient) -> Any:
        api.set(rate_limit_per_second=1)
        api.clock.advance(0.5)
        return [api.get(path) for _number in range(2)][1]

    return probe


def seconds_of(call: Callable[[], object]) -> float:
    begin = time.monotonic()
    call()
    return time.monotonic() - begin


def of(probe: Probe, look: Callable[[Any], object]) -> Probe:
    """Look at one thing in what a probe found."""
    return lambda api: look(probe(api))


def with_keys(path: str) -> Probe:
    """Status of a read with Bearer and with X-API-Key."""
    return lambda api: [api.get(path, scheme=scheme).status_code for scheme in ("Bearer", "X-API-Key")]


def outcome(api: SandboxClient) -> object:
    return api.write_one_v2("example.com", {"registrant": {"city": "Lund"}}).json.get("updateOutcome", NO_ANSWER)


LIST_V2 = "/api/v2/domains"
APPLIED_NOTHING = {
    "registrantRegistrationIdentifierApplied": False,
    "registrantRegistrationIdentifierBlockedReason": None,
}
REFUSED = (400, "invalid_request", ["/domainIds/1"])


# name of the switch -> what is looked at, and what is seen at each position
def shown_after_a_job(api: SandboxClient) -> object:
    """The city that reads show soon after the end of a job, and later."""
    api.write_v2(["example.com"], {"city": "Lund"})
    api.finish_jobs()
    shown = []
    for _moment in range(2):
        shown.append(api.read_lines("example.com")[0]["contact"]["city"])
        shown.append(api.get("/api/domain-contacts/11790").json["data"]["contacts"]["registrant"]["city"])
        api.clock.advance(60)
    return shown


def read_entities(api: SandboxClient) -> object:
    api.control("PATCH", "/domains/example.net", {"registrant": {"companyname": "Lind & <Berg> AB"}})
    return v1_registrant(api)["companyname"]


EFFECTS: dict[str, tuple[Probe, dict[object, object]]] = {
    "v1_read_nesting": (lambda api: "registrant" in v1_contacts(api), {"registrant": True, "flat": False}),
    "v1_read_address2": (lambda api: "address2" in v1_registrant(api), {False: False, True: True}),
    "v1_read_other_roles": (
        lambda api: [(role, bool(contact)) for role, contact in v1_contacts(api).items()],
        {
            "absent": [("registrant", True)],
            "present": [("registrant", True), ("admin", True), ("tech", True), ("billing", False)],
        },
    ),
    "v1_empty_as": (
        lambda api: v1_registrant(api).get("state", NO_ANSWER),
        {"empty_string": "", "null": None, "absent": NO_ANSWER},
    ),
    "v1_first_page": (
        lambda api: [
            (page["domains"][0]["id"], page["pagination"]["currentPage"])
            for page in (list_v1(api, f"?limit=1&page={number}") for number in range(3))
        ],
        {0: [("11790", 0), ("11791", 1), ("11792", 2)], 1: [("11790", 1), ("11790", 1), ("11791", 2)]},
    ),
    "v1_page_size_cap": (lambda api: len(list_v1(api, "?limit=10")["domains"]), {1000: 10, 4: 4}),
    "v1_pagination": (lambda api: "pagination" in list_v1(api), {"present": True, "absent": False}),
    "v1_page_beyond_end": (lambda api: len(list_v1(api, "?limit=10&page=7")["domains"]), {"empty": 0, "last": 4}),
    "v1_list_id_key": (lambda api: next(iter(list_v1(api)["domains"][0])), {"id": "id", "domainid": "domainid"}),
    "v1_list_shows": (
        lambda api: sorted(list_v1(api)["domains"][0]),
        {"status": ["expires", "id", "name", "status"], "nothing": ["id", "name"]},
    ),
    "v1_text_on_read": (
        read_entities,
        {"as_stored": "Lind & <Berg> AB", "html_entities": "Lind &amp; &lt;Berg&gt; AB"},
    ),
    "v1_omitted_keys": (after_v1_write("lastname", {"city": "Lund"}), {"keep": "Lindqvist", "blank": ""}),
    "v1_empty_write": (after_v1_write("city", {"city": ""}), {"clears": "", "ignored": "Göteborg"}),
    "v1_required_keys": (
        lambda api: [api.write_v1(["11790"], given).status_code for given in (PUBLISHED_CONTACT, {"city": "Lund"})],
        {"none": [200, 200], "all": [200, 400]},
    ),
    "v1_unknown_id_answer": (
        unknown_in_v1_batch,
        {"404": (404, "not_found"), "403": (403, "forbidden"), "400": (400, "invalid_request"), "skipped": 1},
    ),
    "v1_validation_status": (lambda api: api.write_v1([], {}).status_code, {"400": 400, "422": 422}),
    "v1_error_codes": (
        lambda api: [api.write_v1([], {}).json["code"], api.get("/api/client-domains", key=None).json["code"]],
        {"specific": ["INVALID_REQUEST", "UNAUTHORIZED"], "status": ["BAD_REQUEST", "UNAUTHORIZED"]},
    ),
    "v1_refusal_as_success_false": (
        lambda api: [
            (answer.status_code, answer.json.get("success"))
            for answer in (api.write_v1(["999999"], {"city": "Lund"}), api.get("/api/domain-contacts/999999"))
        ],
        {False: [(404, None), (404, None)], True: [(200, False), (404, None)]},
    ),
    "v1_scopes_checked": (
        lambda api: [api.get(path, key=NO_SCOPES).status_code for path in ("/api/domain-contacts/11790", LIST_V2)],
        {True: [403, 403], False: [200, 403]},
    ),
    "v1_retired": (
        lambda api: [api.get(path).status_code for path in ("/api/client-domains", "/api/jobs/dbj_x", LIST_V2)],
        {False: [200, 404, 200], True: [410, 404, 200]},
    ),
    "v2_empty_as": (
        lambda api: [v2_registrant(api).get(field, NO_ANSWER) for field in ("state", "registrationIdentifier")],
        {"null": [None, None], "empty_string": ["", None], "absent": [NO_ANSWER, NO_ANSWER]},
    ),
    "v2_default_limit": (lambda api: len(api.get(LIST_V2).json["data"]), {100: 14, 3: 3}),
    "v2_page_size_cap": (lambda api: len(api.get(f"{LIST_V2}?limit=10").json["data"]), {1000: 10, 1: 1}),
    "v2_list_shows": (
        lambda api: sorted({"expiresAt", "serviceStatus", "tags"} & api.get(LIST_V2).json["data"][0].keys()),
        {"everything": ["expiresAt", "serviceStatus", "tags"], "what_is_shown": ["serviceStatus"]},
    ),
    "v2_other_roles": (
        lambda api: bool(api.get(f"{LIST_V2}/{api.v2_id('example.net')}/contacts").json["admin"]),
        {"null": False, "present": True},
    ),
    "v2_contact_type": (
        lambda api: [v2_registrant(api, name).get("type", NO_ANSWER) for name in ("example.net", "private.test")],
        {False: [NO_ANSWER, NO_ANSWER], True: ["organisation", "private"]},
    ),
    "registration_identifier_type": (
        lambda api: v2_registrant(api, "example.se")["registrationIdentifier"].get("type", NO_ANSWER),
        {"organisation": "organisation", "company": "company", "absent": NO_ANSWER},
    ),
    "read_line_order": (line_order, {"as_asked": "as asked", "reversed": "reversed", "shuffled": "another"}),
    "read_error_shape": (
        read_error,
        {"object": {"code": "upstream_failed", "detail": "Not now."}, "string": "Not now."},
    ),
    "read_contact_identifier": (
        lambda api: "registrationIdentifier" in api.read_lines("example.se")[0]["contact"],
        {False: False, True: True},
    ),
    "v2_contact_nesting": (
        lambda api: sorted(api.read_lines("example.com")[0]["contact"])[:1],
        {"flat": ["address2"], "by_role": ["registrant"]},
    ),
    "read_contradicts": (
        lambda api: [(line["domainName"], line["contact"]["city"]) for line in api.read_lines("example.com")],
        {
            "no": [("example.com", "Göteborg")],
            "second_line": [("example.com", "Göteborg"), ("example.com", "Elsewhere")],
            "other_name": [("somebody-else.example", "Göteborg")],
        },
    ),
    "read_leaves_out": (
        lambda api: [
            "email" in v1_registrant(api),
            "postcode" in v1_registrant(api),
            "email" in api.read_lines("example.com")[0]["contact"],
        ],
        {(): [True, True, True], ("email",): [False, True, False]},
    ),
    "bulk_read_seconds_per_domain": (
        lambda api: seconds_of(lambda: api.read_lines(*SOME_NAMES)) >= 0.05,
        {0.0: False, 0.01: True},
    ),
    "read_lag_seconds": (
        shown_after_a_job,
        {0.0: ["Lund"] * 4, 30.0: ["Göteborg", "Göteborg", "Lund", "Lund"]},
    ),
    "v2_omitted_fields": (
        after_v2_write("example.com", "lastname", {"city": "Lund"}),
        {"keep": (202, "Lindqvist"), "blank": (202, "")},
    ),
    "write_alters": (
        lambda api: [
            after_v1_write("address1", {"city": "Lund"})(api),
            after_v2_write("example.com", "address1", {"city": "Lund"})(api),
        ],
        {
            (): ["Gamla vägen 9", (202, "Gamla vägen 9")],
            ("address1",): ["Gamla vägen 9 altered", (202, "Gamla vägen 9 altered altered")],
        },
    ),
    "read_omits_ids": (
        lambda api: [line["domainName"] for line in api.read_lines(*SOME_NAMES)],
        {
            (): list(SOME_NAMES),
            ("11790", "example.net", "nowhere.example"): ["example.se", "example.org", "example.nu"],
        },
    ),
    "read_breaks_off_after": (lines_before_the_cut, {0: (5, False), 2: (2, True)}),
    "read_accept_checked": (
        lambda api: [
            api.post(BULK_READ, {"domainIds": [api.v2_id("example.com")]}, headers={"Accept": accept}).status_code
            for accept in ("application/json", "application/x-ndjson", "*/*")
        ],
        {False: [200, 200, 200], True: [406, 200, 200]},
    ),
    "domain_name_on_read": (
        idn,
        {"a_label": ("xn--rksmrgs-5wao1o.example",) * 3, "unicode": ("räksmörgås.example",) * 3},
    ),
    "name_filter_form": (idn_found, {"either": [1, 1], "a_label": [0, 1], "unicode": [1, 0]}),
    "v2_empty_write": (
        lambda api: [after_v2_write("private.test", "address2", {"address2": value})(api) for value in ("", None)],
        {
            "clears": [(202, ""), (202, "")],
            "ignored": [(202, "Lgh 1101"), (202, "Lgh 1101")],
            "refused": [(400, "Lgh 1101"), (400, "Lgh 1101")],
        },
    ),
    "unknown_bulk_field": (
        after_v2_write("example.com", "city", {"city": "Lund", "town": "Lund"}),
        {"ignored": (202, "Lund"), "refused": (400, "Göteborg")},
    ),
    "update_outcome_unblocked": (outcome, {"object": APPLIED_NOTHING, "null": None, "absent": NO_ANSWER}),
    "empty_contacts": (
        lambda api: [
            (api.write_v1(["11790"], contacts).status_code, api.write_v2(["example.com"], contacts).status_code)
            for contacts in ({}, {"city": "Lund"})
        ],
        {"accepted": [(200, 202), (200, 202)], "refused": [(400, 400), (200, 202)]},
    ),
    "duplicate_ids": (
        lambda api: error_and_pointers(api.write_v2(["example.com", "example.com"], {"city": "Lund"})),
        {"accepted": (202, "", []), "refused": REFUSED},
    ),
    "max_bulk_ids": (
        lambda api: [
            api.write_v1(["11790", "11791"], {"city": "Lund"}).status_code,
            api.write_v2(["example.com", "example.se"], {"city": "Lund"}).status_code,
            api.post(BULK_READ, {"domainIds": api.v2_ids("example.com", "example.se")}).status_code,
        ],
        {0: [200, 202, 200], 1: [400, 400, 400], 2: [200, 202, 200]},
    ),
    "too_many_ids_answer": (
        too_many,
        {"400_pointer": (400, "invalid_request", ["/domainIds"]), "413": (413, "payload_too_large", [])},
    ),
    "unknown_id_answer": (
        unknown_in_batch,
        {
            "403": (403, "forbidden", []),
            "403_pointer": (403, "forbidden", ["/domainIds/1"]),
            "404": (404, "not_found", []),
            "400_pointer": REFUSED,
        },
    ),
    "unknown_domain_answer": (
        unknown_domain,
        {"404": ((404, "not_found"),) * 2, "403": ((403, "forbidden"),) * 2},
    ),
    "locked_in_bulk": (
        lock_in_bulk,
        {
            "refused": (409, "pending_order", ["/domainIds/1"]),
            "ignored": (False, "Lund", "Göteborg"),
            "job_fails": (True, "Göteborg", "Göteborg"),
        },
    ),
    "contact_lock_answer": (
        lambda api: error(api.write_one_v2("moving.example", {"registrant": {"city": "Lund"}})),
        {
            "409_pending_order": (409, "pending_order"),
            "409_domain_not_eligible": (409, "domain_not_eligible"),
            "400_domain_not_eligible": (400, "domain_not_eligible"),
        },
    ),
    "bulk_roles": (roles_after_a_job, {"registrant": ["registrant"], "all": ["registrant", "admin", "tech"]}),
    "bulk_submit_shape": (
        submit_shape,
        {
            "documented": (True, True, "queued", False, "Göteborg"),
            "no_job_id": (False, False, "queued", False, "Göteborg"),
            "completed_at_once": (True, True, "completed", True, "Lund"),
        },
    ),
    "swedish_holder_fields": (
        swedish_holder,
        {
            "applied": (200, False, ["Anna", "Anna"]),
            "ignored": (200, False, ["Erik", "Anna"]),
            "fails": (409, True, ["Erik", "Erik"]),
        },
    ),
    "phone_on_read": (
        read_again("phonenumber", "+46 (0)70-000 00 00"),
        {
            "as_sent": "+46 (0)70-000 00 00",
            "e164": "+46700000000",
            "epp": "+46.700000000",
            "spaced": "+46 700 000 000",
        },
    ),
    "postcode_on_read": (read_again("postcode", "123 45"), {"as_sent": "123 45", "compact": "12345"}),
    "country_on_read": (read_again("country", "Se"), {"as_sent": "Se", "upper": "SE", "lower": "se"}),
    "email_domain_on_read": (
        read_again("email", "Anna@Räksmörgås.example"),
        {
            "as_sent": "Anna@Räksmörgås.example",
            "lower": "Anna@räksmörgås.example",
            "a_label": "Anna@xn--rksmrgs-5wao1o.example",
        },
    ),
    "text_on_store": (
        stored_texts,
        {
            "as_sent": ("Västra  Frölunda", "Gamla vägen 9", "Anna.Åberg@example.com"),
            "strip_accents": ("Vastra  Frolunda", "Gamla vagen 9", "Anna.Åberg@example.com"),
            "uppercase": ("VÄSTRA  FRÖLUNDA", "GAMLA VÄGEN 9", "Anna.Åberg@example.com"),
            "trim_inner_spaces": ("Västra Frölunda", "Gamla vägen 9", "Anna.Åberg@example.com"),
        },
    ),
    "latency_seconds": (
        lambda api: seconds_of(lambda: api.get(LIST_V2)) >= 0.05,
        {0.0: False, 0.05: True},
    ),
    "job_seconds": (
        lambda api: finished_job(api).json["data"]["isCompleted"],
        {0.3: True, 0.0: True, 11.0: False},
    ),
    "job_result": (
        job_end,
        {
            "success": (True, True, True),
            "inner_false": (True, True, False),
            "outer_false": (True, False, False),
            "failed": (False, False, False),
            "never_ends": ("active", None),
            "vanishes": 404,
        },
    ),
    "job_applies": (
        cities_after_a_job,
        {
            "as_result": [True, True, True],
            "all": [True, True, True],
            "none": [False, False, False],
            "some": [True, False, True],
        },
    ),
    "job_result_detail": (
        lambda api: finished_job(api).json["data"]["result"]["result"],
        {
            "minimal": {"success": True},
            "counters": {"success": True, "domains_updated": 2, "domains_failed": 0},
            "per_domain": {
                "success": True,
                "domains": [{"name": name, "success": True} for name in ("example.com", "example.org")],
            },
        },
    ),
    "job_failure_message": (
        failure_message,
        {
            "progress_message": ["progressMessage"],
            "result_error": ["result.error"],
            "failed_reason": ["failedReason"],
            "absent": [],
        },
    ),
    "job_state_words": (
        lambda api: (fresh_job(api).json["data"]["state"], finished_job(api).json["data"]["status"]),
        {
            "bullmq": ("waiting", "completed"),
            "short": ("processing", "completed"),
            "operation": ("queued", "completed"),
            "undocumented": ("waiting", "succeeded"),
        },
    ),
    "job_id_prefix": (lambda api: finished_job(api).json["data"]["jobId"][:4], {"dbj_": "dbj_", "job_": "job_"}),
    "poll_shape": (
        poll_shape,
        {
            "v1_envelope": (["data"], True, ["state", "status"]),
            "operation": (["operation"], False, ["status"]),
            "bare": ([], False, ["status"]),
            "v1_state_only": (["data"], False, ["state"]),
        },
    ),
    "job_retention_seconds": (lambda api: finished_job(api).status_code, {3600.0: 200, 5.0: 404}),
    "job_not_found_shape": (
        unknown_job,
        {
            "v1_envelope": ["application/json", "application/json"],
            "problem": ["application/problem+json", "application/json"],
        },
    ),
    "job_scope": (
        lambda api: [api.get("/api/jobs/dbj_x", key=key).status_code for key in (NO_SCOPES, READ_ONLY, FULL)],
        {"none": [404, 404, 404], "read:domains": [403, 404, 404], "write:domains": [403, 403, 404]},
    ),
    "v2_accepts_x_api_key": (with_keys(LIST_V2), {False: [200, 401], True: [200, 200]}),
    "key_works_on": (
        lambda api: [api.get(path).status_code for path in ("/api/client-domains", LIST_V2, "/api/jobs/dbj_x")],
        {"both": [200, 200, 404], "v1": [200, 401, 404], "v2": [401, 200, 404]},
    ),
    "missing_scope_code": (
        lambda api: [error(api.get(path, key=NO_SCOPES)) for path in ("/api/client-domains", LIST_V2)],
        {"forbidden": [(403, "forbidden")] * 2, "insufficient_scope": [(403, "insufficient_scope")] * 2},
    ),
    "refuse_python_urllib": (
        lambda api: [
            (answer.status_code, answer.mimetype)
            for answer in (api.get(LIST_V2, headers={"User-Agent": agent}) for agent in ("Python-urllib/3.13", "x"))
        ],
        {
            False: [(200, "application/json"), (200, "application/json")],
            True: [(403, "text/html"), (200, "application/json")],
        },
    ),
    "problem_content_type": (
        lambda api: api.get(LIST_V2, key=None).mimetype,
        {"application/problem+json": "application/problem+json", "application/json": "application/json"},
    ),
    "problem_extensions": (
        lambda api: "extensions" in api.get(LIST_V2, key=None).json,
        {"absent": False, "present": True},
    ),
    "rate_limit_per_second": (
        lambda api: [api.get(LIST_V2).status_code for _number in range(3)],
        {0: [200, 200, 200], 2: [200, 200, 429]},
    ),
    "rate_limit_scope": (
        lambda api: (
            api.set(rate_limit_per_second=1),
            [api.get(LIST_V2, key=key).status_code for key in (FULL, READ_ONLY)],
        )[1],
        {"key": [200, 200], "everybody": [200, 429]},
    ),
    "rate_limit_headers": (
        lambda api: (api.set(rate_limit_per_second=5), "X-RateLimit-Remaining" in api.get(LIST_V2).headers)[1],
        {"on_429": False, "always": True},
    ),
    "rate_limit_code": (
        of(second_request_of_one(LIST_V2), lambda answer: answer.json["code"]),
        {"rate_limited": "rate_limited", "rate_limit_exceeded": "rate_limit_exceeded"},
    ),
    "retry_after_form": (
        of(second_request_of_one(LIST_V2), lambda answer: answer.headers.get("Retry-After")),
        {"seconds": "1", "http_date": "Fri, 15 Jan 2027 08:00:01 GMT", "absent": None},
    ),
}

CASES = [
    pytest.param(name, position, seen, id=f"{name}={position}")
    for name, (_probe, positions) in EFFECTS.items()
    for position, seen in positions.items()
]


@pytest.mark.parametrize(("name", "position", "seen"), CASES)
def test_what_is_seen_at_each_position(api: SandboxClient, name: str, position: object, seen: object) -> None:
    api.set(**{name: position})
    assert EFFECTS[name][0](api) == seen


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_every_position_of_every_switch_is_tried(switch: Switch) -> None:
    positions = EFFECTS[switch.name][1]
    assert switch.default in positions
    if switch.choices:
        assert set(positions) == set(switch.choices)
    assert any(seen != positions[switch.default] for seen in positions.values())


def test_no_effect_is_of_a_switch_that_is_gone() -> None:
    assert set(EFFECTS) == {switch.name for switch in SWITCHES}


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_every_switch_has_an_allowed_default_and_one_sentence(switch: Switch) -> None:
    assert switch.parse(switch.default) == switch.default
    assert switch.description.endswith(".")
    assert "|" not in switch.description


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("job_result=failed", "failed"),
        ("v1_read_address2=true", True),
        ("v1_read_address2=False", False),
        ("max_bulk_ids = 10", 10),
        ("job_seconds=1.5", 1.5),
        ("job_seconds=2", 2.0),
        ("read_omits_ids=11790, example.se", ("11790", "example.se")),
        ("read_omits_ids=", ()),
    ],
)
def test_the_command_line_sets_every_kind_of_switch(assignment: str, value: object) -> None:
    assert list(parse_assignments([assignment]).values()) == [value]


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("job_seconds", "'job_seconds' is not of the form name=value"),
        ("job_second=1", "there is no switch 'job_second'"),
        ("job_result=fine", "job_result cannot be 'fine'; allowed: success, inner_false"),
        ("v1_read_address2=1", "v1_read_address2 cannot be '1'; allowed: true, false"),
        ("max_bulk_ids=-1", "max_bulk_ids cannot be '-1'; allowed: an integer, 0 or more"),
        ("max_bulk_ids=1.5", "max_bulk_ids cannot be '1.5'"),
        ("v2_default_limit=0", "allowed: an integer, 1 or more"),
        ("job_seconds=soon", "job_seconds cannot be 'soon'; allowed: a number, 0 or more"),
        ("job_seconds=nan", "job_seconds cannot be 'nan'"),
        ("job_seconds=inf", "job_seconds cannot be 'inf'"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_is_allowed(assignment: str, message: str) -> None:
    with pytest.raises(SwitchError) as refused:
        parse_assignments([assignment])
    assert message in str(refused.value)


@pytest.mark.parametrize(("name", "value"), [("max_bulk_ids", True), ("max_bulk_ids", None), ("read_omits_ids", [1])])
def test_a_value_of_another_type_is_refused(name: str, value: object) -> None:
    with pytest.raises(SwitchError):
        find(name).parse(value)


def test_one_wrong_setting_changes_nothing() -> None:
    board = SwitchBoard()
    with pytest.raises(SwitchError):
        board.set({"max_bulk_ids": 5, "job_result": "fine"})
    assert board["max_bulk_ids"] == 0


def test_reset_returns_to_the_positions_of_the_start() -> None:
    board = SwitchBoard({"max_bulk_ids": 5})
    board.set({"max_bulk_ids": 7, "job_result": "failed"})
    board.reset()
    assert (board["max_bulk_ids"], board["job_result"]) == (5, "success")
