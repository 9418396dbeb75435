# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from what was measured, and the page that shows it."""

from __future__ import annotations

import json

import figures
import pytest
from figures import EVERYTHING, NOTHING, Case, Limited, Looped, Measured, Profiled, Run, Waited
from page import page

LATENCIES = [0.0, 0.02]


def measured(
    domains: int, beyond_ping: float, floor: float, *, work: str = EVERYTHING, latency: float = 0.0, **options: int
) -> Measured:
    case = Case("v2", work, domains, latency, tuple(options.items()))
    return Measured(
        case,
        ping=(0.5, 0.4, 0.6),
        idle=(0.75, 0.75, 0.1),
        task=(0.5 + beyond_ping,) * 3,
        floor=(floor, 9.0, 0.0),
        calls={"read": 2, "write": 1, "poll": 1},
    )


@pytest.fixture
def run() -> Run:
    return Run(
        machine={"cores": "2"},
        sandbox={"v2, read 100 contacts": 0.7},
        start={"import `requests`": 70.0},
        measured=[
            measured(1, 0.25, 0.2),
            measured(200, 0.25 + 0.05, 0.2),
            measured(1000, 0.25 + 0.25, 0.4),
            measured(10_000, 0.25 + 2.5, 2.0),
            measured(1000, 1.5, 1.0, latency=0.02),
            measured(1000, 0.4, 0.4, batch_size=1000),
        ],
        looped=[Looped(200, (30.0, 31.0, 90.0), (30.0, 32.0, 10.0))],
        limited=[Limited(200, 50, (4.4, 4.6, 9.0), (9, 10, 11))],
        waited=[Waited(0.3, (0.4, 0.5, 0.6), (3, 4, 4))],
        profiled=[
            Profiled(
                20,
                200,
                0.05,
                together=(5.0, 6.0, 7.0),
                apart=(24.0, 25.0, 99.0),
                same=(4.0, 5.0, 6.0),
                requests={
                    "together": {"read": 4, "write": 20, "poll": 61},
                    "apart": {"read": 40, "write": 20, "poll": 60},
                    "same": {"read": 4, "write": 2, "poll": 6},
                },
            )
        ],
        memory={1: 37.0, 10_000: 92.4},
    )


def test_what_is_measured_is_a_median_without_the_cost_of_ansible() -> None:
    one = measured(200, beyond_ping=0.3, floor=0.2)
    assert one.beyond_ping == pytest.approx(0.3)
    assert one.ratio == pytest.approx(1.5)
    assert one.own_ratio == pytest.approx(0.25)


def test_a_loop_takes_the_time_of_both_its_tasks_in_the_median_round(run: Run) -> None:
    assert run.looped[0].seconds == 63.0


def test_a_rate_limit_is_compared_with_what_it_allows_at_best(run: Run) -> None:
    assert run.limited[0].ratio == pytest.approx(4.6 / 4)


def test_several_profiles_may_cost_an_update_and_its_polls_each(run: Run) -> None:
    (one,) = run.profiled
    assert one.ratio == pytest.approx(1.2)
    # 85 requests, where 12 and for each of 19 profiles an update and 3 polls are 88.
    assert one.superfluous == 85 - 12 - 19 * 4


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_is_the_power_of_the_growth(power: float) -> None:
    assert figures.exponent((x, 7 * x**power) for x in (200, 1000, 10_000)) == pytest.approx(power)


def test_an_exponent_needs_two_sizes() -> None:
    with pytest.raises(ValueError, match="two different sizes"):
        figures.exponent([(200, 1.0), (200, 2.0)])


def test_the_growth_is_that_of_further_domains_and_not_of_the_start(run: Run) -> None:
    run.measured[0] = measured(1, 0.29, 0.2)  # its only job is asked for later than the first of several

    assert figures.growth(run, "v2", EVERYTHING) == pytest.approx(1.0)


def test_time_that_grows_faster_than_the_domains_misses_the_goal(run: Run) -> None:
    run.measured[3] = measured(10_000, 0.25 + 3.8, 2.0)

    assert (figures.growth(run, "v2", EVERYTHING) or 0) > figures.LARGEST_EXPONENT


def test_the_growth_is_unknown_with_fewer_than_three_large_sizes(run: Run) -> None:
    del run.measured[1]

    assert figures.growth(run, "v2", EVERYTHING) is None
    assert figures.growth(run, "v2", NOTHING) is None


def test_each_goal_is_met_or_not_or_was_not_measured(run: Run) -> None:
    found = {goal.text: goal for goal in figures.goals(run, LATENCIES)}
    ratios = [goal for text, goal in found.items() if text.startswith("1,000 domains")]
    assert [goal.is_met for goal in ratios] == [None] * 4 + [True, True, False, True]
    assert found["200 domains: how many times as fast as a `uri` loop"].is_met is True
    assert found["peak memory with 10,000 domains and a diff"].value == 92.4
    assert [goal.is_met for goal in found.values()].count(None) == 5


def test_a_goal_that_is_a_least_value_is_missed_below_it() -> None:
    assert not figures.Goal("fast", 49.0, 50, at_least=True).is_met
    assert figures.Goal("small", 49.0, 50).is_met


def test_a_run_can_be_kept_as_json(run: Run) -> None:
    assert figures.run_of(json.loads(json.dumps(run.as_json()))) == run


def test_the_page_shows_every_figure_and_all_runs_beside_each_goal(run: Run) -> None:
    text = page([run, run], LATENCIES)

    assert "| goal | limit | run 1 | run 2 |" in text
    assert "| at most 1.3 | 1.25, met | 1.25, met |" in text
    assert "| at most 1.3 | 1.50, **not met** | 1.50, **not met** |" in text
    assert "| at least 50 | 79, met | 79, met |" in text
    assert "median of 3 rounds" in text
    assert "| 10,000 | 0 ms | 4 | 0.50 s | 0.75 s | 3.25 s | 2.75 s | 2.00 s | 1.38 | 1.25 |" in text
    assert "| `batch_size: 1000` | 1,000, one field to change everywhere | 0 ms |" in text
    assert "| 200 | 63.0 s | 0.80 s | 79 |" in text
    assert "| 200 | 50 | 4.00 s | 4.60 s | 1.15 | 10 |" in text
    assert "| 0.30 s | 0.50 s | 4 |" in text
    assert "| 20 | 200 | 50 ms | 6.00 s | 25.0 s | 5.00 s | 85 | 120 | 12 | 1.20 |" in text
    assert "| 10,000 | 92 MB |" in text
    assert max(map(len, (line for line in text.splitlines() if not line.startswith("|")))) <= 120


def test_the_page_says_what_is_not_of_the_collection(run: Run) -> None:
    run.measured += [
        measured(1, 0.25, 0.2, work=NOTHING),
        measured(1000, 0.65, 0.2, work=NOTHING),
        measured(10_000, 4.25, 0.4, work=NOTHING),
        measured(1000, 1.5, 1.2, work=NOTHING, latency=0.02),
    ]
    run.start["compile the files"] = 55.4

    text = " ".join(page([run], LATENCIES).split())

    assert "the idle module takes 0.25 s beyond `ping`, 1.2 times as long as the whole bare script" in text
    assert "for each task (55 ms). With one domain the task takes 0.25 s beyond `ping`, and the script 0.20 s." in text
    assert "Each further 1,000 domains add 0.40 s to the task, of which Ansible takes 0.00 s." in text
    assert "With 20 ms before each answer, 1,000 domains and nothing to change, it is 1.25." in text


def test_what_was_not_measured_has_no_section(run: Run) -> None:
    run.limited, run.looped = [], []
    text = page([run], LATENCIES)
    assert "rate limit" not in text
    assert "`uri` loop | at least 50 | not measured |" in text
