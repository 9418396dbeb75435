# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as answers: in the envelope of the generation, whoever raised them."""

from __future__ import annotations

from flask import Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from .control import PREFIX
from .errors import ApiError, generation_of, v1_error, v2_problem
from .state import sandbox_state


def api_error(error: ApiError) -> Response:
    """An :class:`ApiError` in the envelope of the generation."""
    state = sandbox_state()
    if generation_of(request.path) == "v2":
        with_extensions = state.switches["problem_extensions"] == "present"
        response = jsonify(v2_problem(error, request.path, state.clock(), with_extensions))
        response.mimetype = state.switches["problem_content_type"]
    else:
        response = jsonify(v1_error(error, state.clock(), state.switches["v1_error_codes"]))
    response.status_code = error.status
    response.headers.update(error.headers)
    return response


def other_error(error: Exception) -> ResponseReturnValue:
    """Unknown paths and methods, and mistakes of the sandbox itself."""
    if not isinstance(error, HTTPException):
        current_app.logger.exception("the sandbox failed")
        error_text = f"The sandbox failed: {type(error).__name__}: {error}"
        if generation_of(request.path) is None:
            return jsonify({"error": error_text}), 500
        return api_error(ApiError(500, "internal_error", error_text))
    if generation_of(request.path) is None:
        text = f"{error.description} API routes are under /api, the control plane is under {PREFIX}."
        return jsonify({"error": text}), error.code or 500
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    code = {400: "invalid_request", 404: "not_found", 405: "method_not_allowed"}.get(error.code or 500, "http_error")
    return api_error(ApiError(error.code or 500, code, error.description or error.name, headers=headers))
