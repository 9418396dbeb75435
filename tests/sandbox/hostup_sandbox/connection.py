# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaking off a connection under an answer, for faults and for streams that end half-way."""

from __future__ import annotations

import errno
import socket
import struct
from typing import Any

from cheroot import server, wsgi

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


class BreakableGateway(wsgi.Gateway_10):
    """Tells the application which HTTP request it answers, so that it can break off the connection."""

    def __init__(self, req: Any) -> None:
        super().__init__(req)
        self.env[_ENVIRON_KEY] = req


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
