# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What is known about a run so far: a result that can be returned at any moment, also when the run fails half-way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain, ListedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import StoredContact
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import MissingDomains
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages, write_messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.diff import diff_of
from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import (
    SHORTEST_STORED_VALUE,
    WITHHELD,
    format_causes,
    format_names,
    personal,
    without_quotes,
    without_values,
)
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status

ENDED_WELL = (Status.UNCHANGED, Status.PLANNED, Status.UPDATED, Status.SKIPPED)


class PlannedDomain(Protocol):
    """What a result says of the plan for one domain; the engine's own class has more."""

    @property
    def domain(self) -> Domain: ...
    @property
    def stored(self) -> StoredContact: ...
    @property
    def changed_fields(self) -> tuple[str, ...]: ...
    @property
    def before(self) -> Contact: ...
    @property
    def after(self) -> Contact: ...
    @property
    def equivalent(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def unverifiable(self) -> tuple[str, ...]: ...
    @property
    def left_out(self) -> tuple[str, ...]: ...
    @property
    def unmet(self) -> tuple[str, ...]: ...
    @property
    def held_back(self) -> tuple[str, ...]: ...


class Plan(Protocol):
    """What a result says of a plan."""

    @property
    def entries(self) -> Sequence[PlannedDomain]: ...
    @property
    def considered(self) -> Sequence[PlannedDomain]: ...
    @property
    def changing(self) -> Sequence[PlannedDomain]: ...
    def updated(self, later: Any) -> Any: ...


@dataclass(frozen=True)
class Outcome:
    """How one domain ended.

    :ivar normalised: (field, rule) of values that are stored in another notation than declared.
    :ivar not_applied: field to the value that is stored instead of the declared one.
    :ivar altered: field that the update was not to change, to the value that is stored now.
    """

    status: Status
    reason: str | None = None
    normalised: tuple[tuple[str, str], ...] = ()
    not_applied: Mapping[str, str] = field(default_factory=dict)
    altered: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unapproved:
    """A change that is not as it was approved.

    :ivar fields: those in which it is not.
    :ivar reason: why, in sentences without any value.
    """

    domain: Domain
    fields: tuple[str, ...]
    reason: str

    def as_json(self) -> dict[str, Any]:
        return {"id": self.domain.id, "name": self.domain.name, "fields": list(self.fields), "reason": self.reason}


class Report:
    """Collects what happens in a run; :meth:`as_result` is the task's result.

    :param check_mode: whether the plan itself is the result.
    :param redact: whether to leave out the contact values.
    :ivar api_url: the address of the API, as soon as it is known.
    :ivar failed: whether the run has ended with an error.
    :ivar written: ids of the domains for which a write was accepted, or may have been.
    """

    def __init__(self, *, check_mode: bool, redact: bool = False) -> None:
        self.check_mode = check_mode
        self.redact = redact
        self.failed = False
        self.api_url: str | None = None
        self.backup_file: str | None = None
        self.plan_file: str | None = None
        self.plan_digest: str | None = None
        self.unapproved: Sequence[Unapproved] = ()
        self.domains: Sequence[ListedDomain] = ()
        self.plan: Plan | None = None
        self.jobs: list[Job] = []
        self.written: set[str] = set()
        self.warnings: list[str] = []
        self.outcomes: dict[str, Outcome] = {}
        self._private: dict[str, str] = {}
        self._announced: set[tuple[str, tuple[str, ...]]] = set()

    def take_names(self, names: Mapping[str, str]) -> None:
        """Keep names of domains, by id, where none was known."""
        self.domains = [d if d.name else replace(d, name=names.get(d.id or "")) for d in self.domains]

    def take_plan(self, plan: Plan) -> None:
        """Keep the plan, and warn of what it cannot know: one warning for each field and reason."""
        self.plan = plan
        unverifiable = _by_field(plan.considered, lambda entry: entry.unverifiable)
        left_out = _by_field(plan.changing, lambda entry: entry.left_out)
        self.warnings += [
            messages.unverifiable_field(name, self.format_names(ids)) for name, ids in unverifiable.items()
        ]
        self.warnings += [messages.left_out_field(name, self.format_names(ids)) for name, ids in left_out.items()]

    def take_plan_again(self, plan: Plan) -> None:
        """Put these entries in the place of those of the same domains: they were read once more."""
        if self.plan is not None:
            self.plan = self.plan.updated(plan)

    def is_news(self, domain_id: str, fields: tuple[str, ...]) -> bool:
        """Return whether the change of these fields of a domain was not asked about before."""
        known = (domain_id, fields) in self._announced
        self._announced.add((domain_id, fields))
        return not known

    def warn_once(self, *warnings: str) -> None:
        """Warn of what was not said before."""
        self.warnings += [warning for warning in warnings if warning not in self.warnings]

    def mark_sensitive(self, *contacts: Contact) -> None:
        """Take these contact values out of every text that is returned later, whoever wrote it."""
        self._private.update(personal(*contacts))

    def safe_text(self, text: str) -> str:
        """Return a text about the run with ``<field>`` in the place of declared and stored contact values."""
        return self._without_values(text, *(entry.stored.known for entry in (self.plan.entries if self.plan else ())))

    def _without_values(self, text: str, *stored: Contact) -> str:
        # A short word that some domain happens to store would take words out of sentences that are not about it.
        shortest = 1 if self.redact else SHORTEST_STORED_VALUE
        others = {value: name for value, name in personal(*stored).items() if len(value) >= shortest}
        text = without_quotes(text) if self.redact else text
        return without_values(text, {**others, **self._private}, self.domains)

    def safe_words(self, text: str) -> str:
        """Return words of the API as they may be shown: with ``redact`` not at all."""
        return WITHHELD if self.redact else self.safe_text(text)

    def record_outcome(self, domain_ids: Iterable[str], outcome: Outcome) -> None:
        """Record how these domains ended; a later call replaces an earlier one."""
        self.outcomes.update((domain_id, outcome) for domain_id in domain_ids)

    def record_outcomes(self, outcomes: Mapping[str, Outcome]) -> None:
        """Record how each of these domains ended, by id; a later call replaces an earlier one."""
        self.outcomes.update(outcomes)

    def take_unapproved(self, unapproved: Sequence[Unapproved]) -> None:
        """Keep the changes for which the run ends, because they were not approved."""
        self.unapproved = unapproved
        self.record_outcomes({one.domain.id: Outcome(Status.FAILED, one.reason) for one in unapproved})

    def sending(self, domain_ids: Sequence[str]) -> None:
        """Note that a write of these domains is about to be sent: if the run ends now, it may have been carried out."""
        self.written.update(domain_ids)
        self.record_outcome(domain_ids, Outcome(Status.FAILED, write_messages.SENDING))

    def not_sent(self, domain_ids: Sequence[str]) -> None:
        """Note that the API has not acted on a write of these domains."""
        self.written.difference_update(domain_ids)

    def advice(self) -> str:
        """Return what to do after a run that was cut short, or nothing if it has sent nothing."""
        under_way = [job.id for job in self.jobs if job.id is not None and not job.is_over]
        return messages.after_interrupt(under_way) if self.written else ""

    def take_error(self, error: HostUpError) -> None:
        """Note that an error ends the run, and record the outcome of the domains that it is about."""
        self.failed = True
        if isinstance(error, MissingDomains):
            for key, reason in error.reasons.items():
                self.record_outcome([key], Outcome(Status.FAILED, reason))

    @property
    def changed(self) -> bool:
        """True when anything was written, may have been, or (check mode) would be: not by a run that would fail."""
        if self.check_mode:
            return bool(self.plan and self.plan.changing) and not self.failed
        return bool(self.written)

    def format_names(self, domain_ids: Sequence[str]) -> str:
        """Return the first few domains by name, and how many more there are."""
        return format_names(self.domains, domain_ids)

    def format_causes(self, causes: Mapping[str, str]) -> str:
        """Return one sentence for each cause, with the first domains that have it, and how many more there are.

        :param causes: domain id to cause.
        """
        return format_causes(self.domains, causes)

    def counts(self) -> str:
        """Return how many domains there are of each status, as a sentence; nothing before anything was compared."""
        if self.plan is None or not self.domains:
            return ""
        planned = {entry.domain.id: entry for entry in self.plan.entries}
        summary = summary_of(self._outcome(domain, planned.get(domain.id or "")).status for domain in self.domains)
        held_back = sum(bool(entry.held_back) for entry in self.plan.entries)
        return messages.format_summary(summary, held_back)

    def as_result(self, *, with_diff: bool, api_calls: Mapping[str, int]) -> dict[str, Any]:
        """Return ``changed``, ``domains``, ``summary``, ``jobs``, ``api_calls``, ``api_url``, on demand ``diff``."""
        planned = {entry.domain.id: entry for entry in self.plan.entries} if self.plan else {}
        entries = [self._entry(domain, planned.get(domain.id or "")) for domain in self.domains]
        result: dict[str, Any] = {
            "changed": self.changed,
            "domains": entries,
            "summary": summary_of(entry["status"] for entry in entries),
            "jobs": [
                {"id": job.id, "status": job.status.value, "domain_ids": list(job.domain_ids), "progress": job.progress}
                for job in self.jobs
            ],
            "api_calls": dict(api_calls),
            "api_url": self.api_url,
        }
        files = {"backup_file": self.backup_file, "plan_file": self.plan_file, "plan_digest": self.plan_digest}
        result.update((key, value) for key, value in files.items() if value is not None)
        if self.unapproved:
            result["unapproved"] = [one.as_json() for one in self.unapproved]
        if with_diff:
            result["diff"] = diff_of(self.plan.changing, redact=self.redact) if self.plan else []
        return result

    def _entry(self, domain: ListedDomain, planned: PlannedDomain | None) -> dict[str, Any]:
        outcome = self._outcome(domain, planned)
        before, after = (planned.before, planned.after) if planned and self._shows_values(domain, outcome) else ({}, {})
        equivalent = (*(planned.equivalent if planned else ()), *outcome.normalised)
        return {
            "id": domain.id,
            "name": domain.name,
            "status": outcome.status.value,
            "changed_fields": list(planned.changed_fields) if planned else [],
            "before": self._shown(before),
            "after": self._shown(after),
            "equivalent": [{"field": name, "rule": rule} for name, rule in equivalent],
            "unverifiable": list(planned.unverifiable) if planned else [],
            "not_applied": list(outcome.not_applied),
            "altered": list(outcome.altered),
            "held_back": list(planned.held_back) if planned else [],
            "stored": self._shown({**outcome.not_applied, **outcome.altered}),
            "reason": self._reason(outcome, planned),
        }

    def _shows_values(self, domain: ListedDomain, outcome: Outcome) -> bool:
        """Return whether to return the values: of a failed run only those of domains that did not end well."""
        return not self.failed or (domain.id in self.outcomes and outcome.status not in ENDED_WELL)

    def _reason(self, outcome: Outcome, planned: PlannedDomain | None) -> str | None:
        if outcome.reason is None:
            return None
        return self._without_values(outcome.reason, *([planned.stored.known] if planned else []))

    def _shown(self, contact: Mapping[str, str]) -> dict[str, str | None]:
        return {name: None if self.redact else value for name, value in contact.items()}

    def _outcome(self, domain: ListedDomain, planned: PlannedDomain | None) -> Outcome:
        return self.outcomes.get(domain.id or domain.name or "") or self._outcome_of_plan(planned)

    def _outcome_of_plan(self, planned: PlannedDomain | None) -> Outcome:
        if planned is None:
            return Outcome(Status.SKIPPED, messages.NOT_COMPARED)
        if planned.unmet:
            return Outcome(
                Status.SKIPPED, messages.condition_not_met(planned.unmet, in_sync=not planned.changed_fields)
            )
        if not planned.changed_fields:
            return Outcome(Status.UNCHANGED)
        if self.check_mode and not self.failed:
            return Outcome(Status.PLANNED)
        return Outcome(Status.FAILED, messages.NOT_WRITTEN)


def summary_of(statuses: Iterable[str]) -> dict[str, int]:
    """Return the number of domains in all, and with each status."""
    counted = Counter(statuses)
    return {"total": sum(counted.values()), **{status.value: counted[status] for status in Status}}


def _by_field(
    entries: Iterable[PlannedDomain], fields_of: Callable[[PlannedDomain], tuple[str, ...]]
) -> dict[str, list[str]]:
    """Return the ids of the domains by each of the fields that ``fields_of`` gives for them."""
    ids: dict[str, list[str]] = {}
    for entry in entries:
        for name in fields_of(entry):
            ids.setdefault(name, []).append(entry.domain.id)
    return ids
