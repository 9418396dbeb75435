# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be shown: the API key nowhere, contact values in no message and no warning."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

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


def reported(result: dict[str, Any]) -> str:
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
    leaked = [value for value in (*CONTACT.values(), *STORED) if value in reported(ended.result)]
    assert leaked == []


def test_wrong_input_is_reported_without_any_request(run_tasks: Callable[..., Any], sandbox: Any) -> None:
    run = run_tasks([declare("Wrong", contacts={"email": "anna", "country": False})])

    assert run.task("Wrong").result["failure"]["code"] == "invalid_input"
    assert sandbox.requests() == []


# -- redact -----------------------------------------------------------------------------------------------------------

GATE = {"allowed": False, "reason": "Erik Lindqvist has an order for Gamla vägen 9.", "code": "pending_order"}
HIDDEN_TASKS: dict[str, dict[str, Any]] = {
    **TROUBLES,
    "plan": {"check_mode": True},
    "applied, with a backup": {"options": {"backup": True, "backup_path": "{{ playbook_dir }}/backups/"}},
    "another notation": {"options": {"contacts": {"phonenumber": "+46 70 000 00 99", "postcode": "41101"}}},
    "left alone": {"options": {"when_current": {"city": "Malmö", "firstname": "Erik"}}},
    "material change": {"options": {"material_changes": "warn"}},
    "material change denied": {"options": {"material_changes": "deny"}},
    "blocked": {"state": {"can_edit_contacts": GATE}},
    "blocked, and left out": {"state": {"can_edit_contacts": GATE}, "options": {"on_blocked": "skip"}},
    "not accepted": {"options": {"contacts": {"phonenumber": "070-000 00 00", "country": "Sverige", "email": "Anna"}}},
    "unreadable": {
        "faults": [{"method": "POST", "path": "*/contacts/read", "status": 400, "body": REFUSAL, "times": 0}],
    },
}
HIDDEN = (*CONTACT.values(), *STORED, "+46 70 000 00 99", "41101", "Malmö", "070-000 00 00", "Sverige", "+46.700000099")


def hidden_task(name: str, wishes: dict[str, Any]) -> dict[str, Any]:
    """The task of a name; what it declares comes from a file, because Ansible quotes the playbook in its errors."""
    task = declare(name, redact=True, **wishes.get("options", {}))
    task[MODULE]["contacts"] = f"{{{{ (lookup('file', 'declared.yml') | from_yaml)['{name}'].contacts }}}}"
    if "when_current" in task[MODULE]:
        task[MODULE]["when_current"] = f"{{{{ (lookup('file', 'declared.yml') | from_yaml)['{name}'].when_current }}}}"
    return {**task, "check_mode": wishes.get("check_mode", False)}


@pytest.fixture(scope="module")
def hidden_runs(running_sandbox: Any, shared_runner: Any) -> dict[str, Any]:
    """Each task in a run of its own, at the highest verbosity: its run and what it returned."""
    declared = {name: {"contacts": CONTACT, **wishes.get("options", {})} for name, wishes in HIDDEN_TASKS.items()}
    (shared_runner.folder / "declared.yml").write_text(yaml.safe_dump(declared), encoding="utf-8")
    tasks = []
    for name, wishes in HIDDEN_TASKS.items():
        tasks += running_sandbox.tasks_to_reset(
            wishes.get("switches", {}),
            wishes.get("faults", ()),
            {"example.com": {"attributes": wishes.get("state", {})}},
        )
        tasks.append(hidden_task(name, wishes))
    for task in tasks:
        # The tasks that prepare the sandbox show what they send.
        task.setdefault("no_log", "ansible.builtin.uri" in task)
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]
    # Newer versions of Ansible return and show the options only on demand.
    shown = {"ANSIBLE_INJECT_INVOCATION": "true", "ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}
    run = shared_runner(play, "-vvvv", "--diff", **shown)
    return {"run": run, **{name: run.task(name) for name in HIDDEN_TASKS}}


def without_invocations(output: str) -> str:
    """The output of Ansible without the options of the tasks, which it shows itself at this verbosity."""
    kept, rest = "", output
    while '"invocation": ' in rest:
        before, _mark, rest = rest.partition('"invocation": ')
        _options, end = json.JSONDecoder(strict=False).raw_decode(rest)
        kept, rest = kept + before, rest[end:]
    return kept + rest


def test_with_redact_no_contact_value_is_shown_at_the_highest_verbosity(hidden_runs: Any) -> None:
    output = without_invocations(hidden_runs["run"].output)

    # Not by accident: the values are there, where Ansible itself shows them.
    assert [value for value in CONTACT.values() if value not in hidden_runs["run"].output] == []
    assert [value for value in HIDDEN if value in output] == []


@pytest.mark.parametrize("name", HIDDEN_TASKS)
def test_with_redact_no_contact_value_is_returned(name: str, hidden_runs: Any) -> None:
    result = {key: value for key, value in hidden_runs[name].result.items() if key != "invocation"}

    assert [value for value in HIDDEN if value in json.dumps(result, ensure_ascii=False)] == []


def test_with_redact_fields_and_statuses_stay(hidden_runs: Any) -> None:
    (planned,) = hidden_runs["plan"].result["domains"]
    assert planned["status"] == "planned"
    assert {"firstname", "email", "city"} <= set(planned["changed_fields"])
    assert planned["before"] == planned["after"] == dict.fromkeys(planned["changed_fields"])
    assert hidden_runs["applied, with a backup"].result["domains"][0]["status"] == "updated"
    (kept,) = hidden_runs["left alone"].result["domains"]
    assert kept["reason"] == "Left alone, because its stored city differs from when_current."
    assert "contacts.phonenumber" in hidden_runs["not accepted"].result["msg"]
    blocked = hidden_runs["blocked"].result
    assert blocked["failure"]["code"] == "blocked"
    assert "pending_order" in blocked["msg"]


def test_no_log_on_the_task_hides_the_options_too(run_tasks: Callable[..., Any], sandbox: Any) -> None:
    task = {**declare("Hidden"), "no_log": True}
    shown = {"name": "Go on", "ansible.builtin.debug": {"msg": "it went on"}}

    run = run_tasks([task, shown], "-vvvv", "--diff", ANSIBLE_INJECT_INVOCATION="true")

    assert "it went on" in run.output
    assert sandbox.stored()["example.com"]["city"] == "Stockholm"
    assert [value for value in HIDDEN if value in run.output] == []
