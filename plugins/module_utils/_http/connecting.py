# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What went wrong with a connection: whether anything was sent, whether a retry can help, and what the system says."""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import ssl
from collections.abc import Iterator

from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import NotSent
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Request

# Without the library no request is made, so nothing of it is needed here.
with contextlib.suppress(ImportError):
    import requests
    from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError


def was_sent(error: Exception) -> bool:
    """Return whether any byte of the request can have left: only failures to connect are sure that it did not."""
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


def ran_out_of_time(error: Exception) -> bool:
    """Return whether a time-out is what ended an exchange: while it sends, urllib3 takes it for a lost connection."""
    return any(
        isinstance(e, (requests.exceptions.Timeout, socket.timeout)) for e in itertools.islice(_causes(error), 10)
    )


def certificate_problem(request: Request, error: Exception) -> NotSent | None:
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


def proxy_problem(request: Request, error: Exception, origin: str, *, trust_env: bool) -> NotSent | None:
    """Return the error for a proxy that cannot be used, which no retry mends, or None for any other trouble."""
    # The address of the API was checked, so what is wrong with an address is that of the proxy.
    if not isinstance(error, (requests.exceptions.ProxyError, ValueError)) or was_sent(error):
        return None
    proxies = requests.utils.get_environ_proxies(origin) if trust_env else {}
    chosen = requests.utils.select_proxy(origin, proxies)
    if not chosen:
        return None
    # A user name and a password may stand before the host.
    proxy = chosen.rpartition("@")[2].rpartition("//")[2].rstrip("/")
    return NotSent(
        request.exchange,
        f"the proxy {proxy} cannot be used{system_reason(error)}. Check the variables HTTPS_PROXY, ALL_PROXY and"
        " NO_PROXY.",
        code="proxy_failed",
    )


_TUNNEL = re.compile(r"Tunnel connection failed: [0-9]{3} [A-Za-z -]*")


def system_reason(error: BaseException) -> str:
    """Return what the system or the proxy says about a connection that was not made, as the end of a clause."""
    for cause in itertools.islice(_causes(error), 10):
        if isinstance(cause, OSError) and cause.strerror:
            return f": {cause.strerror}"
        refusal_of_proxy = _TUNNEL.search(str(cause))
        if refusal_of_proxy:
            return f": {refusal_of_proxy[0].rstrip()}"
    return ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
