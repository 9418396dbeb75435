# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands between a module and the API, or in its place: TLS, a host that records, a gateway that hangs up."""

from __future__ import annotations

import contextlib
import fnmatch
import http.client
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme

from hostup_sandbox import Sandbox
from hostup_sandbox.controlled import ControlledSandbox

# -- TLS --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bundles:
    """Paths of CA bundles: of the authority that nobody trusts without it, of a stranger, and one that is not there."""

    own: str
    stranger: str
    missing: str


class TlsSandbox(ControlledSandbox):
    """A sandbox behind TLS, with the bundles that trust it or do not."""

    def __init__(self, url: str, bundles: Bundles) -> None:
        super().__init__(url)
        self.bundles = bundles
        self._control.verify = bundles.own


@contextlib.contextmanager
def sandbox_behind_tls(folder: Path) -> Iterator[TlsSandbox]:
    """Start a sandbox with a certificate of an authority made for it; its files are in this folder."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "chain.pem"))
    authority.cert_pem.write_to_path(str(folder / "own.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "stranger.pem"))
    bundles = Bundles(*(str(folder / f"{name}.pem") for name in ("own", "stranger", "missing")))
    with (
        Sandbox(tls=(folder / "chain.pem", folder / "key.pem")) as server,
        contextlib.closing(TlsSandbox(server.url, bundles)) as control,
    ):
        yield control


# -- a host that records ----------------------------------------------------------------------------------------------


class Recorder(ThreadingHTTPServer):
    """A server that keeps every byte of what it is sent; as a proxy, it connects and passes on what is encrypted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heads: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Recorder

    def handle_one_request(self) -> None:
        head = b""
        while (line := self.rfile.readline(65537)) not in (b"", b"\r\n"):
            head += line
        self.close_connection = True
        if head:
            self.server.heads.append(head.decode("latin-1"))
            self._answer(head.split()[0], head.split()[1].decode())

    def _answer(self, method: bytes, target: str) -> None:
        if method != b"CONNECT":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            return
        port = int(target.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=pass_on, args=[upstream, self.connection], daemon=True)
            back.start()
            pass_on(self.connection, upstream)
            back.join(5)


def pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # One side has hung up.
        return


@contextlib.contextmanager
def running_recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


# -- a gateway that hangs up ------------------------------------------------------------------------------------------


class Gateway:
    """Passes every request on to a sandbox, over a connection of its own, and hangs up behind the bulk read.

    :ivar opens_again_after: seconds until it listens again; None for never.
    """

    def __init__(self, sandbox_url: str, opens_again_after: float | None) -> None:
        self._upstream = ("127.0.0.1", int(sandbox_url.rpartition(":")[2]))
        self.opens_again_after = opens_again_after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def close(self) -> None:
        self._over.set()
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                self._listener.settimeout(0.05)
                client, _address = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            client.settimeout(5)
            with client:
                self._pass_on_one(client)

    def _pass_on_one(self, client: socket.socket) -> None:
        request = client.recv(65536)
        if b"/bulk/contacts/read" in request and self.opens_again_after != 0:
            self._listener.close()
        # Of the same length, so that nothing else has to change.
        request = request.replace(b"Connection: keep-alive", b"Connection: close     ")
        with socket.create_connection(self._upstream) as upstream:
            upstream.sendall(request)
            upstream.settimeout(0.3)
            if request.startswith(b"POST") and request.endswith(b"\r\n\r\n"):
                upstream.sendall(client.recv(65536))
            pass_on(upstream, client)
        if self._listener.fileno() == -1 and self.opens_again_after:
            self._over.wait(self.opens_again_after)
            self.opens_again_after = 0
            self._listener = socket.create_server(("127.0.0.1", self._port))


# -- a gateway that takes its time ------------------------------------------------------------------------------------


class SlowGateway(ThreadingHTTPServer):
    """Passes every request on to a sandbox, and gives some of the answers byte by byte, without an end.

    :ivar place: method and path of these requests, as in the sandbox's faults.
    :ivar begin: what their answer begins with.
    :ivar piece: what then comes again and again, with pauses far shorter than any time-out.
    """

    daemon_threads = True

    def __init__(self, sandbox_url: str, place: Mapping[str, str], begin: bytes, piece: bytes) -> None:
        super().__init__(("127.0.0.1", 0), SlowHandler)
        self.upstream = sandbox_url.rpartition("/")[2]
        self.place = place
        self.begin = begin
        self.piece = piece
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class SlowHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SlowGateway

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with contextlib.closing(http.client.HTTPConnection(self.server.upstream)) as upstream:
            upstream.request(self.command, self.path, body, dict(self.headers))
            answer = upstream.getresponse()
            content = answer.read()
        place, path = self.server.place, self.path.partition("?")[0]
        if self.command == place["method"] and fnmatch.fnmatchcase(path, place["path"]):
            self._drip()
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _pass_on  # noqa: N815 - http.server looks for these names

    def _drip(self) -> None:
        self.close_connection = True
        # Until the client hangs up, or has waited for much too long.
        end = time.monotonic() + 10
        with contextlib.suppress(OSError):
            self.wfile.write(self.server.begin)
            while not self.server.over.wait(0.05) and time.monotonic() < end:
                self.wfile.write(self.server.piece)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server uses
        pass


@contextlib.contextmanager
def slow_gateway(sandbox_url: str, place: Mapping[str, str], begin: bytes, piece: bytes) -> Iterator[SlowGateway]:
    with SlowGateway(sandbox_url, place, begin, piece) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
