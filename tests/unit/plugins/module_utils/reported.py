# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of modules that write, for the tests of what is reported about them."""

from __future__ import annotations

from typing import Any


def domain(name: str, status: str = "unchanged", **facts: Any) -> dict[str, Any]:
    return {"id": f"dom_{name}", "name": name, "profile": "a", "status": status, "reason": None, **facts}


def differing(
    name: str, status: str = "planned", before: Any = "Lund", after: Any = "Malmö", **facts: Any
) -> dict[str, Any]:
    values = {"changed_fields": ["city"], "before": {"city": before}, "after": {"city": after}}
    return domain(name, status, **values, **facts)


def result(*domains: dict[str, Any], **others: Any) -> dict[str, Any]:
    profiles = {entry["profile"]: {} for entry in domains}
    return {"domains": list(domains), "profiles": profiles, "api_calls": {"write": 0}, **others}
