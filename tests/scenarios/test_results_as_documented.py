# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules return is what their RETURN documents: keys, types, and when a key is there."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from in_process import MODULES as PACKAGE
from in_process import run_module

from hostup_sandbox.controlled import FULL_ACCESS_KEY, ControlledSandbox

MODULES = sorted(path.stem for path in (Path(__file__).resolve().parents[2] / "plugins" / "modules").glob("*.py"))

COMPANY_CONTACT = {
    "firstname": "Anna",
    "lastname": "Svensson",
    "companyname": "Example AB",
    "email": "domains@example.com",
    "phonenumber": "+46700000000",
    "address1": "Examplegatan 1",
    "address2": "",
    "city": "Stockholm",
    "postcode": "123 45",
    "country": "SE",
}

OF_ANSIBLE = {"changed", "failed", "msg", "invocation", "diff", "warnings", "deprecations", "exception"}
"""Keys of a result that every module may have, https://docs.ansible.com/projects/ansible/latest/reference_appendices/common_return_values.html"""

TYPES: dict[str, Any] = {"str": str, "int": int, "float": (int, float), "list": list, "dict": dict, "bool": bool}


@cache
def documented_results(module: str) -> dict[str, Any]:
    documented: dict[str, Any] = yaml.safe_load(importlib.import_module(PACKAGE + module).RETURN)
    return documented


# -- comparing --------------------------------------------------------------------------------------------------------


def disagreements(returned: Any, documented: dict[str, Any], occasions: set[str], place: str = "") -> Iterator[str]:
    """Yield one line for each way in which a dict differs from its documentation."""
    for key in returned.keys() - documented.keys() - (OF_ANSIBLE if not place else set()):
        yield f"{place}{key} is returned and not documented"
    for key, description in documented.items():
        if key in returned:
            yield from disagreements_of_value(returned[key], description, occasions, f"{place}{key}")
        elif description["returned"] in occasions:
            yield f"{place}{key} is documented as returned {description['returned']}, and was not"
        if key in returned and description["returned"] not in occasions:
            yield f"{place}{key} is documented as returned {description['returned']}, and was returned otherwise"


def disagreements_of_value(value: Any, description: dict[str, Any], occasions: set[str], place: str) -> Iterator[str]:
    if value is None:
        if "null" not in str(description["description"]).lower():
            yield f"{place} is null, and its documentation does not say that it can be"
        return
    if not is_a(value, description["type"]):
        yield f"{place} is a {type(value).__name__}, documented as {description['type']}"
        return
    items = value if isinstance(value, list) else [value]
    if isinstance(value, list):
        wrong = [item for item in items if not is_a(item, description["elements"])]
        if wrong:
            yield f"{place} holds {wrong[0]!r}, documented as {description['elements']}"
    for item in items:
        if "contains" in description and isinstance(item, dict):
            yield from disagreements(item, description["contains"], occasions, f"{place}.")


def is_a(value: Any, name: str) -> bool:
    return isinstance(value, TYPES[name]) and (name == "bool" or not isinstance(value, bool))


# -- tasks -----------------------------------------------------------------------------------------------------------

BACKED_UP = "when a backup was written"
PLAN_SAVED = "when a plan was written"
PLANNED = "when a plan was made, and no guard but the approval ended the run"
NOT_APPROVED = "when O(approved_plan) or O(approved_digest) ended the run"
COMPARED = "on failure, and when domains were compared"
AUDITED = "with O(audit=true)"
GATES_ASKED = "with O(check_actions=true)"

SCENARIOS: dict[str, dict[str, Any]] = {
    "success": {},
    "success v1": {"options": {"domains": None, "domain_ids": ["11790", "11793"]}},
    "check mode": {"run": {"check_mode": True, "diff": True}},
    "nothing listed": {"options": {"domains": []}},
    "queued": {"options": {"wait": False}},
    "no job id": {"switches": {"bulk_submit_shape": "no_job_id"}},
    "wrong input": {"options": {"contacts": {"city": ""}}, "fails": True},
    "wrong key": {"options": {"api_key": "nobodys-key"}, "fails": True},
    "no network": {"options": {"api_url": "http://127.0.0.1:1", "max_retries": 0}, "fails": True},
    "unknown name": {"options": {"domains": ["example.com", "nowhere.example"]}, "fails": True},
    "unknown id": {"options": {"domains": None, "domain_ids": ["11790", "99999"]}, "fails": True},
    "blocked": {"options": {"domains": ["moving.example", "example.org"]}, "fails": True},
    "blocked and skipped": {"options": {"domains": ["moving.example", "example.com"], "on_blocked": "skip"}},
    "locked": {
        "options": {"domains": ["moving.example", "example.org"], "preflight": "none", "verify_timeout": 0},
        "fails": True,
    },
    "another person": {"options": {"when_current": {"firstname": "Karin"}}},
    "too many": {"options": {"max_changed": 0}, "fails": True},
    "denied": {"options": {"material_changes": "deny"}, "fails": True},
    "canary": {"options": {"domains": ["example.com", "shop.example"], "canary": 1}},
    "earlier jobs": {"options": {"pending_jobs": ["dbj_of_yesterday"], "verify_timeout": 0}},
    "redacted": {"options": {"redact": True}, "switches": {"text_on_store": "uppercase"}, "fails": True},
    "backup": {"options": {"backup": True}, "occasions": {BACKED_UP}},
    "backup without change": {"options": {"backup": True, "domains": ["example.org"]}},
    "backup and failure": {
        "options": {"backup": True},
        "switches": {"job_result": "failed"},
        "fails": True,
        "occasions": {BACKED_UP},
    },
    "plan": {
        "options": {"save_plan": "plan.json"},
        "run": {"check_mode": True},
        "occasions": {PLAN_SAVED},
    },
    "plan and write": {"options": {"save_plan": "plan.json"}, "occasions": {PLAN_SAVED}},
    "plan that was not approved": {
        "options": {"approved_digest": f"sha256:{'0' * 64}"},
        "fails": True,
        "occasions": {PLANNED, NOT_APPROVED},
    },
    "stored otherwise": {"switches": {"text_on_store": "uppercase"}, "fails": True},
    "job failed": {"switches": {"job_result": "failed"}, "fails": True},
    "out of time": {"switches": {"job_result": "never_ends"}, "fails": True},
    "job vanished": {"switches": {"job_result": "vanishes", "job_applies": "none"}, "fails": True},
    "list": {"module": "hostup_domain_info"},
    "list v1": {"module": "hostup_domain_info", "options": {"api_version": "v1"}},
    "list that reports little": {"module": "hostup_domain_info", "switches": {"v2_list_shows": "what_is_shown"}},
    "list of an unknown name": {
        "module": "hostup_domain_info",
        "options": {"domains": ["nowhere.example"]},
        "fails": True,
    },
    "read": {"module": "hostup_domain_contacts_info"},
    "read v1": {"module": "hostup_domain_contacts_info", "options": {"domain_ids": ["11790", "11793"]}},
    "read nothing": {"module": "hostup_domain_contacts_info", "options": {"domains": []}},
    "audit": {
        "module": "hostup_domain_contacts_info",
        "options": {"audit": True, "check_actions": True},
        "occasions": {AUDITED, GATES_ASKED},
    },
    "audit v1, redacted": {
        "module": "hostup_domain_contacts_info",
        "options": {"audit": True, "redact": True, "api_version": "v1"},
        "occasions": {AUDITED},
    },
    "audit of what cannot be read": {
        "module": "hostup_domain_contacts_info",
        "options": {"audit": True, "check_actions": True, "domains": ["example.com", "example.net"], "max_retries": 0},
        "switches": {"read_omits_ids": ["example.net"]},
        "fails": True,
        "occasions": {AUDITED, GATES_ASKED},
    },
    "read with a wrong key": {
        "module": "hostup_domain_contacts_info",
        "options": {"api_key": "nobodys-key"},
        "fails": True,
    },
    "portfolio": {"module": "hostup_portfolio"},
    "portfolio, planned": {"module": "hostup_portfolio", "run": {"check_mode": True, "diff": True}},
    "portfolio of nothing": {"module": "hostup_portfolio", "options": {"assignments": []}},
    "portfolio with an unknown name": {
        "module": "hostup_portfolio",
        "options": {"assignments": [{"profile": "company", "domains": ["example.com", "nowhere.example"]}]},
        "fails": True,
    },
    "portfolio that is wrong": {"module": "hostup_portfolio", "options": {"profiles": {}}, "fails": True},
    "portfolio that fails": {
        "module": "hostup_portfolio",
        "options": {"redact": True, "backup": True},
        "switches": {"job_result": "failed"},
        "fails": True,
        "occasions": {BACKED_UP},
    },
    "ask for a job": {"module": "hostup_job_info"},
    "ask for no job": {"module": "hostup_job_info", "options": {"job_ids": []}},
    "ask for what is no job": {"module": "hostup_job_info", "options": {"job_ids": [""]}, "fails": True},
}
"""Each is one task, and what is particular about it; backups go into a folder of the test."""

OPTIONS: dict[str, dict[str, Any]] = {
    "hostup_domain_contacts": {
        "domains": ["example.com", "example.org"],
        "contacts": COMPANY_CONTACT,
        "wait_timeout": 1,
        "poll_interval": 0.1,
    },
    "hostup_portfolio": {
        "profiles": {"company": COMPANY_CONTACT, "shop": {"base": "company", "email": "shop@example.com"}},
        "assignments": [
            {"profile": "company", "domains": ["example.com"]},
            {"profile": "shop", "tlds": ["museum", "org"]},
        ],
        "wait_timeout": 1,
        "poll_interval": 0.1,
    },
    "hostup_domain_contacts_info": {},
    "hostup_domain_info": {},
    "hostup_job_info": {"job_ids": ["dbj_of_yesterday"]},
}
"""The options of a scenario that says nothing else."""


def module_of(scenario: str) -> str:
    """The module that a scenario calls."""
    return str(SCENARIOS[scenario].get("module", "hostup_domain_contacts"))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_is_returned_is_what_is_documented(scenario: str, sandbox: ControlledSandbox, tmp_path: Path) -> None:
    case, module = SCENARIOS[scenario], module_of(scenario)
    sandbox.reset(**case.get("switches", {}))
    given = {**OPTIONS[module], **case.get("options", {})}
    if given.get("backup"):
        given["backup_path"] = f"{tmp_path}/backups/"
    if "save_plan" in given:
        given["save_plan"] = f"{tmp_path}/{given['save_plan']}"

    ended = run_module(
        module,
        {name: value for name, value in given.items() if value is not None},
        environment={"HOSTUP_API_BASE": sandbox.url, "HOSTUP_API_KEY": FULL_ACCESS_KEY},
        **case.get("run", {}),
    )

    fails, result = case.get("fails", False), ended.result
    assert ended.failed == fails, result.get("msg")
    documented = documented_results(module)
    occasions = {"always", "failure" if fails else "success", *case.get("occasions", ())}
    occasions |= {COMPARED} if fails or result.get("domains") else set()
    occasions |= {PLANNED} if not fails or result["api_calls"].get("write") else set()
    assert sorted(disagreements(result, documented, occasions)) == []
    assert result.get("summary", {}).keys() == documented.get("summary", {"sample": {}})["sample"].keys()
    assert "msg" in result or not fails


def test_every_module_is_tried_in_its_success_and_its_failure() -> None:
    ended = {(module_of(name), bool(case.get("fails"))) for name, case in SCENARIOS.items()}
    assert ended == {(module, fails) for module in MODULES for fails in (False, True)}


@pytest.mark.parametrize("module", MODULES)
def test_every_sample_is_as_the_documentation_says(module: str) -> None:
    documented = documented_results(module)
    samples = {key: description["sample"] for key, description in documented.items()}
    occasions = {"always", "failure", COMPARED, BACKED_UP, PLAN_SAVED, PLANNED, NOT_APPROVED, AUDITED, GATES_ASKED}
    assert sorted(disagreements(samples, documented, occasions)) == []


def test_a_portfolio_returns_what_one_contact_returns_and_three_things_more() -> None:
    one, many = documented_results("hostup_domain_contacts"), documented_results("hostup_portfolio")
    of_one, of_many = (documented["domains"]["contains"] for documented in (one, many))
    assert many.keys() - one.keys() == {"profiles", "unmatched"}
    assert of_many.keys() - of_one.keys() == {"profile"}
    assert {key: of_many[key] for key in of_one} == of_one
    same = one.keys() - {"domains", "summary"}
    assert {key: many[key] for key in same} == {key: one[key] for key in same}
