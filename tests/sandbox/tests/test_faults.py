# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: which requests they strike, and what is answered. Broken connections are in test_server."""

from __future__ import annotations

import base64
import itertools
import time
from typing import Any

import pytest
from sandbox_client import BULK_READ, BULK_V2, SandboxClient

V1_READ = "/api/domain-contacts/11790"
JOBS = "/api/jobs/*"


def requests(api: SandboxClient) -> Any:
    return api.control("GET", "/requests")


def statuses(api: SandboxClient, number: int) -> list[int]:
    """Read so many times, and return the statuses."""
    return [api.get(V1_READ).status_code for _unused in range(number)]


def test_a_fault_strikes_as_often_as_it_says(api: SandboxClient) -> None:
    api.control("POST", "/faults", {"status": 503, "times": 2, "skip": 1})
    assert [api.get(V1_READ).status_code for _number in range(5)] == [200, 503, 503, 200, 200]
    assert [entry["status"] for entry in requests(api)["requests"]] == [200, 503, 503, 200, 200]


def test_a_fault_without_end_strikes_until_it_is_removed(api: SandboxClient) -> None:
    api.control("POST", "/faults", {"status": 503, "times": 0})
    assert [api.get(V1_READ).status_code for _number in range(5)] == [503] * 5
    api.control("DELETE", "/faults")
    assert api.get(V1_READ).status_code == 200


def test_a_fault_strikes_only_what_it_names(api: SandboxClient) -> None:
    api.control("POST", "/faults", {"status": 503, "method": "GET", "path": "/api/v2/*", "times": 0})
    assert api.get(V1_READ).status_code == 200
    assert api.get("/api/v2/domains").status_code == 503
    assert api.write_v2(["example.com"], {"city": "Lund"}).status_code == 202


def test_faults_strike_one_after_the_other(api: SandboxClient) -> None:
    api.control("POST", "/faults", [{"status": 500}, {"status": 502}])
    assert [api.get(V1_READ).status_code for _number in range(3)] == [500, 502, 200]


def test_a_fault_has_the_body_of_its_generation_or_its_own(api: SandboxClient) -> None:
    faults = [{"status": 502}, {"status": 502}, {"status": 502, "body": "<html>Bad</html>"}]
    api.control("POST", "/faults", [*faults, {"status": 502, "body": {"odd": True}, "headers": {"X-Odd": "yes"}}])
    v1, v2, html, odd = (api.get(path) for path in (V1_READ, "/api/v2/domains", V1_READ, V1_READ))
    assert v1.json["code"] == "UPSTREAM_FAILED"
    assert v2.json["type"] == "https://developer.hostup.se/errors/upstream_failed"
    assert (html.mimetype, html.text) == ("text/html", "<html>Bad</html>")
    assert (odd.json, odd.headers["X-Odd"]) == ({"odd": True}, "yes")


def test_a_fault_can_redirect_and_answer_nothing(api: SandboxClient) -> None:
    api.control("POST", "/faults", [{"status": 302, "headers": {"Location": "/elsewhere"}}, {"status": 200}])
    moved, empty = (api.get(V1_READ) for _number in range(2))
    assert (moved.status_code, moved.headers["Location"], moved.data) == (302, "/elsewhere", b"")
    assert (empty.status_code, empty.data) == (200, b"")


@pytest.mark.parametrize(("act", "city"), [(False, "Göteborg"), (True, "Lund")])
def test_with_act_the_work_is_done_before_the_fault(api: SandboxClient, act: bool, city: str) -> None:
    api.control("POST", "/faults", {"status": 504, "path": BULK_V2, "act": act})
    assert api.write_v2(["example.com"], {"city": "Lund"}).status_code == 504
    api.finish_jobs()
    assert api.registrant("example.com")["city"] == city


def test_faults_never_strike_the_control_plane(api: SandboxClient) -> None:
    api.control("POST", "/faults", {"status": 503, "times": 0})
    assert len(api.control("GET", "/faults")["faults"]) == 1


def test_every_third_request_is_struck(api: SandboxClient) -> None:
    api.control("POST", "/faults", {"status": 429, "every": 3, "times": 0})
    assert statuses(api, 9) == [200, 200, 429] * 3


def test_every_combines_with_skip_and_times(api: SandboxClient) -> None:
    api.control("POST", "/faults", {"status": 503, "skip": 2, "every": 2, "times": 2})
    assert statuses(api, 8) == [200, 200, 200, 503, 200, 503, 200, 200]


def test_what_is_left_of_a_fault_can_be_seen(api: SandboxClient) -> None:
    api.control("POST", "/faults", {"status": 503, "every": 3, "times": 2})
    seen = []
    for _number in range(4):
        (fault,) = api.control("GET", "/faults")["faults"]
        seen.append((fault["skip"], fault["times"]))
        api.get(V1_READ)
    assert seen == [(2, 2), (1, 2), (0, 2), (2, 1)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_fault_can_redirect_anywhere(api: SandboxClient, status: int) -> None:
    headers = {"Location": "https://other.example/api?next=1"}
    api.control("POST", "/faults", {"status": status, "headers": headers})
    answer = api.get(V1_READ)
    assert (answer.status_code, answer.headers["Location"]) == (status, headers["Location"])


def test_a_fault_can_send_any_bytes_as_any_type(api: SandboxClient) -> None:
    garbage = bytes(range(256))
    fault = {"status": 200, "body_base64": base64.b64encode(garbage).decode()}
    api.control("POST", "/faults", [fault, fault | {"headers": {"Content-Type": "application/json"}}])
    plain, typed = (api.get(V1_READ) for _number in range(2))
    assert (plain.data, plain.mimetype) == (garbage, "application/octet-stream")
    assert (typed.data, typed.mimetype) == (garbage, "application/json")


def test_a_fault_can_send_nothing_and_call_it_json(api: SandboxClient) -> None:
    fault = {"status": 200, "body": "", "headers": {"Content-Type": "application/json"}}
    api.control("POST", "/faults", fault)
    answer = api.get(V1_READ)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"", "application/json")


@pytest.mark.parametrize("value", ["0", "120", "soon", "-1", "Fri, 15 Jan 2027 08:00:01 GMT", "99999999999"])
def test_a_429_carries_any_retry_after(api: SandboxClient, value: str) -> None:
    api.control("POST", "/faults", [{"status": 429, "headers": {"Retry-After": value}, "times": 2}])
    v1, v2 = api.get(V1_READ), api.get("/api/v2/domains")
    assert (v1.headers["Retry-After"], v1.json["retryAfter"]) == (value, value)
    assert (v2.headers["Retry-After"], v2.json["code"]) == (value, "rate_limited")


def test_a_429_may_carry_the_reset_of_its_window_alone(api: SandboxClient) -> None:
    reset = "2027-01-15T08:00:01.000Z"
    api.control("POST", "/faults", {"status": 429, "headers": {"X-RateLimit-Reset": reset}})
    answer = api.get("/api/v2/domains")
    assert answer.headers["X-RateLimit-Reset"] == reset
    assert "Retry-After" not in answer.headers


def test_a_poll_can_say_false_before_the_job_has_ended(api: SandboxClient) -> None:
    pending = {"success": True, "data": {"state": "active", "success": False}}
    api.control("POST", "/faults", {"path": JOBS, "status": 200, "body": pending})
    poll_url = api.write_v2(["example.com"], {"city": "Lund"}).json["operation"]["pollUrl"]
    api.clock.advance(10)
    first, second = (api.get(poll_url).json for _number in range(2))
    assert first == pending
    assert second["data"]["isCompleted"] is True


@pytest.mark.parametrize("act", [False, True])
def test_an_endless_answer_goes_on_and_on(api: SandboxClient, act: bool) -> None:
    api.control("POST", "/faults", {"endless": True, "act": act})
    answer = api.get(V1_READ, buffered=False)
    chunks = list(itertools.islice(answer.response, 20))
    answer.close()
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert chunks[0] == b'{"data": "'
    assert set(chunks[1:]) == {b"x" * 65_536}


def test_an_endless_bulk_read_is_one_endless_line(api: SandboxClient) -> None:
    api.control("POST", "/faults", {"endless": True, "path": BULK_READ})
    answer = api.post(BULK_READ, {"domainIds": api.v2_ids("example.com")}, buffered=False)
    begin = b"".join(itertools.islice(answer.response, 5))
    answer.close()
    assert answer.mimetype == "application/x-ndjson"
    assert begin.startswith(b'{"domainId": "')
    assert b"\n" not in begin


def test_an_endless_answer_can_drip(api: SandboxClient) -> None:
    api.control("POST", "/faults", {"endless": True, "pause": 0.1})
    answer = api.get(V1_READ, buffered=False)
    begin = time.monotonic()
    list(itertools.islice(answer.response, 4))
    answer.close()
    assert time.monotonic() - begin >= 0.3


@pytest.mark.parametrize("act", [False, True])
def test_the_parts_of_an_endless_answer_can_be_chosen(api: SandboxClient, act: bool) -> None:
    body = {"domainIds": api.v2_ids("example.com")}
    usual = api.post(BULK_READ, body).data if act else b""
    api.control("POST", "/faults", {"endless": True, "path": BULK_READ, "part": "\n", "act": act})
    answer = api.post(BULK_READ, body, buffered=False)
    begin = b"".join(itertools.islice(answer.response, 5))
    answer.close()
    assert begin.rstrip(b"\n") == usual.rstrip(b"\n")
    assert len(begin) == len(usual) + 4


def test_a_delay_with_act_comes_after_the_work(api: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> None:
    state = api.app.extensions["hostup_sandbox"]
    cities = []

    def wait(_seconds: float) -> bool:
        cities.append(state.store.find("example.com").registrant["city"])
        return False

    monkeypatch.setattr(state.shutdown, "wait", wait)
    api.control("POST", "/faults", [{"delay": 60}, {"delay": 60, "act": True}])
    for city in ("Lund", "Umeå"):
        assert api.write_one_v2("example.com", {"registrant": {"city": city}}).status_code == 200
    assert cities == ["Göteborg", "Umeå"]
