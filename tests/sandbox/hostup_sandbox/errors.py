# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as each API generation words them.

v1: the five-key envelope of https://developer.hostup.se/endpoints/domain-services/post-domain-contacts-id
v2: RFC 7807 problem documents, https://developer.hostup.se/errors
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"

_TITLES = {
    "invalid_request": "Validation failed",
    "invalid_country_code": "Invalid country code",
    "rate_limited": "Rate limit exceeded",
    "rate_limit_exceeded": "Too many requests",
    "internal_error": "Internal error",
    "insufficient_scope": "Insufficient scope",
}


@dataclass(frozen=True)
class FieldError:
    """One problem with one place of a request; ``pointer`` is a JSON pointer, or ``?name`` for the query."""

    pointer: str
    detail: str
    code: str = "invalid_value"


class ApiError(Exception):
    """An answer other than success.

    ``code`` is the v2 spelling (snake_case); v1 shows it in upper case. ``headers`` are added to the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        fields: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.fields = tuple(fields)
        self.headers = dict(headers or {})


def generation_of(path: str) -> str | None:
    """``"v1"`` or ``"v2"``, or None for a path outside the API. Jobs of both generations live under v1."""
    if path == "/api/v2" or path.startswith("/api/v2/"):
        return "v2"
    return "v1" if path == "/api" or path.startswith("/api/") else None


def iso(moment: float) -> str:
    """Epoch seconds as the API writes times: ISO 8601, UTC, milliseconds."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def v1_request_id() -> str:
    """A new v1 request id, a UUID."""
    return str(uuid.uuid4())


def opaque_id(prefix: str) -> str:
    """A new v2 id: the prefix and 26 base32 characters."""
    return prefix + "".join(secrets.choice(_BASE32) for _unused in range(26))


def _phrase(status: int) -> str:
    """The title of a status; proxies send some that no standard has."""
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"


def v1_error(error: ApiError, moment: float, code_words: str) -> dict[str, Any]:
    """The v1 body of the error; a 429 has its own four keys, as documented on get-product-details-id.

    ``code_words``: ``specific`` for the code of the error, ``status`` for the name of its HTTP status.
    """
    body: dict[str, Any] = {"error": _phrase(error.status), "message": error.detail}
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return body | {"retryAfter": error.headers.get("Retry-After", "1"), "requestId": v1_request_id()}
    words = error.code if code_words == "specific" else _phrase(error.status).replace(" ", "_")
    body |= {"code": words.upper(), "timestamp": iso(moment), "requestId": v1_request_id()}
    if error.fields:
        body["details"] = [
            {"field": field.pointer.lstrip("/").replace("/", "."), "message": field.detail} for field in error.fields
        ]
    return body


def v2_problem(error: ApiError, path: str, moment: float, with_extensions: bool) -> dict[str, Any]:
    """The v2 body of the error."""
    body: dict[str, Any] = {
        "type": f"https://developer.hostup.se/errors/{error.code}",
        "title": _TITLES.get(error.code, _phrase(error.status)),
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "instance": path,
        "requestId": opaque_id("req_"),
        "timestamp": iso(moment),
    }
    if error.fields:
        body["errors"] = [
            {"pointer": field.pointer, "detail": field.detail, "code": field.code} for field in error.fields
        ]
    if with_extensions:
        body["extensions"] = {}
    return body
