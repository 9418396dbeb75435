# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The session and its connections: authentication, bytes as they arrive, and what a failed connection means."""

from __future__ import annotations

import contextlib
import itertools
import ssl
import traceback
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._http.client import Connection
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import NotSent
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Request
from ansible_collections.hostup.cloud.plugins.module_utils._http.retry import SHORTEST_PAUSE_SECONDS

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

CHUNK_BYTES = 64 * 1024

SMALL_CHUNK_BYTES = 512


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
