# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible must not print, at its highest verbosity: the API key, and contact values where `redact` is set.

What the modules return is in tests/scenarios/test_secrets.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml
from private_values import CONTACT, HIDDEN, HIDDEN_TASKS

MODULE = "hostup.cloud.hostup_domain_contacts"
WRONG_KEY = "canary-1f7d3b9e5a2c4860"


def declare(name: str, **options: Any) -> dict[str, Any]:
    task = {"contacts": CONTACT, "domains": ["example.com"], "poll_interval": 0.1, "wait_timeout": 1, **options}
    return {"name": name, MODULE: task, "ignore_errors": True}


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
        declare("With a line feed behind the key", api_key="{{ key }}\n", domain_ids=["11790"], domains=None),
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
    good = ("Applied", "With the key as an option", "With a line feed behind the key")
    assert ended == {task["name"]: task["name"] not in good for task in tasks}
    assert run.task("Wrong key").result["failure"]["http_status"] == 401
    assert "sandbox-full-access" not in run.output
    assert WRONG_KEY not in run.output
    assert "sandbox-full-access" not in str(run.tasks)
    assert WRONG_KEY not in str(run.tasks)


# -- redact -----------------------------------------------------------------------------------------------------------

SHOWN = ("plan", "left alone", "not accepted", "applied, with a backup", "refused with values", "stored otherwise")
"""Of the tasks with redact, one for each kind of thing that is shown: warnings, errors of the API, diffs, reasons."""


def hidden_task(name: str, wishes: dict[str, Any]) -> dict[str, Any]:
    """The task of a name; what it declares comes from a file, because Ansible quotes the playbook in its errors."""
    task = declare(name, redact=True, backup_path="{{ playbook_dir }}/backups/", **wishes.get("options", {}))
    task[MODULE]["contacts"] = f"{{{{ (lookup('file', 'declared.yml') | from_yaml)['{name}'].contacts }}}}"
    if "when_current" in task[MODULE]:
        task[MODULE]["when_current"] = f"{{{{ (lookup('file', 'declared.yml') | from_yaml)['{name}'].when_current }}}}"
    return {**task, "check_mode": wishes.get("check_mode", False)}


def test_with_redact_no_contact_value_is_shown_at_the_highest_verbosity(run_playbook: Any, sandbox: Any) -> None:
    wished = {name: HIDDEN_TASKS[name] for name in SHOWN}
    declared = {name: {"contacts": CONTACT, **wishes.get("options", {})} for name, wishes in wished.items()}
    (run_playbook.folder / "declared.yml").write_text(yaml.safe_dump(declared), encoding="utf-8")
    tasks = []
    for name, wishes in wished.items():
        if "faults" in wishes:
            # The tasks that prepare the sandbox show what they send.
            prepared = sandbox.tasks_to_reset(wishes.get("switches", {}), wishes["faults"])
            tasks += [{**one, "no_log": True} for one in prepared]
        tasks.append(hidden_task(name, wishes))
    # Newer versions of Ansible return and show the options only on demand.
    shown = {"ANSIBLE_INJECT_INVOCATION": "true", "ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}

    run = run_playbook([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], "-vvvv", "--diff", **shown)

    assert {run.task(name).failed for name in ("plan", "applied, with a backup")} == {False}
    assert {run.task(name).failed for name in ("refused with values", "not accepted")} == {True}
    # The options are shown, by the names of their fields.
    assert '"when_current": {' in run.output
    assert '"firstname": null' in run.output
    assert [value for value in HIDDEN if value in run.output] == []


def test_no_log_on_the_task_hides_the_options_too(run_tasks: Callable[..., Any], sandbox: Any) -> None:
    task = {**declare("Hidden"), "no_log": True}
    shown = {"name": "Go on", "ansible.builtin.debug": {"msg": "it went on"}}

    run = run_tasks([task, shown], "-vvvv", "--diff", ANSIBLE_INJECT_INVOCATION="true")

    assert "it went on" in run.output
    assert sandbox.stored()["example.com"]["city"] == "Stockholm"
    assert [value for value in HIDDEN if value in run.output] == []
