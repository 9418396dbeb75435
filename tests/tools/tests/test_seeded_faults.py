# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that seeds faults: it changes one line, says which tests notice it, and what none notices."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

COLLECTION = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(COLLECTION / "tests" / "seeded_faults"))

import run  # noqa: E402
from faults import BadFaults, Fault, choose, edits, read_faults  # noqa: E402

ENGINE = """\
def add(one, other):
    total = one + other
    return total


def double(one):
    return one + one


def label(one):
    return str(one)
"""
ADDS = "from engine import add, double\n\n\ndef test_it_adds():\n    assert add(1, 2) == 3\n"
DOUBLES = "from engine import double\n\n\ndef test_it_doubles():\n    assert double(3) == 6\n"

NOTICED_BY_UNIT = {"name": "It subtracts", "line": "one + other", "becomes": "one - other", "unit": "adds"}
NOTICED_BY_SCENARIOS = {"name": "It squares", "line": "return one + one", "becomes": "return one * one"}
NOT_NOTICED = {"name": "It labels otherwise", "line": "str(one)", "becomes": "repr(one) + '!'"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A collection with an engine of three functions, and a test of two of them."""
    files = {
        "plugins/engine.py": ENGINE,
        "plugins/other.py": "LIMIT = 1\nONE = 1\n",
        "tests/unit/test_adds.py": ADDS,
        "tests/scenarios/test_doubles.py": DOUBLES,
        "tests/conftest.py": "import sys\n\nsys.path.insert(0, 'plugins')\n",
    }
    for name, text in files.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "tree"


def fault(name: str, line: str, becomes: str, below: str = "") -> Fault:
    return Fault(name, line, becomes, below)


def problems_of(faults: list[Fault], tree: Path) -> list[str]:
    with pytest.raises(BadFaults) as raised:
        edits(faults, tree)
    return raised.value.problems


# -- the list ---------------------------------------------------------------------------------------------------------


def test_every_fault_of_the_list_has_its_line_in_the_engine() -> None:
    faults = read_faults()
    assert len(faults) >= 40
    assert edits(faults, COLLECTION).keys() == {fault.name for fault in faults}


def test_all_faults_without_a_place_of_their_own_are_named_at_once(tree: Path) -> None:
    problems = problems_of(
        [
            fault("gone", "one / other", "one"),
            fault("well", "total = one", "total = other"),
            fault("ambiguous", "return", "pass"),
            fault("too high", "def add", "def sub", below="def double"),
            fault("broken", "return total", "return (total"),
            fault("the same", "return total", "return (total)"),
        ],
        tree,
    )
    assert [problem.split(":")[0] for problem in problems] == ["gone", "ambiguous", "too high", "broken", "the same"]
    assert "engine.py:3, engine.py:7" in problems[1]


def test_a_fault_is_found_behind_another_text(tree: Path) -> None:
    found = edits([fault("another parameter", "one)", "two)", below="def double")], tree)
    assert [edit.after for edit in found.values()] == [ENGINE.replace("def double(one)", "def double(two)")]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([NOTICED_BY_UNIT, NOTICED_BY_UNIT], "same name"),
        ([{"name": "a", "line": "b"}], "no becomes"),
        ([{**NOTICED_BY_UNIT, "file": "engine.py"}], "unknown key file"),
        ([{**NOTICED_BY_UNIT, "line": "one\nother"}], "one line"),
        ([{**NOTICED_BY_UNIT, "becomes": False}], "one line"),
    ],
)
def test_what_is_no_fault_is_refused(entries: list[Any], words: str, tmp_path: Path) -> None:
    path = tmp_path / "faults.yml"
    path.write_text(yaml.safe_dump(entries))
    with pytest.raises(BadFaults, match=words):
        read_faults(path)


def test_faults_are_chosen_by_patterns_of_their_names() -> None:
    faults = [fault("A retry too many", "", ""), fault("No retry", "", ""), fault("A guard left out", "", "")]
    assert choose(faults, []) == faults
    assert choose(faults, ["RETRY"]) == faults[:2]
    with pytest.raises(BadFaults, match="canary"):
        choose(faults, ["retry", "canary"])


# -- the run ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def seed(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Seed faults into the tree by the command line; return the exit status and the lines of the output."""

    def seed(faults: list[Any], *options: str) -> tuple[int, list[str]]:
        path = tmp_path / "faults.yml"
        path.write_text(yaml.safe_dump(faults))
        status = run.main(["--tree", str(tree), "--faults", str(path), *options])
        return status, capsys.readouterr().out.splitlines()

    yield seed
    assert (tree / "plugins" / "engine.py").read_text() == ENGINE, "the tree itself was changed"


def test_a_fault_that_no_test_notices_is_named_at_the_end(seed: Any) -> None:
    status, lines = seed([NOTICED_BY_UNIT, NOTICED_BY_SCENARIOS, NOT_NOTICED])
    assert status == 1
    assert lines[-4:-1] == [
        "2 of 3 faults were killed (1 by unit, 1 by scenarios).",
        "No test turns red for:",
        "  - It labels otherwise",
    ]
    assert any(line.strip() == "unit: test_adds::test_it_adds" for line in lines)


def test_a_matrix_names_the_first_test_of_each_rung_that_notices(seed: Any) -> None:
    status, lines = seed([NOTICED_BY_UNIT, NOTICED_BY_SCENARIOS], "--rung", "both")
    assert status == 0
    assert any(line.strip() == "unit: test_adds::test_it_adds | scenarios: -" for line in lines)
    assert any(line.strip() == "unit: - | scenarios: test_doubles::test_it_doubles" for line in lines)


def test_one_rung_can_be_tried_alone_and_a_broken_import_proves_nothing(seed: Any) -> None:
    no_double = {"name": "There is no double", "line": "def double", "becomes": "def triple"}
    status, lines = seed([NOTICED_BY_SCENARIOS, no_double], "--rung", "unit")
    assert status == 1
    assert lines[-6:-1] == [
        "0 of 2 faults were killed (0 by unit).",
        "No test turns red for:",
        "  - It squares",
        "Nothing is proved for:",
        "  - There is no double",
    ]


def test_a_tree_that_is_red_already_proves_nothing(seed: Any, tree: Path) -> None:
    (tree / "tests" / "unit" / "test_adds.py").write_text(ADDS.replace("== 3", "== 4"))
    status, lines = seed([NOTICED_BY_UNIT])
    assert status == 1
    assert any("Without any fault, unit is not green: test_adds::test_it_adds" in line for line in lines)
    assert not any("killed" in line for line in lines)


def test_a_fault_without_its_line_ends_the_program_at_once(seed: Any) -> None:
    status, lines = seed([{**NOTICED_BY_UNIT, "line": "one / other"}, NOT_NOTICED])
    assert status == 1
    assert lines == ["These faults cannot be seeded:", "  - It subtracts: no line below plugins/ has 'one / other'"]
