# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a portfolio, split by its profiles."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._result import messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import summary_of
from ansible_collections.hostup.cloud.plugins.module_utils._role.results import by_profile


def domain(profile: str, status: str, **others: Any) -> dict[str, Any]:
    differs = status not in ("unchanged", "skipped")
    return {
        "id": f"dom_{profile}_{status}",
        "profile": profile,
        "status": status,
        "changed_fields": ["city"] if differs else [],
        "held_back": [],
        "reason": None,
        **others,
    }


def result(*domains: dict[str, Any], **others: Any) -> dict[str, Any]:
    names = dict.fromkeys(entry["profile"] for entry in domains)
    profiles = {name: summary_of(d["status"] for d in domains if d["profile"] == name) for name in names}
    return {"changed": True, "domains": list(domains), "profiles": profiles, **others}


def test_each_profile_has_its_domains_its_summary_and_its_own_count() -> None:
    company, shop = domain("company", "updated"), domain("shop", "unchanged", held_back=["lastname"])
    split = by_profile(result(company, shop, domain("company", "unchanged")))
    assert list(split) == ["company", "shop"]
    assert split["company"]["domains"][0] == company
    assert split["company"]["summary"]["total"] == 2
    assert split["company"]["msg"] == "1 updated, 1 unchanged."
    assert split["shop"]["msg"] == "1 unchanged, 1 with fields held back."


@pytest.mark.parametrize(
    ("status", "changed"),
    [
        ("updated", True),
        ("planned", True),
        ("failed", True),
        ("unchanged", False),
        ("skipped", False),
        ("blocked", False),
    ],
)
def test_a_profile_is_changed_where_a_domain_of_it_may_have_been(status: str, changed: bool) -> None:
    split = by_profile(result(domain("company", status), domain("shop", "updated")))
    assert split["company"]["changed"] is changed
    assert by_profile(result(domain("company", status), changed=False))["company"]["changed"] is False


@pytest.mark.parametrize(
    ("status", "failed"),
    [
        ("failed", True),
        ("not_applied", True),
        ("altered", True),
        ("blocked", True),
        ("updated", False),
        ("skipped", False),
    ],
)
def test_a_profile_has_failed_where_a_domain_of_it_has(status: str, failed: bool) -> None:
    split = by_profile(result(domain("company", status), domain("shop", "updated"), failed=True, msg="It failed."))
    assert (split["company"]["failed"], split["shop"]["failed"]) == (failed, False)
    assert (split["company"]["msg"] == "It failed.") is failed


def test_a_profile_that_was_never_compared_has_failed_with_the_run() -> None:
    skipped = domain("company", "skipped", reason=messages.NOT_COMPARED)
    assert by_profile(result(skipped, failed=True, msg="No key."))["company"]["failed"] is True
    assert by_profile(result(skipped))["company"]["failed"] is False


def test_blocked_domains_that_were_to_be_left_out_fail_nothing() -> None:
    assert by_profile(result(domain("company", "blocked")))["company"]["failed"] is False


@pytest.mark.parametrize(
    "ended", [{"failed": True, "msg": "It broke."}, {"changed": False, "profiles": {}, "domains": []}]
)
def test_a_result_without_profiles_has_no_results(ended: dict[str, Any]) -> None:
    assert by_profile(ended) == {}


def test_a_profile_without_domains_says_so() -> None:
    empty = {"changed": False, "domains": [], "profiles": {"company": summary_of([])}}
    assert by_profile(empty)["company"]["msg"] == "no domains."
