# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the tarball that is published, and treat it as those do who get it.

Look which files it holds, import it as Galaxy does, install it into an empty folder, ask ansible-builder what an
execution environment needs for it, take away what Ansible does not need at run time, and use the rest: follow a guide
as a new user does, and run the demo.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]

ADDED_BY_GALAXY = {"FILES.json", "MANIFEST.json"}

NOT_SHIPPED = (
    ".ci",
    "LICENSES",
    "Makefile",
    "antsibull-nox.toml",
    "noxfile.py",
    "pyproject.toml",
    "tests",
    "galaxy.yml",
)
"""Files and folders of the tree that a user of the installed collection has no use for."""

SHIPPED = ("CHANGELOG.md", "LICENSE", "README.md", "changelogs", "docs", "meta", "playbooks", "plugins", "roles")
"""Files and folders whose every source file is in the tarball."""

NEEDED_AT_RUN_TIME = ("meta", "playbooks", "plugins", "roles")
"""Folders that are enough for the collection to work; a packager may ship nothing else."""

IMPORTED = "Importer processing completed successfully"
LINTED = "...ansible-lint run complete"
"""What galaxy-importer says when it has done all of its work, and that part of it that it leaves out silently."""

FOLLOWED = ("portfolio_and_drift_report",)
"""The guides that are followed with the installed collection; the other tests follow all of them, with the tree."""

REQUIRED_IN_EXECUTION_ENVIRONMENT = ["requests"]
"""The Python packages that ansible-builder is to install; ansible-core is there because it runs the modules."""


def source_files(root: Path = ROOT) -> set[str]:
    """Return the paths of the files that git tracks or would track.

    Raises:
        subprocess.CalledProcessError: git failed; it has said why.
    """
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {name for name in listed.split("\0") if name and (root / name).exists()}


def build(folder: Path) -> Path:
    """Build the tarball in `folder` and return its path.

    Raises:
        subprocess.CalledProcessError: ansible-galaxy failed; it has said why.
    """
    command = ["ansible-galaxy", "collection", "build", "--output-path", str(folder)]
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=True)
    (tarball,) = folder.glob("*.tar.gz")
    return tarball


def install(tarball: Path) -> Path:
    """Install the tarball offline into an empty collections path and return that path.

    Raises:
        subprocess.CalledProcessError: ansible-galaxy failed; it has said why.
    """
    target = tarball.parent / "collections"
    command = ["ansible-galaxy", "collection", "install", "--offline", "-p", str(target), str(tarball)]
    subprocess.run(command, env=only_in(target), stdin=subprocess.DEVNULL, check=True)
    return target


def only_in(collections: Path) -> dict[str, str]:
    """Return the environment in which nothing is found but the collections of a folder."""
    return {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections), "PYTHONPATH": ""}


def shipped_files(tarball: Path) -> set[str]:
    """Return the paths of the files in the tarball."""
    with tarfile.open(tarball) as archive:
        return {member.name for member in archive if not member.isdir()}


def importer_complaints(printed: str) -> list[str]:
    """Return the lines in which galaxy-importer complains, or that it should have printed and did not.

    Its status says nothing: it is 0 for broken documentation, a missing changelog, and whatever ansible-lint found.
    """
    lines = printed.splitlines()
    missing = [f"galaxy-importer did not say {line!r}." for line in (LINTED, IMPORTED) if line not in lines]
    return [*(line for line in lines if re.match("(WARNING|ERROR|CRITICAL|Traceback)", line)), *missing]


def import_like_galaxy(tarball: Path) -> list[str]:
    """Let galaxy-importer check the tarball as Galaxy and Automation Hub do, and return its complaints."""
    run = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", str(tarball)],
        cwd=tarball.parent,
        env={**only_in(tarball.parent / "nothing"), "GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    wrong = importer_complaints(run.stdout)
    if run.returncode or wrong:
        print(run.stdout)
    return wrong or ([f"galaxy-importer ended with status {run.returncode}."] if run.returncode else [])


def introspection_complaints(printed: str) -> list[str]:
    """Return a sentence if what ansible-builder found in a collection is not what the modules need."""
    found = re.findall(r"^- '?([\w.-]+) .*# from collection hostup\.cloud'?$", printed, re.MULTILINE)
    if found == REQUIRED_IN_EXECUTION_ENVIRONMENT and "system: []" in printed.splitlines():
        return []
    return [f"ansible-builder would install something else than {REQUIRED_IN_EXECUTION_ENVIRONMENT}:\n{printed}"]


def introspect(collections: Path) -> list[str]:
    """Let ansible-builder look for the requirements of the installed collection, and return what is wrong with them.

    Raises:
        subprocess.CalledProcessError: ansible-builder failed; it has said why.
    """
    command = ["ansible-builder", "introspect", str(collections)]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
    return introspection_complaints(run.stdout)


def strip(installed: Path) -> None:
    """Remove everything from an installed collection that Ansible does not need to run it."""
    for path in installed.iterdir():
        if path.name in NEEDED_AT_RUN_TIME:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def follow_guides(collections: Path) -> int:
    """Do what the FOLLOWED guides say, with the collection below `collections`; 0 if all of it is as they show."""
    command = [sys.executable, str(ROOT / "tests" / "tools" / "write_guide_outputs.py"), "--check", *FOLLOWED]
    return subprocess.run(command, env=only_in(collections), stdin=subprocess.DEVNULL, check=False).returncode


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


def check(folder: Path) -> None:
    """Build in `folder`, look, import, install, introspect, follow, play.

    Raises:
        SystemExit: One of these failed, which is the last that was done; or the demo ended, with its status.
    """
    tarball = build(folder)
    shipped = shipped_files(tarball)
    wrong = complaints(shipped, source_files()) or import_like_galaxy(tarball)
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{tarball.name} holds {len(shipped)} files, {tarball.stat().st_size // 1024} KiB.", flush=True)
    collections = install(tarball)
    wrong = introspect(collections)
    if wrong:
        sys.exit("\n".join(wrong))
    strip(collections / "ansible_collections" / "hostup" / "cloud")
    if follow_guides(collections):
        sys.exit("The installed collection does something else than a guide shows; what it does stands above.")
    demo = [sys.executable, str(ROOT / "tests" / "tools" / "demo.py")]
    demo += ["--collections", str(collections)]
    sys.exit(subprocess.run(demo, stdin=subprocess.DEVNULL, check=False).returncode)


def main() -> None:
    """Check the artifact in a folder that is removed again."""
    with TemporaryDirectory(prefix="hostup-artifact-") as folder:
        check(Path(folder).resolve())


if __name__ == "__main__":
    main()
