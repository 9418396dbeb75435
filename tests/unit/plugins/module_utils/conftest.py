# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the unit tests share: a clock that does not wait, an HTTP server on loopback, and clients that are closed."""

from __future__ import annotations

import json
import os
import ssl
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import Presence, StoredContact, StoredField
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison, Plan, Wanted, make_plan
from ansible_collections.hostup.cloud.plugins.module_utils._http.client import Client
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection
from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import ApiKeyAuth, BearerAuth

API_KEY = "k3y-that-no-one-may-see"

JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)
"""What a field of an answer may hold when nobody has promised anything, NaN and lone surrogates included."""

COMPLETE_CONTACT = {
    "firstname": "Anna",
    "lastname": "Svensson",
    "companyname": "Example AB",
    "email": "domains@example.com",
    "phonenumber": "+46700000000",
    "address1": "Examplegatan 1",
    "address2": "",
    "city": "Stockholm",
    "postcode": "123 45",
    "state": "",
    "country": "SE",
}


def whole(
    contact: Mapping[str, str],
    absent: Collection[str] = (),
    unknown: Collection[str] = (),
    spoilt: Collection[str] = (),
) -> StoredContact:
    """Return a stored contact: what is not given is empty.

    :param absent: fields that the API returns for no domain.
    :param unknown: fields that this answer left out.
    :param spoilt: fields of which the API returned something else than text.
    """

    def field(name: str) -> StoredField:
        if name in absent:
            return StoredField(Presence.ABSENT, returned=False)
        if name in unknown:
            return StoredField(Presence.UNKNOWN, returned=False)
        if name in spoilt:
            return StoredField(Presence.UNREADABLE, problem="the API returned something else than text")
        text = contact.get(name, "")
        return StoredField(Presence.TEXT if text else Presence.EMPTY, text, returned=name in contact)

    return StoredContact({name: field(name) for name in FIELD_NAMES})


def plan_for(
    domains: Iterable[Domain],
    stored: Mapping[str, StoredContact],
    declared: Contact,
    comparison: Comparison,
    condition: Contact | None = None,
) -> Plan:
    """Return the plan of a task with one contact."""
    return make_plan(domains, stored, Wanted({None: declared}, comparison, condition or {}))


START = datetime(2026, 3, 1, 8, 0, 0, tzinfo=timezone.utc)


class FakeClock(Clock):
    """Time passes only by sleeping, at once.

    :ivar sleeps: seconds of every pause, in order.
    """

    def __init__(self) -> None:
        self.sleeps: list[float] = []
        self._elapsed = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.sleeps.append(seconds)
            self._elapsed += seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self._elapsed)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def fill_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes every later file one that cannot be finished, because the disk is full."""

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    return lambda: monkeypatch.setattr(os, "fsync", full)


@dataclass(frozen=True)
class Received:
    """One request, as it came over the wire.

    :ivar connection: the client's port: the same for two requests that share a connection.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int


class Exchange(BaseHTTPRequestHandler):
    """One request and its answer; a test's reply function writes whatever it likes to ``wfile``."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LoopbackServer

    def answer(
        self,
        status: int,
        body: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        *,
        length: int | None = None,
    ) -> None:
        """Send a whole answer; ``length`` is a Content-Length that is not true."""
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def answer_json(self, document: Any, status: int = 200) -> None:
        self.answer(status, json.dumps(document), {"Content-Type": "application/json"})

    def start_chunked(self, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data: bytes) -> None:
        """Send one chunk; an empty one ends the body."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            # The client hung up on purpose, or the test is over.
            self.close_connection = True

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.command, self.path, headers, body, self.client_address[1]))
        self.server.reply(self)

    do_GET = do_POST = do_CONNECT = _serve  # noqa: N815 - http.server looks for these names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server uses
        pass


Reply = Callable[[Exchange], None]


class LoopbackServer(ThreadingHTTPServer):
    """A real HTTP server, for what only a socket can show.

    :ivar reply: answers each request; set it in the test.
    :ivar over: set when the test has ended, for a reply that waits or never ends.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.received: list[Received] = []
        self.reply: Reply = lambda exchange: exchange.answer_json({})
        self.over = threading.Event()
        self.scheme = "http"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that gives up a TLS handshake is part of some tests.
        pass


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as loopback:
        thread = threading.Thread(target=loopback.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        yield loopback
        loopback.over.set()
        loopback.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority that nobody trusts unless reported to."""
    return trustme.CA()


@pytest.fixture
def tls_server(server: LoopbackServer, authority: trustme.CA) -> LoopbackServer:
    """The loopback server behind TLS, with a certificate of the authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.scheme = "https"
    return server


@pytest.fixture
def ca_bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    """A file with the authority's certificate."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


ClientFactory = Callable[..., Client]


@pytest.fixture
def new_client(clock: FakeClock) -> Iterator[ClientFactory]:
    """Make clients with the test's clock and without jitter: back-off takes half of 1, 2, 4 ... seconds."""
    clients: list[Client] = []

    def make(origin: str, *, v1: bool = False, clock: Clock = clock, **settings: Any) -> Client:
        auth = (ApiKeyAuth if v1 else BearerAuth)(API_KEY)
        client = Client(Connection(origin, API_KEY, **settings), auth, clock, lambda: 0.0)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()
