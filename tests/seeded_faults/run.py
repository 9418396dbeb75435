# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes a line of the engine, one at a time, and shows which of the quick rungs of the tests turns red.

    python tests/seeded_faults/run.py                       every fault, until a rung turns red
    python tests/seeded_faults/run.py "leading zero" retry  those whose names match
    python tests/seeded_faults/run.py --rung both           a matrix: which of the rungs turns red
    python tests/seeded_faults/run.py --check               only whether every fault still has its line

The tree itself is never changed: all happens in private copies. The exit status is 0 only if the unchanged tree is
green, and each fault turns a rung red.
"""

from __future__ import annotations

import argparse
import itertools
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from faults import FAULTS, BadFaults, Edit, Fault, choose, edits, read_faults

ROOT = Path(__file__).resolve().parents[2]

UNIT, SCENARIOS = "unit", "scenarios"
RUNGS = (UNIT, SCENARIOS)
FIRST, BOTH = "first", "both"

GREEN, RED, NOTHING_RAN = 0, 1, 5
"""Exit statuses of pytest; any other one says that the tests could not be run."""


@dataclass(frozen=True)
class Ran:
    """How a rung ended.

    :ivar status: the exit status of pytest; None if it did not end in time.
    :ivar killer: the first test that failed.
    """

    status: int | None
    killer: str = ""
    output: str = ""


@dataclass
class Verdict:
    """What is known of one fault.

    :ivar killers: rung to the first test that failed.
    :ivar trouble: why it proves nothing, if so.
    """

    fault: Fault
    killers: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    seconds: float = 0.0


class Copy:
    """A private copy of the collection, below a folder of its own as Ansible needs it."""

    def __init__(self, tree: Path, folder: Path, timeout: float) -> None:
        self._above = folder
        self._timeout = timeout
        self.root = folder / "ansible_collections" / "hostup" / "cloud"
        shutil.copytree(tree, self.root, ignore=_no_source)

    def run(self, rung: str, only: str = "") -> Ran:
        """Run a rung until its first failure.

        :param only: words that choose some of its tests.
        """
        selection = self._selection(rung, only)
        if not selection:
            return Ran(NOTHING_RAN)
        report = self._above / "report.xml"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", *selection]
        command += ["-x", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}"]
        try:
            ended = subprocess.run(
                command,
                cwd=self.root,
                env=self._environment(),
                timeout=self._timeout,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Ran(None)
        return Ran(ended.returncode, _first_failure(report), ended.stdout)

    def _selection(self, rung: str, only: str) -> list[str]:
        if rung == SCENARIOS:
            return ["tests/scenarios", *(["-k", " or ".join(only.split())] if only else [])]
        files = self.root.glob("tests/unit/**/test_*.py")
        chosen = [str(path.relative_to(self.root)) for path in sorted(files) if path.stem[5:] in only.split()]
        return chosen if only else ["tests/unit"]

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HOSTUP_", "PYTEST_", "PYTHONPYCACHEPREFIX"))
        }
        paths = dict.fromkeys(("PYTHONPATH", "ANSIBLE_COLLECTIONS_PATH"), str(self._above))
        # The rungs need no plugin of pytest, and those that happen to be installed take a second at each start.
        # A line that changes within a second and keeps its length would be taken for the one in the bytecode of before.
        return {**kept, **paths, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _no_source(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name.startswith(".") or name in ("__pycache__", "output")}


def _first_failure(report: Path) -> str:
    """Return the name of the first test that failed, by the report of pytest."""
    try:
        cases = ET.parse(report).iter("testcase")
    except (OSError, ET.ParseError):
        return ""
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            return f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"
    return ""


# -- one fault --------------------------------------------------------------------------------------------------------


def try_fault(fault: Fault, edit: Edit, rungs: Sequence[str], copy: Copy, *, until_red: bool) -> Verdict:
    """Seed a fault into a copy, run the rungs, and take it out again.

    :param until_red: stop at the first rung that turns red.
    """
    start = monotonic()
    verdict = Verdict(fault)
    edit.seed()
    try:
        for rung, only in _attempts(fault, rungs, until_red=until_red):
            if rung in verdict.killers:
                continue
            ran = copy.run(rung, only)
            if ran.status == RED:
                verdict.killers[rung] = ran.killer
                if until_red:
                    break
            elif ran.status not in (GREEN, NOTHING_RAN):
                verdict.trouble = (
                    f"{rung}: the tests did not end" if ran.status is None else f"{rung}: the tests could not be run"
                )
                break
    finally:
        edit.restore()
    verdict.seconds = monotonic() - start
    return verdict


def _attempts(fault: Fault, rungs: Sequence[str], *, until_red: bool) -> Iterator[tuple[str, str]]:
    """Yield rung and choice of tests: first the tests that are expected to turn red, then all others."""
    likely = [(rung, words) for rung in rungs if (words := {UNIT: fault.unit, SCENARIOS: fault.scenarios}[rung])]
    if until_red:
        yield from [*likely, *((rung, "") for rung in rungs)]
    else:
        for rung in rungs:
            yield from [attempt for attempt in likely if attempt[0] == rung]
            yield rung, ""


# -- all of them ------------------------------------------------------------------------------------------------------


def judge_all(
    faults: Sequence[Fault],
    copies: Sequence[Copy],
    rungs: Sequence[str],
    *,
    until_red: bool,
    show: Callable[[str], None],
) -> list[Verdict]:
    """Try each fault in one of the copies, as many at once as there are copies, and show how each ends."""
    free: queue.Queue[tuple[Copy, Mapping[str, Edit]]] = queue.Queue()
    for copy in copies:
        free.put((copy, edits(faults, copy.root)))

    def judge(fault: Fault) -> Verdict:
        copy, places = free.get()
        try:
            verdict = try_fault(fault, places[fault.name], rungs, copy, until_red=until_red)
        finally:
            free.put((copy, places))
        show(line_of(verdict, rungs, until_red=until_red))
        return verdict

    with ThreadPoolExecutor(len(copies)) as pool:
        return list(pool.map(judge, faults))


def line_of(verdict: Verdict, rungs: Sequence[str], *, until_red: bool) -> str:
    """Return a line about one fault, with a word for each rung in the matrix."""
    name, killers = verdict.fault.name, verdict.killers
    if verdict.trouble:
        word, details = "UNCLEAR", verdict.trouble
    elif not killers:
        word, details = "SURVIVED", ""
    elif until_red:
        word, details = "killed", " ".join(f"{rung}: {killer}" for rung, killer in killers.items())
    else:
        word, details = "killed", " | ".join(f"{rung}: {killers.get(rung, '-')}" for rung in rungs)
    return f"{word:8} {verdict.seconds:6.1f} s  {name}" + (f"\n{'':19}{details}" if details else "")


def summary_of(verdicts: Sequence[Verdict], rungs: Sequence[str]) -> list[str]:
    """Return the last lines: how many faults were killed, and the names of all others."""
    counts = ", ".join(f"{sum(rung in v.killers for v in verdicts)} by {rung}" for rung in rungs)
    killed = sum(bool(verdict.killers) and not verdict.trouble for verdict in verdicts)
    lines = [f"{killed} of {len(verdicts)} faults were killed ({counts})."]
    for title, chosen in (
        ("No test turns red for", [v for v in verdicts if not v.killers and not v.trouble]),
        ("Nothing is proved for", [v for v in verdicts if v.trouble]),
    ):
        if chosen:
            lines += [f"{title}:", *(f"  - {verdict.fault.name}" for verdict in chosen)]
    return lines


def is_good(verdicts: Sequence[Verdict]) -> bool:
    """Say whether every fault was killed."""
    return all(verdict.killers and not verdict.trouble for verdict in verdicts)


# -- the command line -------------------------------------------------------------------------------------------------


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Change a line of the engine, and see which of the tests turn red.")
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="only faults whose names match one of these")
    parser.add_argument(
        "--rung",
        choices=(FIRST, UNIT, SCENARIOS, BOTH),
        default=FIRST,
        help="run one rung, both for a matrix, or (first, the default) until one turns red",
    )
    parser.add_argument("--check", action="store_true", help="only see whether every fault still has its line")
    parser.add_argument("--list", action="store_true", help="only list the names")
    parser.add_argument("--jobs", type=int, default=2, help="how many faults are tried at once (2)")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for one run of the tests (600)")
    parser.add_argument(
        "--faults", type=Path, default=FAULTS, help="the list of faults; by default the one beside this"
    )
    parser.add_argument("--tree", type=Path, default=ROOT, help="the collection; by default the one of this file")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Return 0 if every chosen fault turns one of the rungs red, else 1."""
    options = arguments(given)
    try:
        faults = choose(read_faults(options.faults), options.patterns)
        if options.list:
            say("\n".join(fault.name for fault in faults))
            return 0
        edits(faults, options.tree)
    except BadFaults as error:
        say("\n".join(["These faults cannot be seeded:", *(f"  - {problem}" for problem in error.problems)]))
        return 1
    if options.check:
        say(f"Each of the {len(faults)} faults has its line.")
        return 0
    start = monotonic()
    with tempfile.TemporaryDirectory(prefix="seeded-faults-") as folder:
        good = _run(faults, options, Path(folder))
    say(f"It took {monotonic() - start:.0f} seconds.")
    return 0 if good else 1


def _run(faults: Sequence[Fault], options: argparse.Namespace, folder: Path) -> bool:
    rungs = (options.rung,) if options.rung in RUNGS else RUNGS
    copies = [Copy(options.tree, folder / str(number), options.timeout) for number in range(max(1, options.jobs))]
    with ThreadPoolExecutor(len(copies)) as pool:
        if not all(list(pool.map(_is_green, rungs, itertools.cycle(copies)))):
            return False
    verdicts = judge_all(faults, copies, rungs, until_red=options.rung != BOTH, show=say)
    say("\n".join(["", *summary_of(verdicts, rungs)]))
    return is_good(verdicts)


def _is_green(rung: str, copy: Copy) -> bool:
    """Return, and say otherwise, whether a rung is green without any fault."""
    ran = copy.run(rung)
    if ran.status != GREEN:
        say(f"{ran.output}\nWithout any fault, {rung} is not green{f': {ran.killer}' if ran.killer else ''}.")
    return ran.status == GREEN


if __name__ == "__main__":
    sys.exit(main())
