# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the tarball that is published, look into it, install it into an empty folder, and run the demo from there."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import environment
import workspace
from environment import Environment
from paths import CACHE, ROOT, WORKSPACE
from tool_environment import ansible_variables

BUILT = CACHE / "artifact"

ADDED_BY_GALAXY = {"FILES.json", "MANIFEST.json"}

NOT_SHIPPED = (".ci", "Makefile", "pyproject.toml", "tests", "galaxy.yml")
"""Files and folders of the tree that a user of the installed collection has no use for."""

SHIPPED = ("CHANGELOG.md", "LICENSE", "README.md", "changelogs", "docs", "meta", "playbooks", "plugins", "roles")
"""Files and folders whose every source file is in the tarball."""


def build(env: Environment) -> Path:
    """Build the tarball from the copy of the tree and return its path.

    Raises:
        subprocess.CalledProcessError: ansible-galaxy failed; it has said why.
    """
    shutil.rmtree(BUILT, ignore_errors=True)
    command = [str(env.bin / "ansible-galaxy"), "collection", "build", "--output-path", str(BUILT)]
    subprocess.run(command, cwd=WORKSPACE, env=ansible_variables(env), stdin=subprocess.DEVNULL, check=True)
    (tarball,) = BUILT.glob("*.tar.gz")
    return tarball


def install(env: Environment, tarball: Path) -> Path:
    """Install the tarball offline into an empty collections path and return that path.

    Raises:
        subprocess.CalledProcessError: ansible-galaxy failed; it has said why.
    """
    target = BUILT / "collections"
    command = [str(env.bin / "ansible-galaxy"), "collection", "install", "--offline", "-p", str(target), str(tarball)]
    subprocess.run(command, env=ansible_variables(env, target), stdin=subprocess.DEVNULL, check=True)
    return target


def shipped_files(tarball: Path) -> set[str]:
    """Return the paths of the files in the tarball."""
    with tarfile.open(tarball) as archive:
        return {member.name for member in archive if not member.isdir()}


def _is_under(path: str, names: tuple[str, ...]) -> bool:
    """Tell whether `path` is one of `names`, or lies in a folder of one of these names."""
    return path.split("/", 1)[0] in names


def complaints(shipped: set[str], sources: set[str]) -> list[str]:
    """Return one sentence for each file that is in the tarball and should not be, or the other way round."""
    strangers = sorted(shipped - sources - ADDED_BY_GALAXY)
    unwanted = sorted(path for path in shipped & sources if _is_under(path, NOT_SHIPPED))
    missing = sorted(path for path in sources - shipped if _is_under(path, SHIPPED))
    return [
        *(f"{path} is in the tarball and is no source file; see build_ignore in galaxy.yml." for path in strangers),
        *(f"{path} is in the tarball and is for developers only; see build_ignore in galaxy.yml." for path in unwanted),
        *(f"{path} is not in the tarball." for path in missing),
    ]


def main() -> None:
    """Build, look, install, play; stop at the first that fails."""
    env = environment.ready("dev")
    workspace.ready()
    tarball = build(env)
    shipped = shipped_files(tarball)
    wrong = complaints(shipped, {path.as_posix() for path in workspace.source_files(WORKSPACE)})
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{tarball.name} holds {len(shipped)} files, {tarball.stat().st_size // 1024} KiB.", flush=True)
    demo = [sys.executable, str(ROOT / "tests" / "tools" / "demo.py")]
    demo += ["--collections", str(install(env, tarball))]
    sys.exit(subprocess.run(demo, stdin=subprocess.DEVNULL, check=False).returncode)


if __name__ == "__main__":
    main()
