# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process of a module survives a hostile answer, and Ansible can show what it returns.

How such an answer ends, wherever it comes, is in tests/scenarios/test_hostile_server.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MODULE = "hostup.cloud.hostup_domain_contacts"
LIST = {"method": "GET", "path": "/api/v2/domains"}
ANSWERS: dict[str, dict[str, Any]] = {
    "an answer that never ends": {"endless": True},
    "brackets without end": {"status": 200, "body": "[" * 100_000},
    "control characters, and halves of characters": {
        "status": 400,
        "body": '{"detail": "\\u0000\\u001b[2J\\u202e\\ud800", "code": "\\udfff\\u001b[31m"}',
    },
}


def test_a_hostile_answer_is_one_clean_failure_of_a_process(run_tasks: Callable[..., Any], sandbox: Any) -> None:
    tasks = []
    for name, answer in ANSWERS.items():
        tasks += sandbox.tasks_to_reset({}, [{**LIST, **answer}])
        options = {"domains": ["example.com"], "contacts": {"city": "Stockholm"}, "max_retries": 0}
        tasks.append({"name": name, MODULE: options, "ignore_errors": True})

    run = run_tasks(tasks)

    assert "Traceback" not in run.output
    assert "MODULE FAILURE" not in run.output
    for name in ANSWERS:
        ended = run.task(name)
        assert ended.failed, name
        assert "failure" in ended.result, name
        assert ended.result["msg"].isprintable(), name
        assert ended.result["changed"] is False, name
        assert ended.seconds < 60, name
