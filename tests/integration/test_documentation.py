# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation says what is: examples run, results are as described, options are those of the modules."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import guides
import pytest
import yaml

from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import read_declared
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELDS
from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import COLLECTION_VERSION

COLLECTION = Path(__file__).resolve().parents[2]
PREFIX = "hostup.cloud."
MODULES = sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob("*.py"))
PAGES = [
    COLLECTION / "README.md",
    *sorted(path for end in ("md", "rst") for path in (COLLECTION / "docs").glob(f"**/*.{end}")),
]

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
READER_VARIABLES = {
    "hostup_api_key": "sandbox-full-access",
    "company_domains": ["example.com", "example.se", "example.net"],
    "company_contact": COMPANY_CONTACT,
    "backup_folder": "{{ playbook_dir }}/backups",
    "contacts_file": "{{ playbook_dir }}/contacts.yml",
}
"""What a reader of the examples has in variables."""

MEANT_WARNING = "Legal consequences for "
"""How the one warning begins that a reader of the examples is to see."""

OF_ANSIBLE = {"changed", "failed", "msg", "invocation", "diff", "warnings", "deprecations", "exception"}
"""Keys of a result that every module may have, https://docs.ansible.com/projects/ansible/latest/reference_appendices/common_return_values.html"""

TYPES = {"str": str, "int": int, "float": (int, float), "list": list, "dict": dict, "bool": bool}


# -- what is documented, and what is --------------------------------------------------------------------------------


@cache
def page_of(module: str) -> dict[str, Any]:
    """What `ansible-doc` knows of a module: `doc`, `examples`, `return`."""
    command = ["ansible-doc", "--json", "-t", "module", PREFIX + module]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
    page: dict[str, Any] = json.loads(told)[PREFIX + module]
    return page


@cache
def real_arguments(module: str) -> dict[str, Any]:
    """What the module hands to AnsibleModule."""
    imported = importlib.import_module(f"ansible_collections.hostup.cloud.plugins.modules.{module}")

    class Seen(Exception):
        pass

    with mock.patch.object(imported, "AnsibleModule", side_effect=Seen) as constructor, pytest.raises(Seen):
        imported.main()
    arguments: dict[str, Any] = constructor.call_args.kwargs
    return arguments


def blocks_of(page: Path) -> Iterator[list[dict[str, Any]]]:
    """The YAML blocks of a page that hold tasks or plays, but not those of a guide's story: see test_guides.py."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".rst":
        snippets = [item for item in guides.read_guide(text) if isinstance(item, guides.Block) and item.is_snippet]
        blocks = [snippet.text for snippet in snippets]
    else:
        blocks = re.findall(r"^ *```ya?ml\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    for block in blocks:
        content = yaml.safe_load(block)
        if isinstance(content, list) and any(list(hostup_tasks(content))):
            yield content


def hostup_tasks(content: Any) -> Iterator[dict[str, Any]]:
    """Every task of the collection in a list of plays, blocks and tasks."""
    for entry in content:
        if any(str(key).startswith(PREFIX) for key in entry):
            yield entry
        for key in ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"):
            yield from hostup_tasks(entry.get(key) or [])


def examples() -> list[Any]:
    """Every EXAMPLES block and every block of a page, as plays."""
    cases = []
    for module in MODULES:
        source = importlib.import_module(f"ansible_collections.hostup.cloud.plugins.modules.{module}").EXAMPLES
        cases.append(pytest.param(yaml.safe_load(source), id=module))
    for page in PAGES:
        cases += [pytest.param(block, id=f"{page.name}-{n}") for n, block in enumerate(blocks_of(page), start=1)]
    return cases


# -- examples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", examples())
def test_every_option_of_an_example_exists(content: list[dict[str, Any]]) -> None:
    for task in hostup_tasks(content):
        (action,) = [key for key in task if str(key).startswith(PREFIX)]
        spec = real_arguments(action.removeprefix(PREFIX))["argument_spec"]
        names = {name for option, rule in spec.items() for name in (option, *rule.get("aliases", ()))}
        options = task[action] or {}
        assert set(options) <= names, task["name"]
        contacts = options.get("contacts")
        if isinstance(contacts, dict):
            assert read_declared(contacts), task["name"]


@pytest.mark.parametrize("content", examples())
def test_every_example_runs_without_a_warning(
    content: list[dict[str, Any]], run_playbook: Callable[..., Any], tmp_path: Path
) -> None:
    are_plays = all("hosts" in entry for entry in content)
    plays = content if are_plays else [{"hosts": "localhost", "gather_facts": False, "tasks": content}]
    variables = tmp_path / "variables.json"
    variables.write_text(json.dumps(READER_VARIABLES), encoding="utf-8")

    run = run_playbook(yaml.safe_dump(plays, allow_unicode=True), "-e", f"@{variables}")

    assert run.status == 0, run.output
    assert [line for line in run.complaints if not line.startswith(f"[WARNING]: {MEANT_WARNING}")] == []
    warnings = [warning for task in run.tasks for warning in task.warnings]
    assert [warning for warning in warnings if not warning.startswith(MEANT_WARNING)] == []
    ran = {task.name for task in run.tasks if task.action.startswith(PREFIX)}
    assert {task["name"] for task in hostup_tasks(content)} == ran


def test_the_modules_are_shown_in_examples_with_a_failure_handled_and_check_mode() -> None:
    tasks = [task for case in examples() for task in hostup_tasks(case.values[0])]
    assert {key.removeprefix(PREFIX) for task in tasks for key in task if str(key).startswith(PREFIX)} == set(MODULES)
    assert any(task.get("check_mode") is True for task in tasks)


def test_the_rescue_of_the_example_works_when_the_task_fails(
    run_playbook: Callable[..., Any], sandbox: Any, tmp_path: Path
) -> None:
    source = importlib.import_module("ansible_collections.hostup.cloud.plugins.modules.hostup_domain_contacts").EXAMPLES
    rescuing = [entry for entry in yaml.safe_load(source) if entry.get("rescue")]
    assert rescuing
    sandbox.reset(job_result="failed")
    variables = tmp_path / "variables.json"
    variables.write_text(json.dumps(READER_VARIABLES), encoding="utf-8")
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": rescuing}]

    run = run_playbook(yaml.safe_dump(plays, allow_unicode=True), "-e", f"@{variables}")

    assert run.status == 0, run.output
    assert any(task.failed for task in run.tasks)
    assert "rescued=1" in run.output
    # The example tells the code of the failure, and the domains that did not move.
    assert "job_failed: ['example.com', 'example.se', 'example.net']" in run.tasks[-1].result["msg"]


# -- results ----------------------------------------------------------------------------------------------------------


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


BACKED_UP = "when a backup was written"
AUDITED = "with O(audit=true)"
GATES_ASKED = "with O(check_actions=true)"
BACKUPS = "{{ playbook_dir }}/backups/"

SCENARIOS: dict[str, dict[str, Any]] = {
    "success": {},
    "success v1": {"options": {"domains": None, "domain_ids": ["11790", "11793"]}},
    "check mode": {"task": {"check_mode": True, "diff": True}},
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
    "locked": {"options": {"domains": ["moving.example", "example.org"], "preflight": "none"}, "fails": True},
    "another person": {"options": {"when_current": {"firstname": "Karin"}}},
    "too many": {"options": {"max_changed": 0}, "fails": True},
    "denied": {"options": {"material_changes": "deny"}, "fails": True},
    "canary": {"options": {"domains": ["example.com", "shop.example"], "canary": 1}},
    "earlier jobs": {"options": {"pending_jobs": ["dbj_of_yesterday"]}},
    "redacted": {"options": {"redact": True}, "switches": {"text_on_store": "uppercase"}, "fails": True},
    "backup": {"options": {"backup": True, "backup_path": BACKUPS}, "occasions": {BACKED_UP}},
    "backup without change": {"options": {"backup": True, "backup_path": BACKUPS, "domains": ["example.org"]}},
    "backup and failure": {
        "options": {"backup": True, "backup_path": BACKUPS},
        "switches": {"job_result": "failed"},
        "fails": True,
        "occasions": {BACKED_UP},
    },
    "stored otherwise": {"switches": {"text_on_store": "uppercase"}, "fails": True},
    "job failed": {"switches": {"job_result": "failed"}, "fails": True},
    "out of time": {"switches": {"job_result": "never_ends"}, "fails": True},
    "job vanished": {"switches": {"job_result": "vanishes", "job_applies": "none"}, "fails": True},
    "list": {"module": "hostup_domain_info"},
    "list v1": {"module": "hostup_domain_info", "options": {"api_version": "v1"}},
    "list that tells little": {"module": "hostup_domain_info", "switches": {"v2_list_shows": "what_is_shown"}},
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
    "ask for a job": {"module": "hostup_job_info"},
    "ask for no job": {"module": "hostup_job_info", "options": {"job_ids": []}},
    "ask for what is no job": {"module": "hostup_job_info", "options": {"job_ids": [""]}, "fails": True},
}
"""Each is one task, and what is particular about it."""

SCENARIO_OPTIONS: dict[str, dict[str, Any]] = {
    "hostup_domain_contacts": {
        "domains": ["example.com", "example.org"],
        "contacts": COMPANY_CONTACT,
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


@pytest.fixture(scope="module")
def scenario_run(run_shared_tasks: Callable[..., Any], running_sandbox: Any) -> Any:
    """All scenarios in one playbook."""
    tasks = []
    for name, case in SCENARIOS.items():
        options = {**SCENARIO_OPTIONS[module_of(name)], **case.get("options", {})}
        tasks += running_sandbox.tasks_to_reset(case.get("switches", {}), ())
        module = {PREFIX + module_of(name): options}
        tasks.append({"name": name, **module, "ignore_errors": True, **case.get("task", {})})
    return run_shared_tasks(tasks)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_is_returned_is_what_is_documented(scenario: str, scenario_run: Any) -> None:
    ended = scenario_run.task(scenario)
    fails, result = SCENARIOS[scenario].get("fails", False), ended.result

    assert ended.failed == fails, result.get("msg")
    documented = page_of(module_of(scenario))["return"]
    occasions = {"always", "failure" if fails else "success", *SCENARIOS[scenario].get("occasions", ())}
    assert sorted(disagreements(result, documented, occasions)) == []
    assert result.get("summary", {}).keys() == documented.get("summary", {"sample": {}})["sample"].keys()
    assert "msg" in result or not fails


def test_every_failure_code_of_the_collection_is_documented() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in (COLLECTION / "plugins/module_utils").glob("**/*.py")
    )
    codes = set(re.findall(r"code=\"([a-z_]+)\"", source))
    described = str(page_of("hostup_domain_contacts")["return"]["failure"]["contains"]["code"]["description"])
    assert len(codes) >= 8
    assert sorted(code for code in codes if f"V({code})" not in described) == []


def test_every_module_is_tried_in_its_success_and_its_failure() -> None:
    ended = {(module_of(name), bool(case.get("fails"))) for name, case in SCENARIOS.items()}
    assert ended == {(module, fails) for module in MODULES for fails in (False, True)}


@pytest.mark.parametrize("module", MODULES)
def test_every_sample_is_as_the_documentation_says(module: str) -> None:
    documented = page_of(module)["return"]
    samples = {key: description["sample"] for key, description in documented.items()}
    occasions = {"always", "failure", BACKED_UP, AUDITED, GATES_ASKED}
    assert sorted(disagreements(samples, documented, occasions)) == []


@pytest.mark.parametrize("module", MODULES)
def test_every_module_names_the_others(module: str) -> None:
    named = {entry["module"].removeprefix(PREFIX) for entry in page_of(module)["doc"]["seealso"] if "module" in entry}
    assert named == set(MODULES) - {module}


# -- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_the_documented_options_are_the_real_ones(module: str) -> None:
    documented, real = page_of(module)["doc"]["options"], real_arguments(module)["argument_spec"]

    def facts(rule: dict[str, Any]) -> dict[str, Any]:
        defaults = {"type": "str", "required": False, "elements": None, "default": None, "choices": [], "aliases": []}
        return {key: rule.get(key) or absent for key, absent in defaults.items()}

    assert {name: facts(rule) for name, rule in documented.items()} == {
        name: facts(rule) for name, rule in real.items()
    }


def test_the_documented_contact_fields_are_the_real_ones() -> None:
    documented = page_of("hostup_domain_contacts")["doc"]["options"]["contacts"]["suboptions"]
    assert {name: tuple(rule.get("aliases", ())) for name, rule in documented.items()} == {
        field.name: field.aliases for field in FIELDS
    }
    assert {rule["type"] for rule in documented.values()} == {"str"}
    cannot_be_empty = {name for name, rule in documented.items() if "Cannot be emptied" in str(rule["description"])}
    assert cannot_be_empty == {field.name for field in FIELDS if not field.can_be_empty}


@pytest.mark.parametrize("module", MODULES)
def test_the_documented_environment_variables_are_the_real_ones(module: str) -> None:
    documented, real = page_of(module)["doc"]["options"], real_arguments(module)["argument_spec"]
    is_used = re.compile(r"If it is not set, the value of the environment variable E\((\w+)\) is used")
    told = {name: is_used.findall(" ".join(rule["description"])) for name, rule in documented.items()}
    read = {name: list(rule["fallback"][1]) if "fallback" in rule else [] for name, rule in real.items()}
    assert told == read
    assert read["api_key"] == ["HOSTUP_API_KEY"]


def test_the_four_promises_stand_at_the_top() -> None:
    top = " ".join(page_of("hostup_domain_contacts")["doc"]["description"])
    for promise in (
        "A contact field that is not declared is left alone.",
        "A domain that is not listed is never touched.",
        "A write happens only for a domain whose stored contact really differs, and carries only what differs.",
        "check mode prints the same plan and writes nothing.",
    ):
        assert promise in top


# -- the collection ---------------------------------------------------------------------------------------------------


def test_the_action_group_holds_every_module() -> None:
    runtime = yaml.safe_load((COLLECTION / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    members = [entry for entry in runtime["action_groups"]["hostup"] if isinstance(entry, str)]
    assert sorted(members) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_that_it_is_in_the_action_group_and_what_check_mode_does(module: str) -> None:
    attributes = page_of(module)["doc"]["attributes"]
    assert attributes["action_group"]["membership"] == ["hostup.cloud.hostup"]
    assert {"check_mode", "diff_mode", "idempotent"} <= attributes.keys()
    assert (attributes["check_mode"]["support"] == "full") == real_arguments(module)["supports_check_mode"]


def test_the_user_agent_carries_the_version_of_the_collection() -> None:
    galaxy = yaml.safe_load((COLLECTION / "galaxy.yml").read_text(encoding="utf-8"))
    assert galaxy["version"] == COLLECTION_VERSION
