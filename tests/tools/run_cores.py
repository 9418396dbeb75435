# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests that depend on ansible-core with every supported version: make test-all does it after make test.

A pre-release may fail without failing the whole, but its result is shown.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import cores
from paths import LOGS, ROOT

TARGET = "on-core"
"""The target of the Makefile that runs them with the version in the environment variable CORE."""


@dataclass(frozen=True)
class Result:
    """How the tests ended with one version of ansible-core."""

    version: str
    status: int
    seconds: float

    @property
    def may_fail(self) -> bool:
        """Whether a failure is only shown."""
        return cores.is_prerelease(self.version)

    @property
    def verdict(self) -> str:
        """What stands in the table."""
        if not self.status:
            return "passed"
        return "failed, which a pre-release may" if self.may_fail else "failed"


def run(version: str) -> Result:
    """Run the tests with one version; what they print is shown only if they fail."""
    print(f"... ansible-core {version} started", flush=True)
    start = time.monotonic()
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"core-{version}.log"
    with log.open("wb") as output:
        ended = subprocess.run(
            [os.environ.get("MAKE", "make"), "--no-print-directory", TARGET],
            cwd=ROOT,
            env={**os.environ, cores.VARIABLE: version},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if ended.returncode:
        print(log.read_text(encoding="utf-8", errors="replace"), flush=True)
    return Result(version, ended.returncode, time.monotonic() - start)


def table(results: Sequence[Result]) -> str:
    """Return one line for each version."""
    return "\n".join(f"  ansible-core {one.version:<10} {one.seconds:6.0f} s  {one.verdict}" for one in results)


def status(results: Sequence[Result]) -> int:
    """Return 0 if every version passed that must."""
    return int(any(one.status and not one.may_fail for one in results))


def main() -> None:
    """Run all supported versions, whatever becomes of the others."""
    os.environ.pop("MAKEFLAGS", None)
    results = [run(version) for version in cores.supported()]
    print(f"\n{table(results)}")
    sys.exit(status(results))


if __name__ == "__main__":
    main()
