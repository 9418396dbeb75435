# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The jobs of the API: their states in any shape of an answer, and waiting for them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any
from urllib.parse import quote

from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import api_text, as_dict
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import quoted


class JobStatus(str, Enum):
    """The state of a job, as far as the API says."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    VANISHED = "vanished"
    """The API does not know the job any more."""
    UNKNOWN = "unknown"
    """The job could not be polled, or reports a state that is not documented."""


@dataclass(frozen=True)
class Job:
    """An asynchronous job of the API.

    :ivar id: opaque; None when the API accepted the update without naming a job.
    :ivar poll_path: where to ask for it, a path of the same origin.
    :ivar progress: percent, as the API returns it.
    :ivar message: what the API says about it, on one line.
    :ivar is_odd: whether it reports a state that is not documented, so that waiting for another may be in vain.
    """

    id: str | None
    poll_path: str | None
    domain_ids: tuple[str, ...]
    status: JobStatus = JobStatus.QUEUED
    progress: float | None = None
    message: str | None = None
    is_odd: bool = False

    @property
    def is_over(self) -> bool:
        return self.status not in (JobStatus.QUEUED, JobStatus.RUNNING)

    def as_info(self) -> dict[str, Any]:
        """Return what ``hostup_job_info`` returns of a job."""
        return {
            "id": self.id,
            "status": self.status.value,
            "is_over": self.is_over,
            "progress": self.progress,
            "message": self.message,
        }


QUEUED_WORDS = frozenset({"queued", "pending", "waiting", "delayed"})

RUNNING_WORDS = frozenset({"running", "active", "in_progress", "processing"})
"""Words for the states of a job: those of https://developer.hostup.se and of the queue that the ids are made by."""


def job_path(job_id: str) -> str:
    """Return the path of a job, the same for both generations."""
    return f"/api/jobs/{quote(job_id, safe='')}"


def with_state(job: Job, answer: Any) -> Job:
    """Read a poll's answer in any of the shapes that may come: in a v1 envelope, in ``operation``, or bare.

    The booleans count first. A job whose answer says ``success: false`` has failed, and so has one that is completed
    but whose result says so, on either level. A word that is not documented may mean anything, also that it is over.
    """
    body = as_dict(answer)
    if isinstance(body.get("data"), dict):
        body = body["data"]
    if isinstance(body.get("operation"), dict):
        body = body["operation"]
    words = {word.lower() for word in map(body.get, ("status", "state", "statusKey")) if isinstance(word, str) and word}
    result = as_dict(body.get("result"))
    inner = as_dict(result.get("result"))
    refused = any(part.get("success") is False for part in (result, inner))
    if body.get("isFailed") is True or "failed" in words or body.get("success") is False:
        status = JobStatus.FAILED
    elif body.get("isCompleted") is True or "completed" in words:
        status = JobStatus.FAILED if refused else JobStatus.COMPLETED
    elif body.get("isWaiting") is True or words & QUEUED_WORDS:
        status = JobStatus.QUEUED
    elif body.get("isRunning") is True or not words or words & RUNNING_WORDS:
        status = JobStatus.RUNNING
    else:
        word = api_text(min(words)) or ""
        return replace(job, status=JobStatus.UNKNOWN, is_odd=True, message=f"it reports the state {quoted(word)}")
    return replace(job, status=status, progress=_progress(body), message=_job_message(body, result, inner))


def _progress(body: Mapping[str, Any]) -> float | None:
    for value in (body.get("progress"), as_dict(body.get("progressDetails")).get("percentage")):
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 100:
            return value
    return None


def _job_message(*places: Mapping[str, Any]) -> str | None:
    for place in reversed(places):
        for key in ("error", "failedReason", "message", "progressMessage"):
            value = place.get(key)
            text = api_text(value) or api_text(as_dict(value).get("detail")) or api_text(as_dict(value).get("message"))
            if text:
                return text
    return api_text(as_dict(places[0].get("progressDetails")).get("message"))


FIRST_POLL_PAUSE_SECONDS = 0.05

POLL_PAUSE_GROWTH = 1.5

_JOB_ID = re.compile(r"(?!\.+$)[A-Za-z0-9_.:~-]{1,255}")
"""Job ids are opaque, but what could change the path of a request is none."""


def follow(
    jobs: Sequence[Job],
    poll: Callable[[Sequence[Job]], Sequence[Job]],
    clock: Clock,
    deadline: Deadline,
    poll_interval: float,
    first_pause: float = FIRST_POLL_PAUSE_SECONDS,
) -> list[Job]:
    """Poll all unfinished jobs, in rounds, until none is left or the time is up; return their last states.

    Jobs that were queued together mostly end together. So a round polls one, then twice as many, and again twice as
    many, only as long as all of them are over, and the next round begins behind those: hardly more requests than jobs,
    and one that never ends hides no other. A job without an id is left as it is.

    Every job is polled at least once, however many there are, and also if the time is up.

    :param poll: returns the states of several jobs, in their order.
    :param poll_interval: seconds, the longest pause between two rounds.
    :param first_pause: seconds before the first request, 0 for jobs that have had time already.
    """
    states = list(jobs)
    waiting = deque(index for index, job in enumerate(states) if job.id is not None and not job.is_over)
    unpolled = set(waiting)

    def poll_these(indexes: Sequence[int]) -> list[int]:
        """Poll these jobs and return those that are not over."""
        for index, job in zip(indexes, poll([states[index] for index in indexes])):
            states[index] = job
        unpolled.difference_update(indexes)
        return [index for index in indexes if not states[index].is_over]

    pause = min(first_pause, poll_interval)
    while waiting and not deadline.expired():
        clock.sleep(min(pause, deadline.remaining()))
        pause = min(max(pause * POLL_PAUSE_GROWTH, FIRST_POLL_PAUSE_SECONDS), poll_interval)
        width, unfinished = 1, list[int]()
        while waiting and not unfinished and not deadline.expired():
            unfinished = poll_these([waiting.popleft() for _place in range(min(width, len(waiting)))])
            waiting.extend(unfinished)
            width *= 2
    if unpolled:
        poll_these(sorted(unpolled))
    return states


def read_job_ids(values: Sequence[str], option: str = "pending_jobs") -> list[str]:
    """Return the ids in this option, each once.

    :raises InvalidInput: for those that cannot be the id of a job.
    """
    ids = [value.strip() for value in values]
    problems = [
        f"{option}[{index}]: this is not the id of a job. Give what an earlier result has under jobs."
        for index, job_id in enumerate(ids)
        if not _JOB_ID.fullmatch(job_id)
    ]
    if problems:
        raise InvalidInput(*problems)
    return list(dict.fromkeys(ids))


def job_of_id(job_id: str, domain_ids: tuple[str, ...] = ()) -> Job:
    """Return a job of which nothing is known but its id, and perhaps its domains."""
    return Job(job_id, job_path(job_id), domain_ids)


def await_earlier_jobs(
    earlier: Sequence[Job],
    poll: Callable[[Sequence[Job], Deadline], Sequence[Job]],
    clock: Clock,
    wait_timeout: float,
    poll_interval: float,
) -> list[Job]:
    """Wait until the jobs of an earlier run are over, however they end: what they did is compared afterwards.

    :param wait_timeout: seconds, for all of them together.
    :return: the jobs in their last states.
    :raises HostUpError: when the time is up and some of them are not over.
    :raises RequestFailed: when a job cannot be asked for. One that the API does not know any more is over.
    """
    deadline = Deadline(clock, wait_timeout)
    jobs = follow(earlier, lambda some: poll(some, deadline), clock, deadline, poll_interval, first_pause=0)
    unfinished = [job.id or "" for job in jobs if not job.is_over]
    if unfinished:
        raise HostUpError(
            f"Of the jobs of an earlier run (pending_jobs, job_file), {', '.join(unfinished)}"
            f" {'is' if len(unfinished) == 1 else 'are'} not over after {wait_timeout:g} seconds (wait_timeout)."
            " Nothing was written. Run the task again later.",
            code="wait_timeout",
        )
    return jobs
