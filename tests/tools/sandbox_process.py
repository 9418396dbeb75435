# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the sandbox in the background for the length of a `with` block."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import NoReturn

START_SECONDS = 30.0
STOP_SECONDS = 5.0
SANDBOX = Path(__file__).resolve().parents[1] / "sandbox"


def sandbox_command(*options: str) -> list[str]:
    """Return the command that runs the sandbox on any free port of the loopback interface.

    `options` are further words for the sandbox's command line, as `--tls-cert` and a file.
    """
    return [sys.executable, "-m", "hostup_sandbox", "--port", "0", *options]


def parse_settings(line: str) -> dict[str, str]:
    """Return the variables that the sandbox's first line, `export NAME=value ...`, gives a shell.

    Raises:
        ValueError: The line is of another kind.
    """
    words = shlex.split(line)
    if len(words) < 2 or words[0] != "export" or not all("=" in word for word in words[1:]):
        raise ValueError(f"the sandbox's first line is not an export of its settings: {line!r}")
    return dict(word.split("=", 1) for word in words[1:])


def _wait_for_first_line(process: subprocess.Popen[bytes], output: Path, errors: Path) -> str:
    """Return the first complete line that the sandbox prints to standard output.

    Raises:
        RuntimeError: The sandbox ended, or said nothing for START_SECONDS; the message holds its standard error.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the sandbox ended with status {process.returncode}:\n{errors.read_text()}")
        printed = output.read_text(errors="replace")
        if "\n" in printed:
            return printed.split("\n", 1)[0]
        time.sleep(0.05)
    raise RuntimeError(f"the sandbox did not start within {START_SECONDS:.0f} seconds:\n{errors.read_text()}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process, politely first: it may have others to end, as ansible-playbook has."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def stop_on_signals() -> None:
    """Let SIGTERM and SIGHUP end this program like an exception does, so that `with` blocks clean up."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


@contextmanager
def running_sandbox(*options: str) -> Iterator[dict[str, str]]:
    """Run the sandbox on a free port and yield its settings: `HOSTUP_API_BASE` and `HOSTUP_API_KEY`.

    `options` are further words for the sandbox's command line.

    Call stop_on_signals first; otherwise a SIGTERM leaves the sandbox behind.

    Raises:
        RuntimeError: The sandbox did not start; the message holds what it printed.
        ValueError: Its first line is not what it should be.
    """
    with TemporaryDirectory(prefix="hostup-sandbox-") as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        with output.open("wb") as output_file, errors.open("wb") as errors_file:
            process = subprocess.Popen(
                sandbox_command(*options),
                env={**os.environ, "PYTHONPATH": str(SANDBOX), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output_file,
                stderr=errors_file,
            )
        try:
            yield parse_settings(_wait_for_first_line(process, output, errors))
        finally:
            stop(process)
