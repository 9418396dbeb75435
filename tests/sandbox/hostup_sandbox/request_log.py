# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of API requests that tests ask for. Keys are never recorded."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Request

KINDS = ("read", "write", "poll", "list")


class RequestLog:
    """API requests in the order of their arrival. Not thread-safe: callers hold the sandbox's lock."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []

    def clear(self) -> None:
        """Forget all requests."""
        self._entries.clear()

    def add(self, request: Request, generation: str, authentication: str, kind: str) -> dict[str, Any]:
        """Record a request; the caller sets ``status`` of the returned entry (None: no answer was sent)."""
        entry = {
            "method": request.method,
            "path": request.path,
            "query": request.args.to_dict(),
            "body": _body(request),
            "status": None,
            "generation": generation,
            "authentication": authentication,
            "user_agent": request.headers.get("User-Agent", ""),
            "kind": kind,
        }
        self._entries.append(entry)
        return entry

    def as_json(self) -> dict[str, Any]:
        """``requests`` and, by kind, ``counts``."""
        counts = {kind: sum(entry["kind"] == kind for entry in self._entries) for kind in KINDS}
        return {"requests": self._entries, "counts": counts}


def _body(request: Request) -> Any:
    text = request.get_data(as_text=True)
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text
