# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test in this tree, which nox has put where it insists to be, and be stricter than it is.

`sanity` counts a check that could not run as a mere warning; here it is a failure. `integration` gets a sandbox of its
own, and its address through integration_config.yml, because ansible-test passes on no environment variable; the
modules run on the oldest Python that can be found, because the newest runs them in every other test.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from sandbox_process import running_sandbox, stop_on_signals

ROOT = Path(__file__).resolve().parents[2]

TARGET_PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
"""The Pythons of managed hosts that the modules support and CI tests, oldest first."""

SERIOUS = r"WARNING: (All targets skipped|Excluding|Ignoring|Missing|Required program|Skipping|Unable to)"
"""How ansible-test begins to say that it left something out. pip, which it runs, has warnings of its own."""

PYTHON_NOT_FOUND = r"on Python (\d+\.\d+) because it could not be found"

GET_PIP_VERSIONS = ("24_2", "25_2")
"""The names under which ansible-test looks for get-pip: 24_2 for ansible-core 2.19, 25_2 for 2.20 to 2.22."""

READ_ONLY_KEY = "sandbox-read-only"
CONTROL_PATH = "/_sandbox"
"""The sandbox's key without the write scope, and the path of its control plane; see tests/sandbox/README.md."""


def serious_warnings(lines: Iterable[str], required_pythons: Sequence[str]) -> list[str]:
    """Return the lines in which ansible-test says that it left something out, each once, sorted.

    That a Python was not found counts only for those of `required_pythons`.
    """
    found = set()
    for line in lines:
        absent = re.search(PYTHON_NOT_FOUND, line)
        if re.match(SERIOUS, line) and not (absent and absent[1] not in required_pythons):
            found.add(line.strip())
    return sorted(found)


def run_strictly(*arguments: str) -> int:
    """Run ansible-test, show what it prints, and return its status: 1 also if it passed but left something out."""
    lines = []
    with subprocess.Popen(
        ["ansible-test", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    # CI has every Python; a developer's machine need not.
    serious = serious_warnings(lines, TARGET_PYTHONS if os.environ.get("CI") else ())
    if serious:
        print("\nansible-test left something out, which counts as a failure here:", *serious, sep="\n  ")
    return process.returncode or int(bool(serious))


def oldest_target_python(search_path: str) -> str:
    """Return the version of the oldest supported Python on `search_path` that really runs.

    Raises:
        LookupError: None does.
    """
    for version in TARGET_PYTHONS:
        python = shutil.which(f"python{version}", path=search_path)
        if python and subprocess.run([python, "-c", "import venv"], capture_output=True, check=False).returncode == 0:
            return version
    raise LookupError(f"none of Python {', '.join(TARGET_PYTHONS)} was found")


def write_integration_config(sandbox: dict[str, str]) -> None:
    """Write what the integration targets must know of the sandbox to integration_config.yml."""
    base = sandbox["HOSTUP_API_BASE"]
    values = {
        "hostup_api_url": base,
        "hostup_api_key": sandbox["HOSTUP_API_KEY"],
        "hostup_read_only_key": READ_ONLY_KEY,
        "hostup_sandbox_control_url": base + CONTROL_PATH,
    }
    # JSON is YAML, and needs no library.
    config = json.dumps(values, indent=2) + "\n"
    (ROOT / "tests" / "integration" / "integration_config.yml").write_text(config, encoding="utf-8")


def install_get_pip_stand_in() -> None:
    """Put the stand-in for get-pip where ansible-test looks before it tries to download."""
    cache = Path.home() / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in GET_PIP_VERSIONS:
        shutil.copyfile(Path(__file__).with_name("get_pip_stand_in.py"), cache / f"get_pip_{version}.py")


def integration(*arguments: str) -> int:
    """Run the integration targets against a fresh sandbox and return the status of ansible-test."""
    controller = f"{sys.version_info.major}.{sys.version_info.minor}"
    target = oldest_target_python(os.environ["PATH"])
    print(f"Ansible runs on Python {controller}, the modules on Python {target}.", flush=True)
    pythons = ("--controller", f"origin:python={controller}", "--target", f"controller:python=venv/{target}")
    with running_sandbox() as sandbox:
        write_integration_config(sandbox)
        return run_strictly("integration", "--color", "no", *pythons, "--requirements", *arguments)


def sanity(*arguments: str) -> int:
    """Run the sanity tests and return the status of ansible-test."""
    return run_strictly("sanity", "--color", "no", *arguments)


def main() -> None:
    """Run the command that is named first; the other arguments go to ansible-test."""
    stop_on_signals()
    install_get_pip_stand_in()
    sys.exit({"sanity": sanity, "integration": integration}[sys.argv[1]](*sys.argv[2:]))


if __name__ == "__main__":
    main()
