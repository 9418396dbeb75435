# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be told: the API key nowhere, contact values in no message and no warning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

MODULE = "hostup.cloud.hostup_domain_contacts"
WRONG_KEY = "canary-1f7d3b9e5a2c4860"
CONTACT = {
    "firstname": "Anna",
    "lastname": "Svensson",
    "companyname": "Example AB",
    "email": "anna.svensson@example.org",
    "phonenumber": "+46700000000",
    "address1": "Examplegatan 1",
    "city": "Stockholm",
    "postcode": "123 45",
}
STORED = ("Erik", "Lindqvist", "Gamla Bolaget AB", "erik@gamla-bolaget.example", "Gamla vägen 9", "Göteborg", "411 01")


def declare(name: str, **options: Any) -> dict[str, Any]:
    task = {"contacts": CONTACT, "domains": ["example.com"], "poll_interval": 0.1, "wait_timeout": 1, **options}
    return {"name": name, MODULE: task, "ignore_errors": True}


def told(result: dict[str, Any]) -> str:
    """Every text in a result that is written for people, on one line each."""
    texts = [result.get("msg", ""), *result.get("warnings", [])]
    texts += [str(entry["reason"]) for entry in result.get("domains", [])]
    failure = result.get("failure", {})
    texts += [str(failure.get("message")), *(error["message"] for error in failure.get("errors", []))]
    return "\n".join(map(str, texts))


def test_the_api_key_appears_nowhere_at_the_highest_verbosity(run_tasks: Callable[..., Any], sandbox: Any) -> None:
    sandbox.add_faults(
        {"status": 502},
        {"status": 429, "headers": {"Retry-After": "0"}},
        {"method": "POST", "path": "*/bulk/contacts", "status": 400, "body": {"detail": "no key", "code": "x"}},
    )
    tasks = [
        declare("Refused, after retries"),
        declare("Applied"),
        declare("With the key as an option", api_key="{{ key }}", domain_ids=["11790"], domains=None),
        declare("Nobody listens", api_url="http://127.0.0.1:1", max_retries=1),
        declare("Wrong key", api_key="{{ wrong_key }}"),
        declare("Key that no header can carry", api_key="{{ wrong_key }}\n{{ wrong_key }}"),
        declare("Wrong option", nonsense=True),
    ]
    keys = ["-e", "key={{ lookup('ansible.builtin.env', 'HOSTUP_API_KEY') }}", "-e", "wrong_key={{ halves | join }}"]
    # In two halves, so that the output cannot repeat it from the command line.
    halves = ["-e", '{"halves": ["canary-1f7d3b9e", "5a2c4860"]}']

    run = run_tasks(tasks, "-vvvv", "--diff", *keys, *halves)

    ended = {task.name: task.failed for task in run.tasks}
    assert ended == {task["name"]: task["name"] not in ("Applied", "With the key as an option") for task in tasks}
    assert run.task("Wrong key").result["failure"]["http_status"] == 401
    assert "sandbox-full-access" not in run.output
    assert WRONG_KEY not in run.output
    assert "sandbox-full-access" not in str(run.tasks)
    assert WRONG_KEY not in str(run.tasks)


BULK_WRITE = {"method": "POST", "path": "*/bulk/contacts"}
REFUSAL = {
    "code": "invalid_request",
    "detail": "Examplegatan 1 is no address of Anna Svensson",
    "errors": [{"pointer": "/contacts/street", "detail": "Examplegatan 1", "code": "invalid_value"}],
}
TROUBLES: dict[str, dict[str, Any]] = {
    "stored otherwise": {
        "switches": {"text_on_store": "uppercase"},
        "faults": [{"status": 429, "headers": {"Retry-After": "0"}}],
    },
    "job failed": {"switches": {"job_result": "failed"}, "faults": [{"status": 503}]},
    "no end": {"switches": {"job_result": "never_ends"}},
    "lost answer": {"faults": [{**BULK_WRITE, "status": 502}]},
    "lost answer of an update that was carried out": {"faults": [{**BULK_WRITE, "status": 502, "act": True}]},
    "refused with values": {"faults": [{**BULK_WRITE, "status": 400, "body": REFUSAL}]},
}
"""What goes wrong, each in a run of its own."""


@pytest.fixture(scope="module")
def troubled_run(run_shared_tasks: Callable[..., Any], running_sandbox: Any) -> Any:
    tasks = []
    for name, trouble in TROUBLES.items():
        tasks += running_sandbox.tasks_to_reset(trouble.get("switches", {}), trouble.get("faults", ()))
        tasks.append(declare(name))
    return run_shared_tasks(tasks)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_message_and_no_warning_carries_a_contact_value(trouble: str, troubled_run: Any) -> None:
    ended = troubled_run.task(trouble)

    assert ended.failed or ended.warnings
    leaked = [value for value in (*CONTACT.values(), *STORED) if value in told(ended.result)]
    assert leaked == []


def test_wrong_input_is_told_without_any_request(run_tasks: Callable[..., Any], sandbox: Any) -> None:
    run = run_tasks([declare("Wrong", contacts={"email": "anna", "country": False})])

    assert run.task("Wrong").result["failure"]["code"] == "invalid_input"
    assert sandbox.requests() == []
