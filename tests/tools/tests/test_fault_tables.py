# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide "When things go wrong" says what the tests try, and every failure code that the module documents."""

from __future__ import annotations

import re
from typing import Any

import yaml
from module_texts import texts_of
from write_fault_tables import GUIDE, ROOT, read_matrix, with_tables


def documented_return() -> dict[str, Any]:
    """Return the RETURN block of the module."""
    module = ROOT / "plugins" / "modules" / "hostup_domain_contacts.py"
    returned: dict[str, Any] = yaml.safe_load(texts_of(module)["RETURN"])
    return returned


def test_the_tables_of_the_guide_are_those_of_the_matrix() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert guide == with_tables(guide, read_matrix()), "Run tests/tools/write_fault_tables.py"


def test_every_documented_failure_code_is_explained_and_no_other() -> None:
    of_the_api, *of_the_collection = documented_return()["failure"]["contains"]["code"]["description"]
    documented = set(re.findall(r"V\((\w+)\)", " ".join(of_the_collection)))
    assert read_matrix()["codes"].keys() == documented
    assert documented & set(re.findall(r"V\((\w+)\)", of_the_api)) == set()


def test_every_failure_code_stands_in_a_row_that_is_tried() -> None:
    matrix = read_matrix()
    rows = [row for section in matrix["sections"] for row in section["rows"]]
    named = set(re.findall(r"``(\w+)``", " ".join(row["does"] for row in rows)))
    assert matrix["codes"].keys() - named == set()


def test_a_row_says_what_happened_what_the_module_does_and_what_you_do_and_nothing_else() -> None:
    matrix = read_matrix()
    rows = [row for section in matrix["sections"] for row in section["rows"]]
    assert {key for row in rows for key in row} == {"id", "happened", "does", "you", "trials", "shown_by"}
    assert {key for text in matrix["codes"].values() for key in text} == {"means", "you"}
    assert len({row["id"] for row in rows}) == len(rows)
