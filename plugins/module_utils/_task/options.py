# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The options that modules share: their argument specs, and reading them into checked settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.common.parameters import AnsibleFallbackNotFound

from ansible_collections.hostup.cloud.plugins.module_utils._api.facts import SERVICE_STATUSES
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput


def from_environment(name: str) -> str:
    """Return an environment variable; one that is empty counts as unset.

    :raises AnsibleFallbackNotFound: if it is unset.
    """
    value = os.environ.get(name, "").strip()
    if not value:
        raise AnsibleFallbackNotFound
    return value


def contacts_argument_spec() -> dict[str, dict[str, Any]]:
    """Return the options of ``hostup_domain_contacts`` beside the connection.

    The fields of ``contacts`` are not listed here on purpose: Ansible would turn a number or a boolean into text before
    anybody could notice it. They are read by :func:`_declared.read_declared`.
    """
    return {
        "domain_ids": {"type": "list", "elements": "str"},
        "domains": {"type": "list", "elements": "str"},
        "contacts": {"type": "dict", "required": True},
        **writing_argument_spec(),
    }


def portfolio_argument_spec() -> dict[str, dict[str, Any]]:
    """Return the options of ``hostup_portfolio`` beside the connection.

    What ``profiles`` and ``assignments`` hold is not listed here, for the same reason.
    """
    return {
        "profiles": {"type": "dict", "required": True},
        "assignments": {"type": "list", "elements": "dict", "required": True},
        **writing_argument_spec(),
    }


def writing_argument_spec() -> dict[str, dict[str, Any]]:
    """Return the options of the documentation fragment ``writing``: what the modules that write have in common."""
    return {
        "when_current": {"type": "dict"},
        "preflight": {"type": "str", "default": "each", "choices": ["each", "list", "none"]},
        "on_blocked": {"type": "str", "default": "fail", "choices": ["fail", "skip"]},
        "material_changes": {"type": "str", "default": "warn", "choices": ["allow", "warn", "deny"]},
        "holder_fields": {"type": "str", "default": "try", "choices": ["try", "leave"]},
        "max_changed": {"type": "int"},
        "canary": {"type": "int", "default": 0},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 900},
        "poll_interval": {"type": "float", "default": 2},
        "pending_jobs": {"type": "list", "elements": "str"},
        "job_file": {"type": "path"},
        "verify": {"type": "bool", "default": True},
        "verify_timeout": {"type": "int", "default": 30},
        "batch_size": {"type": "int", "default": 100},
        "concurrency": {"type": "int", "default": 8},
        "strict": {"type": "bool", "default": False},
        "accept_stored": {"type": "dict"},
        "redact": {"type": "bool", "default": False},
        "backup": {"type": "bool", "default": False},
        "backup_path": {"type": "path"},
        "save_plan": {"type": "path"},
        "approved_plan": {"type": "path"},
        "approved_digest": {"type": "str"},
        "plan_secret": {"type": "str", "no_log": True, "fallback": (from_environment, ["HOSTUP_PLAN_SECRET"])},
    }


RANGES: dict[str, tuple[float, float]] = {
    "timeout": (1, 3600),
    "max_retries": (0, 100),
    "wait_timeout": (1, 86400),
    "poll_interval": (0.1, 300),
    "verify_timeout": (0, 3600),
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
        # Ansible takes a boolean for a number, and then false for max_changed would be 0.
        f"{name}: must be a number, got boolean {str(params[name]).lower()}."
        if isinstance(params[name], bool)
        else f"{name}: {params[name]} arrived, but it must be between {low} and {high}."
        for name, (low, high) in RANGES.items()
        if params.get(name) is not None and (isinstance(params[name], bool) or not low <= params[name] <= high)
    ]
    if problems:
        raise InvalidInput(*problems)
