# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short way to the answers that a large portfolio asks for most, so that a benchmark does not measure the sandbox."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from flask import Flask

from . import v1, v2
from .access import FULL_ACCESS_KEY
from .contacts import Contact
from .errors import iso, v1_request_id
from .state import EXTENSION, SandboxState
from .store import Attributes, Domain

FREE_SWITCHES = frozenset({"job_seconds", "latency_seconds"})
"""The switches that change nothing in the answers which are given here."""

_V1_CONTACT = "/api/domain-contacts/"
_V2_DOMAIN, _CONTACTS = "/api/v2/domains/", "/contacts"

StartResponse = Callable[..., Any]


class LeanPath:
    """Goes around the WSGI application of a sandbox and answers three reads itself: the bulk read, the contact of v1,
    and the contacts of one domain of v2. What it says is what the application would say, rendered once for each state
    of a domain.

    It does so for the key with full access, while no fault is in force and all switches but :data:`FREE_SWITCHES` are
    at their defaults. Everything else is left to the application, also every error. Its answers are not recorded, and
    neither checked against the contract.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._rendered: dict[tuple[str, str], tuple[Contact, Attributes, bytes]] = {}

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or let the application answer."""
        state: SandboxState = self._app.extensions[EXTENSION]
        answer = self._answer(state, environ) if _is_plain(state) else None
        if answer is None:
            return self._app(environ, start_response)
        state.shutdown.wait(state.switches["latency_seconds"])
        mimetype, body = answer
        start_response("200 OK", [("Content-Type", mimetype), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, state: SandboxState, environ: dict[str, Any]) -> tuple[str, bytes] | None:
        """Content type and body, or None for a request that is none of the three or would not be answered 200."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        is_bearer = environ.get("HTTP_AUTHORIZATION") == f"Bearer {FULL_ACCESS_KEY}"
        with state.lock:
            state.jobs.record_outcome(state.clock())
            if method == "POST" and path == v2.BULK_READ and is_bearer:
                return self._lines(state, _ids(environ))
            if method == "GET" and path.startswith(_V1_CONTACT) and environ.get("HTTP_X_API_KEY") == FULL_ACCESS_KEY:
                return self._v1_contact(state, unquote(path.removeprefix(_V1_CONTACT)))
            if method == "GET" and path.startswith(_V2_DOMAIN) and path.endswith(_CONTACTS) and is_bearer:
                return self._v2_contacts(state, path.removeprefix(_V2_DOMAIN).removesuffix(_CONTACTS))
        return None

    def _lines(self, state: SandboxState, ids: list[str]) -> tuple[str, bytes] | None:
        domains = [state.store.by_v2_id(identifier) for identifier in dict.fromkeys(ids)]
        lines = [self._render("line", domain, lambda it: v2.read_line(state, it)) for domain in domains]
        return (v2.NDJSON, b"".join(line + b"\n" for line in lines if line)) if lines and all(lines) else None

    def _v1_contact(self, state: SandboxState, identifier: str) -> tuple[str, bytes] | None:
        data = self._render("v1", state.store.by_v1_id(identifier), lambda it: {"contacts": v1.contacts_of(state, it)})
        if data is None:
            return None
        head = f'{{"success": true, "timestamp": "{iso(state.clock())}", "requestId": "{v1_request_id()}", "data": '
        return "application/json", head.encode("ascii") + data + b"}"

    def _v2_contacts(self, state: SandboxState, identifier: str) -> tuple[str, bytes] | None:
        domain = state.store.by_v2_id(identifier)
        body = self._render("v2", domain, lambda it: v2.contacts_answer(state, it))
        return None if body is None else ("application/json", body)

    def _render(self, kind: str, domain: Domain | None, answer: Callable[[Domain], Mapping[str, Any]]) -> bytes | None:
        """The answer about a domain as JSON; None if it cannot be read. A change of a domain makes new objects."""
        if domain is None or domain.attributes.read_error:
            return None
        known = self._rendered.get((kind, domain.v2_id))
        if known is not None and known[0] is domain.registrant and known[1] is domain.attributes:
            return known[2]
        body = json.dumps(answer(domain)).encode("ascii")
        self._rendered[kind, domain.v2_id] = (domain.registrant, domain.attributes, body)
        return body


def _is_plain(state: SandboxState) -> bool:
    return state.faults.is_empty and state.switches.turned <= FREE_SWITCHES


def _ids(environ: dict[str, Any]) -> list[str]:
    """The ids that a bulk read asks for; none if its body is something else. The body can be read again."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return []
    ids = document.get("domainIds") if isinstance(document, dict) and len(document) == 1 else None
    if not isinstance(ids, list) or not all(isinstance(identifier, str) for identifier in ids):
        return []
    return ids if len(set(ids)) == len(ids) else []
