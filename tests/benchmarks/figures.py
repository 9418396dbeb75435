# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured, and what follows from it. Pure; all times are seconds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

NOTHING = "nothing to change"
EVERYTHING = "one field to change everywhere"


@dataclass(frozen=True, order=True)
class Case:
    """A task of hostup_domain_contacts that is measured.

    :ivar latency: seconds that every answer is held back.
    :ivar options: options of the module beside the domains, the contacts and the connection.
    """

    generation: str
    work: str
    domains: int
    latency: float = 0.0
    options: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Measured:
    """A case, round by round.

    :ivar ping: of `ansible.builtin.ping` in the same playbook, which is what Ansible itself costs.
    :ivar idle: of a module that takes and returns as much and does nothing, which Ansible costs with such a result.
    :ivar task: of the module.
    :ivar floor: of the bare script with the same exchanges.
    :ivar calls: requests of the module by kind, the same in every round and the same as those of the script.
    """

    case: Case
    ping: tuple[float, ...]
    idle: tuple[float, ...]
    task: tuple[float, ...]
    floor: tuple[float, ...]
    calls: Mapping[str, int]

    @property
    def beyond_ping(self) -> float:
        """What the task costs beside Ansible's own cost."""
        return median(self.task) - median(self.ping)

    @property
    def ratio(self) -> float:
        """How many times as long as the bare script that takes."""
        return self.beyond_ping / median(self.floor)

    @property
    def own_ratio(self) -> float:
        """The same without what Ansible takes for the arguments and the result."""
        return (median(self.task) - median(self.idle)) / median(self.floor)


@dataclass(frozen=True)
class Looped:
    """A loop of `uri` tasks that reads and then writes each domain, round by round."""

    domains: int
    reading: tuple[float, ...]
    writing: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """Both tasks together."""
        return median(read + write for read, write in zip(self.reading, self.writing, strict=True))


@dataclass(frozen=True)
class Limited:
    """Reads of a nothing-to-change task while the API lets `rate` requests a second through, round by round.

    :ivar refused: requests beyond the `domains` that were needed.
    """

    domains: int
    rate: int
    seconds: tuple[float, ...]
    refused: tuple[int, ...]

    @property
    def ratio(self) -> float:
        """How many times as long as the rate allows at best."""
        return median(self.seconds) / (self.domains / self.rate)


@dataclass(frozen=True)
class Waited:
    """A task with one job that takes `job_seconds`, round by round.

    :ivar seconds: of the task, less the time of one that changes nothing.
    """

    job_seconds: float
    seconds: tuple[float, ...]
    polls: tuple[int, ...]


@dataclass(frozen=True)
class Profiled:
    """Domains with so many contacts: in one run, in a task for each contact, and all with the same; round by round.

    :ivar requests: of each of the three in one round, by kind.
    """

    profiles: int
    domains: int
    latency: float
    together: tuple[float, ...]
    apart: tuple[float, ...]
    same: tuple[float, ...]
    requests: dict[str, dict[str, int]]

    @property
    def ratio(self) -> float:
        """How many times as long as with one contact a run with all of them takes."""
        return median(self.together) / median(self.same)

    @property
    def superfluous(self) -> float:
        """Requests beyond those of one contact, and beyond an update and its polls for each further one."""
        together, same = self.requests["together"], self.requests["same"]
        polls = same["poll"] / same["write"]
        return sum(together.values()) - sum(same.values()) - (self.profiles - 1) * (1 + polls)


@dataclass
class Run:
    """All that was measured in one go.

    :ivar machine: name of a property to its value, for people.
    :ivar sandbox: exchange to milliseconds, measured with a bare HTTP client.
    :ivar start: part of what every task pays before its first request, to milliseconds.
    :ivar memory: peak memory of the module's process at so many domains, in MB (10^6 bytes).
    """

    machine: dict[str, str]
    sandbox: dict[str, float] = field(default_factory=dict)
    start: dict[str, float] = field(default_factory=dict)
    measured: list[Measured] = field(default_factory=list)
    looped: list[Looped] = field(default_factory=list)
    limited: list[Limited] = field(default_factory=list)
    waited: list[Waited] = field(default_factory=list)
    profiled: list[Profiled] = field(default_factory=list)
    memory: dict[int, float] = field(default_factory=dict)

    def find(self, generation: str, work: str, domains: int, latency: float = 0.0) -> Measured | None:
        """The case without further options, if it was measured."""
        wanted = Case(generation, work, domains, latency)
        return next((one for one in self.measured if one.case == wanted), None)

    def as_json(self) -> dict[str, Any]:
        """The run in a form that :func:`run_of` reads."""
        return asdict(self)


def run_of(document: Mapping[str, Any]) -> Run:
    """Return the run that was written as JSON."""
    return Run(
        machine=dict(document["machine"]),
        sandbox=dict(document["sandbox"]),
        start=dict(document["start"]),
        measured=[_measured_of(one) for one in document["measured"]],
        looped=[Looped(**_tuples(one)) for one in document["looped"]],
        limited=[Limited(**_tuples(one)) for one in document["limited"]],
        waited=[Waited(**_tuples(one)) for one in document["waited"]],
        profiled=[Profiled(**_tuples(one)) for one in document["profiled"]],
        memory={int(domains): megabytes for domains, megabytes in document["memory"].items()},
    )


def _measured_of(document: Mapping[str, Any]) -> Measured:
    case = dict(document["case"])
    options = tuple((name, value) for name, value in case.pop("options"))
    return Measured(**_tuples({**document, "case": Case(**case, options=options)}))


def _tuples(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in document.items()}


def exponent(points: Iterable[tuple[float, float]]) -> float:
    """Return the power with which the second number grows with the first: the slope of a line through the logarithms.

    :raises ValueError: for fewer than two different first numbers.
    """
    logarithms = [(math.log(x), math.log(y)) for x, y in points]
    mean_x, mean_y = (sum(values) / len(logarithms) for values in zip(*logarithms, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _y in logarithms)
    if not spread:
        raise ValueError("a slope needs two different sizes")
    slope: float = sum((x - mean_x) * (y - mean_y) for x, y in logarithms) / spread
    return slope


FEWEST_OF_MANY = 200
"""Sizes from here on are sent in several batches; smaller ones differ in how their only job is waited for."""


def growth(run: Run, generation: str, work: str) -> float | None:
    """Return the exponent of what further domains cost: those beyond the smallest of the large sizes.

    None if fewer than three sizes from :data:`FEWEST_OF_MANY` domains were measured.
    """
    large = sorted(
        (one.case.domains, one.beyond_ping)
        for one in run.measured
        if one.case == Case(generation, work, one.case.domains) and one.case.domains >= FEWEST_OF_MANY
    )
    if len(large) < 3:
        return None
    (fewest, least), *others = large
    return exponent((domains - fewest, seconds - least) for domains, seconds in others)


@dataclass(frozen=True)
class Goal:
    """A goal, and what a run shows about it.

    :ivar value: as measured; None if it was not.
    :ivar limit: the goal is met from or up to this value.
    """

    text: str
    value: float | None
    limit: float
    unit: str = ""
    at_least: bool = False

    @property
    def is_met(self) -> bool | None:
        """None if it was not measured."""
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


MOST_TIMES_THE_SCRIPT = 1.3
LEAST_TIMES_THE_LOOP = 50
LARGEST_EXPONENT = 1.1
MOST_MEGABYTES = 150
MOST_TIMES_THE_RATE = 1.2
MOST_TIMES_ONE_PROFILE = 1.5


def goals(run: Run, latencies: Sequence[float]) -> list[Goal]:
    """Return what the collection wants to be, with what it is."""
    found = []
    for work in (NOTHING, EVERYTHING):
        for latency in latencies:
            one = run.find("v2", work, 1000, latency)
            text = f"1,000 domains of v2, {work}, {latency * 1000:g} ms latency: time beyond"
            for beyond, ratio in (
                ("`ping`", one.ratio if one else None),
                ("an idle module with the same result", one.own_ratio if one else None),
            ):
                found.append(Goal(f"{text} {beyond}, as a multiple of the bare script", ratio, MOST_TIMES_THE_SCRIPT))
    task = run.find("v2", EVERYTHING, 200)
    loop = next((one for one in run.looped if one.domains == 200), None)
    times = loop.seconds / median(task.task) if task and loop else None
    text = "200 domains: how many times as fast as a `uri` loop"
    found.append(Goal(text, times, LEAST_TIMES_THE_LOOP, at_least=True))
    for work in (NOTHING, EVERYTHING):
        text = f"exponent of time over domains up to 10,000 of v2, {work}"
        found.append(Goal(text, growth(run, "v2", work), LARGEST_EXPONENT))
    found.append(Goal("peak memory with 10,000 domains and a diff", run.memory.get(10_000), MOST_MEGABYTES, " MB"))
    found.extend(
        Goal(
            f"{one.domains} reads at {one.rate} requests a second: time, as a multiple of {one.domains / one.rate:g} s",
            one.ratio,
            MOST_TIMES_THE_RATE,
        )
        for one in run.limited
    )
    for profiled in run.profiled:
        text = f"{profiled.profiles} profiles of {profiled.domains} domains at {profiled.latency * 1000:g} ms latency:"
        found += [
            Goal(f"{text} time, as a multiple of one profile", profiled.ratio, MOST_TIMES_ONE_PROFILE),
            Goal(f"{text} requests beyond one profile, further updates and their polls", profiled.superfluous, 0),
        ]
    return found
