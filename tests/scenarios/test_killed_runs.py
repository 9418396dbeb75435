# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed or interrupted loses nothing: the next one completes it, and each domain is sent once."""

from __future__ import annotations

import json
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from in_process import Ended
from judge import broken_promises
from killing import Boundary, run_until
from observing import MODULE, observe

from hostup_sandbox.controlled import FULL_ACCESS_KEY, ControlledSandbox

COUNT = 300
REQUESTS = 12
"""Of a run that nobody disturbs: three reads, three updates, three polls, and three reads."""
FIRST_WRITE = 3
BOUNDARIES = [Boundary(number, is_behind) for number in range(REQUESTS) for is_behind in (False, True)]


@pytest.fixture
def task(sandbox: ControlledSandbox, tmp_path: Path) -> dict[str, Any]:
    """The options of a task that changes every domain of a portfolio."""
    sandbox.reset(job_seconds=0.001)
    ids = sandbox.make_portfolio(count=COUNT)["v2_ids"]
    sandbox.forget_requests()
    return {
        "domain_ids": ids,
        "contacts": {"city": "Uppsala"},
        "preflight": "none",
        "concurrency": 1,
        "poll_interval": 0.1,
        "job_file": str(tmp_path / "jobs.json"),
    }


def begin(sandbox: ControlledSandbox, task: dict[str, Any], boundary: Boundary, number: signal.Signals) -> Ended | None:
    environment = {"HOSTUP_API_BASE": sandbox.url, "HOSTUP_API_KEY": FULL_ACCESS_KEY}
    return run_until(boundary, number, MODULE, task, environment)


def times_sent(sandbox: ControlledSandbox) -> set[int]:
    """How often the domains were sent, each counted."""
    sent: Counter[str] = Counter()
    for entry in sandbox.requests("write"):
        sent.update(entry["body"]["domainIds"])
    assert len(sent) == COUNT
    return set(sent.values())


def complete(sandbox: ControlledSandbox, task: dict[str, Any], speed: float = 200) -> None:
    """Run the task again; it must find out what was done, and do the rest."""
    seen = observe(sandbox, task, speed=speed)
    assert not seen.ended.failed, seen.result["msg"]
    assert set(seen.statuses) <= {"updated", "unchanged"}
    assert times_sent(sandbox) == {1}
    assert {stored["city"] for name, stored in sandbox.stored().items() if name.startswith("portfolio-")} == {"Uppsala"}
    assert not Path(task["job_file"]).exists()


def test_the_boundaries_are_those_of_a_run_that_nobody_disturbs(
    sandbox: ControlledSandbox, task: dict[str, Any]
) -> None:
    seen = observe(sandbox, task)
    assert list(broken_promises(seen)) == []
    assert [entry["kind"] for entry in seen.requests] == [*["read"] * 3, *["write"] * 3, *["poll"] * 3, *["read"] * 3]
    assert not Path(task["job_file"]).exists()


@pytest.mark.parametrize("boundary", BOUNDARIES, ids=str)
def test_a_run_that_was_killed_is_completed_by_the_next(
    sandbox: ControlledSandbox, task: dict[str, Any], boundary: Boundary
) -> None:
    assert begin(sandbox, task, boundary, signal.SIGKILL) is None
    complete(sandbox, task)


def test_an_update_whose_job_nobody_knows_is_waited_for(sandbox: ControlledSandbox, task: dict[str, Any]) -> None:
    sandbox.switch(job_seconds=1)
    assert begin(sandbox, task, Boundary(FIRST_WRITE, True), signal.SIGKILL) is None
    complete(sandbox, task, speed=1)


@pytest.mark.parametrize("boundary", BOUNDARIES, ids=str)
def test_a_run_that_was_interrupted_says_what_is_known_and_is_completed_by_the_next(
    sandbox: ControlledSandbox, task: dict[str, Any], boundary: Boundary
) -> None:
    ended = begin(sandbox, task, boundary, signal.SIGINT)
    assert ended is not None
    assert ended.result["failure"]["code"] == "interrupted"
    assert ended.result["changed"] is (boundary.number >= FIRST_WRITE)
    assert len(ended.result["domains"]) == COUNT
    unfinished = [job["id"] for job in ended.result["jobs"] if job["status"] in ("queued", "running")]
    assert [job_id for job_id in unfinished if job_id not in ended.result["msg"]] == []
    complete(sandbox, task)


def test_the_file_names_the_domains_before_they_are_sent_and_holds_no_value(
    sandbox: ControlledSandbox, task: dict[str, Any]
) -> None:
    begin(sandbox, task, Boundary(FIRST_WRITE + 1, False), signal.SIGKILL)

    file = Path(task["job_file"])
    content = json.loads(file.read_text(encoding="utf-8"))
    assert [len(job["domain_ids"]) for job in content["jobs"]] == [100, 100]
    assert [job["id"] is None for job in content["jobs"]] == [False, True]
    assert [job["status"] for job in content["jobs"]] == ["queued", "sending"]
    assert "Uppsala" not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
