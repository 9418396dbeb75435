# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `hostup_job_info` returns of the jobs of updates that nobody waited for."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import pytest
from in_process import PassingTime
from judge import Observed, broken_promises, not_as_planned
from observing import observe

from hostup_sandbox import Sandbox
from hostup_sandbox.controlled import ControlledSandbox

MODULE = "hostup_job_info"
READ_ONLY = "sandbox-read-only"
AT_ONCE = {"job_seconds": 0}
LATER = {"job_seconds": 900}
AS_OPERATION = {"poll_shape": "operation", "job_state_words": "operation"}


@dataclass(frozen=True)
class Case:
    """A job and how it is returned.

    :ivar api: the generation that the update was sent with.
    :ivar polled_as: the ``api_version`` of the task that polls.
    """

    name: str
    status: str
    switches: dict[str, Any]
    api: str = "v2"
    polled_as: str | None = None
    progress: int | None = None
    message: str = ""


def over(result: str, **others: Any) -> dict[str, Any]:
    return {**AT_ONCE, "job_result": result, **others}


CASES = [
    Case("completed", "completed", AT_ONCE, progress=100),
    Case("completed, as an operation", "completed", {**AT_ONCE, **AS_OPERATION}),
    Case("completed, bare", "completed", {**AT_ONCE, "poll_shape": "bare"}),
    Case("completed, without booleans", "completed", {**AT_ONCE, "poll_shape": "v1_state_only"}),
    Case("completed, v1", "completed", AT_ONCE, api="v1", polled_as="v1", progress=100),
    Case("completed, v1, polled as v2", "completed", AT_ONCE, api="v1", polled_as="auto"),
    Case("queued", "queued", LATER, progress=0),
    Case("queued, as an operation", "queued", {**LATER, **AS_OPERATION}),
    Case("running", "running", over("never_ends"), progress=99),
    Case("failed", "failed", over("failed"), message="failed at the registry"),
    Case(
        "failed, with the message elsewhere",
        "failed",
        over("failed", job_failure_message="result_error"),
        message="failed at the registry",
    ),
    Case("ended without success", "failed", over("inner_false")),
    Case("forgotten", "vanished", over("vanishes"), message="does not know"),
    Case("forgotten, stated in a problem", "vanished", over("vanishes", job_not_found_shape="problem")),
    Case("forgotten, v1", "vanished", over("vanishes"), api="v1", polled_as="v1"),
]


def queue(sandbox: ControlledSandbox, api: str = "v2", *names: str, **options: Any) -> list[str]:
    """Send an update that nobody waits for and return the ids of its jobs."""
    contacts = {"city": "Stockholm", "address2": ""}
    task = {"domains": names or ["example.com"], "contacts": contacts, "api_version": api, "wait": False, **options}
    seen = observe(sandbox, task)
    assert not seen.ended.failed, seen.result
    sandbox.forget_requests()
    return [job["id"] for job in seen.result["jobs"]]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_state_of_a_job_is_returned_in_whatever_shape_it_comes(sandbox: ControlledSandbox, case: Case) -> None:
    sandbox.switch(**case.switches)
    ids = queue(sandbox, case.api)
    options = {"job_ids": ids, "api_key": READ_ONLY, **({"api_version": case.polled_as} if case.polled_as else {})}

    seen = observe(sandbox, options, MODULE)
    sandbox.forget_requests()
    in_check_mode = observe(sandbox, options, MODULE, check_mode=True)

    (job,) = seen.result["jobs"]
    ended = case.status not in ("queued", "running")
    assert (job["id"], job["status"], job["is_over"]) == (ids[0], case.status, ended)
    assert seen.result["all_over"] is ended
    assert not seen.result["changed"]
    assert case.progress in (None, job["progress"])
    assert case.message in (job["message"] or "")
    assert seen.result["api_calls"] == {"read": 0, "write": 0, "poll": 1}
    authentication = "X-API-Key" if case.polled_as == "v1" else "Bearer"
    assert [entry["authentication"] for entry in seen.requests] == [authentication]
    assert [*broken_promises(seen), *broken_promises(in_check_mode), *not_as_planned(in_check_mode, seen)] == []


def test_a_loop_waits_for_several_jobs_and_polls_each_once_each_time() -> None:
    time = PassingTime(speed=50)
    with (
        Sandbox(clock=time.epoch, switches={"job_seconds": 20}) as server,
        contextlib.closing(ControlledSandbox(server.url)) as sandbox,
    ):
        ids = queue(sandbox, "v2", "example.com", "shop.example", batch_size=1)
        assert len(ids) == 2
        seen: list[Observed] = []
        while not seen or not seen[-1].result["all_over"]:
            assert len(seen) < 20
            time.sleep(2)
            sandbox.forget_requests()
            seen.append(observe(sandbox, {"job_ids": [*ids, "dbj_of_yesterday", ids[0]]}, MODULE))
        stored = sandbox.stored()

    assert len(seen) > 1
    jobs = seen[-1].result["jobs"]
    assert [job["id"] for job in jobs] == [*ids, "dbj_of_yesterday"]
    assert [job["status"] for job in jobs] == ["completed", "completed", "vanished"]
    assert [one.result["api_calls"] for one in seen] == [{"read": 0, "write": 0, "poll": 3}] * len(seen)
    assert [line for one in seen for line in broken_promises(one)] == []
    assert {stored[name]["city"] for name in ("example.com", "shop.example")} == {"Stockholm"}


def test_no_job_at_all_is_over_and_takes_no_request(sandbox: ControlledSandbox) -> None:
    seen = observe(sandbox, {"job_ids": []}, MODULE)

    assert (seen.result["all_over"], seen.result["jobs"]) == (True, [])
    assert list(seen.requests) == []


def test_what_was_returned_before_a_failure_is_in_the_result(sandbox: ControlledSandbox) -> None:
    sandbox.add_faults({"path": "/api/jobs/*", "skip": 1, "times": 0, "status": 403})

    seen = observe(sandbox, {"job_ids": ["dbj_of_yesterday", "dbj_of_today"]}, MODULE)

    failure = seen.result["failure"]
    assert (failure["http_status"], failure["path"]) == (403, "/api/jobs/dbj_of_today")
    assert "dbj_of_today" in seen.result["msg"]
    assert [job["status"] for job in seen.result["jobs"]] == ["vanished"]
    assert seen.result["all_over"] is False
    assert seen.result["api_calls"] == {"read": 0, "write": 0, "poll": 2}
    assert list(broken_promises(seen)) == []


def test_mistakes_are_reported_in_one_message_by_their_place_before_any_request(sandbox: ControlledSandbox) -> None:
    seen = observe(sandbox, {"job_ids": ["dbj_1", "", "x" * 300], "max_retries": 1000}, MODULE)

    assert seen.result["failure"]["code"] == "invalid_input"
    for named in ("job_ids[1]", "job_ids[2]", "max_retries"):
        assert named in seen.result["msg"]
    assert "pending_jobs" not in seen.result["msg"]
    assert (seen.result["jobs"], seen.result["all_over"]) == ([], False)
    assert list(seen.requests) == []
    assert list(broken_promises(seen)) == []


def test_a_wrong_key_is_refused_at_the_first_request(sandbox: ControlledSandbox) -> None:
    seen = observe(sandbox, {"job_ids": ["dbj_1"], "api_key": "nobodys-key"}, MODULE)

    assert seen.result["failure"]["http_status"] == 401
    assert [entry["kind"] for entry in seen.requests] == ["poll"]
    assert list(broken_promises(seen)) == []
