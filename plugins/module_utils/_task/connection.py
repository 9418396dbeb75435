# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The options that every module has, and the connection that they mean."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._http.origin import DEFAULT_API_URL, read_origin
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection
from ansible_collections.hostup.cloud.plugins.module_utils._task.options import (
    check_ranges,
    from_environment,
    read_together,
)


def key_from_environment(name: str) -> str:
    """Return an environment variable, or ``""``, so that a key that is missing is refused in our own words."""
    return os.environ.get(name, "")


def connection_argument_spec() -> dict[str, dict[str, Any]]:
    """Return the options of the documentation fragment ``connection``."""
    return {
        "api_key": {
            "type": "str",
            "required": True,
            "no_log": True,
            "fallback": (key_from_environment, ["HOSTUP_API_KEY"]),
        },
        "api_url": {"type": "str", "default": DEFAULT_API_URL, "fallback": (from_environment, ["HOSTUP_API_BASE"])},
        "api_version": {
            "type": "str",
            "default": "auto",
            "choices": ["auto", "v1", "v2"],
            "fallback": (from_environment, ["HOSTUP_API_VERSION"]),
        },
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "timeout": {"type": "int", "default": 30},
        "max_retries": {"type": "int", "default": 5},
    }


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
        raise InvalidInput(
            "api_key: there is no key, neither here nor in the environment variable HOSTUP_API_KEY. Give the one that"
            " https://cloud.hostup.se shows under API keys."
        )
    if not all("!" <= char <= "~" for char in key):
        raise InvalidInput(
            "api_key: it contains a character that cannot be sent in an HTTP header, such as a space or a line"
            " break inside it. Copy the key again, without anything around it."
        )
    return key
