# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every scenario of data/ happens as it is written there."""

from __future__ import annotations

import pytest
from in_process import run_module
from judge import Observed, broken_promises, differences, not_as_planned
from scenario import DATA, Scenario, Step, scenarios

from hostup_sandbox.controlled import ControlledSandbox

SCENARIOS = [(path.stem, scenario) for path in sorted(DATA.glob("*.yml")) for scenario in scenarios(path)]


def observe(scenario: Scenario, step: Step, sandbox: ControlledSandbox) -> Observed:
    """Run one step and look at it from the outside."""
    names = {domain[key]: domain["name"] for domain in sandbox.domains() for key in ("v1_id", "v2_id")}
    before = sandbox.stored()
    options, environment = scenario.task_options(step, sandbox), scenario.task_environment(sandbox)
    ended = run_module(
        scenario.module,
        options,
        check_mode=step.check_mode,
        diff=True,
        environment=environment,
        speed=scenario.speed,
    )
    keys = frozenset({environment["HOSTUP_API_KEY"], options.get("api_key", environment["HOSTUP_API_KEY"])})
    return Observed(ended, step.check_mode, sandbox.requests(), sandbox.calls(), before, sandbox.stored(), names, keys)


@pytest.mark.parametrize(
    "scenario", [scenario for _file, scenario in SCENARIOS], ids=[f"{file}: {one.name}" for file, one in SCENARIOS]
)
def test_it_happens_as_written(scenario: Scenario, sandbox: ControlledSandbox) -> None:
    scenario.world.arrange(sandbox)
    plan = None
    for number, step in enumerate(scenario.steps, 1):
        if number > 1:
            step.before.change(sandbox)
            if number == 2 and plan is not None and scenario.world.faults:
                sandbox.add_faults(*scenario.world.faults)
        seen = observe(scenario, step, sandbox)
        wrong = [*differences(step.expect, seen), *broken_promises(seen)]
        if number == 2 and plan is not None and not step.options:
            wrong += not_as_planned(plan, seen)
        assert wrong == [], f"run {number}: {seen.result.get('msg')}"
        plan = seen if step.check_mode and number == 1 else None
