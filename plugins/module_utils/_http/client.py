# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""HTTP, and nothing but HTTP: session, authentication, retries, limits and errors. Raises; never prints."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import (
    _is_json,
    _not_json,
    _read_error_body,
    _redirected,
    error_details,
    refusal,
    unusable,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Kind, Request
from ansible_collections.hostup.cloud.plugins.module_utils._http.retry import (
    SHORTEST_PAUSE_SECONDS,
    Setback,
    _announced_wait,
    _given_up,
    seconds_before_retry,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import (
    AuthBase,
    HTTPError,
    Timeout,
    _arriving,
    _certificate_problem,
    _limit,
    _new_session,
    _was_sent,
    requests,
)

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

MAX_STREAM_BYTES = 128 * 1024 * 1024

MAX_LINE_BYTES = 1024 * 1024

T = TypeVar("T")


@dataclass(frozen=True)
class Connection:
    """Where the API is and how to talk to it.

    :ivar origin: scheme, host and port, without a trailing slash.
    :ivar verify: true, false, or the path of a CA bundle.
    :ivar timeout: seconds for one request, from connecting to the end of its answer; of a stream, to its next line.
    :ivar max_retries: how many times one request may be sent again.
    :ivar pool_size: how many connections may be open at once.
    """

    origin: str
    api_key: str = field(repr=False)
    verify: bool | str = True
    timeout: float = 30.0
    max_retries: int = 5
    pool_size: int = 8


class Client:
    """Sends requests to one origin, over one session, and retries by this table.

    ================================================== ================= ==============================================
    what happened                                      a read or a poll  a write
    ================================================== ================= ==============================================
    connection refused, DNS, connect time-out           retry             retry: nothing was sent
    429                                                 retry             retry: the server did not act
    502, 503, 504, reset or read time-out after sending retry             never sent again: :class:`OutcomeUnknown`
    other 5xx                                           retry             never sent again: :class:`OutcomeUnknown`
    4xx, ``success: false``                             :class:`Refused`  :class:`Refused`
    2xx that cannot be understood                       an error          never sent again: :class:`OutcomeUnknown`
    ================================================== ================= ==============================================

    Before a retry it waits for ``Retry-After`` (seconds or HTTP date), after a 429 else until ``X-RateLimit-Reset``
    (ISO 8601, https://developer.hostup.se/errors/rate_limited), else 1, 2, 4 ... 30 seconds with jitter. Bulk reads by
    POST count as reads. Redirects are never followed. Counts are in ``calls``, causes of retries in ``retries``.

    Threads share what the API tells: after a 429 none of them sends before the wait is over, and after one read has
    used up its retries, further reads are tried only once, until one succeeds.

    :param auth: puts the key on a request; an object, so that ``~/.netrc`` cannot replace it.
    :param random_unit: returns a number in [0, 1), for jitter.
    """

    def __init__(self, connection: Connection, auth: AuthBase, clock: Clock, random_unit: Callable[[], float]) -> None:
        self.connection = connection
        self.calls: dict[str, int] = {kind.value: 0 for kind in Kind}
        self.retries: dict[str, int] = {}
        self.clock = clock
        self._random_unit = random_unit
        self._lock = threading.Lock()
        self._resume_at = 0.0
        self._reads_fail = False
        self._session = _new_session(connection, auth)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def fetch(self, request: Request, deadline: Deadline | None = None) -> Any:
        """Return the JSON document that answers the request.

        :param deadline: no retry is started that would only begin after it.
        :raises RequestFailed: one of its subclasses, as in the table above.
        """
        return self._persist(request, lambda: self._document(request), deadline)

    def stream(self, request: Request, deadline: Deadline | None = None) -> Iterator[Any]:
        """Yield the JSON value of each line of a newline-delimited answer, as it arrives.

        A stream that breaks off just ends: whoever reads knows what is missing, and whether to ask again.

        :param deadline: no retry is started that would only begin after it.
        :raises RequestFailed: when there is no stream, as in the table above.
        """
        response = self._persist(request, lambda: self._open(request, self._patience()), deadline)
        with response:
            yield from self._lines(request, response)

    def pause_before_retry(self, attempt: int, cause: str, deadline: Deadline | None = None) -> bool:
        """Count a retry that the caller decides on, and wait before it.

        :param attempt: how many retries there have been.
        :return: false, at once and with nothing counted, if the retry would only begin after the deadline.
        """
        pause = seconds_before_retry(attempt, {}, self.clock.now(), self._random_unit())
        if deadline is not None and pause >= deadline.remaining():
            return False
        self._count_retry(cause)
        self.clock.sleep(pause)
        return True

    # -- the retry table -------------------------------------------------------------------------------------------

    def _persist(self, request: Request, action: Callable[[], T], deadline: Deadline | None) -> T:
        is_read = request.kind is Kind.READ
        for attempt in itertools.count():
            self._wait_until_resumed()
            try:
                answer = action()
            except Setback as setback:
                if request.kind is Kind.WRITE and setback.may_have_acted:
                    raise _given_up(request, setback, attempt) from setback
                pause = seconds_before_retry(attempt, setback.headers, self.clock.now(), self._random_unit())
                if attempt >= (0 if is_read and self._reads_fail else self.connection.max_retries):
                    self._reads_fail = is_read
                    raise _given_up(request, setback, attempt) from setback
                if deadline is not None and pause >= deadline.remaining():
                    raise _given_up(request, setback, attempt) from setback
                if setback.for_all:
                    self._resume_at = max(self._resume_at, self.clock.monotonic() + pause)
                self._count_retry(setback.cause)
                self.clock.sleep(pause)
            else:
                self._reads_fail = False
                return answer
        raise AssertionError("unreachable")

    def _wait_until_resumed(self) -> None:
        pause = self._resume_at - self.clock.monotonic()
        if pause > SHORTEST_PAUSE_SECONDS:
            self.clock.sleep(pause)

    def _count_retry(self, cause: str) -> None:
        with self._lock:
            self.retries[cause] = self.retries.get(cause, 0) + 1

    # -- one attempt -----------------------------------------------------------------------------------------------

    def _patience(self) -> Deadline:
        return Deadline(self.clock, self.connection.timeout)

    def _open(self, request: Request, patience: Deadline) -> requests.Response:
        """Send once. Return the open 2xx response; raise a :class:`Setback` or the final error otherwise."""
        response = self._transmit(request)
        status = response.status_code
        if 200 <= status < 300:
            return response
        with response:
            if 300 <= status < 400:
                raise _redirected(request, response)
            problem = error_details(_read_error_body(self._pieces(response, patience)), status, response.headers)
            if status == 429 or status >= 500:
                raise Setback(
                    f"HTTP {status}",
                    code=problem.pop("code") or f"http_{status}",
                    may_have_acted=status != 429,
                    for_all=status == 429,
                    headers=_announced_wait(status, response.headers),
                    details=problem,
                )
            raise refusal(request, **problem)

    def _transmit(self, request: Request) -> requests.Response:
        connection = self.connection
        sent = True
        try:
            return self._session.request(
                request.method,
                connection.origin + request.path,
                params=request.params,
                json=request.body,
                headers={"Accept": request.accept},
                timeout=Timeout(total=connection.timeout),  # type: ignore[arg-type]
                allow_redirects=False,
                verify=connection.verify,
                stream=True,
            )
        except (HTTPError, OSError) as error:
            problem = _certificate_problem(request, error)
            if problem is not None:
                sent = False
                raise problem from error
            sent = _was_sent(error)
            raise self._transport_setback(error, sent=sent) from error
        finally:
            if sent:
                with self._lock:
                    self.calls[request.kind.value] += 1

    def _transport_setback(self, error: Exception, *, sent: bool) -> Setback:
        if not sent:
            return Setback("no connection", code="connection_failed", may_have_acted=False)
        if isinstance(error, requests.exceptions.Timeout):
            return Setback(f"no answer within {self.connection.timeout:g} s", code="timeout", may_have_acted=True)
        cause = "the TLS connection failed" if isinstance(error, requests.exceptions.SSLError) else "connection lost"
        return Setback(cause, code="connection_lost", may_have_acted=True)

    def _document(self, request: Request) -> Any:
        patience = self._patience()
        with self._open(request, patience) as response:
            try:
                body = self._bounded_body(request, response, patience)
            except OSError as error:
                raise self._transport_setback(error, sent=True) from error
        if not body.strip():
            raise unusable(request, "the answer was empty.", http_status=response.status_code)
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            raise unusable(request, _not_json(body), http_status=response.status_code) from None
        if isinstance(document, dict) and document.get("success") is False:
            raise refusal(request, **error_details(document, response.status_code, response.headers))
        return document

    def _bounded_body(self, request: Request, response: requests.Response, patience: Deadline) -> bytes:
        body = bytearray()
        for piece in self._pieces(response, patience):
            body += piece
            if len(body) > MAX_DOCUMENT_BYTES:
                raise unusable(
                    request,
                    f"the answer was larger than {MAX_DOCUMENT_BYTES // 1024 // 1024} MiB.",
                    http_status=response.status_code,
                )
        return bytes(body)

    def _pieces(self, response: requests.Response, patience: Deadline) -> Iterator[bytes]:
        """Yield a body as it arrives, for as long as the request may take."""
        socket = getattr(getattr(response.raw, "connection", None), "sock", None)
        arriving = _arriving(response)
        try:
            while True:
                _limit(socket, patience.remaining())
                piece = next(arriving, None)
                if piece is None:
                    return
                yield piece
                if patience.expired():
                    raise requests.exceptions.ReadTimeout()
        finally:
            _limit(socket, self.connection.timeout)

    # -- streams ---------------------------------------------------------------------------------------------------

    def _lines(self, request: Request, response: requests.Response) -> Iterator[Any]:
        understood = 0
        for line in self._raw_lines(request, response):
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                if understood == 0:
                    raise unusable(request, _not_json(line), http_status=response.status_code) from None
                continue
            understood += 1
            yield value

    def _raw_lines(self, request: Request, response: requests.Response) -> Iterator[bytes]:
        """Yield complete, non-blank lines. A last line without its line feed counts if it is whole JSON."""
        received, rest = 0, b""
        patience = self._patience()
        try:
            for piece in _arriving(response):
                received += len(piece)
                *lines, rest = (rest + piece).split(b"\n")
                if received > MAX_STREAM_BYTES or len(rest) > MAX_LINE_BYTES:
                    raise unusable(request, "the answer was too large.", http_status=response.status_code)
                complete = [line for line in lines if line.strip()]
                yield from complete
                if complete:
                    patience = self._patience()
                elif patience.expired():
                    return
        except OSError:
            return
        if rest.strip() and (_is_json(rest) or rest.lstrip().startswith(b"<")):
            yield rest
