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

from ansible_collections.hostup.cloud.plugins.module_utils import _report  # MODULE
from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api, says_too_many, send_in_batches
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import (
    COMPLETED,
    FIRST_POLL_PAUSE_SECONDS,
    UNKNOWN,
    VANISHED,
    Job,
    follow,
)
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import FAILED as JOB_FAILED
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Plan, PlannedDomain, write_groups
from ansible_collections.hostup.cloud.plugins.module_utils._engine.verify import NORMALISED, NOT_APPLIED, judge_result
from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import quoted
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    RequestFailed,
    told_request_id,
)
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Outcome, Report


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
    """Carry out the plan; the report holds what became of each domain.

    :raises PartialFailure: unless every changing domain ended as ``updated`` (or ``queued`` without ``wait``).
    """
    _Application(plan, api, report, settings, clock).run()


class _Application:
    """One run of :func:`apply`: the state that its steps share."""

    def __init__(self, plan: Plan, api: Api, report: Report, settings: ApplySettings, clock: Clock) -> None:
        self.entries = {entry.domain.id or "": entry for entry in plan.changing}
        self.api = api
        self.report = report
        self.settings = settings
        self.clock = clock
        self.errors: list[tuple[RequestFailed, frozenset[str]]] = []
        """What went wrong with which domains, in the order in which it happened."""
        self.uncertain: dict[str, str] = {}
        """Domain id to why nobody knows whether its write was carried out."""

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
            self.not_sent.update(entry.domain.id or "" for entry in rest)
            self.report.settle(self.not_sent, Outcome(_report.FAILED, obstacle))
        elif rest:
            self.carry_out(rest)
        self.raise_unless_complete()

    def carry_out(self, entries: Sequence[PlannedDomain]) -> None:
        """Write these domains, wait for their jobs, and settle each of them."""
        is_first = not self.report.jobs
        self.submit(entries)
        if is_first and self.settings.wait:
            self.deadline = Deadline(self.clock, self.settings.wait_timeout)
        ids = {entry.domain.id or "" for entry in entries}
        if self.settings.wait:
            self.follow_jobs()
            self.settle_jobs(ids)
        self.settle_uncertain(ids)

    def obstacle_after(self, canary: Sequence[PlannedDomain]) -> str | None:
        """Return why the other domains must not be written after this canary, if so."""
        if any(self.report.outcomes[entry.domain.id or ""].status != _report.UPDATED for entry in canary):
            return "Not sent, because the canary did not come out as declared."
        if self.deadline.expired():
            return "Not sent, because wait_timeout was over when the canary had come out as declared."
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
            self.report.settle(domain_ids, Outcome(_report.FAILED, "Not sent, because an earlier request failed."))
            return
        try:
            job = self.api.submit(domain_ids, contact)
        except OutcomeUnknown as error:
            self.errors.append((error, frozenset(domain_ids)))
            self.report.written.update(domain_ids)
            self.uncertain.update(
                (i, f"it is not known whether the API acted: {_clause(error.explanation)}") for i in domain_ids
            )
        except (Refused, NotSent) as error:
            if isinstance(error, Refused) and len(domain_ids) > 1 and says_too_many(error):
                raise
            self.errors.append((error, frozenset(domain_ids)))
            self.report.settle(domain_ids, Outcome(_report.FAILED, _sentence(error.explanation)))
        else:
            self.report.jobs.append(job)
            self.report.written.update(domain_ids)
            self.report.settle(domain_ids, Outcome(_report.QUEUED))
            if job.id is None and self.settings.wait:
                self.uncertain.update((i, "the API accepted the update, but named no job") for i in domain_ids)

    # -- wait ------------------------------------------------------------------------------------------------------

    def follow_jobs(self) -> None:
        """Ask for all unfinished jobs, in rounds, until none is left or the time is up."""
        jobs, poll_interval = self.report.jobs, self.settings.poll_interval
        # The oldest of several jobs was under way while the others were sent.
        first_pause = 0 if sum(not job.is_over for job in jobs) > 1 else FIRST_POLL_PAUSE_SECONDS
        self.report.jobs = follow(jobs, self.ask, self.clock, self.deadline, poll_interval, first_pause)

    def ask(self, job: Job) -> Job:
        try:
            job = self.api.poll(job, self.deadline)
        except RequestFailed as error:
            job = replace(job, status=UNKNOWN, message=error.explanation)
        if job.status in (VANISHED, UNKNOWN):
            reason = f"job {job.id} could not be followed: {_clause(job.message or 'no reason given')}"
            self.uncertain.update((domain_id, reason) for domain_id in job.domain_ids)
        return job

    # -- verify ----------------------------------------------------------------------------------------------------

    def settle_jobs(self, domain_ids: Set[str]) -> None:
        """Judge those of the domains whose jobs are over, whatever the jobs say, by one more read."""
        over = [job for job in self.report.jobs if job.status in (COMPLETED, JOB_FAILED)]
        jobs = {i: job for job in over for i in job.domain_ids if i in domain_ids}
        if self.settings.verify:
            self.verify(list(jobs), {i: self.job_failure(job) for i, job in jobs.items() if job.status == JOB_FAILED})
            return
        for domain_id, job in jobs.items():
            completed = job.status == COMPLETED
            self.report.settle(
                [domain_id],
                Outcome(_report.UPDATED, f"Job {job.id} says so; it was not verified.")
                if completed
                else Outcome(_report.FAILED, self.job_failure(job)),
            )

    @staticmethod
    def job_failure(job: Job) -> str:
        return _sentence(f"job {job.id} failed" + (f", {quoted(job.message)}" if job.message else ""))

    def settle_uncertain(self, domain_ids: Set[str]) -> None:
        """Read back until the values of uncertain writes arrive or the time is up. Such a write is never sent again."""
        waiting = [i for i in self.uncertain if i in domain_ids]
        while waiting:
            self.verify(
                waiting, {i: _sentence(f"{self.uncertain[i]}, and the values have not arrived") for i in waiting}
            )
            arrived = [i for i in waiting if self.report.outcomes[i].status == _report.UPDATED]
            if arrived:
                self.report.warnings.append(
                    f"The update of {self.report.named(arrived)} got no usable answer, but reading back shows that it"
                    " was carried out."
                )
            waiting = [i for i in waiting if self.report.outcomes[i].status != _report.UPDATED]
            if not waiting or self.deadline.expired():
                return
            self.clock.sleep(min(self.settings.poll_interval, self.deadline.remaining()))

    def verify(self, domain_ids: list[str], failures: dict[str, str]) -> None:
        """Read these domains again and settle each by what is stored.

        :param failures: why a domain is expected to have failed; told if nothing of it arrived.
        """
        if not domain_ids:
            return
        try:
            reading = self.api.read_contacts([self.entries[i].domain for i in domain_ids], self.deadline)
        except HostUpError as error:
            if isinstance(error, RequestFailed):
                self.errors.append((error, frozenset(domain_ids)))
            reason = f"The update was sent, but reading back failed: {getattr(error, 'explanation', error)}"
            self.report.settle(domain_ids, Outcome(_report.FAILED, reason))
            return
        for domain_id in domain_ids:
            if domain_id in reading.contacts:
                outcome = self.outcome(self.entries[domain_id], reading.contacts[domain_id], failures.get(domain_id))
            else:
                reason = reading.unreadable.get(domain_id, "the API's answer did not include this domain.")
                outcome = Outcome(_report.FAILED, f"The update was sent, but reading back failed: {reason}")
            self.report.settle([domain_id], outcome)
        self.warn_of_wrong_failures(domain_ids, failures)

    def outcome(self, entry: PlannedDomain, stored_now: Contact, failure: str | None) -> Outcome:
        verdicts = judge_result(entry, stored_now)
        missing = {name: stored_now.get(name, "") for name, verdict in verdicts.items() if verdict.kind == NOT_APPLIED}
        normalised = tuple((name, v.rule or "") for name, v in verdicts.items() if v.kind == NORMALISED)
        if not missing:
            return Outcome(_report.UPDATED, normalised=normalised)
        if failure is not None and len(missing) == len(verdicts):
            return Outcome(_report.FAILED, failure, not_applied=missing)
        reason = failure or "The API reported success, but reading back shows other values."
        return Outcome(_report.NOT_APPLIED, reason, normalised, missing)

    def warn_of_wrong_failures(self, domain_ids: list[str], failures: dict[str, str]) -> None:
        wrong = [
            i
            for i in domain_ids
            if i in failures and i not in self.uncertain and self.report.outcomes[i].status == _report.UPDATED
        ]
        if wrong:
            self.report.warnings.append(
                f"The job of {self.report.named(wrong)} reported a failure, but reading back shows that it was"
                " carried out."
            )

    # -- tell ------------------------------------------------------------------------------------------------------

    def raise_unless_complete(self) -> None:
        outcomes = {i: self.report.outcomes[i] for i in self.entries}
        good = {_report.UPDATED} if self.settings.wait else {_report.UPDATED, _report.QUEUED}
        bad = {i: outcome for i, outcome in outcomes.items() if outcome.status not in good}
        if not bad:
            return
        unfinished = [i for i, outcome in bad.items() if outcome.status == _report.QUEUED]
        causes = {i: self.cause(i, outcome) for i, outcome in bad.items()}
        message = f"{len(bad)} of {len(outcomes)} domains could not be updated as declared. {self.report.told(causes)}"
        if self.uncertain.keys() & bad.keys() or unfinished:
            message += " Run the task again later: it compares first, so nothing that has arrived is written twice."
        cause = next((error for error, ids in self.errors if ids & bad.keys()), None)
        message += told_request_id(cause.request_id if cause else None)
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
        return "job_failed" if any(outcome.status == _report.FAILED for outcome in sent) else "not_applied"

    def cause(self, domain_id: str, outcome: Outcome) -> str:
        if outcome.status == _report.QUEUED:
            job = next(job for job in self.report.jobs if domain_id in job.domain_ids)
            return f"Job {job.id} was not finished after {self.settings.wait_timeout:g} seconds (wait_timeout)."
        if outcome.status == _report.NOT_APPLIED:
            return f"Not stored as declared: {', '.join(outcome.not_applied)}. {outcome.reason}"
        return outcome.reason or ""


def _stops_all(error: RequestFailed) -> bool:
    """Tell whether an error is about the API as a whole, so that sending further batches makes no sense."""
    # A single domain that is too many shows that the API means something else than their number.
    too_many = isinstance(error, Refused) and says_too_many(error)
    return too_many or isinstance(error, (NotSent, OutcomeUnknown)) or error.http_status in (401, 429)


def _clause(text: str) -> str:
    return text[:-1] if text.endswith(".") else text


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
