# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What is sent again, when, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import _answer_sentence
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    RequestFailed,
    ServerTrouble,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Kind, Request

FIRST_BACK_OFF_SECONDS = 1.0

LONGEST_BACK_OFF_SECONDS = 30.0

LONGEST_REQUESTED_WAIT_SECONDS = 120.0
"""A ``Retry-After`` beyond this is cut to it: the number of retries stays the user's bound."""

WAIT_HEADERS = ("Retry-After", "X-RateLimit-Reset")
"""The headers that say when to come back, the stronger one first."""

SHORTEST_PAUSE_SECONDS = 0.01
"""Less is not worth a pause, and a socket takes zero for something else than "at once"."""


class Setback(Exception):
    """One attempt failed in a way that another attempt may mend. Never leaves the client.

    :param cause: what happened, in a few words without any value of the request.
    :param may_have_acted: whether the server can have carried out the request.
    :param for_all: whether the wait before the next attempt is asked of all threads.
    :param headers: headers of the answer, where there was one.
    :param details: further arguments of the error that is raised when no attempt is left.
    """

    def __init__(
        self,
        cause: str,
        *,
        code: str,
        may_have_acted: bool,
        for_all: bool = False,
        headers: Mapping[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(cause)
        self.cause = cause
        self.code = code
        self.may_have_acted = may_have_acted
        self.for_all = for_all
        self.headers = headers or {}
        self.details = details or {}


def seconds_before_retry(attempt: int, headers: Mapping[str, str], now: datetime, random_unit: float) -> float:
    """Return how long to wait before the next attempt.

    :param attempt: how many retries there have been.
    :param headers: those of :data:`WAIT_HEADERS` that the answer had.
    :param now: the time, with its time zone.
    :param random_unit: a number in [0, 1).
    """
    for name in WAIT_HEADERS:
        requested = _requested_wait(headers.get(name), now)
        # A moment that has passed says more about the two clocks than about the server.
        if requested is not None and requested > 0:
            return min(requested, LONGEST_REQUESTED_WAIT_SECONDS)
    longest = min(FIRST_BACK_OFF_SECONDS * 2.0 ** min(attempt, 16), LONGEST_BACK_OFF_SECONDS)
    return longest * (0.5 + random_unit / 2)


def _announced_wait(status: int, headers: Mapping[str, str]) -> dict[str, str]:
    # Where other answers tell the end of the rate limit's window too, it has nothing to do with the server's trouble.
    names = WAIT_HEADERS if status == 429 else WAIT_HEADERS[:1]
    return {name: headers[name] for name in names if name in headers}


def _requested_wait(value: str | None, now: datetime) -> float | None:
    """Read seconds (RFC 9110 section 10.2.3), an HTTP date (same), or an ISO 8601 time (``X-RateLimit-Reset``)."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    for parse in (parsedate_to_datetime, _iso_time):
        try:
            moment = parse(text)
        except (TypeError, ValueError, IndexError, OverflowError):
            continue
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return (moment - now).total_seconds()
    return None


def _iso_time(text: str) -> datetime:
    # Python 3.9 and 3.10 do not read the "Z" that the API writes.
    return datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)


def _given_up(request: Request, setback: Setback, retries: int) -> RequestFailed:
    details = setback.details
    if "http_status" in details:
        code = setback.code if setback.code != f"http_{details['http_status']}" else None
        explanation = _answer_sentence(details["http_status"], code, details)
    else:
        explanation = setback.cause + "."
    if retries:
        explanation += f" It was tried {retries + 1} times."
    if request.kind is Kind.WRITE and setback.may_have_acted:
        return OutcomeUnknown(request.exchange, explanation, code=setback.code, **details)
    if setback.code == "connection_failed":
        explanation += " Check api_url, the variable HOSTUP_API_BASE, and the network."
        return NotSent(request.exchange, explanation, code=setback.code)
    if details.get("http_status") == 429:
        return Refused(request.exchange, explanation, code=setback.code, **details)
    return ServerTrouble(request.exchange, explanation, code=setback.code, **details)
