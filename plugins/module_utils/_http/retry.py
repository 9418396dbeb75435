# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The whole retry policy: what is sent again, when, and how often; and the gate that a 429 closes for all threads."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import answer_sentence
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    RequestFailed,
    TransientServerError,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.gate import Gate
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Kind, Request

FIRST_BACK_OFF_SECONDS = 1.0

LONGEST_BACK_OFF_SECONDS = 30.0

LONGEST_REQUESTED_WAIT_SECONDS = 120.0
"""A ``Retry-After`` beyond this is cut to it: the number of retries stays the user's bound."""

WAIT_HEADERS = ("Retry-After", "X-RateLimit-Reset")
"""The headers that say when to come back, the stronger one first."""

T = TypeVar("T")


class RetryableError(Exception):
    """One attempt failed in a way that another attempt may mend. Never leaves the client.

    :param cause: what happened, in a few words without any value of the request.
    :param may_have_acted: whether the server can have carried out the request.
    :param for_all: whether the wait before the next attempt is asked of all requests.
    :param headers: headers of the answer, where there was one.
    :param details: further arguments of the error that is raised when no attempt is left.
    :param explanation: what happened in more words, for the message of that error; the cause by default.
    :ivar pause: seconds before the next attempt, as :class:`RetryPolicy` has decided.
    """

    pause = 0.0

    def __init__(
        self,
        cause: str,
        *,
        code: str,
        may_have_acted: bool,
        for_all: bool = False,
        headers: Mapping[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
        explanation: str | None = None,
    ) -> None:
        super().__init__(cause)
        self.explanation = explanation or cause
        self.cause = cause
        self.code = code
        self.may_have_acted = may_have_acted
        self.for_all = for_all
        self.headers = headers or {}
        self.details = details or {}


@dataclass
class Budget:
    """How many times one logical request was sent again so far, its parts included."""

    used: int = 0


class RetryPolicy:
    """Repeats one logical request, within one budget of attempts, by this table.

    ================================================== ================= ==============================================
    what happened                                      a read or a poll  a write
    ================================================== ================= ==============================================
    connection refused, DNS, connect time-out           retry             retry: nothing was sent
    a proxy or a certificate that cannot be used        an error at once  an error at once: nothing was sent
    429                                                 retry             retry: the server did not act
    502, 503, 504, reset or read time-out after sending retry             never sent again: :class:`OutcomeUnknown`
    other 5xx                                           retry             never sent again: :class:`OutcomeUnknown`
    400, 401, 403, 404, 413, 422                        :class:`Refused`  :class:`Refused`
    other 4xx, ``success: false``                       :class:`Refused`  never sent again: :class:`OutcomeUnknown`
    2xx that cannot be understood                       an error          never sent again: :class:`OutcomeUnknown`
    ================================================== ================= ==============================================

    Before a retry it waits for ``Retry-After`` (seconds or HTTP date), after a 429 else until ``X-RateLimit-Reset``
    (ISO 8601, https://developer.hostup.se/errors/rate_limited), else 1, 2, 4 ... 30 seconds with jitter. Bulk reads by
    POST count as reads.

    Threads share what the API says: a 429 closes the one :class:`Gate` of all requests until the wait is over, and
    after one read has used up its retries, further reads are tried only once, until one succeeds.

    :param max_retries: how many times one request may be sent again.
    :param random_unit: returns a number in [0, 1), for jitter.
    :ivar causes: what made retries necessary, in a few words, to how often it did.
    """

    def __init__(self, max_retries: int, clock: Clock, random_unit: Callable[[], float]) -> None:
        self.max_retries = max_retries
        self.causes: dict[str, int] = {}
        self._clock = clock
        self._random_unit = random_unit
        self._lock = threading.Lock()
        self._gate = Gate(clock)
        self._reads_fail = False

    def repeat(
        self, request: Request, action: Callable[[], T], deadline: Deadline | None, budget: Budget | None = None
    ) -> T:
        """Call ``action`` until it gives an answer or the table says that there is none.

        :param action: sends the request once; raises :class:`RetryableError` or the final error.
        :param deadline: no retry is started that would only begin after it.
        :param budget: that of the logical request which this one is a part of; by default it is one of its own.
        :raises RequestFailed: one of its subclasses, as in the table.
        """
        is_read = request.kind is Kind.READ
        budget, turn = budget or Budget(), self._gate.turn()
        for attempt in itertools.count():
            try:
                answer = self._through_gate(action, budget, turn)
            except RetryableError as error:
                if request.kind is Kind.WRITE and error.may_have_acted:
                    raise _given_up(request, error, attempt) from error
                if budget.used >= (0 if is_read and self._reads_fail else self.max_retries):
                    self._reads_fail = is_read
                    raise _given_up(request, error, attempt) from error
                if deadline is not None and error.pause >= deadline.remaining():
                    raise _given_up(request, error, attempt) from error
                budget.used += 1
                self._count(error.cause)
                if not error.for_all:
                    self._clock.sleep(error.pause)
            else:
                self._reads_fail = False
                return answer
        raise AssertionError("unreachable")

    def pause(self, budget: Budget, cause: str, deadline: Deadline | None = None) -> bool:
        """Count a retry that the caller decides on, and wait before it.

        :return: false, at once and with nothing counted, if nothing is left of the budget, or the retry would only
            begin after the deadline.
        """
        pause = seconds_before_retry(budget.used, {}, self._clock.now(), self._random_unit())
        if budget.used >= self.max_retries or (deadline is not None and pause >= deadline.remaining()):
            return False
        budget.used += 1
        self._count(cause)
        self._clock.sleep(pause)
        return True

    def _through_gate(self, action: Callable[[], T], budget: Budget, turn: int) -> T:
        with self._gate.passage(turn):
            try:
                return action()
            except RetryableError as error:
                error.pause = seconds_before_retry(budget.used, error.headers, self._clock.now(), self._random_unit())
                if error.for_all:
                    self._gate.close(error.pause)
                raise

    def _count(self, cause: str) -> None:
        with self._lock:
            self.causes[cause] = self.causes.get(cause, 0) + 1


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


def announced_wait(status: int, headers: Mapping[str, str]) -> dict[str, str]:
    # Where other answers name the end of the rate limit's window too, it has nothing to do with the server's trouble.
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


def _given_up(request: Request, error: RetryableError, retries: int) -> RequestFailed:
    details = error.details
    if "http_status" in details:
        code = error.code if error.code != f"http_{details['http_status']}" else None
        explanation = answer_sentence(details["http_status"], code, details)
    else:
        explanation = error.explanation + "."
    if retries:
        explanation += f" It was tried {retries + 1} times."
    if request.kind is Kind.WRITE and error.may_have_acted:
        return OutcomeUnknown(request.exchange, explanation, code=error.code, **details)
    if error.code == "connection_failed":
        explanation += " Check api_url, the variable HOSTUP_API_BASE, and the network."
        return NotSent(request.exchange, explanation, code=error.code)
    if details.get("http_status") == 429:
        return Refused(request.exchange, explanation, code=error.code, **details)
    return TransientServerError(request.exchange, explanation, code=error.code, **details)
