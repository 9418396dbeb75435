# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the working tree in a folder named ansible_collections/hostup/cloud, where every tool can find it.

A checkout may have any name, but Ansible finds a collection only below that path. The copy holds what git tracks and
what it would track (untracked, not ignored), so a file that was never added is tested too, and a cache never is.
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
import subprocess
from pathlib import Path, PurePosixPath

from paths import CACHE, ROOT, WORKSPACE

FROZEN = "WORKSPACE_FROZEN"
"""While this environment variable is set the copy is left as it is: `make test` tests one state of the tree."""

NOT_SOURCES = {
    ".ansible",
    ".cache",
    ".git",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "__pycache__",
    "collections",
}
"""Names of folders without sources, for a tree that git does not know (an unpacked archive)."""

KEPT_IN_COPY = (".git", "tests/output", "tests/integration/integration_config.yml", "tests/integration/inventory")
"""Paths that only the copy has: its own git folder, and what a running ansible-test needs."""


def _is_work_tree(root: Path) -> bool:
    """Tell whether `root` is itself the top of a git work tree, not merely a folder inside another one."""
    return (root / ".git").exists()


def _files_by_git(root: Path) -> list[PurePosixPath]:
    """List what git tracks or would track. A file that was deleted but is still in the index is left out.

    Raises:
        subprocess.CalledProcessError: git failed; it has printed why.
    """
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    names = sorted({name for name in listed.split("\0") if name})
    return [PurePosixPath(name) for name in names if os.path.lexists(root / name)]


def _files_by_walking(root: Path) -> list[PurePosixPath]:
    """List every file below `root` that is not in one of the folders without sources."""
    found = []
    for folder, subfolders, files in os.walk(root):
        here = Path(folder)
        subfolders[:] = [
            name
            for name in subfolders
            if name not in NOT_SOURCES
            and not name.startswith(".venv")
            and (here / name).relative_to(root).as_posix() not in KEPT_IN_COPY
        ]
        found += [PurePosixPath((here / name).relative_to(root).as_posix()) for name in files]
    return sorted(path for path in found if path.as_posix() not in KEPT_IN_COPY)


def source_files(root: Path = ROOT) -> list[PurePosixPath]:
    """List the collection's source files, relative to `root`, sorted.

    Raises:
        subprocess.CalledProcessError: `root` is a git work tree that git cannot read; git has printed why.
    """
    return _files_by_git(root) if _is_work_tree(root) else _files_by_walking(root)


def _is_same(source: Path, copy: Path) -> bool:
    """Tell whether `copy` already equals `source` in kind, content and permission to execute."""
    if source.is_symlink() or copy.is_symlink():
        return source.is_symlink() and copy.is_symlink() and source.readlink() == copy.readlink()
    if not copy.is_file():
        return False
    return os.access(source, os.X_OK) == os.access(copy, os.X_OK) and filecmp.cmp(source, copy, shallow=False)


def _remove(path: Path) -> None:
    """Remove a file, a symbolic link or a whole folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _prune(folder: Path, relative: PurePosixPath, files: set[PurePosixPath], folders: set[PurePosixPath]) -> None:
    """Remove everything below `folder` that is neither one of `files` nor one of the `folders` they are in."""
    for entry in sorted(folder.iterdir()):
        path = relative / entry.name
        if path.as_posix() in KEPT_IN_COPY:
            continue
        is_folder = entry.is_dir() and not entry.is_symlink()
        if path not in (folders if is_folder else files):
            _remove(entry)
        elif is_folder:
            _prune(entry, path, files, folders)


def synchronise(root: Path = ROOT, workspace: Path = WORKSPACE) -> Path:
    """Make `workspace` hold exactly the source files of `root`, touching only what differs, and return it.

    Raises:
        subprocess.CalledProcessError: `root` is a git work tree that git cannot read; git has printed why.
    """
    files = source_files(root)
    workspace.mkdir(parents=True, exist_ok=True)
    _prune(workspace, PurePosixPath(), set(files), {parent for path in files for parent in path.parents})
    for path in files:
        source, copy = root / path, workspace / path
        if not _is_same(source, copy):
            copy.unlink(missing_ok=True)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
    return workspace


def _shield_from_outer_repository(workspace: Path) -> None:
    """Make the copy a git repository of its own.

    It lies in a folder that git ignores. Tools that ask git for their files (ansible-test, ansible-lint, ruff) would
    find the repository around it, and in it no file at all.
    """
    if shutil.which("git") is not None and not (workspace / ".git").exists():
        subprocess.run(["git", "-c", "init.defaultBranch=main", "init", "--quiet", str(workspace)], check=True)


def ready() -> Path:
    """Return the copy of this working tree, brought up to date unless it is frozen.

    Raises:
        subprocess.CalledProcessError: git could not read the working tree; it has printed why.
    """
    if FROZEN not in os.environ:
        CACHE.mkdir(exist_ok=True)
        with (CACHE / "workspace.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            synchronise()
            _shield_from_outer_repository(WORKSPACE)
    return WORKSPACE
