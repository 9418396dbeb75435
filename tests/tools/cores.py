# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The supported versions of ansible-core, and an environment for tests with each of them.

Where the environment variable CORE names one (a version, or `oldest`), the tests run with it; without it they run with
the version that the development environment has.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import environment
from environment import CONSTRAINTS, REQUIREMENTS, RUNTIME_FILES, Environment
from paths import CACHE, ROOT

CORES = REQUIREMENTS / "cores.txt"
VARIABLE = "CORE"
OLDEST = "oldest"

TEST_FILES = (
    *RUNTIME_FILES,
    ROOT / "tests" / "sandbox" / "requirements-tests.txt",
    REQUIREMENTS / "test.txt",
)

_BOUND_TO_CORE = re.compile(r"(ansible-core|resolvelib)\b", re.IGNORECASE)
"""Packages whose versions ansible-core decides on."""


def supported(text: str | None = None) -> list[str]:
    """Return the supported versions, oldest first.

    Args:
        text: What stands in cores.txt; None reads it.
    """
    lines = (CORES.read_text(encoding="utf-8") if text is None else text).splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def is_prerelease(version: str) -> bool:
    """Tell whether a version is not final, such as 2.22.0rc1."""
    return not re.fullmatch(r"[\d.]+", version)


def without_core(lines: Iterable[str]) -> list[str]:
    """Return the requirements that do not depend on the version of ansible-core."""
    return [line for line in lines if line.strip() and not line.startswith("#") and not _BOUND_TO_CORE.match(line)]


def environment_of(version: str) -> Environment:
    """Return the environment of a version; its requirement files are written, and it is made on first use."""
    folder = CACHE / "cores" / version
    folder.mkdir(parents=True, exist_ok=True)
    requirements, constraints = folder / "requirements.txt", folder / "constraints.txt"
    _write(requirements, [f"ansible-core=={version}", *(line for file in TEST_FILES for line in _lines(file))])
    _write(constraints, _lines(CONSTRAINTS))
    return Environment(folder / "venv", (requirements,), (constraints,))


def for_tests() -> Environment:
    """Return the environment in which the tests run, ready to be used.

    Raises:
        SystemExit: CORE names no supported version, or the environment could not be made; the reason is printed.
    """
    wish = os.environ.get(VARIABLE, "")
    if not wish:
        return environment.ready("dev")
    versions = supported()
    version = versions[0] if wish == OLDEST else wish
    if version not in versions:
        sys.exit(f"{VARIABLE}={wish} is not one of {OLDEST}, {', '.join(versions)}.")
    return environment.made(environment_of(version), f"core-{version}")


def _lines(file: Path) -> list[str]:
    return without_core(file.read_text(encoding="utf-8").splitlines())


def _write(file: Path, lines: list[str]) -> None:
    """Write a file only if that changes it: another process may be reading it."""
    text = "\n".join(lines) + "\n"
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
