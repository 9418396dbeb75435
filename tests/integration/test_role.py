# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages about the role say what is: their plays run, and so do the examples of the filters."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

COLLECTION = Path(__file__).resolve().parents[2]
ROLE = COLLECTION / "roles" / "domain_contacts"
FILTERS = sorted(path.stem for path in (COLLECTION / "plugins" / "filter").glob("*.py"))

INFO_TASKS: dict[str, dict[str, Any]] = {
    "hostup_domain_info": {"name": "example.*", "details": True},
    "hostup_domain_contacts_info": {"domains": ["example.com"], "audit": True, "check_actions": True, "redact": True},
    "hostup_job_info": {"job_ids": []},
}

MEANT_WARNINGS = ("Legal consequences for ", "Left out, because they cannot be edited now")
"""How the warnings begin that a reader of the examples is to see."""


def plays_of(page: Path) -> Iterator[list[dict[str, Any]]]:
    """The YAML blocks of a Markdown page that are plays with the role."""
    for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        content = yaml.safe_load(block)
        if isinstance(content, list) and "roles" in content[0]:
            yield content


@pytest.mark.parametrize("page", [COLLECTION / "README.md", ROLE / "README.md"], ids=["collection", "role"])
def test_the_play_of_a_page_plans_applies_and_then_finds_nothing_to_do(
    page: Path, run_playbook: Any, sandbox: Any
) -> None:
    (play,) = plays_of(page)
    playbook = yaml.safe_dump(play, allow_unicode=True)
    defaults: dict[str, Any] = {"ANSIBLE_ALLOW_EMBEDDED_TEMPLATES": None}
    # The page has no room for the warnings of other guards.
    plan = run_playbook(playbook, "--check", "--diff", **defaults)
    assert plan.status == 0, plan.output
    assert sandbox.requests("write") == []
    assert "changed=1" in plan.output
    report = (run_playbook.folder / "drift.html").read_text(encoding="utf-8")
    assert "drifted" in report

    applied, again = run_playbook(playbook, **defaults), run_playbook(playbook, **defaults)

    assert (applied.status, again.status) == (0, 0), applied.output + again.output
    assert "changed=1" in applied.output
    assert "changed=0" in again.output
    complaints = [line.removeprefix("[WARNING]: ") for line in plan.complaints + applied.complaints + again.complaints]
    assert [line for line in complaints if not line.startswith(MEANT_WARNINGS)] == []


def test_the_other_plays_of_these_tests_run_without_embedded_templates(run_tasks: Any) -> None:
    embedded = {
        "name": "Embedded",
        "ansible.builtin.assert": {"that": "inventory_hostname == '{{ inventory_hostname }}'"},
    }

    later, today = run_tasks([embedded]), run_tasks([embedded], ANSIBLE_ALLOW_EMBEDDED_TEMPLATES="true")

    assert (later.task("Embedded").failed, today.task("Embedded").failed) == (True, False)


PLAYBOOK_OF_1_0_0 = """
- hosts: localhost
  gather_facts: false
  vars:
    domain_contacts_profiles:
      company: {companyname: Example AB, email: domains@example.com, country: SE}
      shop: {base: company, email: shop@example.com}
      abroad: {base: company, company: Eksempel AS, phonenumber: null, country: "NO"}
    domain_contacts_assignments:
      - {profile: company, domains: [example.com, example.org], tlds: [nu]}
      - {profile: shop, domains: [shop.example]}
      - {profile: abroad, tags: [norway]}
      - {profile: company, domain_ids: []}
  roles:
    - role: hostup.cloud.domain_contacts
      domain_contacts_options:
        {on_blocked: skip, max_changed: 50, canary: 1, backup: true, backup_path: "{{ playbook_dir }}/old/"}
      domain_contacts_report: "{{ playbook_dir }}/drift.html"
      domain_contacts_report_markdown: "{{ playbook_dir }}/drift.md"
  tasks:
    - name: Look at each profile
      ansible.builtin.debug:
        msg: >-
          {{ item.key }} {{ item.value is changed }} {{ item.value is failed }}
          {{ item.value.summary.updated }} of {{ item.value.domains | length }}
      loop: "{{ domain_contacts_results | dict2items }}"
      loop_control: {label: "{{ item.key }}"}
"""


def test_a_playbook_of_release_1_0_0_still_runs(run_playbook: Any, sandbox: Any) -> None:
    first, again = (run_playbook(PLAYBOOK_OF_1_0_0) for _number in range(2))

    assert (first.status, again.status) == (0, 0), first.output + again.output
    assert [line for line in ("company True False", "shop True False 1 of 1") if line not in first.output] == []
    assert [line for line in ("company False False 0", "abroad False False 0") if line not in again.output] == []
    assert sandbox.stored()["shop.example"]["email"] == "shop@example.com"
    assert sandbox.stored()["oslo.example"]["companyname"] == "Eksempel AS"
    assert len(list((run_playbook.folder / "old").iterdir())) == 1
    assert all((run_playbook.folder / name).is_file() for name in ("drift.html", "drift.md"))


def test_nothing_but_four_folders_is_needed(run_playbook: Any, sandbox: Any) -> None:
    installed = run_playbook.folder / "collections" / "ansible_collections" / "hostup" / "cloud"
    for name in ("meta", "playbooks", "plugins", "roles"):
        shutil.copytree(COLLECTION / name, installed / name)
    portfolio = {
        "domain_contacts_profiles": {"company": {"city": "Lund"}},
        "domain_contacts_assignments": [{"profile": "company", "domains": ["example.com"]}],
        "drift_report_audit": True,
    }
    tasks = [{f"hostup.cloud.{name}": options} for name, options in INFO_TASKS.items()]
    plays = [
        {"hosts": "localhost", "gather_facts": False, "tasks": tasks},
        {"ansible.builtin.import_playbook": "hostup.cloud.drift_report"},
        {"hosts": "localhost", "gather_facts": False, "vars": portfolio, "roles": ["hostup.cloud.domain_contacts"]},
    ]
    folders = {"ANSIBLE_COLLECTIONS_PATH": str(run_playbook.folder / "collections"), "PYTHONPATH": None}

    run = run_playbook(plays, "-e", json.dumps(portfolio), PWD=str(run_playbook.folder), **folders)

    assert run.status == 0, run.output
    assert sandbox.stored()["example.com"]["city"] == "Lund"
    assert "1 of 1 domain has drifted." in (run_playbook.folder / "drift-report.md").read_text(encoding="utf-8")


def test_the_pages_of_the_role_report_every_variable() -> None:
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    variables = specs["argument_specs"]["main"]["options"]
    page = (ROLE / "README.md").read_text(encoding="utf-8")
    assert [name for name in variables if f"`{name}`" not in page] == []


def test_ansible_doc_knows_the_role() -> None:
    command = ["ansible-doc", "--json", "--type", "role", "hostup.cloud.domain_contacts"]
    reported = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
    assert (
        "domain_contacts_profiles"
        in json.loads(reported)["hostup.cloud.domain_contacts"]["entry_points"]["main"]["options"]
    )


@pytest.mark.parametrize("name", FILTERS)
def test_the_example_of_a_filter_runs_without_a_warning(name: str, run_tasks: Any) -> None:
    module = importlib.import_module(f"ansible_collections.hostup.cloud.plugins.filter.{name}")

    run = run_tasks(yaml.safe_load(module.EXAMPLES))

    assert run.status == 0, run.output
    assert run.complaints == []


@pytest.mark.parametrize("name", FILTERS)
def test_the_documented_arguments_of_a_filter_are_the_real_ones(name: str) -> None:
    module = importlib.import_module(f"ansible_collections.hostup.cloud.plugins.filter.{name}")
    documentation = yaml.safe_load(module.DOCUMENTATION)
    (function,) = module.FilterModule().filters().values()
    code = function.__code__
    _subject, *arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    assert re.findall(r"\w+", documentation.get("positional", "")) == arguments
    assert list(documentation["options"]) == ["_input", *arguments]


def test_everything_that_a_filter_returns_is_documented() -> None:
    facts: dict[str, Any] = {}
    for name in ("drift_report", "drift_page"):
        module = importlib.import_module(f"ansible_collections.hostup.cloud.plugins.filter.{name}")
        (function,) = module.FilterModule().filters().values()
        facts = function(facts)
        documented = yaml.safe_load(module.RETURN)["_value"]["contains"]
        assert list(facts) == list(documented)
