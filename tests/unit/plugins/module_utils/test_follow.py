# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Following jobs, and waiting for those of an earlier run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import (
    Job,
    JobStatus,
    await_earlier_jobs,
    follow,
    job_of_id,
    read_job_ids,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import Exchange, Refused

if TYPE_CHECKING:
    from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import FakeClock

JOB = Job("job_1", "/api/jobs/job_1", ("dom_a",))


Poll = Callable[[Sequence[Job]], list[Job]]


def each(ask: Callable[[Job], Job]) -> Poll:
    """Poll several jobs one after the other."""
    return lambda jobs: [ask(job) for job in jobs]


def ending(statuses: dict[str, list[str]]) -> Poll:
    """Answer each poll of a job with its next status, and all further ones by its last."""

    def ask(job: Job) -> Job:
        left = statuses[job.id or ""]
        return replace(job, status=left.pop(0) if len(left) > 1 else left[0])

    return each(ask)


class Jobs:
    """The part of an API that knows jobs."""

    def __init__(self, **statuses: list[str]) -> None:
        self.asked: list[str] = []
        self._ask = ending(statuses)

    def poll(self, jobs: Sequence[Job], deadline: Deadline) -> list[Job]:
        self.asked += [job.poll_path or "" for job in jobs]
        return self._ask(jobs)


def await_jobs(jobs: Any, *job_ids: str, clock: FakeClock, wait_timeout: float = 10) -> list[Job]:
    return await_earlier_jobs([job_of_id(job_id) for job_id in job_ids], jobs.poll, clock, wait_timeout, 2)


# -- following ---------------------------------------------------------------------------------------------------------


def test_jobs_are_asked_for_in_rounds_until_all_are_over(clock: FakeClock) -> None:
    second = replace(JOB, id="job_2")
    ask = ending({"job_1": [JobStatus.RUNNING, JobStatus.COMPLETED], "job_2": [JobStatus.FAILED]})
    jobs = follow([JOB, second], ask, clock, Deadline(clock, 60), 2)
    assert [job.status for job in jobs] == [JobStatus.COMPLETED, JobStatus.FAILED]
    assert clock.sleeps == pytest.approx([0.05, 0.075])


def test_the_pauses_grow_up_to_the_poll_interval(clock: FakeClock) -> None:
    follow([JOB], ending({"job_1": [JobStatus.RUNNING] * 12 + [JobStatus.COMPLETED]}), clock, Deadline(clock, 60), 2)
    assert clock.sleeps[:3] == pytest.approx([0.05, 0.075, 0.1125])
    assert clock.sleeps == sorted(clock.sleeps)
    assert clock.sleeps[-2:] == [2, 2]


def test_a_short_poll_interval_holds_from_the_first_pause(clock: FakeClock) -> None:
    follow([JOB], ending({"job_1": [JobStatus.RUNNING, JobStatus.COMPLETED]}), clock, Deadline(clock, 60), 0.01)
    assert clock.sleeps == [0.01, 0.01]


def test_jobs_that_have_had_time_already_are_asked_for_at_once(clock: FakeClock) -> None:
    follow(
        [JOB],
        ending({"job_1": [JobStatus.RUNNING] * 3 + [JobStatus.COMPLETED]}),
        clock,
        Deadline(clock, 60),
        2,
        first_pause=0,
    )
    assert clock.sleeps == pytest.approx([0, 0.05, 0.075, 0.1125])


def many(count: int) -> list[Job]:
    return [replace(JOB, id=f"job_{number}") for number in range(count)]


def test_jobs_that_end_together_take_hardly_more_questions_than_there_are_jobs(clock: FakeClock) -> None:
    asked: list[str] = []

    def ask(job: Job) -> Job:
        asked.append(job.id or "")
        return replace(job, status=JobStatus.COMPLETED if clock.monotonic() >= 3 else JobStatus.RUNNING)

    jobs = follow(many(100), each(ask), clock, Deadline(clock, 60), 2)

    assert {job.status for job in jobs} == {JobStatus.COMPLETED}
    assert len(asked) == 100 + len(clock.sleeps) - 1
    assert set(asked) == {job.id for job in jobs}


def test_jobs_that_are_over_are_polled_more_and_more_at_once(clock: FakeClock) -> None:
    together: list[int] = []

    def ask(jobs: Sequence[Job]) -> list[Job]:
        together.append(len(jobs))
        is_over = clock.monotonic() >= 0.1
        return [replace(job, status=JobStatus.COMPLETED if is_over else JobStatus.RUNNING) for job in jobs]

    follow(many(20), ask, clock, Deadline(clock, 60), 2)

    assert together == [1, 1, 2, 4, 8, 5]


def test_a_job_that_never_ends_hides_no_other(clock: FakeClock) -> None:
    def ask(job: Job) -> Job:
        return replace(job, status=JobStatus.RUNNING if job.id in ("job_0", "job_7") else JobStatus.COMPLETED)

    jobs = follow(many(10), each(ask), clock, Deadline(clock, 1), 2)

    assert [job.id for job in jobs if job.status != JobStatus.COMPLETED] == ["job_0", "job_7"]


def test_every_job_is_polled_at_least_once_and_none_again_after_the_deadline(clock: FakeClock) -> None:
    asked: list[str] = []

    def ask(job: Job) -> Job:
        clock.sleep(0.5)
        asked.append(job.id or "")
        return replace(job, status=JobStatus.COMPLETED if job.id == "job_9" else JobStatus.RUNNING)

    jobs = follow(many(10), each(ask), clock, Deadline(clock, 1), 2)

    assert sorted(asked) == sorted({job.id for job in jobs})
    assert [job.id for job in jobs if job.status is JobStatus.COMPLETED] == ["job_9"]


def test_jobs_that_are_over_or_have_no_id_are_not_asked_for(clock: FakeClock) -> None:
    jobs = [replace(JOB, status=JobStatus.COMPLETED), replace(JOB, id=None, poll_path=None)]
    assert follow(jobs, ending({}), clock, Deadline(clock, 60), 2) == jobs
    assert clock.sleeps == []


def test_when_the_time_is_up_jobs_are_as_last_reported(clock: FakeClock) -> None:
    (job,) = follow([JOB], ending({"job_1": [JobStatus.RUNNING]}), clock, Deadline(clock, 1), 2)
    assert job.status == JobStatus.RUNNING
    assert clock.monotonic() == pytest.approx(1)


# -- jobs of an earlier run ------------------------------------------------------------------------------------------


def test_without_earlier_jobs_nothing_is_asked(clock: FakeClock) -> None:
    jobs = Jobs()
    assert await_jobs(jobs, clock=clock) == []
    assert jobs.asked == []
    assert clock.monotonic() == 0


@pytest.mark.parametrize("end", [JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.VANISHED, JobStatus.UNKNOWN])
def test_an_earlier_job_that_is_over_however_it_ended_is_asked_for_once_and_at_once(end: str, clock: FakeClock) -> None:
    jobs = Jobs(job_1=[end])
    assert [job.status for job in await_jobs(jobs, "job_1", clock=clock)] == [end]
    assert jobs.asked == ["/api/jobs/job_1"]
    assert clock.monotonic() == 0


def test_an_id_is_part_of_a_path_whatever_it_holds(clock: FakeClock) -> None:
    jobs = Jobs(**{"../x?y": [JobStatus.COMPLETED]})
    await_jobs(jobs, "../x?y", clock=clock)
    assert jobs.asked == ["/api/jobs/..%2Fx%3Fy"]


def test_earlier_jobs_are_waited_for_until_the_last_is_over(clock: FakeClock) -> None:
    jobs = Jobs(job_1=[JobStatus.RUNNING, JobStatus.RUNNING, JobStatus.COMPLETED], job_2=[JobStatus.COMPLETED])
    ended = await_jobs(jobs, "job_1", "job_2", clock=clock)
    assert [(job.id, job.status) for job in ended] == [("job_1", "completed"), ("job_2", "completed")]
    assert len(jobs.asked) == 4


def test_earlier_jobs_keep_the_domains_that_are_known_of_them(clock: FakeClock) -> None:
    known, unknown = job_of_id("job_1", ("dom_a", "dom_b")), job_of_id("job_2")
    jobs = Jobs(job_1=[JobStatus.COMPLETED], job_2=[JobStatus.FAILED])
    ended = await_earlier_jobs([known, unknown], jobs.poll, clock, 10, 2)
    assert [job.domain_ids for job in ended] == [("dom_a", "dom_b"), ()]


def test_every_earlier_job_is_asked_for_once_also_without_any_time(clock: FakeClock) -> None:
    jobs = Jobs(job_1=[JobStatus.COMPLETED], job_2=[JobStatus.COMPLETED])
    assert [job.is_over for job in await_jobs(jobs, "job_1", "job_2", clock=clock, wait_timeout=0)] == [True, True]
    assert jobs.asked == ["/api/jobs/job_1", "/api/jobs/job_2"]


def test_earlier_jobs_that_do_not_end_in_time_end_the_run_before_anything_is_written(clock: FakeClock) -> None:
    with pytest.raises(HostUpError, match=r"job_2 is not over after 10 seconds .* Nothing was written") as caught:
        await_jobs(Jobs(job_1=[JobStatus.COMPLETED], job_2=[JobStatus.RUNNING]), "job_1", "job_2", clock=clock)
    assert caught.value.code == "wait_timeout"
    assert clock.monotonic() <= 10


def test_an_earlier_job_that_cannot_be_asked_for_ends_the_run(clock: FakeClock) -> None:
    class Closed(Jobs):
        def poll(self, jobs: Sequence[Job], deadline: Deadline) -> list[Job]:
            raise Refused(Exchange("GET", "/api/jobs/job_1", "ask"), "HTTP 403.", code="forbidden", http_status=403)

    with pytest.raises(Refused):
        await_jobs(Closed(), "job_1", clock=clock)


def test_ids_of_jobs_are_read_without_white_space_and_once() -> None:
    assert read_job_ids([" dbj_1\n", "bulk_contacts-2000-1", "dbj_1"]) == ["dbj_1", "bulk_contacts-2000-1"]


def test_what_cannot_be_the_id_of_a_job_is_refused_by_its_place() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_job_ids(["dbj_1", "", "x" * 300, "a\nb", "..", "../x", "a?b=c", "a%2fb"])
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        f"pending_jobs[{index}]" for index in range(1, 8)
    ]


def test_the_option_is_named_as_it_is_called() -> None:
    with pytest.raises(InvalidInput, match=r"^job_ids\[0\]: "):
        read_job_ids([""], "job_ids")
