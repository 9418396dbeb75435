# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks work: each kind of measurement once, with few domains. How long something takes is not asserted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import payload
import pytest
from bench import Extent
from figures import EVERYTHING, NOTHING, Case
from measure import Bench, Sandbox, machine

import hostup_sandbox


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with hostup_sandbox.Sandbox(validate=False, lean=True) as server:
        settings = {"HOSTUP_API_BASE": server.url, "HOSTUP_API_KEY": "sandbox-full-access"}
        yield Bench(Sandbox(settings), Path(sys.executable), tmp_path_factory.mktemp("bench"), os.environ, rounds=1)


@pytest.mark.parametrize(
    ("generation", "work", "calls"),
    [
        ("v2", EVERYTHING, {"read": 4, "write": 2, "poll": 2}),
        ("v1", EVERYTHING, {"read": 6, "write": 2, "poll": 2}),
    ],
)
def test_module_and_script_are_measured_with_the_same_requests(
    bench: Bench, generation: str, work: str, calls: dict[str, int]
) -> None:
    one = bench.measure(Case(generation, work, 3, options=(("batch_size", 2),)))
    assert one.calls == calls
    assert all(0 < seconds < 60 for seconds in (*one.ping, *one.idle, *one.task, *one.floor))


@pytest.mark.parametrize(("preflight", "reads"), [("each", 2 + 3), ("list", 2 + 1)])
def test_both_ask_in_the_same_way_what_can_be_edited(bench: Bench, preflight: str, reads: int) -> None:
    one = bench.measure(Case("v2", EVERYTHING, 3, options=(("preflight", preflight),)))
    assert one.calls == {"read": reads, "write": 1, "poll": 1}


def test_the_answers_of_the_sandbox_are_held_back(bench: Bench) -> None:
    one = bench.measure(Case("v2", NOTHING, 1, latency=0.3))
    assert min(*one.floor, *one.task) > 0.3
    assert one.calls == {"read": 1, "write": 0, "poll": 0}


def test_a_module_that_does_something_else_ends_the_benchmark(bench: Bench) -> None:
    with pytest.raises(RuntimeError, match="has not updated 1 domains"):
        bench.measure(Case("v2", EVERYTHING, 1, options=(("max_changed", 1), ("when_current", {"city": "Malmö"}))))


def test_a_loop_of_uri_tasks(bench: Bench) -> None:
    loop = bench.loop(2)
    assert loop.seconds > 0
    stored = bench.sandbox.control("GET", f"domains/{bench.sandbox.ids['v2'][1]}")
    assert stored["registrant"]["city"] == "Lund"


def test_a_rate_limit(bench: Bench) -> None:
    limited = bench.limited("v1", 4, 2, 2)
    assert limited.refused[0] > 0
    assert limited.seconds[0] > 0


def test_a_job_that_is_waited_for(bench: Bench) -> None:
    assert bench.waited(0.2).polls[0] > 1


def test_several_profiles(bench: Bench) -> None:
    one = bench.profiled(2, 4, 0.0, 0.001)
    assert one.requests["apart"] == {"read": 4, "write": 2, "poll": 2}
    assert one.requests["together"] == {"read": 2, "write": 2, "poll": 2}
    assert one.requests["same"] == {"read": 2, "write": 1, "poll": 1}
    assert one.superfluous == 0
    assert one.ratio > 0


def test_the_memory_of_the_module(bench: Bench) -> None:
    assert 10 < bench.peak_memory(1) < 1000


def test_exchanges_and_starts(bench: Bench) -> None:
    assert all(0 < milliseconds < 10_000 for milliseconds in (*bench.exchanges().values(), *bench.start().values()))


def test_the_machine_and_its_versions_are_stated() -> None:
    stated = machine(Path(sys.executable))
    assert {"processor", "cores", "system", "Python", "ansible-core", "requests"} <= stated.keys()
    assert all(stated.values())


def test_the_payload_is_what_the_module_imports() -> None:
    names = [file.name for file in payload.files()]
    assert names[0] == "hostup_domain_contacts.py"
    assert {"client.py", "compare.py", "calling_codes.py"} <= set(names)
    assert "_audit.py" not in names
    assert len(names) == len(set(names))


def test_latency_is_tried_where_it_says_something() -> None:
    cases = list(Extent([1, 200, 1000, 10_000], [0.0, 0.1], 5).cases())
    assert Case("v2", EVERYTHING, 10_000) in cases
    assert Case("v1", NOTHING, 10_000) not in cases
    assert Case("v2", NOTHING, 1000, 0.1) in cases
    assert Case("v2", NOTHING, 10_000, 0.1) not in cases
    assert len(cases) == len(set(cases))
