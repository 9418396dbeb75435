# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual environments: made on first use from pinned requirement files, and made again when those change."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from paths import CACHE, ROOT

REQUIREMENTS = ROOT / "tests" / "requirements"
CONSTRAINTS = REQUIREMENTS / "constraints.txt"
"""Exact versions of everything, including what the named requirements need themselves."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment: its folder, and the requirement files it is made from."""

    path: Path
    requirement_files: tuple[Path, ...]
    constraint_files: tuple[Path, ...] = (CONSTRAINTS,)

    @property
    def bin(self) -> Path:
        """The folder of the environment's commands."""
        return self.path / "bin"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.bin / "python"


RUNTIME_FILES = (REQUIREMENTS / "runtime.txt", ROOT / "tests" / "sandbox" / "requirements.txt")

ENVIRONMENTS = {
    "runtime": Environment(ROOT / ".venv", RUNTIME_FILES),
    "dev": Environment(
        ROOT / ".venv-dev",
        (
            *RUNTIME_FILES,
            ROOT / "tests" / "sandbox" / "requirements-tests.txt",
            REQUIREMENTS / "lint.txt",
            REQUIREMENTS / "docs.txt",
            REQUIREMENTS / "packaging.txt",
            REQUIREMENTS / "test.txt",
        ),
    ),
    "pins": Environment(CACHE / "venv-pins", (REQUIREMENTS / "pins.txt",), ()),
}
"""`runtime` is what `make demo` and `make sandbox` use; `dev` adds what the linters and the tests need; `pins` is what
`make pins` uses to write the constraints of the other two."""


def fingerprint(environment: Environment) -> str:
    """Return a digest of all that an environment depends on: the interpreter and the text of the requirement files.

    Raises:
        FileNotFoundError: A requirement file does not exist.
    """
    digest = hashlib.sha256(f"{sys.version} {sys.base_prefix} {environment.path}".encode())
    for file in (*environment.requirement_files, *environment.constraint_files):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """Let one process at a time work on an environment, so that two makes do not build it on top of each other."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(environment: Environment) -> None:
    """Make the environment from nothing.

    Raises:
        SystemExit: pip failed; its output has been printed.
    """
    shutil.rmtree(environment.path, ignore_errors=True)
    venv.create(environment.path, with_pip=True)
    command = [str(environment.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    for file in environment.requirement_files:
        command += ["--requirement", str(file)]
    for file in environment.constraint_files:
        command += ["--constraint", str(file)]
    run = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if run.returncode != 0:
        print(run.stdout, end="", file=sys.stderr)
        sys.exit(f"pip could not install the packages of {environment.path.name}; what it said stands above.")


def ready(name: str) -> Environment:
    """Return the environment `name`, made or made again if its requirements changed since.

    Raises:
        SystemExit: It could not be made; the reason has been printed.
    """
    return made(ENVIRONMENTS[name], name)


def made(environment: Environment, name: str) -> Environment:
    """Return an environment, made or made again if its requirements changed since.

    Args:
        name: A word for it that no other environment has.

    Raises:
        SystemExit: It could not be made; the reason has been printed.
    """
    stamp = environment.path / ".requirements.sha256"
    with _locked(name):
        wanted = fingerprint(environment)
        if not stamp.is_file() or stamp.read_text() != wanted:
            print(
                f"Setting up {environment.path.relative_to(ROOT)}, once: about a minute.", file=sys.stderr, flush=True
            )
            _build(environment)
            stamp.write_text(wanted)
    return environment


def main() -> None:
    """Make the environments named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", choices=sorted(ENVIRONMENTS), metavar="name")
    for name in parser.parse_args().names:
        ready(name)


if __name__ == "__main__":
    main()
