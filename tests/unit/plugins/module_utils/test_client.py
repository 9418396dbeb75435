# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client: what it sends, when it sends again, what it makes of an answer, and what it never reports."""

from __future__ import annotations

import gzip
import importlib.util
import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._http import client as client_module
from ansible_collections.hostup.cloud.plugins.module_utils._http import transport
from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import api_text, error_details
from ansible_collections.hostup.cloud.plugins.module_utils._http.client import Client
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    InvalidResponse,
    NotSent,
    OutcomeUnknown,
    Refused,
    RequestFailed,
    TransientServerError,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection, Kind, Request
from ansible_collections.hostup.cloud.plugins.module_utils._http.retry import Budget, seconds_before_retry
from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import ApiKeyAuth, BearerAuth
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import API_KEY, JSON_VALUES

if TYPE_CHECKING:
    from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import (
        ClientFactory,
        Exchange,
        FakeClock,
        LoopbackServer,
        Reply,
    )

ORIGIN = "https://cloud.hostup.se"
PATH = "/api/v2/domains"
NOW = datetime(2026, 3, 1, 8, 0, 0, tzinfo=timezone.utc)

GET = Request("GET", PATH, Kind.READ, "list the domains of the account")
READ = Request("POST", PATH, Kind.READ, "read the stored contacts of 2 domains", body={"domainIds": ["dom_a", "dom_b"]})
POLL = Request("GET", "/api/jobs/job_1", Kind.POLL, "poll job job_1")
WRITE = Request("POST", PATH, Kind.WRITE, "update the contact of 2 domains", body={"domainIds": ["dom_a", "dom_b"]})
KINDS = pytest.mark.parametrize("request_", [GET, READ, POLL, WRITE], ids=["GET", "bulk read", "poll", "write"])
READS = pytest.mark.parametrize("request_", [GET, READ, POLL], ids=["GET", "bulk read", "poll"])


def problem(status: int, code: str = "some_code", **more: Any) -> dict[str, Any]:
    """Return a v2 error answer."""
    return {
        "type": f"https://developer.hostup.se/errors/{code}",
        "title": "Some title",
        "status": status,
        "detail": "Some detail.",
        "code": code,
        "requestId": "req_01example",
        **more,
    }


def in_turn(*replies: Reply) -> Reply:
    """Answer each request by the next reply, and all further ones by the last."""
    left = list(replies)

    def reply(exchange: Exchange) -> None:
        current = left.pop(0) if len(left) > 1 else left[0]
        current(exchange)

    return reply


def ok(exchange: Exchange) -> None:
    exchange.answer_json({"data": []})


def hang_up(exchange: Exchange) -> None:
    """Close the connection without an answer."""
    exchange.close_connection = True


def reset(exchange: Exchange) -> None:
    """Send a TCP reset instead of an answer."""
    exchange.close_connection = True
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.connection.close()


def fall_silent(exchange: Exchange) -> None:
    exchange.close_connection = True
    exchange.server.over.wait(5)


def answering(status: int, body: bytes | str = b"", **headers: str) -> Reply:
    return lambda exchange: exchange.answer(status, body, {k.replace("_", "-"): v for k, v in headers.items()})


def failure_of(client: Client, request: Request) -> RequestFailed:
    """Return the error that this request ends with."""
    with pytest.raises(RequestFailed) as caught:
        client.fetch(request)
    return caught.value


def lines_of(client: Client, request: Request, *arguments: Any) -> Iterator[Any]:
    """Stream an answer of which every line is wanted, and there may always be one more."""
    received: list[Any] = []
    for line in client.stream(request, lambda: sys.maxsize - len(received), *arguments):
        received.append(line)
        yield line


def closed_port() -> int:
    """Return a loopback port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# -- what is sent --------------------------------------------------------------------------------------------------


def test_v1_sends_the_key_as_x_api_key_only(server: LoopbackServer, new_client: ClientFactory) -> None:
    new_client(server.origin, v1=True).fetch(GET)
    headers = server.received[0].headers
    assert headers["x-api-key"] == API_KEY
    assert "authorization" not in headers


def test_v2_sends_the_key_as_bearer_token_only(server: LoopbackServer, new_client: ClientFactory) -> None:
    new_client(server.origin).fetch(GET)
    headers = server.received[0].headers
    assert headers["authorization"] == f"Bearer {API_KEY}"
    assert "x-api-key" not in headers


def test_a_read_announces_itself_and_has_no_body(server: LoopbackServer, new_client: ClientFactory) -> None:
    new_client(server.origin).fetch(Request("GET", PATH, Kind.READ, "list", params={"name": "å&b", "limit": "50"}))
    received = server.received[0]
    assert (received.method, received.path) == ("GET", f"{PATH}?name=%C3%A5%26b&limit=50")
    assert received.headers["accept"] == "application/json"
    assert received.headers["user-agent"] == f"hostup.cloud/{transport.COLLECTION_VERSION} (Ansible collection)"
    assert "content-type" not in received.headers
    assert received.body == b""


def test_a_body_is_sent_as_json(server: LoopbackServer, new_client: ClientFactory) -> None:
    new_client(server.origin).fetch(WRITE)
    assert server.received[0].headers["content-type"] == "application/json"
    assert json.loads(server.received[0].body) == {"domainIds": ["dom_a", "dom_b"]}


def test_an_empty_object_is_sent_as_one(server: LoopbackServer, new_client: ClientFactory) -> None:
    new_client(server.origin).fetch(Request("POST", PATH, Kind.WRITE, "act", body={}))
    assert server.received[0].body == b"{}"


def test_the_user_agent_has_the_version_of_the_collection() -> None:
    galaxy = (Path(transport.__file__).parents[3] / "galaxy.yml").read_text(encoding="utf-8")
    assert f"\nversion: {transport.COLLECTION_VERSION}\n" in galaxy


def test_requests_share_a_connection(server: LoopbackServer, new_client: ClientFactory) -> None:
    client = new_client(server.origin)
    client.fetch(GET)
    client.fetch(WRITE)
    list(lines_of(client, GET))
    client.fetch(POLL)
    assert len({received.connection for received in server.received}) == 1


def test_a_chunked_stream_leaves_the_connection_usable(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = in_turn(chunks(b'{"a": 1}\n', b'{"a": 2}\n', b""), ok)
    client = new_client(server.origin)
    assert list(lines_of(client, READ)) == [{"a": 1}, {"a": 2}]
    client.fetch(GET)
    assert len({received.connection for received in server.received}) == 1


def test_cookies_are_not_kept(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(200, "{}", Set_Cookie="hostup_session=abc; Path=/")
    client = new_client(server.origin)
    client.fetch(GET)
    client.fetch(GET)
    assert [received.headers.get("cookie") for received in server.received] == [None, None]


@pytest.mark.parametrize("v1", [True, False])
def test_netrc_does_not_replace_the_key(
    v1: bool, new_client: ClientFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine cloud.hostup.se login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert requests.utils.get_netrc_auth(ORIGIN) == ("somebody", "else")
    with responses.RequestsMock() as api:
        api.get(ORIGIN + PATH, json={})
        new_client(ORIGIN, v1=v1).fetch(GET)
        headers = api.calls[0].request.headers
    assert headers.get("Authorization") == (None if v1 else f"Bearer {API_KEY}")
    assert headers.get("X-API-Key") == (API_KEY if v1 else None)


def test_plain_http_on_loopback_ignores_proxies_and_netrc(
    server: LoopbackServer, new_client: ClientFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    new_client(server.origin, max_retries=0).fetch(GET)
    assert server.received[0].headers["authorization"] == f"Bearer {API_KEY}"


def through_proxy(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    for name in ("NO_PROXY", "no_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)


def test_https_uses_the_proxy_of_the_environment_which_never_sees_the_key(
    server: LoopbackServer, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.reply = answering(407)
    through_proxy(monkeypatch, server.origin)
    error = failure_of(new_client(ORIGIN, max_retries=0), WRITE)
    assert isinstance(error, NotSent)
    assert [(r.method, r.path) for r in server.received] == [("CONNECT", "cloud.hostup.se:443")]
    assert API_KEY not in repr(server.received)


@pytest.mark.parametrize(
    "proxy",
    [
        pytest.param("http://127.0.0.1:{closed}", id="refused"),
        pytest.param("http://", id="no host"),
        pytest.param("http://two..dots:3128", id="impossible host"),
        pytest.param("carrier-pigeon://127.0.0.1", id="unknown scheme"),
    ],
)
@KINDS
def test_an_unusable_proxy_means_that_nothing_was_sent(
    request_: Request, proxy: str, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    through_proxy(monkeypatch, proxy.format(closed=closed_port()))
    client = new_client(ORIGIN, max_retries=1)
    error = failure_of(client, request_)
    assert isinstance(error, NotSent)
    assert error.code == "proxy_failed"
    assert "the proxy " in str(error)
    assert "HTTPS_PROXY" in str(error)
    assert (sum(client.calls.values()), client.retries) == (0, {})


def test_a_proxy_that_loses_the_connection_may_have_passed_on_the_write(
    server: LoopbackServer, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # urllib3 1 reports this as a ProxyError, which is also what it says of a proxy that cannot be reached.
    error = requests.exceptions.ProxyError(OldStyleReason(ConnectionResetError("reset by peer")))
    with responses.RequestsMock() as api:
        api.post(ORIGIN + PATH, body=error)
        client = new_client(ORIGIN)
        assert isinstance(failure_of(client, WRITE), OutcomeUnknown)
    assert client.calls["write"] == 1


class OldStyleReason(Exception):
    """Stands for urllib3's MaxRetryError around a ProxyError."""

    def __init__(self, original_error: Exception) -> None:
        super().__init__("Cannot connect to proxy.")
        self.reason = self
        self.original_error = original_error


def test_without_requests_the_module_still_loads_and_keeps_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    assert transport.REQUESTS_IMPORT_ERROR is None
    name = "client_without_requests"
    spec = importlib.util.spec_from_file_location(name, transport.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "requests", None)
    spec.loader.exec_module(module)
    assert "requests" in module.REQUESTS_IMPORT_ERROR


# -- TLS -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verify", [False, "/etc/ca/example.pem"])
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_what_the_task_says_of_certificates_goes_with_every_request(
    verify: bool | str, variable: str, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/etc/ca/other.pem")
    client = new_client(ORIGIN, verify=verify)
    with responses.RequestsMock() as api:
        for method, path in (("GET", PATH), ("POST", PATH), ("GET", POLL.path)):
            api.add(method, ORIGIN + path, json={})
        for request in (GET, READ, POLL, WRITE):
            client.fetch(request)
        list(lines_of(client, READ))
        sent: list[Any] = [call.request for call in api.calls]
        assert [request.req_kwargs["verify"] for request in sent] == [verify] * 5


def test_an_unknown_certificate_authority_is_not_trusted(
    tls_server: LoopbackServer, new_client: ClientFactory, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    client = new_client(tls_server.origin)
    error = failure_of(client, WRITE)
    assert isinstance(error, NotSent)
    assert error.code == "certificate_not_trusted"
    assert "Set ca_path" in str(error)
    assert (sum(client.calls.values()), clock.sleeps, tls_server.received) == (0, [], [])


def test_ca_path_makes_it_trusted_whatever_the_environment_says(
    tls_server: LoopbackServer, ca_bundle: Path, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    assert new_client(tls_server.origin, verify=str(ca_bundle)).fetch(GET) == {}


def test_without_ca_path_the_bundle_of_the_environment_counts(
    tls_server: LoopbackServer, ca_bundle: Path, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca_bundle))
    assert new_client(tls_server.origin, verify=True).fetch(GET) == {}


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_validation_that_is_switched_off_stays_off(
    tls_server: LoopbackServer, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    assert new_client(tls_server.origin, verify=False).fetch(GET) == {}


@pytest.mark.parametrize(
    "content",
    [None, "not a certificate\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    ids=["no such file", "no PEM", "broken PEM"],
)
def test_a_ca_bundle_that_cannot_be_used_is_reported_at_once(
    content: str | None, tls_server: LoopbackServer, new_client: ClientFactory, clock: FakeClock, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_text(content)
    client = new_client(tls_server.origin, verify=str(bundle))
    error = failure_of(client, WRITE)
    assert isinstance(error, NotSent)
    assert error.code == "ca_bundle_not_readable"
    assert (sum(client.calls.values()), clock.sleeps) == (0, [])


def test_a_ca_bundle_that_may_not_be_read_is_reported_at_once(new_client: ClientFactory, clock: FakeClock) -> None:
    with responses.RequestsMock() as api:
        error = requests.exceptions.SSLError("[Errno 13] Permission denied")
        error.__cause__ = PermissionError(13, "Permission denied")
        api.post(ORIGIN + PATH, body=error)
        assert failure_of(new_client(ORIGIN, verify="/etc/ca/example.pem"), WRITE).code == "ca_bundle_not_readable"
    assert clock.sleeps == []


def test_a_firewall_that_permits_no_connection_has_nothing_to_do_with_certificates(
    server: LoopbackServer, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(*args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket.socket, "connect", forbid)
    error = failure_of(new_client(server.origin, max_retries=0), WRITE)
    assert isinstance(error, NotSent)
    assert error.code == "connection_failed"


def test_a_server_that_does_not_speak_tls(
    server: LoopbackServer, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with responses.RequestsMock() as api:
        api.get(ORIGIN + PATH, body=requests.exceptions.SSLError("[SSL: WRONG_VERSION_NUMBER] wrong version number"))
        error = failure_of(new_client(ORIGIN, max_retries=0), GET)
    assert isinstance(error, TransientServerError)
    assert "the TLS connection failed" in str(error)


# -- the retry table -----------------------------------------------------------------------------------------------


@KINDS
def test_no_connection_is_tried_again_and_counts_no_call(
    request_: Request, new_client: ClientFactory, clock: FakeClock
) -> None:
    client = new_client(f"http://127.0.0.1:{closed_port()}", max_retries=3)
    error = failure_of(client, request_)
    assert isinstance(error, NotSent)
    assert (error.code, error.http_status) == ("connection_failed", None)
    assert "tried 4 times" in str(error)
    assert "Check api_url" in str(error)
    assert len(clock.sleeps) == 3
    assert client.calls == {"read": 0, "write": 0, "poll": 0}
    assert client.retries == {"no connection": 3}


@KINDS
@pytest.mark.parametrize(
    "error",
    [requests.exceptions.ConnectTimeout("too slow"), requests.exceptions.InvalidURL("no host")],
    ids=["connect time-out", "malformed URL"],
)
def test_what_fails_before_sending_was_not_sent(error: Exception, request_: Request, new_client: ClientFactory) -> None:
    client = new_client(ORIGIN, max_retries=1)
    with responses.RequestsMock() as api:
        api.add(request_.method, ORIGIN + request_.path, body=error)
        assert isinstance(failure_of(client, request_), NotSent)
        assert len(api.calls) == 2
    assert sum(client.calls.values()) == 0


def test_a_name_that_does_not_resolve_is_no_connection(
    new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_address(*args: object, **settings: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    through_proxy(monkeypatch, "")
    monkeypatch.setattr(socket, "getaddrinfo", no_address)
    client = new_client("https://api.example.com", max_retries=1)
    assert isinstance(failure_of(client, WRITE), NotSent)
    assert (client.calls["write"], client.retries) == (0, {"no connection": 1})


@KINDS
def test_too_many_requests_are_tried_again_even_for_a_write(
    request_: Request, server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = in_turn(answering(429, Retry_After="7"), answering(429, Retry_After="3"), ok)
    client = new_client(server.origin)
    assert client.fetch(request_) == {"data": []}
    assert clock.sleeps == [7.0, 3.0]
    assert client.calls[request_.kind.value] == 3
    assert client.retries == {"HTTP 429": 2}


@KINDS
def test_too_many_requests_for_ever_end_as_a_refusal(
    request_: Request, server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = answering(429, json.dumps(problem(429, "rate_limit_exceeded")))
    error = failure_of(new_client(server.origin, max_retries=2), request_)
    assert isinstance(error, Refused)
    assert (error.http_status, error.code) == (429, "rate_limit_exceeded")
    assert "tried 3 times" in str(error)
    assert len(server.received) == 3


TROUBLES = pytest.mark.parametrize(
    "trouble",
    [
        *(pytest.param(answering(status), id=f"HTTP {status}") for status in (500, 501, 502, 503, 504, 520)),
        pytest.param(hang_up, id="hung up"),
        pytest.param(reset, id="reset"),
    ],
)


@READS
@TROUBLES
def test_a_read_is_tried_again_after_trouble(
    request_: Request, trouble: Reply, server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = in_turn(trouble, trouble, ok)
    client = new_client(server.origin)
    assert client.fetch(request_) == {"data": []}
    assert clock.sleeps == [0.5, 1.0]
    assert client.calls[request_.kind.value] == 3
    assert sum(client.calls.values()) == 3


@READS
@TROUBLES
def test_a_read_ends_after_the_last_retry(
    request_: Request, trouble: Reply, server: LoopbackServer, new_client: ClientFactory
) -> None:
    server.reply = trouble
    error = failure_of(new_client(server.origin, max_retries=2), request_)
    assert isinstance(error, TransientServerError)
    assert "tried 3 times" in str(error)
    assert len(server.received) == 3


@TROUBLES
def test_a_write_is_never_sent_again_after_trouble(
    trouble: Reply, server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = trouble
    client = new_client(server.origin, max_retries=5)
    assert isinstance(failure_of(client, WRITE), OutcomeUnknown)
    assert len(server.received) == 1
    assert (client.calls["write"], clock.sleeps, client.retries) == (1, [], {})


@KINDS
def test_an_answer_that_does_not_come(request_: Request, server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = fall_silent
    client = new_client(server.origin, timeout=0.1, max_retries=1)
    error = failure_of(client, request_)
    assert error.code == "timeout"
    assert "no answer within 0.1 s" in str(error)
    assert isinstance(error, OutcomeUnknown if request_ is WRITE else TransientServerError)
    assert len(server.received) == (1 if request_ is WRITE else 2)


@KINDS
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415, 422, 423, 451])
def test_a_refusal_is_final(
    status: int, request_: Request, server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = answering(status, json.dumps(problem(status)))
    error = failure_of(new_client(server.origin), request_)
    may_have_acted = request_ is WRITE and status not in (400, 401, 403, 404, 413, 422)
    assert isinstance(error, OutcomeUnknown if may_have_acted else Refused)
    assert getattr(error, "was_answered", None) is (True if may_have_acted else None)
    assert (error.http_status, error.code, error.request_id) == (status, "some_code", "req_01example")
    assert (len(server.received), clock.sleeps) == (1, [])


@KINDS
def test_success_false_refuses_a_read_and_leaves_open_what_a_write_has_done(
    request_: Request, server: LoopbackServer, new_client: ClientFactory
) -> None:
    server.reply = lambda exchange: exchange.answer_json(
        {"success": False, "message": "No such job", "code": "NOT_FOUND", "requestId": "0b6f3c1e"}
    )
    error = failure_of(new_client(server.origin), request_)
    assert isinstance(error, OutcomeUnknown if request_ is WRITE else Refused)
    assert (error.http_status, error.code, error.request_id) == (200, "NOT_FOUND", "0b6f3c1e")
    assert "No such job" in str(error)
    assert len(server.received) == 1


@pytest.mark.parametrize("value", [None, 0, "", "false", []])
def test_only_the_boolean_false_means_no_success(
    value: object, server: LoopbackServer, new_client: ClientFactory
) -> None:
    server.reply = lambda exchange: exchange.answer_json({"success": value})
    assert new_client(server.origin).fetch(GET) == {"success": value}


UNUSABLE = {
    "no content": (answering(204), "the answer was empty"),
    "empty": (answering(200), "the answer was empty"),
    "white space": (answering(200, " \r\n"), "the answer was empty"),
    "a web page": (answering(200, "<!doctype html><title>Log in</title>", Content_Type="text/html"), "a web page"),
    "a web page called JSON": (answering(200, "\n <html>", Content_Type="application/json"), "a web page"),
    "text": (answering(200, "OK"), "not JSON"),
    "cut off": (answering(200, '{"data": ['), "not JSON"),
    "not UTF-8": (answering(200, b'{"data": "\xff\xfe"}'), "not JSON"),
    "deeply nested": (answering(200, "[" * 200_000), "not JSON"),
}


@KINDS
@pytest.mark.parametrize("case", UNUSABLE)
def test_an_answer_that_cannot_be_used(
    case: str, request_: Request, server: LoopbackServer, new_client: ClientFactory
) -> None:
    server.reply, explanation = UNUSABLE[case]
    error = failure_of(new_client(server.origin), request_)
    assert isinstance(error, OutcomeUnknown if request_ is WRITE else InvalidResponse)
    assert error.code == "unusable_answer"
    assert explanation in str(error)
    assert len(server.received) == 1


@pytest.mark.parametrize("document", [{}, [], "text", 7, None, True, {"a": "\u00e5"}])
def test_any_json_is_returned_whatever_its_content_type(
    document: Any, server: LoopbackServer, new_client: ClientFactory
) -> None:
    server.reply = answering(201, json.dumps(document), Content_Type="text/plain")
    assert new_client(server.origin).fetch(GET) == document


def test_a_byte_order_mark_does_no_harm(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(200, b"\xef\xbb\xbf" + b'{"a": 1}')
    assert new_client(server.origin).fetch(GET) == {"a": 1}


def test_a_compressed_answer_is_read(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(200, gzip.compress(b'{"a": 1}'), Content_Encoding="gzip")
    assert new_client(server.origin).fetch(GET) == {"a": 1}


@pytest.mark.parametrize("max_retries", [0, 1, 4])
def test_max_retries_bounds_the_attempts(max_retries: int, server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(503)
    error = failure_of(new_client(server.origin, max_retries=max_retries), GET)
    assert len(server.received) == max_retries + 1
    assert ("tried" in str(error)) == (max_retries > 0)


def test_every_cause_of_a_retry_is_counted(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = in_turn(answering(429), hang_up, answering(502), answering(429), ok)
    client = new_client(server.origin)
    client.fetch(GET)
    assert client.retries == {"HTTP 429": 2, "connection lost": 1, "HTTP 502": 1}


# -- deadlines -----------------------------------------------------------------------------------------------------


def test_no_retry_begins_after_the_deadline(
    server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = answering(503)
    with pytest.raises(TransientServerError):
        new_client(server.origin, max_retries=100).fetch(POLL, Deadline(clock, 4.0))
    # 0.5 + 1 + 2 seconds fit, 4 more do not.
    assert clock.sleeps == [0.5, 1.0, 2.0]
    assert len(server.received) == 4


def test_a_wait_that_outlasts_the_deadline_is_not_begun(
    server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = answering(429, Retry_After="60")
    with pytest.raises(Refused):
        new_client(server.origin).fetch(POLL, Deadline(clock, 60.0))
    assert (clock.sleeps, len(server.received)) == ([], 1)


def test_a_deadline_that_has_passed_still_allows_one_attempt(
    server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    assert new_client(server.origin).fetch(POLL, Deadline(clock, 0.0)) == {}


# -- how long to wait ----------------------------------------------------------------------------------------------

IN_90_SECONDS = NOW + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"Retry-After": "7"}, 7.0, id="seconds"),
        pytest.param({"Retry-After": " 7 "}, 7.0, id="seconds with spaces"),
        pytest.param({"Retry-After": format_datetime(IN_90_SECONDS, usegmt=True)}, 90.0, id="HTTP date"),
        pytest.param({"Retry-After": "Sunday, 01-Mar-26 08:01:30 GMT"}, 90.0, id="date of RFC 850"),
        pytest.param({"Retry-After": "Sun Mar  1 08:01:30 2026"}, 90.0, id="date of asctime"),
        pytest.param({"Retry-After": "Sun, 01 Mar 2026 09:01:30 +0100"}, 90.0, id="date with an offset"),
        pytest.param({"X-RateLimit-Reset": "2026-03-01T08:01:30Z"}, 90.0, id="ISO 8601 with Z"),
        pytest.param({"X-RateLimit-Reset": "2026-03-01T08:01:30.000Z"}, 90.0, id="ISO 8601 with milliseconds"),
        pytest.param({"X-RateLimit-Reset": "2026-03-01T09:01:30+01:00"}, 90.0, id="ISO 8601 with an offset"),
        pytest.param({"X-RateLimit-Reset": "2026-03-01T08:01:30"}, 90.0, id="ISO 8601 without a zone is UTC"),
        pytest.param({"Retry-After": "7", "X-RateLimit-Reset": "2026-03-01T08:01:30Z"}, 7.0, id="Retry-After first"),
        pytest.param({"Retry-After": "?", "X-RateLimit-Reset": "2026-03-01T08:01:30Z"}, 90.0, id="the one that reads"),
        pytest.param({"Retry-After": "0", "X-RateLimit-Reset": "2026-03-01T08:01:30Z"}, 90.0, id="the one ahead"),
        pytest.param({"Retry-After": "99999999999999999999"}, 120.0, id="absurd seconds are cut"),
        pytest.param({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 120.0, id="an absurd date is cut"),
        pytest.param({"X-RateLimit-Reset": "9999-12-31T23:59:59Z"}, 120.0, id="an absurd reset is cut"),
    ],
)
def test_the_wait_that_the_api_asks_for(headers: dict[str, str], seconds: float) -> None:
    assert seconds_before_retry(3, headers, NOW, 0.5) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no header"),
        pytest.param({"Retry-After": ""}, id="empty"),
        pytest.param({"Retry-After": "soon"}, id="a word"),
        pytest.param({"Retry-After": "-5"}, id="negative"),
        pytest.param({"Retry-After": "1.5"}, id="a fraction"),
        pytest.param({"Retry-After": "１２"}, id="digits that are not ASCII"),
        pytest.param({"Retry-After": "0"}, id="zero"),
        pytest.param({"Retry-After": "Sun, 01 Mar 2026 07:59:00 GMT"}, id="a date that has passed"),
        pytest.param({"Retry-After": "Sun, 99 Mar 2026 99:99:99 GMT"}, id="an impossible date"),
        pytest.param({"X-RateLimit-Reset": "2026-03-01T07:59:59Z"}, id="a reset that has passed"),
        pytest.param({"X-RateLimit-Reset": "2026-13-01T08:00:00Z"}, id="an impossible month"),
        pytest.param({"X-RateLimit-Reset": "Z"}, id="a zone alone"),
    ],
)
def test_without_a_usable_wish_the_back_off_counts(headers: dict[str, str]) -> None:
    assert [seconds_before_retry(attempt, headers, NOW, 0.0) for attempt in range(8)] == [
        0.5,
        1.0,
        2.0,
        4.0,
        8.0,
        15.0,
        15.0,
        15.0,
    ]


@given(st.integers(min_value=0, max_value=10_000), st.floats(min_value=0, max_value=1, exclude_max=True))
def test_jitter_takes_off_at_most_half(attempt: int, random_unit: float) -> None:
    longest = min(2.0 ** min(attempt, 10), 30.0)
    assert longest / 2 <= seconds_before_retry(attempt, {}, NOW, random_unit) <= longest


@given(
    st.integers(min_value=0, max_value=200),
    st.dictionaries(
        st.sampled_from(["Retry-After", "X-RateLimit-Reset"]),
        st.text() | st.datetimes().map(datetime.isoformat) | st.integers().map(str),
    ),
)
def test_no_header_makes_the_wait_negative_or_endless(attempt: int, headers: dict[str, str]) -> None:
    assert 0 < seconds_before_retry(attempt, headers, NOW, 0.999) <= 120


def test_the_end_of_the_rate_limit_says_nothing_about_trouble(
    server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = in_turn(answering(503, X_RateLimit_Reset="2026-03-01T08:01:30Z"), ok)
    new_client(server.origin).fetch(GET)
    assert clock.sleeps == [0.5]


def test_retry_after_counts_for_trouble_too(
    server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = in_turn(answering(503, Retry_After="4"), ok)
    new_client(server.origin).fetch(GET)
    assert clock.sleeps == [4.0]


def test_the_reset_of_the_rate_limit_is_waited_for(
    server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = in_turn(answering(429, X_RateLimit_Reset="2026-03-01T08:00:12.500Z"), ok)
    new_client(server.origin).fetch(WRITE)
    assert clock.sleeps == [12.5]


# -- error answers -------------------------------------------------------------------------------------------------


def test_the_error_of_v2(server: LoopbackServer, new_client: ClientFactory) -> None:
    errors = [
        {"pointer": "/contacts/countryCode", "detail": "Must be two letters.", "code": "invalid_format"},
        {"pointer": "/domainIds/0", "detail": "Unknown.", "code": "unknown"},
    ]
    server.reply = answering(
        400,
        json.dumps(problem(400, "invalid_request", detail="The request body failed validation.", errors=errors)),
        Content_Type="application/problem+json",
    )
    error = failure_of(new_client(server.origin), WRITE)
    assert str(error) == (
        "Could not update the contact of 2 domains: the API answered HTTP 400 invalid_request,"
        ' "The request body failed validation" (/contacts/countryCode: "Must be two letters"; /domainIds/0:'
        ' "Unknown").'
        " Request id: req_01example."
    )
    assert error.as_failure() == {
        "http_status": 400,
        "code": "invalid_request",
        "message": "The request body failed validation.",
        "request_id": "req_01example",
        "errors": [
            {"field": "/contacts/countryCode", "message": "Must be two letters.", "code": "invalid_format"},
            {"field": "/domainIds/0", "message": "Unknown.", "code": "unknown"},
        ],
        "method": "POST",
        "path": PATH,
    }


def test_the_error_of_v1(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = lambda exchange: exchange.answer_json(
        {
            "error": "Unprocessable Entity",
            "message": "Validation failed",
            "code": "VALIDATION_ERROR",
            "timestamp": "2026-03-01T08:00:00.000Z",
            "requestId": "0b6f3c1e",
            "details": [{"field": "email", "message": "Not an address"}],
        },
        422,
    )
    error = failure_of(new_client(server.origin, v1=True), WRITE)
    assert str(error) == (
        "Could not update the contact of 2 domains: the API answered HTTP 422 VALIDATION_ERROR,"
        ' "Validation failed" (email: "Not an address"). Request id: 0b6f3c1e.'
    )
    assert error.as_failure()["errors"] == [{"field": "email", "message": "Not an address", "code": None}]


@pytest.mark.parametrize(
    ("request_", "scope"), [(GET, "read:domains"), (READ, "read:domains"), (WRITE, "write:domains")]
)
def test_403_names_the_scope(request_: Request, scope: str, server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(403, json.dumps(problem(403, "forbidden")))
    assert f"has the scope {scope}," in str(failure_of(new_client(server.origin), request_))


def test_401_reports_where_the_key_comes_from(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(401, json.dumps(problem(401, "unauthorized")))
    message = str(failure_of(new_client(server.origin), GET))
    assert "api_key" in message
    assert "HOSTUP_API_KEY" in message


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"detail": "d", "message": "m", "error": "e", "title": "t"}, "d"),
        ({"message": "m", "error": "e", "title": "t"}, "m"),
        ({"error": "e", "title": "t"}, "e"),
        ({"title": "t"}, "t"),
        ({"detail": "", "message": " ", "title": "t"}, "t"),
        ({"detail": {"text": "d"}, "message": ["m"], "error": 7}, None),
        ({}, None),
    ],
)
def test_which_text_of_an_error_is_shown(document: dict[str, Any], text: str | None) -> None:
    assert error_details(document, 400, {})["api_message"] == text


def test_the_request_id_may_stand_in_a_header(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(500, "", X_Request_Id="req_02example")
    assert failure_of(new_client(server.origin, max_retries=0), GET).request_id == "req_02example"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "http_502"),
        ("<html><h1>Bad gateway</h1></html>", "http_502"),
        ("[1, 2]", "http_502"),
        ('"text"', "http_502"),
        ("null", "http_502"),
        ("{", "http_502"),
        ("[" * 60_000, "http_502"),
        (b"\xff\xfe\x00", "http_502"),
        ('{"code": 17, "detail": {}, "requestId": [], "errors": "x", "details": {}}', "http_502"),
        ('{"code": "upstream_failed"}', "upstream_failed"),
    ],
)
def test_an_error_body_of_any_kind_leaves_the_status(
    body: bytes | str, code: str, server: LoopbackServer, new_client: ClientFactory
) -> None:
    server.reply = answering(502, body)
    error = failure_of(new_client(server.origin, max_retries=0), GET)
    assert (error.http_status, error.code, error.errors) == (502, code, ())
    assert f"HTTP 502{'' if code == 'http_502' else ' ' + code}." in str(error)


def test_control_characters_of_an_error_do_not_reach_the_terminal(
    server: LoopbackServer, new_client: ClientFactory
) -> None:
    hostile = "one\r\n\x1b[31mtwo\x07\u2028three\ud800\u202efour"
    errors = [{"pointer": hostile, "detail": hostile, "code": hostile}]
    server.reply = answering(
        400, json.dumps({"detail": hostile, "code": hostile, "requestId": hostile, "errors": errors})
    )
    error = failure_of(new_client(server.origin), WRITE)
    assert str(error).isprintable()
    assert "one [31mtwo three four" in str(error)
    reported = error.as_failure()
    reported_errors = reported.pop("errors")
    texts = [value for value in (*reported.values(), *reported_errors[0].values()) if isinstance(value, str)]
    # What is no code and no place of a field is neither, so that only words remain.
    assert (reported["code"], reported_errors[0]["code"], reported_errors[0]["field"]) == ("http_400", None, "")
    assert len(texts) == 7
    assert all(text.isprintable() for text in texts)


def test_long_texts_and_lists_of_an_error_are_cut(server: LoopbackServer, new_client: ClientFactory) -> None:
    errors = [{"pointer": f"/items/{index}", "detail": "No."} for index in range(500)]
    server.reply = answering(400, json.dumps({"detail": "x" * 20_000, "errors": errors}))
    error = failure_of(new_client(server.origin), WRITE)
    assert len(error.errors) == 50
    assert len(error.api_message or "") == 303
    assert "/items/4:" in str(error)
    assert "/items/5:" not in str(error)


def test_an_error_body_of_ten_megabytes_is_not_read(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(400, b'{"detail": "' + b"x" * 10_000_000 + b'"}')
    error = failure_of(new_client(server.origin), WRITE)
    assert (error.http_status, error.api_message, error.code) == (400, None, "http_400")


@given(JSON_VALUES, JSON_VALUES, JSON_VALUES, st.lists(JSON_VALUES))
def test_no_error_body_makes_error_details_fail(one: Any, two: Any, three: Any, items: list[Any]) -> None:
    names = ("detail", "message", "error", "title", "code", "requestId")
    for body in (one, dict.fromkeys(names, one), {"errors": items, "details": two, "code": three}):
        details = error_details(body, 500, {})
        shown = [details[name] for name in ("code", "api_message", "request_id")]
        shown += [text for error in details["errors"] for text in (error.where, error.message, error.code)]
        assert all(text is None or (isinstance(text, str) and text.isprintable()) for text in shown)


@given(st.text())
def test_text_of_the_api_is_one_printable_line_of_bounded_length(text: str) -> None:
    shown = api_text(text)
    assert shown is not None
    assert shown.isprintable()
    assert len(shown) <= 303


# -- redirects -----------------------------------------------------------------------------------------------------

REDIRECTS = pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])


@REDIRECTS
@KINDS
def test_a_redirect_is_not_followed(
    status: int, request_: Request, server: LoopbackServer, new_client: ClientFactory
) -> None:
    server.reply = answering(status, "Moved", Location=f"{server.origin}/elsewhere?token=s3cret#s3cret")
    error = failure_of(new_client(server.origin), request_)
    assert (error.code, error.http_status) == ("redirected", status)
    assert f"HTTP {status}) to http://127.0.0.1/elsewhere," in str(error)
    assert "s3cret" not in str(error)
    assert len(server.received) == 1


@REDIRECTS
def test_only_see_other_leaves_open_whether_a_write_was_carried_out(
    status: int, server: LoopbackServer, new_client: ClientFactory
) -> None:
    server.reply = answering(status, "", Location="/elsewhere")
    assert isinstance(failure_of(new_client(server.origin), WRITE), Refused if status in (307, 308) else OutcomeUnknown)
    assert isinstance(failure_of(new_client(server.origin), GET), InvalidResponse)


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://login.example.com/sso?next=s3cret", "https://login.example.com/sso"),
        ("https://user:s3cret@login.example.com/sso", "https://login.example.com/sso"),
        ("//login.example.com/sso?s3cret", "//login.example.com/sso"),
        ("/login?s3cret#s3cret", "/login"),
        ("", "nowhere"),
        ("http://[s3cret", "nowhere"),
        ("?s3cret", "nowhere"),
        ("https://login.example.com/\xff\x9b31m", "https://login.example.com/\xff 31m"),
        ("https://login.example.com:99999/", "https://login.example.com/"),
    ],
)
def test_where_a_redirect_pointed(location: str, shown: str, server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(302, "", Location=location)
    message = str(failure_of(new_client(server.origin), GET))
    assert f"to {shown}, which is not followed" in message
    assert "s3cret" not in message


def test_a_redirect_without_a_target(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(302)
    assert "to nowhere," in str(failure_of(new_client(server.origin), GET))


def test_the_body_of_a_redirect_is_not_read(server: LoopbackServer, new_client: ClientFactory) -> None:
    def endless(exchange: Exchange) -> None:
        exchange.send_response(302)
        exchange.send_header("Location", "/elsewhere")
        exchange.send_header("Transfer-Encoding", "chunked")
        exchange.end_headers()
        while not exchange.server.over.is_set():
            exchange.chunk(b"x" * 65536)

    server.reply = endless
    assert failure_of(new_client(server.origin), GET).code == "redirected"


# -- bodies --------------------------------------------------------------------------------------------------------


def endless(status: int, piece: bytes, pause: float = 0.0) -> Reply:
    """Send the same piece until the test is over, with a pause (seconds) after each."""

    def reply(exchange: Exchange) -> None:
        exchange.start_chunked(status)
        while not exchange.server.over.wait(pause):
            exchange.chunk(piece)

    return reply


@pytest.mark.parametrize("request_", [GET, WRITE], ids=["read", "write"])
def test_a_body_without_end_is_cut(request_: Request, server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = endless(200, b" " * 65536)
    error = failure_of(new_client(server.origin), request_)
    assert isinstance(error, OutcomeUnknown if request_ is WRITE else InvalidResponse)
    assert "larger than 16 MiB" in str(error)
    assert len(server.received) == 1


def test_a_small_compressed_body_cannot_become_a_huge_one(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(200, gzip.compress(b" " * 40_000_000), Content_Encoding="gzip")
    assert "larger than 16 MiB" in str(failure_of(new_client(server.origin), GET))


def test_an_error_body_without_end_is_cut(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = endless(403, b" " * 65536)
    error = failure_of(new_client(server.origin), WRITE)
    assert (error.http_status, error.code) == (403, "http_403")


@pytest.mark.parametrize("request_", [GET, WRITE], ids=["read", "write"])
def test_a_body_that_falls_silent(request_: Request, server: LoopbackServer, new_client: ClientFactory) -> None:
    def half(exchange: Exchange) -> None:
        exchange.start_chunked()
        exchange.chunk(b'{"data"')
        fall_silent(exchange)

    server.reply = in_turn(half, ok)
    client = new_client(server.origin, timeout=0.1)
    if request_ is WRITE:
        assert isinstance(failure_of(client, request_), OutcomeUnknown)
    else:
        assert client.fetch(request_) == {"data": []}


@pytest.mark.parametrize("request_", [GET, WRITE], ids=["read", "write"])
def test_a_chunked_body_that_breaks_off(request_: Request, server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = in_turn(chunks(b'{"data": []}'), ok)
    client = new_client(server.origin)
    if request_ is WRITE:
        assert isinstance(failure_of(client, request_), OutcomeUnknown)
        assert len(server.received) == 1
    else:
        assert client.fetch(request_) == {"data": []}
        assert client.retries == {"connection lost": 1}


def test_a_body_shorter_than_its_length_is_never_taken_for_whole(
    server: LoopbackServer, new_client: ClientFactory
) -> None:
    def short(exchange: Exchange) -> None:
        exchange.close_connection = True
        exchange.answer(200, '{"data": [', length=1000)

    server.reply = short
    assert isinstance(failure_of(new_client(server.origin, max_retries=0), GET), TransientServerError)
    assert isinstance(failure_of(new_client(server.origin), WRITE), OutcomeUnknown)


def test_broken_compression_is_trouble(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = in_turn(answering(200, b"not gzip at all", Content_Encoding="gzip"), ok)
    assert new_client(server.origin).fetch(GET) == {"data": []}


# -- streams -------------------------------------------------------------------------------------------------------


def chunks(*pieces: bytes) -> Reply:
    """Send these chunks; without an empty one at the end the stream breaks off."""

    def reply(exchange: Exchange) -> None:
        exchange.start_chunked()
        for piece in pieces:
            exchange.chunk(piece)
        exchange.close_connection = not pieces or pieces[-1] != b""

    return reply


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_do_not_depend_on_where_the_pieces_end(
    size: int, server: LoopbackServer, new_client: ClientFactory
) -> None:
    text = '{"city": "Åre"}\n{"city": "Malmö 🌍"}\n'.encode()
    server.reply = chunks(*(text[i : i + size] for i in range(0, len(text), size)), b"")
    assert list(lines_of(new_client(server.origin), READ)) == [{"city": "Åre"}, {"city": "Malmö 🌍"}]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(b"\n\r\n  \n", [], id="blank"),
        pytest.param(b'{"a":1}\r\n{"a":2}\r\n', [{"a": 1}, {"a": 2}], id="CRLF"),
        pytest.param(b'\n\n{"a":1}\n\n \n{"a":2}\n\n', [{"a": 1}, {"a": 2}], id="blank lines between"),
        pytest.param(b'{"a":1}\n{"a":2}', [{"a": 1}, {"a": 2}], id="no line feed at the end"),
        pytest.param(b'{"a":1}\n{"a":', [{"a": 1}], id="last line cut off"),
        pytest.param(b'{"a":', [], id="only line cut off"),
        pytest.param(b'{"a":1}\nnonsense\n{"a":2}\n', [{"a": 1}, {"a": 2}], id="garbage in the middle"),
        pytest.param(b'{"a":1}\n\xff\xfe\n{"a":2}\n', [{"a": 1}, {"a": 2}], id="not UTF-8 in the middle"),
        pytest.param(b'{"a":1}\n' + b"[" * 200_000 + b'\n{"a":2}\n', [{"a": 1}, {"a": 2}], id="deeply nested"),
        pytest.param(b'1\n"text"\nnull\n[]\n', [1, "text", None, []], id="any JSON"),
        pytest.param(b'{"a":"\\n"}\n', [{"a": "\n"}], id="an escaped line feed"),
    ],
)
def test_the_lines_of_a_stream(
    body: bytes, lines: list[Any], server: LoopbackServer, new_client: ClientFactory
) -> None:
    server.reply = answering(200, body, Content_Type="application/x-ndjson")
    assert list(lines_of(new_client(server.origin), READ)) == lines


def test_a_stream_asks_for_its_type(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(200, "{}\n")
    list(lines_of(new_client(server.origin), Request("POST", PATH, Kind.READ, "read", accept="application/x-ndjson")))
    assert server.received[0].headers["accept"] == "application/x-ndjson"


@pytest.mark.parametrize(
    ("body", "explanation"),
    [(b"<html>\n</html>\n", "a web page"), (b"<html>", "a web page"), (b"{\n  1\n}\n", "not JSON")],
)
def test_a_stream_that_is_none(
    body: bytes, explanation: str, server: LoopbackServer, new_client: ClientFactory
) -> None:
    server.reply = answering(200, body)
    with pytest.raises(InvalidResponse, match=explanation):
        list(lines_of(new_client(server.origin), READ))


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(chunks(b'{"a":1}\n', b'{"a":'), id="inside a line"),
        pytest.param(chunks(b'{"a":1}\n'), id="between lines"),
    ],
)
def test_a_stream_that_breaks_off_just_ends(reply: Reply, server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = reply
    client = new_client(server.origin)
    assert list(lines_of(client, READ)) == [{"a": 1}]
    assert client.retries == {}


def test_a_stream_that_falls_silent_just_ends(server: LoopbackServer, new_client: ClientFactory) -> None:
    def silent(exchange: Exchange) -> None:
        exchange.start_chunked()
        exchange.chunk(b'{"a":1}\n')
        fall_silent(exchange)

    server.reply = silent
    assert list(lines_of(new_client(server.origin, timeout=0.1), READ)) == [{"a": 1}]


def test_one_request_has_one_limit_for_its_headers_and_its_body(
    server: LoopbackServer, new_client: ClientFactory
) -> None:
    def late_and_then_silent(exchange: Exchange) -> None:
        exchange.server.over.wait(0.6)
        exchange.answer(200, b"[", length=100)
        fall_silent(exchange)

    server.reply = late_and_then_silent
    client = new_client(server.origin, timeout=1, max_retries=0, clock=Clock())
    started = time.monotonic()
    assert failure_of(client, GET).code == "timeout"
    # Each on its own would take 1.6 seconds.
    assert time.monotonic() - started < 1.5


def test_lines_are_reported_as_they_arrive(server: LoopbackServer, new_client: ClientFactory) -> None:
    def wait_for_reader(exchange: Exchange) -> None:
        exchange.start_chunked()
        exchange.chunk(b"1\n")
        exchange.server.over.wait(10)
        exchange.close_connection = True

    server.reply = wait_for_reader
    stream = lines_of(new_client(server.origin, timeout=1), READ)
    assert next(stream) == 1
    server.over.set()
    assert list(stream) == []


def test_a_line_without_end_is_cut(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = endless(200, b"x" * 65536)
    with pytest.raises(InvalidResponse, match="too large"):
        list(lines_of(new_client(server.origin), READ))


def test_a_stream_without_end_is_cut(
    server: LoopbackServer, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "MAX_STREAM_BYTES", 1_000_000)
    server.reply = endless(200, (b'{"a":"' + b"x" * 1000 + b'"}\n') * 60)
    with pytest.raises(InvalidResponse, match="too large"):
        list(lines_of(new_client(server.origin), READ))


def test_a_stream_is_opened_by_the_retry_table(
    server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = in_turn(answering(503), hang_up, answering(429, Retry_After="9"), answering(200, '{"a":1}\n'))
    client = new_client(server.origin)
    assert list(lines_of(client, READ)) == [{"a": 1}]
    assert clock.sleeps == [0.5, 1.0, 9.0]
    assert client.calls == {"read": 4, "write": 0, "poll": 0}


def test_a_stream_that_is_refused(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = answering(403, json.dumps(problem(403, "forbidden")))
    with pytest.raises(Refused, match="forbidden"):
        list(lines_of(new_client(server.origin), READ))


def test_a_reader_that_stops_early_closes_the_stream(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = in_turn(endless(200, b'{"a":1}\n'), ok)
    client = new_client(server.origin)
    stream = lines_of(client, READ)
    assert next(stream) == {"a": 1}
    stream.close()  # type: ignore[attr-defined]
    assert client.fetch(GET) == {"data": []}


@given(st.lists(st.binary(max_size=30), max_size=12))
def test_no_bytes_make_the_line_reader_fail_otherwise(pieces: list[bytes]) -> None:
    client = Client(Connection(ORIGIN, API_KEY), BearerAuth(API_KEY), Clock(), lambda: 0.0)
    with client, responses.RequestsMock() as api:
        api.post(ORIGIN + PATH, body=b"\n".join(pieces))
        try:
            lines = list(lines_of(client, READ))
        except InvalidResponse:
            return
    assert len(lines) <= len(b"\n".join(pieces).split(b"\n"))


def test_a_pause_that_the_caller_decides_on_is_a_retry_too(new_client: ClientFactory, clock: FakeClock) -> None:
    client, budget = new_client(ORIGIN, max_retries=3), Budget()
    assert [client.pause_before_retry(budget, "an answer without all of its domains") for _time in range(5)] == [
        *[True] * 3,
        *[False] * 2,
    ]
    assert clock.sleeps == [0.5, 1.0, 2.0]
    assert client.retries == {"an answer without all of its domains": 3}


def test_no_pause_reaches_beyond_the_deadline(new_client: ClientFactory, clock: FakeClock) -> None:
    client = new_client(ORIGIN)
    assert not client.pause_before_retry(Budget(3), "an answer without all of its domains", Deadline(clock, 3.9))
    assert clock.sleeps == []
    assert client.retries == {}


def test_a_stream_is_not_opened_again_after_the_deadline(
    server: LoopbackServer, new_client: ClientFactory, clock: FakeClock
) -> None:
    server.reply = answering(503)
    with pytest.raises(TransientServerError):
        list(lines_of(new_client(server.origin), READ, Deadline(clock, 1.4)))
    assert clock.sleeps == [0.5]


# -- what threads share ----------------------------------------------------------------------------------------------


def test_after_a_429_no_thread_sends_before_the_wait_is_over(server: LoopbackServer, new_client: ClientFactory) -> None:
    limited = threading.Event()
    arrivals: list[tuple[str, float]] = []

    def reply(exchange: Exchange) -> None:
        arrivals.append((exchange.path, time.monotonic()))
        if len(arrivals) == 1:
            exchange.answer(429, b"", {"Retry-After": "1"})
            limited.set()
        else:
            ok(exchange)

    server.reply = reply
    client = new_client(server.origin, clock=Clock())
    first = threading.Thread(target=client.fetch, args=[GET])
    first.start()
    limited.wait(5)
    # The wait is asked for as soon as the first thread has read its answer.
    while not client.retries:
        time.sleep(0.001)
    client.fetch(POLL)
    first.join()
    (_path, refused_at), *others = arrivals
    assert len(others) == 2
    assert all(moment - refused_at >= 0.9 for _path, moment in others)


def test_after_one_read_has_used_up_its_retries_further_reads_are_tried_once_until_one_succeeds(
    server: LoopbackServer, new_client: ClientFactory
) -> None:
    client = new_client(server.origin, max_retries=2)
    for reply, attempts in [
        (answering(503), 3),
        (answering(503), 1),
        (hang_up, 1),
        (ok, 1),
        (answering(503), 3),
    ]:
        server.reply = reply
        before = len(server.received)
        try:
            client.fetch(GET)
        except TransientServerError:
            assert reply is not ok
        assert len(server.received) - before == attempts


@pytest.mark.parametrize("request_", [POLL, WRITE], ids=["poll", "write"])
def test_polls_and_writes_keep_their_retries_when_reads_fail(
    request_: Request, server: LoopbackServer, new_client: ClientFactory
) -> None:
    client = new_client(server.origin, max_retries=2)
    server.reply = answering(503)
    failure_of(client, GET)
    before = len(server.received)
    server.reply = answering(429)
    failure_of(client, request_)
    assert len(server.received) - before == 3


# -- secrets -------------------------------------------------------------------------------------------------------


@KINDS
@pytest.mark.parametrize("v1", [True, False])
@pytest.mark.parametrize(
    "trouble",
    [answering(400), answering(401), answering(500), answering(302, "", Location="/x"), answering(200, "<p>"), hang_up],
)
def test_the_key_is_in_no_message(
    trouble: Reply, v1: bool, request_: Request, server: LoopbackServer, new_client: ClientFactory
) -> None:
    server.reply = trouble
    error: BaseException | None = failure_of(new_client(server.origin, v1=v1, max_retries=1), request_)
    assert isinstance(error, RequestFailed)
    assert API_KEY not in repr(error.as_failure())
    while error is not None:
        assert API_KEY not in str(error)
        assert API_KEY not in repr(error)
        error = error.__cause__ or error.__context__


def test_the_key_is_in_no_representation(new_client: ClientFactory) -> None:
    client = new_client(ORIGIN)
    for thing in (client, client.connection, ApiKeyAuth(API_KEY), BearerAuth(API_KEY), client._transport):
        assert API_KEY not in repr(thing)
        assert API_KEY not in str(thing)


def test_a_body_is_in_no_message(server: LoopbackServer, new_client: ClientFactory) -> None:
    server.reply = hang_up
    request = Request("POST", PATH, Kind.WRITE, "update the contact of 1 domain", body={"contacts": {"city": "Arboga"}})
    error: BaseException | None = failure_of(new_client(server.origin), request)
    while error is not None:
        assert "Arboga" not in str(error)
        error = error.__cause__ or error.__context__
