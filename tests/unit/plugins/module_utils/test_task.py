# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a run becomes the result of an Ansible task, on success and on every kind of failure."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
import responses

from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job, JobStatus
from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import V1, V2
from ansible_collections.hostup.cloud.plugins.module_utils._api.v1 import ApiV1
from ansible_collections.hostup.cloud.plugins.module_utils._api.v2 import ApiV2
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    Exchange,
    FieldError,
    MissingDomains,
    Refused,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Outcome, Report
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status
from ansible_collections.hostup.cloud.plugins.module_utils._task import task as task_module
from ansible_collections.hostup.cloud.plugins.module_utils._task.task import Task, handling
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import plan_for, whole

API_KEY = "k3y-that-no-one-may-see"
ORIGIN = "https://cloud.hostup.se"
CONNECTION = Connection(ORIGIN, API_KEY, max_retries=0)
READ = Exchange("GET", "/api/v2/domains", "list the domains of the account")
A = Domain("dom_a", "a.example.com")
B = Domain("dom_b", "b.example.com")


class Ended(Exception):
    """The task has ended; Ansible would end the process here."""


class Module:
    """What the task uses of an AnsibleModule.

    :ivar result: what was reported at the end; ``failed`` says how.
    :ivar while_failing: called while the failure is reported.
    """

    while_failing: Callable[[], None] | None = None

    def __init__(self, *, check_mode: bool = False, diff: bool = False) -> None:
        self.params = {"batch_size": 25, "concurrency": 3}
        self.check_mode = check_mode
        self._diff = diff
        self.result: dict[str, Any] = {}
        self.warnings: list[str] = []
        self.no_log_values: set[str] = set()

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def exit_json(self, **result: Any) -> NoReturn:
        self.result = {"failed": False, **result}
        raise Ended

    def fail_json(self, **result: Any) -> NoReturn:
        if self.while_failing is not None:
            self.while_failing()
        self.result = {"failed": True, **result}
        raise Ended


def finish(run: Callable[[Task[Report]], None], **settings: bool) -> Module:
    """Return the module after a task whose work is ``run``."""
    module: Any = Module(**settings)
    with pytest.raises(Ended):
        Task(module, Report(check_mode=module.check_mode)).finish(run)
    ended: Module = module
    return ended


def failing(error: Exception) -> Callable[[Task[Report]], None]:
    def run(task: Task[Report]) -> None:
        raise error

    return run


def plan_a_move(task: Task[Report]) -> None:
    """Plan a new city for dom_a, while dom_b has it already."""
    task.report.domains = [A, B]
    stored = {"dom_a": whole({"city": "Umeå"}), "dom_b": whole({"city": "Lund"})}
    task.report.plan = plan_for([A, B], stored, {"city": "Lund"}, Comparison())


# -- the result ------------------------------------------------------------------------------------------------------


def test_a_run_that_does_nothing_has_the_whole_result() -> None:
    module = finish(lambda task: None)
    summary = module.result.pop("summary")
    assert module.result == {
        "failed": False,
        "changed": False,
        "domains": [],
        "jobs": [],
        "api_calls": {"read": 0, "write": 0, "poll": 0},
        "api_url": None,
    }
    assert summary.pop("total") == 0
    assert set(summary.values()) == {0}
    assert module.warnings == []


def test_the_result_is_reported_from_the_report() -> None:
    def run(task: Task[Report]) -> None:
        plan_a_move(task)
        task.report.written.add("dom_a")
        task.report.record_outcome(["dom_a"], Outcome(Status.UPDATED))

    result = finish(run).result
    assert (result["failed"], result["changed"]) == (False, True)
    assert [entry["status"] for entry in result["domains"]] == ["updated", "unchanged"]


@pytest.mark.parametrize(("check_mode", "status", "changed"), [(True, "planned", True), (False, "failed", False)])
def test_check_mode_reaches_the_report(check_mode: bool, status: str, changed: bool) -> None:
    result = finish(plan_a_move, check_mode=check_mode).result
    assert (result["domains"][0]["status"], result["changed"]) == (status, changed)


@pytest.mark.parametrize("diff", [True, False])
def test_a_diff_is_reported_only_on_demand(diff: bool) -> None:
    assert ("diff" in finish(plan_a_move, diff=diff, check_mode=True).result) is diff


# -- the API ---------------------------------------------------------------------------------------------------------


def test_the_key_is_hidden_in_the_form_in_which_it_is_sent() -> None:
    def run(task: Task[Report]) -> None:
        task.open_api(V2, CONNECTION)

    assert finish(run).no_log_values == {API_KEY}


@pytest.mark.parametrize(
    ("generation", "dialect", "header"),
    [(V1, ApiV1, ("X-API-Key", API_KEY)), (V2, ApiV2, ("Authorization", f"Bearer {API_KEY}"))],
)
def test_each_generation_has_its_dialect_and_its_authentication(
    generation: str, dialect: type, header: tuple[str, str]
) -> None:
    def run(task: Task[Report]) -> None:
        api = task.open_api(generation, CONNECTION)
        assert isinstance(api, dialect)
        assert (api.batch_size, api.concurrency) == (25, 3)
        assert api.client.connection is CONNECTION
        with api.client:
            next(api.domain_pages(), None)

    with responses.RequestsMock() as server:
        server.get(f"{ORIGIN}/api/client-domains", json={"data": {"domains": [{"id": 7}]}})
        server.get(f"{ORIGIN}/api/v2/domains", json={"data": [{"id": "dom_a"}]})
        server.assert_all_requests_are_fired = False
        module = finish(run)
        sent = server.calls[0].request.headers
    assert header in sent.items()
    assert len({"X-API-Key", "Authorization"} & sent.keys()) == 1
    assert module.result["api_calls"] == {"read": 1, "write": 0, "poll": 0}


def test_a_missing_library_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_module, "REQUESTS_IMPORT_ERROR", "Traceback: no module named requests")
    result = finish(lambda task: void(task.open_api(V2, CONNECTION))).result
    assert result["failed"] is True
    assert "Python library (requests)" in result["msg"]
    assert result["exception"] == "Traceback: no module named requests"


def test_a_missing_library_is_no_matter_without_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_module, "REQUESTS_IMPORT_ERROR", "Traceback: no module named requests")
    assert finish(lambda task: None).result["failed"] is False


# -- failures --------------------------------------------------------------------------------------------------------


def test_a_refused_request_is_reported_in_full() -> None:
    error = Refused(
        READ,
        'the API answered HTTP 403 forbidden, "Not yours.".',
        code="forbidden",
        http_status=403,
        api_message="Not yours.",
        request_id="req_1",
        errors=[FieldError("/domainIds/0", "Not yours.", "foreign")],
    )
    result = finish(failing(error)).result
    assert result["failed"] is True
    assert result["msg"] == (
        'Could not list the domains of the account: the API answered HTTP 403 forbidden, "Not yours.".'
        " Request id: req_1."
    )
    assert result["failure"] == {
        "http_status": 403,
        "code": "forbidden",
        "message": "Not yours.",
        "request_id": "req_1",
        "errors": [{"field": "/domainIds/0", "message": "Not yours.", "code": "foreign"}],
        "method": "GET",
        "path": "/api/v2/domains",
    }
    assert (result["changed"], result["domains"]) == (False, [])


def test_invalid_input_is_reported_in_full() -> None:
    result = finish(failing(InvalidInput("timeout: no.", "api_key: no."))).result
    assert result["msg"].split() == ["timeout:", "no.", "api_key:", "no."]
    assert result["failure"]["code"] == "invalid_input"
    assert set(result["failure"]) == {"http_status", "code", "message", "request_id", "errors", "method", "path"}


def test_a_failure_after_a_write_is_a_change() -> None:
    def run(task: Task[Report]) -> None:
        plan_a_move(task)
        task.report.written.add("dom_a")
        raise Refused(READ, "no.", code="c")

    result = finish(run).result
    assert (result["failed"], result["changed"]) == (True, True)
    assert [entry["id"] for entry in result["domains"]] == ["dom_a", "dom_b"]


@pytest.mark.parametrize(("domain", "key"), [(A, "dom_a"), (Domain(None, "a.example.com"), "a.example.com")])
def test_a_domain_that_is_missing_has_failed_for_its_reason(domain: Domain, key: str) -> None:
    def run(task: Task[Report]) -> None:
        task.report.domains = [domain, B]
        raise MissingDomains("Not there.", {key: "the account has no such domain"}, code="unknown_domain")

    result = finish(run).result
    assert [entry["status"] for entry in result["domains"]] == ["failed", "skipped"]
    assert result["domains"][0]["reason"] == "the account has no such domain"
    assert result["failure"]["code"] == "unknown_domain"


def test_contact_values_are_in_no_text() -> None:
    def run(task: Task[Report]) -> None:
        task.report.mark_sensitive({"email": "anna@example.com", "city": "Arboga"})
        task.report.warnings.append("Arboga is not stored.")
        text = "anna@example.com in Arboga is wrong."
        raise Refused(READ, text, code="c", api_message=text, errors=[FieldError("/contacts/email", text)])

    module = finish(run)
    reported = [module.result["msg"], module.result["failure"]["message"], *module.warnings]
    reported.append(module.result["failure"]["errors"][0]["message"])
    assert len(reported) == 4
    assert not any("anna@example.com" in text or "Arboga" in text for text in reported)
    assert "<email> in <city> is wrong." in module.result["msg"]


def under_way(task: Task[Report]) -> None:
    task.report.domains = [A, B]
    task.report.sending(["dom_a"])
    task.report.jobs = [Job("dbj_1", "/api/jobs/dbj_1", ("dom_a",), JobStatus.RUNNING)]
    task.report.record_outcome(["dom_a"], Outcome(Status.QUEUED))


class Mistake(Exception):
    """A mistake that holds a value in every place that an exception has."""

    def __init__(self) -> None:
        super().__init__("Anna Svensson", {"firstname": "Anna"})
        self.contact = {"firstname": "Anna"}
        self.__cause__ = ValueError("Anna Svensson")

    def __repr__(self) -> str:
        return "Mistake(Anna Svensson)"


@pytest.mark.parametrize(
    "mistake",
    [
        ZeroDivisionError("Anna Svensson"),
        KeyError("Anna Svensson"),
        AssertionError("Anna Svensson"),
        UnicodeEncodeError("ascii", "Anna Svensson", 0, 1, "Anna"),
        RecursionError("Anna Svensson"),
        MemoryError("Anna Svensson"),
        OSError(28, "Anna Svensson", "/home/Anna"),
        Mistake(),
    ],
    ids=lambda mistake: type(mistake).__name__,
)
def test_a_mistake_of_the_collection_ends_the_task_with_its_report_and_without_a_value(mistake: Exception) -> None:
    def run(task: Task[Report]) -> None:
        under_way(task)
        raise mistake

    module = finish(run)
    result = module.result
    assert result["failed"]
    assert result["failure"] == {
        **dict.fromkeys(["http_status", "request_id", "method", "path"]),
        "code": "internal_error",
        "message": result["msg"],
        "errors": [],
    }
    assert f" {type(mistake).__name__} in test_task.py:" in result["msg"]
    assert "give pending_jobs dbj_1" in result["msg"]
    assert "Anna" not in str((result, module.warnings))
    assert "exception" not in result
    assert result["changed"] is True
    assert [entry["status"] for entry in result["domains"]] == ["queued", "skipped"]
    assert [job["id"] for job in result["jobs"]] == ["dbj_1"]


def test_a_mistake_before_anything_was_sent_says_so() -> None:
    def run(task: Task[Report]) -> None:
        plan_a_move(task)
        raise ZeroDivisionError("Anna Svensson")

    result = finish(run).result
    assert result["msg"].endswith(" Nothing was written.\n1 unchanged, 1 failed.")
    assert result["changed"] is False
    assert [entry["status"] for entry in result["domains"]] == ["failed", "unchanged"]


def test_a_mistake_is_reported_by_the_place_where_it_was_raised() -> None:
    def run(task: Task[Report]) -> None:
        int("Anna")

    def deeper(task: Task[Report]) -> None:
        run(task)

    line = run.__code__.co_firstlineno + 1
    assert f": ValueError in test_task.py:{line}." in finish(deeper).result["msg"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_task_like_a_failure(number: int) -> None:
    before = signal.getsignal(number)

    def run(task: Task[Report]) -> None:
        under_way(task)
        signal.raise_signal(number)

    result = finish(run).result
    assert result["failure"]["code"] == "interrupted"
    assert "pending_jobs dbj_1" in result["msg"]
    assert result["changed"] is True
    assert result["jobs"][0]["id"] == "dbj_1"
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_no_handler_of_errors_keeps_a_signal_from_ending_the_task(number: int) -> None:
    def run(task: Task[Report]) -> None:
        under_way(task)
        with contextlib.suppress(Exception):
            signal.raise_signal(number)
        task.report.jobs.clear()

    result = finish(run).result
    assert result["failure"]["code"] == "interrupted"
    assert [job["id"] for job in result["jobs"]] == ["dbj_1"]


@pytest.mark.parametrize("first", [signal.SIGTERM, None])
@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_another_signal_does_not_keep_a_failure_from_being_reported(first: int | None, second: int) -> None:
    def run(task: Task[Report]) -> None:
        under_way(task)
        if first is not None:
            signal.raise_signal(first)
        raise Refused(READ, "no.", code="refused")

    def take(number: int, _frame: object) -> None:
        taken.append(number)

    taken: list[int] = []
    module: Any = Module()
    module.while_failing = lambda: signal.raise_signal(second)
    with handling(take, signal.SIGINT, signal.SIGTERM):
        with pytest.raises(Ended):
            Task(module, Report(check_mode=False)).finish(run)
        assert signal.getsignal(second) is take, "afterwards a signal does what it did before"
    assert taken == []
    assert module.result["failure"]["code"] == ("refused" if first is None else "interrupted")
    assert module.result["jobs"][0]["id"] == "dbj_1"


@pytest.mark.parametrize("error", [Refused(READ, "no.", code="refused"), ZeroDivisionError("Anna")])
def test_nothing_is_being_handled_when_the_failure_is_reported(error: Exception) -> None:
    # Ansible shows the traceback of what is, where tracebacks are on, and its text may hold values.
    handled: list[object] = []
    module: Any = Module()
    module.while_failing = lambda: handled.append(sys.exc_info()[1])
    with pytest.raises(Ended):
        Task(module, Report(check_mode=False)).finish(failing(error))
    assert handled == [None]


def test_a_signal_before_anything_was_sent_says_so() -> None:
    result = finish(lambda _task: signal.raise_signal(signal.SIGTERM)).result
    assert result["msg"] == "The task was interrupted. Nothing was written."
    assert result["changed"] is False


# -- warnings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fails", [True, False])
def test_every_cause_of_a_retry_is_one_warning_with_its_count(fails: bool) -> None:
    def run(task: Task[Report]) -> None:
        client = task.open_api(V2, CONNECTION).client
        client.retries.update({"HTTP 429": 1, "connection lost": 3})
        client.calls.update({"read": 6})
        client.close()
        task.report.warnings.append("Look here.")
        if fails:
            raise Refused(READ, "no.", code="c")

    module = finish(run)
    assert module.result["failed"] is fails
    assert module.result["api_calls"]["read"] == 6
    assert module.warnings[0] == "Look here."
    assert [("once" in text, "3 times" in text) for text in module.warnings[1:]] == [(True, False), (False, True)]
    assert [text.endswith((": HTTP 429.", ": connection lost.")) for text in module.warnings[1:]] == [True, True]


def void(unused_value: object) -> None:
    """Drop a value where a function without one is called for."""
