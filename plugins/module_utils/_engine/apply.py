# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Write what the plan says, in stages: a canary is the first, the rest, planned anew, the second.

A write is sent once. Whatever comes back, the stored values say what was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api, is_too_many, send_in_batches
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job, job_of_id
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError
from ansible_collections.hostup.cloud.plugins.module_utils._engine.backup import Backup
from ansible_collections.hostup.cloud.plugins.module_utils._engine.job_file import JobFile
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Plan, PlannedDomain, write_groups
from ansible_collections.hostup.cloud.plugins.module_utils._engine.planner import Planner
from ansible_collections.hostup.cloud.plugins.module_utils._engine.settle import Settlement, SettleSettings
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    RequestFailed,
    format_request_id,
)
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages, write_messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Outcome, Report
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status


@dataclass(frozen=True)
class ApplySettings(SettleSettings):
    """How to write; the options of the same names.

    :ivar canary: how many domains to update and to verify before all the others; this needs ``wait`` and ``verify``.
    """

    canary: int = 0


class PartialFailure(HostUpError):
    """Something was, or may have been, written, but not everything that was planned is stored."""


def read_settings(params: Mapping[str, Any]) -> ApplySettings:
    """Return how to write."""
    return ApplySettings(**{name: params[name] for name in ApplySettings.__dataclass_fields__})


def apply(
    plan: Plan,
    api: Api,
    report: Report,
    settings: ApplySettings,
    clock: Clock,
    *,
    planner: Planner,
    backup: Backup,
    job_file: JobFile,
) -> None:
    """Carry out the plan; the report holds the outcome of each domain.

    :param planner: plans the rest anew, after a canary.
    :param backup: gets what that plan is about to overwrite.
    :raises PartialFailure: unless every changing domain ended as ``updated`` (or ``queued`` without ``wait``).
    :raises HostUpError: when the rest cannot be planned or saved; the canary has been written then.
    """
    _Application(plan, api, report, settings, clock, job_file).run(planner, backup)


class _Application:
    """One run of :func:`apply`: the state that its stages share."""

    def __init__(
        self, plan: Plan, api: Api, report: Report, settings: ApplySettings, clock: Clock, job_file: JobFile
    ) -> None:
        self.entries = {entry.domain.id: entry for entry in plan.changing}
        self.api = api
        self.report = report
        self.settings = settings
        self.job_file = job_file
        self.settlement = Settlement(api, report, settings, clock, self.entries, job_file)
        self.not_sent: set[str] = set()
        """Domains that were not sent because of the canary."""

    def run(self, planner: Planner, backup: Backup) -> None:
        entries = list(self.entries.values())
        canary = entries[: self.settings.canary]
        rest = entries[len(canary) :]
        if canary:
            self.carry_out(canary)
        obstacle = self.obstacle_after(canary) if canary and rest else None
        if obstacle:
            self.not_sent.update(entry.domain.id for entry in rest)
            self.report.record_outcome(self.not_sent, Outcome(Status.FAILED, obstacle))
        elif rest:
            if canary:
                rest = self.planned_again(rest, planner, backup)
            self.carry_out(rest)
        self.raise_unless_complete()

    def planned_again(self, rest: Sequence[PlannedDomain], planner: Planner, backup: Backup) -> list[PlannedDomain]:
        """Return what there is to write of the rest now: somebody else may have edited it in the meantime."""
        for entry in rest:
            del self.entries[entry.domain.id]
        plan = planner.plan_again([entry.domain for entry in rest], self.report.written)
        backup.save(plan)
        self.entries.update((entry.domain.id, entry) for entry in plan.changing)
        return list(plan.changing)

    def carry_out(self, entries: Sequence[PlannedDomain]) -> None:
        """Write these domains, wait for their jobs, and record the outcome of each."""
        is_first = not self.report.jobs
        self.submit(entries)
        if is_first:
            self.settlement.begin()
        self.settlement.settle({entry.domain.id for entry in entries})

    def obstacle_after(self, canary: Sequence[PlannedDomain]) -> str | None:
        """Return why the other domains must not be written after this canary, if so."""
        if any(self.report.outcomes[entry.domain.id].status != Status.UPDATED for entry in canary):
            return write_messages.CANARY_FAILED
        if self.settlement.deadline.expired():
            return write_messages.CANARY_TOO_LATE
        return None

    # -- write -----------------------------------------------------------------------------------------------------

    def submit(self, entries: Sequence[PlannedDomain]) -> None:
        """Send every group, in batches. A refused batch does not stop the others; an API that is gone does."""
        groups = write_groups(entries, complete=self.api.sends_complete_contact)
        for group in groups:
            send = partial(self.submit_batch, contact=group.contact)
            self.api.batch_size = send_in_batches(group.domain_ids, self.api.batch_size, send)

    def submit_batch(self, domain_ids: Sequence[str], contact: Contact) -> None:
        if any(_stops_all(error) for error, _ids in self.settlement.errors):
            self.report.record_outcome(domain_ids, Outcome(Status.FAILED, write_messages.EARLIER_REQUEST_FAILED))
            return
        # Whatever ends the run now: the update may have been carried out.
        self.report.sending(domain_ids)
        self.job_file.begin(domain_ids)
        try:
            job = self.api.submit(domain_ids, contact)
        except OutcomeUnknown as error:
            self.take_unknown(error, domain_ids)
        except (Refused, NotSent) as error:
            self.report.not_sent(domain_ids)
            self.job_file.end(domain_ids)
            if isinstance(error, Refused) and len(domain_ids) > 1 and is_too_many(error):
                raise
            self.settlement.errors.append((error, frozenset(domain_ids)))
            self.report.record_outcome(domain_ids, Outcome(Status.FAILED, messages.sentence(error.explanation)))
        else:
            self.take_job(job)

    def take_job(self, job: Job) -> None:
        self.report.jobs.append(job)
        self.report.record_outcome(job.domain_ids, Outcome(Status.QUEUED))
        if job.id is None and self.settings.wait:
            self.settlement.take_uncertain(job.domain_ids, write_messages.NO_JOB_NAMED)
        self.job_file.update(self.report.jobs)

    def take_unknown(self, error: OutcomeUnknown, domain_ids: Sequence[str]) -> None:
        self.settlement.errors.append((error, frozenset(domain_ids)))
        reason = write_messages.outcome_unknown(error.explanation)
        self.report.record_outcome(domain_ids, Outcome(Status.FAILED, messages.sentence(reason)))
        self.settlement.take_uncertain(domain_ids, reason, is_answered=error.was_answered)
        if error.job_id:
            self.report.jobs.append(job_of_id(error.job_id, tuple(domain_ids)))
            self.job_file.update(self.report.jobs)

    # -- report ----------------------------------------------------------------------------------------------------

    def raise_unless_complete(self) -> None:
        outcomes = {i: self.report.outcomes[i] for i in self.entries}
        good = {Status.UPDATED} if self.settings.wait else {Status.UPDATED, Status.QUEUED}
        bad = {i: outcome for i, outcome in outcomes.items() if outcome.status not in good}
        if not bad:
            return
        unfinished = [i for i, outcome in bad.items() if outcome.status == Status.QUEUED]
        causes = {i: self.cause(i, outcome) for i, outcome in bad.items()}
        run_again = bool(self.settlement.uncertain.keys() & bad.keys() or unfinished)
        message = write_messages.incomplete_update(
            len(bad), len(outcomes), self.report.format_causes(causes), run_again=run_again
        )
        cause = next((error for error, ids in self.settlement.errors if ids & bad.keys()), None)
        message += format_request_id(cause.request_id if cause else None)
        raise PartialFailure(message, code=self.code(bad, unfinished), cause=cause)

    def code(self, bad: dict[str, Outcome], unfinished: list[str]) -> str:
        """Return the word for ``failure.code`` where no request failed."""
        if unfinished:
            return "wait_timeout"
        sent = {domain_id: outcome.status for domain_id, outcome in bad.items() if domain_id not in self.not_sent}
        if not sent:
            return "wait_timeout"
        if Status.ALTERED in sent.values():
            return "altered"
        if self.settlement.uncertain.keys() & sent.keys():
            return "outcome_unknown"
        return "job_failed" if Status.FAILED in sent.values() else "not_applied"

    def cause(self, domain_id: str, outcome: Outcome) -> str:
        if outcome.status == Status.QUEUED:
            job = next(job for job in self.report.jobs if domain_id in job.domain_ids)
            return write_messages.job_not_finished(job.id, self.settings.wait_timeout)
        if outcome.status == Status.NOT_APPLIED:
            return write_messages.fields_not_applied(list(outcome.not_applied), outcome.reason)
        return outcome.reason or ""


def _stops_all(error: RequestFailed) -> bool:
    """Return whether an error is about the API as a whole, so that sending further batches makes no sense."""
    # A single domain that is too many shows that the API means something else than their number.
    too_many = isinstance(error, Refused) and is_too_many(error)
    lost = isinstance(error, OutcomeUnknown) and not error.was_answered
    return too_many or lost or isinstance(error, NotSent) or error.http_status in (401, 429)
