# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a server answers, and wherever: one clean failure, and never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

MODULE = "hostup.cloud.hostup_domain_contacts"
V2_ID = "dom_un42n5xov642kxrxrqiyanhcou"
PLACES: dict[str, dict[str, Any]] = {
    "list": {"method": "GET", "path": "/api/v2/domains"},
    "bulk read": {"method": "POST", "path": "/api/v2/domains/bulk/contacts/read"},
    "gate": {"method": "GET", "path": "/api/v2/domains/*/contacts"},
    "write": {"method": "POST", "path": "/api/v2/domains/bulk/contacts"},
    "poll": {"method": "GET", "path": "/api/jobs/*"},
    "read v1": {"method": "GET", "path": "/api/domain-contacts/*"},
    "write v1": {"method": "POST", "path": "/api/domains/bulk/contacts"},
}
NESTED = "[" * 100_000
ODD: tuple[Any, ...] = (None, True, 1e308, "\u0000\u001b[31m\u202e", [[]], {"a": None})


def every_field_wrong(odd: Any) -> dict[str, Any]:
    """Return every documented field of every answer, with the same odd value in all of them."""
    contact = dict.fromkeys(("firstName", "lastName", "city", "postalCode", "countryCode", "street", "email"), odd)
    flat = dict.fromkeys(("firstname", "lastname", "city", "postcode", "country", "address1", "email"), odd)
    return {
        "data": odd if not isinstance(odd, dict) else {"contacts": {"registrant": flat}, "jobId": odd, "domains": odd},
        "hasMore": odd,
        "nextCursor": odd,
        "operation": {"status": odd, "jobId": odd, "pollUrl": odd, "result": odd},
        "domainsQueued": odd,
        "domainId": V2_ID,
        "domainName": odd,
        "contact": contact,
        "error": odd,
        "actions": {"canEditContacts": {"allowed": odd, "reason": odd, "code": odd}},
        "status": odd,
        "state": odd,
        "progress": odd,
        "progressDetails": odd,
        "result": odd,
        "isCompleted": odd,
        "isFailed": odd,
        "registrant": contact,
    }


ANSWERS: dict[str, dict[str, Any]] = {
    "an answer that never ends": {"endless": True},
    "brackets without end": {"status": 200, "body": NESTED},
    "objects without end": {"status": 200, "body": '{"data":' * 50_000},
    "half a character": {
        "status": 200,
        "body": '{"data": [{"id": "\\ud800", "name": "\\udfff"}], "domainId": "\\ud800"}',
    },
    "not a number": {"status": 200, "body": '{"data": NaN, "operation": -Infinity, "progress": 1e999}'},
    "numbers in lines": {"status": 200, "body": "1\n2\n[]\nnull\n"},
    "an error full of control characters": {
        "status": 400,
        "body": {
            "detail": "\u0000\u0007\u001b[2J\u001b]0;owned\u0007\r\n\u202e" * 50,
            "code": "\u001b[31m",
            "errors": "x",
        },
    },
    "an error with odd errors": {
        "status": 422,
        "body": {
            "errors": [None, 1, {"pointer": {}, "detail": [], "code": 7}],
            "details": {},
            "requestId": {},
            "code": [],
        },
    },
    "an error that is an essay": {"status": 500, "body": {"message": "word " * 200_000}},
    "an error that never ends": {"status": 503, "body": "x" * 2_000_000},
    **{f"{odd!r} in every field": {"status": 200, "body": every_field_wrong(odd)} for odd in ODD},
}

FULLY_TRIED = ("bulk read", "write")
"""One read and one write meet every answer. All answers pass through the same client, so the others meet a few."""
ONE_OF_EACH_KIND = (
    "an answer that never ends",
    "brackets without end",
    "an error full of control characters",
    "None in every field",
    "[[]] in every field",
)


def answers_at(place: str) -> list[str]:
    return list(ANSWERS) if place in FULLY_TRIED else list(ONE_OF_EACH_KIND)


def options_of(place: str) -> dict[str, Any]:
    selection = {"domain_ids": ["11790"]} if place.endswith("v1") else {"domains": ["example.com"]}
    return {
        **selection,
        "contacts": {"city": "Stockholm"},
        "max_retries": 0,
        "timeout": 20,
        "wait_timeout": 1,
        "poll_interval": 0.2,
    }


@pytest.fixture(scope="module")
def hostile_run(run_shared_tasks: Callable[..., Any], running_sandbox: Any) -> Callable[[str], Any]:
    """Every answer at one place, in one play for each place."""
    runs: dict[str, Any] = {}

    def run_at(place: str) -> Any:
        if place not in runs:
            tasks = []
            for name in answers_at(place):
                tasks += running_sandbox.tasks_to_reset({}, [{**PLACES[place], **ANSWERS[name], "times": 0}])
                tasks.append({"name": name, MODULE: options_of(place), "ignore_errors": True})
            runs[place] = run_shared_tasks(tasks)
        return runs[place]

    return run_at


@pytest.mark.parametrize("place", PLACES)
def test_a_hostile_answer_is_one_clean_failure(place: str, hostile_run: Callable[[str], Any]) -> None:
    run = hostile_run(place)

    assert "Traceback" not in run.output
    assert "MODULE FAILURE" not in run.output
    assert {task.name for task in run.tasks} >= set(answers_at(place))
    for name in answers_at(place):
        task = run.task(name)
        result = task.result
        texts = [result.get("msg", ""), *task.warnings, *(str(entry["reason"]) for entry in result["domains"])]
        assert ("failure" in result) == task.failed, name
        assert [text for text in texts if not printable(text)] == [], name
        assert max(map(len, texts)) < 5000, name
        assert len(result["domains"]) == 1
        json.dumps(result).encode()
        was_refused = place.startswith("write") and task.failed and result["failure"]["http_status"] in (400, 422)
        assert result["changed"] is (result["api_calls"]["write"] > 0 and not was_refused), name


# -- modules that only read -------------------------------------------------------------------------------------------

ASKING: dict[str, tuple[str, str, dict[str, Any]]] = {
    "account": ("list", "hostup_domain_contacts_info", {"audit": True}),
    "contacts": ("bulk read", "hostup_domain_contacts_info", {"domains": ["example.com"], "audit": True}),
    "gates": ("gate", "hostup_domain_contacts_info", {"domains": ["example.com"], "check_actions": True}),
    "contacts, v1": ("read v1", "hostup_domain_contacts_info", {"domain_ids": ["11790"], "audit": True}),
    "domains": ("list", "hostup_domain_info", {"details": True}),
    "jobs": ("poll", "hostup_job_info", {"job_ids": ["dbj_of_yesterday"]}),
}
"""Where the answer comes, which module meets it, and what it is asked for."""

ODD_ANSWERS = tuple(name for name in ONE_OF_EACH_KIND if name.endswith("in every field"))
"""Answers that are none are left to the client, which is the same."""


@pytest.fixture(scope="module")
def hostile_info_run(run_shared_tasks: Callable[..., Any], running_sandbox: Any) -> Any:
    tasks = []
    for question, (place, module, options) in ASKING.items():
        for answer in ODD_ANSWERS:
            tasks += running_sandbox.tasks_to_reset({}, [{**PLACES[place], **ANSWERS[answer], "times": 0}])
            call = {f"hostup.cloud.{module}": {**options, "max_retries": 0, "timeout": 20}}
            tasks.append({"name": f"{question}: {answer}", **call, "ignore_errors": True})
    return run_shared_tasks(tasks)


@pytest.mark.parametrize("question", ASKING)
@pytest.mark.parametrize("answer", ODD_ANSWERS)
def test_a_question_with_a_hostile_answer_is_clean(question: str, answer: str, hostile_info_run: Any) -> None:
    task = hostile_info_run.task(f"{question}: {answer}")
    result = task.result

    assert "MODULE FAILURE" not in json.dumps(result)
    assert "Traceback" not in json.dumps(result)
    assert ("failure" in result) == task.failed
    assert result["changed"] is False
    assert result["api_calls"]["write"] == 0
    entries = result.get("domains", result.get("jobs"))
    told = [str(entry.get("reason") or entry.get("message")) for entry in entries]
    texts = [result.get("msg", ""), *task.warnings, *told]
    assert [text for text in texts if not printable(text)] == []
    assert max(map(len, texts)) < 5000
    json.dumps(result).encode()


def printable(text: str) -> bool:
    return all(char.isprintable() for char in text)
