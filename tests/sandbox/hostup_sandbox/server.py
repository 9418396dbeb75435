# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as a server on loopback."""

from __future__ import annotations

import ipaddress
import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from cheroot import wsgi

from .app import create_app
from .connection import BreakableConnection, BreakableGateway, TlsAdapter
from .lean import LeanPath
from .state import EXTENSION

# A thread is held only while a request is answered, also through a delay that a test asks for.
_THREADS = 32


class Sandbox:
    """A sandbox in a thread of its own, on a free port unless ``port`` says which.

    ``host`` must be a loopback address. ``tls`` names two PEM files, the certificate chain and its private key, and
    makes the sandbox speak TLS and nothing else. ``lean`` gives the answers of a benchmark by the short way of
    :class:`LeanPath`. ``wrap`` goes around the WSGI application. The other arguments are those of
    :func:`hostup_sandbox.create_app`. Use it as a context manager, or call :meth:`start` and :meth:`stop`.
    Raises ``ValueError`` for another host or for PEM files that cannot be used, ``OSError`` for a port in use.
    """

    def __init__(
        self,
        seed: Path | str | None = None,
        switches: Mapping[str, object] | None = None,
        validate: bool = True,
        host: str = "127.0.0.1",
        port: int = 0,
        wrap: Callable[[Any], Any] = lambda app: app,
        tls: tuple[Path | str, Path | str] | None = None,
        lean: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        require_loopback(host)
        self.app = create_app(seed, switches, validate, clock)
        serving = LeanPath(self.app) if lean else self.app
        self._server = wsgi.Server(
            (host, port), wrap(serving), numthreads=_THREADS, server_name="hostup-sandbox", request_queue_size=128
        )
        self._server.ssl_adapter = None if tls is None else _tls_adapter(*tls)
        self._server.gateway = BreakableGateway
        self._server.ConnectionClass = BreakableConnection
        self._server.software = "hostup-sandbox"
        self._server.shutdown_timeout = 1
        self._server.expiration_interval = 0.1
        self._thread = threading.Thread(target=self._server.serve, name="hostup-sandbox", daemon=True)

    @property
    def url(self) -> str:
        """``http://host:port`` or ``https://host:port``, known once the sandbox has been started."""
        scheme = "http" if self._server.ssl_adapter is None else "https"
        host, port = self._server.bind_addr[:2]
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    def start(self) -> Sandbox:
        """Listen, then serve in the background; when this returns, requests are answered."""
        self._server.prepare()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and free the port; returns when the threads have ended, delays and endless answers cut short."""
        self.app.extensions[EXTENSION].shutdown.begin()
        self._server.stop()
        self._thread.join()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def require_loopback(host: str) -> None:
    """Raise ``ValueError`` unless the host is a loopback address: the sandbox has no real access control."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(f"the sandbox listens on loopback only, not on {host!r}")


def _tls_adapter(certificate: Path | str, key: Path | str) -> TlsAdapter:
    try:
        return TlsAdapter(str(certificate), str(key))
    except OSError as error:
        raise ValueError(f"no TLS with the certificate {certificate} and the key {key}: {error}") from error


def log_requests(app: Any) -> Callable[..., Any]:
    """Wrap a WSGI application so that each request is logged on one line."""
    logger = logging.getLogger("hostup_sandbox")

    def logged(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
            logger.info("%s %s%s -> %s", environ["REQUEST_METHOD"], environ["PATH_INFO"], query, status)
            return start_response(status, headers, *rest)

        return app(environ, start)

    return logged
