# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault does to a request."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from flask import Response, g, jsonify, request

from . import answers, connection
from .errors import ApiError
from .faults import Fault
from .state import sandbox_state
from .v2 import BULK_READ, NDJSON

_FILLER = b"x" * 65_536


def strike(fault: Fault, response: Response | None = None) -> Response | None:
    """The answer that a fault makes, or None when the usual answer follows. ``response`` is what the route made."""
    g.outside_contract = True
    if fault.delay is not None:
        g.outside_contract = False
        sandbox_state().shutdown.wait(fault.delay)
        return None
    if fault.edit is not None:
        g.outside_contract = False
        for name, values in fault.edit.items():
            domain = sandbox_state().store.find(name)
            if domain is not None:
                domain.write("registrant", values)
        return None
    if fault.disconnect:
        g.disconnected = True
        return Response(_disconnecting(request.environ))
    if fault.endless:
        return _endless_answer(fault, response)
    if fault.truncates and response is not None:
        return _truncated_answer(fault, response)
    return _fault_answer(fault)


def _endless_answer(fault: Fault, response: Response | None) -> Response:
    """The beginning of one long JSON text, which on the bulk read is one long line, or parts without end."""
    is_bulk_read = request.path == BULK_READ
    if fault.part is None:
        begin, part = b'{"domainId": "' if is_bulk_read else b'{"data": "', _FILLER
    else:
        begin, part = response.get_data() if response is not None else b"", fault.part.encode()
    body = _endless(begin, part, fault.pause, sandbox_state().shutdown, request.environ)
    return Response(body, mimetype=NDJSON if is_bulk_read else "application/json")


def _truncated_answer(fault: Fault, response: Response) -> Response:
    body = response.get_data()
    lines = body.splitlines(keepends=True)[: fault.truncate_after_lines]
    kept = b"".join(lines)[: fault.truncate_after_bytes]
    answer = Response(_truncated(kept, request.environ), response.status_code)
    answer.headers.extend(response.headers)
    if fault.truncate_after_lines is None:
        answer.headers["Content-Length"] = str(len(body))
    else:
        # As of a stream: only the missing end of the transfer reports that lines may be missing.
        answer.headers.pop("Content-Length", None)
    return answer


def _fault_answer(fault: Fault) -> Response:
    assert fault.status is not None
    if fault.body_base64 is not None:
        body = base64.b64decode(fault.body_base64)
        answer = Response(body, fault.status, mimetype="application/octet-stream")
    elif isinstance(fault.body, str):
        answer = Response(fault.body, fault.status, mimetype="text/html")
    elif fault.body is not None:
        answer = jsonify(fault.body)
        answer.status_code = fault.status
    elif fault.status < 400:
        answer = Response(status=fault.status)
    else:
        code = {429: "rate_limited", 503: "upstream_unavailable"}.get(fault.status, "upstream_failed")
        answer = answers.api_error(ApiError(fault.status, code, "A fault made by the sandbox.", headers=fault.headers))
    answer.headers.update(fault.headers)
    return answer


def _disconnecting(environ: dict[str, Any]) -> Iterator[bytes]:
    yield from ()
    raise connection.reset(environ)


def _truncated(kept: bytes, environ: dict[str, Any]) -> Iterator[bytes]:
    yield kept
    raise connection.cut(environ)


def _endless(
    begin: bytes, part: bytes, pause: float, shutdown: connection.Shutdown, environ: dict[str, Any]
) -> Iterator[bytes]:
    with shutdown.unending_answer(environ):
        yield begin
        while not shutdown.wait(pause):
            yield part
    raise connection.cut(environ)
