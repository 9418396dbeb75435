# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader who does what a guide says sees what it shows. How a guide marks its blocks: tests/tools/guides.py."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import guides
import pytest
import yaml
from ansible_programs import Programs

TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(guides.GUIDES.glob("*.rst"))}
BLOCKS = {name: [item for item in guides.read_guide(text) if hasattr(item, "caption")] for name, text in TEXTS.items()}
STORIES = [name for name, blocks in BLOCKS.items() if any(block.is_session for block in blocks)]


@pytest.mark.parametrize("name", STORIES)
def test_every_command_of_a_guide_prints_what_the_guide_shows(
    name: str, sandbox: Any, programs: Programs, tmp_path: Path
) -> None:
    player = guides.Player(tmp_path, sandbox.url, programs.run)
    shown = list(player.play(guides.read_guide(TEXTS[name])))

    assert [guides.what_differs(one) for one in shown if not one.is_as_expected] == []
    assert shown


@pytest.mark.parametrize("name", TEXTS)
def test_every_file_of_a_guide_is_used_by_one_of_its_commands(name: str) -> None:
    reported = " ".join(block.text for block in BLOCKS[name])
    unused = [block.caption for block in BLOCKS[name] if block.is_file and is_for_a_command(block.caption)]
    assert [caption for caption in unused if caption not in reported] == []


def is_for_a_command(caption: str) -> bool:
    """Return whether a file is not one that a program finds by itself."""
    found_by_itself = ("ansible.cfg", "group_vars/", "host_vars/", "execution-env", ".github/", ".gitlab-ci.yml")
    return not caption.startswith(found_by_itself)


@pytest.mark.parametrize("name", TEXTS)
def test_every_block_is_shown_in_a_known_way(name: str) -> None:
    for block in BLOCKS[name]:
        assert block.language in ("yaml", "yaml+jinja", "console", "shell", "text", "ini", "diff"), block.text
        if block.is_yaml:
            content = yaml.safe_load(block.text)
            assert content, block.text
            assert isinstance(content, list) or block.is_file or "not run" in block.marks, block.text


# -- files for other programs -----------------------------------------------------------------------------------------


def content_of(guide: str, caption: str) -> Any:
    """What a YAML block says; YAML 1.2 as CI systems read it, where `on` is a text."""
    (block,) = [block for block in BLOCKS[guide] if block.caption == caption]
    return yaml.load(block.text, Loader=yaml.BaseLoader)


def playbook_commands(lines: str) -> set[tuple[str, ...]]:
    return {tuple(shlex.split(line)) for line in lines.splitlines() if line.startswith("ansible-playbook ")}


def commands_shown(guide: str) -> set[tuple[str, ...]]:
    sessions = [block.text for block in BLOCKS[guide] if block.is_session]
    return {command.words for session in sessions for command in guides.commands(session)}


def is_about_approval(words: tuple[str, ...]) -> bool:
    return any("plan=" in word for word in words)


def commands_without_approval(guide: str) -> set[tuple[str, ...]]:
    return {words for words in commands_shown(guide) if not is_about_approval(words)}


WORKFLOW_KEYS = {"name", "on", "permissions", "concurrency", "jobs"}
JOB_KEYS = {"runs-on", "steps"}
STEP_KEYS = {"name", "uses", "with", "if", "run", "env"}


def test_the_workflow_for_github_is_one_and_runs_what_the_guide_shows() -> None:
    workflow = content_of("pipelines", ".github/workflows/domains.yml")
    assert workflow.keys() == WORKFLOW_KEYS
    assert workflow["on"].keys() == {"pull_request", "push", "schedule"}
    (job,) = workflow["jobs"].values()
    assert job.keys() == JOB_KEYS
    ran: dict[str, set[tuple[str, ...]]] = {}
    for step in job["steps"]:
        assert step.keys() <= STEP_KEYS
        assert ("uses" in step) != ("run" in step)
        if condition := step.get("if"):
            (event,) = re.findall(r"github\.event_name == '(\w+)'", condition)
            ran[event] = playbook_commands(step["run"])
            key = "HOSTUP_WRITE_KEY" if event == "push" else "HOSTUP_READ_KEY"
            assert step["env"] == {"HOSTUP_API_KEY": f"${{{{ secrets.{key} }}}}"}
    assert ran.keys() == workflow["on"].keys()
    assert set.union(*ran.values()) == commands_without_approval("pipelines")


GITLAB_JOB_KEYS = {"stage", "rules", "variables", "script", "resource_group"}


def test_the_pipeline_for_gitlab_is_one_and_runs_what_the_guide_shows() -> None:
    pipeline = content_of("pipelines", ".gitlab-ci.yml")
    assert pipeline.pop("default").keys() == {"image", "before_script"}
    ran: dict[str, set[tuple[str, ...]]] = {}
    for job in pipeline.values():
        assert job.keys() <= GITLAB_JOB_KEYS
        assert job["stage"] in ("build", "test", "deploy")
        (rule,) = job["rules"]
        (source,) = re.findall(r'\$CI_PIPELINE_SOURCE == "(\w+)"', rule["if"])
        ran[source] = playbook_commands("\n".join(job["script"]))
        key = "$HOSTUP_WRITE_KEY" if source == "push" else "$HOSTUP_READ_KEY"
        assert job["variables"] == {"HOSTUP_API_KEY": key}
    assert ran.keys() == {"merge_request_event", "push", "schedule"}
    assert set.union(*ran.values()) == commands_without_approval("pipelines")


def test_the_workflow_with_approval_passes_the_plan_from_a_key_that_reads_to_one_that_writes() -> None:
    workflow = content_of("pipelines", ".github/workflows/approved.yml")
    assert workflow.keys() == WORKFLOW_KEYS
    plan, apply = workflow["jobs"]["plan"], workflow["jobs"]["apply"]
    assert apply["needs"] == "plan"
    assert apply["environment"]
    ran: list[tuple[str, ...]] = []
    for job, key in ((plan, "HOSTUP_READ_KEY"), (apply, "HOSTUP_WRITE_KEY")):
        assert job["env"] == {
            "HOSTUP_API_KEY": f"${{{{ secrets.{key} }}}}",
            "HOSTUP_PLAN_SECRET": "${{ secrets.HOSTUP_PLAN_SECRET }}",
        }
        for step in job["steps"]:
            assert step.keys() <= STEP_KEYS
            ran += playbook_commands(step.get("run", ""))
    assert set(ran) == {words for words in commands_shown("pipelines") if is_about_approval(words)}
    assert ["--check" in words for words in ran] == [True, False]


def test_only_what_runs_with_the_writing_key_can_write() -> None:
    shown = commands_shown("pipelines")
    assert {words for words in shown if "--check" not in words and "drift.yml" not in words} == {
        ("ansible-playbook", "domains.yml", "--diff"),
        ("ansible-playbook", "domains.yml", "-e", "approved_plan=plan.json"),
    }
    drift = content_of("pipelines", "drift.yml")[0]["tasks"]
    assert [task["check_mode"] for task in drift if any("hostup.cloud." in key for key in task)] == ["true"]


FIELD_KEYS = {"id", "type", "label", "secret", "help_text", "default", "choices", "multiline", "format"}


def test_the_credential_type_of_awx_sets_the_key_of_the_modules() -> None:
    inputs = content_of("awx_and_automation_platform", "Input configuration")
    injectors = content_of("awx_and_automation_platform", "Injector configuration")
    assert inputs.keys() == {"fields", "required"}
    for field in inputs["fields"]:
        assert {"id", "type", "label"} <= field.keys() <= FIELD_KEYS
    assert [(field["id"], field["secret"]) for field in inputs["fields"]] == [("api_key", "true")]
    assert inputs["required"] == ["api_key"]
    assert injectors == {"env": {"HOSTUP_API_KEY": "{{ api_key }}"}}


def files_for(program: str) -> list[Any]:
    named = [(name, block) for name, blocks in BLOCKS.items() for block in blocks if block.caption == program]
    return [pytest.param(block, id=name) for name, block in named]


@pytest.mark.parametrize("block", files_for("requirements.yml"))
def test_requirements_name_the_collection(block: guides.Block) -> None:
    assert yaml.safe_load(block.text) == {"collections": [{"name": "hostup.cloud"}]}


@pytest.mark.parametrize("block", files_for("execution-environment.yml"))
def test_ansible_builder_accepts_the_definition_of_an_execution_environment(
    block: guides.Block, tmp_path: Path
) -> None:
    for file in BLOCKS["awx_and_automation_platform"]:
        if file.is_file:
            (tmp_path / file.caption).write_text(file.text, encoding="utf-8")
    command = ["ansible-builder", "create", "--file", block.caption, "--output-filename", "Containerfile"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    made = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "context").rglob("*") if path.is_file())
    assert "hostup.cloud" in made
    assert "ansible-galaxy collection install" in made
