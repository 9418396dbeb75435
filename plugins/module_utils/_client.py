# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""HTTP, and nothing but HTTP: session, authentication, retries, limits and errors. Raises; never prints."""

from __future__ import annotations

import contextlib
import itertools
import json
import ssl
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from enum import Enum
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ansible_collections.hostup.cloud.plugins.module_utils._clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._errors import (
    Exchange,
    FieldError,
    NotSent,
    OutcomeUnknown,
    Refused,
    RequestFailed,
    ServerTrouble,
    Unintelligible,
)

REQUESTS_IMPORT_ERROR: str | None
try:
    import requests
    from requests.adapters import HTTPAdapter
    from requests.auth import AuthBase
    from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError
    from urllib3.util import Timeout
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
    AuthBase = object  # type: ignore[assignment,misc]
else:
    REQUESTS_IMPORT_ERROR = None

COLLECTION_VERSION = "1.0.0"

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
MAX_STREAM_BYTES = 128 * 1024 * 1024
MAX_LINE_BYTES = 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
CHUNK_BYTES = 64 * 1024
SMALL_CHUNK_BYTES = 512

FIRST_BACK_OFF_SECONDS = 1.0
LONGEST_BACK_OFF_SECONDS = 30.0
LONGEST_REQUESTED_WAIT_SECONDS = 120.0
"""A ``Retry-After`` beyond this is cut to it: the number of retries stays the user's bound."""

WAIT_HEADERS = ("Retry-After", "X-RateLimit-Reset")
"""The headers that say when to come back, the stronger one first."""

SHORTEST_PAUSE_SECONDS = 0.01
"""Less is not worth a pause, and a socket takes zero for something else than "at once"."""

LONGEST_API_TEXT = 300

T = TypeVar("T")


class Kind(Enum):
    """What a request is for; the values are the keys of ``api_calls`` in a task's result."""

    READ = "read"
    WRITE = "write"
    POLL = "poll"


@dataclass(frozen=True)
class Request:
    """One request, described apart from its sending.

    :ivar path: an absolute path of the API's own origin, already percent-encoded.
    :ivar purpose: what it is for, as it reads after "Could not".
    """

    method: str
    path: str
    kind: Kind
    purpose: str
    params: Mapping[str, str] | None = None
    body: Any = None
    accept: str = "application/json"

    @property
    def exchange(self) -> Exchange:
        return Exchange(self.method, self.path, self.purpose)


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


class ApiKeyAuth(AuthBase):
    """v1: the ``X-API-Key`` header of https://developer.hostup.se/endpoints/domain-services/post-domains-bulk-contacts."""

    def __init__(self, api_key: str) -> None:
        self._api_key = api_key

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        r.headers["X-API-Key"] = self._api_key
        return r


class BearerAuth(AuthBase):
    """v2: ``Authorization: Bearer``, as on https://developer.hostup.se/endpoints/domain-services/get-v2-domains."""

    def __init__(self, api_key: str) -> None:
        self._api_key = api_key

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        r.headers["Authorization"] = f"Bearer {self._api_key}"
        return r


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
        "code": api_text(document.get("code")),
        "api_message": next((text for text in texts if text), None),
        "request_id": api_text(document.get("requestId")) or api_text(headers.get("X-Request-Id")),
        "errors": [_field_error(item) for item in items[:50] if isinstance(item, dict)]
        if isinstance(items, list)
        else [],
    }


def _field_error(item: dict[Any, Any]) -> FieldError:
    where = api_text(item.get("pointer")) or api_text(item.get("field")) or ""
    message = api_text(item.get("detail")) or api_text(item.get("message")) or "not accepted"
    return FieldError(where, message, api_text(item.get("code")))


def api_text(value: Any) -> str | None:
    """Return text from an answer, safe to show: printable, on one line, of bounded length. None if there is none."""
    if not isinstance(value, str):
        return None
    text = value[: LONGEST_API_TEXT * 4]
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_API_TEXT else text[:LONGEST_API_TEXT] + "..."


def quoted(text: str) -> str:
    """Return a text of the API as it stands inside a sentence of ours."""
    return f'"{text.rstrip(".")}"'


def refusal(request: Request, **details: Any) -> Refused:
    """Return the error for an answer that says no, with what the user can do about it."""
    status = details["http_status"]
    code = details.pop("code")
    explanation = _answer_sentence(status, code, details)
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
    return Refused(request.exchange, explanation, code=code or f"http_{status}", **details)


def unusable(request: Request, explanation: str, *, http_status: int | None = None) -> RequestFailed:
    """Return the error for an answer that cannot be used: for a write, nobody knows then what the server did."""
    kind = OutcomeUnknown if request.kind is Kind.WRITE else Unintelligible
    return kind(request.exchange, explanation, code="unusable_answer", http_status=http_status)


def _answer_sentence(status: int, code: str | None, details: Mapping[str, Any]) -> str:
    sentence = f"the API answered HTTP {status}" + (f" {code}" if code else "")
    if details["api_message"]:
        sentence += f", {quoted(details['api_message'])}"
    if details["errors"]:
        sentence += " (" + "; ".join(str(error) for error in details["errors"][:5]) + ")"
    return sentence + "."


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


def _redirected(request: Request, response: requests.Response) -> RequestFailed:
    place = _without_query(response.headers.get("Location", "")) or "nowhere"
    explanation = (
        f"the answer was a redirect (HTTP {response.status_code}) to {place}, which is not followed, so"
        " that the API key goes to no other host. Check api_url."
    )
    # RFC 9110 section 15.4: 307 and 308 ask for the same request elsewhere; the others may follow a POST that was
    # carried out.
    acted = request.kind is Kind.WRITE and response.status_code not in (307, 308)
    kind = OutcomeUnknown if acted else Refused if request.kind is Kind.WRITE else Unintelligible
    return kind(request.exchange, explanation, code="redirected", http_status=response.status_code)


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


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _read_error_body(pieces: Iterable[bytes]) -> Any:
    body = bytearray()
    try:
        for piece in pieces:
            body += piece
            if len(body) > MAX_ERROR_BYTES:
                return None
        return json.loads(body)
    except (OSError, ValueError, RecursionError):
        return None


def _arriving(response: requests.Response) -> Iterator[bytes]:
    """Yield the pieces of a body as they arrive.

    ``iter_content`` waits until a piece is full, so that no time-out would ever end an answer that trickles in.

    :raises requests.exceptions.RequestException: a time-out, or the body breaks off.
    """
    read1 = getattr(response.raw, "read1", None)
    if read1 is None:
        # urllib3 1 knows no other way: keep the pieces small.
        yield from response.iter_content(SMALL_CHUNK_BYTES)
        return
    try:
        while piece := read1(CHUNK_BYTES, decode_content=True):
            yield piece
    except ReadTimeoutError as error:
        raise requests.exceptions.ReadTimeout(error) from error
    except HTTPError as error:
        raise requests.exceptions.ConnectionError(error) from error


def _limit(socket: Any, seconds: float) -> None:
    """Let the next read of a socket take so long; without a socket at hand, the limit of the whole request stays."""
    # An answer that is complete has given its connection back, and may have closed it.
    with contextlib.suppress(AttributeError, OSError):
        socket.settimeout(max(seconds, SHORTEST_PAUSE_SECONDS))


def _was_sent(error: Exception) -> bool:
    """Tell whether any byte of the request can have left: only failures to connect are sure that it did not."""
    # What requests and urllib3 refuse to send (a malformed URL of a proxy, say) is a ValueError too.
    if isinstance(error, (requests.exceptions.ConnectTimeout, ValueError)):
        return False
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.exceptions.ProxyError):
        # urllib3 1 also calls a connection through a proxy that is lost after sending a ProxyError.
        reason = getattr(reason, "original_error", None)
        if isinstance(reason, ConnectTimeoutError) or "Tunnel connection failed" in str(reason):
            return False
    return not isinstance(reason, NewConnectionError)


def _certificate_problem(request: Request, error: Exception) -> NotSent | None:
    """Return the error for trouble with certificates, which no retry mends, or None for any other trouble."""
    chain = list(itertools.islice(_causes(error), 10))
    if any(isinstance(e, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(e) for e in chain):
        return NotSent(
            request.exchange,
            "the server's TLS certificate could not be verified. Set ca_path if the server uses a private"
            " certificate authority.",
            code="certificate_not_trusted",
        )
    # requests raises a bare OSError for a bundle that is not there; OpenSSL opens the others.
    is_bare = not isinstance(error, (HTTPError, requests.exceptions.RequestException))
    is_tls = isinstance(error, requests.exceptions.SSLError)
    if is_bare or (is_tls and any("[X509" in str(e) or isinstance(e, PermissionError) for e in chain)):
        return NotSent(
            request.exchange,
            "the CA bundle could not be read. Check ca_path and the variables REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.",
            code="ca_bundle_not_readable",
        )
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _new_session(connection: Connection, auth: AuthBase) -> requests.Session:
    session = requests.Session()
    session.auth = auth
    session.headers["User-Agent"] = f"hostup.cloud/{COLLECTION_VERSION} (Ansible collection)"
    # Even where it follows no redirect, requests reads its whole body and parses its target, unless it has none.
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
    # Cookies are refused, so that threads share nothing that changes.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount(connection.origin, HTTPAdapter(pool_connections=1, pool_maxsize=connection.pool_size, max_retries=0))
    # Plain http is allowed for loopback only: a proxy from the environment would carry the key elsewhere.
    session.trust_env = connection.origin.startswith("https:")
    return session
