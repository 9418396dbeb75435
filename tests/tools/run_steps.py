# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the steps of `make test`: each step is a target of the Makefile, the lanes run side by side.

The steps of one lane run one after the other. What a step prints is shown as one piece when it has ended. When a step
fails no other is started, the ones that run are stopped, and the last line says which one it was.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import environment
import workspace
from paths import LOGS, ROOT

STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Finished:
    """A step that ended by itself or was stopped: its name, its exit status, its duration in seconds."""

    step: str
    status: int
    seconds: float
    stopped: bool = False

    @property
    def verdict(self) -> str:
        """One word for the result."""
        if self.stopped:
            return "stopped"
        return "failed" if self.status else "passed"


@dataclass
class Run:
    """The steps that run and those that have ended; shared by the lanes."""

    make: str
    logs: Path
    lock: threading.Lock = field(default_factory=threading.Lock)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    finished: list[Finished] = field(default_factory=list)
    stopping: bool = False

    def lane(self, steps: list[str]) -> None:
        """Run steps one after the other until one fails, here or in another lane."""
        for step in steps:
            if not self._step(step):
                return

    def _start(self, step: str) -> subprocess.Popen[bytes] | None:
        """Start a step with its output in a file, in a process group of its own so that all of it can be stopped."""
        with self.lock:
            if self.stopping:
                return None
            with (self.logs / f"{step}.log").open("wb") as log:
                process = subprocess.Popen(
                    [self.make, "--no-print-directory", step],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            self.processes[step] = process
            print(f"... {step} started", flush=True)
        return process

    def _step(self, step: str) -> bool:
        """Run one step, show what it printed, and return whether the lane may go on."""
        start = time.monotonic()
        process = self._start(step)
        if process is None:
            return False
        status = process.wait()
        with self.lock:
            del self.processes[step]
            result = Finished(step, status, time.monotonic() - start, stopped=self.stopping)
            self.finished.append(result)
            print(f"\n{'=' * 20} {step}: {result.verdict}, {result.seconds:.0f} s {'=' * 20}", flush=True)
            if not result.stopped:
                print((self.logs / f"{step}.log").read_text(encoding="utf-8", errors="replace"), end="", flush=True)
        if status:
            self.stop()
        return status == 0

    def stop(self) -> None:
        """Start no more steps, and end the running ones with all their processes."""
        with self.lock:
            self.stopping = True
            running = list(self.processes.values())
        for process in running:
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a step and everything it started, if it still runs."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def _pass_on_signals(run: Run) -> None:
    """Let an interrupt or a SIGTERM reach the steps, which are in process groups of their own."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        run.stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def table(finished: list[Finished]) -> str:
    """Return one line per step, with its duration, in the order in which they ended."""
    return "\n".join(f"  {result.step:<22} {result.verdict:<8} {result.seconds:6.0f} s" for result in finished)


def closing_line(finished: list[Finished], all_steps: list[str], seconds: float) -> str:
    """Return the line that tells how it went: counts, the steps that failed, those that never ran to their end."""
    passed = [result.step for result in finished if result.verdict == "passed"]
    failed = [result.step for result in finished if result.verdict == "failed"]
    unfinished = [step for step in all_steps if step not in passed and step not in failed]
    line = f"{len(passed)} passed, {len(failed)} failed"
    if failed:
        line += f" ({', '.join(failed)})"
    if unfinished:
        line += f", {len(unfinished)} not finished ({', '.join(unfinished)})"
    return f"{line} in {seconds:.0f} s"


def main() -> None:
    """Run the lanes named on the command line; the status is 0 only if every step passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lane", action="append", nargs="+", required=True, metavar="step", help="steps, in order")
    lanes: list[list[str]] = parser.parse_args().lane
    start = time.monotonic()
    environment.ready("dev")
    workspace.ready()
    os.environ[workspace.FROZEN] = "1"
    # Options such as -j are for the make that started this, not for the ones started here.
    os.environ.pop("MAKEFLAGS", None)
    LOGS.mkdir(parents=True, exist_ok=True)
    run = Run(os.environ.get("MAKE", "make"), LOGS)
    _pass_on_signals(run)
    with ThreadPoolExecutor(len(lanes)) as lane_threads:
        list(lane_threads.map(run.lane, lanes))
    all_steps = [step for lane in lanes for step in lane]
    print(f"\n{table(run.finished)}\n\n{closing_line(run.finished, all_steps, time.monotonic() - start)}")
    sys.exit(sum(result.verdict == "passed" for result in run.finished) != len(all_steps))


if __name__ == "__main__":
    main()
