# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: a bulk write is accepted at once and carried out later, by the clock.

No thread works in the background. :meth:`JobQueue.settle` is called before each request and carries out what is due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import errors, writing
from .contacts import ROLES
from .store import Domain
from .switches import SwitchBoard

CLIENT_ID = "2000"
_FAILURE_MESSAGE = "The contact update failed at the registry."

# state, by phase of the job, in each vocabulary; the v1 page documents no values
# (https://developer.hostup.se/endpoints/domain-services/get-jobs-jobid)
_STATE_WORDS: Mapping[str, Mapping[str, str]] = {
    "bullmq": {"waiting": "waiting", "active": "active", "completed": "completed", "failed": "failed"},
    "short": {"waiting": "processing", "active": "processing", "completed": "completed", "failed": "failed"},
    "undocumented": {"waiting": "waiting", "active": "active", "completed": "succeeded", "failed": "error"},
    "operation": {"waiting": "queued", "active": "in_progress", "completed": "completed", "failed": "failed"},
}


@dataclass
class Job:
    """One bulk contact update. Times are epoch seconds; ``outcome`` is the position of ``job_result`` at submit."""

    id: str
    generation: str
    domains: Sequence[Domain]
    patch: Mapping[str, str]
    created_at: float
    ends_at: float
    outcome: str
    settled: bool = False
    applied: Sequence[Domain] = ()

    @property
    def poll_url(self) -> str:
        """Where the job is polled: a path of the same origin, under v1 for both generations."""
        return f"/api/jobs/{self.id}"

    def phase(self, moment: float) -> str:
        """``waiting``, ``active``, ``completed`` or ``failed``."""
        if self.outcome != "never_ends" and moment >= self.ends_at:
            return "failed" if self.outcome == "failed" else "completed"
        return "waiting" if moment - self.created_at < (self.ends_at - self.created_at) / 4 else "active"

    def progress(self, moment: float) -> int:
        """Per cent done; a job that never ends stops at 99."""
        if self.phase(moment) in ("completed", "failed"):
            return 100
        duration = self.ends_at - self.created_at
        return min(99, int(100 * (moment - self.created_at) / duration)) if duration else 99


class JobQueue:
    """All jobs of the account. Not thread-safe: callers hold the sandbox's lock."""

    def __init__(self, switches: SwitchBoard) -> None:
        self._switches = switches
        self._jobs: dict[str, Job] = {}
        self._unsettled: list[Job] = []

    def submit(self, generation: str, domains: Sequence[Domain], patch: Mapping[str, str], moment: float) -> Job:
        """Queue one update. ``patch`` holds stored names; it is carried out when the job ends."""
        at_once = self._switches["bulk_submit_shape"] == "completed_at_once"
        job = Job(
            id=self._new_id(generation, moment),
            generation=generation,
            domains=domains,
            patch=patch,
            created_at=moment,
            ends_at=moment if at_once else moment + self._switches["job_seconds"],
            outcome="failed" if self._is_refused(domains, patch) else self._switches["job_result"],
        )
        self._jobs[job.id] = job
        self._unsettled.append(job)
        self.record_outcome(moment)
        return job

    def record_outcome(self, moment: float) -> None:
        """Carry out every job whose end has come, in the order of their ends."""
        due = [job for job in self._unsettled if job.outcome != "never_ends" and moment >= job.ends_at]
        for job in sorted(due, key=lambda job: job.ends_at):
            job.applied = self._domains_to_change(job)
            for domain in job.applied:
                self._apply(job, domain)
            job.settled = True
            self._unsettled.remove(job)

    def get(self, identifier: str, moment: float) -> Job | None:
        """The job, or None when it never was, has vanished or was finished too long ago."""
        job = self._jobs.get(identifier)
        if job is None or job.outcome == "vanishes":
            return None
        forgotten_at = job.ends_at + self._switches["job_retention_seconds"]
        return None if job.settled and moment >= forgotten_at else job

    def _new_id(self, generation: str, moment: float) -> str:
        if generation == "v2":
            return errors.opaque_id(self._switches["job_id_prefix"])
        milliseconds = int(moment * 1000)
        while f"bulk_contacts-{CLIENT_ID}-{milliseconds}" in self._jobs:
            milliseconds += 1
        return f"bulk_contacts-{CLIENT_ID}-{milliseconds}"

    def _is_refused(self, domains: Sequence[Domain], patch: Mapping[str, str]) -> bool:
        locked = self._switches["locked_in_bulk"] == "job_fails" and any(not item.edit_gate.allowed for item in domains)
        return locked or any(writing.holder_change_is_refused(item, patch, self._switches) for item in domains)

    def _domains_to_change(self, job: Job) -> Sequence[Domain]:
        editable = [domain for domain in job.domains if domain.edit_gate.allowed]
        rule = self._switches["job_applies"]
        if rule == "as_result":
            rule = "all" if job.outcome in ("success", "vanishes") else "none"
        return {"all": editable, "none": [], "some": editable[::2]}[rule]

    def _apply(self, job: Job, domain: Domain) -> None:
        values = writing.effective(domain, job.patch, self._switches) | writing.altered(domain, self._switches)
        roles = ROLES if self._switches["bulk_roles"] == "all" else ("registrant",)
        if self._switches["read_lag_seconds"]:
            domain.hold(job.ends_at + self._switches["read_lag_seconds"])
        for role in roles:
            domain.write(role, values)


def poll_answer(job: Job, moment: float, switches: SwitchBoard) -> dict[str, Any]:
    """What a poll returns, before the v1 envelope; the caller wraps it for the v1 shapes."""
    shape = switches["poll_shape"]
    if job.generation == "v2" and shape == "operation":
        return {"operation": operation(job, moment, switches)}
    if job.generation == "v2" and shape == "bare":
        return {"jobId": job.id, "status": _state(job, moment, switches), "result": _result(job, moment, switches)}
    return _v1_data(job, moment, switches)


def has_v1_envelope(job: Job, switches: SwitchBoard) -> bool:
    """Whether the poll answer of this job is wrapped in the v1 envelope."""
    return job.generation == "v1" or switches["poll_shape"] in ("v1_envelope", "v1_state_only")


def operation(job: Job, moment: float, switches: SwitchBoard) -> dict[str, Any]:
    """The ``operation`` object of
    https://developer.hostup.se/endpoints/domain-services/post-v2-domains-bulk-contacts
    """
    return {
        "status": _STATE_WORDS["operation"][job.phase(moment)],
        "jobId": job.id,
        "pollUrl": job.poll_url,
        "result": _result(job, moment, switches),
    }


def _v1_data(job: Job, moment: float, switches: SwitchBoard) -> dict[str, Any]:
    phase, progress = job.phase(moment), job.progress(moment)
    finished = phase in ("completed", "failed")
    message = {"waiting": "Waiting", "active": "Updating contacts", "completed": "Done", "failed": "Failed"}[phase]
    state = _state(job, moment, switches)
    data: dict[str, Any] = {"jobId": job.id, "queueType": "domain", "type": "bulk_contacts", "state": state}
    if switches["poll_shape"] == "v1_state_only":
        return data | {"progress": progress, "result": _result(job, moment, switches)}
    if phase == "failed" and switches["job_failure_message"] == "progress_message":
        message = _FAILURE_MESSAGE
    data |= {
        "status": state,
        "progress": progress,
        "progressDetails": {
            "percentage": progress,
            "message": message,
            "current": progress * len(job.domains) // 100,
            "total": len(job.domains),
        },
        "progressMessage": message,
        "result": _result(job, moment, switches),
        "isCompleted": phase == "completed",
        "isFailed": phase == "failed",
        "isRunning": phase == "active",
        "isWaiting": phase == "waiting",
        "isScheduled": False,
        "createdAt": errors.iso(job.created_at),
        "finishedAt": errors.iso(job.ends_at) if finished else None,
    }
    if phase == "failed" and switches["job_failure_message"] == "failed_reason":
        data["failedReason"] = _FAILURE_MESSAGE
    return data


def _state(job: Job, moment: float, switches: SwitchBoard) -> str:
    return _STATE_WORDS[switches["job_state_words"]][job.phase(moment)]


def _result(job: Job, moment: float, switches: SwitchBoard) -> dict[str, Any] | None:
    phase = job.phase(moment)
    if phase not in ("completed", "failed"):
        return None
    outer = phase == "completed" and job.outcome != "outer_false"
    result: dict[str, Any] = {
        "success": outer,
        "type": "bulk_contacts",
        "clientId": CLIENT_ID,
        "timestamp": errors.iso(job.ends_at),
        "result": {"success": outer and job.outcome != "inner_false", **_result_detail(job, switches)},
    }
    if phase == "failed" and switches["job_failure_message"] == "result_error":
        result["error"] = _FAILURE_MESSAGE
    return result


def _result_detail(job: Job, switches: SwitchBoard) -> dict[str, Any]:
    if switches["job_result_detail"] == "counters":
        return {"domains_updated": len(job.applied), "domains_failed": len(job.domains) - len(job.applied)}
    if switches["job_result_detail"] == "per_domain":
        applied = set(job.applied)
        return {"domains": [{"name": item.a_label, "success": item in applied} for item in job.domains]}
    return {}
