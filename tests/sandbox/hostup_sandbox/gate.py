# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate in front of the routes, and the checks behind them."""

from __future__ import annotations

import json

from flask import Response, current_app, g, jsonify, request

from . import access, answers, effects
from .errors import ApiError, FieldError, generation_of
from .faults import Fault
from .operation import Operation, operation_of
from .state import SandboxState, sandbox_state


def admit() -> Response | None:
    """The gate: record, faults, key, rate limit, scope, contract. Raises :class:`ApiError`."""
    generation = generation_of(request.path)
    if generation is None:
        return None
    state = sandbox_state()
    if state.switches["latency_seconds"]:
        state.shutdown.wait(state.switches["latency_seconds"])
    view = current_app.view_functions.get(request.endpoint or "")
    operation = operation_of(view)
    credentials = access.Credentials.from_headers(request.headers)
    with state.lock:
        g.log_entry = state.log.add(request, generation, credentials.scheme, _kind(operation))
        g.fault = state.faults.strike(request.method, request.path)
    if g.fault is not None and not g.fault.comes_after_the_route:
        answer = effects.strike(g.fault)
        if answer is not None:
            return answer
    if state.switches["refuse_python_urllib"] and request.user_agent.string.startswith("Python-urllib"):
        g.outside_contract = True
        return Response("<html><body><h1>403 Forbidden</h1></body></html>", 403, mimetype="text/html")
    if operation is not None:
        _check_access(state, generation, credentials, operation)
        if request.method == "POST":
            _check_json()
        _check_contract(state)
    return None


def finish(response: Response) -> Response:
    """Behind the routes: the contract, faults that act first, the record."""
    entry = g.get("log_entry")
    if entry is None:
        return response
    state = sandbox_state()
    with state.lock:
        response.headers.update(g.get("rate_limit_headers", {}))
        if not g.get("outside_contract"):
            response = _checked(state, response)
    fault: Fault | None = g.fault
    if fault is not None and fault.comes_after_the_route:
        response = effects.strike(fault, response) or response
    with state.lock:
        entry["status"] = None if g.get("disconnected") else response.status_code
    return response


def _kind(operation: Operation | None) -> str:
    if operation is not None:
        return operation.kind
    return "read" if request.method in ("GET", "HEAD") else "write"


def _check_access(state: SandboxState, generation: str, credentials: access.Credentials, operation: Operation) -> None:
    # The jobs of both generations share one route under v1, so it takes the keys of both and outlives v1.
    is_poll = operation.kind == "poll"
    if generation == "v1" and state.switches["v1_retired"] and not is_poll:
        raise ApiError(410, "gone", "API v1 has been retired. Use /api/v2.")
    key_generation = "v2" if is_poll and state.switches["key_works_on"] == "v2" else generation
    key = access.authenticate(credentials, key_generation, state.switches)
    with state.lock:
        g.rate_limit_headers = state.limiter.count(key, state.clock(), state.switches)
    scope = state.switches["job_scope"] if operation.scope is None else operation.scope
    access.authorise(key, None if scope == "none" else scope, generation, state.switches)


def _check_json() -> None:
    """Refuse a body that is not JSON before anything looks into it."""
    if not request.is_json:
        raise ApiError(400, "invalid_request", "The Content-Type must be application/json.")
    try:
        json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise ApiError(400, "invalid_request", "The request body is not JSON.") from None


def _check_contract(state: SandboxState) -> None:
    if state.contract is None:
        return
    fields = state.contract.request_errors(request)
    if not fields:
        return
    detail = "The request failed validation: " + "; ".join(f"{field.pointer} {field.detail}" for field in fields)
    if all(_is_country_format(field) for field in fields):
        raise ApiError(400, "invalid_country_code", "The country must be a 2-letter ISO code.", fields)
    raise ApiError(400, "invalid_request", detail, fields)


def _is_country_format(field: FieldError) -> bool:
    return field.pointer.endswith("/countryCode") and field.code == "invalid_format"


def _checked(state: SandboxState, response: Response) -> Response:
    """The answer, or a 500 in its place when it breaks the contract; v1 refusals in the shape the switches ask for."""
    response = _as_v1_refusal(state, response)
    if state.contract is None or request.routing_exception is not None:
        return response
    problems = [problem for line in g.get("ndjson_lines", ()) for problem in state.contract.line_errors(line)]
    if "ndjson_lines" not in g:
        problems = state.contract.response_errors(request, response)
    if not problems:
        return response
    answered = {"method": request.method, "path": request.path, "status": response.status_code}
    state.violations.append(answered | {"problems": problems})
    text = "The sandbox broke its own contract (GET /_sandbox/violations): " + "; ".join(problems)
    return answers.api_error(ApiError(500, "internal_error", text))


def _as_v1_refusal(state: SandboxState, response: Response) -> Response:
    operation = operation_of(current_app.view_functions.get(request.endpoint or ""))
    is_v1_write = generation_of(request.path) == "v1" and operation is not None and operation.kind == "write"
    if not is_v1_write or response.status_code not in (400, 403, 404, 409, 413):
        return response
    if state.switches["v1_refusal_as_success_false"]:
        return jsonify({"success": False, **response.get_json()})
    if response.status_code == 400:
        response.status_code = int(state.switches["v1_validation_status"])
    return response
