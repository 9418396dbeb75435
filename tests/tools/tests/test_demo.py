# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo passes only if its three acts show one story."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from demo import ROOT, Outcome, ansible_variables, collections_below, problems, summary

DIFF = [{"header": "example.com (dom_1)", "before": "city: Uppsala\n", "after": "city: Stockholm\n"}]


def result(status: str, *, write: int = 0) -> dict[str, Any]:
    changed = status in ("planned", "updated")
    fields = ["city"] if changed else []
    return {
        "changed": changed,
        "diff": deepcopy(DIFF) if changed else [],
        "domains": [
            {"id": "dom_1", "status": status, "changed_fields": fields},
            {"id": "dom_2", "status": "unchanged", "changed_fields": []},
        ],
        "api_calls": {"read": 1, "write": write, "poll": 2 * write},
    }


@pytest.fixture
def story() -> dict[str, dict[str, Any]]:
    return {"plan": result("planned"), "apply": result("updated", write=1), "again": result("unchanged")}


def outcomes(story: dict[str, dict[str, Any]], folder: Path) -> list[Outcome]:
    for name, returned in story.items():
        (folder / name).write_text(json.dumps({"task": "A task", "result": returned}) + "\n")
    return [Outcome.read(folder / name) for name in story]


def test_a_good_story_has_no_problems(story: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    assert problems(*outcomes(story, tmp_path)) == []


def test_the_summary_has_a_line_for_each_act(story: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    assert summary(*outcomes(story, tmp_path)) == [
        "  1. plan   1 of 2 domains would change; 1 request, none to write",
        "  2. apply  1 of 2 domains changed and verified; 4 requests, 1 to write",
        "  3. again  2 of 2 domains already as declared; 1 request, none to write",
    ]


@pytest.mark.parametrize(
    ("act", "returned", "sentence"),
    [
        ("plan", result("planned", write=1), "The plan sent 1 write requests"),
        ("plan", result("unchanged"), "The plan found nothing to change"),
        ("apply", result("unchanged"), "What was applied is not what the plan showed"),
        ("apply", {**result("updated"), "diff": []}, "What was applied is not what the plan showed"),
        ("apply", result("not_applied", write=1), "1 domains were planned and 0 were updated"),
        ("again", result("updated"), "The third act changed something"),
        ("again", result("skipped"), "The third act changed something"),
        ("again", result("unchanged", write=1), "The third act sent 1 write requests"),
        ("again", {**result("unchanged"), "domains": []}, "The three acts did not look at the same domains"),
    ],
)
def test_each_flaw_in_the_story_is_a_problem(
    story: dict[str, dict[str, Any]], tmp_path: Path, act: str, returned: dict[str, Any], sentence: str
) -> None:
    story[act] = returned
    assert any(problem.startswith(sentence) for problem in problems(*outcomes(story, tmp_path)))


def test_acts_in_which_no_task_ran_are_a_problem(tmp_path: Path) -> None:
    nothing = Outcome.read(tmp_path / "missing")
    assert problems(nothing, nothing, nothing) == ["The plan found nothing to change, so the demo shows nothing."]


def test_nothing_of_the_callers_ansible_or_hostup_settings_is_inherited(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", "minimal")
    monkeypatch.setenv("HOSTUP_API_KEY", "a-real-key")
    monkeypatch.setenv("LC_ALL", "POSIX")
    variables = ansible_variables(tmp_path, tmp_path)
    assert not [name for name in variables if name.startswith("HOSTUP_")]
    assert "ANSIBLE_STDOUT_CALLBACK" not in variables
    assert "LC_ALL" not in variables


def test_the_demo_plays_this_checkout_whatever_its_name(tmp_path: Path) -> None:
    collections = collections_below(tmp_path)
    assert (collections / "ansible_collections" / "hostup" / "cloud").resolve() == ROOT
