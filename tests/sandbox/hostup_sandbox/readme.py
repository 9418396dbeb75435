# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m hostup_sandbox.readme``: write the table of switches into the README."""

from __future__ import annotations

from pathlib import Path

from .switches import markdown_table

README = Path(__file__).resolve().parent.parent / "README.md"

_BEGIN = "<!-- switches: written by python -m hostup_sandbox.readme -->"
_END = "<!-- end of switches -->"


def with_table(text: str) -> str:
    """The text of the README with the present table between its two marks."""
    before, begin, rest = text.partition(_BEGIN)
    _old_table, end, after = rest.partition(_END)
    return f"{before}{begin}\n\n{markdown_table()}\n{end}{after}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
