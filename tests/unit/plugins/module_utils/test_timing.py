# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time-out of a request: it ends every wait there is, however the server makes the time pass."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._http import timing
from ansible_collections.hostup.cloud.plugins.module_utils._http.client import Client
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    NotSent,
    OutcomeUnknown,
    RequestFailed,
    TransientServerError,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Kind, Request

if TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import (
        ClientFactory,
        Exchange,
        FakeClock,
        LoopbackServer,
        Reply,
    )

TIMEOUT = 0.4
PATIENCE = 3
"""What a slow machine may take for it. No server goes on for longer."""

READ = Request("POST", "/api/v2/domains", Kind.READ, "read", body={"domainIds": ["dom_a", "dom_b"]})
WRITE = Request("POST", "/api/v2/domains", Kind.WRITE, "write", body={"domainIds": ["dom_a", "dom_b"]})

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

DRIPS: dict[str, tuple[bytes, bytes]] = {
    "status line": (b"HTTP/1.1 200 ", b"O"),
    "header lines": (OK, b"X-Wait: a little\r\n"),
    "one header": (OK + b"X-Wait: ", b"."),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "one interim answer": (b"HTTP/1.1 100 Continue\r\n", b"X-Wait: a little\r\n"),
    "size of a chunk": (CHUNKED, b"0"),
    "extension of a chunk": (CHUNKED + b"2;", b"x"),
    "chunks": (CHUNKED, b"1\r\n \r\n"),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Wait: a little\r\n"),
    "body of known length": (OK + b"Content-Length: 1000000\r\n\r\n", b" "),
    "body until the end": (OK + b"\r\n", b" "),
    "compressed body": (OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x00", b"n"),
}
"""What the server begins with, and what it then sends again and again; each pause is far shorter than the time-out."""


def dripping(begin: bytes, piece: bytes, pause: float = 0.02) -> Reply:
    def reply(exchange: Exchange) -> None:
        exchange.close_connection = True
        exchange.wfile.write(begin)
        end = time.monotonic() + PATIENCE
        while not exchange.server.over.wait(pause) and time.monotonic() < end:
            exchange.wfile.write(piece)

    return reply


@pytest.fixture(params=["http", "https"])
def any_server(request: pytest.FixtureRequest) -> LoopbackServer:
    return request.getfixturevalue({"http": "server", "https": "tls_server"}[request.param])


@pytest.fixture
def client(any_server: LoopbackServer, new_client: ClientFactory, ca_bundle: Path) -> Client:
    return new_client(any_server.origin, timeout=TIMEOUT, max_retries=0, clock=Clock(), verify=str(ca_bundle))


def ends_in_time(action: Callable[[], Any]) -> RequestFailed:
    """Return the error with which an action ends, neither before its time nor long after."""
    started = time.monotonic()
    with pytest.raises(RequestFailed) as caught:
        action()
    assert TIMEOUT * 0.9 <= time.monotonic() - started < PATIENCE
    return caught.value


@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
@pytest.mark.parametrize("drip", DRIPS)
def test_no_answer_takes_longer_than_the_time_out(
    drip: str, request_: Request, any_server: LoopbackServer, client: Client
) -> None:
    any_server.reply = dripping(*DRIPS[drip])
    error = ends_in_time(lambda: client.fetch(request_))
    assert error.code == "timeout"
    assert isinstance(error, OutcomeUnknown if request_ is WRITE else TransientServerError)


def test_interim_answers_in_a_row_without_a_pause_run_out_of_time(server: LoopbackServer, client: Client) -> None:
    server.reply = dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, pause=0)
    assert ends_in_time(lambda: client.fetch(READ)).code == "timeout"


def test_the_body_of_an_error_takes_no_longer_either_and_leaves_the_error(
    any_server: LoopbackServer, client: Client
) -> None:
    any_server.reply = dripping(b"HTTP/1.1 404 Not Found\r\nContent-Length: 1000000\r\n\r\n", b" ")
    assert ends_in_time(lambda: client.fetch(WRITE)).http_status == 404


@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
def test_a_request_that_is_taken_in_slowly_runs_out_of_time(
    request_: Request, any_server: LoopbackServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(handler: Exchange) -> None:
        end = time.monotonic() + PATIENCE
        while not handler.server.over.wait(0.05) and time.monotonic() < end:
            handler.connection.recv(16 * 1024)

    any_server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    monkeypatch.setattr(any_server.RequestHandlerClass, "handle", slow)
    long = Request("POST", request_.path, request_.kind, "send much", body="x" * 8_000_000)
    error = ends_in_time(lambda: client.fetch(long))
    assert error.code == "timeout"


def test_a_connection_that_is_used_again_has_its_whole_time_again(any_server: LoopbackServer, client: Client) -> None:
    def late(exchange: Exchange) -> None:
        exchange.server.over.wait(TIMEOUT * 0.6)
        exchange.answer_json({})

    any_server.reply = late
    for _time in range(3):
        assert client.fetch(READ) == {}
    assert len({received.connection for received in any_server.received}) == 1


# -- streams -------------------------------------------------------------------------------------------------------

WANTED = b'{"domainId": "dom_a"}\n'

HEARTBEATS = {
    "blank lines": b"\n",
    "lines about no domain": b'{"heartbeat": true}\n',
    "lines about another domain": b'{"domainId": "dom_other"}\n',
    "the same line": WANTED,
    "no JSON": b"...\n",
    "a line without end": b".",
}


def read_lines(client: Client, wanted: set[str]) -> list[Any]:
    lines = []
    for line in client.stream(READ, lambda: len(wanted)):
        lines.append(line)
        wanted.discard(line.get("domainId") if isinstance(line, dict) else "")
    return lines


@pytest.mark.parametrize("heartbeat", HEARTBEATS)
def test_a_stream_is_bound_to_its_next_wanted_line(heartbeat: str, any_server: LoopbackServer, client: Client) -> None:
    line = HEARTBEATS[heartbeat]
    chunk = b"%x\r\n%s\r\n" % (len(line), line)
    any_server.reply = dripping(CHUNKED + b"%x\r\n%s\r\n" % (len(WANTED), WANTED), chunk)
    wanted = {"dom_a", "dom_b"}
    started = time.monotonic()
    read_lines(client, wanted)
    assert wanted == {"dom_b"}
    assert TIMEOUT * 0.9 <= time.monotonic() - started < PATIENCE


def test_a_stream_goes_on_as_long_as_wanted_lines_come_in_time(any_server: LoopbackServer, client: Client) -> None:
    def slow(exchange: Exchange) -> None:
        exchange.start_chunked()
        for number in range(5):
            exchange.chunk(b'{"domainId": "%d"}\n' % number)
            exchange.server.over.wait(TIMEOUT / 2)
        exchange.chunk(b"")

    any_server.reply = slow
    wanted = set("01234")
    assert len(read_lines(client, wanted)) == 5
    assert wanted == set()


@pytest.mark.parametrize("heartbeat", HEARTBEATS)
def test_after_the_last_wanted_line_nothing_is_waited_for(
    heartbeat: str, any_server: LoopbackServer, client: Client
) -> None:
    line = HEARTBEATS[heartbeat]
    any_server.reply = dripping(
        CHUNKED + b"%x\r\n%s\r\n" % (len(WANTED), WANTED), b"%x\r\n%s\r\n" % (len(line), line), pause=0.1
    )
    started = time.monotonic()
    assert read_lines(client, {"dom_a"}) == [{"domainId": "dom_a"}]
    assert time.monotonic() - started < TIMEOUT


# -- connecting ----------------------------------------------------------------------------------------------------


def through_proxy(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    for name in ("NO_PROXY", "no_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)


@pytest.mark.parametrize(
    "drip",
    [
        "status line",
        "header lines",
        "one header",
        pytest.param(
            "one interim answer",
            marks=pytest.mark.skipif(
                sys.version_info < (3, 12), reason="an interim answer to CONNECT is an error there"
            ),
        ),
    ],
)
def test_a_proxy_that_drips_runs_out_of_time(
    drip: str, server: LoopbackServer, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.reply = dripping(*DRIPS[drip])
    through_proxy(monkeypatch, server.origin)
    client = new_client("https://api.example.com", timeout=TIMEOUT, max_retries=0, clock=Clock())
    ends_in_time(lambda: client.fetch(READ))
    assert [received.method for received in server.received] == ["CONNECT"]


def test_a_tls_handshake_behind_a_slow_proxy_has_only_the_time_that_is_left(
    server: LoopbackServer, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(exchange: Exchange) -> None:
        exchange.close_connection = True
        exchange.server.over.wait(0.8)
        exchange.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        exchange.server.over.wait(PATIENCE)

    server.reply = late
    through_proxy(monkeypatch, server.origin)
    client = new_client("https://api.example.com", timeout=1, max_retries=0, clock=Clock())
    started = time.monotonic()
    with pytest.raises(RequestFailed):
        client.fetch(READ)
    # Each on its own would take 1.8 seconds.
    assert time.monotonic() - started < 1.5


def test_a_tls_handshake_that_is_not_answered_runs_out_of_time(new_client: ClientFactory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = f"https://127.0.0.1:{silent.getsockname()[1]}"
        client = new_client(origin, timeout=TIMEOUT, max_retries=0, clock=Clock())
        ends_in_time(lambda: client.fetch(READ))


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no host name be found before the test is over."""
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **settings: over.wait(10) and [])
    yield
    over.set()


@pytest.mark.usefixtures("slow_names")
@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
def test_a_name_server_that_is_silent_runs_out_of_time(
    request_: Request, new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    through_proxy(monkeypatch, "")
    client = new_client("https://api.example.com", timeout=TIMEOUT, max_retries=0, clock=Clock())
    error = ends_in_time(lambda: client.fetch(request_))
    assert isinstance(error, NotSent)
    assert error.code == "connection_failed"
    assert sum(client.calls.values()) == 0


def addresses_of(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **settings: found)


def test_each_address_has_its_share_of_the_time(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[str, float]] = []

    def silent(address: tuple[str, int], seconds: float, **_settings: Any) -> socket.socket:
        tried.append((address[0], seconds))
        clock.sleep(seconds)
        raise socket.timeout("timed out")

    addresses_of(monkeypatch, "192.0.2.1", "192.0.2.2", "192.0.2.3")
    monkeypatch.setattr(timing, "create_connection", silent)
    with pytest.raises(socket.timeout):
        timing.connect("api.example.com", 443, Deadline(clock, 30))
    assert tried == [("192.0.2.1", 10.0), ("192.0.2.2", 10.0), ("192.0.2.3", 10.0)]


def test_the_first_address_that_answers_is_taken(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def second(address: tuple[str, int], _seconds: float, **_settings: Any) -> str:
        tried.append(address[0])
        if len(tried) == 1:
            raise ConnectionRefusedError(111, "Connection refused")
        return "connected"

    addresses_of(monkeypatch, "192.0.2.1", "192.0.2.2", "192.0.2.3")
    monkeypatch.setattr(timing, "create_connection", second)
    assert timing.connect("api.example.com", 443, Deadline(clock, 30)) == "connected"
    assert tried == ["192.0.2.1", "192.0.2.2"]
