# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/benchmarks.md from what was measured. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from textwrap import fill

from figures import EVERYTHING, NOTHING, Goal, Measured, Run, goals

HEAD = """\
<!--
Copyright (c) 2026, the hostup.cloud contributors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later

Written by make bench. Edit tests/benchmarks/page.py instead.
-->

# Benchmarks

How long a task of `hostup_domain_contacts` takes, beside what it could be compared with. Everything is measured against
the sandbox on loopback, so a network and HostUp itself come on top; the latency in the tables stands for them: every
answer is held back for so long. Repeat it with `make bench ARGS="--runs 2"`; nothing else should run on the machine.

"""

NOTES = """\
The largest part is Ansible's own. With 1,000 domains and nothing to change, the idle module takes {packing}
beyond `ping`, {times_the_script:.1f} times as long as the whole bare script: Ansible checks, packs and unpacks
one entry for each domain. No module with such a result could take less, so the goal beyond `ping` cannot be met
while the API answers at once. The own ratio leaves this part out.

The rest is mostly the start. A task imports `requests`, as the script does, and compiles the files of the
collection, which Ansible packs as source text for each task ({compiling:.0f} ms). With one domain the task
takes {small_task} beyond `ping`, and the script {small_script}.

Each further 1,000 domains add {further_task} to the task, of which Ansible takes {further_idle}. They add
{further_script} to the script.

All of this stays the same when the API is slower, so the ratio falls. With {latency:g} ms before each answer,
1,000 domains and nothing to change, it is {slowest:.2f}.
"""

HOW = """\
## How it is measured

- A round is `ansible.builtin.ping`, the idle module, the task, and the bare script, one after the other in one
  playbook. Each figure is the median of {rounds} rounds.
- **Beyond `ping`** is the time of the task less that of `ping`, which is Ansible's own cost of starting a module.
- **The idle module** takes the same list of ids, returns as many entries of the same form, and does nothing. It shows
  what Ansible itself takes for arguments and a result of that size.
- **The bare script** is `tests/benchmarks/bare_requests.py`: the same exchanges with `requests` in the same order, with
  no validation, no retries, no result and no Ansible. It is the floor. That both send the same number of requests is
  checked in every round. Its time is that of its whole process, with the start of Python and the import of `requests`.
- **The ratio** is beyond `ping` over the bare script; **the own ratio** is beyond the idle module over the bare script.
- `preflight` is `none` where nothing else is said, `batch_size` is 100, jobs are over when they are first asked for.
  A single job is first asked for after 0.05 s, the first of several at once: so 200 domains take little longer than 1.
- **The exponent** is that of the time beyond 200 domains over the number of domains beyond 200: 1 is a straight line.
- How many requests there are is no matter of speed: `tests/scenarios/test_exchanges.py` counts them exactly.

"""


def page(runs: Sequence[Run], latencies: Sequence[float]) -> str:
    """Return the page.

    :param runs: of the same tree on the same machine; the tables show the first, the goals show all.
    """
    first = runs[0]
    rounds = len(first.measured[0].task) if first.measured else 0
    parts = [
        HEAD,
        "## The machine\n\n",
        _table(["", ""], [[name, value] for name, value in first.machine.items()]),
        "## Goals\n\n",
        _goals(runs, latencies),
        _notes(first, latencies),
        HOW.format(rounds=rounds),
    ]
    for generation in ("v2", "v1"):
        parts.append(f"## Version {generation[1]} of the API\n\n")
        parts += [_cases(first, generation, work) for work in (NOTHING, EVERYTHING)]
    parts += [section(first) for section in (_options, _profiles, _loops, _limits, _waits, _memory, _start, _sandbox)]
    return "".join(parts).rstrip("\n") + "\n"


def _notes(run: Run, latencies: Sequence[float]) -> str:
    """Say what stands between the figures and the goals."""
    small, one, large = (run.find("v2", NOTHING, domains) for domains in (1, 1000, 10_000))
    slowest = run.find("v2", NOTHING, 1000, latencies[-1])
    if small is None or one is None or large is None or slowest is None:
        return ""
    packing = median(one.idle) - median(one.ping)
    text = NOTES.format(
        packing=_time(packing),
        times_the_script=packing / median(one.floor),
        compiling=next((milliseconds for name, milliseconds in run.start.items() if "compile" in name), 0.0),
        small_task=_time(small.beyond_ping),
        small_script=_time(median(small.floor)),
        further_task=_time((median(large.task) - median(one.task)) / 9),
        further_idle=_time((median(large.idle) - median(one.idle)) / 9),
        further_script=_time((median(large.floor) - median(one.floor)) / 9),
        latency=latencies[-1] * 1000,
        slowest=slowest.ratio,
    )
    return "## What the figures say\n\n" + "".join(f"{fill(part, 118)}\n\n" for part in text.split("\n\n"))


def _goals(runs: Sequence[Run], latencies: Sequence[float]) -> str:
    columns = [goals(run, latencies) for run in runs]
    head = ["goal", "limit", *(f"run {number}" for number in range(1, len(runs) + 1))]
    rows = [[row[0].text, _limit(row[0]), *map(_verdict, row)] for row in zip(*columns, strict=True)]
    return _table(head, rows)


def _limit(goal: Goal) -> str:
    return f"at {'least' if goal.at_least else 'most'} {goal.limit:g}{goal.unit}"


def _verdict(goal: Goal) -> str:
    if goal.value is None:
        return "not measured"
    value = f"{goal.value:.0f}" if goal.value >= 10 else f"{goal.value:.2f}"
    return f"{value}{goal.unit}, {'met' if goal.is_met else '**not met**'}"


def _cases(run: Run, generation: str, work: str) -> str:
    found = [one for one in run.measured if (one.case.generation, one.case.work) == (generation, work)]
    rows = [
        [_count(one.case.domains), f"{one.case.latency * 1000:g} ms", *_figures(one)]
        for one in sorted(found, key=lambda one: (one.case.latency, one.case.domains))
        if not one.case.options
    ]
    return f"### {work.capitalize()}\n\n" + _table(["domains", "latency", *FIGURES], rows) if rows else ""


FIGURES = ["requests", "`ping`", "idle module", "task", "beyond `ping`", "bare script", "ratio", "own ratio"]


def _figures(one: Measured) -> list[str]:
    times = (median(one.ping), median(one.idle), median(one.task), one.beyond_ping, median(one.floor))
    return [_count(sum(one.calls.values())), *map(_time, times), f"{one.ratio:.2f}", f"{one.own_ratio:.2f}"]


def _options(run: Run) -> str:
    found = [one for one in run.measured if one.case.options]
    rows = [
        [
            ", ".join(f"`{name}: {value}`" for name, value in one.case.options),
            f"{_count(one.case.domains)}, {one.case.work}",
            f"{one.case.latency * 1000:g} ms",
            *_figures(one),
        ]
        for one in found
    ]
    return _section("With other options", ["options", "domains", "latency", *FIGURES], rows)


def _profiles(run: Run) -> str:
    text = (
        "Domains with several contacts: in one run of `hostup_portfolio`, in a task of `hostup_domain_contacts` for\n"
        "each contact, and, to compare, with the same contact for all. A job takes 0.3 s.\n\n"
    )
    rows = [
        [
            _count(one.profiles),
            _count(one.domains),
            f"{one.latency * 1000:g} ms",
            *(_time(median(seconds)) for seconds in (one.together, one.apart, one.same)),
            *(_count(sum(one.requests[name].values())) for name in ("together", "apart", "same")),
            f"{one.ratio:.2f}",
        ]
        for one in run.profiled
    ]
    head = ["profiles", "domains", "latency", "one run", "a task each", "one contact"]
    head += ["requests", "requests", "requests", "one run over one contact"]
    return _section("Several profiles", head, rows, text)


def _loops(run: Run) -> str:
    text = (
        "A loop of `ansible.builtin.uri` that reads each domain, and one that writes each. It compares nothing, and\n"
        "waits for nothing. The task is the one that changes a field everywhere, with all that Ansible costs.\n\n"
    )
    rows = []
    for loop in run.looped:
        task = run.find("v2", EVERYTHING, loop.domains)
        if task is not None:
            seconds = median(task.task)
            rows.append([_count(loop.domains), _time(loop.seconds), _time(seconds), f"{loop.seconds / seconds:.0f}"])
    return _section("Instead of a loop", ["domains", "`uri` loop", "task", "times as fast"], rows, text)


def _limits(run: Run) -> str:
    text = (
        "The sandbox lets so many requests a second through, and says in whole seconds when to come back. Reads of\n"
        "v1, eight at a time. A refused request is repeated. The first second's requests all come through at once, so\n"
        "a little less than requests over rate is possible.\n\n"
    )
    rows = [
        [
            _count(one.domains),
            f"{one.rate}",
            _time(one.domains / one.rate),
            _time(median(one.seconds)),
            f"{one.ratio:.2f}",
            f"{median(one.refused):.0f}",
        ]
        for one in run.limited
    ]
    head = ["reads", "a second", "reads over rate", "beyond `ping`", "ratio", "refused requests"]
    return _section("Under a rate limit", head, rows, text)


def _waits(run: Run) -> str:
    text = "How long a task takes beyond one that changes nothing, when its one job takes so long.\n\n"
    rows = [[_time(one.job_seconds), _time(median(one.seconds)), f"{median(one.polls):.0f}"] for one in run.waited]
    return _section("Waiting for a job", ["job", "task", "questions"], rows, text)


def _memory(run: Run) -> str:
    text = "Peak memory of the module's process, with a change everywhere and `--diff`.\n\n"
    rows = [[_count(domains), f"{megabytes:.0f} MB"] for domains, megabytes in run.memory.items()]
    return _section("Memory", ["domains", "memory"], rows, text)


def _start(run: Run) -> str:
    text = "What a task pays before its first request, each part in a process of its own.\n\n"
    rows = [[name, f"{milliseconds:.0f} ms"] for name, milliseconds in run.start.items()]
    return _section("The start of a module", ["part", "time"], rows, text)


def _sandbox(run: Run) -> str:
    text = "Single exchanges with a bare HTTP client, to show that the tables above do not measure the sandbox.\n\n"
    rows = [[name, f"{milliseconds:.1f} ms"] for name, milliseconds in run.sandbox.items()]
    return _section("The sandbox", ["exchange", "time"], rows, text)


def _section(title: str, head: list[str], rows: list[list[str]], text: str = "") -> str:
    return f"## {title}\n\n{text}{_table(head, rows)}" if rows else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    line: Callable[[Iterable[str]], str] = lambda cells: f"| {' | '.join(cells)} |\n"  # noqa: E731
    return line(head) + line("---" for _name in head) + "".join(map(line, rows)) + "\n"


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds:.2f} s"


def _count(number: int) -> str:
    return f"{number:,}"
