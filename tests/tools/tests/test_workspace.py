# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy of the tree is exact, whatever happened to the tree since the last one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import workspace


def write(path: Path, text: str = "text\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    write(root / "README.md")
    write(root / "plugins" / "modules" / "a.py")
    return root


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy"


@pytest.fixture
def repository(root: Path) -> Path:
    write(root / ".gitignore", "/.cache/\n*.pyc\n")
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    return root


def test_copies_every_file(root: Path, copy: Path) -> None:
    workspace.synchronise(root, copy)
    assert files_below(copy) == {"README.md", "plugins/modules/a.py"}


def test_copies_a_change_of_content(root: Path, copy: Path) -> None:
    workspace.synchronise(root, copy)
    write(root / "README.md", "TEXT\n")
    workspace.synchronise(root, copy)
    assert (copy / "README.md").read_text() == "TEXT\n"


def test_copies_the_permission_to_execute(root: Path, copy: Path) -> None:
    workspace.synchronise(root, copy)
    (root / "README.md").chmod(0o755)
    workspace.synchronise(root, copy)
    assert (copy / "README.md").stat().st_mode & 0o111


def test_does_not_touch_what_is_the_same(root: Path, copy: Path) -> None:
    workspace.synchronise(root, copy)
    before = (copy / "README.md").stat().st_ino, (copy / "README.md").stat().st_ctime_ns
    workspace.synchronise(root, copy)
    assert ((copy / "README.md").stat().st_ino, (copy / "README.md").stat().st_ctime_ns) == before


def test_removes_what_was_deleted(root: Path, copy: Path) -> None:
    workspace.synchronise(root, copy)
    (root / "plugins" / "modules" / "a.py").unlink()
    workspace.synchronise(root, copy)
    assert files_below(copy) == {"README.md"}
    assert not (copy / "plugins").exists()


def test_a_file_may_become_a_folder_and_back(root: Path, copy: Path) -> None:
    write(root / "docs")
    workspace.synchronise(root, copy)
    (root / "docs").unlink()
    write(root / "docs" / "page.md")
    workspace.synchronise(root, copy)
    assert (copy / "docs" / "page.md").is_file()
    (root / "docs" / "page.md").unlink()
    (root / "docs").rmdir()
    write(root / "docs")
    workspace.synchronise(root, copy)
    assert (copy / "docs").is_file()


def test_keeps_symbolic_links(root: Path, copy: Path) -> None:
    (root / "link").symlink_to("README.md")
    workspace.synchronise(root, copy)
    assert (copy / "link").readlink() == Path("README.md")


@pytest.mark.parametrize("path", ["tests/output/junit/a.xml", "tests/integration/integration_config.yml"])
def test_leaves_alone_what_ansible_test_needs(root: Path, copy: Path, path: str) -> None:
    write(root / "tests" / "integration" / "targets" / "a" / "aliases")
    workspace.synchronise(root, copy)
    write(copy / path)
    write(copy / "tests" / "stranger")
    workspace.synchronise(root, copy)
    assert (copy / path).is_file()
    assert not (copy / "tests" / "stranger").exists()


def test_without_git_caches_and_environments_are_no_sources(root: Path) -> None:
    for path in (".cache/a", ".venv-dev/bin/python", "plugins/__pycache__/a.pyc", "tests/output/a", ".git/HEAD"):
        write(root / path)
    (root / ".git" / "HEAD").unlink()
    (root / ".git").rmdir()
    assert [path.as_posix() for path in workspace.source_files(root)] == ["README.md", "plugins/modules/a.py"]


def test_with_git_an_untracked_file_is_a_source_and_an_ignored_one_is_not(repository: Path) -> None:
    write(repository / ".cache" / "a")
    write(repository / "plugins" / "a.pyc")
    listed = [path.as_posix() for path in workspace.source_files(repository)]
    assert listed == [".gitignore", "README.md", "plugins/modules/a.py"]


def test_with_git_a_tracked_file_that_was_deleted_is_no_source(repository: Path) -> None:
    subprocess.run(["git", "-C", str(repository), "add", "--all"], check=True)
    (repository / "README.md").unlink()
    assert [path.as_posix() for path in workspace.source_files(repository)] == [".gitignore", "plugins/modules/a.py"]


def test_a_tree_inside_another_repository_is_not_listed_by_that_one(repository: Path) -> None:
    unpacked = repository / ".cache" / "unpacked"
    write(unpacked / "README.md")
    assert [path.as_posix() for path in workspace.source_files(unpacked)] == ["README.md"]
