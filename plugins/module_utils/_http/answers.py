# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What an answer says, apart from its route: documents, error bodies, texts that are safe to show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.hostup.cloud.plugins.module_utils._http.bodies import TooLarge
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    REFUSALS,
    FieldError,
    InvalidResponse,
    OutcomeUnknown,
    Refused,
    RequestFailed,
    quoted,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Kind, Request

_CODE = re.compile(r"[A-Za-z0-9_./~:\[\]-]{1,100}")

LONGEST_API_TEXT = 300
LONGEST_ID = 255


def read_document(request: Request, body: bytes, status: int, headers: Mapping[str, str]) -> Any:
    """Return the JSON document of a 2xx answer.

    :raises RequestFailed: if it is none, or says ``success: false``.
    """
    if not body.strip():
        raise unusable(request, "the answer was empty.", http_status=status)
    document = read_json(request, body, status)
    if isinstance(document, dict) and document.get("success") is False:
        raise success_false(request, document, status, headers)
    return document


def read_json(request: Request, text: bytes, status: int) -> Any:
    """Return the value of a JSON text.

    :raises RequestFailed: if it is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise unusable(request, _not_json(text), http_status=status) from None


def error_details(body: Any, status: int, headers: Mapping[str, str]) -> dict[str, Any]:
    """Read either generation's error answer, whatever its content type, trusting nothing about its shape.

    :param body: the decoded document, or None.
    :return: arguments of :class:`RequestFailed`: ``http_status``, ``code`` (may be None), ``api_message``,
        ``request_id``, ``errors``. The order of the texts is that of HostUp's own WHMCS module.
    """
    document = body if isinstance(body, dict) else {}
    texts = (api_text(document.get(key)) for key in ("detail", "message", "error", "title"))
    items = document.get("errors") if isinstance(document.get("errors"), list) else document.get("details")
    return {
        "http_status": status,
        "code": api_code(document.get("code")),
        "api_message": next((text for text in texts if text), None),
        "request_id": api_text(document.get("requestId")) or api_text(headers.get("X-Request-Id")),
        "errors": [_field_error(item) for item in items[:50] if isinstance(item, dict)]
        if isinstance(items, list)
        else [],
    }


def _field_error(item: dict[Any, Any]) -> FieldError:
    where = api_code(item.get("pointer")) or api_code(item.get("field")) or ""
    message = api_text(item.get("detail")) or api_text(item.get("message")) or "not accepted"
    return FieldError(where, message, api_code(item.get("code")))


def api_text(value: Any) -> str | None:
    """Return text from an answer, safe to show: printable, on one line, of bounded length. None if there is none."""
    if not isinstance(value, str):
        return None
    text = value[: LONGEST_API_TEXT * 4]
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_API_TEXT else text[:LONGEST_API_TEXT] + "..."


def success_false(
    request: Request, document: Mapping[str, Any], status: int, headers: Mapping[str, str]
) -> RequestFailed:
    """Return the error for a 2xx answer that says ``success: false``; it may name a job all the same."""
    error = refusal(request, **error_details(document, status, headers))
    if isinstance(error, OutcomeUnknown):
        places = (document, *(as_dict(document.get(key)) for key in ("data", "operation")))
        error.job_id = next(filter(None, (id_text(place.get("jobId")) for place in places)), None)
    return error


def api_code(value: Any) -> str | None:
    """Return a code or the place of a field from an answer, or None for anything else, such as words for a person."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def refusal(request: Request, **details: Any) -> RequestFailed:
    """Return the error for an answer that says no, with what the user can do about it."""
    status = details["http_status"]
    code = details.pop("code")
    explanation = answer_sentence(status, code, details)
    if status == 401:
        explanation += (
            " Check api_key or the variable HOSTUP_API_KEY: the key is wrong, expired, revoked, or limited to other IP"
            " addresses."
        )
    elif status == 403:
        scope = "write:domains" if request.kind is Kind.WRITE else "read:domains"
        explanation += (
            f" Check that the API key has the scope {scope}, may be used from this IP address, and that every domain"
            " belongs to its account."
        )
    code = code or f"http_{status}"
    if request.kind is not Kind.WRITE or status in REFUSALS:
        return Refused(request.exchange, explanation, code=code, **details)
    error = OutcomeUnknown(request.exchange, explanation, code=code, **details)
    error.was_answered = True
    return error


def unusable(request: Request, explanation: str, *, http_status: int | None = None) -> RequestFailed:
    """Return the error for an answer that cannot be used: for a write, nobody knows then what the server did."""
    kind = OutcomeUnknown if request.kind is Kind.WRITE else InvalidResponse
    return kind(request.exchange, explanation, code="unusable_answer", http_status=http_status)


def answer_sentence(status: int, code: str | None, details: Mapping[str, Any]) -> str:
    """Return what the API answered, as it reads after "Could not ...:"; ``details`` as of :func:`error_details`."""
    sentence = f"the API answered HTTP {status}" + (f" {code}" if code else "")
    if details["api_message"]:
        sentence += f", {quoted(details['api_message'])}"
    if details["errors"]:
        sentence += " (" + "; ".join(str(error) for error in details["errors"][:5]) + ")"
    return sentence + "."


def redirected(request: Request, status: int, location: str) -> RequestFailed:
    """Return the error for a redirect, which is never followed.

    :param location: the header ``Location``, or ``""``.
    """
    place = _without_query(location) or "nowhere"
    explanation = (
        f"the answer was a redirect (HTTP {status}) to {place}, which is not followed, so"
        " that the API key goes to no other host. Check api_url."
    )
    # RFC 9110 section 15.4: 307 and 308 ask for the same request elsewhere; the others may follow a POST that was
    # carried out.
    acted = request.kind is Kind.WRITE and status not in (307, 308)
    kind = OutcomeUnknown if acted else Refused if request.kind is Kind.WRITE else InvalidResponse
    return kind(request.exchange, explanation, code="redirected", http_status=status)


def _without_query(location: str) -> str | None:
    """Return a redirect's target as it may be shown: a query, a fragment or a user name can hold a secret."""
    try:
        target = urlsplit(location)
    except ValueError:
        return None
    scheme = f"{target.scheme}:" if target.scheme else ""
    return api_text(f"{scheme}//{target.hostname}{target.path}" if target.hostname else target.path)


def _not_json(body: bytes) -> str:
    if body.lstrip()[:1] == b"<":
        return (
            "the answer was a web page, not the API's JSON. Check api_url; a proxy or a login page may have answered"
            " instead of HostUp."
        )
    return "the answer was not JSON. Check api_url; something else than HostUp's API may have answered."


def is_json(text: bytes) -> bool:
    """Return whether a text is a whole JSON value."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def read_error_body(pieces: Iterable[bytes]) -> Any:
    """Return the document of an error answer, or None if it is none, is too large, or does not come to its end."""
    try:
        return json.loads(b"".join(pieces))
    except (OSError, TooLarge, ValueError, RecursionError):
        return None


def id_text(value: Any) -> str | None:
    """Return an id as text, or None if it cannot be one; some answers give numbers where others give text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable() else None


def as_dict(value: Any) -> dict[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}
