# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaking off a connection under an answer, for faults and for streams that end half-way or never."""

from __future__ import annotations

import errno
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from cheroot import errors, server, wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter

_ENVIRON_KEY = "hostup_sandbox.http_request"


class BreakableConnection(server.HTTPConnection):
    """A connection that can end in a TCP reset."""

    reset_on_close = False

    def close(self) -> None:
        """Close the connection; without lingering time and without a shutdown before, closing sends a reset."""
        if self.reset_on_close:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.linger = True
        super().close()
        if self.reset_on_close:
            self.socket.close()
        # What a client that hung up did not take is still in the buffer; left to the garbage collector, the file
        # would try to write it again, and Python would print the error.
        with suppress(OSError):
            self.wfile.close()


class BreakableGateway(wsgi.Gateway_10):
    """Shows the application which HTTP request it answers, so that it can break off the connection."""

    def __init__(self, req: Any) -> None:
        super().__init__(req)
        self.env[_ENVIRON_KEY] = req


class TlsAdapter(BuiltinSSLAdapter):
    """Server-side TLS."""

    def wrap(self, sock: Any) -> tuple[Any, dict[str, Any]]:
        """Shake hands; a client that speaks plain HTTP is dropped like any other that does not speak TLS.

        The server's own answer to it would fail, because the failed handshake has closed the socket.
        """
        try:
            wrapped: tuple[Any, dict[str, Any]] = super().wrap(sock)  # type: ignore[no-untyped-call]
        except errors.NoSSLError as error:
            raise errors.FatalSSLAlert(*error.args) from error
        return wrapped


class Shutdown:
    """The end of the sandbox, for what would otherwise hold it up: delays, and answers without an end."""

    def __init__(self) -> None:
        self._begun = threading.Event()
        self._unending: set[Any] = set()

    def begin(self) -> None:
        """End every :meth:`wait`, and cut the connections of unending answers, also under a write that blocks."""
        self._begun.set()
        for connection in list(self._unending):
            # The method of the plain socket: a TLS socket would change its state under the thread that writes.
            with suppress(OSError):
                socket.socket.shutdown(connection.socket, socket.SHUT_RDWR)

    @property
    def unending_answers(self) -> int:
        """How many answers without an end are being sent."""
        return len(self._unending)

    def wait(self, seconds: float) -> bool:
        """Let so much time pass, less when the sandbox ends; returns whether it does."""
        return self._begun.wait(seconds)

    @contextmanager
    def unending_answer(self, environ: dict[str, Any]) -> Iterator[None]:
        """Cut the connection of this request when the sandbox ends within the block."""
        http_request = environ.get(_ENVIRON_KEY)
        connection = None if http_request is None else http_request.conn
        if connection is not None:
            self._unending.add(connection)
        try:
            yield
        finally:
            self._unending.discard(connection)


def reset(environ: dict[str, Any]) -> ConnectionResetError:
    """Let the connection end in a TCP reset, before any answer; the caller raises the returned error."""
    http_request = environ.get(_ENVIRON_KEY)
    if http_request is not None:
        http_request.conn.reset_on_close = True
        # The server would send the headers of the answer, even of one that fails.
        http_request.sent_headers = True
    return ConnectionResetError(errno.ECONNRESET, "connection reset on purpose")


def cut(environ: dict[str, Any]) -> ConnectionAbortedError:
    """Let the connection end after what was sent; the caller raises the returned error."""
    http_request = environ.get(_ENVIRON_KEY)
    if http_request is not None:
        http_request.ensure_headers_sent()
    return ConnectionAbortedError(errno.ECONNABORTED, "connection cut on purpose")
