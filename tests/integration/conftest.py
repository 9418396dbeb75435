# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs real playbooks with the real `ansible-playbook` against a sandbox."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from hostup_sandbox import Sandbox
from hostup_sandbox.controlled import FULL_ACCESS_KEY, ControlledSandbox

COLLECTION = Path(__file__).resolve().parents[2]
# For guides.py, which a script of that folder needs too, and for ansible_programs.py.
sys.path += [str(COLLECTION / "tests" / "tools"), str(Path(__file__).resolve().parent)]
CALLBACK_FOLDER = Path(__file__).resolve().parent / "callback_plugins"

from ansible_programs import Programs, run_new  # noqa: E402 - it is in one of these folders


@dataclass(frozen=True)
class TaskResult:
    """A task that ended on a host: name and action as written, how long it took, and what the module returned."""

    name: str
    action: str
    host: str
    seconds: float
    failed: bool
    result: dict[str, Any]

    @property
    def warnings(self) -> list[str]:
        return [str(warning) for warning in self.result.get("warnings", [])]


@dataclass(frozen=True)
class Run:
    """One run of `ansible-playbook`: its exit status, all that it printed, and how its tasks ended."""

    status: int
    output: str
    tasks: tuple[TaskResult, ...]

    @property
    def complaints(self) -> list[str]:
        """The lines that Ansible prints in red or purple."""
        return re.findall(r"^\[(?:WARNING|DEPRECATION WARNING|ERROR)\].*", self.output, re.MULTILINE)

    def task(self, name: str) -> TaskResult:
        """The one task of this name."""
        (found,) = [task for task in self.tasks if task.name == name]
        return found


@dataclass(frozen=True)
class PlaybookRunner:
    """Runs playbooks in a folder of their own, with none of the caller's HostUp settings."""

    folder: Path
    api_url: str
    programs: Programs
    home: Path
    """Ansible's own folder, one for all runs; with the same settings they share what was imported."""

    def __call__(self, plays: str | list[dict[str, Any]], *arguments: str, **variables: str | None) -> Run:
        """Run plays, given as YAML text or as data.

        :param arguments: further arguments of ansible-playbook.
        :param variables: environment variables; None takes one away.
        """
        playbook, record = self.folder / "playbook.yml", self.folder / "record"
        playbook.write_text(plays if isinstance(plays, str) else yaml.safe_dump(plays), encoding="utf-8")
        record.unlink(missing_ok=True)
        environment: dict[str, str | None] = {**self._inherited(), **self._own(record), **variables}
        # At the highest verbosity the process shows itself, so it has to be a new one.
        run_program = run_new if "-vvvv" in arguments else self.programs.run
        run = run_program(
            ["ansible-playbook", str(playbook), *arguments],
            self.folder,
            {name: value for name, value in environment.items() if value is not None},
        )
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        tasks = tuple(TaskResult(**entry) for entry in map(json.loads, lines))
        return Run(run.returncode, run.stdout, tasks)

    @staticmethod
    def _inherited() -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("HOSTUP_")}

    def _own(self, record: Path) -> dict[str, str]:
        return {
            "ANSIBLE_HOME": str(self.home),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACK_FOLDER),
            "ANSIBLE_CALLBACKS_ENABLED": "task_results",
            "ANSIBLE_DEPRECATION_WARNINGS": "true",
            # As later versions of Ansible will have it. Today's default is that of the guides and of the role's pages.
            "ANSIBLE_ALLOW_EMBEDDED_TEMPLATES": "false",
            "ANSIBLE_FORCE_COLOR": "false",
            "ANSIBLE_NOCOLOR": "true",
            "TASK_RESULTS": str(record),
            "HOSTUP_API_BASE": self.api_url,
            "HOSTUP_API_KEY": FULL_ACCESS_KEY,
        }


RunTasks = Callable[..., Run]


class CheckedSandbox(ControlledSandbox):
    """A sandbox that must not have broken its own contract, whatever was done to it."""

    def reset(self, **switches: Any) -> None:
        """Bring it back to its seed; what it did since it was there last must have been right."""
        violations = self.violations()
        super().reset(**switches)
        assert violations == []


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[CheckedSandbox]:
    with Sandbox() as server, closing(CheckedSandbox(server.url)) as control:
        yield control
        control.reset()


@pytest.fixture(scope="module")
def controlled() -> Iterator[Callable[[str], ControlledSandbox]]:
    """Take control of further sandboxes by their addresses."""
    with ExitStack() as opened:
        yield lambda url: opened.enter_context(closing(ControlledSandbox(url)))


@pytest.fixture
def sandbox(running_sandbox: CheckedSandbox) -> Iterator[CheckedSandbox]:
    """The sandbox as in its seed."""
    running_sandbox.reset()
    yield running_sandbox
    running_sandbox.reset()


@pytest.fixture(scope="session")
def programs() -> Iterator[Programs]:
    """Runs programs of Ansible in processes that share what was imported."""
    with closing(Programs()) as started:
        yield started


@pytest.fixture(scope="session")
def ansible_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ansible")


@pytest.fixture
def run_playbook(sandbox: CheckedSandbox, tmp_path: Path, programs: Programs, ansible_home: Path) -> PlaybookRunner:
    return PlaybookRunner(tmp_path, sandbox.url, programs, ansible_home)


@pytest.fixture(scope="module")
def shared_runner(
    running_sandbox: CheckedSandbox,
    tmp_path_factory: pytest.TempPathFactory,
    programs: Programs,
    ansible_home: Path,
) -> PlaybookRunner:
    """Run playbooks whose results several tests look at."""
    return PlaybookRunner(tmp_path_factory.mktemp("shared"), running_sandbox.url, programs, ansible_home)


@pytest.fixture(scope="module")
def run_shared_tasks(shared_runner: PlaybookRunner) -> RunTasks:
    """Run tasks whose results several tests look at; they bring the sandbox into the states that they need."""
    return tasks_runner(shared_runner)


@pytest.fixture
def run_tasks(run_playbook: PlaybookRunner) -> RunTasks:
    """Run tasks in one play on localhost; the other arguments are those of :class:`PlaybookRunner`."""
    return tasks_runner(run_playbook)


def tasks_runner(run_playbook: PlaybookRunner) -> RunTasks:
    def run(tasks: list[dict[str, Any]], *arguments: str, **variables: str | None) -> Run:
        return run_playbook([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], *arguments, **variables)

    return run
