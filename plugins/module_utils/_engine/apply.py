# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Read, then write what the plan says, wait for the jobs, and read back what was stored.

A write is sent once. What a job says about itself is never proof: the stored values are.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import partial

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api, is_too_many, send_in_batches
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import (
    FIRST_POLL_PAUSE_SECONDS,
    Job,
    JobStatus,
    follow,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Plan, PlannedDomain, write_groups
from ansible_collections.hostup.cloud.plugins.module_utils._engine.verify import WriteVerdict, status_of, verify
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    RequestFailed,
    format_request_id,
)
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Outcome, Report
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status


@dataclass(frozen=True)
class ApplySettings:
    """How to write; the options of the same names. ``wait_timeout`` and ``poll_interval`` are seconds.

    :ivar canary: how many domains to update and to verify before all the others; this needs ``wait`` and ``verify``.
    """

    wait: bool = True
    wait_timeout: float = 900
    poll_interval: float = 2.0
    verify: bool = True
    canary: int = 0


class PartialFailure(HostUpError):
    """Something was, or may have been, written, but not everything that was planned is stored."""


def apply(plan: Plan, api: Api, report: Report, settings: ApplySettings, clock: Clock) -> None:
    """Carry out the plan; the report holds the outcome of each domain.

    :raises PartialFailure: unless every changing domain ended as ``updated`` (or ``queued`` without ``wait``).
    """
    _Application(plan, api, report, settings, clock).run()


class _Application:
    """One run of :func:`apply`: the state that its steps share."""

    def __init__(self, plan: Plan, api: Api, report: Report, settings: ApplySettings, clock: Clock) -> None:
        self.entries = {entry.domain.id: entry for entry in plan.changing}
        self.api = api
        self.report = report
        self.settings = settings
        self.clock = clock
        self.errors: list[tuple[RequestFailed, frozenset[str]]] = []
        """What went wrong with which domains, in the order in which it happened."""
        self.uncertain: dict[str, str] = {}
        """Domain id to why it is open whether its write was carried out."""

        self.not_sent: set[str] = set()
        """Domains that were not sent because of the canary."""
        self.deadline = Deadline(clock, 0)

    def run(self) -> None:
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
            self.carry_out(rest)
        self.raise_unless_complete()

    def carry_out(self, entries: Sequence[PlannedDomain]) -> None:
        """Write these domains, wait for their jobs, and record the outcome of each."""
        is_first = not self.report.jobs
        self.submit(entries)
        if is_first and self.settings.wait:
            self.deadline = Deadline(self.clock, self.settings.wait_timeout)
        ids = {entry.domain.id for entry in entries}
        if self.settings.wait:
            self.follow_jobs()
            self.record_jobs(ids)
        self.record_uncertain(ids)

    def obstacle_after(self, canary: Sequence[PlannedDomain]) -> str | None:
        """Return why the other domains must not be written after this canary, if so."""
        if any(self.report.outcomes[entry.domain.id].status != Status.UPDATED for entry in canary):
            return messages.CANARY_FAILED
        if self.deadline.expired():
            return messages.CANARY_TOO_LATE
        return None

    # -- submit ----------------------------------------------------------------------------------------------------

    def submit(self, entries: Sequence[PlannedDomain]) -> None:
        """Send every group, in batches. A refused batch does not stop the others; an API that is gone does."""
        groups = write_groups(entries, complete=self.api.sends_complete_contact)
        for group in groups:
            send = partial(self.submit_batch, contact=group.contact)
            self.api.batch_size = send_in_batches(group.domain_ids, self.api.batch_size, send)

    def submit_batch(self, domain_ids: Sequence[str], contact: Contact) -> None:
        if any(_stops_all(error) for error, _ids in self.errors):
            self.report.record_outcome(domain_ids, Outcome(Status.FAILED, messages.EARLIER_REQUEST_FAILED))
            return
        try:
            job = self.api.submit(domain_ids, contact)
        except OutcomeUnknown as error:
            self.errors.append((error, frozenset(domain_ids)))
            self.report.written.update(domain_ids)
            self.uncertain.update((i, messages.outcome_unknown(error.explanation)) for i in domain_ids)
        except (Refused, NotSent) as error:
            if isinstance(error, Refused) and len(domain_ids) > 1 and is_too_many(error):
                raise
            self.errors.append((error, frozenset(domain_ids)))
            self.report.record_outcome(domain_ids, Outcome(Status.FAILED, messages.sentence(error.explanation)))
        else:
            self.report.jobs.append(job)
            self.report.written.update(domain_ids)
            self.report.record_outcome(domain_ids, Outcome(Status.QUEUED))
            if job.id is None and self.settings.wait:
                self.uncertain.update((i, messages.NO_JOB_NAMED) for i in domain_ids)

    # -- wait ------------------------------------------------------------------------------------------------------

    def follow_jobs(self) -> None:
        """Poll all unfinished jobs, in rounds, until none is left or the time is up."""
        jobs, poll_interval = self.report.jobs, self.settings.poll_interval
        # The oldest of several jobs was under way while the others were sent.
        first_pause = 0 if sum(not job.is_over for job in jobs) > 1 else FIRST_POLL_PAUSE_SECONDS
        self.report.jobs = follow(jobs, self.poll, self.clock, self.deadline, poll_interval, first_pause)

    def poll(self, job: Job) -> Job:
        try:
            job = self.api.poll(job, self.deadline)
        except RequestFailed as error:
            job = replace(job, status=JobStatus.UNKNOWN, message=error.explanation)
        if job.status in (JobStatus.VANISHED, JobStatus.UNKNOWN):
            reason = messages.job_not_followed(job.id, job.message)
            self.uncertain.update((domain_id, reason) for domain_id in job.domain_ids)
        return job

    # -- verify ----------------------------------------------------------------------------------------------------

    def record_jobs(self, domain_ids: Set[str]) -> None:
        """Judge those of the domains whose jobs are over, whatever the jobs say, by one more read."""
        over = [job for job in self.report.jobs if job.status in (JobStatus.COMPLETED, JobStatus.FAILED)]
        jobs = {i: job for job in over for i in job.domain_ids if i in domain_ids}
        if self.settings.verify:
            self.read_back(
                list(jobs),
                {
                    i: messages.job_failed(job.id, job.message)
                    for i, job in jobs.items()
                    if job.status == JobStatus.FAILED
                },
            )
            return
        for domain_id, job in jobs.items():
            completed = job.status == JobStatus.COMPLETED
            self.report.record_outcome(
                [domain_id],
                Outcome(Status.UPDATED, messages.job_not_verified(job.id))
                if completed
                else Outcome(Status.FAILED, messages.job_failed(job.id, job.message)),
            )

    def record_uncertain(self, domain_ids: Set[str]) -> None:
        """Read back until the values of uncertain writes arrive or the time is up. Such a write is never sent again."""
        uncertain = [i for i in self.uncertain if i in domain_ids]
        self.await_values(uncertain)
        # Once for all of them, since the values of one may have arrived between the reads of two.
        arrived = [i for i in uncertain if self.report.outcomes[i].status == Status.UPDATED]
        if arrived:
            self.report.warnings.append(messages.carried_out_without_answer(self.report.format_names(arrived)))

    def await_values(self, waiting: list[str]) -> None:
        while waiting:
            self.read_back(waiting, {i: messages.values_not_arrived(self.uncertain[i]) for i in waiting})
            waiting = [i for i in waiting if self.report.outcomes[i].status != Status.UPDATED]
            if not waiting or self.deadline.expired():
                return
            self.clock.sleep(min(self.settings.poll_interval, self.deadline.remaining()))

    def read_back(self, domain_ids: list[str], failures: dict[str, str]) -> None:
        """Read these domains again and record the outcome of each by what is stored.

        :param failures: why a domain is expected to have failed; reported if nothing of it arrived.
        """
        if not domain_ids:
            return
        try:
            reading = self.api.read_contacts([self.entries[i].domain for i in domain_ids], self.deadline)
        except HostUpError as error:
            if isinstance(error, RequestFailed):
                self.errors.append((error, frozenset(domain_ids)))
            reason = messages.read_back_failed(str(getattr(error, "explanation", error)))
            self.report.record_outcome(domain_ids, Outcome(Status.FAILED, reason))
            return
        for domain_id in domain_ids:
            if domain_id in reading.contacts:
                outcome = self.outcome(self.entries[domain_id], reading.contacts[domain_id], failures.get(domain_id))
            else:
                reason = reading.unreadable.get(domain_id, messages.NOT_IN_ANSWER)
                outcome = Outcome(Status.FAILED, messages.read_back_failed(reason))
            self.report.record_outcome([domain_id], outcome)
        self.warn_of_wrong_failures(domain_ids, failures)

    def outcome(self, entry: PlannedDomain, stored_now: Contact, failure: str | None) -> Outcome:
        fields = verify(entry, stored_now)
        missing = {name: field.stored for name, field in fields.items() if field.verdict is WriteVerdict.NOT_APPLIED}
        normalised = tuple(
            (name, field.rule or "") for name, field in fields.items() if field.verdict is WriteVerdict.NORMALISED
        )
        status = status_of(fields)
        if status is Status.UPDATED:
            return Outcome(status, normalised=normalised)
        if failure is not None and len(missing) == len(fields):
            return Outcome(Status.FAILED, failure, not_applied=missing)
        return Outcome(status, failure or messages.OTHER_VALUES, normalised, missing)

    def warn_of_wrong_failures(self, domain_ids: list[str], failures: dict[str, str]) -> None:
        wrong = [
            i
            for i in domain_ids
            if i in failures and i not in self.uncertain and self.report.outcomes[i].status == Status.UPDATED
        ]
        if wrong:
            self.report.warnings.append(messages.carried_out_despite_job(self.report.format_names(wrong)))

    # -- report ----------------------------------------------------------------------------------------------------

    def raise_unless_complete(self) -> None:
        outcomes = {i: self.report.outcomes[i] for i in self.entries}
        good = {Status.UPDATED} if self.settings.wait else {Status.UPDATED, Status.QUEUED}
        bad = {i: outcome for i, outcome in outcomes.items() if outcome.status not in good}
        if not bad:
            return
        unfinished = [i for i, outcome in bad.items() if outcome.status == Status.QUEUED]
        causes = {i: self.cause(i, outcome) for i, outcome in bad.items()}
        run_again = bool(self.uncertain.keys() & bad.keys() or unfinished)
        message = messages.incomplete_update(
            len(bad), len(outcomes), self.report.format_causes(causes), run_again=run_again
        )
        cause = next((error for error, ids in self.errors if ids & bad.keys()), None)
        message += format_request_id(cause.request_id if cause else None)
        raise PartialFailure(message, code=self.code(bad, unfinished), cause=cause)

    def code(self, bad: dict[str, Outcome], unfinished: list[str]) -> str:
        """Return the word for ``failure.code`` where no request failed."""
        if unfinished:
            return "wait_timeout"
        if self.uncertain.keys() & bad.keys():
            return "outcome_unknown"
        sent = [outcome for domain_id, outcome in bad.items() if domain_id not in self.not_sent]
        if not sent:
            return "wait_timeout"
        return "job_failed" if any(outcome.status == Status.FAILED for outcome in sent) else "not_applied"

    def cause(self, domain_id: str, outcome: Outcome) -> str:
        if outcome.status == Status.QUEUED:
            job = next(job for job in self.report.jobs if domain_id in job.domain_ids)
            return messages.job_not_finished(job.id, self.settings.wait_timeout)
        if outcome.status == Status.NOT_APPLIED:
            return messages.fields_not_applied(list(outcome.not_applied), outcome.reason)
        return outcome.reason or ""


def _stops_all(error: RequestFailed) -> bool:
    """Return whether an error is about the API as a whole, so that sending further batches makes no sense."""
    # A single domain that is too many shows that the API means something else than their number.
    too_many = isinstance(error, Refused) and is_too_many(error)
    return too_many or isinstance(error, (NotSent, OutcomeUnknown)) or error.http_status in (401, 429)
