# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every guide is run as it is written: its files, its commands and what they print. guides.py says how it is marked."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
from guides import FOLDER, HOME, Block, Command, as_shown, blocks_of, is_shown

RUNNABLE = frozenset({"ansible-playbook", "ansible-doc", "cat", "ls", "rm"})
GUIDES = sorted(FOLDER.glob("*.rst"))
STORIES = [guide for guide in GUIDES if any(block.kind != "sandbox" for block in blocks_of(guide))]


class Reader:
    """Somebody who types what a guide says, in a folder of their own."""

    def __init__(self, folder: Path, sandbox: Any, environment: dict[str, str]) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.environment = environment

    def follow(self, block: Block) -> None:
        if block.kind == "sandbox":
            self.prepare(block.state)
        elif block.kind == "file":
            file = self.folder / block.name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.not_run:
            return
        elif block.kind == "tasks":
            (self.folder / "tasks.yml").write_text(as_playbook(block.text), encoding="utf-8")
            status, output = self.run("ansible-playbook tasks.yml")
            assert status == 0, output
        else:
            for command in block.commands:
                self.type(command)

    def prepare(self, state: dict[str, Any]) -> None:
        assert state.keys() <= {"keep", "switches", "portfolio", "domains", "faults"}
        if not state.get("keep"):
            self.sandbox.reset(**state.get("switches", {}))
        elif "switches" in state:
            self.sandbox.switch(**state["switches"])
        portfolios = state.get("portfolio", [])
        for portfolio in portfolios if isinstance(portfolios, list) else [portfolios]:
            self.sandbox.make_portfolio(**portfolio)
        for name, change in state.get("domains", {}).items():
            self.sandbox.change_domain(name, change)
        if "faults" in state:
            self.sandbox.add_faults(*state["faults"])

    def type(self, command: Command) -> None:
        status, output = self.run(command.line)
        shown = as_shown(output, self.folder)
        assert is_shown("\n".join(command.prints), shown), f"$ {command.line}\n{shown}"
        if not command.prints:
            assert status == 0, output

    def run(self, line: str) -> tuple[int, str]:
        line = line.replace(HOME, str(self.folder))
        assert shlex.split(line)[0] in RUNNABLE, f"no test can run {line}"
        latest = max(self.folder.glob("backups/*"), key=lambda file: file.stat().st_mtime_ns, default=None)
        if latest is not None:
            line = re.sub(r"backups/hostup-contacts-\S+\.json", f"backups/{latest.name}", line)
        run = subprocess.run(
            line,
            shell=True,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        return run.returncode, run.stdout


def as_playbook(text: str) -> str:
    """Tasks become a play; plays stay as they are."""
    items = yaml.safe_load(text)
    if "hosts" in items[0] or "ansible.builtin.import_playbook" in items[0]:
        return text
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": items}]
    return yaml.safe_dump(play, allow_unicode=True, sort_keys=False)


@pytest.fixture
def reader(tmp_path: Path, sandbox: Any) -> Reader:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HOSTUP_", "ANSIBLE_"))}
    own = {
        "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
        "ANSIBLE_HOME": str(tmp_path / ".ansible"),
        # A reader has an inventory, or does not mind being told that there is none.
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "COLUMNS": "200",
        "HOSTUP_API_BASE": sandbox.url,
        "HOSTUP_API_KEY": "sandbox-full-access",
    }
    return Reader(tmp_path, sandbox, {**inherited, **own})


@pytest.mark.parametrize("guide", STORIES, ids=lambda guide: guide.stem)
def test_the_guide_can_be_followed(guide: Path, reader: Reader) -> None:
    for block in blocks_of(guide):
        try:
            reader.follow(block)
        except (AssertionError, OSError, ValueError) as error:
            pytest.fail(f"{guide.name}, line {block.line}: {error}", pytrace=False)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_yaml_block_is_yaml_and_what_is_not_run_has_a_reason(guide: Path) -> None:
    for block in blocks_of(guide):
        if block.kind in ("file", "tasks"):
            assert yaml.safe_load(block.text), f"{guide.name}, line {block.line}"
        if block.not_run:
            assert len(block.not_run) > len("reason"), f"{guide.name}, line {block.line}"


def test_the_dots_of_a_guide_stand_for_any_lines_and_nothing_else_does() -> None:
    output = "PLAY\n\nTASK\nchanged\n\nRECAP"
    assert is_shown(output, output)
    assert is_shown("PLAY\n...\nRECAP", output)
    assert is_shown("...\nRECAP", output)
    assert is_shown("PLAY\n...", output)
    assert not is_shown("PLAY\n...\nok\n...\nRECAP", output)
    assert not is_shown("PLAY\nRECAP", output)
    assert not is_shown("PLAY .\n...", output)


def test_what_differs_from_run_to_run_is_shown_by_its_kind(tmp_path: Path) -> None:
    line = f"{tmp_path}/backups/hostup-contacts-20260101T000000Z-abcd_123.json of dom_un42n5xov642kxrxrqiyanhcou"
    shown = (
        "/home/anna/domains/backups/hostup-contacts-20261123T081500Z-k3f9x2ab.json of dom_01example000000000000000aa"
    )
    assert as_shown(line, tmp_path) == shown
