# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m hostup_sandbox.readme``: write the tables of switches and of ready-made faults into the README."""

from __future__ import annotations

from pathlib import Path

from . import scenarios, switches

README = Path(__file__).resolve().parent.parent / "README.md"

_TABLES = {"switches": switches.markdown_table, "ready-made faults": scenarios.markdown_table}


def with_tables(text: str) -> str:
    """The text of the README with the present tables, each between its two marks."""
    for name, table in _TABLES.items():
        before, begin, rest = text.partition(f"<!-- {name}: written by python -m hostup_sandbox.readme -->")
        _old_table, end, after = rest.partition(f"<!-- end of {name} -->")
        text = f"{before}{begin}\n\n{table()}\n{end}{after}"
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
