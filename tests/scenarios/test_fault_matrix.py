# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything in fault_matrix.yml happens, each to a task of its own, and ends as it is written there."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from judge import SETTLED, Observed, broken_promises, differences
from matrix import CONTACT, Trial, attempt, matrix, trials

COLLECTION = Path(__file__).resolve().parents[2]
CITY = CONTACT["city"]
PERSONAL = ("Erik", "Lindqvist", "Gamla Bolaget", "gamla-bolaget", "Gamla vägen", "Göteborg", "411 01", "+46.700000099")
"""What the sandbox stores of the first two domains."""

TRIALS = list(trials())


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_the_task_ends_as_the_matrix_says(trial: Trial) -> None:
    with attempt(trial) as tried:
        seen = tried.run()
        listed, promises = tried.listed, [tried.api_key, *PERSONAL]
        wrong = [*as_written(trial.wishes["expect"], seen, listed), *kept(seen, listed, promises)]
        assert wrong == [], seen.result.get("msg")

        again = trial.wishes.get("again")
        if again is not None:
            if not again["changed"]:
                tried.wait_until_stored(CITY)
            seen = tried.run_again()
            # What had arrived is compared, and not written a second time.
            again = {**again, "calls": {"write": int(again["changed"]), **again.get("calls", {})}}
            wrong = [*as_written(again, seen, listed), *kept(seen, listed, promises)]
            assert wrong == [], f"again: {seen.result.get('msg')}"


# -- what a trial expects ---------------------------------------------------------------------------------------------


def as_written(expect: Mapping[str, Any], seen: Observed, listed: Sequence[str]) -> Iterator[str]:
    """Yield in what a run ended otherwise than expected; cities and reason are keys of the matrix alone."""
    yield from differences({key: value for key, value in expect.items() if key not in ("cities", "reason")}, seen)
    if "reason" in expect:
        found, *_others = [entry["reason"] for entry in seen.result["domains"] if entry["status"] not in SETTLED]
        if not (found is None if expect["reason"] is None else re.search(expect["reason"], found or "")):
            yield f"the reason is {found!r}"
    if "cities" not in expect:
        yield from other_cities(seen, listed)
    elif expect["cities"] != "later":
        found = [seen.after.get(key, {}).get("city") for key in listed]
        if expect["cities"] != (Counter(found) if isinstance(expect["cities"], dict) else found):
            yield f"cities are {found!r}"


def other_cities(seen: Observed, listed: Sequence[str]) -> Iterator[str]:
    """Without other word, what is updated is stored and what failed is not."""
    for key, status in zip(listed, seen.statuses, strict=True):
        city = seen.after[key]["city"]
        if (city == CITY) != (status in SETTLED):
            yield f"{key} is {status}, and {city} is stored"


# -- what holds for all of them ---------------------------------------------------------------------------------------


def kept(seen: Observed, listed: Sequence[str], private: Sequence[str]) -> Iterator[str]:
    """Yield what must never be; beside what holds for every scenario, what holds for every run that meets trouble."""
    yield from broken_promises(seen)
    result = seen.result
    found = [entry["id"] if entry["id"] in listed else entry["name"] for entry in result["domains"]]
    if found != list(listed):
        yield f"the result has the domains {found}"
    if "queued" in seen.statuses:
        unfinished = [job["id"] for job in result["jobs"] if job["status"] in ("queued", "running")]
        if not unfinished or any(job_id not in result["msg"] for job_id in unfinished):
            yield f"the message does not name the jobs {unfinished}"
    reasons = [entry["reason"] for entry in result["domains"]]
    texts = [result.get("msg", ""), *seen.ended.warnings]
    for text in map(str, [*texts, *reasons, result.get("failure")]):
        yield from (f"{value} is in {text!r}" for value in (*private, CITY) if value in text)
    for text in filter(None, texts):
        if re.search(r"\bnull\b|[<>{}]", text) or not text.endswith((".", "?")):
            yield f"no sentences for a person: {text!r}"
    if private[0] in json.dumps(result):
        yield "the API key is in the result"


# -- the matrix itself ------------------------------------------------------------------------------------------------


def test_every_row_is_tried_or_shown_by_a_test_that_exists() -> None:
    rows = [row for section in matrix() for row in section["rows"]]
    assert [row["id"] for row in rows if not row.get("trials") and not row.get("shown_by")] == []
    for name in {name for row in rows for name in row.get("shown_by", ())}:
        path, _colons, test = name.partition("::")
        assert f"def {test}(" in (COLLECTION / path).read_text(encoding="utf-8"), name


def test_no_two_trials_have_one_name() -> None:
    assert [name for name, count in Counter(trial.name for trial in TRIALS).items() if count > 1] == []
