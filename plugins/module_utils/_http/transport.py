# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""One attempt to send a request: session, authentication, and what a failed connection means."""

from __future__ import annotations

import threading
import traceback
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import (
    error_details,
    read_error_body,
    redirected,
    refusal,
    unusable,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.bodies import (
    ACCEPT_ENCODING,
    TooLarge,
    arriving_pieces,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.connecting import (
    certificate_problem,
    proxy_problem,
    ran_out_of_time,
    system_reason,
    was_sent,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection, Kind, Request
from ansible_collections.hostup.cloud.plugins.module_utils._http.retry import RetryableError, announced_wait
from ansible_collections.hostup.cloud.plugins.module_utils._http.timing import BoundedAdapter

REQUESTS_IMPORT_ERROR: str | None

try:
    import requests
    from requests.auth import AuthBase
    from urllib3.exceptions import HTTPError
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
    AuthBase = object  # type: ignore[assignment,misc]
else:
    REQUESTS_IMPORT_ERROR = None

COLLECTION_VERSION = "1.0.0"

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024


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


class Transport:
    """Sends requests to one origin over one session, each once.

    Redirects are never followed.

    :param auth: puts the key on a request; an object, so that ``~/.netrc`` cannot replace it.
    :ivar calls: how many requests were sent, by the values of :class:`Kind`.
    """

    def __init__(self, connection: Connection, auth: AuthBase, clock: Clock) -> None:
        self.connection = connection
        self.calls: dict[str, int] = {kind.value: 0 for kind in Kind}
        self._clock = clock
        self._lock = threading.Lock()
        self._session = _new_session(connection, auth)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def request_deadline(self) -> Deadline:
        """Return the end of the time that a request which is sent now may take."""
        return Deadline(self._clock, self.connection.timeout)

    def send(self, request: Request, request_deadline: Deadline) -> requests.Response:
        """Send a request once and return the open 2xx response, whose body comes until the deadline too.

        :raises RetryableError: if another attempt may mend it.
        :raises RequestFailed: for any other answer.
        """
        response = self._transmit(request, request_deadline)
        status = response.status_code
        if 200 <= status < 300:
            return response
        with response:
            if 300 <= status < 400:
                raise redirected(request, status, response.headers.get("Location", ""))
            problem = error_details(
                read_error_body(arriving_pieces(response, MAX_ERROR_BYTES)), status, response.headers
            )
            if status == 429 or status >= 500:
                raise RetryableError(
                    f"HTTP {status}",
                    code=problem.pop("code") or f"http_{status}",
                    may_have_acted=status != 429,
                    for_all=status == 429,
                    headers=announced_wait(status, response.headers),
                    details=problem,
                )
            raise refusal(request, **problem)

    def read_body(self, request: Request, response: requests.Response) -> bytes:
        """Return the whole body of a response.

        :raises RetryableError: if it does not come to its end.
        :raises RequestFailed: if it is too large.
        """
        try:
            return b"".join(arriving_pieces(response, MAX_DOCUMENT_BYTES))
        except TooLarge:
            raise unusable(
                request,
                f"the answer was larger than {MAX_DOCUMENT_BYTES // 1024 // 1024} MiB.",
                http_status=response.status_code,
            ) from None
        except OSError as error:
            raise self._retryable(error, sent=True) from error

    def _transmit(self, request: Request, request_deadline: Deadline) -> requests.Response:
        connection = self.connection
        sent = True
        try:
            return self._session.request(
                request.method,
                connection.origin + request.path,
                params=request.params,
                json=request.body,
                headers={"Accept": request.accept},
                timeout=request_deadline,  # type: ignore[arg-type]
                allow_redirects=False,
                verify=connection.verify,
                stream=True,
            )
        except (HTTPError, OSError) as error:
            problem = certificate_problem(request, error) or proxy_problem(
                request, error, connection.origin, trust_env=self._session.trust_env
            )
            if problem is not None:
                sent = False
                raise problem from error
            sent = was_sent(error)
            raise self._retryable(error, sent=sent) from error
        finally:
            if sent:
                with self._lock:
                    self.calls[request.kind.value] += 1

    def _retryable(self, error: Exception, *, sent: bool) -> RetryableError:
        if not sent:
            host = urlsplit(self.connection.origin).netloc
            return RetryableError(
                "no connection",
                code="connection_failed",
                may_have_acted=False,
                explanation=f"no connection to {host}{system_reason(error)}",
            )
        if ran_out_of_time(error):
            return RetryableError(
                f"no answer within {self.connection.timeout:g} s", code="timeout", may_have_acted=True
            )
        cause = "the TLS connection failed" if isinstance(error, requests.exceptions.SSLError) else "connection lost"
        return RetryableError(cause, code="connection_lost", may_have_acted=True)


def _new_session(connection: Connection, auth: AuthBase) -> requests.Session:
    session = requests.Session()
    session.auth = auth
    session.headers["User-Agent"] = f"hostup.cloud/{COLLECTION_VERSION} (Ansible collection)"
    session.headers["Accept-Encoding"] = ACCEPT_ENCODING
    # Even where it follows no redirect, requests reads its whole body and parses its target, unless it has none.
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
    # Cookies are refused, so that threads share nothing that changes.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount(
        connection.origin, BoundedAdapter(pool_connections=1, pool_maxsize=connection.pool_size, max_retries=0)
    )
    # Plain http is allowed for loopback only: a proxy from the environment would carry the key elsewhere.
    session.trust_env = connection.origin.startswith("https:")
    return session
