# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the guide "What counts as a change" are true."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import RULES, compare
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES

GUIDE = Path(__file__).parents[4] / "docs" / "docsite" / "rst" / "what_counts_as_a_change.rst"
TABLE = re.compile(
    r"^\.\. csv-table:: (?P<field>\w+)(, country (?P<country>\w\w))?\n +:header:.*\n\n(?P<rows>(?: +\".*\n)+)",
    re.MULTILINE,
)


def rows_of_guide() -> list[tuple[str, str, str, str, str]]:
    return [
        (table["field"], table["country"] or "SE", declared.strip("`"), stored.strip("`"), verdict)
        for table in TABLE.finditer(GUIDE.read_text(encoding="utf-8"))
        for declared, stored, verdict in csv.reader(table["rows"].splitlines(), skipinitialspace=True)
    ]


@pytest.mark.parametrize(("field", "country", "declared", "stored", "verdict"), rows_of_guide())
def test_each_row_of_each_table_is_what_the_module_does(
    field: str, country: str, declared: str, stored: str, verdict: str
) -> None:
    assert field in FIELD_NAMES
    assert compare(field, declared, stored, left_country=country, right_country=country).kind == verdict


def test_every_table_is_read_and_every_rule_is_named() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert len(TABLE.findall(text)) == text.count(".. csv-table::") > 0
    assert {rule.name for rule in RULES.values()} <= set(re.findall(r"``(\w+)``", text))
    assert {field for field, *_rest in rows_of_guide()} >= RULES.keys()
