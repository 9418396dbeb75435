# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans that meet something else: a file of somebody else, another address, a run that was killed, an unset variable.

What needs no more than a task and an account is in data/plan_file.yml.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from judge import Observed, broken_promises
from killing import Boundary, run_until
from observing import MODULE, observe

from hostup_sandbox.controlled import FULL_ACCESS_KEY, ControlledSandbox

PORTFOLIO = "hostup_portfolio"


def task_of(module: str, *domains: str, city: str = "Stockholm") -> dict[str, Any]:
    """The options of a task with one contact, or with one profile."""
    contact = {"city": city}
    many = {"profiles": {"one": contact}, "assignments": [{"profile": "one", "domains": list(domains)}]}
    one = {"contacts": contact, "domains": list(domains)}
    return {**(many if module == PORTFOLIO else one), "preflight": "none", "poll_interval": 0.1}


def run(sandbox: ControlledSandbox, task: dict[str, Any], module: str = MODULE, **options: Any) -> Observed:
    check_mode, environment = options.pop("check_mode", False), options.pop("environment", None)
    sandbox.forget_requests()
    seen = observe(sandbox, {**task, **options}, module, check_mode=check_mode, environment=environment)
    assert list(broken_promises(seen)) == []
    return seen


def refusal(seen: Observed) -> str:
    """Return what a task says that fails before it sends anything."""
    assert seen.result["failure"]["code"] == "invalid_input"
    assert seen.requests == []
    return str(seen.result["msg"])


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


# -- where a plan can be written ---------------------------------------------------------------------------------------

OTHER_FILES: dict[str, Callable[[Path], object]] = {
    "a text": lambda path: path.write_text("my notes", encoding="utf-8"),
    "an empty file": lambda path: path.touch(),
    "no text": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "other JSON": lambda path: path.write_text('{"format": 1, "changes": []}', encoding="utf-8"),
    "a plan of the future": lambda path: path.write_text('{"format": 2, "changes": []}', encoding="utf-8"),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
}


@pytest.mark.parametrize("module", [MODULE, PORTFOLIO])
@pytest.mark.parametrize("kind", OTHER_FILES)
def test_what_is_no_plan_is_neither_replaced_nor_removed(
    kind: str, module: str, sandbox: ControlledSandbox, plan: Path
) -> None:
    OTHER_FILES[kind](plan)
    before = plan.lstat()
    seen = run(sandbox, task_of(module, "example.com"), module, save_plan=str(plan))
    assert refusal(seen).startswith("save_plan: this is a folder" if kind == "a folder" else "save_plan: there is some")
    assert (plan.lstat().st_ino, plan.lstat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_link_to_a_plan_is_no_place_for_another(sandbox: ControlledSandbox, plan: Path, tmp_path: Path) -> None:
    task, link = task_of(MODULE, "example.com"), tmp_path / "link.json"
    run(sandbox, task, save_plan=str(plan), check_mode=True)
    link.symlink_to(plan)
    assert "save_plan: there is something else than a plan" in refusal(run(sandbox, task, save_plan=str(link)))
    assert "save_plan: this is the file" in refusal(
        run(sandbox, task, save_plan=str(plan), approved_plan=str(link)),
    )
    assert run(sandbox, task, approved_plan=str(link)).statuses == ["updated"]


def test_a_plan_that_cannot_be_written_ends_the_run_before_it_writes(sandbox: ControlledSandbox, plan: Path) -> None:
    name = "x" * 250 + ".json"
    seen = run(sandbox, task_of(MODULE, "example.com"), save_plan=str(plan.with_name(name)))
    assert seen.result["failure"]["code"] == "plan_file_failed"
    assert "Could not write the plan: File name too long. Nothing was written to any domain." in seen.result["msg"]
    assert seen.writes == []


# -- what is taken for an approved plan --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in OTHER_FILES if kind != "a link to nothing"])
def test_what_is_no_plan_approves_nothing(kind: str, sandbox: ControlledSandbox, plan: Path) -> None:
    OTHER_FILES[kind](plan)
    text = refusal(run(sandbox, task_of(MODULE, "example.com"), approved_plan=str(plan)))
    known = {"a plan of the future": "newer version", "a link to itself": "it cannot be read"}
    assert text.startswith("approved_plan: ")
    assert known.get(kind, "this is no plan. Give a file that a run with save_plan has made") in text


@pytest.mark.parametrize("module", [MODULE, PORTFOLIO])
def test_a_plan_for_another_address_is_refused(module: str, sandbox: ControlledSandbox, plan: Path) -> None:
    task = task_of(module, "example.com")
    run(sandbox, task, module, save_plan=str(plan), check_mode=True)
    other = plan.read_text(encoding="utf-8").replace(sandbox.url, "https://cloud.hostup.se")
    plan.write_text(other, encoding="utf-8")
    text = refusal(run(sandbox, task, module, approved_plan=str(plan)))
    assert f"approved_plan: it was made for https://cloud.hostup.se, and api_url is {sandbox.url}." in text


def test_an_address_that_is_written_otherwise_is_the_same(sandbox: ControlledSandbox, plan: Path) -> None:
    task = task_of(MODULE, "example.com")
    run(sandbox, task, save_plan=str(plan), check_mode=True, api_url=f"{sandbox.url}/api/")
    assert json.loads(plan.read_text(encoding="utf-8"))["api_url"] == sandbox.url
    assert run(sandbox, task, approved_plan=str(plan)).statuses == ["updated"]


def test_letters_beyond_ascii_are_legible(sandbox: ControlledSandbox, plan: Path) -> None:
    run(sandbox, task_of(MODULE, "räksmörgås.example", city="Malmö"), save_plan=str(plan), check_mode=True)
    text = plan.read_text(encoding="utf-8")
    assert '"before": "Göteborg"' in text
    assert '"after": "Malmö"' in text


# -- a run that did not get to its end ---------------------------------------------------------------------------------

COUNT = 120
"""Two updates of a hundred domains at most."""


@pytest.mark.parametrize("number", [3, 4], ids=["behind the first update", "behind the second update"])
def test_a_run_that_was_killed_half_way_is_completed_with_the_same_plan(
    number: int, sandbox: ControlledSandbox, tmp_path: Path, plan: Path
) -> None:
    sandbox.reset(job_seconds=0.001)
    ids = sandbox.make_portfolio(count=COUNT)["v2_ids"]
    task = {
        "domain_ids": ids,
        "contacts": {"city": "Uppsala"},
        "preflight": "none",
        "concurrency": 1,
        "poll_interval": 0.1,
    }
    assert len(run(sandbox, task, save_plan=str(plan), check_mode=True).result["domains"]) == COUNT
    saved = plan.read_bytes()

    apply = {**task, "approved_plan": str(plan), "job_file": str(tmp_path / "jobs.json")}
    environment = {"HOSTUP_API_BASE": sandbox.url, "HOSTUP_API_KEY": FULL_ACCESS_KEY}
    # Two reads come before the two updates.
    assert run_until(Boundary(number - 1, True), signal.SIGKILL, MODULE, apply, environment) is None

    seen = observe(sandbox, apply, speed=200)
    assert not seen.ended.failed, seen.result["msg"]
    assert set(seen.statuses) <= {"updated", "unchanged"}
    assert {stored["city"] for name, stored in sandbox.stored().items() if name.startswith("portfolio-")} == {"Uppsala"}
    assert plan.read_bytes() == saved


def test_a_run_that_is_killed_while_it_plans_leaves_no_older_plan(sandbox: ControlledSandbox, plan: Path) -> None:
    task = task_of(MODULE, "example.com")
    run(sandbox, task, save_plan=str(plan), check_mode=True)
    assert plan.exists()
    environment = {"HOSTUP_API_BASE": sandbox.url, "HOSTUP_API_KEY": FULL_ACCESS_KEY}
    options = {**task, "save_plan": str(plan)}
    assert run_until(Boundary(0, False), signal.SIGKILL, MODULE, options, environment) is None
    assert not plan.exists()


# -- secrets and variables ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", [MODULE, PORTFOLIO])
def test_a_variable_that_is_not_set_never_drops_the_approval(module: str, sandbox: ControlledSandbox) -> None:
    for option in ("approved_plan", "approved_digest"):
        text = refusal(run(sandbox, task_of(module, "example.com"), module, **{option: ""}))
        assert text.startswith(f"{option}: it is empty. Is the variable set that it comes from?")


def test_an_empty_secret_in_the_environment_counts_as_unset(sandbox: ControlledSandbox, plan: Path) -> None:
    task = task_of(MODULE, "example.com")
    run(sandbox, task, save_plan=str(plan), redact=True, check_mode=True)
    seen = run(sandbox, task, approved_plan=str(plan), environment={"HOSTUP_PLAN_SECRET": ""})
    assert seen.statuses == ["updated"]


def test_neither_a_value_nor_the_secret_is_in_a_redacted_plan(sandbox: ControlledSandbox, plan: Path) -> None:
    options: dict[str, Any] = {"save_plan": str(plan), "redact": True, "plan_secret": "hush-hush", "check_mode": True}
    seen = run(sandbox, task_of(MODULE, "example.com"), **options)
    text = plan.read_text(encoding="utf-8") + json.dumps(seen.result)
    assert [word for word in ("Stockholm", "Göteborg", "hush-hush", FULL_ACCESS_KEY) if word in text] == []
