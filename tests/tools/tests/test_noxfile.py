# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions test one exact copy of the tree, all of them run, and what failed is named. It runs beside nox."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

nox = pytest.importorskip("nox")
ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))
noxfile = pytest.importorskip("noxfile")


class Session:
    """A session that only records what it is asked to do."""

    def __init__(self) -> None:
        self.name = "test"
        self.ran: list[tuple[str, ...]] = []
        self.failing: set[str] = set()
        self.results: dict[str, str] = {}

    def run(self, *command: str, **_options: Any) -> None:
        self.ran.append(command)
        if command[0] in self.failing:
            raise nox.command.CommandFailed
        if "--report" in command:
            ended = [{"name": name, "result": result} for name, result in self.results.items()]
            Path(command[command.index("--report") + 1]).write_text(json.dumps({"sessions": ended}))

    def error(self, message: str) -> None:
        raise RuntimeError(message)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Session:
    monkeypatch.setattr(noxfile, "CACHE", tmp_path / "cache")
    return Session()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a tracked, an untracked, an ignored and a deleted file, which is the one to be copied."""
    root = tmp_path / "a checkout"
    (root / "plugins").mkdir(parents=True)
    for name in ("plugins/tracked.py", "deleted", "untracked", "ignored"):
        (root / name).write_text(name)
    (root / ".gitignore").write_text("/ignored\n")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    subprocess.run(["git", "-C", root, "add", "plugins", "deleted", ".gitignore"], check=True)
    (root / "deleted").unlink()
    monkeypatch.setenv("COLLECTION_SNAPSHOT", str(root))
    return root


def files_below(folder: Path) -> set[str]:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith(".git/")}


def test_the_copy_holds_what_git_tracks_or_would_track(repository: Path, tmp_path: Path) -> None:
    copy = noxfile.copy_tree(tmp_path / "to" / "copy")
    assert files_below(copy) == {".gitignore", "plugins/tracked.py", "untracked"}


def test_what_was_deleted_is_gone_from_the_next_copy(repository: Path, tmp_path: Path) -> None:
    noxfile.copy_tree(tmp_path / "copy")
    (repository / "plugins" / "tracked.py").unlink()
    assert files_below(noxfile.copy_tree(tmp_path / "copy")) == {".gitignore", "untracked"}


def test_a_copy_can_be_copied_and_a_tree_without_git_too(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = noxfile.copy_tree(tmp_path / "first")
    monkeypatch.setenv("COLLECTION_SNAPSHOT", str(first))
    second = noxfile.copy_tree(tmp_path / "second")
    assert files_below(second) == files_below(first)
    subprocess.run(["rm", "-r", second / ".git"], check=True)
    (second / ".nox").mkdir()
    (second / ".nox" / "environment").touch()
    monkeypatch.setenv("COLLECTION_SNAPSHOT", str(second))
    assert files_below(noxfile.copy_tree(tmp_path / "third")) == files_below(first)


def test_copies_lie_outside_the_checkout_and_of_any_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not noxfile.folder_outside().is_relative_to(ROOT)
    monkeypatch.setenv("XDG_CACHE_HOME", "/home/anna/ansible_collections/cache")
    assert "ansible_collections" not in noxfile.folder_outside().parts


def test_each_command_runs_and_those_that_failed_are_named(session: Session) -> None:
    session.failing = {"yamllint", "codespell"}
    with pytest.raises(RuntimeError, match=r"^codespell, yamllint --strict$"):
        noxfile.run_each(session, ("codespell",), ("ruff", "check"), ("yamllint", "--strict", "."))
    assert len(session.ran) == 3


def test_each_session_that_failed_is_named_at_the_end(session: Session, repository: Path) -> None:
    session.results = {"lint": "success", "unit": "failed", "docs": "aborted", "core-2.19.14": "skipped"}
    with pytest.raises(RuntimeError, match=r"^2 of 4 sessions failed: unit, docs$"):
        noxfile.run_together(session, list(session.results))


def test_sessions_that_all_passed_or_were_skipped_are_no_failure(session: Session, repository: Path) -> None:
    session.results = {"lint": "success", "core-2.19.14": "skipped"}
    noxfile.run_together(session, list(session.results))


def test_a_run_that_left_no_report_is_a_failure(session: Session, repository: Path) -> None:
    session.run = lambda *_unused, **_options: None  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="0 of 0"):
        noxfile.run_together(session, ["lint"])


def test_every_session_of_make_test_exists() -> None:
    assert {*noxfile.TEST_ALL} - nox.registry.get().keys() == set()


# -- The versions of ansible-core -------------------------------------------------------------------------------------


def as_numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def test_the_oldest_version_is_the_one_that_the_collection_requires() -> None:
    runtime = (ROOT / "meta" / "runtime.yml").read_text()
    (required,) = re.findall(r'requires_ansible: ">=(\d+\.\d+)\.0"', runtime)
    assert as_numbers(noxfile.OLDEST)[:2] == as_numbers(required)


def test_the_newest_release_is_the_one_that_all_other_tests_run_with() -> None:
    releases = [version for version in noxfile.CORES if re.fullmatch(r"[\d.]+", version)]
    assert sorted(releases, key=as_numbers) == releases
    assert f"ansible-core=={releases[-1]};" in (ROOT / "tests" / "requirements" / "runtime.txt").read_text()
