# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""How long one request may take: every wait, from looking up the host to the last byte of the answer, ends at one time.

The time-out of a socket begins anew with each byte that comes, so a server that sends one now and then never meets it.
"""

from __future__ import annotations

import functools
import http.client
import io
import queue
import socket
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import SHORTEST_PAUSE_SECONDS, Deadline

try:
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection
    from urllib3.exceptions import ConnectTimeoutError, LocationParseError, NewConnectionError
    from urllib3.util import Timeout
    from urllib3.util.connection import allowed_gai_family, create_connection
except ImportError:
    # Without the library no request is made.
    HTTPAdapter = object  # type: ignore[assignment,misc]

if TYPE_CHECKING:
    import requests

SEND_BYTES = 16 * 1024
"""What TLS takes at once: a time-out is that of one piece."""

_DEADLINE: ContextVar[Deadline] = ContextVar("deadline")
"""Of the request that this thread is sending. Nothing else of requests and urllib3 reaches a connection."""


class BoundedAdapter(HTTPAdapter):
    """Sends requests, each with a :class:`Deadline` in the place of its time-out.

    The answer is bound to it too: its body is read until then, or until the time to which the deadline is moved.
    """

    def init_poolmanager(self, *args: Any, **settings: Any) -> None:
        super().init_poolmanager(*args, **settings)
        _bind(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **settings: Any) -> Any:
        manager = super().proxy_manager_for(*args, **settings)
        _bind(manager)
        return manager

    def send(self, *args: Any, **settings: Any) -> requests.Response:
        deadline: Deadline = settings["timeout"]
        token = _DEADLINE.set(deadline)
        try:
            return super().send(*args, **{**settings, "timeout": Timeout(total=_at_least(deadline.remaining()))})
        finally:
            _DEADLINE.reset(token)


def connect(host: str, port: int, deadline: Deadline, options: Any = None) -> socket.socket:
    """Return a connection to the first address of a host that accepts one.

    Each address has its share of the time, so that one at which nobody answers leaves some for the next.

    :raises OSError: if none does; ``socket.timeout`` if the last did not answer in time.
    """
    addresses = _look_up(host, port, deadline)
    failure: OSError = socket.timeout("timed out")
    for left, (*_kind, address) in zip(range(len(addresses), 0, -1), addresses):
        seconds = _at_least(deadline.remaining() / left)
        try:
            return create_connection((address[0], port), seconds, socket_options=options)
        except OSError as error:
            failure = error
    raise failure


def _look_up(host: str, port: int, deadline: Deadline) -> list[Any]:
    """Call ``getaddrinfo`` in a thread of its own, because it knows no time-out."""
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host.strip("[]"), port, allowed_gai_family(), socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.remaining())
    except queue.Empty:
        raise socket.timeout("timed out") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


class _BoundedBytes(io.RawIOBase):
    """What comes from a socket, until a deadline."""

    def __init__(self, source: io.RawIOBase, sock: socket.socket, deadline: Deadline) -> None:
        self._source = source
        self._socket = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        _limit(self._socket, self._deadline)
        return self._source.readinto(buffer)

    def close(self) -> None:
        self._source.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    """An answer of which every byte is read before the deadline: interim answers, headers, sizes of chunks, body."""

    def __init__(self, sock: socket.socket, *args: Any, **settings: Any) -> None:
        super().__init__(sock, *args, **settings)
        source: Any = self.fp
        self.fp = io.BufferedReader(_BoundedBytes(source.detach(), sock, _DEADLINE.get()))


class _BoundedExchange:
    """What is sent and read over a connection of urllib3, which this is mixed into, for http, https and proxies."""

    response_class = _BoundedResponse
    sock: Any

    def send(self, data: bytes) -> None:
        for start in range(0, len(data), SEND_BYTES):
            if self.sock is not None:
                _limit(self.sock, _DEADLINE.get())
            super().send(data[start : start + SEND_BYTES])  # type: ignore[misc]

    def _tunnel(self) -> None:
        super()._tunnel()  # type: ignore[misc]
        # What follows is a TLS handshake.
        _limit(self.sock, _DEADLINE.get())


class _BoundedConnection(_BoundedExchange):
    """The same of a connection that urllib3 makes itself, its making included."""

    _dns_host: str
    host: str
    port: int
    socket_options: Any

    def _new_conn(self) -> socket.socket:
        deadline = _DEADLINE.get()
        try:
            sock = connect(self._dns_host, self.port, deadline, self.socket_options)
            _limit(sock, deadline)
        except socket.timeout as error:
            raise ConnectTimeoutError(self, f"Connection to {self.host} timed out") from error
        except OSError as error:
            raise NewConnectionError(self, f"Failed to establish a new connection: {error}") from error  # type: ignore[arg-type]
        except UnicodeError:
            raise LocationParseError(f"'{self.host}', label empty or too long") from None
        return sock


def _bind(manager: Any) -> None:
    classes = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _bounded_pool(pool) for scheme, pool in classes.items()}


@functools.cache
def _bounded_pool(pool: Any) -> Any:
    """Return a class of connection pools whose connections keep the deadline."""
    connection = pool.ConnectionCls
    if issubclass(connection, _BoundedExchange):
        return pool
    # A SOCKS proxy is reached by a library of its own, whose time-out then is that of each address.
    connects_itself = getattr(connection, "_new_conn", None) is not HTTPConnection._new_conn
    mixin = _BoundedExchange if connects_itself else _BoundedConnection
    bounded = type(f"Bounded{connection.__name__}", (mixin, connection), {})
    return type(f"Bounded{pool.__name__}", (pool,), {"ConnectionCls": bounded})


def _limit(sock: socket.socket, deadline: Deadline) -> None:
    """Let the next wait of a socket end at the deadline.

    :raises socket.timeout: if it has passed.
    """
    if deadline.expired():
        raise socket.timeout("timed out")
    sock.settimeout(_at_least(deadline.remaining()))


def _at_least(seconds: float) -> float:
    # A socket takes zero for something else than "at once".
    return max(seconds, SHORTEST_PAUSE_SECONDS)
