# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The form of scenarios: a key that is misspelt would otherwise expect nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from placeholders import Placeholders
from scenario import Scenario, Step, World, scenarios
from test_scenarios import is_planned_by

from hostup_sandbox.controlled import ControlledSandbox


def load(tmp_path: Path, *given: dict[str, Any], **defaults: Any) -> list[Scenario]:
    path = tmp_path / "scenarios.yml"
    document = {"defaults": defaults, "scenarios": [{"options": {}, **one} for one in given]}
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return list(scenarios(path))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"expected": {}}, "unknown keys: expected"),
        ({"world": {"switch": {}}}, "a world has no switch"),
        ({"guard": {"domains": []}, "expect": {}}, "takes the place of expect"),
        ({"guard": {"domains": []}, "ladder": {"domains": []}}, "takes the place of expect"),
    ],
)
def test_what_is_no_scenario_is_a_mistake(tmp_path: Path, given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        load(tmp_path, {"name": "one", **given})


def test_two_scenarios_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two scenarios named 'one'"):
        load(tmp_path, {"name": "one"}, {"name": "one"})


def test_a_step_with_an_unknown_key_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="expects"):
        load(tmp_path, {"name": "one", "then": [{"expects": {}}]})


def test_both_generations_are_a_scenario_each(tmp_path: Path) -> None:
    found = load(tmp_path, {"name": "one", "api": ["v1", "v2"], "expect": {"lists": {"v1": 0, "v2": 1}}})
    assert [(one.name, one.listed_by, one.steps[0].expect["lists"]) for one in found] == [
        ("one (v1)", "v1_id", 0),
        ("one (v2)", "v2_id", 1),
    ]


def test_a_guard_that_stops_a_run_stops_its_plan(tmp_path: Path) -> None:
    guard = {"domains": ["failed"], "code": "blocked", "preflight": ["example.com"], "warns": ["one"]}
    plan, run = load(tmp_path, {"name": "one", "guard": guard})[0].steps
    nothing = {"lists": 0, "not_read_back": [], "sent": [], "changed": False, "stopped": True}
    assert plan.check_mode
    assert not run.check_mode
    assert plan.expect == run.expect == {**nothing, **guard}


def test_a_guard_that_lets_a_run_pass_says_the_same_in_its_plan(tmp_path: Path) -> None:
    guard = {
        "domains": ["updated", "blocked"],
        "sent": [["example.com"]],
        "lists": 1,
        "warns": ["one"],
        "backup": ["a"],
    }
    scenario = {"name": "one", "plan": {"warns": []}, "guard": {**guard, "code": "job_failed"}}
    plan, run = load(tmp_path, scenario)[0].steps
    assert plan.expect == {
        "domains": ["planned", "blocked"],
        "changed": True,
        "lists": 1,
        "preflight": [],
        "sent": [],
        "not_read_back": [],
        "warns": [],
        "backup": [],
    }
    assert run.expect == {"changed": True, "preflight": [], "not_read_back": [], "code": "job_failed", **guard}


def test_a_ladder_finds_nothing_to_do_in_the_end(tmp_path: Path) -> None:
    scenario = {"name": "one", "ladder": {"domains": {"updated": 2, "unchanged": 1}}, "again": {"lists": 1}}
    plan, run, again = load(tmp_path, scenario)[0].steps
    assert plan.check_mode
    assert plan.expect == {"changed": True, "domains": {"planned": 2, "unchanged": 1}, "jobs": []}
    assert run.expect["calls"] == {"write": 1}
    assert again.expect == {
        "domains": {"unchanged": 3},
        "changed": False,
        "jobs": [],
        "diffs": 0,
        "sent": [],
        "lists": 1,
    }


@pytest.mark.parametrize(
    ("step", "is_planned"),
    [
        (Step({}), True),
        (Step({}, check_mode=True), False),
        (Step({}, options={"canary": 1}), False),
        (Step({}, before=World(faults=[{"status": 500}])), True),
        (Step({}, before=World(switches={"job_seconds": 0})), False),
    ],
)
def test_a_run_is_compared_with_a_plan_of_the_same_task(step: Step, is_planned: bool) -> None:
    assert is_planned_by(step, Step({}, check_mode=True)) is is_planned
    assert not is_planned_by(step, Step({}))


def test_placeholders_are_filled_in(sandbox: ControlledSandbox, tmp_path: Path) -> None:
    places = Placeholders(sandbox, tmp_path)
    places.job = "dbj_1"
    given = {"path": "/api/{v2_id:example.com}/{job}", "more": ["{tmp}/x", "{v1_id:example.se}", "[0-9]{8}", 5]}
    assert places.fill(given) == {
        "path": f"/api/{sandbox.id_of('example.com')}/dbj_1",
        "more": [f"{tmp_path}/x", "11791", "[0-9]{8}", 5],
    }


@pytest.mark.parametrize("text", ["{job}", "{v1_id:unknown.example}"])
def test_a_placeholder_for_what_is_not_known_is_a_mistake(
    sandbox: ControlledSandbox, tmp_path: Path, text: str
) -> None:
    with pytest.raises(ValueError, match="nothing is known for"):
        Placeholders(sandbox, tmp_path).fill([text])
