# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""From the result of ``hostup_portfolio`` to a result for each profile. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._result import messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status

Domain = Mapping[str, Any]

CHANGED = (Status.PLANNED, Status.QUEUED, Status.UPDATED, Status.NOT_APPLIED, Status.ALTERED)
"""Statuses of domains that were, or in check mode would be, written."""

FAILED = (Status.FAILED, Status.BLOCKED, Status.NOT_APPLIED, Status.ALTERED)


def by_profile(result: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return ``changed``, ``failed``, ``msg``, ``domains`` and ``summary`` of each profile.

    :param result: of the module; one that has no ``profiles`` ended before it knew any.
    """
    domains: dict[str, list[Domain]] = {name: [] for name in result.get("profiles") or ()}
    for domain in result.get("domains") or ():
        domains[domain["profile"]].append(domain)
    return {name: _result_of(result["profiles"][name], of_profile, result) for name, of_profile in domains.items()}


def _result_of(summary: Mapping[str, int], domains: Sequence[Domain], result: Mapping[str, Any]) -> dict[str, Any]:
    failed = bool(result.get("failed")) and any(map(_has_failed, domains))
    counts = messages.format_summary(summary, sum(bool(domain["held_back"]) for domain in domains))
    return {
        "changed": bool(result["changed"]) and any(map(_may_have_changed, domains)),
        "failed": failed,
        "msg": result["msg"] if failed else counts,
        "domains": domains,
        "summary": dict(summary),
    }


def _may_have_changed(domain: Domain) -> bool:
    """Return whether a domain may have been written in a run that has written some."""
    return domain["status"] in CHANGED or (domain["status"] == Status.FAILED and bool(domain["changed_fields"]))


def _has_failed(domain: Domain) -> bool:
    return domain["status"] in FAILED or domain["reason"] == messages.NOT_COMPARED
