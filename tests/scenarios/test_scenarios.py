# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every scenario of data/ happens as it is written there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from in_process import run_module
from judge import Observed, broken_promises, differences, not_as_planned
from placeholders import Placeholders
from scenario import DATA, Scenario, Step, World, scenarios

from hostup_sandbox.controlled import ControlledSandbox

SCENARIOS = [(path.stem, scenario) for path in sorted(DATA.glob("*.yml")) for scenario in scenarios(path)]


def observe(scenario: Scenario, step: Step, sandbox: ControlledSandbox, places: Placeholders) -> Observed:
    """Run one step and look at it from the outside."""
    names = {domain[key]: domain["name"] for domain in sandbox.domains() for key in ("v1_id", "v2_id")}
    before = sandbox.stored()
    options, environment = places.fill(scenario.task_options(step, sandbox)), scenario.task_environment(sandbox)
    ended = run_module(
        scenario.module,
        options,
        check_mode=step.check_mode,
        diff=True,
        environment=environment,
        speed=scenario.speed,
    )
    keys = frozenset({environment["HOSTUP_API_KEY"], options.get("api_key", environment["HOSTUP_API_KEY"])})
    return Observed(
        ended,
        step.check_mode,
        sandbox.requests(),
        sandbox.calls(),
        before,
        sandbox.stored(),
        names,
        keys,
        options,
        places.folder,
        sandbox.url,
    )


def is_planned_by(step: Step, earlier: Step) -> bool:
    """Return whether an earlier step is the plan of this one: nothing else has changed between the two."""
    unchanged = replace(step.before, faults=[]) == World()
    return earlier.check_mode and not step.check_mode and step.options == earlier.options and unchanged


@pytest.mark.parametrize(
    "scenario", [scenario for _file, scenario in SCENARIOS], ids=[f"{file}: {one.name}" for file, one in SCENARIOS]
)
def test_it_happens_as_written(scenario: Scenario, sandbox: ControlledSandbox, tmp_path: Path) -> None:
    places = Placeholders(sandbox, tmp_path)
    scenario.world.arrange(sandbox, places.fill)
    earlier: tuple[Step, Observed] | None = None
    for number, step in enumerate(scenario.steps, 1):
        planned = earlier is not None and is_planned_by(step, earlier[0])
        if number > 1:
            step.before.change(sandbox, places.fill)
            if number == 2 and planned and scenario.world.faults:
                sandbox.add_faults(*places.fill(scenario.world.faults))
        expect = places.fill(step.expect)
        seen = observe(scenario, step, sandbox, places)
        wrong = [*differences(expect, seen), *broken_promises(seen)]
        if earlier is not None and planned:
            wrong += not_as_planned(earlier[1], seen)
        assert wrong == [], f"run {number}: {seen.result.get('msg')}"
        earlier = step, seen
        places.job = next((job["id"] for job in seen.result.get("jobs", [])), places.job)
        places.plan_digest = seen.result.get("plan_digest", places.plan_digest)
