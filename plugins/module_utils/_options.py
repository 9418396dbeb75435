# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The options that modules share: their argument specs, and reading them into checked settings."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible.module_utils.basic import env_fallback

from ansible_collections.hostup.cloud.plugins.module_utils._client import Connection
from ansible_collections.hostup.cloud.plugins.module_utils._contact import canonical_domain_name
from ansible_collections.hostup.cloud.plugins.module_utils._domain import SERVICE_STATUSES
from ansible_collections.hostup.cloud.plugins.module_utils._errors import InvalidInput

DEFAULT_API_URL = "https://cloud.hostup.se"

_LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")
"""RFC 1123 section 2.1, with the underscores that are found in practice."""


def connection_argument_spec() -> dict[str, dict[str, Any]]:
    """Return the options of the documentation fragment ``connection``."""
    return {
        "api_key": {
            "type": "str",
            "required": True,
            "no_log": True,
            "fallback": (env_fallback, ["HOSTUP_API_KEY"]),
        },
        "api_url": {"type": "str", "default": DEFAULT_API_URL, "fallback": (env_fallback, ["HOSTUP_API_BASE"])},
        "api_version": {
            "type": "str",
            "default": "auto",
            "choices": ["auto", "v1", "v2"],
            "fallback": (env_fallback, ["HOSTUP_API_VERSION"]),
        },
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "timeout": {"type": "int", "default": 30},
        "max_retries": {"type": "int", "default": 5},
    }


def contacts_argument_spec() -> dict[str, dict[str, Any]]:
    """Return the options of ``hostup_domain_contacts`` beside the connection.

    The fields of ``contacts`` are not listed here on purpose: Ansible would turn a number or a boolean into text before
    anybody could notice it. They are read by :func:`_declared.read_declared`.
    """
    return {
        "domain_ids": {"type": "list", "elements": "str"},
        "domains": {"type": "list", "elements": "str"},
        "contacts": {"type": "dict", "required": True},
        "when_current": {"type": "dict"},
        "preflight": {"type": "str", "default": "each", "choices": ["each", "list", "none"]},
        "on_blocked": {"type": "str", "default": "fail", "choices": ["fail", "skip"]},
        "material_changes": {"type": "str", "default": "warn", "choices": ["allow", "warn", "deny"]},
        "max_changed": {"type": "int"},
        "canary": {"type": "int", "default": 0},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 900},
        "poll_interval": {"type": "float", "default": 2},
        "pending_jobs": {"type": "list", "elements": "str"},
        "verify": {"type": "bool", "default": True},
        "batch_size": {"type": "int", "default": 100},
        "concurrency": {"type": "int", "default": 8},
        "strict": {"type": "bool", "default": False},
        "accept_stored": {"type": "dict"},
        "redact": {"type": "bool", "default": False},
        "backup": {"type": "bool", "default": False},
        "backup_path": {"type": "path"},
    }


RANGES: dict[str, tuple[float, float]] = {
    "timeout": (1, 3600),
    "max_retries": (0, 100),
    "wait_timeout": (1, 86400),
    "poll_interval": (0.1, 300),
    "batch_size": (1, 1000),
    "concurrency": (1, 32),
    "max_changed": (0, 1_000_000),
    "canary": (0, 1_000_000),
}
"""Smallest and largest value of each numeric option; seconds where the option is a time."""


def selection_argument_spec() -> dict[str, dict[str, Any]]:
    """Return the options of the documentation fragment ``selection``."""
    return {
        "domain_ids": {"type": "list", "elements": "str"},
        "domains": {"type": "list", "elements": "str"},
        "concurrency": {"type": "int", "default": 8},
    }


def domain_info_argument_spec() -> dict[str, dict[str, Any]]:
    """Return the options of ``hostup_domain_info`` beside the connection and the selection."""
    return {
        "name": {"type": "list", "elements": "str"},
        "tld": {"type": "list", "elements": "str"},
        "service_status": {"type": "list", "elements": "str", "choices": list(SERVICE_STATUSES)},
        "tags": {"type": "list", "elements": "str"},
        "details": {"type": "bool", "default": False},
    }


def contacts_info_argument_spec() -> dict[str, dict[str, Any]]:
    """Return the options of ``hostup_domain_contacts_info`` beside the connection and the selection."""
    return {
        "batch_size": {"type": "int", "default": 100},
        "audit": {"type": "bool", "default": False},
        "check_actions": {"type": "bool", "default": False},
        "redact": {"type": "bool", "default": False},
    }


def job_info_argument_spec() -> dict[str, dict[str, Any]]:
    """Return the options of ``hostup_job_info`` beside the connection."""
    return {"job_ids": {"type": "list", "elements": "str", "required": True}}


def read_together(*readers: Callable[[], Any]) -> list[Any]:
    """Call each reader and return the results in order.

    :raises InvalidInput: with the problems of all of them in one message.
    """
    results: list[Any] = []
    problems: list[str] = []
    for reader in readers:
        try:
            results.append(reader())
        except InvalidInput as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInput(*problems)
    return results


def check_ranges(params: Mapping[str, Any]) -> None:
    """Check every numeric option that is present.

    :raises InvalidInput: for those out of their range.
    """
    problems = [
        f"{name}: {params[name]} arrived, but it must be between {low} and {high}."
        for name, (low, high) in RANGES.items()
        if params.get(name) is not None and not low <= params[name] <= high
    ]
    if problems:
        raise InvalidInput(*problems)


def read_connection(params: Mapping[str, Any]) -> Connection:
    """Return the checked connection settings, and check every numeric option on the way.

    :raises InvalidInput: naming the options, but never the key itself.
    """
    origin, api_key, _unused = read_together(
        lambda: read_origin(params["api_url"]),
        lambda: read_api_key(params["api_key"]),
        lambda: check_ranges(params),
    )
    return Connection(
        origin=origin,
        api_key=api_key,
        verify=params["validate_certs"] and (params["ca_path"] or True),
        timeout=params["timeout"],
        max_retries=params["max_retries"],
        pool_size=params.get("concurrency") or 1,
    )


def read_api_key(value: str) -> str:
    """Return the key without outer white space, such as the line break at the end of a file.

    :raises InvalidInput: if it is empty or holds anything but visible ASCII (RFC 9110 section 5.5).
    """
    key = value.strip()
    if not key:
        raise InvalidInput("api_key: it is empty. Give the key that https://cloud.hostup.se shows under API keys.")
    if not all("!" <= char <= "~" for char in key):
        raise InvalidInput(
            "api_key: it contains a character that cannot be sent in an HTTP header, such as a space or a line"
            " break inside it. Copy the key again, without anything around it."
        )
    return key


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
    if not _is_host(parts.hostname):
        raise InvalidInput(f'api_url: "{parts.hostname}" is not the name or the IP address of a host.')
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise InvalidInput(
            f'api_url: "{url}" is not encrypted, so the API key could be read on the way. Use https://; http:// is'
            " for loopback only."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


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
