# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault does to a request."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from flask import Response, g, jsonify, request

from . import answers, connection
from .errors import ApiError
from .faults import Fault


def strike(fault: Fault, response: Response | None = None) -> Response | None:
    """The answer that a fault makes, or None when the usual answer follows. ``response`` is what the route made."""
    g.outside_contract = True
    if fault.delay is not None:
        g.outside_contract = False
        time.sleep(fault.delay)
        return None
    if fault.disconnect:
        g.disconnected = True
        return Response(_disconnecting(request.environ))
    if fault.truncate_after_bytes is not None and response is not None:
        body = response.get_data()
        truncated = Response(_truncated(body, fault.truncate_after_bytes, request.environ), response.status_code)
        truncated.headers.extend(response.headers)
        truncated.headers["Content-Length"] = str(len(body))
        return truncated
    return _fault_answer(fault)


def _fault_answer(fault: Fault) -> Response:
    assert fault.status is not None
    if fault.body is None and fault.status < 400:
        answer = Response(status=fault.status)
    elif fault.body is None:
        code = {429: "rate_limited", 503: "upstream_unavailable"}.get(fault.status, "upstream_failed")
        answer = answers.api_error(ApiError(fault.status, code, "A fault made by the sandbox."))
    elif isinstance(fault.body, str):
        answer = Response(fault.body, fault.status, mimetype="text/html")
    else:
        answer = jsonify(fault.body)
        answer.status_code = fault.status
    answer.headers.update(fault.headers)
    return answer


def _disconnecting(environ: dict[str, Any]) -> Iterator[bytes]:
    yield from ()
    raise connection.reset(environ)


def _truncated(body: bytes, length: int, environ: dict[str, Any]) -> Iterator[bytes]:
    yield body[:length]
    raise connection.cut(environ)
