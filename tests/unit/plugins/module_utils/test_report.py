# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the result of a run reports, however far the run came."""

from __future__ import annotations

from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job, JobStatus
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison, Plan
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Outcome, Report
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import plan_for, whole

A, B, C = Domain("dom_a", "a.example"), Domain("dom_b", "b.example"), Domain("dom_c", "c.example")
ALTERED = {"email": "eva@example.com"}
NO_CALLS = {"read": 0, "write": 0, "poll": 0}


def report_of(*cities: str, check_mode: bool = False, redact: bool = False) -> Report:
    report = Report(check_mode=check_mode, redact=redact)
    report.domains = [A, B, C][: len(cities)]
    stored = {domain.id or "": whole({"city": city}) for domain, city in zip(report.domains, cities)}
    report.plan = plan_for(report.domains, stored, {"city": "Lund"}, Comparison())
    return report


def result_of(report: Report, *, with_diff: bool = False) -> dict[str, Any]:
    return report.as_result(with_diff=with_diff, api_calls=NO_CALLS)


def statuses(report: Report) -> list[str]:
    return [entry["status"] for entry in result_of(report)["domains"]]


def test_before_the_plan_every_domain_is_skipped() -> None:
    report = Report(check_mode=False)
    report.domains = [A, Domain(None, "b.example")]
    assert statuses(report) == ["skipped", "skipped"]
    assert result_of(report)["changed"] is False


def test_in_check_mode_what_differs_is_planned_and_changed() -> None:
    report = report_of("Lund", "Umeå", check_mode=True)
    assert statuses(report) == ["unchanged", "planned"]
    assert result_of(report)["changed"] is True
    assert result_of(report_of("Lund", check_mode=True))["changed"] is False


def test_a_run_that_ends_before_a_write_has_failed_for_what_differs_and_changed_nothing() -> None:
    report = report_of("Lund", "Umeå")
    assert statuses(report) == ["unchanged", "failed"]
    assert result_of(report)["changed"] is False


def test_changed_as_soon_as_anything_may_have_been_written() -> None:
    report = report_of("Umeå")
    report.written.add("dom_a")
    report.record_outcome(["dom_a"], Outcome(Status("failed"), "It is not known."))
    assert result_of(report)["changed"] is True


def test_an_entry_reports_the_plan_and_the_outcome() -> None:
    report = report_of("Umeå")
    report.record_outcome(
        ["dom_a"],
        Outcome(Status("not_applied"), "Other values.", (("email", "email_domain"),), {"city": "Umea"}, ALTERED),
    )
    assert result_of(report)["domains"] == [
        {
            "id": "dom_a",
            "name": "a.example",
            "status": "not_applied",
            "changed_fields": ["city"],
            "before": {"city": "Umeå"},
            "after": {"city": "Lund"},
            "equivalent": [{"field": "email", "rule": "email_domain"}],
            "unverifiable": [],
            "not_applied": ["city"],
            "altered": ["email"],
            "held_back": [],
            "stored": {"city": "Umea", "email": "eva@example.com"},
            "reason": "Other values.",
        }
    ]


def test_the_summary_counts_each_status() -> None:
    report = report_of("Lund", "Umeå", "Visby")
    report.record_outcome(["dom_b"], Outcome(Status("updated")))
    summary = result_of(report)["summary"]
    assert summary == {
        **dict.fromkeys((status.value for status in Status), 0),
        "total": 3,
        "unchanged": 1,
        "updated": 1,
        "failed": 1,
    }


def test_jobs_are_reported_with_their_domains() -> None:
    report = report_of("Umeå")
    report.jobs = [Job("dbj_1", "/api/jobs/dbj_1", ("dom_a",), JobStatus.COMPLETED, 100)]
    assert result_of(report)["jobs"] == [
        {"id": "dbj_1", "status": "completed", "domain_ids": ["dom_a"], "progress": 100}
    ]


def test_the_diff_is_there_on_demand_only() -> None:
    assert "diff" not in result_of(report_of("Umeå"))
    assert len(result_of(report_of("Umeå"), with_diff=True)["diff"]) == 1
    assert result_of(Report(check_mode=False), with_diff=True)["diff"] == []


def test_a_sentence_names_three_domains_and_counts_the_rest() -> None:
    report = Report(check_mode=False)
    report.domains = [Domain(str(number), f"{number}.example") for number in range(1, 61)]
    assert report.format_names(["1", "2"]) == "1.example, 2.example"
    assert (
        report.format_names([str(number) for number in range(1, 61)]) == "1.example, 2.example, 3.example and 57 more"
    )


def test_contact_values_are_taken_out_of_texts() -> None:
    report = Report(check_mode=False)
    report.domains = [Domain("1", "example.com")]
    report.mark_sensitive({"firstname": "Anna", "email": "anna@example.com", "city": "", "country": "SE"})
    report.mark_sensitive({"companyname": "example.com"})
    text = 'SE: "anna@example.com" of Anna (not Annabel) at example.com'
    assert report.safe_text(text) == 'SE: "<email>" of <firstname> (not Annabel) at example.com'


def test_stored_values_are_taken_out_of_texts_too_unless_they_are_as_short_as_any_word() -> None:
    report = report_of("Umeå", "Ås")
    assert report.safe_text("2 of 3 in Umeå, 1 in Ås") == "2 of 3 in <city>, 1 in Ås"
    report.record_outcome(["dom_a"], Outcome(Status("failed"), "No such street in Umeå."))
    assert result_of(report)["domains"][0]["reason"] == "No such street in <city>."


def test_with_redact_no_stored_value_is_too_short_to_be_taken_out() -> None:
    report = report_of("Umeå", "Ås", redact=True)
    assert report.safe_text("1 in Umeå, 1 in Ås") == "1 in <city>, 1 in <city>"


def test_with_redact_no_words_of_the_api_are_shown() -> None:
    words = "No such street in Umeå."
    assert report_of("Umeå").safe_words(words) == "No such street in <city>."
    assert report_of("Umeå", redact=True).safe_words(words) == "(withheld)"


def test_with_redact_the_fields_stay_and_their_values_are_null() -> None:
    report = report_of("Umeå", redact=True)
    report.record_outcome(["dom_a"], Outcome(Status("not_applied"), "Other values in Umea.", (), {"city": "Umea"}))
    result = result_of(report, with_diff=True)
    assert "Ume" not in str({**result, "domains": [{**result["domains"][0], "reason": None}]})
    entry = result["domains"][0]
    assert (entry["before"], entry["after"], entry["stored"]) == ({"city": None}, {"city": None}, {"city": None})
    assert (entry["changed_fields"], entry["not_applied"]) == (["city"], ["city"])
    assert result["diff"][0]["after"] == "other values for city\n"


def test_a_domain_that_does_not_meet_the_condition_is_skipped_and_reports_why_without_the_value() -> None:
    report = Report(check_mode=True)
    report.domains = [A, B, C]
    stored = {
        "dom_a": whole({"city": "Umeå", "email": "erik@example.com"}),
        "dom_b": whole({"city": "Umeå", "email": "eva@example.com"}),
        "dom_c": whole({"city": "Lund", "email": "eva@example.com", "firstname": "Eva"}),
    }
    condition = {"email": "erik@example.com", "firstname": ""}
    report.take_plan(plan_for(report.domains, stored, {"city": "Lund"}, Comparison(), condition))
    assert statuses(report) == ["planned", "skipped", "skipped"]
    assert [entry["reason"] for entry in result_of(report)["domains"]] == [
        None,
        "Left alone, because its stored email differs from when_current.",
        "Left alone, because its stored firstname, email differ from when_current. It is in sync already.",
    ]


def test_in_check_mode_a_run_that_fails_would_change_nothing() -> None:
    report = report_of("Lund", "Umeå", check_mode=True)
    report.take_error(HostUpError("Too many.", code="too_many_changes"))
    assert statuses(report) == ["unchanged", "failed"]
    assert result_of(report)["changed"] is False


def test_the_backup_is_reported_if_there_is_one() -> None:
    report = report_of("Umeå")
    assert "backup_file" not in result_of(report)
    report.backup_file = "/backups/1.json"
    assert result_of(report)["backup_file"] == "/backups/1.json"


def test_what_the_api_never_reports_is_warned_of_once_with_the_domains() -> None:
    report = Report(check_mode=True)
    report.domains = [A, B, C]
    cities = {"dom_a": "Umeå", "dom_b": "Visby", "dom_c": "Lund"}
    stored = {domain_id: whole({"city": city}, absent={"address2"}) for domain_id, city in cities.items()}
    report.take_plan(plan_for(report.domains, stored, {"city": "Lund"}, Comparison()))
    (warning,) = report.warnings
    assert warning == (
        "The API does not return address2 of a.example, b.example, so an update has to leave it out. Whether the API"
        " then keeps what is stored is not documented. Declare address2 to be sure."
    )


def test_a_write_may_have_been_carried_out_from_the_moment_it_is_sent() -> None:
    report = report_of("Umeå")
    report.sending(["dom_a"])
    assert result_of(report)["changed"] is True
    assert result_of(report)["domains"][0]["reason"] == (
        "The run ended while the update was sent, so it is not known whether the API acted."
    )
    assert statuses(report) == ["failed"]
    report.not_sent(["dom_a"])
    assert result_of(report)["changed"] is False


def test_what_to_do_after_an_interrupt_depends_on_what_was_sent() -> None:
    report = report_of("Umeå", "Visby")
    assert report.advice() == ""
    report.sending(["dom_a", "dom_b"])
    assert report.advice() == "Updates were sent. Run the task again: it compares first."
    over = Job("dbj_1", "/api/jobs/dbj_1", ("dom_a",), JobStatus.COMPLETED)
    report.jobs = [over, Job("dbj_2", "/api/jobs/dbj_2", ("dom_b",), JobStatus.RUNNING)]
    assert "1 job may be under way: give pending_jobs dbj_2 to the next run" in report.advice()


def test_nothing_is_warned_of_twice() -> None:
    report = report_of("Umeå")
    report.warn_once("One.", "Two.")
    report.warn_once("Two.", "Three.")
    assert report.warnings == ["One.", "Two.", "Three."]
    report.warn_once()
    report.warn_once("One.")
    report.warnings.append("Four.")
    report.warn_once("Four.")
    assert report.warnings == ["One.", "Two.", "Three.", "Four."]


def test_only_the_very_same_words_are_not_said_again() -> None:
    report = report_of("Umeå")
    report.warn_once("One.")
    report.warn_once("One. And more.")
    assert report.warnings == ["One.", "One. And more."]


def test_a_change_is_news_once() -> None:
    report = report_of("Umeå")
    assert report.is_news("dom_a", ("email",))
    assert not report.is_news("dom_a", ("email",))
    assert report.is_news("dom_a", ("email", "city"))
    assert not report.is_news("dom_a", ("email", "city"))
    assert not report.is_news("dom_a", ("email",)), "what was asked about stays so"
    assert report.is_news("dom_a", ("city",)), "part of a change is another change"


def test_a_change_of_one_domain_is_news_of_another_and_of_another_run() -> None:
    report = report_of("Umeå", "Visby")
    assert report.is_news("dom_a", ("email",))
    assert report.is_news("dom_b", ("email",))
    assert report_of("Umeå").is_news("dom_a", ("email",))


def test_a_plan_of_the_rest_takes_the_place_of_its_domains_and_warns_of_nothing_again() -> None:
    report = Report(check_mode=False)
    report.domains = [A, B]
    declared = {"city": "Lund", "address2": "Lgh 1101"}

    def plan_now(**cities: str) -> Plan:
        stored = {domain_id: whole({"city": city}, absent={"address2"}) for domain_id, city in cities.items()}
        return plan_for([d for d in (A, B) if d.id in cities], stored, declared, Comparison())

    report.take_plan_again(plan_now(dom_a="Umeå"))
    assert report.plan is None
    report.take_plan(plan_now(dom_a="Umeå", dom_b="Visby"))
    (warning,) = report.warnings
    report.take_plan_again(plan_now(dom_b="Kiruna"))
    assert [entry["before"] for entry in result_of(report)["domains"]] == [{"city": "Umeå"}, {"city": "Kiruna"}]
    assert report.warnings == [warning]


def test_names_that_a_read_returns_are_kept_where_none_was_known() -> None:
    report = Report(check_mode=False)
    report.domains = [Domain("dom_a"), Domain("dom_b", "b.example")]
    report.take_names({"dom_a": "a.example", "dom_b": "xn--b.example"})
    assert [domain.name for domain in report.domains] == ["a.example", "b.example"]


def test_the_counts_say_how_many_domains_have_which_status() -> None:
    assert report_of("Lund", "Umeå", "Lund", check_mode=True).counts() == "1 to change, 2 unchanged."
    written = report_of("Lund", "Umeå", "Malmö")
    written.record_outcome(["dom_b"], Outcome(Status.UPDATED))
    written.record_outcome(["dom_c"], Outcome(Status.NOT_APPLIED, "Other values."))
    assert written.counts() == "1 updated, 1 unchanged, 1 not applied."


def test_nothing_is_counted_before_anything_was_compared() -> None:
    report = Report(check_mode=True)
    assert report.counts() == ""
    report.domains = [A]
    assert report.counts() == ""


def test_a_failed_run_returns_values_only_of_what_did_not_end_well_and_was_come_to() -> None:
    report = report_of("Umeå", "Umeå", "Umeå")
    report.record_outcome(["dom_a"], Outcome(Status.UPDATED))
    report.record_outcome(["dom_b"], Outcome(Status.NOT_APPLIED, "Other values.", (), {"city": "Umea"}))
    report.failed = True
    entries = result_of(report)["domains"]
    assert [entry["before"] for entry in entries] == [{}, {"city": "Umeå"}, {}]
    assert [entry["after"] for entry in entries] == [{}, {"city": "Lund"}, {}]
    assert [entry["changed_fields"] for entry in entries] == [["city"]] * 3
