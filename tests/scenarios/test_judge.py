# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge itself: every expectation and every promise fails where it is not kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from in_process import Ended
from judge import CHECKS, Observed, broken_promises, differences, not_as_planned, unlike

from hostup_sandbox.controlled import FULL_ACCESS_KEY

READ, WRITE = "/api/v2/domains/bulk/contacts/read", "/api/v2/domains/bulk/contacts"
NAMES = {"dom_a": "example.com", "dom_b": "example.net", "dom_c": "shop.example"}
OLD, NEW = {"city": "Lund", "email": "anna@example.com"}, {"city": "Malmö", "email": "anna@example.com"}


def request(kind: str, path: str, **further: Any) -> dict[str, Any]:
    entry = {"kind": kind, "method": "GET", "path": path, "status": 200, "body": None, "user_agent": "hostup.cloud/2"}
    return {**entry, **further}


def an_entry(domain_id: str, status: str, *fields: str, reason: str | None = None) -> dict[str, Any]:
    return {
        "id": domain_id,
        "name": NAMES[domain_id],
        "status": status,
        "changed_fields": list(fields),
        "before": {name: OLD[name] for name in fields},
        "after": {name: NEW[name] for name in fields},
        "equivalent": [],
        "reason": reason,
    }


def a_run(folder: Path | None = None) -> dict[str, Any]:
    """What :class:`Observed` holds of a run that has updated one of two domains, and has warned of something."""
    result: dict[str, Any] = {
        "changed": True,
        "domains": [an_entry("dom_a", "updated", "city"), an_entry("dom_b", "unchanged")],
        "summary": {"total": 2, "updated": 1, "unchanged": 1, "failed": 0},
        "jobs": [{"id": "dbj_1", "status": "completed", "domain_ids": ["dom_a"]}],
        "api_calls": {"read": 4, "write": 1, "poll": 1},
        "diff": [{"before": "city: Lund\n", "after": "city: Malmö\n"}],
        "warnings": ["There is something to know."],
    }
    result["domains"][1]["equivalent"] = [{"field": "city", "rule": "outer_white_space"}]
    requests = [
        request("list", "/api/v2/domains"),
        request("read", READ, method="POST", body={"domainIds": ["dom_a", "dom_b"]}),
        request("read", f"{WRITE.replace('bulk', 'dom_a')}"),
        request("write", WRITE, method="POST", body={"domainIds": ["dom_a"], "contacts": {"city": "Malmö"}}),
        request("poll", "/api/jobs/dbj_1"),
        request("read", READ, method="POST", body={"domainIds": ["dom_a"]}),
    ]
    return {
        "ended": Ended(result, 0, 0.5),
        "check_mode": False,
        "requests": requests,
        "calls": {"read": 4, "write": 1, "poll": 1},
        "before": {name: dict(OLD) for name in NAMES.values()},
        "after": {name: dict(NEW if name == "example.com" else OLD) for name in NAMES.values()},
        "names": NAMES,
        "options": {"contacts": {"city": "Malmö"}},
        "folder": folder,
        "url": "http://127.0.0.1:8080",
    }


def a_failure(folder: Path | None = None) -> dict[str, Any]:
    """What :class:`Observed` holds of a run that a guard has ended."""
    run = a_run(folder)
    reason = "Left alone, because it differs."
    message = "example.com cannot be edited. Nothing was written. Request id: req_1."
    failure = {"code": "blocked", "http_status": 409, "message": message, "request_id": "req_1"}
    result = run["ended"].result
    result.update(
        changed=False,
        failed=True,
        msg=message,
        failure={**failure, "errors": [], "method": None, "path": None},
        domains=[an_entry("dom_a", "failed", "city", reason=reason), an_entry("dom_b", "skipped", reason=reason)],
        summary={"total": 2, "failed": 1, "skipped": 1},
        jobs=[],
        warnings=[],
        api_calls={"read": 1, "write": 0, "poll": 0},
        unapproved=[{"id": "dom_a", "name": "example.com", "fields": ["city"], "reason": reason}],
    )
    return {**run, "calls": result["api_calls"], "requests": run["requests"][1:2], "after": deepcopy(run["before"])}


# -- every expectation ------------------------------------------------------------------------------------------------

EXPECTED: dict[str, tuple[Any, list[Any]]] = {
    "bodies": ([{"city": "Malmö"}], [[], [{"city": "Lund"}], [{}]]),
    "calls": ({"read": 4, "poll": [1, 2]}, [{"read": 3}, {"poll": [2, 3]}, {"poll": [0, 0]}]),
    "changed": (True, [False]),
    "changes": ({"example.com": {"city": "Malmö"}}, [{}, {"example.com": {"city": "Lund"}}]),
    "diffs": (1, [0, 2]),
    "domains": (["updated", "unchanged"], [["unchanged", "updated"], ["updated"], {"updated": 2}]),
    "equivalent": ({"example.net": {"city": "outer_white_space"}}, [{}, {"example.net": {"city": "city_case"}}]),
    "every_request": ({"user_agent": "~^hostup"}, [{"user_agent": "~^curl"}, {"method": "GET"}]),
    "found": (["example.net", "example.com"], [["example.com"], ["example.com", "example.com"]]),
    "ids": (["example.com", "example.net"], [["example.net", "example.com"]]),
    "jobs": ([{"status": "completed", "domains": ["example.com"]}], [[], ["failed"], [{"domains": ["example.net"]}]]),
    "lists": (1, [0, 2]),
    "names": (["example.com", "example.net"], [["example.com"], ["example.com", None]]),
    "not_read_back": ([], [["example.com"], ["example.net"]]),
    "order": (["list", "read", "write", "poll", "read"], [["list", "read", "write", "poll"]]),
    "paths": (
        [r"~^/api/jobs/dbj_\d$", "/api/v2/domains", WRITE, READ, "/api/v2/domains/dom_a/contacts"],
        [["/api/v2/domains"], ["~", "~", "~", "~", "/api/v2/domains/dom_b/contacts"]],
    ),
    "preflight": (["example.com"], [[], ["example.net"], ["example.com", "example.net"]]),
    "read": (["example.com", "example.com", "example.net"], [["example.com", "example.net"], []]),
    "read_sizes": ([2, 1], [[1, 2], [3]]),
    "result": ({"summary": {"updated": 1}}, [{"summary": {"updated": 2}}, {"absent": 1}]),
    "sent": ([["example.com"]], [[], [["example.net"]], [["example.com", "example.net"]], [["example.com"]] * 2]),
    "stored": ({"example.com": {"city": "Malmö"}}, [{"example.com": {"city": "Lund"}}]),
    "warns": (["to know"], [[], ["to do"], ["to know", "to know"]]),
    "within": (1, [0.1]),
    "writes": ([{"method": "POST", "body": {"contacts": {"city": "Malmö"}}}], [[], [{"status": 500}], [{}] * 2]),
}
"""Expectation of a run that succeeds, to what it must accept, and what it must not."""

EXPECTED_OF_FAILURES: dict[str, tuple[Any, list[Any]]] = {
    "code": ("blocked", ["too_many_changes"]),
    "nowhere": (["Lund", "Malmö"], [["cannot be"], ["because it"]]),
    "reasons": ({"example.com": "differs"}, [{"example.com": "no answer"}, {"example.com": None}]),
    "refused": (True, []),
    "says": (["cannot be edited", "req_1"], [["cannot be read"]]),
    "says_not": (["Lund"], [["edited"]]),
    "status": (409, [None, 403]),
    "stopped": (True, []),
    "unapproved": ({"example.com": ["city"]}, [{}, {"example.com": []}, {"example.net": ["city"]}]),
}
"""The same of a run that fails. ``refused`` and ``stopped`` have one value only, and tests of their own."""

BASICS = {"warns": ["to know"]}
BASICS_OF_FAILURES = {"code": "blocked"}


def cases() -> Iterator[Any]:
    for expected, basics, of in ((EXPECTED, BASICS, a_run), (EXPECTED_OF_FAILURES, BASICS_OF_FAILURES, a_failure)):
        for key, (right, wrongs) in expected.items():
            for number, value in enumerate([right, *wrongs]):
                yield pytest.param(of, {**basics, key: value}, number == 0, id=f"{key}-{number}")


@pytest.mark.parametrize(("of", "expect", "holds"), list(cases()))
def test_an_expectation_accepts_what_it_says_and_nothing_else(
    of: Callable[[], dict[str, Any]], expect: dict[str, Any], holds: bool
) -> None:
    assert (list(differences(expect, Observed(**of()))) == []) is holds


def test_every_expectation_is_tried() -> None:
    assert sorted([*EXPECTED, *EXPECTED_OF_FAILURES, "backup", "plan_file"]) == sorted(CHECKS)


def test_an_expectation_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="unknown expectations: domain, says_nothing"):
        list(differences({"says_nothing": True, "domain": []}, Observed(**a_run())))


def test_a_task_without_a_code_must_succeed_and_one_with_a_code_must_fail() -> None:
    failed, succeeded = Observed(**a_failure()), Observed(**a_run())
    assert list(differences({}, failed)) == [f"the task failed: {failed.result['msg']}"]
    assert "the task succeeded: None" in list(differences({**BASICS, "code": "blocked"}, succeeded))


def test_without_a_word_there_is_no_warning() -> None:
    assert list(differences({}, Observed(**a_run()))) == ["warns: not expected: 'There is something to know.'"]


def changed_result(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda run: run["ended"].result.update({key: value})


def changed_failure(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda run: run["ended"].result["failure"].update({key: value})


def with_a_write(run: dict[str, Any]) -> None:
    run["requests"] = a_run()["requests"]


@pytest.mark.parametrize(
    ("expectation", "spoil"),
    [
        ("refused", changed_result("changed", True)),
        ("refused", changed_result("jobs", [{"id": "dbj_1"}])),
        ("refused", with_a_write),
        ("refused", changed_result("domains", [an_entry("dom_a", "updated")])),
        ("refused", changed_result("msg", "no capital letter and no end")),
        ("refused", changed_result("msg", "The first line.\n- the second line.")),
        ("stopped", with_a_write),
        ("stopped", changed_failure("path", WRITE)),
        ("stopped", changed_result("msg", "example.com cannot be edited.")),
    ],
)
def test_what_has_ended_before_it_wrote_has_not_written(
    expectation: str, spoil: Callable[[dict[str, Any]], None]
) -> None:
    run = a_failure()
    spoil(run)
    assert list(differences({**BASICS_OF_FAILURES, expectation: True}, Observed(**run))) != []


# -- the plan ---------------------------------------------------------------------------------------------------------

CHANGES = [{"id": "dom_a", "name": None, "profile": None, "fields": {"city": {"before": "Lund", "after": "Malmö"}}}]
PLAN: dict[str, Any] = {
    "format": 1,
    "created": "2026-11-26T08:00:00Z",
    "collection": "2.0.0",
    "api_url": "http://127.0.0.1:8080",
    "api_version": "v2",
    "redacted": False,
    "summary": {"total": 2, "unchanged": 1, "planned": 1},
    "changes": CHANGES,
}


def in_plan(folder: Path, expected: Any, plan: dict[str, Any] | None, mode: int = 0o600) -> list[str]:
    """In what a run is not as expected that has saved this plan, or none."""
    run, path = a_run(folder), folder / "plan.json"
    run["options"]["save_plan"] = str(path)
    if plan is not None:
        path.write_text(json.dumps(plan, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        path.chmod(mode)
        canonical = {"api_url": PLAN["api_url"], "api_version": "v2", "changes": plan["changes"]}
        text = json.dumps(canonical, sort_keys=True, separators=(",", ":"))
        digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
        run["ended"].result.update(plan_file=str(path), plan_digest=digest)
    return list(differences({**BASICS, "plan_file": expected}, Observed(**run)))


def test_a_plan_holds_what_is_expected_and_is_as_documented(tmp_path: Path) -> None:
    right = {"example.com": {"city": ["Lund", "Malmö"]}}
    assert in_plan(tmp_path, right, PLAN) == []
    assert in_plan(tmp_path, None, PLAN) != []
    assert in_plan(tmp_path, {}, PLAN) != []
    assert in_plan(tmp_path, {"example.com": {"city": ["Umeå", "Malmö"]}}, PLAN) != []
    assert in_plan(tmp_path, right, PLAN, 0o640) != []
    wrong: list[dict[str, Any]] = [
        {"format": 2},
        {"created": "today"},
        {"api_url": "https://cloud.hostup.se"},
        {"api_version": "v1"},
        {"redacted": True},
        {"redacted": f"hmac-sha256:{'0' * 64}"},
        {"summary": {"total": 2, "planned": 1}},
        {"summary": {"total": 3, "unchanged": 2, "planned": 1}},
        {"about": "more"},
    ]
    assert [change for change in wrong if in_plan(tmp_path, right, {**PLAN, **change}) == []] == []


def test_no_plan_is_neither_there_nor_returned(tmp_path: Path) -> None:
    assert in_plan(tmp_path, None, None) == []


# -- the backup -------------------------------------------------------------------------------------------------------


def saved_file(folder: Path) -> tuple[dict[str, Any], Path]:
    """A run that has saved what was stored, and its backup."""
    run = a_run(folder)
    path = folder / "backups" / "hostup-contacts-20261126T080000Z-x.json"
    path.parent.mkdir(mode=0o700)
    write(path, a_backup())
    run["ended"].result["backup_file"] = str(path)
    run["options"] = {"contacts": {"city": "Malmö"}, "backup_path": f"{folder}/backups/"}
    return run, path


def a_backup() -> dict[str, Any]:
    return {
        "format": 1,
        "api_url": "http://127.0.0.1:8080",
        "api_version": "v2",
        "domains": [{"id": "dom_a", "name": "example.com", "contact": dict(OLD)}],
        "restore": [
            {
                "domain_ids": ["dom_a"],
                "contacts": {"city": "Lund"},
                "when_current": {"city": "Malmö"},
                "left_out": [],
            }
        ],
    }


def write(path: Path, content: Any) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content), encoding="utf-8")


def in_backup(expected: list[str], run: dict[str, Any]) -> list[str]:
    return list(differences({**BASICS, "backup": expected}, Observed(**run)))


def test_a_backup_holds_what_was_stored(tmp_path: Path) -> None:
    run, path = saved_file(tmp_path)
    assert in_backup(["example.com"], run) == []
    assert in_backup(["example.net"], run) != []
    assert in_backup([], run) != []
    (path.parent / "another").touch()
    assert in_backup(["example.com"], run) != []


def test_no_backup_leaves_nothing_behind(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    assert in_backup([], run) == []
    assert in_backup(["example.com"], run) != []
    (tmp_path / "backups").mkdir()
    assert in_backup([], run) != []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (["format"], 2),
        (["api_url"], "https://elsewhere.example"),
        (["api_version"], "v1"),
        (["about"], f"The key is {FULL_ACCESS_KEY}"),
        (["domains", 0, "id"], "dom_b"),
        (["domains", 0, "contact", "city"], "Malmö"),
        (["domains", 0, "contact"], {"city": "Lund"}),
        (["domains", 0, "contact", "orgno"], "[SE]556000-0000"),
        (["restore"], []),
        (["restore", 0, "domain_ids"], ["dom_b"]),
        (["restore", 0, "contacts", "city"], "Malmö"),
        (["restore", 0, "contacts", "email"], "anna@example.com"),
        (["restore", 0, "when_current"], {}),
        (["restore", 0, "when_current", "city"], "Lund"),
        (["restore", 0, "left_out"], ["city"]),
    ],
)
def test_a_backup_that_holds_something_else_is_noticed(tmp_path: Path, place: list[Any], value: Any) -> None:
    run, path = saved_file(tmp_path)
    content: Any = a_backup()
    write(path, content)
    inner = content
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    write(path, content)
    assert in_backup(["example.com"], run) != []


def test_a_backup_with_another_mode_or_name_is_noticed(tmp_path: Path) -> None:
    run, path = saved_file(tmp_path)
    path.chmod(0o644)
    assert in_backup(["example.com"], run) != []
    path.chmod(0o600)
    path.parent.chmod(0o755)
    assert in_backup(["example.com"], run) != []
    path.parent.chmod(0o700)
    assert in_backup(["example.com"], run) == []
    other = path.rename(path.with_name("contacts.json"))
    run["ended"].result["backup_file"] = str(other)
    assert in_backup(["example.com"], run) != []


# -- every promise ----------------------------------------------------------------------------------------------------


def test_what_ends_as_it_should_breaks_no_promise() -> None:
    assert list(broken_promises(Observed(**a_run()))) == []
    assert list(broken_promises(Observed(**a_failure()))) == []


def in_check_mode(run: dict[str, Any]) -> None:
    run["check_mode"] = True


def counted_otherwise(run: dict[str, Any]) -> None:
    run["calls"] = {"read": 4, "write": 1, "poll": 2}


def sent_again(run: dict[str, Any]) -> None:
    run["requests"] = [*run["requests"], run["requests"][3]]


def sent_more(run: dict[str, Any]) -> None:
    run["requests"][3]["body"]["extra"] = True


def two_jobs(run: dict[str, Any]) -> None:
    run["ended"].result["jobs"] *= 2


def other_fields(run: dict[str, Any]) -> None:
    run["ended"].result["domains"][0]["before"] = {"email": "anna@example.com"}


@pytest.mark.parametrize(
    ("spoil", "noticed"),
    [
        (in_check_mode, "check mode wrote"),
        (counted_otherwise, "the sandbox counted"),
        (changed_result("failure", a_failure()["ended"].result["failure"]), "has a failure"),
        (changed_result("changed", False), "changed is false"),
        (changed_result("warnings", [f"The key is {FULL_ACCESS_KEY}."]), "API key"),
        (sent_again, "sent 2 times"),
        (sent_more, "extra"),
        (two_jobs, "more jobs than updates"),
        (other_fields, "other fields than changed_fields"),
        (changed_result("summary", {"total": 2, "updated": 2}), "expected"),
        (changed_result("warnings", ["There is something to know"]), "no sentence"),
        (changed_result("warnings", ["There is  something."]), "no sentence"),
        (changed_result("warnings", ["There is None."]), "no sentence"),
        (changed_result("warnings", ["There is something.."]), "no sentence"),
    ],
)
def test_a_promise_that_is_broken_is_noticed(spoil: Callable[[dict[str, Any]], None], noticed: str) -> None:
    run = a_run()
    spoil(run)
    assert any(noticed in line for line in broken_promises(Observed(**run)))


def without_reason(run: dict[str, Any]) -> None:
    run["ended"].result["domains"][1]["reason"] = None


def without_failure(run: dict[str, Any]) -> None:
    del run["ended"].result["failure"]


def without_errors(run: dict[str, Any]) -> None:
    del run["ended"].result["failure"]["errors"]


def without_the_job(run: dict[str, Any]) -> None:
    run["ended"].result["failure"]["code"] = "wait_timeout"
    run["ended"].result["jobs"] = [{"id": "dbj_1", "status": "running"}]


@pytest.mark.parametrize(
    ("spoil", "noticed"),
    [
        (without_reason, "example.net has no reason"),
        (without_failure, "has a failure"),
        (without_errors, "errors"),
        (without_the_job, "names none of the jobs"),
        (changed_failure("request_id", "req_2"), "req_2 is not in the message"),
        (changed_result("msg", "It did not work: Traceback req_1."), "no sentence"),
    ],
)
def test_a_promise_of_failures_that_is_broken_is_noticed(spoil: Callable[[dict[str, Any]], None], noticed: str) -> None:
    run = a_failure()
    spoil(run)
    assert any(noticed in line for line in broken_promises(Observed(**run)))


@pytest.mark.parametrize(("status", "is_noticed"), [(500, True), (None, True), (302, True), (400, False), (429, False)])
def test_only_an_update_that_was_refused_may_be_sent_again(status: int | None, is_noticed: bool) -> None:
    run = a_run()
    first = {**run["requests"][3], "status": status}
    run["requests"] = [first, *run["requests"]]
    assert any("sent 2 times" in line for line in broken_promises(Observed(**run))) is is_noticed


# -- the plan and its run ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "dom_c"),
        ("name", None),
        ("changed_fields", []),
        ("before", {"city": "Umeå"}),
        ("after", {"city": "Umeå"}),
    ],
)
def test_a_run_that_does_something_else_than_its_plan_is_noticed(key: str, value: Any) -> None:
    plan, run = Observed(**a_run()), Observed(**a_run())
    assert list(not_as_planned(plan, run)) == []
    run.result["domains"][0][key] = value
    assert [line for line in not_as_planned(plan, run) if line.startswith(f"{key} of the plan")] != []


@pytest.mark.parametrize(("key", "value"), [("diff", []), ("changed", False)])
def test_a_run_that_changes_something_else_than_its_plan_is_noticed(key: str, value: Any) -> None:
    plan, run = Observed(**a_run()), Observed(**a_run())
    run.result[key] = value
    assert [line.split(" ")[0] for line in not_as_planned(plan, run)] == [key]


def test_a_run_that_fails_may_have_other_values_than_its_plan_but_no_other_fields_or_reasons() -> None:
    plan, run = Observed(**a_failure()), Observed(**a_failure())
    run.result["domains"][0]["before"] = {}
    assert list(not_as_planned(plan, run)) == []
    run.result["domains"][0]["changed_fields"] = []
    run.result["domains"][1]["reason"] = "Left alone, because of something else."
    assert [line.split(" ")[0] for line in not_as_planned(plan, run)] == ["changed_fields", "reasons"]


def test_a_module_that_only_reads_returns_the_same_in_check_mode_but_for_the_ids_of_requests() -> None:
    plan, run = Observed(**a_failure()), Observed(**a_failure())
    for one in (plan, run):
        del one.result["summary"]
        one.result["msg"] = "Not found. Request id: req_1."
    run.result["msg"] = "Not found. Request id: 42531bc9-86f6-4619-a9ae-abc93ce0a3cf."
    assert list(not_as_planned(plan, run)) == []
    run.result["domains"][0]["name"] = "example.org"
    assert list(not_as_planned(plan, run)) != []


# -- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "found", "is_alike"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {"b": 1}, False),
        ({}, {"a": 1}, False),
        ({"a": {}}, {"a": {}}, True),
        ([1, 2], [1, 2], True),
        ([1], [1, 2], False),
        ({0: 1}, [1, 2], True),
        ({2: 1}, [1, 2], False),
        ("~b.d", "abcde", True),
        ("~^b.d", "abcde", False),
        (1, True, False),
        (None, "", False),
    ],
)
def test_values_are_alike_in_what_is_expected(expected: Any, found: Any, is_alike: bool) -> None:
    assert (list(unlike(expected, found)) == []) is is_alike
