# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report about contacts says."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._result import messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.drift_messages import (
    LABELS,
    MEANINGS,
    WITHHELD_PROBLEM,
    State,
)
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status
from ansible_collections.hostup.cloud.plugins.module_utils._role.drift import CHANGES, report_facts
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.reported import differing, domain, result

SENT = {"api_calls": {"write": 1}}


def test_every_state_of_a_domain_has_a_heading_and_a_meaning_and_every_status_a_state() -> None:
    assert list(LABELS) == list(MEANINGS) == list(State)
    for status in Status:
        report = report_facts(result(differing("x", status.value)))
        assert sum(report["counts"][state.value] for state in State) == 1


def test_what_differs_comes_first() -> None:
    assert tuple(State)[: len(CHANGES)] == CHANGES


@pytest.mark.parametrize(
    ("given", "verdict", "headline"),
    [
        ({}, "good", "No profile is assigned to any domain."),
        ({"profiles": {"a": {}}}, "good", "No domain has an assigned profile."),
        (result(domain("x")), "good", "The domain is in sync."),
        (result(domain("x"), domain("y")), "good", "All 2 domains are in sync."),
        (
            result(domain("x"), domain("y", "skipped")),
            "good",
            "1 of 2 domains is in sync, and nothing has to be changed.",
        ),
        (result(differing("x"), domain("y")), "drift", "1 of 2 domains has drifted."),
        (result(differing("x"), differing("y")), "drift", "2 of 2 domains have drifted."),
        (result(differing("x", "queued"), **SENT), "drift", "1 of 1 domain is still to be updated."),
        (result(differing("x", "updated"), **SENT), "good", "1 of 1 domain was updated."),
        (
            result(differing("x", "updated"), differing("y", "updated"), differing("z", "not_applied"), **SENT),
            "trouble",
            "1 of 3 domains is not stored as declared. 2 of 3 domains were updated.",
        ),
        (
            result(differing("x", "failed", reason="No."), domain("y"), failed=True, msg="No.", **SENT),
            "trouble",
            "The run failed. 1 of 2 domains differs, and its update failed.",
        ),
        ({"failed": True, "msg": "No key."}, "trouble", "The run failed."),
        (
            result(
                domain("x", "failed"),
                domain("y", "skipped", reason=messages.NOT_COMPARED),
                domain("z", "skipped", reason=messages.NOT_COMPARED),
                failed=True,
                msg="No.",
            ),
            "trouble",
            "The run failed. 1 of 3 domains could not be read. 2 of 3 domains were not compared.",
        ),
    ],
)
def test_the_headline_says_what_matters(given: dict[str, Any], verdict: str, headline: str) -> None:
    report = report_facts(given)
    assert (report["verdict"], report["headline"]) == (verdict, headline)


@pytest.mark.parametrize(
    ("others", "headline"),
    [
        ([], "1 of 1 domain has drifted, and cannot be edited now."),
        ([domain("y")], "1 of 2 domains has drifted, and cannot be edited now."),
        ([differing("y"), differing("z")], "3 of 3 domains have drifted, 1 of them cannot be edited now."),
    ],
)
def test_a_domain_that_differs_and_is_blocked_differs(others: list[Any], headline: str) -> None:
    report = report_facts(result(differing("x", "blocked", reason="In transfer."), *others))
    assert (report["verdict"], report["headline"]) == ("drift", headline)
    assert report["changes"][-1]["reason"] == "In transfer."


@pytest.mark.parametrize("code", ["too_many_changes", "blocked", "material_change_denied", "preflight_failed"])
@pytest.mark.parametrize("reason", [messages.NOT_WRITTEN, "Not now."])
def test_a_guard_that_ends_a_run_says_nothing_against_what_was_read(code: str, reason: str) -> None:
    stopped = [domain(name, "failed", changed_fields=["city"], reason=reason) for name in "xy"]
    report = report_facts(result(*stopped, domain("z"), failed=True, msg="No.", failure={"code": code}))
    assert report["headline"] == "The run failed. 2 of 3 domains have drifted."
    assert report["counts"]["unread"] == 0
    (change,) = report["changes"]
    assert change["reason"] == (None if reason == messages.NOT_WRITTEN else reason)
    assert change["fields"] == [{"field": "city"}]


def test_a_field_that_cannot_be_read_is_reported_as_unread_and_the_other_domains_are_not() -> None:
    unreadable = differing("x", "failed", reason="What is stored in email cannot be read.")
    stopped = differing("y", "failed", reason=messages.NOT_WRITTEN)
    report = report_facts(result(unreadable, stopped, failed=True, msg="No.", failure={"code": "unreadable_field"}))
    assert [group["state"] for group in report["changes"] + report["others"]] == ["drifted", "unread"]


def test_an_update_that_was_not_sent_after_another_failed_is_none_that_failed() -> None:
    sent, other = differing("x", "failed", reason="No."), differing("y", "failed", reason=messages.NOT_WRITTEN)
    report = report_facts(result(sent, other, failed=True, msg="No.", **SENT))
    assert [group["state"] for group in report["changes"]] == ["failed", "drifted"]


def test_the_same_change_of_many_domains_is_reported_once_whatever_their_profiles() -> None:
    domains = [differing("x"), differing("y", before="Kiruna"), differing("z", profile="b"), differing("w")]
    changes = report_facts(result(*domains))["changes"]
    assert [[d["name"] for d in change["domains"]] for change in changes] == [["x", "z", "w"], ["y"]]
    assert [change["profiles"] for change in changes] == [["a", "b"], ["a"]]
    assert changes[0]["fields"] == [{"field": "city", "before": "Lund", "after": "Malmö"}]


def test_the_most_urgent_changes_come_first_and_of_them_the_largest() -> None:
    domains = [differing("x"), *(differing(n, before="Kiruna") for n in "yz"), differing("w", "not_applied")]
    changes = report_facts(result(*domains, **SENT))["changes"]
    assert [(change["state"], len(change["domains"])) for change in changes] == [
        ("not_applied", 1),
        ("drifted", 2),
        ("drifted", 1),
    ]


def test_what_is_stored_now_is_reported_where_an_update_was_refused_or_altered_something() -> None:
    entry = differing("x", "not_applied", not_applied=["city"], altered=["state"], stored={"city": "LUND", "state": ""})
    (change,) = report_facts(result(entry, **SENT))["changes"]
    assert change["fields"] == [
        {"field": "city", "before": "Lund", "after": "Malmö", "stored": "LUND"},
        {"field": "state", "stored": ""},
    ]


def test_fields_that_are_left_alone_are_reported_with_their_domains_and_are_no_drift() -> None:
    names = ["firstname", "lastname"]
    entries = [domain("x.se", held_back=names), differing("y.se", held_back=names), domain("z.se", held_back=[])]
    report = report_facts(result(*entries))
    assert [(g["fields"], [d["name"] for d in g["domains"]]) for g in report["held_back"]] == [
        (names, ["x.se", "y.se"])
    ]
    assert report_facts(result(entries[0]))["verdict"] == "good"


def test_a_warning_is_reported_once_with_others_and_with_what_fits_no_domain() -> None:
    given = result(warnings=["Mind.", "Mind.", "Look."], unmatched=['assignments[0].tlds "se"'])
    assert report_facts(given, warnings=["Look.", "Other."])["warnings"] == [
        "Mind.",
        "Look.",
        "Other.",
        'assignments[0].tlds "se" fits no domain of the account.',
    ]


def test_a_profile_reports_its_counts_also_where_it_has_no_domain() -> None:
    given = result(differing("x"), domain("y"), domain("z", profile="b"))
    given["profiles"]["c"] = {}
    assert report_facts(given)["profiles"] == [
        {"name": "a", "total": 2, "counts": {"drifted": 1, "unchanged": 1}},
        {"name": "b", "total": 1, "counts": {"unchanged": 1}},
        {"name": "c", "total": 0, "counts": {}},
    ]


def test_a_failure_is_reported_on_one_line() -> None:
    assert report_facts({"failed": True, "msg": "One.\nTwo.", "failure": {"code": "x"}})["failure"] == {
        "code": "x",
        "message": "One. Two.",
    }


def test_the_result_of_the_module_with_one_contact_is_reported_too() -> None:
    entry = {key: value for key, value in differing("x").items() if key != "profile"}
    report = report_facts({"domains": [entry], "api_calls": {"write": 0}})
    assert report["headline"] == "1 of 1 domain has drifted."
    assert report["profiles"] == report["changes"][0]["profiles"] == []


def test_jobs_and_the_number_of_updates_are_reported() -> None:
    job = {"id": None, "status": "completed", "domain_ids": ["x", "y"], "progress": 50.0}
    report = report_facts(result(jobs=[job], api_calls={"write": 2}))
    assert report["jobs"] == [{"id": None, "status": "completed", "progress": 50.0, "domains": 2}]
    assert report["writes"] == 2


def test_updates_are_not_denied_where_a_task_ended_without_its_result() -> None:
    assert report_facts({"failed": True, "msg": "MODULE FAILURE", "rc": 137})["writes"] is None


# -- the audit --------------------------------------------------------------------------------------------------------


def finding(field: str, kind: str) -> dict[str, Any]:
    return {"field": field, "kind": kind, "message": f"{field} is {kind}."}


def test_domains_that_could_not_be_audited_are_reported_by_their_reasons() -> None:
    found = [
        {"name": "a.example", "findings": []},
        {"name": "b.example", "findings": None, "reason": "No contact."},
        {"id": "dom_c", "name": None, "findings": None, "reason": "No contact."},
        {"name": "d.example", "findings": None, "reason": None},
    ]
    audit = report_facts({}, findings=found)["audit"]
    assert audit["audited"] == 1
    assert [(g["reason"], [d["name"] or d["id"] for d in g["domains"]]) for g in audit["unaudited"]] == [
        ("No contact.", ["b.example", "dom_c"]),
        (None, ["d.example"]),
    ]


def test_findings_are_reported_by_domain_and_the_same_of_several_domains_once() -> None:
    same = [finding("city", "empty"), finding("email", "placeholder")]
    found = [
        {"id": "1", "name": "x.example", "findings": same},
        {"id": "2", "name": "y.example", "findings": same[:1]},
        {"id": "3", "name": "z.example", "findings": same},
        {"id": "4", "name": "w.example", "findings": []},
    ]
    groups = report_facts({}, findings=found)["audit"]["findings"]
    assert [(g["findings"], [d["name"] for d in g["domains"]]) for g in groups] == [
        (same, ["x.example", "z.example"]),
        (same[:1], ["y.example"]),
    ]


def test_nothing_is_called_an_outlier_that_is_declared_for_the_domain() -> None:
    profiles = {
        "base": {"city": "Lund", "phone": "+46700000000"},
        "a": {"base": "base", "city": None, "email": "a@b.se"},
    }
    outliers = [finding(name, "outlier") for name in ("city", "email", "phonenumber")]
    found = [
        {"id": "dom_x", "name": "x", "findings": [*outliers, finding("email", "empty")]},
        {"id": "dom_other", "name": "other", "findings": outliers},
    ]
    audit = report_facts(result(domain("x")), findings=found, profiles=profiles)["audit"]
    # null declares nothing, and what is refused is refused.
    assert [group["findings"] for group in audit["findings"]] == [[outliers[0], finding("email", "empty")], outliers]


def test_without_an_audit_there_is_none() -> None:
    assert report_facts({})["audit"] is None
    assert report_facts({}, findings=[])["audit"] is None


# -- which API --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("returned", "kept", "given", "shown"),
    [
        ("https://asked.example.com", "https://b.example.com", "https://c.example.com", "https://asked.example.com"),
        (None, "https://api.example.com/", "https://other.example.com", "https://api.example.com"),
        (None, None, "http://127.0.0.1:8080/api", "http://127.0.0.1:8080"),
        (None, None, "https://anna:secret@example.com", "an address that is not usable"),
        (None, None, "", None),
    ],
)
def test_the_address_is_reported_that_was_asked_and_none_that_was_not(
    returned: str | None, kept: str | None, given: str, shown: str | None
) -> None:
    arguments = {"invocation": {"module_args": {"api_url": kept}}} if kept else {}
    assert report_facts(result(api_url=returned, **arguments), api_url=given)["api_url"] == shown


# -- values -----------------------------------------------------------------------------------------------------------


def test_redaction_leaves_the_names_of_the_fields_and_nothing_else() -> None:
    entry = differing("x", "not_applied", not_applied=["city"], stored={"city": "LUND"})
    report = report_facts(result(entry, **SENT), redact=True)
    assert report["redacted"] is True
    assert report["changes"][0]["fields"] == [{"field": "city", "before": None, "after": None, "stored": None}]
    assert not [value for value in ("Lund", "LUND", "Malmö") if value in str(report)]


def test_redaction_takes_values_of_any_length_out_of_every_text() -> None:
    entry = differing("x.example", "failed", before="Ås", after="Bo", reason='The API said "Ås is no Bo".')
    given = {"failed": True, "msg": "x.example: Ås is no Bo.", "failure": {"code": "x"}, "warnings": ["Bo, Bosse."]}
    report = report_facts(result(entry, **given), redact=True, warnings=["Ås."])
    assert report["changes"][0]["reason"] == 'The API said "<city> is no <city>".'
    assert report["failure"]["message"] == "x.example: <city> is no <city>."
    assert report["warnings"] == ["<city>, Bosse.", "<city>."]


@pytest.mark.parametrize(
    ("failure", "message"),
    [({}, WITHHELD_PROBLEM), ({"code": "invalid_input"}, WITHHELD_PROBLEM), ({"code": "x"}, "value of x")],
)
def test_a_failure_that_could_quote_a_value_is_withheld(failure: dict[str, str], message: str) -> None:
    given = {"failed": True, "msg": "value of x", "failure": failure}
    assert report_facts(given, redact=True)["failure"]["message"] == message


def test_what_the_module_redacted_is_redacted() -> None:
    entry = differing("x", before=None, after=None)
    report = report_facts(result(entry))
    assert report["redacted"] is True
    assert report["changes"][0]["fields"] == [{"field": "city", "before": None, "after": None}]
    assert report_facts(result(differing("x")))["redacted"] is False


class Text:
    """What Ansible keeps a vaulted value in: no `str`, and a text all the same."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


def test_a_text_that_is_no_string_works_wherever_a_string_does() -> None:
    entry = differing("x", before=Text("Lund"), after=Text("Malmö"), reason=Text("Why."))
    entry |= {"name": Text("x.example"), "id": Text("dom_x"), "status": Text("blocked")}
    found = [{"id": Text("dom_x"), "name": Text("x.example"), "findings": [finding("city", "empty")]}]
    given = result(entry, failed=True, msg=Text("No."), warnings=[Text("Mind.")], api_url=Text("https://a.example.com"))
    report = report_facts(given, findings=found)
    (change,) = report["changes"]
    assert change["fields"] == [{"field": "city", "before": "Lund", "after": "Malmö"}]
    assert change["domains"] == report["audit"]["findings"][0]["domains"] == [{"id": "dom_x", "name": "x.example"}]
    assert (change["reason"], report["failure"]["message"], report["warnings"]) == ("Why.", "No.", ["Mind."])
    assert report["api_url"] == "https://a.example.com"
