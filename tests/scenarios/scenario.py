# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios as data: what the account is like, what a task is given, and how it must end.

A file of `data/` is a list of scenarios; README.md beside this file describes their keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from hostup_sandbox import yaml_files
from hostup_sandbox.controlled import FULL_ACCESS_KEY, ControlledSandbox

DATA = Path(__file__).with_name("data")

LISTED_BY = {"v1": "v1_id", "v2": "v2_id"}
LEADS_TO = {"v1_id": "domain_ids", "v2_id": "domain_ids", "name": "domains"}
"""How the domains are listed, and the option that lists them."""


def unchanged(value: Any) -> Any:
    """Return a value as it is."""
    return value


@dataclass(frozen=True)
class World:
    """The account before the task, as the control plane of the sandbox takes it; faults strike the task itself."""

    switches: dict[str, Any] = field(default_factory=dict)
    portfolio: dict[str, Any] = field(default_factory=dict)
    domains: dict[str, Any] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)

    def arrange(self, sandbox: ControlledSandbox, fill: Callable[[Any], Any] = unchanged) -> None:
        """Bring a sandbox into this state, with an empty record of requests.

        :param fill: fills in placeholders of the faults.
        """
        sandbox.reset(**self.switches)
        if self.portfolio:
            sandbox.make_portfolio(**self.portfolio)
        self.change(sandbox, fill)

    def change(self, sandbox: ControlledSandbox, fill: Callable[[Any], Any] = unchanged) -> None:
        """Change a sandbox between two runs: what is not mentioned stays, but for the faults."""
        if self.switches:
            sandbox.switch(**self.switches)
        for name, change in self.domains.items():
            sandbox.change_domain(name, change)
        sandbox.forget_requests()
        if self.faults:
            sandbox.add_faults(*fill(self.faults))


@dataclass(frozen=True)
class Step:
    """One run of the module: what is different from the scenario, and how it must end."""

    expect: dict[str, Any]
    options: dict[str, Any] = field(default_factory=dict)
    before: World = field(default_factory=World)
    check_mode: bool = False


@dataclass(frozen=True)
class Scenario:
    """One scenario with one generation of the API."""

    name: str
    module: str
    listed: tuple[str, ...]
    listed_by: str
    options: dict[str, Any]
    environment: dict[str, str]
    world: World
    speed: float
    steps: tuple[Step, ...]

    def task_options(self, step: Step, sandbox: ControlledSandbox) -> dict[str, Any]:
        """The options of one run, with the listed domains by name or by id; an option that is null is left out."""
        listed: dict[str, Any] = {}
        if self.listed:
            keys = {
                domain["name"]: domain["name" if self.listed_by == "name" else self.listed_by]
                for domain in sandbox.domains()
            }
            listed = {LEADS_TO[self.listed_by]: [keys.get(name, name) for name in self.listed]}
        given = {**listed, **self.options, **step.options}
        return {name: value for name, value in given.items() if value is not None}

    def task_environment(self, sandbox: ControlledSandbox) -> dict[str, str]:
        """The environment variables of the task."""
        return {"HOSTUP_API_BASE": sandbox.url, "HOSTUP_API_KEY": FULL_ACCESS_KEY, **self.environment}


def scenarios(path: Path) -> Iterator[Scenario]:
    """Yield the scenarios of a file, once for each generation that they name.

    :raises ValueError: for a key that no scenario has, or two scenarios of one name.
    """
    document = yaml_files.load(path)
    defaults = document.get("defaults", {})
    seen: set[str] = set()
    for raw in document["scenarios"]:
        given = {**defaults, **raw}
        for key in ("options", "world", *({"expect"} & given.keys())):
            given[key] = {**defaults.get(key, {}), **raw.get(key, {})}
        apis = given.pop("api", None)
        for api in [apis] if apis is None or isinstance(apis, str) else apis:
            scenario = _scenario(dict(given), api)
            if scenario.name in seen:
                raise ValueError(f"{path.name} has two scenarios named {scenario.name!r}")
            seen.add(scenario.name)
            yield scenario


def for_api(value: Any, api: str | None) -> Any:
    """Choose from every mapping whose keys are the generations."""
    if isinstance(value, list):
        return [for_api(item, api) for item in value]
    if not isinstance(value, dict):
        return value
    if api and value and value.keys() <= LISTED_BY.keys():
        return for_api(value[api], api)
    return {key: for_api(item, api) for key, item in value.items()}


def spread(value: Any) -> Any:
    """Write out the ranges of lists, which are those of an inventory: ``www-[08:10]`` is ``www-08`` and two more."""
    if isinstance(value, dict):
        return {key: spread(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    spread_out: list[Any] = []
    for item in value:
        found = re.fullmatch(r"(.*)\[(\d+):(\d+)\](.*)", item) if isinstance(item, str) else None
        if found is None:
            spread_out.append(spread(item))
        else:
            head, first, last, tail = found.groups()
            spread_out += [f"{head}{n:0{len(first)}}{tail}" for n in range(int(first), int(last) + 1)]
    return spread_out


def _scenario(given: dict[str, Any], api: str | None) -> Scenario:
    given = spread(for_api(given, api))
    name = given.pop("name") + (f" ({api})" if api else "")
    steps = tuple(_steps(given))
    scenario = Scenario(
        name,
        given.pop("module", "hostup_domain_contacts"),
        tuple(given.pop("listed", ())),
        given.pop("listed_by", LISTED_BY[api or "v2"]),
        given.pop("options"),
        given.pop("environment", {}),
        _world(given.pop("world")),
        given.pop("speed", 1),
        steps,
    )
    if given:
        raise ValueError(f"the scenario {name!r} has unknown keys: {', '.join(given)}")
    return scenario


def _steps(given: dict[str, Any]) -> Iterator[Step]:
    """Take the keys out of a scenario that say what runs: plan, expect, guard, ladder, again and then."""
    plan, expect, then = given.pop("plan", None), given.pop("expect", None), given.pop("then", [])
    guard, ladder, again = given.pop("guard", None), given.pop("ladder", None), given.pop("again", {})
    if sum(one is not None for one in (expect, guard, ladder)) > 1:
        raise ValueError("a guard or a ladder takes the place of expect")
    if ladder is not None:
        yield from _ladder(plan or {}, ladder, again)
    elif guard is not None:
        yield from _guard(plan or {}, guard)
    elif plan is not None:
        yield Step(plan, check_mode=True)
    if expect is not None:
        yield Step(expect)
    for step in then:
        yield Step(**{**step, "before": _world(step.get("before", {}))})


def _ladder(plan: dict[str, Any], run: dict[str, Any], again: dict[str, Any]) -> Iterator[Step]:
    """Plan, apply, apply again. A plan says what its run does, and the second run finds nothing to do.

    :param run: how the run must end, which the expectations of the others follow from; ``domains`` is required.
    """
    statuses = run["domains"]
    total = sum(statuses.values()) if isinstance(statuses, dict) else len(statuses)
    writes = "updated" in statuses
    jobs = run.get("jobs", ["completed"] if writes else [])
    nothing = {"domains": {"unchanged": total}, "changed": False, "jobs": [], "diffs": 0, "sent": []}
    yield Step({"changed": writes, "domains": _planned(statuses), "jobs": [], **plan}, check_mode=True)
    yield Step({"changed": writes, **run, "jobs": jobs, "calls": {"write": len(jobs), **run.get("calls", {})}})
    yield Step({**nothing, **again})


def _guard(plan: dict[str, Any], run: dict[str, Any]) -> Iterator[Step]:
    """Plan, and run: what stops the run or makes it warn is in its plan already, with the same requests before it.

    :param run: how the run must end; requests that it does not mention must not be sent.
    """
    run = {"lists": 0, "not_read_back": [], "preflight": [], "sent": [], **run}
    run = {"changed": bool(run["sent"]), **run}
    if "code" in run and not run["sent"]:
        run = {"stopped": True, **run}
    seen_before = [key for key in run if not run["sent"] or key in ("lists", "preflight", "warns")]
    plan = {"domains": _planned(run["domains"]), **{key: run[key] for key in seen_before}, **plan}
    plan = {**plan, "changed": "planned" in plan["domains"], "not_read_back": [], "sent": []}
    yield Step({**plan, "backup": []} if "backup" in run else plan, check_mode=True)
    yield Step(run)


def _planned(statuses: Any) -> Any:
    """Return the statuses in check mode, for a list of statuses or for the number of each."""
    names = {"updated": "planned"}
    if isinstance(statuses, dict):
        return {names.get(status, status): count for status, count in statuses.items()}
    return [names.get(status, status) for status in statuses]


def _world(given: Mapping[str, Any]) -> World:
    unknown = given.keys() - {one.name for one in fields(World)}
    if unknown:
        raise ValueError(f"a world has no {', '.join(sorted(unknown))}")
    return World(**given)
