# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out a plan against a simulated registrar: what is sent, how it is waited for, and what is reported."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Answers, Api, Reading
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job, JobStatus
from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import read_listed
from ansible_collections.hostup.cloud.plugins.module_utils._api.resolve import resolve
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._engine.apply import ApplySettings, PartialFailure, apply
from ansible_collections.hostup.cloud.plugins.module_utils._engine.backup import Backup
from ansible_collections.hostup.cloud.plugins.module_utils._engine.guards import ALLOW, NONE, GuardSettings
from ansible_collections.hostup.cloud.plugins.module_utils._engine.job_file import JobFile
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison, Plan, Wanted
from ansible_collections.hostup.cloud.plugins.module_utils._engine.planner import Planner
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    Exchange,
    MissingDomains,
    NotSent,
    OutcomeUnknown,
    Refused,
    RequestFailed,
    TransientServerError,
)
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Report
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import whole

WRITE = Exchange("POST", "/api/v2/domains/bulk/contacts", "update the contact of 1 domain")


class InstantClock(Clock):
    """Time passes only by sleeping."""

    def __init__(self) -> None:
        self.time = 0.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds


def as_given(value: str) -> str:
    return value


@dataclass
class Registrar(Api):
    """An API whose behaviour a test chooses; it keeps count of what it was asked.

    :ivar job_states: what each poll of any job answers, the last one for ever; the update is applied at the last.
    :ivar normalise: what the registry makes of a value, by field.
    :ivar submit_errors: raised by the next submissions, one each; None submits normally.
    :ivar acts: whether a submission that raises is carried out all the same.
    :ivar absent: fields that no read returns.
    """

    concurrency = 1

    clock: InstantClock
    store: dict[str, dict[str, str]] = field(default_factory=dict)
    complete: bool = False
    names: dict[str, str] = field(default_factory=dict)
    job_states: tuple[str, ...] = ("running", "completed")
    normalise: dict[str, Callable[[str], str]] = field(default_factory=dict)
    ignored: dict[str, set[str]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    unreadable_errors: dict[str, RequestFailed] = field(default_factory=dict)
    submit_errors: list[RequestFailed | None] = field(default_factory=list)
    read_errors: list[RequestFailed | None] = field(default_factory=list)
    poll_error: RequestFailed | None = None
    acts: bool = False
    acts_after: float = 0.0
    names_no_job: bool = False
    poll_seconds: float = 0.0
    absent: frozenset[str] = frozenset()
    batch_size: int = 100
    writes: list[tuple[tuple[str, ...], dict[str, str]]] = field(default_factory=list)
    reads: list[list[str]] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)
    pending: list[tuple[float, tuple[str, ...], dict[str, str]]] = field(default_factory=list)

    @property
    def sends_complete_contact(self) -> bool:  # type: ignore[override]
        return self.complete

    def domain_pages(self) -> Iterator[list[Domain]]:
        yield [Domain(domain_id, name) for domain_id, name in self.names.items()]

    looks_up_names = False
    details_have_name = False
    has_edit_gates = False

    def read_details(self, domains: Sequence[Domain]) -> Answers[Mapping[str, Any]]:
        raise NotImplementedError

    def read_contacts(self, domains: Sequence[Domain], deadline: Deadline | None = None) -> Reading:
        ids = [domain.id or "" for domain in domains]
        self.reads.append(ids)
        if self.read_errors:
            error = self.read_errors.pop(0)
            if error is not None:
                raise error
        for moment, members, contact in self.pending:
            if moment <= self.clock.time:
                self.write_down(members, contact)
        reading = Reading(names=dict(self.names), errors=dict(self.unreadable_errors))
        for domain_id in ids:
            if domain_id in self.unreadable:
                reading.unreadable[domain_id] = self.unreadable[domain_id]
            else:
                reading.contacts[domain_id] = whole(self.store[domain_id], absent=self.absent)
        return reading

    def submit(self, domain_ids: Sequence[str], contact: Contact) -> Job:
        ids = tuple(domain_ids)
        self.writes.append((ids, dict(contact)))
        error = self.submit_errors.pop(0) if self.submit_errors else None
        if error is not None:
            if self.acts:
                self.pending.append((self.clock.time + self.acts_after, ids, dict(contact)))
            raise error
        if self.names_no_job:
            self.pending.append((self.clock.time + self.acts_after, ids, dict(contact)))
            return Job(None, None, ids)
        return Job(f"job_{len(self.writes)}", "/x", ids, JobStatus(self.job_states[0]))

    def poll(self, job: Job, deadline: Deadline | None = None) -> Job:
        job_id = job.id or ""
        self.polls.append(job_id)
        self.clock.time += self.poll_seconds
        if self.poll_error is not None:
            raise self.poll_error
        state = self.job_states[min(self.polls.count(job_id), len(self.job_states) - 1)]
        if state in ("completed", "failed", "vanished"):
            self.write_down(*self.writes[int(job_id.partition("_")[2]) - 1])
        return replace(job, status=JobStatus(state), message="the registry said no" if state == "failed" else None)

    def write_down(self, domain_ids: Sequence[str], contact: Contact) -> None:
        for domain_id in domain_ids:
            for name, value in contact.items():
                if name not in self.ignored.get(domain_id, set()):
                    self.store[domain_id][name] = self.normalise.get(name, as_given)(value)


OLD = {"firstname": "Erik", "city": "Umeå", "phonenumber": "+46.700000099", "country": "SE"}
DECLARED = {"firstname": "Anna", "city": "Malmö"}


@dataclass
class Run:
    """One run of the engine, as the module does it, with everything that can be observed."""

    registrar: Registrar
    report: Report
    error: PartialFailure | None = None

    @property
    def statuses(self) -> dict[str, str]:
        return {entry["id"]: entry["status"] for entry in self.result["domains"]}

    @property
    def result(self) -> dict[str, Any]:
        return self.report.as_result(with_diff=True, api_calls={})

    def entry(self, domain_id: str) -> dict[str, Any]:
        return next(cast("dict[str, Any]", e) for e in self.result["domains"] if e["id"] == domain_id)


def run(
    registrar: Registrar,
    declared: Contact | None = None,
    accepted: dict[str, frozenset[str]] | None = None,
    job_file: JobFile | None = None,
    **settings: Any,
) -> Run:
    declared = DECLARED if declared is None else declared
    report = Report(check_mode=False)
    domains = [Domain(domain_id) for domain_id in registrar.store]
    report.domains = domains
    planner = planner_of(registrar, report, declared, accepted)
    outcome = Run(registrar, report)
    try:
        carry_out(planner.plan(domains), registrar, report, planner, job_file, **settings)
    except PartialFailure as error:
        outcome.error = error
    return outcome


def planner_of(
    registrar: Registrar, report: Report, declared: Contact, accepted: dict[str, frozenset[str]] | None = None
) -> Planner:
    wanted = Wanted({None: declared}, Comparison(accepted=accepted or {}))
    return Planner(
        registrar, report, wanted, GuardSettings(ALLOW, None, NONE), registrar.clock, lambda _plan, _written: None
    )


def carry_out(
    plan: Plan,
    registrar: Registrar,
    report: Report,
    planner: Planner,
    job_file: JobFile | None = None,
    **settings: Any,
) -> None:
    backup = Backup(None, report, "https://cloud.hostup.se", "v2", registrar.clock)
    apply(
        plan,
        registrar,
        report,
        ApplySettings(**settings),
        registrar.clock,
        planner=planner,
        backup=backup,
        job_file=job_file or JobFile(None, "https://cloud.hostup.se"),
    )


def registrar_of(*ids: str, **behaviour: Any) -> Registrar:
    return Registrar(InstantClock(), {domain_id: dict(OLD) for domain_id in ids}, **behaviour)


# -- the ordinary run --------------------------------------------------------------------------------------------------


def test_one_write_its_job_and_one_verifying_read() -> None:
    done = run(registrar_of("dom_a", "dom_b"))
    assert done.error is None
    assert done.registrar.writes == [(("dom_a", "dom_b"), DECLARED)]
    assert done.registrar.reads == [["dom_a", "dom_b"], ["dom_a", "dom_b"]]
    assert done.statuses == {"dom_a": "updated", "dom_b": "updated"}
    assert done.result["changed"] is True
    assert [job["status"] for job in done.result["jobs"]] == ["completed"]


def test_only_what_differs_is_written_and_verified() -> None:
    registrar = registrar_of("dom_a", "dom_b", "dom_c")
    registrar.store["dom_b"].update(DECLARED)
    registrar.store["dom_c"]["city"] = "Malmö"
    done = run(registrar)
    assert registrar.writes == [(("dom_a",), DECLARED), (("dom_c",), {"firstname": "Anna"})]
    assert registrar.reads[-1] == ["dom_a", "dom_c"]
    assert done.statuses == {"dom_a": "updated", "dom_b": "unchanged", "dom_c": "updated"}


def test_all_groups_are_submitted_before_any_job_is_polled_and_polled_together() -> None:
    registrar = registrar_of("dom_a", "dom_b", "dom_c", batch_size=1)
    run(registrar)
    assert registrar.polls == ["job_1", "job_2", "job_3"]
    assert registrar.reads[-1] == ["dom_a", "dom_b", "dom_c"]


def test_one_job_is_left_some_time_before_it_is_asked_for_and_the_first_of_several_has_had_it() -> None:
    one, several = registrar_of("dom_a"), registrar_of("dom_a", "dom_b", batch_size=1)
    run(one)
    run(several)
    assert (one.clock.sleeps, several.clock.sleeps) == ([0.05], [0])


def test_the_first_pauses_are_short_and_the_longest_is_the_poll_interval() -> None:
    registrar = registrar_of("dom_a", job_states=("queued", *["running"] * 11, "completed"))
    run(registrar, poll_interval=2)
    *growing, first_longest, longest = registrar.clock.sleeps
    assert growing == pytest.approx([0.05 * 1.5**step for step in range(10)])
    assert (first_longest, longest) == (2, 2)


def test_a_job_that_is_over_at_once_is_not_polled() -> None:
    registrar = registrar_of("dom_a", job_states=("completed",))
    done = run(registrar, verify_timeout=0)
    assert registrar.polls == []
    assert done.statuses == {"dom_a": "not_applied"}


def test_where_the_api_needs_complete_contacts_nothing_that_was_read_is_left_out() -> None:
    registrar = registrar_of("dom_a", complete=True)
    run(registrar)
    assert registrar.writes == [(("dom_a",), {**dict.fromkeys(FIELD_NAMES, ""), **OLD, **DECLARED})]


# -- canary ------------------------------------------------------------------------------------------------------------


def test_the_canary_is_verified_before_the_others_are_sent() -> None:
    registrar = registrar_of("dom_a", "dom_b", "dom_c")
    done = run(registrar, canary=1)
    assert done.error is None
    assert [ids for ids, _contact in registrar.writes] == [("dom_a",), ("dom_b", "dom_c")]
    assert registrar.reads == [["dom_a", "dom_b", "dom_c"], ["dom_a"], ["dom_b", "dom_c"], ["dom_b", "dom_c"]]
    assert set(done.statuses.values()) == {"updated"}
    assert [job["status"] for job in done.result["jobs"]] == ["completed", "completed"]


@pytest.mark.parametrize("canary", [3, 4])
def test_a_canary_of_all_domains_is_one_update(canary: int) -> None:
    registrar = registrar_of("dom_a", "dom_b", "dom_c")
    assert run(registrar, canary=canary).error is None
    assert [ids for ids, _contact in registrar.writes] == [("dom_a", "dom_b", "dom_c")]


def test_the_canary_is_counted_in_domains_that_change() -> None:
    registrar = registrar_of("dom_a", "dom_b", "dom_c")
    registrar.store["dom_a"].update(DECLARED)
    run(registrar, canary=1)
    assert [ids for ids, _contact in registrar.writes] == [("dom_b",), ("dom_c",)]


@pytest.mark.parametrize(
    ("trouble", "status", "code"),
    [
        ({"ignored": {"dom_a": {"city"}}}, "not_applied", "not_applied"),
        ({"ignored": {"dom_a": {"firstname", "city"}}, "job_states": ("running", "failed")}, "failed", "job_failed"),
        ({"submit_errors": [Refused(WRITE, "HTTP 409.", code="locked", http_status=409)]}, "failed", "locked"),
        ({"job_states": ("running",)}, "queued", "wait_timeout"),
    ],
)
def test_after_a_canary_that_did_not_come_out_as_declared_nothing_else_is_sent(
    trouble: dict[str, Any], status: str, code: str
) -> None:
    done = run(registrar_of("dom_a", "dom_b", "dom_c", **trouble), canary=1)
    assert [ids for ids, _contact in done.registrar.writes] == [("dom_a",)]
    assert done.statuses == {"dom_a": status, "dom_b": "failed", "dom_c": "failed"}
    assert done.entry("dom_b")["reason"] == "Not sent, because the canary did not come out as declared."
    assert done.error is not None
    assert done.error.as_failure()["code"] == code
    assert "dom_b, dom_c: Not sent, because the canary" in str(done.error)


def test_nothing_is_sent_that_nobody_would_wait_for() -> None:
    registrar = registrar_of("dom_a", "dom_b", poll_seconds=20)
    done = run(registrar, canary=1, wait_timeout=10)
    assert [ids for ids, _contact in registrar.writes] == [("dom_a",)]
    assert done.statuses == {"dom_a": "updated", "dom_b": "failed"}
    assert done.error is not None
    assert done.error.code == "wait_timeout"
    assert "wait_timeout was over when the canary had come out as declared" in str(done.error)


# -- without waiting, without verifying --------------------------------------------------------------------------------


def test_without_wait_nothing_is_polled_or_verified() -> None:
    done = run(registrar_of("dom_a"), wait=False)
    assert done.error is None
    assert done.registrar.polls == []
    assert len(done.registrar.reads) == 1
    assert done.statuses == {"dom_a": "queued"}
    assert done.result["changed"] is True


def test_without_verify_the_word_of_the_job_is_reported_as_such() -> None:
    done = run(registrar_of("dom_a"), verify=False)
    assert len(done.registrar.reads) == 1
    assert done.statuses == {"dom_a": "updated"}
    assert done.entry("dom_a")["reason"] == "Job job_1 says so; it was not verified."
    failed = run(registrar_of("dom_a", job_states=("running", "failed")), verify=False)
    assert failed.statuses == {"dom_a": "failed"}
    assert failed.error is not None
    assert failed.error.code == "job_failed"


# -- a job is not proof ------------------------------------------------------------------------------------------------


def test_a_completed_job_with_other_values_stored_is_not_applied() -> None:
    done = run(registrar_of("dom_a", "dom_b", normalise={"city": lambda city: city.replace("ö", "o")}))
    assert done.statuses == {"dom_a": "not_applied", "dom_b": "not_applied"}
    assert done.entry("dom_a")["not_applied"] == ["city"]
    assert done.entry("dom_a")["stored"] == {"city": "Malmo"}
    assert done.error is not None
    assert done.error.code == "not_applied"
    assert str(done.error) == (
        "2 of 2 domains could not be updated as declared. dom_a, dom_b: Not stored as declared: city. The API reported"
        " success, but reading back shows other values."
    )


def test_another_notation_of_the_declared_value_is_success_and_reported() -> None:
    registrar = registrar_of("dom_a", normalise={"phonenumber": lambda phone: phone[:3] + "." + phone[3:]})
    done = run(registrar, {"phonenumber": "+46711111111"})
    assert done.error is None
    assert done.statuses == {"dom_a": "updated"}
    assert done.entry("dom_a")["equivalent"] == [{"field": "phonenumber", "rule": "phone_notation"}]


def test_a_job_that_reports_a_failure_but_did_its_work_is_success_with_a_warning() -> None:
    done = run(registrar_of("dom_a", job_states=("running", "failed")))
    assert done.error is None
    assert done.statuses == {"dom_a": "updated"}
    assert done.report.warnings == [
        "The job of dom_a reported a failure, but reading back shows that it was carried out."
    ]


def test_a_job_that_fails_for_some_domains_is_reported_for_each() -> None:
    registrar = registrar_of("dom_a", "dom_b", "dom_c", job_states=("running", "failed"))
    registrar.ignored = {"dom_b": {"firstname", "city"}, "dom_c": {"city"}}
    done = run(registrar)
    assert done.statuses == {"dom_a": "updated", "dom_b": "failed", "dom_c": "not_applied"}
    assert done.entry("dom_b")["reason"] == 'Job job_1 failed, "the registry said no".'
    assert done.result["changed"] is True
    assert done.error is not None
    assert done.error.code == "job_failed"


@pytest.mark.parametrize("broken", [{"job_states": ("running", "vanished")}, {"names_no_job": True}])
def test_a_job_that_cannot_be_followed_is_judged_by_reading_back(broken: dict[str, Any]) -> None:
    done = run(registrar_of("dom_a", **broken))
    assert done.error is None
    assert done.statuses == {"dom_a": "updated"}
    assert "reading back shows that it was carried out" in done.report.warnings[0]


def test_a_job_that_cannot_be_asked_for_is_read_back_until_the_time_is_up() -> None:
    poll_error = Refused(WRITE, "HTTP 403.", code="forbidden", http_status=403)
    registrar = registrar_of("dom_a", poll_error=poll_error)
    done = run(registrar, wait_timeout=10, poll_interval=2)
    assert done.statuses == {"dom_a": "failed"}
    assert done.error is not None
    assert done.error.code == "outcome_unknown"
    assert [job["status"] for job in done.result["jobs"]] == ["unknown"]
    assert registrar.clock.time == pytest.approx(10)


def test_an_accepted_spelling_is_success_and_reported() -> None:
    registrar = registrar_of("dom_a", normalise={"city": lambda city: city.replace("ö", "o")})
    done = run(registrar, accepted={"city": frozenset({"Malmo"})})
    assert done.error is None
    assert done.entry("dom_a")["equivalent"] == [{"field": "city", "rule": "accept_stored"}]
    assert run(registrar, accepted={"city": frozenset({"Malmo"})}).result["changed"] is False


def test_a_field_that_the_api_never_reports_is_warned_of_once_and_not_written_again() -> None:
    registrar = registrar_of("dom_a", "dom_b", complete=True, absent=frozenset({"address2"}))
    declared = {**DECLARED, "address2": "Lgh 1101"}
    first = run(registrar, declared)
    assert first.error is None
    assert registrar.writes[0][1]["address2"] == "Lgh 1101"
    assert first.entry("dom_a")["unverifiable"] == ["address2"]
    second = run(registrar, declared)
    assert second.result["changed"] is False
    (warning,) = second.report.warnings
    assert warning == (
        "The API does not return address2 of dom_a, dom_b, so nobody knows whether it is stored as declared. It is sent"
        " along when another field changes, and is no reason to write by itself."
    )


# -- the wait runs out -------------------------------------------------------------------------------------------------


def test_when_the_wait_runs_out_the_task_fails_with_what_is_queued() -> None:
    registrar = registrar_of("dom_a", job_states=("queued", "running"))
    done = run(registrar, wait_timeout=7)
    assert registrar.clock.time == pytest.approx(7)
    assert done.statuses == {"dom_a": "queued"}
    assert done.result["changed"] is True
    assert done.error is not None
    assert done.error.code == "wait_timeout"
    assert "Job job_1 was not finished after 7 seconds (wait_timeout)" in str(done.error)
    assert "Run the task again later" in str(done.error)
    assert [job["id"] for job in done.result["jobs"]] == ["job_1"]


# -- writes that fail --------------------------------------------------------------------------------------------------


def test_each_job_is_polled_at_least_once_and_none_twice_after_the_deadline() -> None:
    registrar = registrar_of("dom_a", "dom_b", "dom_c", batch_size=1, poll_seconds=3, job_states=("running",))
    done = run(registrar, wait_timeout=4)
    assert registrar.polls == ["job_1", "job_2", "job_3"]
    assert done.statuses == {"dom_a": "queued", "dom_b": "queued", "dom_c": "queued"}


def test_a_refused_batch_does_not_stop_the_others() -> None:
    refused = Refused(
        WRITE, "the API answered HTTP 409 domain_not_eligible.", code="domain_not_eligible", http_status=409
    )
    registrar = registrar_of("dom_a", "dom_b", "dom_c", batch_size=1, submit_errors=[None, refused])
    done = run(registrar)
    assert done.statuses == {"dom_a": "updated", "dom_b": "failed", "dom_c": "updated"}
    assert done.entry("dom_b")["reason"] == "The API answered HTTP 409 domain_not_eligible."
    assert done.error is not None
    assert done.error.as_failure()["code"] == "domain_not_eligible"
    assert done.error.as_failure()["http_status"] == 409


def test_a_refused_only_batch_changes_nothing() -> None:
    refused = Refused(WRITE, "HTTP 403.", code="forbidden", http_status=403)
    done = run(registrar_of("dom_a", submit_errors=[refused]))
    assert done.result["changed"] is False
    assert len(done.registrar.reads) == 1


@pytest.mark.parametrize(
    "error",
    [
        NotSent(WRITE, "no connection.", code="connection_failed"),
        OutcomeUnknown(WRITE, "connection lost.", code="connection_lost"),
        Refused(WRITE, "HTTP 401.", code="unauthorized", http_status=401),
        Refused(WRITE, "HTTP 429.", code="rate_limited", http_status=429),
    ],
)
def test_an_api_that_is_gone_stops_further_batches(error: RequestFailed) -> None:
    registrar = registrar_of("dom_a", "dom_b", "dom_c", batch_size=1, submit_errors=[None, error])
    done = run(registrar, wait_timeout=3)
    assert len(registrar.writes) == 2
    assert done.statuses == {"dom_a": "updated", "dom_b": "failed", "dom_c": "failed"}
    assert done.entry("dom_c")["reason"] == "Not sent, because an earlier request failed."
    assert done.error is not None
    assert done.error.as_failure()["code"] == error.code


def test_a_batch_that_is_too_large_is_halved_until_it_fits() -> None:
    too_many = Refused(WRITE, "HTTP 413.", code="http_413", http_status=413)
    registrar = registrar_of("dom_a", "dom_b", "dom_c", "dom_d", "dom_e", submit_errors=[too_many, too_many])
    done = run(registrar)
    assert [len(ids) for ids, _contact in registrar.writes] == [5, 2, 1, 1, 1, 1, 1]
    assert done.error is None
    assert set(done.statuses.values()) == {"updated"}


def test_a_batch_of_one_that_is_too_large_is_a_refusal_of_everything() -> None:
    too_many = Refused(WRITE, "HTTP 413.", code="http_413", http_status=413)
    registrar = registrar_of("dom_a", "dom_b", "dom_c", submit_errors=[too_many] * 5)
    done = run(registrar)
    assert done.statuses == dict.fromkeys(("dom_a", "dom_b", "dom_c"), "failed")
    assert [len(ids) for ids, _contact in registrar.writes] == [3, 1]
    assert done.result["changed"] is False


# -- lost answers ------------------------------------------------------------------------------------------------------

LOST = OutcomeUnknown(WRITE, "connection lost.", code="connection_lost")


def test_a_lost_answer_is_read_back_and_never_sent_again() -> None:
    registrar = registrar_of("dom_a", submit_errors=[LOST], acts=True, acts_after=5)
    done = run(registrar, poll_interval=2)
    assert len(registrar.writes) == 1
    assert done.error is None
    assert done.statuses == {"dom_a": "updated"}
    assert registrar.clock.time == pytest.approx(0.5 + 0.75 + 1.125 + 1.6875 + 2, abs=0.1)
    assert done.report.warnings == [
        "The update of dom_a got no usable answer, but reading back shows that it was carried out."
    ]


def test_values_that_arrive_one_after_another_are_one_warning() -> None:
    registrar = registrar_of("dom_a", "dom_b", submit_errors=[LOST])
    registrar.pending = [(1, ("dom_a",), DECLARED), (5, ("dom_b",), DECLARED)]
    done = run(registrar, poll_interval=2)
    assert done.statuses == {"dom_a": "updated", "dom_b": "updated"}
    assert done.report.warnings == [
        "The update of dom_a, dom_b got no usable answer, but reading back shows that it was carried out."
    ]


def test_a_lost_write_fails_when_its_values_do_not_arrive_in_time() -> None:
    registrar = registrar_of("dom_a", submit_errors=[LOST])
    done = run(registrar, wait_timeout=9, poll_interval=2)
    assert len(registrar.writes) == 1
    assert done.statuses == {"dom_a": "failed"}
    assert done.result["changed"] is True
    assert registrar.clock.time == pytest.approx(9)
    assert done.error is not None
    assert "It is not known whether the API acted: connection lost, and the values have not arrived" in str(done.error)
    assert "Run the task again later" in str(done.error)


def test_a_lost_answer_without_wait_is_read_back_once() -> None:
    registrar = registrar_of("dom_a", submit_errors=[LOST], acts=True)
    done = run(registrar, wait=False)
    assert done.statuses == {"dom_a": "updated"}
    assert registrar.clock.sleeps == []


@pytest.mark.parametrize(
    ("behaviour", "kept"),
    [
        pytest.param({"job_states": ("queued", "running")}, ("job_1", "running"), id="job not over"),
        pytest.param({"submit_errors": [LOST]}, (None, "sending"), id="answer lost, nothing seen"),
        pytest.param({"submit_errors": [LOST], "acts": True}, None, id="answer lost, carried out"),
        pytest.param({"poll_error": Refused(WRITE, "HTTP 403.", code="forbidden")}, ("job_1", "unknown"), id="no poll"),
        pytest.param({"job_states": ("running", "vanished")}, None, id="job gone, carried out"),
        pytest.param({"job_states": ("running", "failed"), "ignored": {"dom_a": {*DECLARED}}}, None, id="job failed"),
        pytest.param({"submit_errors": [Refused(WRITE, "HTTP 422.", code="invalid")]}, None, id="refused"),
        pytest.param({}, None, id="carried out"),
    ],
)
def test_an_update_stays_in_the_job_file_as_long_as_its_outcome_is_open(
    behaviour: dict[str, Any], kept: tuple[str | None, str] | None, tmp_path: Path
) -> None:
    path = tmp_path / "jobs.json"
    run(registrar_of("dom_a", **behaviour), job_file=JobFile(path, "https://cloud.hostup.se"), wait_timeout=9)
    jobs = json.loads(path.read_text(encoding="utf-8"))["jobs"] if path.exists() else []
    assert [(job["id"], job["status"]) for job in jobs] == ([kept] if kept else [])


def test_an_accepted_update_without_a_job_is_queued_without_wait() -> None:
    done = run(registrar_of("dom_a", names_no_job=True), wait=False)
    assert done.error is None
    assert done.statuses == {"dom_a": "queued"}


# -- reading back fails ------------------------------------------------------------------------------------------------


def test_success_is_not_claimed_when_reading_back_fails() -> None:
    trouble = TransientServerError(Exchange("POST", "/read", "read"), "HTTP 503.", code="http_503", http_status=503)
    registrar = registrar_of("dom_a", read_errors=[None, *[trouble] * 100])
    done = run(registrar, verify_timeout=10)
    assert registrar.clock.time == pytest.approx(10.05)
    assert done.statuses == {"dom_a": "failed"}
    assert done.entry("dom_a")["reason"] == "The update was sent, but reading back failed: HTTP 503."
    assert done.result["changed"] is True
    assert done.error is not None
    assert done.error.as_failure()["code"] == "http_503"


def test_a_read_back_that_fails_once_is_tried_again() -> None:
    trouble = TransientServerError(Exchange("POST", "/read", "read"), "HTTP 503.", code="http_503", http_status=503)
    done = run(registrar_of("dom_a", read_errors=[None, trouble]))
    assert done.statuses == {"dom_a": "updated"}
    assert done.error is None


def test_a_read_back_that_is_refused_is_not_tried_again() -> None:
    refused = Refused(Exchange("POST", "/read", "read"), "HTTP 403.", code="forbidden", http_status=403)
    done = run(registrar_of("dom_a", read_errors=[None, refused]))
    assert len(done.registrar.reads) == 2
    assert done.statuses == {"dom_a": "failed"}


def test_one_domain_that_cannot_be_read_back_does_not_hide_the_others() -> None:
    registrar = registrar_of("dom_a", "dom_b")
    report = Report(check_mode=False)
    domains = [Domain("dom_a"), Domain("dom_b")]
    report.domains = domains
    planner = planner_of(registrar, report, DECLARED)
    plan = planner.plan(domains)
    registrar.unreadable = {"dom_b": "the API could not read it."}
    with pytest.raises(PartialFailure):
        carry_out(plan, registrar, report, planner)
    assert [entry["status"] for entry in report.as_result(with_diff=False, api_calls={})["domains"]] == [
        "updated",
        "failed",
    ]


# -- before the plan ---------------------------------------------------------------------------------------------------


def test_every_domain_that_cannot_be_read_is_named_before_anything_is_written() -> None:
    registrar = registrar_of("dom_a", "dom_b", "dom_c", names={"dom_b": "b.example"})
    registrar.unreadable = {"dom_b": "no contact.", "dom_c": "no contact."}
    with pytest.raises(MissingDomains) as caught:
        run(registrar)
    assert str(caught.value) == (
        "Could not read the stored contact of 2 of 3 domains; nothing was written. b.example, dom_c: no contact."
    )
    assert registrar.writes == []


def forbidden(request_id: str) -> Refused:
    read = Exchange("GET", "/api/domain-contacts/1", "read the stored contact of 1")
    return Refused(read, "the API answered HTTP 403.", code="FORBIDDEN", http_status=403, request_id=request_id)


@pytest.mark.parametrize(
    ("forbidden_ids", "code", "http_status"),
    [(["1", "2", "3", "4", "5"], "FORBIDDEN", 403), (["1", "2", "3", "4"], "unreadable_domain", None)],
)
def test_domains_with_one_cause_are_one_sentence_and_all_of_them_forbidden_is_about_the_key(
    forbidden_ids: list[str], code: str, http_status: int | None
) -> None:
    registrar = registrar_of("1", "2", "3", "4", "5")
    # Answers come in any order; what is reported is in the declared one.
    registrar.unreadable = dict.fromkeys(reversed(forbidden_ids), "the API answered HTTP 403.")
    registrar.unreadable_errors = {domain_id: forbidden(f"req_{domain_id}") for domain_id in reversed(forbidden_ids)}
    with pytest.raises(MissingDomains) as caught:
        run(registrar)
    assert str(caught.value) == (
        f"Could not read the stored contact of {len(forbidden_ids)} of 5 domains; nothing was written."
        f" 1, 2, 3 and {len(forbidden_ids) - 3} more: the API answered HTTP 403. Request id: req_1."
    )
    assert caught.value.as_failure()["code"] == code
    assert caught.value.as_failure()["http_status"] == http_status


def test_names_are_resolved_in_the_declared_order_behind_the_ids_and_are_as_the_api_has_them() -> None:
    registrar = registrar_of(names={"dom_a": "A.example", "dom_b": "b.example"})
    listed = read_listed(["dom_x"], ["b.example", "a.example"], "auto")
    assert resolve(registrar, listed) == [
        Domain("dom_x"),
        Domain("dom_b", "b.example"),
        Domain("dom_a", "A.example"),
    ]


def test_one_id_for_two_names_is_neither_of_them() -> None:
    class TwoNames(Registrar):
        def domain_pages(self) -> Iterator[list[Domain]]:
            yield [Domain("dom_a", "a.example"), Domain("dom_a", "b.example")]

    registrar = TwoNames(InstantClock())
    with pytest.raises(MissingDomains, match=r"the id dom_a for a\.example and for b\.example") as caught:
        resolve(registrar, read_listed([], ["a.example", "b.example"], "auto"))
    assert caught.value.code == "ambiguous_domain"


def test_all_unknown_names_are_reported_at_once() -> None:
    registrar = registrar_of(names={"dom_a": "a.example"})
    with pytest.raises(MissingDomains, match=r"no domain named x\.example, y\.example\.") as caught:
        resolve(registrar, read_listed([], ["x.example", "a.example", "y.example"], "auto"))
    assert set(caught.value.reasons) == {"x.example", "y.example"}


def test_a_name_that_is_also_listed_by_id_is_an_error() -> None:
    registrar = registrar_of(names={"dom_a": "a.example"})
    with pytest.raises(InvalidInput, match="are the same domain"):
        resolve(registrar, read_listed(["dom_a"], ["a.example"], "auto"))


# -- properties --------------------------------------------------------------------------------------------------------

NORMALISATIONS: dict[str, Callable[[str], str]] = {
    "phonenumber": lambda phone: phone.replace("+467", "+46.7"),
    "country": str.lower,
    "postcode": lambda postcode: postcode.replace(" ", ""),
    "email": lambda email: email.replace("EXAMPLE", "example").replace("räksmörgås", "xn--rksmrgs-5wao1o"),
}
EMAILS = st.sampled_from(
    ["a@example.com", "a@EXAMPLE.com", "A@example.com", "a@räksmörgås.se", "a@xn--rksmrgs-5wao1o.se"]
)
STORED = st.fixed_dictionaries(
    {"country": st.sampled_from(["SE", "se"])},
    optional={
        "firstname": st.sampled_from(["Anna", "Erik", "Åsa"]),
        "companyname": st.sampled_from(["", "Example AB"]),
        "phonenumber": st.sampled_from(["+46700000000", "+46.700000000", "0700000000"]),
        "email": EMAILS,
        "postcode": st.sampled_from(["123 45", "12345", "411 01"]),
    },
)
DECLARATIONS = st.fixed_dictionaries(
    {},
    optional={
        "firstname": st.sampled_from(["Anna", "Erik", "Åsa"]),
        "companyname": st.sampled_from(["", "Example AB"]),
        "phonenumber": st.sampled_from(["+46700000000", "+46700000001"]),
        "email": EMAILS,
        "postcode": st.sampled_from(["123 45", "12345", "411 01"]),
        "country": st.sampled_from(["SE", "se"]),
    },
)


@given(
    stored=st.lists(STORED, min_size=1, max_size=5),
    declared=DECLARATIONS.filter(bool),
    normalised=st.sets(st.sampled_from(sorted(NORMALISATIONS))),
    complete=st.booleans(),
    batch_size=st.integers(1, 3),
)
def test_a_plan_that_was_applied_leaves_nothing_to_plan_and_touches_nothing_undeclared(
    stored: list[dict[str, str]], declared: dict[str, str], normalised: set[str], complete: bool, batch_size: int
) -> None:
    registrar = Registrar(
        InstantClock(),
        {f"dom_{index}": dict(contact) for index, contact in enumerate(stored)},
        complete=complete,
        batch_size=batch_size,
        normalise={name: NORMALISATIONS[name] for name in normalised},
    )
    first = run(registrar, declared)
    assert first.error is None
    assert first.result["changed"] == bool(registrar.writes)
    second = run(registrar, declared)
    assert second.result["changed"] is False
    assert second.result["diff"] == []
    for index, contact in enumerate(stored):
        kept = {name: value for name, value in contact.items() if name not in declared}
        verdicts = Comparison().verdicts(kept, whole(registrar.store[f"dom_{index}"]))
        assert all(verdict.kind != "different" for verdict in verdicts.values())
