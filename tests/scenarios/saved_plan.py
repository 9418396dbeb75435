# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the file of a plan with its documentation, and with the result of the run that made it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

KEYS = ["format", "created", "collection", "api_url", "api_version", "redacted", "summary", "changes"]
SEALED = "hmac-sha256:[0-9a-f]{64}"


def unlike_documented(path: Path, result: Mapping[str, Any], url: str, options: Mapping[str, Any]) -> Iterator[str]:
    """Yield in what the file of a plan is not as it is documented."""
    text = path.read_text(encoding="utf-8")
    plan = json.loads(text)
    if path.stat().st_mode & 0o7777 != 0o600:
        yield f"the mode is {path.stat().st_mode:o}"
    if text != json.dumps(plan, ensure_ascii=False, indent=2) + "\n":
        yield "it is not indented, or not legible"
    if list(plan) != KEYS or any(list(one) != ["id", "name", "profile", "fields"] for one in plan["changes"]):
        yield f"the keys are {list(plan)}"
    generation = "v1" if any(entry["id"].isdigit() for entry in result["domains"]) else "v2"
    if [plan["format"], plan["api_url"], plan["api_version"]] != [1, url, generation]:
        yield f"format, api_url and api_version are {plan['format']}, {plan['api_url']}, {plan['api_version']}"
    if not re.fullmatch(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ", plan["created"]):
        yield f"created is {plan['created']}"
    yield from _unlike_result(plan, result)
    values = [value for one in plan["changes"] for field in one["fields"].values() for value in field.values()]
    are_digests = {bool(re.fullmatch(SEALED, str(value))) for value in [plan["redacted"], *values] if value is not None}
    if are_digests != {options.get("redact", False)} or plan["redacted"] is True:
        yield f"with redact there are digests only, and else none: {plan['redacted']}, {values}"


def _unlike_result(plan: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    listed = [entry["id"] for entry in result["domains"]]
    order = [one["id"] for one in plan["changes"]]
    if order != [domain_id for domain_id in listed if domain_id in order]:
        yield "the domains are not in the declared order"
    if plan["summary"]["total"] != len(listed) or plan["summary"]["planned"] != len(order):
        yield f"the summary is {plan['summary']}"
    if plan["summary"]["total"] != sum(count for key, count in plan["summary"].items() if key != "total"):
        yield f"the summary counts other domains: {plan['summary']}"
    counted = {key: plan[key] for key in ("api_url", "api_version")}
    counted["changes"] = sorted(plan["changes"], key=lambda one: one["id"])
    canonical = json.dumps(counted, sort_keys=True, separators=(",", ":"))
    if result["plan_digest"] != "sha256:" + hashlib.sha256(canonical.encode()).hexdigest():
        yield f"the digest is {result['plan_digest']}"
