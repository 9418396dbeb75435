# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The address of the API: scheme, host and port."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import canonical_domain_name

DEFAULT_API_URL = "https://cloud.hostup.se"

_DEFAULT_PORTS = {"http": 80, "https": 443}

_LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"

_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")
"""RFC 1123 section 2.1, with the underscores that are found in practice."""


def read_origin(value: str) -> str:
    """Return scheme, host and port of the API, without ``/`` or ``/api`` at the end.

    :raises InvalidInput: if it is no such URL, or is not https and not on loopback.
    """
    url = value.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidInput(f"api_url: it is not a URL. Write it as in {DEFAULT_API_URL}.") from None
    if parts.username or parts.password:
        raise InvalidInput("api_url: it contains a user name or a password. Leave them out; the key goes into api_key.")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise InvalidInput(f'api_url: "{url}" is not the address of an API. Write it as in {DEFAULT_API_URL}.')
    if parts.path.rstrip("/") not in ("", "/api"):
        raise InvalidInput(f'api_url: "{url}" has the path "{parts.path}". Leave it out, as in {DEFAULT_API_URL}.')
    if port == 0:
        raise InvalidInput(f'api_url: "{url}" has the port 0, at which nothing listens. Leave it out.')
    if not _is_host(parts.hostname):
        raise InvalidInput(f'api_url: "{parts.hostname}" is not the name or the IP address of a host.')
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise InvalidInput(
            f'api_url: "{url}" is not encrypted, so the API key could be read on the way. Use https://; http:// is'
            " for loopback only."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, _DEFAULT_PORTS[parts.scheme]) else "")


def _is_host(host: str) -> bool:
    name = host if host.isascii() else canonical_domain_name(host) or ""
    return _ip_address(host) is not None or (len(name) <= 253 and _HOST_NAME.fullmatch(name) is not None)


def _is_loopback(host: str) -> bool:
    address = _ip_address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
