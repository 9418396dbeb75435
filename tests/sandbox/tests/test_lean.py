# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The short way of benchmarks says what the sandbox says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from sandbox_client import BULK_READ, FULL, READ_ONLY, SandboxClient
from werkzeug.test import Client, TestResponse

from hostup_sandbox.lean import FREE_SWITCHES, LeanPath

NAMES = ("example.com", "example.se", "räksmörgås.example")
Ask = Callable[["Pair"], "Asked"]
Asked = tuple[str, str, Any]


class Pair:
    """One sandbox, asked by the usual way and by the short one."""

    def __init__(self) -> None:
        self.api = SandboxClient()
        self.reached: list[str] = []
        application = self.api.app.wsgi_app

        def counted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            self.reached.append(environ["PATH_INFO"])
            return application(environ, start_response)

        self.api.app.wsgi_app = counted  # type: ignore[method-assign]
        self._lean = Client(LeanPath(self.api.app))

    def lean(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> TestResponse:
        """One request by the short way; `reached` reports afterwards whether the application had to answer it."""
        self.reached.clear()
        return self._lean.open(path, method=method, json=body, headers=headers or key_for(path))

    def usual(self, method: str, path: str, body: Any = None) -> TestResponse:
        scheme = "Bearer" if "/v2/" in path else "X-API-Key"
        return self.api.call(method, path, body, scheme=scheme)


def key_for(path: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {FULL}"} if "/v2/" in path else {"X-API-Key": FULL}


def bulk_read(pair: Pair) -> Asked:
    return "POST", BULK_READ, {"domainIds": pair.api.v2_ids(*NAMES)}


def one_v1_contact(pair: Pair) -> Asked:
    return "GET", "/api/domain-contacts/11790", None


def one_v2_contact(pair: Pair) -> Asked:
    return "GET", f"/api/v2/domains/{pair.api.v2_id('example.com')}/contacts", None


READS = pytest.mark.parametrize("ask", [bulk_read, one_v1_contact, one_v2_contact], ids=lambda ask: ask.__name__)


@pytest.fixture
def pair() -> Pair:
    return Pair()


def reported(answer: TestResponse) -> Any:
    """What an answer says, without what differs from request to request."""
    documents = [json.loads(line) for line in answer.text.splitlines()]
    for document in documents:
        document.pop("requestId", None)
    return answer.status_code, answer.mimetype, documents


@READS
def test_it_says_what_the_application_says(pair: Pair, ask: Ask) -> None:
    request = ask(pair)

    assert reported(pair.lean(*request)) == reported(pair.usual(*request))
    assert pair.reached == [request[1]], "only the usual way reaches the application"


@READS
def test_it_sees_each_change(pair: Pair, ask: Ask) -> None:
    request = ask(pair)
    before = reported(pair.lean(*request))
    pair.api.write_v2(["example.com"], {"city": "Lund"})
    pair.api.clock.advance(10)

    after_the_write = reported(pair.lean(*request))
    assert after_the_write == reported(pair.usual(*request)) != before

    pair.api.control("PATCH", "/domains/example.com", {"attributes": {"transfer_in_progress": True}})
    assert reported(pair.lean(*request)) == reported(pair.usual(*request))


@READS
@pytest.mark.parametrize(
    "obstacle",
    [
        pytest.param(lambda api: api.set(phone_on_read="epp"), id="a switch is turned"),
        pytest.param(lambda api: api.control("POST", "/faults", {"status": 503, "times": 0}), id="a fault is in force"),
        pytest.param(
            lambda api: api.control("PATCH", "/domains/example.com", {"attributes": {"read_error": True}}),
            id="a domain cannot be read",
        ),
    ],
)
def test_everything_unusual_is_left_to_the_application(
    pair: Pair, ask: Ask, obstacle: Callable[[SandboxClient], Any]
) -> None:
    request = ask(pair)
    obstacle(pair.api)

    answer = pair.lean(*request)

    assert pair.reached == [request[1]]
    assert reported(answer) == reported(pair.usual(*request))


@READS
@pytest.mark.parametrize("key", [READ_ONLY, "wrong"])
def test_other_keys_are_left_to_the_application(pair: Pair, ask: Ask, key: str) -> None:
    method, path, body = ask(pair)

    answer = pair.lean(method, path, body, headers={"Authorization": f"Bearer {key}"})

    assert pair.reached == [path]
    assert answer.status_code == (401 if key == "wrong" else 200)


@pytest.mark.parametrize(
    "body",
    [
        {"domainIds": ["dom_unknown"]},
        {"domainIds": []},
        {"domainIds": [7]},
        {"domainIds": "dom_x"},
        {"ids": []},
        [],
        None,
    ],
    ids=str,
)
def test_a_bulk_read_that_is_refused_is_refused_by_the_application(pair: Pair, body: Any) -> None:
    answer = pair.lean("POST", BULK_READ, body)

    assert pair.reached == [BULK_READ]
    assert answer.status_code in (400, 403)


@pytest.mark.parametrize("path", ["/api/domain-contacts/999999", "/api/v2/domains/dom_unknown/contacts"])
def test_an_unknown_domain_is_refused_by_the_application(pair: Pair, path: str) -> None:
    assert pair.lean("GET", path).status_code == 404
    assert pair.reached == [path]


def test_writes_reach_the_application(pair: Pair) -> None:
    path = f"/api/v2/domains/{pair.api.v2_id('example.com')}/contacts"

    assert pair.lean("POST", path, {"registrant": {"city": "Lund"}}).status_code == 200
    assert pair.reached == [path]
    assert pair.api.registrant("example.com")["city"] == "Lund"


@pytest.mark.parametrize("switch", sorted(FREE_SWITCHES))
def test_switches_of_time_do_not_end_the_short_way(pair: Pair, switch: str) -> None:
    pair.api.set(**{switch: 0.01})

    pair.lean(*one_v1_contact(pair))

    assert pair.reached == []
