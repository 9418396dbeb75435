# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What an earlier run may have started: its jobs, and the domains that they may have written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import JobStatus, await_earlier_jobs, job_of_id
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._engine.job_file import JobFile
from ansible_collections.hostup.cloud.plugins.module_utils._engine.settle import SettleSettings
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock


@dataclass(frozen=True)
class Earlier:
    """The domains that an earlier run may have written, although a read does not show it yet.

    :ivar patience: seconds for which those that differ are read again.
    :ivar longest_pause: seconds between two such reads.
    """

    domain_ids: frozenset[str] = frozenset()
    patience: float = 0
    longest_pause: float = 2


def await_earlier(
    pending: Sequence[str],
    job_file: JobFile,
    domains: Sequence[Domain],
    api: Api,
    clock: Clock,
    settings: SettleSettings,
) -> Earlier:
    """Wait until the jobs of an earlier run are over, however they end.

    :param pending: ids of jobs of which the domains are not known: they may have written any.
    :raises HostUpError: when some of them are not over in time, or cannot be polled; nothing has been written then.
    """
    known = {job.id: job for job in job_file.earlier_jobs}
    jobs = [*known.values(), *(job_of_id(job_id) for job_id in pending if job_id not in known)]
    ended = await_earlier_jobs(jobs, api.poll_all, clock, settings.wait_timeout, settings.poll_interval)
    every = tuple(domain.id for domain in domains)
    # A job that says it failed may lie, but then there is nothing to wait for.
    hopeful = [job for job in ended if job.status is not JobStatus.FAILED]
    written = frozenset(domain_id for job in hopeful for domain_id in job.domain_ids or every)
    return Earlier(written | job_file.sent_without_answer, settings.verify_timeout, settings.poll_interval)
