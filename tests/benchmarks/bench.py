# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the collection against the sandbox, and write docs/benchmarks.md. It takes half an hour for each run.

Figures are ratios of what is measured side by side; no test asserts them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))

from figures import EVERYTHING, NOTHING, Case, Run, run_of
from measure import Bench, Sandbox, machine
from page import page
from sandbox_process import running_sandbox, stop_on_signals

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
RAW = ROOT / ".cache" / "benchmarks"

OPTIONS = (("batch_size", 1000), ("preflight", "list"), ("preflight", "each"))
LOOPED = (10, 50, 200)
LIMITED = ((200, 50), (400, 100))
WAITED = (0.1, 0.3, 1.0, 3.0)
PROFILED = ((20, 200, 0.05, 0.3),)


@dataclass(frozen=True)
class Extent:
    """How much to measure.

    :ivar domains: the sizes of portfolios; version 1 is measured up to 1,000.
    :ivar latencies: seconds; all but the first are tried with 200 and 1,000 domains only, options with the first two.
    """

    domains: Sequence[int]
    latencies: Sequence[float]
    rounds: int
    looped: Sequence[int] = LOOPED
    limited: Sequence[tuple[int, int]] = LIMITED
    waited: Sequence[float] = WAITED
    profiled: Sequence[tuple[int, int, float, float]] = PROFILED

    def cases(self) -> Iterator[Case]:
        """Yield the cases, small ones first."""
        for latency in self.latencies:
            for domains in self.domains:
                for generation in ("v2", "v1"):
                    if self.includes(generation, domains, latency):
                        yield Case(generation, NOTHING, domains, latency)
                        yield Case(generation, EVERYTHING, domains, latency)
        if 1000 in self.domains:
            for latency in self.latencies[:2]:
                for option in OPTIONS:
                    yield Case("v2", EVERYTHING, 1000, latency, (option,))

    def includes(self, generation: str, domains: int, latency: float) -> bool:
        """Tell whether this is worth its time."""
        if latency != self.latencies[0]:
            return domains == 200 or (domains == 1000 and generation == "v2")
        return generation == "v2" or domains <= 1000


def measure(bench: Bench, extent: Extent, only: str) -> Run:
    """Measure everything, or what `only` is part of the name of."""
    run = Run(machine(bench.python))

    def wanted(name: str) -> bool:
        if only not in name:
            return False
        print(f"... {name}", flush=True)
        return True

    if wanted("sandbox"):
        run.sandbox = bench.exchanges()
    if wanted("start"):
        run.start = bench.start()
    run.measured = [bench.measure(case) for case in extent.cases() if wanted(f"case {case}")]
    run.limited = [bench.limited("v1", *wish, 8) for wish in extent.limited if wanted(f"limit {wish}")]
    run.waited = [bench.waited(seconds) for seconds in extent.waited if wanted(f"job {seconds}")]
    run.profiled = [bench.profiled(*wish) for wish in extent.profiled if wanted(f"profiles {wish}")]
    largest = max(extent.domains)
    if wanted("memory"):
        run.memory = {domains: bench.peak_memory(domains) for domains in sorted({1, largest})}
    run.looped = [bench.loop(domains) for domains in extent.looped if wanted(f"loop {domains}")]
    return run


def measured_run(extent: Extent, only: str) -> Run:
    """Start a sandbox and measure everything against it."""
    with running_sandbox("--no-validate", "--lean") as settings, TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(Sandbox(settings), Path(sys.executable), Path(folder), os.environ, extent.rounds)
        return measure(bench, extent, only)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--domains", type=int, nargs="+", default=[1, 10, 50, 200, 1000, 10_000])
    parser.add_argument("--latency", type=float, nargs="+", default=[0, 20, 100], help="milliseconds, the least first")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=1, help="how often to measure everything")
    parser.add_argument("--quick", action="store_true", help="one round with few domains, to see whether it works")
    parser.add_argument("--only", default="", help="only what has this in its name; writes no file")
    parser.add_argument("--render", action="store_true", help="write the page anew from what was measured last")
    return parser.parse_args()


def main() -> None:
    """Measure, and write the page."""
    options = _options()
    stop_on_signals()
    latencies = [milliseconds / 1000 for milliseconds in options.latency]
    extent = Extent(options.domains, latencies, options.rounds)
    if options.quick:
        extent = Extent([1, 3], [0, 0.01], 1, looped=[2], limited=[(4, 2)], waited=[0.1], profiled=[(2, 4, 0.0, 0.1)])
    RAW.mkdir(parents=True, exist_ok=True)
    if options.render:
        runs = [run_of(json.loads(file.read_text(encoding="utf-8"))) for file in sorted(RAW.glob("run-*.json"))]
        PAGE.write_text(page(runs, latencies), encoding="utf-8")
        return
    runs = []
    for number in range(1, options.runs + 1):
        runs.append(measured_run(extent, options.only))
        if not options.only and not options.quick:
            (RAW / f"run-{number}.json").write_text(json.dumps(runs[-1].as_json()), encoding="utf-8")
    text = page(runs, extent.latencies)
    print(text)
    if not options.only and not options.quick:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
