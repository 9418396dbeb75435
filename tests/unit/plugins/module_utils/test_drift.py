# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report about contacts says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ansible_collections.hostup.cloud.plugins.module_utils._result.drift_messages import STATUSES, WITHHELD_PROBLEM
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status
from ansible_collections.hostup.cloud.plugins.module_utils._role.drift import (
    markdown_code,
    report_data,
    visible,
)


def domain(name: str, status: str = "unchanged", **facts: Any) -> dict[str, Any]:
    return {"id": f"dom_{name}", "name": name, "status": status, "reason": None, **facts}


def differing(name: str, status: str = "planned", before: str = "Lund", after: str = "Malmö") -> dict[str, Any]:
    return domain(name, status, changed_fields=["city"], before={"city": before}, after={"city": after})


def result(*domains: dict[str, Any], **others: Any) -> dict[str, Any]:
    summary = {status: sum(d["status"] == status for d in domains) for status in STATUSES}
    return {"domains": list(domains), "summary": {"total": len(domains), **summary}, **others}


def test_every_status_of_a_domain_has_a_heading() -> None:
    assert sorted(STATUSES) == sorted(Status)


@pytest.mark.parametrize(
    ("results", "verdict", "headline"),
    [
        ({}, "good", "No profile is assigned to any domain."),
        ({"a": result()}, "good", "All 0 domains are in sync."),
        ({"a": result(domain("x"))}, "good", "The domain is in sync."),
        ({"a": result(domain("x")), "b": result(domain("y"))}, "good", "All 2 domains are in sync."),
        (
            {"a": result(domain("x"), domain("y", "skipped"))},
            "good",
            "1 of 2 domains is in sync, and nothing has to be changed.",
        ),
        ({"a": result(differing("x"), domain("y"))}, "drift", "1 of 2 domains has drifted."),
        ({"a": result(differing("x"), differing("y"))}, "drift", "2 of 2 domains have drifted."),
        ({"a": result(differing("x", "queued"))}, "drift", "1 of 1 domain is still to be updated."),
        ({"a": result(differing("x", "updated"))}, "good", "1 of 1 domain was updated."),
        (
            {"a": result(differing("x", "updated"), differing("y", "updated"), differing("z", "not_applied"))},
            "trouble",
            "1 of 3 domains is not stored as declared. 2 of 3 domains were updated.",
        ),
        ({"a": {"failed": True, "msg": "No key."}, "b": result(domain("x"))}, "trouble", "1 of 2 profiles failed."),
        (
            {"a": result(domain("x", "failed"), domain("y", "failed"), domain("z"), failed=True, msg="No.")},
            "trouble",
            "1 of 1 profile failed. 2 of 3 domains could not be read or updated.",
        ),
    ],
)
def test_the_headline_says_what_matters(results: dict[str, Any], verdict: str, headline: str) -> None:
    report = report_data(results)
    assert (report["verdict"], report["headline"]) == (verdict, headline)


def test_a_domain_that_is_blocked_is_trouble_also_where_its_profile_did_not_fail() -> None:
    report = report_data({"a": result(differing("x", "blocked"), domain("y"))})
    assert report["verdict"] == "trouble"
    assert report["headline"] == "1 of 2 domains has drifted, and cannot be edited now."


def test_statuses_come_in_the_order_of_their_urgency_and_only_those_that_are_there() -> None:
    report = report_data({"a": result(domain("x"), differing("y"), domain("z", "failed", reason="Why."))})
    assert [(s["status"], s["count"]) for s in report["statuses"]] == [("failed", 1), ("planned", 1), ("unchanged", 1)]
    assert report["statuses"][0]["groups"][0]["reason"] == "Why."


def test_domains_that_differ_alike_are_one_group() -> None:
    report = report_data({"a": result(differing("x"), differing("y", before="Kiruna"), differing("z"))})
    groups = report["statuses"][0]["groups"]
    assert [[d["name"] for d in group["domains"]] for group in groups] == [["x", "z"], ["y"]]
    assert groups[0]["fields"] == [
        {"field": "city", "before": "Lund", "after": "Malmö", "not_applied": False, "stored": None}
    ]


def test_domains_of_different_profiles_are_never_one_group() -> None:
    report = report_data({"a": result(domain("x")), "b": result(domain("y"))})
    assert [group["profile"] for group in report["statuses"][0]["groups"]] == ["a", "b"]


def test_what_is_stored_instead_is_reported() -> None:
    entry = {**differing("x", "not_applied"), "not_applied": ["city", "state"], "stored": {"city": "LUND", "state": ""}}
    (group,) = report_data({"a": result(entry)})["statuses"][0]["groups"]
    assert [(f["field"], f["stored"], f["not_applied"]) for f in group["fields"]] == [
        ("city", "LUND", True),
        ("state", "", True),
    ]


def test_a_profile_reports_its_counts_its_warnings_and_its_failure_on_one_line() -> None:
    failed = result(domain("x", "failed"), failed=True, msg="One.\nTwo.", warnings=["Mind."])
    (profile,) = report_data({"a": failed})["profiles"]
    assert profile == {
        "name": "a",
        "failed": True,
        "message": "One. Two.",
        "total": 1,
        "counts": [{"label": "Failed", "count": 1}],
        "warnings": ["Mind."],
    }


def test_jobs_and_the_number_of_updates_are_reported() -> None:
    job = {"id": None, "status": "completed", "domain_ids": ["x", "y"], "progress": 50.0}
    report = report_data({"a": result(jobs=[job], api_calls={"write": 2}), "b": result(api_calls={"write": 1})})
    assert report["jobs"] == [
        {"profile": "a", "id": "without an id", "status": "completed", "progress": 50.0, "domains": 2}
    ]
    assert report["writes"] == 3


def test_updates_are_not_denied_where_a_task_ended_without_its_result() -> None:
    lost = {"failed": True, "msg": "MODULE FAILURE", "rc": 137}
    assert report_data({"a": result(api_calls={"write": 2}), "b": lost})["writes"] is None


@pytest.mark.parametrize(
    ("status", "is_past"),
    [("planned", False), ("blocked", False), ("updated", True), ("not_applied", True), ("queued", True)],
)
def test_what_was_stored_before_an_update_is_not_reported_as_what_is_stored(status: str, *, is_past: bool) -> None:
    (group,) = report_data({"a": result(differing("x", status))})["statuses"][0]["groups"]
    assert group["was_sent"] is is_past


def test_domains_that_could_not_be_audited_are_reported_by_their_reasons() -> None:
    found = [
        {"name": "a.example", "findings": []},
        {"name": "b.example", "findings": None, "reason": "No contact."},
        {"id": "dom_c", "name": None, "findings": None, "reason": "No contact."},
        {"name": "d.example", "findings": None, "reason": None},
    ]
    report = report_data({}, findings=found)
    assert report["audited"] == 1
    assert report["unaudited"] == [
        {"reason": "No contact.", "domains": ["b.example", "dom_c"]},
        {"reason": None, "domains": ["d.example"]},
    ]


def test_findings_are_reported_one_by_one() -> None:
    finding = {"field": "city", "kind": "empty", "message": "city is empty."}
    found = [{"id": "1", "name": None, "findings": [finding]}, {"id": "2", "findings": None}, {"id": "3"}]
    assert report_data({}, findings=found)["findings"] == [{"domain": "1", **finding}]


# -- which API --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reported", "given", "shown"),
    [
        ("https://api.example.com/", "https://other.example.com", "https://api.example.com"),
        (None, "http://127.0.0.1:8080/api", "http://127.0.0.1:8080"),
        (None, "", "https://cloud.hostup.se"),
        (None, "https://anna:secret@example.com", "an address that is not usable"),
    ],
)
def test_the_address_of_the_api_is_reported_without_a_secret(reported: str | None, given: str, shown: str) -> None:
    arguments = {"invocation": {"module_args": {"api_url": reported}}} if reported else {}
    assert report_data({"a": result(**arguments)}, api_url=given)["apis"] == [shown]


# -- values -----------------------------------------------------------------------------------------------------------


def test_redaction_leaves_the_names_of_the_fields_and_nothing_else() -> None:
    refused = {"failed": True, "msg": "contacts.email: nobody", "failure": {"code": "invalid_input"}}
    entry = {**differing("x", "not_applied"), "not_applied": ["city"], "stored": {"city": "LUND"}}
    report = report_data({"a": result(entry), "b": refused}, redact=True)

    assert report["redacted"] is True
    assert report["statuses"][0]["groups"][0]["fields"] == [
        {"field": "city", "before": None, "after": None, "not_applied": True, "stored": None}
    ]
    assert report["profiles"][1]["message"] == WITHHELD_PROBLEM
    assert not [value for value in ("Lund", "LUND", "Malmö", "nobody") if value in str(report)]


def test_redaction_takes_values_of_any_length_out_of_every_text() -> None:
    entry = {**differing("x.example", "failed", before="Ås", after="Bo"), "reason": 'The API said "Ås is no Bo".'}
    reported = {"failed": True, "msg": "x.example: Ås is no Bo.", "failure": {"code": "x"}, "warnings": ["Bo, Bosse."]}
    report = report_data({"a": result(entry, **reported)}, redact=True)
    assert report["statuses"][0]["groups"][0]["reason"] == 'The API said "<city> is no <city>".'
    assert report["profiles"][0]["message"] == "x.example: <city> is no <city>."
    assert report["profiles"][0]["warnings"] == ["<city>, Bosse."]


def test_a_failure_without_code_is_withheld_too_and_one_of_the_api_is_reported() -> None:
    results = {
        "a": {"failed": True, "msg": "value of x"},
        "b": {"failed": True, "msg": "No.", "failure": {"code": "x"}},
    }
    assert [p["message"] for p in report_data(results, redact=True)["profiles"]] == [WITHHELD_PROBLEM, "No."]


def test_what_the_module_redacted_is_redacted() -> None:
    entry = domain("x", "planned", changed_fields=["city"], before={"city": None}, after={"city": None})
    assert report_data({"a": result(entry)})["redacted"] is True
    assert report_data({"a": result(differing("x"))})["redacted"] is False


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Åkesson <b> & | `", "Åkesson <b> & | `"),
        ("a\nb\tc\x00", "a⟨U+000A⟩b⟨U+0009⟩c⟨U+0000⟩"),
        ("\u202ex\u200b\u2028\ud800", "⟨U+202E⟩x⟨U+200B⟩⟨U+2028⟩⟨U+D800⟩"),
        (11790, "11790"),
    ],
)
def test_nothing_in_a_text_is_hidden(text: Any, shown: str) -> None:
    assert visible(text) == shown


def code_spans(markdown: str) -> list[Any]:
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(markdown)
    return [child for token in tokens if token.type == "inline" for child in token.children or ()]


HARD = st.text(st.sampled_from("`|\\ a<>*_[]()&\n\t~#-{}%"), min_size=1)


@given(HARD | st.text(min_size=1))
def test_a_text_is_one_code_span_whatever_it_is(text: str) -> None:
    (span,) = code_spans(f"x {markdown_code(text)} x")[1:2]
    assert span.type == "code_inline"
    assert span.content.strip(" ") == visible(text).strip(" ")


@given(HARD)
def test_a_text_is_one_cell_whatever_it_is(text: str) -> None:
    row = f"| {markdown_code(text, cell=True)} | end |"
    spans = code_spans(f"| a | b |\n| --- | --- |\n{row}\n")
    # Two cells of the heading, the code, and the cell after it.
    assert [span.type for span in spans] == ["text", "text", "code_inline", "text"]
    assert spans[2].content.strip(" ") == visible(text).strip(" ")


def test_an_empty_text_stays_empty() -> None:
    assert markdown_code("") == ""
