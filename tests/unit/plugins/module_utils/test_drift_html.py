# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as a page."""

from __future__ import annotations

from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._role.drift import report_facts
from ansible_collections.hostup.cloud.plugins.module_utils._role.drift_html import UNFOLDED_DOMAINS, page_of
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.reported import differing, domain, result


def page(*domains: dict[str, Any], findings: Any = None, redact: bool = False, **others: Any) -> dict[str, Any]:
    return page_of(report_facts(result(*domains, **others), findings=findings, redact=redact))


def section(shown: dict[str, Any], key: str) -> dict[str, Any]:
    (found,) = [section for section in shown["sections"] if section["id"] == key]
    return found


def groups(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [block["group"] for block in found["blocks"] if "group" in block]


def test_sections_come_in_the_order_of_what_needs_attention_and_only_those_that_say_something() -> None:
    found = [{"name": "w", "findings": []}]
    shown = page(
        differing("y", held_back=["lastname"]),
        domain("x", "failed", reason="Gone."),
        domain("z"),
        warnings=["Mind."],
        findings=found,
        jobs=[{"id": "dbj_1", "status": "running", "progress": 50.0, "domain_ids": ["dom_y"]}],
    )
    assert [section["heading"] for section in shown["sections"]] == [
        "Drifted: 1 of 3",
        "Not read: 1 of 3",
        "Held back",
        "Warnings",
        "Findings",
        "Profiles",
        "In sync: 1 of 3",
        "Jobs",
    ]
    assert [section["label"] for section in shown["sections"]][:4] == [
        "Drifted (1)",
        "Not read (1)",
        "Held back",
        "Warnings (1)",
    ]
    assert [section["id"] for section in page()["sections"]] == []


def test_a_group_counts_its_domains_and_names_its_profiles() -> None:
    (group,) = groups(section(page(differing("x"), differing("y", profile="b")), "state-drifted"))
    assert group["heading"] == "2 domains of profiles a, b"
    domains, table = group["blocks"]
    assert domains["domains"]["named"] == [{"name": "x", "id": "dom_x"}, {"name": "y", "id": "dom_y"}]
    assert table["table"]["caption"] == "What differs for x and 1 more"


def test_a_long_list_is_folded() -> None:
    def summary(count: int) -> str | None:
        shown = page(*(domain(f"{n}.example") for n in range(count)))
        folded: str | None = groups(section(shown, "state-unchanged"))[0]["blocks"][0]["domains"]["summary"]
        return folded

    assert summary(UNFOLDED_DOMAINS) is None
    assert summary(UNFOLDED_DOMAINS + 1) == f"The {UNFOLDED_DOMAINS + 1} domains"


def test_names_are_in_unicode_with_the_id_beside_them_where_there_are_both() -> None:
    named = domain("xn--rksmrgs-5wao1o.example")
    (group,) = groups(section(page(named, {**domain("x"), "name": None}), "state-unchanged"))
    assert group["blocks"][0]["domains"]["named"] == [
        {"name": "räksmörgås.example", "id": "dom_xn--rksmrgs-5wao1o.example"},
        {"name": "dom_x", "id": ""},
    ]


def test_a_third_column_says_what_is_stored_now_only_where_an_update_was_refused() -> None:
    refused = differing("x", "not_applied", not_applied=["city"], stored={"city": "LUND"})
    shown = page(refused, differing("y", "queued"), api_calls={"write": 1})
    tables = [groups(section(shown, f"state-{state}"))[0]["blocks"][-1]["table"] for state in ("not_applied", "queued")]
    assert [[column["title"] for column in table["columns"]] for table in tables] == [
        ["Field", "Stored before", "Declared", "Stored now"],
        ["Field", "Stored", "Declared"],
    ]
    assert [cell["text"] for cell in tables[0]["rows"][0]["cells"]] == ["Lund", "Malmö", "LUND"]
    assert [cell["class"] for cell in tables[0]["rows"][0]["cells"]] == ["before", "after", "stored"]


def test_a_value_that_is_empty_withheld_or_not_returned_has_a_note() -> None:
    def notes(entry: dict[str, Any], *, redact: bool = False) -> list[str]:
        (group,) = groups(section(page(entry, redact=redact), "state-drifted"))
        return [cell["note"] for cell in group["blocks"][-1]["table"]["rows"][0]["cells"]]

    assert notes({**differing("x"), "before": {"city": ""}, "after": {}}) == ["empty", "not returned"]
    assert notes(differing("x"), redact=True) == ["withheld", "withheld"]


def test_findings_are_reported_by_domain() -> None:
    finding = {"field": "city", "kind": "empty", "message": "city is empty."}
    found = [
        {"name": "a.example", "findings": [finding]},
        {"name": "b.example", "findings": [finding]},
        {"name": "c.example", "findings": None, "reason": "Not now."},
    ]
    shown = section(page(findings=found), "findings")
    (group,) = groups(shown)
    assert group["blocks"][-1]["table"]["caption"] == "Findings for a.example and 1 more"
    assert {"trouble": "Not audited:", "text": "c.example: Not now."} in shown["blocks"]


def test_the_page_says_whether_it_holds_personal_data() -> None:
    assert "personal data" in page()["footer"]
    assert "personal data" not in page(redact=True)["footer"]
