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
    "our_plan_secret": "a long random text",
    "digest_from_the_review": "{{ plan.plan_digest }}",
    "domain_contacts_profiles": {"company": COMPANY_CONTACT},
    "domain_contacts_assignments": [{"profile": "company", "domains": ["example.com", "example.net"]}],
}
"""What a reader of the examples has in variables."""

MEANT_WARNING = "Legal consequences for "
"""How the one warning begins that a reader of the examples is to see."""


# -- what is documented, and what is --------------------------------------------------------------------------------


@cache
def pages() -> dict[str, dict[str, Any]]:
    """What `ansible-doc` knows of the modules: `doc`, `examples`, `return`."""
    command = ["ansible-doc", "--json", "-t", "module", *(PREFIX + module for module in MODULES)]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
    return {name.removeprefix(PREFIX): page for name, page in json.loads(printed).items()}


def page_of(module: str) -> dict[str, Any]:
    return pages()[module]


@cache
def real_arguments(module: str) -> dict[str, Any]:
    """What the module hands to AnsibleModule, or to a class of its own that is one."""
    imported = importlib.import_module(f"ansible_collections.hostup.cloud.plugins.modules.{module}")

    class Seen(Exception):
        pass

    name = "QuietModule" if hasattr(imported, "QuietModule") else "AnsibleModule"
    with mock.patch.object(imported, name, side_effect=Seen) as constructor, pytest.raises(Seen):
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
    # The example reports the code of the failure, and the domains that did not move.
    assert "job_failed: ['example.com', 'example.se', 'example.net']" in run.tasks[-1].result["msg"]


# -- results ----------------------------------------------------------------------------------------------------------


def test_every_failure_code_of_the_collection_is_documented() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (COLLECTION / "plugins/module_utils").rglob("*.py"))
    codes = set(re.findall(r"code=\"([a-z_]+)\"", source))
    described = str(page_of("hostup_domain_contacts")["return"]["failure"]["contains"]["code"]["description"])
    assert len(codes) >= 8
    assert sorted(code for code in codes if f"V({code})" not in described) == []


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
    reported = {name: is_used.findall(" ".join(rule["description"])) for name, rule in documented.items()}
    read = {name: list(rule["fallback"][1]) if "fallback" in rule else [] for name, rule in real.items()}
    assert reported == read
    assert read["api_key"] == ["HOSTUP_API_KEY"]


def test_the_four_promises_stand_at_the_top() -> None:
    top = " ".join(page_of("hostup_domain_contacts")["doc"]["description"])
    for promise in (
        "A contact field that is not declared is left alone, and reading back checks that it was.",
        "A domain that is not listed is never touched.",
        "A write happens only for a domain whose stored contact really differs.",
        "With API v2 it carries only what differs.",
        "check mode prints the same plan and writes nothing.",
        "every declared field is as declared, and every other field as before.",
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
