# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may call what, and how often: keys, scopes, rate limit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate

from werkzeug.datastructures import Headers

from .errors import ApiError, iso
from .switches import SwitchBoard

READ = "read:domains"
WRITE = "write:domains"

FULL_ACCESS_KEY = "sandbox-full-access"
SCOPES_BY_KEY: Mapping[str, frozenset[str]] = {
    FULL_ACCESS_KEY: frozenset({READ, WRITE}),
    "sandbox-read-only": frozenset({READ}),
    "sandbox-no-scopes": frozenset(),
}


@dataclass(frozen=True)
class Credentials:
    """The keys that a request carries, None where it carries none."""

    bearer: str | None
    api_key: str | None

    @classmethod
    def from_headers(cls, headers: Headers) -> Credentials:
        """The credentials of a request."""
        scheme, _separator, token = headers.get("Authorization", "").partition(" ")
        return cls(token.strip() if scheme.lower() == "bearer" else None, headers.get("X-API-Key"))

    @property
    def scheme(self) -> str:
        """``Bearer``, ``X-API-Key`` or ``none``, for the record of requests."""
        if self.bearer is not None:
            return "Bearer"
        return "none" if self.api_key is None else "X-API-Key"


def authenticate(credentials: Credentials, generation: str, switches: SwitchBoard) -> str:
    """The key of the request; raises the 401 :class:`ApiError` when it is missing, unknown or not accepted here.

    Two different keys in one request are refused: which of them counts is not documented.
    """
    sent = {credentials.bearer}
    if generation == "v1" or switches["v2_accepts_x_api_key"]:
        sent.add(credentials.api_key)
    keys = sent - {None}
    accepted = switches["key_works_on"] in ("both", generation)
    if not accepted or len(keys) != 1 or not keys <= SCOPES_BY_KEY.keys():
        raise ApiError(401, "unauthorized", "Authentication required", headers={"WWW-Authenticate": "Bearer"})
    return str(keys.pop())


def authorise(key: str, needed: str | None, generation: str, switches: SwitchBoard) -> None:
    """Raise the 403 :class:`ApiError` when the needed scope is missing."""
    if needed is None or needed in SCOPES_BY_KEY[key] or (generation == "v1" and not switches["v1_scopes_checked"]):
        return
    raise ApiError(403, switches["missing_scope_code"], f"The API key lacks the scope {needed}.")


class RateLimiter:
    """Counts the requests of each key in windows of one second. Not thread-safe: callers hold the sandbox's lock."""

    def __init__(self) -> None:
        self._window = 0
        self._counts: dict[str, int] = {}

    def clear(self) -> None:
        """Forget all counts."""
        self._counts.clear()

    def count(self, key: str, moment: float, switches: SwitchBoard) -> dict[str, str]:
        """Count one request of a key and return the headers for its answer.

        Raises the 429 :class:`ApiError` with the headers of https://developer.hostup.se/errors/rate_limited when the
        window is full.
        """
        limit = switches["rate_limit_per_second"]
        if not limit:
            return {}
        if int(moment) != self._window:
            self._window = int(moment)
            self._counts.clear()
        counted = key if switches["rate_limit_scope"] == "key" else "everybody"
        self._counts[counted] = self._counts.get(counted, 0) + 1
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - self._counts[counted])),
            "X-RateLimit-Reset": iso(self._window + 1),
        }
        if self._counts[counted] > limit:
            retry_after = _retry_after(self._window + 1 - moment, self._window + 1, switches["retry_after_form"])
            raise ApiError(429, switches["rate_limit_code"], "Rate limit exceeded", headers=headers | retry_after)
        return headers if switches["rate_limit_headers"] == "always" else {}


def _retry_after(seconds: float, reset: int, form: str) -> dict[str, str]:
    if form == "absent":
        return {}
    return {"Retry-After": formatdate(reset, usegmt=True) if form == "http_date" else str(math.ceil(seconds))}
