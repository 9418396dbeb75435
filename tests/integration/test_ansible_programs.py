# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A forked program of Ansible does what a new process does: it prints, returns and leaves behind the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from ansible_programs import Ended, Programs, run_new

PLAY = {
    "hosts": "localhost",
    "gather_facts": False,
    "tasks": [
        {"name": "Where", "ansible.builtin.debug": {"msg": "{{ '.' | realpath }} {{ lookup('env', 'HOSTUP_X') }}"}},
        {"name": "A module", "ansible.builtin.ping": {}, "register": "found"},
        {"name": "An action with a file for a while", "ansible.builtin.copy": {"content": "a\n", "dest": "new.txt"}},
        {"name": "A filter", "ansible.builtin.debug": {"msg": "{{ 'a`b' | hostup.cloud.markdown_code }}"}},
        {"name": "A domain", "hostup.cloud.hostup_domain_contacts": {"domains": [], "contacts": {"city": "Lund"}}},
        {"name": "A loop", "ansible.builtin.debug": {"msg": "{{ item }}"}, "loop": [1, 2]},
        {"name": "Skipped", "ansible.builtin.debug": {"msg": "no"}, "when": "found is failed"},
        {"name": "A failure", "ansible.builtin.fail": {"msg": "No more."}, "ignore_errors": True},
        {"name": "A mistake", "ansible.builtin.debug": {"msg": "{{ nowhere.at.all }}"}},
    ],
}
"""Says something on the standard output and on the standard error, and fails at its end."""


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    """Servers of this file's own."""
    with closing(Programs()) as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[str], Path]:
    """Make a folder with the play in it."""

    def make(name: str) -> Path:
        made = tmp_path / name
        made.mkdir()
        (made / "play.yml").write_text(yaml.safe_dump([PLAY], sort_keys=False), encoding="utf-8")
        return made

    return make


def variables(folder: Path, **further: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_CONFIG", "HOSTUP_"))}
    return {**kept, "ANSIBLE_HOME": str(folder.parent / "home"), "HOSTUP_API_KEY": "k", **further}


def left_behind(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def without_the_folder(ended: Ended, folder: Path) -> tuple[int, str]:
    """What ended how; a line between two parts is as wide as what stands before it."""
    text = ended.stdout.replace(str(folder), "FOLDER")
    return ended.returncode, re.sub(r"ansible-tmp-[\d.-]+|\*{3,}", "…", text)


@pytest.mark.parametrize("arguments", [("-vv", "--diff"), ("--list-tasks",), ("--no-such-option",)])
def test_it_prints_and_returns_and_leaves_behind_the_same(
    arguments: tuple[str, ...], programs: Programs, folder: Callable[[str], Path]
) -> None:
    seen = []
    # The second fork shows whether the first has taken anything away.
    for number, run in enumerate((run_new, programs.run, programs.run)):
        place = folder(f"run-{number}")
        ended = run(["ansible-playbook", "play.yml", *arguments], place, variables(place, HOSTUP_X=str(place)))
        seen.append((without_the_folder(ended, place), left_behind(place)))

    assert seen[0] == seen[1] == seen[2]
    ((status, output), _files) = seen[0]
    has_run = not {"--list-tasks", "--no-such-option"}.intersection(arguments)
    assert ("nowhere" in output) == has_run
    assert (status == 0) == ("--list-tasks" in arguments)


def test_every_variable_and_every_configuration_file_counts(programs: Programs, tmp_path: Path) -> None:
    tasks = [{"ansible.builtin.debug": {}}, {"ansible.builtin.debug": {}, "when": False}]
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    other, here = tmp_path / "other.cfg", tmp_path / "ansible.cfg"
    other.write_text("[defaults]\ndisplay_ok_hosts = false\n", encoding="utf-8")

    def printed(**further: str) -> str:
        return programs.run(["ansible-playbook", "play.yml"], tmp_path, variables(tmp_path, **further)).stdout

    assert "\nskipping:" in printed()
    assert "\nskipping:" not in printed(ANSIBLE_DISPLAY_SKIPPED_HOSTS="false")
    assert "\nok:" not in printed(ANSIBLE_CONFIG=str(other))
    here.write_text("[defaults]\ndisplay_skipped_hosts = false\n", encoding="utf-8")
    assert "\nskipping:" not in printed()
    here.write_text("[defaults]\ndisplay_ok_hosts = false\n", encoding="utf-8")
    assert "\nok:" not in printed()
    here.unlink()
    assert "\nok:" in printed()


def test_an_inventory_is_the_same(programs: Programs, tmp_path: Path) -> None:
    (tmp_path / "inventory").write_text("[north]\na x=1\nb\n", encoding="utf-8")
    command = ["ansible-inventory", "-i", "inventory", "--list"]

    new, forked = (run(command, tmp_path, variables(tmp_path)) for run in (run_new, programs.run))

    assert (forked.returncode, forked.stdout) == (new.returncode, new.stdout)
    assert json.loads(forked.stdout)["north"]["hosts"] == ["a", "b"]


def test_what_takes_too_long_is_ended(programs: Programs, tmp_path: Path) -> None:
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.pause": {"seconds": 60}}]}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    started = time.monotonic()

    with pytest.raises(subprocess.TimeoutExpired):
        programs.run(["ansible-playbook", "play.yml"], tmp_path, variables(tmp_path), timeout=1)

    assert time.monotonic() - started < 20


@pytest.mark.parametrize("name", ["INT", "KILL"])
def test_a_signal_ends_both_in_the_same_way(name: str, programs: Programs, tmp_path: Path) -> None:
    # The hosts of a play are templated by the process itself, all else by children of it.
    play = {"hosts": f"{{{{ lookup('ansible.builtin.pipe', 'kill -{name} $PPID; sleep 5') }}}}", "tasks": []}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    command = ["ansible-playbook", "play.yml"]

    new, forked = (run(command, tmp_path, variables(tmp_path)) for run in (run_new, programs.run))

    assert (forked.returncode, forked.stdout) == (new.returncode, new.stdout)
    assert new.returncode != 0
