# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs real playbooks with the real `ansible-playbook` against a sandbox."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from hostup_sandbox import Sandbox

COLLECTION = Path(__file__).resolve().parents[2]
# For guides.py, which a script of that folder needs too.
sys.path.append(str(COLLECTION / "tests" / "tools"))
CALLBACK_FOLDER = Path(__file__).resolve().parent / "callback_plugins"

FULL_ACCESS_KEY = "sandbox-full-access"
JOB_SECONDS = 0.05


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


class ControlledSandbox:
    """A sandbox that a test can look into and change; see the control plane in tests/sandbox/README.md."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._control = requests.Session()
        self._control.trust_env = False

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._control.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def reset(self, **switches: Any) -> None:
        """Bring it back to its seed, with these switches and no record of requests."""
        self._call("POST", "reset", {"switches": {"job_seconds": JOB_SECONDS, **switches}})

    def switch(self, **switches: Any) -> None:
        """Change switches, and keep everything else."""
        self._call("PATCH", "switches", switches)

    def tasks_to_reset(
        self,
        switches: Mapping[str, Any],
        faults: Sequence[Mapping[str, Any]],
        domains: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """The tasks that do it in the middle of a playbook: starting Ansible anew takes much longer.

        :param domains: by name, what is stored otherwise than in the seed.
        """

        def call(path: str, body: Any, method: str = "POST") -> dict[str, Any]:
            request = {"url": f"{self.url}/_sandbox/{path}", "method": method, "body_format": "json", "body": body}
            return {"ansible.builtin.uri": {**request, "use_proxy": False}}

        tasks = [call("reset", {"switches": {"job_seconds": JOB_SECONDS, **switches}})]
        tasks += [call(f"domains/{name}", change, "PATCH") for name, change in (domains or {}).items()]
        return [*tasks, call("faults", faults)] if faults else tasks

    def forget_requests(self) -> None:
        """Begin a new record of requests, with no fault left in force."""
        self._call("DELETE", "requests")
        self._call("DELETE", "faults")

    def add_faults(self, *faults: Mapping[str, Any]) -> None:
        """Make some of the next requests go wrong."""
        self._call("POST", "faults", list(faults))

    def requests(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The requests so far, or those of a kind: read, list, write, poll."""
        entries: list[dict[str, Any]] = self._call("GET", "requests")["requests"]
        return [entry for entry in entries if kind in (None, entry["kind"])]

    def make_portfolio(self, **wishes: Any) -> dict[str, Any]:
        """Create many domains; their `names`, `v1_ids` and `v2_ids`."""
        created: dict[str, Any] = self._call("POST", "portfolio", wishes)
        return created

    def change_domain(self, name: str, change: Mapping[str, Any]) -> None:
        """Change what is stored of a domain, past every rule."""
        self._call("PATCH", f"domains/{name}", change)

    def stored(self) -> dict[str, dict[str, Any]]:
        """The stored registrant contact of every domain, by its name and by its v1 id."""
        domains = self._call("GET", "domains")["domains"]
        return {domain[key]: domain["registrant"] for domain in domains for key in ("name", "v1_id")}

    def calls(self) -> dict[str, int]:
        """How many requests there were, counted as in `api_calls`: to the module, listing the domains is reading."""
        counts = self._call("GET", "requests")["counts"]
        return {"read": counts["read"] + counts["list"], "write": counts["write"], "poll": counts["poll"]}

    def id_of(self, name: str) -> str:
        """The v2 id of a domain."""
        return str(self._call("GET", f"domains/{name}")["v2_id"])

    def violations(self) -> list[Any]:
        """Answers in which the sandbox broke its own contract."""
        found: list[Any] = self._call("GET", "violations")["violations"]
        return found

    def close(self) -> None:
        """Close the connection to the control plane."""
        self._control.close()


@dataclass(frozen=True)
class PlaybookRunner:
    """Runs playbooks in a folder of their own, with none of the caller's HostUp settings."""

    folder: Path
    api_url: str

    def __call__(self, plays: str | list[dict[str, Any]], *arguments: str, **variables: str | None) -> Run:
        """Run plays, given as YAML text or as data.

        :param arguments: further arguments of ansible-playbook.
        :param variables: environment variables; None takes one away.
        """
        playbook, record = self.folder / "playbook.yml", self.folder / "record"
        playbook.write_text(plays if isinstance(plays, str) else yaml.safe_dump(plays), encoding="utf-8")
        record.unlink(missing_ok=True)
        environment: dict[str, str | None] = {**self._inherited(), **self._own(record), **variables}
        run = subprocess.run(
            ["ansible-playbook", str(playbook), *arguments],
            cwd=self.folder,
            env={name: value for name, value in environment.items() if value is not None},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        tasks = tuple(TaskResult(**entry) for entry in map(json.loads, lines))
        return Run(run.returncode, run.stdout, tasks)

    @staticmethod
    def _inherited() -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("HOSTUP_")}

    def _own(self, record: Path) -> dict[str, str]:
        return {
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACK_FOLDER),
            "ANSIBLE_CALLBACKS_ENABLED": "task_results",
            "ANSIBLE_DEPRECATION_WARNINGS": "true",
            "ANSIBLE_FORCE_COLOR": "false",
            "ANSIBLE_NOCOLOR": "true",
            "TASK_RESULTS": str(record),
            "HOSTUP_API_BASE": self.api_url,
            "HOSTUP_API_KEY": FULL_ACCESS_KEY,
        }


RunTasks = Callable[..., Run]


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[ControlledSandbox]:
    with Sandbox() as server:
        control = ControlledSandbox(server.url)
        yield control
        control.close()


@pytest.fixture(scope="module")
def controlled() -> Iterator[Callable[[str], ControlledSandbox]]:
    """Take control of further sandboxes by their addresses."""
    with ExitStack() as opened:
        yield lambda url: opened.enter_context(closing(ControlledSandbox(url)))


@pytest.fixture
def sandbox(running_sandbox: ControlledSandbox) -> Iterator[ControlledSandbox]:
    """The sandbox as in its seed; whatever a test did, it must not have broken its own contract."""
    running_sandbox.reset()
    yield running_sandbox
    assert running_sandbox.violations() == []


@pytest.fixture
def run_playbook(sandbox: ControlledSandbox, tmp_path: Path) -> PlaybookRunner:
    return PlaybookRunner(tmp_path, sandbox.url)


@pytest.fixture(scope="module")
def shared_runner(running_sandbox: ControlledSandbox, tmp_path_factory: pytest.TempPathFactory) -> PlaybookRunner:
    """Run playbooks whose results several tests look at."""
    return PlaybookRunner(tmp_path_factory.mktemp("shared"), running_sandbox.url)


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
