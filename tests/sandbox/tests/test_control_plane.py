# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control plane: the record, the switches, the stored state, portfolios; what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_client import BULK_READ, FULL, SandboxClient

V1_READ = "/api/domain-contacts/11790"


def requests(api: SandboxClient) -> Any:
    return api.control("GET", "/requests")


def test_the_record_reports_what_was_asked_and_answered(api: SandboxClient) -> None:
    api.get("/api/v2/domains?name=example.com", headers={"User-Agent": "some client"})
    assert requests(api)["requests"] == [
        {
            "method": "GET",
            "path": "/api/v2/domains",
            "query": {"name": "example.com"},
            "body": None,
            "status": 200,
            "generation": "v2",
            "authentication": "Bearer",
            "user_agent": "some client",
            "kind": "list",
        }
    ]


def test_requests_are_counted_by_kind(api: SandboxClient) -> None:
    api.get("/api/client-domains")
    api.get(V1_READ, scheme="X-API-Key")
    api.post(BULK_READ, {"domainIds": ["dom_x"]})
    api.write_v1(["11790"], {"city": "Lund"})
    api.get("/api/jobs/dbj_x", key=None)
    record = requests(api)
    assert record["counts"] == {"read": 2, "write": 1, "poll": 1, "list": 1}
    assert [entry["status"] for entry in record["requests"]] == [200, 200, 403, 200, 401]
    assert [entry["authentication"] for entry in record["requests"]] == [
        "Bearer",
        "X-API-Key",
        "Bearer",
        "Bearer",
        "none",
    ]
    assert record["requests"][3]["body"] == {"domainIds": ["11790"], "contacts": {"city": "Lund"}}


def test_keys_are_never_recorded(api: SandboxClient) -> None:
    for scheme in ("Bearer", "X-API-Key"):
        api.get(V1_READ, scheme=scheme)
    assert FULL not in api.call("GET", "/_sandbox/requests", key=None).text


def test_the_record_can_be_cleared(api: SandboxClient) -> None:
    api.get(V1_READ)
    api.control("DELETE", "/requests")
    assert requests(api) == {"requests": [], "counts": {"read": 0, "write": 0, "poll": 0, "list": 0}}


def test_the_switches_describe_themselves(api: SandboxClient) -> None:
    rows = {row["name"]: row for row in api.control("GET", "/switches")["switches"]}
    assert rows["v1_read_nesting"]["value"] == "registrant"
    assert rows["v1_read_nesting"]["allowed"] == "registrant, flat"
    api.set(v1_read_nesting="flat")
    rows = {row["name"]: row for row in api.control("GET", "/switches")["switches"]}
    assert (rows["v1_read_nesting"]["value"], rows["v1_read_nesting"]["default"]) == ("flat", "registrant")


def test_reset_brings_back_the_start(api: SandboxClient) -> None:
    api.set(v1_read_nesting="flat")
    api.control("PATCH", "/domains/11790", {"registrant": {"city": "Lund"}})
    api.control("POST", "/portfolio", {"count": 1})
    api.control("POST", "/faults", {"status": 500})
    api.get(V1_READ)
    assert api.control("POST", "/reset", {"switches": {"max_bulk_ids": 3}}) == {"domains": 14}
    assert requests(api)["requests"] == []
    assert api.control("GET", "/faults") == {"faults": []}
    assert api.registrant("11790")["city"] == "Göteborg"
    changed = [row["name"] for row in api.control("GET", "/switches")["switches"] if row["value"] != row["default"]]
    assert changed == ["max_bulk_ids"]


def test_reset_forgets_violations_and_the_counts_of_the_rate_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    api = SandboxClient(rate_limit_per_second=1)
    with monkeypatch.context() as patch:
        patch.setattr("hostup_sandbox.v1._status", lambda _domain: 7)
        assert api.get("/api/client-domains").status_code == 500
    assert (len(api.violations()), api.get("/api/client-domains").status_code) == (1, 429)
    api.control("POST", "/reset")
    assert (len(api.violations()), api.get("/api/client-domains").status_code) == (0, 200)


def test_a_reset_that_is_refused_changes_nothing(api: SandboxClient) -> None:
    api.control("PATCH", "/domains/11790", {"registrant": {"city": "Lund"}})
    answer = api.post("/_sandbox/reset", {"switches": {"max_bulk_ids": "many"}})
    assert answer.status_code == 400
    assert api.registrant("11790")["city"] == "Lund"


@pytest.mark.parametrize(
    "reference", ["11797", "räksmörgås.example", "xn--rksmrgs-5wao1o.example", "RÄKSMÖRGÅS.Example"]
)
def test_a_domain_is_found_by_either_id_and_either_name(api: SandboxClient, reference: str) -> None:
    domain = api.domain(reference)
    assert (domain["v1_id"], domain["name"]) == ("11797", "räksmörgås.example")
    assert api.domain(domain["v2_id"]) == domain


def test_all_domains_can_be_seen(api: SandboxClient) -> None:
    domains = api.control("GET", "/domains")["domains"]
    assert len(domains) == 14
    assert len({domain["v2_id"] for domain in domains}) == 14


def test_stored_values_and_attributes_can_be_changed(api: SandboxClient) -> None:
    body = {"registrant": {"city": "Lund"}, "attributes": {"service_status": "fraud", "tags": ["a"]}}
    domain = api.control("PATCH", "/domains/example.com", body)
    assert (domain["registrant"]["city"], domain["registrant"]["firstname"]) == ("Lund", "Erik")
    shown = api.get(f"/api/v2/domains/{domain['v2_id']}").json
    assert (shown["serviceStatus"], shown["tags"]) == ("fraud", ["a"])
    assert api.get(f"/api/v2/domains/{domain['v2_id']}/contacts").json["serviceStatus"] == "unknown"


def test_the_edit_gate_can_be_set(api: SandboxClient) -> None:
    gate = {"allowed": False, "reason": "Locked by the registry.", "code": "registry_lock"}
    api.control("PATCH", "/domains/example.com", {"attributes": {"can_edit_contacts": gate}})
    answer = api.write_one_v2("example.com", {"registrant": {"city": "Lund"}})
    assert (answer.status_code, answer.json["detail"]) == (409, "Locked by the registry.")
    api.control("PATCH", "/domains/moving.example", {"attributes": {"can_edit_contacts": {"allowed": True}}})
    assert api.write_one_v2("moving.example", {"registrant": {"city": "Lund"}}).status_code == 200


def test_a_portfolio_is_created_with_ids_of_both_generations(api: SandboxClient) -> None:
    made = api.control(
        "POST", "/portfolio", {"count": 20, "suffix": "test", "differing": {"count": 3, "registrant": {"city": "Lund"}}}
    )
    assert made["names"][0] == "portfolio-0001.test"
    assert made["v1_ids"] == [str(number) for number in range(11804, 11824)]
    assert len(set(made["v2_ids"])) == 20
    assert made["differing"]["names"] == made["names"][:3]
    cities = [line["contact"]["city"] for line in api.read_lines(*made["names"])]
    assert cities == ["Lund"] * 3 + ["Stockholm"] * 17


def test_the_same_portfolio_cannot_be_created_twice(api: SandboxClient) -> None:
    api.control("POST", "/portfolio", {"count": 2})
    answer = api.post("/_sandbox/portfolio", {"count": 5})
    assert answer.status_code == 400
    assert "2 of these domains exist already, the first is portfolio-0001.example" in answer.json["error"]
    assert len(api.control("GET", "/domains")["domains"]) == 16


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("PATCH", "/switches", {"no_such": 1}, "there is no switch 'no_such'"),
        ("PATCH", "/switches", [], "the body: [] is not of type 'object'"),
        ("PATCH", "/domains/11790", {"registrant": {"town": "Lund"}}, "the body/registrant"),
        ("PATCH", "/domains/11790", {"registrant": None}, "the body/registrant"),
        ("PATCH", "/domains/11790", {"attributes": {"service_status": "odd"}}, "the body/attributes/service_status"),
        ("POST", "/portfolio", {"count": "many"}, "the body/count"),
        ("POST", "/portfolio", {"number": 5}, "'number' was unexpected"),
        ("POST", "/faults", {}, "exactly one of status, disconnect, delay"),
        ("POST", "/faults", {"status": 500, "delay": 1}, "exactly one of"),
        ("POST", "/faults", {"status": 99}, "faults/0/status"),
        ("POST", "/faults", {"delay": 1, "body": "x"}, "'status' is a dependency of 'body'"),
        ("POST", "/faults", {"status": 500, "time": 1}, "'time' was unexpected"),
        ("POST", "/faults", {"status": 500, "every": 0}, "faults/0/every"),
        ("POST", "/faults", {"status": 200, "body": "a", "body_base64": "YQ=="}, "exclude each other"),
        ("POST", "/faults", {"status": 200, "body_base64": "a"}, "faults/0/body_base64"),
        ("POST", "/faults", {"status": 200, "body_base64": "å"}, "faults/0/body_base64"),
        ("POST", "/faults", {"status": 200, "endless": True}, "exactly one of"),
        ("POST", "/faults", {"status": 200, "pause": 1}, "'endless' is a dependency of 'pause'"),
        ("POST", "/faults", {"status": 200, "part": "x"}, "'endless' is a dependency of 'part'"),
        ("POST", "/faults", {"endless": False}, "faults/0/endless"),
        ("POST", "/reset", {"switch": {}}, "'switch' was unexpected"),
    ],
)
def test_a_wrong_control_request_is_refused_with_one_sentence(
    api: SandboxClient, method: str, path: str, body: object, message: str
) -> None:
    answer = api.call(method, f"/_sandbox{path}", body, key=None)
    assert answer.status_code == 400
    assert message in answer.json["error"]


def test_an_unknown_domain_or_path_is_a_404(api: SandboxClient) -> None:
    assert api.get("/_sandbox/domains/nowhere.example").status_code == 404
    assert "/_sandbox" in api.get("/nothing").json["error"]
