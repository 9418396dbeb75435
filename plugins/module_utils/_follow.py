# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Follows jobs to their ends: those of this run, and those of an earlier one."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from ansible_collections.hostup.cloud.plugins.module_utils._api import Api, Job, job_path
from ansible_collections.hostup.cloud.plugins.module_utils._clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._errors import HostUpError, InvalidInput

FIRST_POLL_PAUSE_SECONDS = 0.05
POLL_PAUSE_GROWTH = 1.5

_JOB_ID = re.compile(r"(?!\.+$)[A-Za-z0-9_.:~-]{1,255}")
"""Job ids are opaque, but what could change the path of a request is none."""


def follow(
    jobs: Sequence[Job],
    ask: Callable[[Job], Job],
    clock: Clock,
    deadline: Deadline,
    poll_interval: float,
    first_pause: float = FIRST_POLL_PAUSE_SECONDS,
) -> list[Job]:
    """Ask for all unfinished jobs, in rounds, until none is left or the time is up; return them as last told.

    Jobs that were queued together mostly end together. So a round asks one after the other only as long as they are
    over, and the next round begins behind the one that was not: hardly more questions than jobs, and one that never
    ends hides no other. A job without an id is left as it is.

    :param poll_interval: seconds, the longest pause between two rounds.
    :param first_pause: seconds before the first question, 0 for jobs that have had time already.
    """
    jobs = list(jobs)
    waiting = deque(index for index, job in enumerate(jobs) if job.id is not None and not job.is_over)
    pause = min(first_pause, poll_interval)
    while waiting and not deadline.expired():
        clock.sleep(min(pause, deadline.remaining()))
        pause = min(max(pause * POLL_PAUSE_GROWTH, FIRST_POLL_PAUSE_SECONDS), poll_interval)
        while waiting and not deadline.expired():
            index = waiting.popleft()
            jobs[index] = ask(jobs[index])
            if not jobs[index].is_over:
                waiting.append(index)
                break
    return jobs


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


def job_of_id(job_id: str) -> Job:
    """Return a job of which nothing is known but its id."""
    return Job(job_id, job_path(job_id), ())


def await_earlier_jobs(
    job_ids: Sequence[str], api: Api, clock: Clock, wait_timeout: float, poll_interval: float
) -> None:
    """Wait until the jobs of an earlier run are over, however they end: what they did is compared afterwards.

    :param wait_timeout: seconds, for all of them together.
    :raises HostUpError: when the time is up and some of them are not over.
    :raises RequestFailed: when a job cannot be asked for. One that the API does not know any more is over.
    """
    deadline = Deadline(clock, wait_timeout)
    ask = partial(api.poll, deadline=deadline)
    jobs = follow([job_of_id(job_id) for job_id in job_ids], ask, clock, deadline, poll_interval, first_pause=0)
    unfinished = [job.id or "" for job in jobs if not job.is_over]
    if unfinished:
        raise HostUpError(
            f"Of the jobs in pending_jobs, {', '.join(unfinished)} {'is' if len(unfinished) == 1 else 'are'} not over"
            f" after {wait_timeout:g} seconds (wait_timeout). Nothing was written. Run the task again later.",
            code="wait_timeout",
        )
