# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the tables of the guide "When things go wrong" from tests/scenarios/fault_matrix.yml, which the tests try.

Run it after an edit of that file: .venv-dev/bin/python tests/tools/write_fault_tables.py
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
MATRIX = ROOT / "tests" / "scenarios" / "fault_matrix.yml"
GUIDE = ROOT / "docs" / "docsite" / "rst" / "when_things_go_wrong.rst"
BEGIN = ".. The tables below are written by tests/tools/write_fault_tables.py.\n"
END = ".. Here the tables end.\n"
WIDTH = 120


def tables(matrix: Mapping[str, Any]) -> str:
    """Return everything between the two marks of the guide, as reStructuredText."""
    parts = [
        part
        for section in matrix["sections"]
        for part in (
            _heading(section["title"]),
            _paragraph(section["introduction"], ""),
            _list_table(
                (30, 45, 25),
                ("What happened", "What the module does", "What you do"),
                [(row["happened"], row["does"], row["you"]) for row in section["rows"]],
            ),
        )
    ]
    codes = [(f"``{code}``", reported["means"], reported["you"]) for code, reported in matrix["codes"].items()]
    parts += [
        _heading("What failure.code says"),
        _paragraph(
            "A ``rescue`` block finds one of these words in"
            " :ansretval:`hostup.cloud.hostup_domain_contacts#module:failure.code`, or the code of the API itself, such"
            " as ``unauthorized``, or ``http_`` and the status where the API gave none.",
            "",
        ),
        _list_table((25, 45, 30), ("Code", "What it means", "What you do"), codes),
    ]
    return "\n".join(parts)


def with_tables(guide: str, matrix: Mapping[str, Any]) -> str:
    """Return the text of the guide with its tables renewed."""
    before, _begin, rest = guide.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables(matrix)}\n{END}{after}"


def read_matrix() -> dict[str, Any]:
    """Return the data."""
    matrix: dict[str, Any] = yaml.safe_load(MATRIX.read_text(encoding="utf-8"))
    return matrix


def _heading(title: str) -> str:
    return f"{title}\n{'-' * len(title)}\n"


def _paragraph(text: str, indent: str, first: str = "") -> str:
    return (
        textwrap.fill(
            text,
            WIDTH,
            initial_indent=indent + first,
            subsequent_indent=indent + " " * len(first),
            break_on_hyphens=False,
        )
        + "\n"
    )


def _list_table(widths: Iterable[int], head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    options = f".. list-table::\n   :header-rows: 1\n   :widths: {' '.join(map(str, widths))}\n\n"
    return options + "".join(
        _paragraph(cell, "   ", "* - " if number == 0 else "  - ")
        for row in (head, *rows)
        for number, cell in enumerate(row)
    )


if __name__ == "__main__":
    GUIDE.write_text(with_tables(GUIDE.read_text(encoding="utf-8"), read_matrix()), encoding="utf-8")
