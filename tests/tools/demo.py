# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the demo playbook against a sandbox in three acts, and check that they show one story: plan, apply, again.

The first act changes nothing and shows what would change; the second changes exactly that; the third finds nothing
left to do. Ends with status 0 only if all of this was so.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sandbox_process import running_sandbox, stop, stop_on_signals

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PLAYBOOK = "hostup.cloud.demo"
WIDTH = 78


@dataclass(frozen=True)
class Act:
    """One run of the playbook: a word for it, a title for the reader, and the arguments for ansible-playbook."""

    name: str
    title: str
    arguments: tuple[str, ...]


PLAN = Act("plan", "what would change (--check --diff)", ("--check", "--diff"))
APPLY = Act("apply", "change it (--diff)", ("--diff",))
AGAIN = Act("again", "the same playbook once more", ("--diff",))
ACTS = (PLAN, APPLY, AGAIN)


@dataclass(frozen=True)
class Task:
    """A task of the collection that ended: its name, and what the module returned."""

    name: str
    result: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What the collection's tasks returned in one act."""

    tasks: tuple[Task, ...]

    @classmethod
    def read(cls, record: Path) -> Outcome:
        """Read what the callback run_record wrote; a missing file is an act in which no task ran."""
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        entries = [json.loads(line) for line in lines]
        return cls(tuple(Task(entry["task"], entry["result"]) for entry in entries))

    @property
    def total(self) -> int:
        """How many domains the tasks listed."""
        return sum(len(task.result["domains"]) for task in self.tasks)

    @property
    def writes(self) -> int:
        """How many write requests were sent."""
        return sum(int(task.result["api_calls"]["write"]) for task in self.tasks)

    @property
    def requests(self) -> int:
        """How many requests of any kind were sent."""
        return sum(sum(map(int, task.result["api_calls"].values())) for task in self.tasks)

    @property
    def changed(self) -> bool:
        """Whether any task reports a change."""
        return any(task.result["changed"] for task in self.tasks)

    def with_status(self, status: str) -> int:
        """Return how many domains ended with `status`."""
        return sum(domain["status"] == status for task in self.tasks for domain in task.result["domains"])

    def changes(self) -> list[tuple[str, Any, list[tuple[str, Any]]]]:
        """Return, per task, the diff that was shown and the fields that differ per domain."""
        return [
            (
                task.name,
                task.result.get("diff") or [],
                [(domain["id"], domain["changed_fields"]) for domain in task.result["domains"]],
            )
            for task in self.tasks
        ]


def problems(plan: Outcome, apply: Outcome, again: Outcome) -> list[str]:
    """Return one sentence for each way in which the three acts do not show the story they should."""
    checks = [
        (bool(plan.with_status("planned")), "The plan found nothing to change, so the demo shows nothing."),
        (plan.writes == 0, f"The plan sent {plan.writes} write requests; check mode must send none."),
        (plan.changes() == apply.changes(), "What was applied is not what the plan showed."),
        (
            apply.with_status("updated") == plan.with_status("planned"),
            f"{plan.with_status('planned')} domains were planned and {apply.with_status('updated')} were updated.",
        ),
        (not again.changed and again.with_status("unchanged") == again.total, "The third act changed something."),
        (again.writes == 0, f"The third act sent {again.writes} write requests, and nothing differed."),
        (len({plan.total, apply.total, again.total}) == 1, "The three acts did not look at the same domains."),
    ]
    return [sentence for holds, sentence in checks if not holds]


def _count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 request`, `2 requests`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def summary(plan: Outcome, apply: Outcome, again: Outcome) -> list[str]:
    """Return one line for each act."""
    facts = [
        (PLAN, plan, f"{plan.with_status('planned')} of {_count(plan.total, 'domain')} would change"),
        (APPLY, apply, f"{apply.with_status('updated')} of {_count(apply.total, 'domain')} changed and verified"),
        (AGAIN, again, f"{again.with_status('unchanged')} of {_count(again.total, 'domain')} already as declared"),
    ]
    return [
        f"  {number}. {act.name:<6} {fact}; {_count(outcome.requests, 'request')}, {outcome.writes or 'none'} to write"
        for number, (act, outcome, fact) in enumerate(facts, start=1)
    ]


def _heading(text: str) -> str:
    """Return a title that stands out between the lines of Ansible."""
    return f"\n{'=' * WIDTH}\n  {text}\n{'=' * WIDTH}"


def _play(act: Act, command: Sequence[str], variables: dict[str, str], folder: Path) -> Outcome:
    """Run one act.

    Raises:
        SystemExit: The playbook failed; Ansible has said why.
    """
    record = folder / act.name
    process = subprocess.Popen(
        [*command, *act.arguments], env={**variables, "RUN_RECORD": str(record)}, stdin=subprocess.DEVNULL
    )
    try:
        status = process.wait()
    finally:
        stop(process)
    if status != 0:
        sys.exit(f"\nThe demo failed: the playbook ended with status {status} in act {act.name!r}.")
    return Outcome.read(record)


def collections_below(folder: Path) -> Path:
    """Return a collections path below `folder` that leads to this checkout, which may have any name itself."""
    collection = folder / "collections" / "ansible_collections" / "hostup" / "cloud"
    collection.parent.mkdir(parents=True)
    collection.symlink_to(ROOT)
    return folder / "collections"


def ansible_variables(collections: Path, home: Path) -> dict[str, str]:
    """Return the environment in which Ansible finds the collections of `collections`, and keeps its files in `home`.

    Nothing of the caller's own Ansible or HostUp settings remains in it: with them a demo could reach a real account.
    LC_ALL goes too, because Ansible refuses to run where it is not UTF-8, and Python mends only a plain C locale.
    """
    kept = {name: value for name, value in os.environ.items() if not re.match("(ANSIBLE|HOSTUP)_|LC_ALL$", name)}
    return {
        **kept,
        "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
        "ANSIBLE_CONFIG": str(ROOT / "tests" / "tools" / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_HOME": str(home),
    }


def play(installed: Path | None) -> list[Outcome]:
    """Run the three acts against a fresh sandbox with the collection that is `installed` somewhere, or this checkout.

    Raises:
        SystemExit: The playbook failed; Ansible has said why.
        RuntimeError: The sandbox did not start.
    """
    command = [str(BIN / "ansible-playbook"), PLAYBOOK]
    outcomes = []
    with running_sandbox() as settings, TemporaryDirectory(prefix="hostup-demo-") as name:
        folder = Path(name).resolve()
        variables = {
            **ansible_variables(installed or collections_below(folder), folder / "ansible"),
            **settings,
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "tools" / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "run_record",
            "ANSIBLE_FORCE_COLOR": str(sys.stdout.isatty() and "NO_COLOR" not in os.environ),
        }
        print(f"A sandbox stands in for HostUp at {settings['HOSTUP_API_BASE']}; no real account is involved.")
        for number, act in enumerate(ACTS, start=1):
            print(_heading(f"Act {number} of {len(ACTS)}, {act.name}: {act.title}"), flush=True)
            outcomes.append(_play(act, command, variables, folder))
    return outcomes


def main() -> None:
    """Play the demo, and say in the last line whether it went as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collections", type=Path, help="use the collection installed here, not the working tree")
    arguments = parser.parse_args()
    stop_on_signals()
    try:
        outcomes = play(arguments.collections and arguments.collections.resolve())
    except KeyboardInterrupt:
        sys.exit("\nThe demo was interrupted; the sandbox is stopped.")
    except (RuntimeError, ValueError) as error:
        sys.exit(f"\nThe demo failed: {error}")
    print(_heading("Summary"))
    print("\n".join(summary(*outcomes)))
    wrong = problems(*outcomes)
    if wrong:
        sys.exit("\nThe demo failed:\n" + "\n".join(f"  - {sentence}" for sentence in wrong))
    print("\nThe demo passed: what was planned was applied, and a second run had nothing to do.")


if __name__ == "__main__":
    main()
