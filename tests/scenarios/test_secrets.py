# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be shown: contact values in no message and no warning; with `redact`, nowhere in a result.

What Ansible itself prints is in tests/integration/test_secrets.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from judge import Observed, broken_promises
from observing import observe
from private_values import CONTACT, HIDDEN, HIDDEN_TASKS, STORED, TROUBLES

from hostup_sandbox.controlled import ControlledSandbox


def declare(sandbox: ControlledSandbox, trouble: dict[str, Any], **options: Any) -> Observed:
    """Run a task that declares the contact, in the trouble of this name."""
    sandbox.switch(**trouble.get("switches", {}))
    sandbox.change_domain("example.com", {"attributes": trouble.get("state", {})})
    if "faults" in trouble:
        sandbox.add_faults(*trouble["faults"])
    given = {"contacts": CONTACT, "domains": ["example.com"], "poll_interval": 0.1, "wait_timeout": 1}
    options = {**given, **trouble.get("options", {}), **options}
    seen = observe(sandbox, options, check_mode=trouble.get("check_mode", False), diff=True, speed=20)
    assert list(broken_promises(seen)) == []
    return seen


def texts(result: dict[str, Any]) -> str:
    """Every text in a result that is written for people, on one line each."""
    found = [result.get("msg", ""), *result.get("warnings", [])]
    found += [entry["reason"] for entry in result.get("domains", [])]
    failure = result.get("failure", {})
    found += [failure.get("message"), *(error["message"] for error in failure.get("errors", []))]
    return "\n".join(map(str, found))


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_message_and_no_warning_carries_a_contact_value(trouble: str, sandbox: ControlledSandbox) -> None:
    seen = declare(sandbox, TROUBLES[trouble])

    assert seen.ended.failed or seen.ended.warnings
    assert [value for value in (*CONTACT.values(), *STORED) if value in texts(seen.result)] == []


def test_wrong_input_is_reported_without_any_request(sandbox: ControlledSandbox) -> None:
    seen = declare(sandbox, {}, contacts={"email": "anna", "country": False})

    assert seen.result["failure"]["code"] == "invalid_input"
    assert seen.requests == []


# -- redact -----------------------------------------------------------------------------------------------------------


def declare_hidden(name: str, sandbox: ControlledSandbox, folder: Path) -> dict[str, Any]:
    """Run one of these tasks with redact, and return its result."""
    return declare(sandbox, HIDDEN_TASKS[name], redact=True, backup_path=f"{folder}/backups/").result


@pytest.mark.parametrize("name", HIDDEN_TASKS)
def test_with_redact_no_contact_value_is_returned(name: str, sandbox: ControlledSandbox, tmp_path: Path) -> None:
    result = declare_hidden(name, sandbox, tmp_path)

    assert [value for value in HIDDEN if value in json.dumps(result, ensure_ascii=False)] == []


@pytest.mark.parametrize("redact", [False, True])
def test_the_log_of_the_host_has_the_invocation_and_with_redact_no_contact_value(
    sandbox: ControlledSandbox, monkeypatch: pytest.MonkeyPatch, *, redact: bool
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _self, text, **_options: logged.append(str(text)))

    declare(sandbox, {}, redact=redact, when_current={"city": "Göteborg"})

    (invocation,) = [text for text in logged if "example.com" in text]
    assert "firstname" in invocation
    shown = [value for value in (*CONTACT.values(), "Göteborg") if value in invocation]
    assert (shown == []) is redact


REPEATED: dict[str, Callable[[str], str]] = {
    "in capitals": lambda text: text.upper(),
    "in small letters": lambda text: text.lower(),
    "without separators": lambda text: "".join(filter(str.isalnum, text)),
    "without spaces": lambda text: text.replace(" ", ""),
    "with other spaces": lambda text: "\u00a0".join(text.split()),
    "inside another word": lambda text: f"x{text}x",
    "backwards": lambda text: text[::-1],
    "in quotes": lambda text: f'"{text}" \' "',
}


@pytest.mark.parametrize("form", REPEATED)
@pytest.mark.parametrize("place", ["read", "write", "gate", "job"])
def test_with_redact_no_words_of_the_api_are_shown(place: str, form: str, sandbox: ControlledSandbox) -> None:
    values = [REPEATED[form](value) for value in (CONTACT["address1"], CONTACT["email"], STORED[2])]
    detail = "What about " + ", ".join(values) + "?"
    refusal = {"code": "invalid_request", "detail": detail, "errors": [{"pointer": "/contacts/city", "detail": detail}]}
    faults: dict[str, dict[str, Any]] = {
        "read": {"method": "POST", "path": "*/contacts/read", "status": 400, "body": refusal},
        "write": {"method": "POST", "path": "*/bulk/contacts", "status": 400, "body": refusal},
        "gate": {
            "method": "GET",
            "path": "/api/v2/domains/*/contacts",
            "status": 200,
            "body": {"actions": {"canEditContacts": {"allowed": False, "reason": detail, "code": "pending_order"}}},
        },
        "job": {"method": "GET", "path": "/api/jobs/*", "status": 200, "body": {"status": "failed", "error": detail}},
    }
    trouble = {"faults": [{**faults[place], "times": 0}], "switches": {"job_applies": "none"}}

    seen = declare(sandbox, trouble, redact=True, max_retries=0)

    assert seen.ended.failed
    assert "(withheld)" in seen.result["msg"]
    assert [value for value in values if value in json.dumps(seen.result, ensure_ascii=False)] == []


def test_with_redact_fields_and_statuses_stay(sandbox: ControlledSandbox, tmp_path: Path) -> None:
    def result_of(name: str) -> dict[str, Any]:
        sandbox.reset()
        return declare_hidden(name, sandbox, tmp_path)

    (planned,) = result_of("plan")["domains"]
    assert planned["status"] == "planned"
    assert {"firstname", "email", "city"} <= set(planned["changed_fields"])
    assert planned["before"] == planned["after"] == dict.fromkeys(planned["changed_fields"])
    assert result_of("applied, with a backup")["domains"][0]["status"] == "updated"
    assert list((tmp_path / "backups").iterdir()) != []
    (kept,) = result_of("left alone")["domains"]
    assert re.search("city .*when_current", kept["reason"])
    assert "contacts.phonenumber" in result_of("not accepted")["msg"]
    blocked = result_of("blocked")
    assert blocked["failure"]["code"] == "blocked"
    assert "pending_order" in blocked["msg"]
