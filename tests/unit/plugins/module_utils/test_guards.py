# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guards: what they let pass, what they warn of, and what ends a run before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Answers, EditGate
from ansible_collections.hostup.cloud.plugins.module_utils._api.v2 import ApiV2
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import StoredContact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.guards import (
    ALLOW,
    DENY,
    EACH,
    FAIL,
    LIST,
    NONE,
    SKIP,
    WARN,
    GuardSettings,
    pass_guards,
    read_guards,
)
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison, Plan
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import Exchange, MissingDomains, Refused
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Report
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import plan_for, whole

OPEN = EditGate(True)
SHUT = EditGate(False, "A transfer is in progress.", "pending_order")


def row(service_status: Any = "active", transfer: Any = False) -> dict[str, Any]:
    """Return a row of the domain list."""
    return {"serviceStatus": service_status, "lifecycle": {"transferInProgress": transfer}}


@dataclass
class Gatekeeper:
    """The part of an API that the guards ask; it keeps what it was asked for."""

    gates: dict[str, EditGate] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)
    pages: list[list[Domain]] = field(default_factory=list)
    has_edit_gates: bool = True
    sends_complete_contact: bool = False
    asked: list[list[str]] = field(default_factory=list)
    pages_read: int = 0

    def edit_gates(self, domains: Sequence[Domain]) -> Answers[EditGate]:
        ids = [domain.id or "" for domain in domains]
        self.asked.append(ids)
        values = {i: self.gates.get(i, OPEN) for i in ids if i not in self.failures}
        return Answers(values, {i: self.failures[i] for i in ids if i in self.failures}, self.errors)

    def is_editable_by_status(self, domain: Domain) -> bool:
        return ApiV2.is_editable_by_status(cast("ApiV2", self), domain)

    def domain_pages(self) -> Iterator[list[Domain]]:
        for page in self.pages:
            self.pages_read += 1
            yield page


@dataclass
class Passage:
    """How the guards were passed."""

    report: Report
    plan: Plan | None = None
    error: HostUpError | None = None

    @property
    def statuses(self) -> list[str]:
        return [entry["status"] for entry in self.report.as_result(with_diff=False, api_calls={})["domains"]]


def passage(
    api: Gatekeeper | None = None,
    *,
    domains: Sequence[Domain] = (Domain("dom_a", "a.example"), Domain("dom_b", "b.example"), Domain("dom_c", "c.se")),
    declared: Contact | None = None,
    as_declared: Sequence[str] = (),
    check_mode: bool = False,
    **settings: Any,
) -> Passage:
    """Pass the guards with a plan that changes all the domains but those ``as_declared``."""
    declared = {"city": "Malmö"} if declared is None else declared
    old = {"firstname": "Erik", "city": "Umeå", "companyname": "Example AB", "email": "erik@example.com"}
    stored = {d.id or "": whole(declared if d.id in as_declared else old) for d in domains}
    report = Report(check_mode=check_mode)
    report.domains = list(domains)
    plan = plan_for(domains, stored, declared, Comparison())
    report.take_plan(plan)
    done = Passage(report)
    # It answers the few requests of the guards, and is no Api.
    gatekeeper: Any = api or Gatekeeper()
    try:
        done.plan = report.plan = pass_guards(plan, gatekeeper, report, GuardSettings(**settings))
    except HostUpError as error:
        done.error = error
        report.take_error(error)
    return done


# -- preflight ---------------------------------------------------------------------------------------------------------


def test_every_domain_that_would_change_is_asked_for_and_no_other() -> None:
    api = Gatekeeper()
    done = passage(api, as_declared=["dom_b"])
    assert api.asked == [["dom_a", "dom_c"]]
    assert done.plan is not None
    assert [entry.domain.id for entry in done.plan.changing] == ["dom_a", "dom_c"]
    assert done.report.warnings == []


@pytest.mark.parametrize("preflight", [EACH, LIST, NONE])
def test_nothing_is_asked_if_nothing_would_change(preflight: str) -> None:
    api = Gatekeeper()
    passage(api, as_declared=["dom_a", "dom_b", "dom_c"], preflight=preflight, max_changed=0, material_changes=DENY)
    assert (api.asked, api.pages_read) == ([], 0)


def test_without_preflight_nothing_is_asked() -> None:
    api = Gatekeeper(gates={"dom_a": SHUT})
    assert passage(api, preflight=NONE).error is None
    assert api.asked == []


def test_an_api_that_cannot_report_is_not_asked() -> None:
    api = Gatekeeper(gates={"dom_a": SHUT}, has_edit_gates=False)
    assert passage(api).error is None
    assert api.asked == []


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_blocked_domain_ends_the_run_with_the_words_of_the_api(check_mode: bool) -> None:
    done = passage(Gatekeeper(gates={"dom_b": SHUT}), on_blocked=FAIL, check_mode=check_mode)
    assert done.error is not None
    assert done.error.code == "blocked"
    assert str(done.error).startswith("1 of the 3 domains that would change cannot be edited now. Nothing was written.")
    assert 'b.example: It cannot be edited now: "A transfer is in progress" (pending_order).' in str(done.error)
    assert done.statuses == ["failed", "blocked", "failed"]
    assert done.report.changed is False


def test_a_blocked_domain_can_be_left_out_with_a_warning() -> None:
    done = passage(Gatekeeper(gates={"dom_b": SHUT}), on_blocked=SKIP, check_mode=True)
    assert done.error is None
    assert done.statuses == ["planned", "blocked", "planned"]
    assert done.report.changed is True
    (warning,) = done.report.warnings
    assert "b.example" in warning
    assert "pending_order" in warning
    assert [item["after_header"] for item in done.report.as_result(with_diff=True, api_calls={})["diff"]] == [
        "2 domains: a.example, c.se",
    ]


def test_a_run_of_which_every_change_is_blocked_changes_nothing() -> None:
    done = passage(Gatekeeper(gates=dict.fromkeys(["dom_a", "dom_b", "dom_c"], SHUT)), on_blocked=SKIP, check_mode=True)
    assert done.report.changed is False
    assert done.plan is not None
    assert done.plan.changing == ()


def test_a_gate_without_words_is_shut_all_the_same() -> None:
    done = passage(Gatekeeper(gates={"dom_b": EditGate(False)}))
    assert "It cannot be edited now: the API gave no reason." in str(done.error)


def test_a_gate_that_the_api_does_not_report_is_tried_with_a_warning() -> None:
    done = passage(Gatekeeper(gates={"dom_b": EditGate(None)}))
    assert done.error is None
    assert done.report.warnings == ["The API did not say whether b.example can be edited, so the update is tried."]


def test_a_domain_that_cannot_be_asked_for_ends_the_run() -> None:
    refused = Refused(Exchange("GET", "/x", "ask"), "HTTP 404.", code="not_found", http_status=404, request_id="req_1")
    done = passage(Gatekeeper(failures={"dom_b": "HTTP 404."}, errors={"dom_b": refused}))
    assert isinstance(done.error, MissingDomains)
    assert done.error.code == "preflight_failed"
    assert "whether 1 of 3 domains can be edited. Nothing was written. b.example: HTTP 404." in str(done.error)
    assert "req_1" in str(done.error)


# -- preflight by the list ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reported", "suspicious"),
    [
        (row(), False),
        (row("suspended"), True),
        (row(None), True),
        (row(transfer=True), True),
        (row(transfer=None), True),
        ({"serviceStatus": "active"}, True),
        ({"serviceStatus": "active", "lifecycle": "?"}, True),
        ({}, True),
    ],
)
def test_by_the_list_only_what_is_not_active_and_at_rest_is_asked_for(
    reported: dict[str, Any], suspicious: bool
) -> None:
    pages = [[Domain("dom_a", None, row()), Domain("dom_b", None, reported)], [Domain("dom_c", None, row())]]
    api = Gatekeeper(pages=pages)
    passage(api, preflight=LIST)
    assert api.asked == [["dom_b"] if suspicious else []]


def test_a_domain_that_the_list_does_not_hold_is_asked_for() -> None:
    api = Gatekeeper(pages=[[Domain("dom_a", None, row()), Domain("dom_b", None, row())]])
    passage(api, preflight=LIST)
    assert api.asked == [["dom_c"]]


def test_no_page_is_read_after_the_last_domain_was_found() -> None:
    api = Gatekeeper(pages=[[Domain(i, None, row()) for i in ("dom_c", "dom_b", "dom_a")], [Domain("dom_z")]])
    passage(api, preflight=LIST)
    assert api.pages_read == 1


def test_what_was_read_to_resolve_the_names_is_not_read_again() -> None:
    api = Gatekeeper()
    passage(
        api, domains=[Domain("dom_a", "a.example", row()), Domain("dom_b", "b.example", row("pending"))], preflight=LIST
    )
    assert api.pages_read == 0
    assert api.asked == [["dom_b"]]


# -- how many may change -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "passes"), [(None, True), (3, True), (2, False), (0, False)])
@pytest.mark.parametrize("check_mode", [False, True])
def test_more_changes_than_announced_end_the_run_before_anything_is_asked(
    limit: int | None, passes: bool, check_mode: bool
) -> None:
    api = Gatekeeper()
    done = passage(api, max_changed=limit, check_mode=check_mode)
    assert (done.error is None) is passes
    if done.error is not None:
        assert done.error.code == "too_many_changes"
        assert f"3 of 3 domains would change, but max_changed allows {limit}. Nothing was written." in str(done.error)
        assert api.asked == []
        assert done.statuses == ["failed"] * 3
        assert done.report.changed is False


def test_domains_as_declared_do_not_count() -> None:
    assert passage(max_changed=1, as_declared=["dom_a", "dom_b"]).error is None


# -- legal consequences ------------------------------------------------------------------------------------------------


def test_each_kind_of_consequence_is_one_warning_with_the_number_of_domains() -> None:
    done = passage(declared={"companyname": "Nya AB"}, material_changes=WARN)
    reported = [warning.partition(": ") for warning in done.report.warnings]
    assert [head for head, _colon, _text in reported] == [
        "Legal consequences for 2 domains (a.example, b.example)",
        "Legal consequences for 2 domains (a.example, b.example)",
        "Legal consequences for 2 domains (a.example, b.example)",
        "Legal consequences for 1 domain (c.se)",
    ]
    assert "legal holder" in reported[0][2]
    assert "60 days" in reported[1][2]
    assert "15 days" in reported[2][2]
    assert "ownership change" in reported[3][2]


def test_a_change_that_is_possibly_typographical_is_reported_so() -> None:
    done = passage(declared={"companyname": "EXAMPLE AB"})
    assert "Of 2 of them the change is possibly typographical" in done.report.warnings[0]


def test_no_value_of_a_contact_is_in_a_warning() -> None:
    done = passage(declared={"companyname": "Nya AB", "email": "anna@example.com", "firstname": "Anna"})
    text = " ".join(done.report.warnings)
    assert all(value not in text for value in ("Nya AB", "anna@", "Anna", "Erik", "erik@", "Example AB"))


def test_allowed_consequences_are_not_reported() -> None:
    assert passage(declared={"companyname": "Nya AB"}, material_changes="allow").report.warnings == []


@pytest.mark.parametrize("check_mode", [False, True])
def test_denied_consequences_end_the_run_and_name_the_domains_and_fields(check_mode: bool) -> None:
    api = Gatekeeper()
    done = passage(api, declared={"email": "anna@example.com"}, material_changes=DENY, check_mode=check_mode)
    assert done.error is not None
    assert done.error.code == "material_change_denied"
    assert "material_changes is deny, and 2 of the 3 changes would have legal consequences" in str(done.error)
    assert "a.example, b.example: A material change of email" in str(done.error)
    assert "60 days" in str(done.error)
    assert done.report.warnings == []
    assert done.statuses == ["failed"] * 3
    reasons = [entry["reason"] for entry in done.report.as_result(with_diff=False, api_calls={})["domains"]]
    assert reasons[0] == reasons[1] == "A material change of email, which material_changes denies."
    assert reasons[2] == "The run ended before this domain was written."
    assert api.asked == []


def test_changes_without_consequences_are_not_denied() -> None:
    assert passage(material_changes=DENY).error is None


# -- what cannot be read -----------------------------------------------------------------------------------------------


def guard(stored: StoredContact, declared: Contact, *, complete: bool, condition: Contact | None = None) -> Report:
    report = Report(check_mode=False)
    report.domains = [Domain("dom_a", "a.example")]
    plan = plan_for(report.domains, {"dom_a": stored}, declared, Comparison(), condition)
    api: Any = Gatekeeper(sends_complete_contact=complete)
    pass_guards(plan, api, report, GuardSettings(material_changes=ALLOW))
    return report


@pytest.mark.parametrize("complete", [False, True])
def test_a_declared_field_that_cannot_be_read_ends_the_run(*, complete: bool) -> None:
    with pytest.raises(MissingDomains, match=r"a\.example: What is stored in city cannot be read") as caught:
        guard(whole({}, spoilt={"city"}), {"city": "Lund"}, complete=complete)
    assert caught.value.code == "unreadable_field"
    assert "Nothing was written" in str(caught.value)


@pytest.mark.parametrize("lost", [{"unknown": {"email"}}, {"spoilt": {"email"}}])
def test_only_a_complete_contact_would_have_to_invent_what_nobody_has_read(lost: dict[str, set[str]]) -> None:
    stored = whole({"city": "Umeå"}, **lost)
    guard(stored, {"city": "Lund"}, complete=False)
    guard(stored, {"city": "Umeå"}, complete=True)
    guard(stored, {"city": "Lund"}, complete=True, condition={"city": "Visby"})
    with pytest.raises(MissingDomains, match="does not say what is stored in email"):
        guard(stored, {"city": "Lund"}, complete=True)


def test_what_the_api_never_returns_is_left_out() -> None:
    guard(whole({"city": "Umeå"}, absent={"address2"}), {"city": "Lund"}, complete=True)


@pytest.mark.parametrize("complete", [False, True])
def test_a_declared_field_that_one_answer_left_out_is_sent_along_and_ends_nothing(*, complete: bool) -> None:
    guard(whole({"city": "Umeå"}, unknown={"email"}), {"city": "Lund", "email": "a@example.com"}, complete=complete)


def unreadable_plan(*lost: Mapping[str, Collection[str]]) -> tuple[Plan, Report]:
    """Return a plan for dom_0, dom_1 ... that would change them all, with what cannot be known of each."""
    report = Report(check_mode=False)
    report.domains = domains = [Domain(f"dom_{index}", f"{index}.example") for index in range(len(lost))]
    stored = {d.id: whole({"firstname": "Erik", "email": "erik@example.com"}, **of) for d, of in zip(domains, lost)}
    report.plan = plan = plan_for(domains, stored, {"firstname": "Anna", "city": "Lund"}, Comparison())
    return plan, report


def test_each_domain_that_cannot_be_read_is_named_with_its_fields_and_has_failed() -> None:
    plan, report = unreadable_plan(
        {"spoilt": {"city"}}, {}, {"spoilt": {"city"}}, {"unknown": {"state"}, "spoilt": {"postcode", "city"}}
    )
    api: Any = Gatekeeper(sends_complete_contact=True)
    with pytest.raises(MissingDomains) as caught:
        pass_guards(plan, api, report, GuardSettings())
    assert str(caught.value) == (
        "3 of 4 domains cannot be updated as declared, because part of the stored contact cannot be read. Nothing was"
        " written. 0.example, 2.example: What is stored in city cannot be read, so nobody knows whether it differs."
        " 3.example: What is stored in city cannot be read, so nobody knows whether it differs. The API does not say"
        " what is stored in postcode, state, and an update would have to carry them: declare them."
    )
    assert list(caught.value.reasons) == ["dom_0", "dom_2", "dom_3"]
    report.take_error(caught.value)
    entries = report.as_result(with_diff=False, api_calls={})["domains"]
    assert [entry["status"] for entry in entries] == ["failed"] * 4
    assert entries[1]["reason"] == "The run ended before this domain was written."
    assert all("What is stored in city" in entries[index]["reason"] for index in (0, 2, 3))
    assert not any(value in str(caught.value) for value in ("Erik", "Anna", "Lund", "erik@"))


def test_what_cannot_be_read_is_the_first_thing_to_end_a_run() -> None:
    plan, report = unreadable_plan({"spoilt": {"city"}}, {})
    api: Any = Gatekeeper(gates={"dom_0": SHUT, "dom_1": SHUT})
    with pytest.raises(MissingDomains) as caught:
        pass_guards(plan, api, report, GuardSettings(DENY, 0, EACH, FAIL))
    assert caught.value.code == "unreadable_field"
    assert (api.asked, api.pages_read, report.warnings) == ([], 0, [])


def test_behind_a_canary_what_cannot_be_read_says_what_was_written() -> None:
    plan, report = unreadable_plan({"spoilt": {"city"}})
    api: Any = Gatekeeper()
    with pytest.raises(
        MissingDomains, match=r"cannot be read\. Only the canary \(2 domains\) was written\. 0\.example:"
    ):
        pass_guards(plan, api, report, GuardSettings(), written=2)


# -- behind a canary ---------------------------------------------------------------------------------------------------


def test_behind_a_canary_the_domains_that_were_written_count_and_are_not_denied() -> None:
    report = Report(check_mode=False)
    report.domains = [Domain("dom_b", "b.example")]
    plan = plan_for(report.domains, {"dom_b": whole({"city": "Umeå"})}, {"city": "Lund"}, Comparison())
    api: Any = Gatekeeper()
    assert pass_guards(plan, api, report, GuardSettings(max_changed=3), written=2) == plan
    with pytest.raises(HostUpError, match=r"3 of 3 domains would change.*Only the canary \(2 domains\) was written"):
        pass_guards(plan, api, report, GuardSettings(max_changed=2), written=2)


def test_what_was_warned_of_before_the_canary_is_not_warned_of_again() -> None:
    report = Report(check_mode=False)
    report.domains = [Domain("dom_a", "a.example")]
    api: Any = Gatekeeper()
    for declared, warnings in (({"email": "a@example.com"}, 2), ({"email": "a@example.com"}, 2)):
        stored = {"dom_a": whole({"email": "b@example.com"})}
        pass_guards(plan_for(report.domains, stored, declared, Comparison()), api, report, GuardSettings())
        assert len(report.warnings) == warnings


def test_behind_the_canary_only_domains_whose_material_change_is_new_are_warned_of() -> None:
    report = Report(check_mode=False)
    report.domains = domains = [Domain("dom_a", "a.example"), Domain("dom_b", "b.example")]
    api: Any = Gatekeeper()
    declared = {"email": "a@example.com"}
    before = {"dom_a": whole({"email": "b@example.com"}), "dom_b": whole(declared)}
    now = {"dom_a": whole({"email": "b@example.com"}), "dom_b": whole({"email": "c@example.com"})}
    pass_guards(plan_for(domains, before, declared, Comparison()), api, report, GuardSettings())
    first = list(report.warnings)
    assert first
    assert all("a.example" in warning for warning in first)
    pass_guards(plan_for(domains, now, declared, Comparison()), api, report, GuardSettings(), written=1)
    news = report.warnings[len(first) :]
    assert len(news) == len(first)
    assert all("Legal consequences for 1 domain (b.example)" in warning for warning in news)


# -- reading the options -----------------------------------------------------------------------------------------------

PARAMS = {
    "material_changes": DENY,
    "max_changed": 5,
    "preflight": LIST,
    "on_blocked": SKIP,
    "canary": 0,
    "wait": True,
    "verify": True,
}


def test_the_guards_are_the_options_of_the_same_names() -> None:
    assert read_guards(PARAMS) == GuardSettings(DENY, 5, LIST, SKIP)


@pytest.mark.parametrize("without", [{"wait"}, {"verify"}, {"wait", "verify"}])
def test_a_canary_that_nobody_would_look_at_is_refused(without: set[str]) -> None:
    off = dict.fromkeys(without, False)
    assert read_guards({**PARAMS, **off})
    with pytest.raises(InvalidInput, match="canary: 3 arrived, but") as caught:
        read_guards({**PARAMS, **off, "canary": 3})
    assert all(name in str(caught.value) for name in without)
