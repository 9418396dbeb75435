# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Wait for the jobs of updates, read back what is stored, and judge it.

What a job says about itself is never proof, and a job that says nothing is none either: the stored values are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api, Reading
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import (
    FIRST_POLL_PAUSE_SECONDS,
    Job,
    JobStatus,
    follow,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import StoredContact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.job_file import JobFile
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import PlannedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._engine.policy import holder_fields
from ansible_collections.hostup.cloud.plugins.module_utils._engine.verify import (
    VerifiedField,
    WriteVerdict,
    may_still_arrive,
    status_of,
    verify,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import MissingDomains, Refused, RequestFailed
from ansible_collections.hostup.cloud.plugins.module_utils._http.workers import map_in_threads
from ansible_collections.hostup.cloud.plugins.module_utils._result import write_messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Outcome, Report
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status

FIRST_READ_PAUSE_SECONDS = 0.5

READ_PAUSE_GROWTH = 1.5


@dataclass(frozen=True)
class SettleSettings:
    """The options of the same names; all times are seconds."""

    wait_timeout: float = 900
    poll_interval: float = 2.0
    wait: bool = True
    verify: bool = True
    verify_timeout: float = 30


@dataclass(frozen=True)
class Expected:
    """What is known of the update of one domain before it is read back.

    :ivar patience: until when a read that still gives the values of before is repeated.
    :ivar failure: why it is expected to have failed; reported if nothing of it arrived.
    :ivar unfinished: the job that was not over in time.
    """

    patience: Deadline
    failure: str | None = None
    unfinished: Job | None = None


class Settlement:
    """Finds the outcome of the updates of one run.

    :param entries: domain id to what was planned.
    :param deadline: the end of ``wait_timeout``.
    :ivar uncertain: domain id to why it is open whether its update was carried out, as a clause.
    :ivar errors: what went wrong with which domains, in the order in which it happened.
    """

    def __init__(
        self,
        api: Api,
        report: Report,
        settings: SettleSettings,
        clock: Clock,
        entries: Mapping[str, PlannedDomain],
        job_file: JobFile,
    ) -> None:
        self.api = api
        self.report = report
        self.settings = settings
        self.clock = clock
        self.entries = entries
        self.job_file = job_file
        self.deadline = Deadline(clock, 0)
        self.uncertain: dict[str, str] = {}
        self.errors: list[tuple[RequestFailed, frozenset[str]]] = []
        self._answered: set[str] = set()
        """Uncertain domains whose update shows soon, or not at all."""
        self._as_before: set[str] = set()
        """Domains of which the latest read gives the values of before."""

    def begin(self) -> None:
        """Let ``wait_timeout`` begin."""
        self.deadline = Deadline(self.clock, self.settings.wait_timeout if self.settings.wait else 0)

    def take_uncertain(self, domain_ids: Iterable[str], reason: str, *, is_answered: bool = False) -> None:
        """Note that it is open whether the update of these domains was carried out.

        :param is_answered: whether the API has answered at all, so that what it did shows soon.
        """
        ids = list(domain_ids)
        self.uncertain.update((domain_id, reason) for domain_id in ids)
        self._answered.update(ids if is_answered else ())

    def settle(self, domain_ids: Set[str]) -> None:
        """Wait for the jobs of these domains, and record the outcome of each of them that was sent."""
        if self.settings.wait:
            self._follow_jobs()
            if not self.settings.verify:
                self._believe_jobs(domain_ids)
        expected = self._expected(domain_ids)
        self._read_back(expected)
        self._explain(expected)
        self._warn(expected)
        if self.settings.wait:
            self.job_file.end(i for i in domain_ids if not self._is_open(i))

    def _is_open(self, domain_id: str) -> bool:
        """Return whether a later run must wait for the update of a domain before it compares."""
        status = self.report.outcomes[domain_id].status
        return status is Status.QUEUED or (domain_id in self.uncertain and status is not Status.UPDATED)

    # -- wait ------------------------------------------------------------------------------------------------------

    def _follow_jobs(self) -> None:
        jobs = self.report.jobs
        # The oldest of several jobs was under way while the others were sent.
        first_pause = 0 if sum(not job.is_over for job in jobs) > 1 else FIRST_POLL_PAUSE_SECONDS
        self.report.jobs = follow(jobs, self._poll, self.clock, self.deadline, self.settings.poll_interval, first_pause)

    def _poll(self, jobs: Sequence[Job]) -> list[Job]:
        polled = map_in_threads(self._poll_one, jobs, self.api.concurrency)
        for job in polled:
            if job.status in (JobStatus.VANISHED, JobStatus.UNKNOWN):
                reason = write_messages.job_not_followed(job.id, job.message)
                self.take_uncertain(job.domain_ids, reason, is_answered=job.is_odd)
        self.job_file.update(polled)
        return polled

    def _poll_one(self, job: Job) -> Job:
        try:
            return self.api.poll(job, self.deadline)
        except RequestFailed as error:
            return replace(job, status=JobStatus.UNKNOWN, message=error.explanation)

    def _believe_jobs(self, domain_ids: Set[str]) -> None:
        for job in self.report.jobs:
            ids = [domain_id for domain_id in job.domain_ids if domain_id in domain_ids]
            if job.status is JobStatus.COMPLETED:
                self.report.record_outcome(ids, Outcome(Status.UPDATED, write_messages.job_not_verified(job.id)))
            elif job.status is JobStatus.FAILED:
                self.report.record_outcome(ids, Outcome(Status.FAILED, write_messages.job_failed(job.id, job.message)))

    # -- verify ----------------------------------------------------------------------------------------------------

    def _expected(self, domain_ids: Set[str]) -> dict[str, Expected]:
        """Return what is known of each domain that is to be read back: without ``verify``, of the uncertain ones."""
        at_once, later = Deadline(self.clock, 0), Deadline(self.clock, self.settings.verify_timeout)
        expected: dict[str, Expected] = {}
        for job in self.report.jobs if self.settings.wait and self.settings.verify else ():
            if job.status is JobStatus.COMPLETED:
                known = Expected(later)
            elif job.status is JobStatus.FAILED:
                known = Expected(at_once, write_messages.job_failed(job.id, job.message))
            else:
                known = Expected(at_once, unfinished=job)
            expected.update((domain_id, known) for domain_id in job.domain_ids if domain_id in domain_ids)
        for domain_id, reason in self.uncertain.items():
            if domain_id in domain_ids:
                patience = later if domain_id in self._answered and self.settings.wait else self.deadline
                expected[domain_id] = Expected(patience, write_messages.values_not_arrived(reason))
        return expected

    def _read_back(self, expected: Mapping[str, Expected]) -> None:
        """Read these domains, again as long as it may help, and record the outcome of each by what is stored."""
        waiting, pause = list(expected), min(FIRST_READ_PAUSE_SECONDS, self.settings.poll_interval)
        while waiting:
            longest = max((expected[i].patience for i in waiting), key=Deadline.remaining)
            waiting = [i for i in self._read_once(waiting, expected, longest) if not expected[i].patience.expired()]
            if waiting:
                self.clock.sleep(min(pause, longest.remaining()))
                pause = min(pause * READ_PAUSE_GROWTH, self.settings.poll_interval)

    def _read_once(self, domain_ids: Sequence[str], expected: Mapping[str, Expected], deadline: Deadline) -> list[str]:
        """Record the outcome of each domain by one read; return those of which a later read may show more."""
        try:
            reading = self.api.read_contacts([self.entries[i].domain for i in domain_ids], deadline)
        except HostUpError as error:
            if isinstance(error, RequestFailed):
                self.errors.append((error, frozenset(domain_ids)))
            reason = write_messages.read_back_failed(str(getattr(error, "explanation", error)))
            self.report.record_outcome(domain_ids, Outcome(Status.FAILED, reason))
            return [] if isinstance(error, (Refused, MissingDomains)) else list(domain_ids)
        return [i for i in domain_ids if self._judge(self.entries[i], reading, expected[i])]

    def _judge(self, entry: PlannedDomain, reading: Reading, expected: Expected) -> bool:
        """Record the outcome of one domain; return whether a later read may show more."""
        domain_id = entry.domain.id
        if domain_id not in reading.contacts:
            reason = write_messages.read_back_failed(reading.unreadable.get(domain_id, write_messages.NOT_IN_ANSWER))
            self.report.record_outcome([domain_id], Outcome(Status.FAILED, reason))
            return True
        fields = judge(entry, reading.contacts[domain_id])
        is_as_before = all(fields[name].is_as_before for name in entry.after)
        (self._as_before.add if is_as_before else self._as_before.discard)(domain_id)
        outcome = outcome_of(fields, entry.after.keys(), expected)
        if outcome.reason and entry.domain.name and holder_fields(entry.domain.name) & outcome.not_applied.keys():
            outcome = replace(outcome, reason=f"{outcome.reason} {write_messages.HOLDER_FIELDS_CURE}")
        self.report.record_outcome([domain_id], outcome)
        return may_still_arrive(fields)

    def _explain(self, expected: Mapping[str, Expected]) -> None:
        """Say of which updates nothing shows, although the API has answered. It may still act: that is no proof."""
        queued = {domain_id for job in self.report.jobs for domain_id in job.domain_ids}
        for domain_id in self._answered.intersection(expected, self._as_before) - queued:
            reason = write_messages.not_carried_out(self.uncertain[domain_id])
            self.report.record_outcome([domain_id], replace(self.report.outcomes[domain_id], reason=reason))

    def _warn(self, expected: Mapping[str, Expected]) -> None:
        """Warn of what reading back has proved although nobody said it, once for all domains."""
        updated = [i for i in expected if self.report.outcomes[i].status is Status.UPDATED]
        unexpected = {
            write_messages.carried_out_without_answer: [i for i in updated if i in self.uncertain],
            write_messages.carried_out_unfinished: [i for i in updated if expected[i].unfinished],
            write_messages.carried_out_despite_job: [
                i for i in updated if expected[i].failure and i not in self.uncertain
            ],
        }
        for warning, ids in unexpected.items():
            if ids:
                self.report.warnings.append(warning(self.report.format_names(ids)))


def judge(entry: PlannedDomain, stored_now: StoredContact) -> dict[str, VerifiedField]:
    """Return the verdict for each field of a domain that was updated as planned."""
    return verify(entry.stored, entry.after, entry.declared, stored_now, entry.comparison)


def outcome_of(fields: Mapping[str, VerifiedField], sent: Set[str], expected: Expected) -> Outcome:
    """Return how a domain ended.

    :param fields: the verdict for each field.
    :param sent: the fields that the update was to change.
    """

    def stored(*verdicts: WriteVerdict) -> dict[str, str]:
        return {name: field.stored for name, field in fields.items() if field.verdict in verdicts}

    not_applied, altered = stored(WriteVerdict.NOT_APPLIED), stored(WriteVerdict.LOST, WriteVerdict.ALTERED)
    normalised = tuple((name, fields[name].rule or "") for name in stored(WriteVerdict.NORMALISED))
    status, reason = status_of(fields), expected.failure
    if status is Status.UPDATED:
        return Outcome(status, normalised=normalised)
    if status is Status.ALTERED:
        reason = write_messages.fields_altered(list(altered), list(not_applied), expected.failure)
    elif status is Status.FAILED:
        reason = write_messages.read_back_failed(write_messages.fields_unknown(list(stored(WriteVerdict.UNKNOWN))))
    elif expected.unfinished:
        return Outcome(Status.QUEUED)
    elif reason and not_applied.keys() == sent:
        status = Status.FAILED
    else:
        reason = reason or write_messages.OTHER_VALUES
    return Outcome(status, reason, normalised, not_applied, altered)
