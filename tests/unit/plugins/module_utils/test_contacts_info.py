# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading contacts in the form in which they can be declared again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Answers, Api, EditGate, Reading
from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import V1, V2, Listed, read_listed
from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import read_declared
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import MissingDomains
from ansible_collections.hostup.cloud.plugins.module_utils._task.contacts_info import (
    ContactsReport,
    check_askable,
    declarable,
    find_domains,
    lost_names,
    read_contacts,
)
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import (
    COMPLETE_CONTACT,
    START,
    plan_for,
    whole,
)

A, B = Domain("dom_a", "a.example"), Domain("dom_b", "b.example")
NO_OPTIONS = {"audit": False, "check_actions": False, "redact": False}
NO_CALLS = {"read": 0, "write": 0, "poll": 0}

STORED_TEXTS = (
    st.text(max_size=30)
    | st.text(st.characters(categories=["Cc", "Zs", "Zl", "Cf", "Lu"]), max_size=5)
    | st.sampled_from(
        ["", " ", "NO", "0150", "null", "~", "1e3", "{{ x }}", "SE", "se", "Sweden", "12345", "a@b.example"]
    )
    | st.sampled_from(
        ["+46.700000000", "0700000000", "Malmo\u0308", " Malmö ", "- a", "a: b", "#", "\U0001f980", "\x85"]
    )
)
STORED_CONTACTS = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELD_NAMES, STORED_TEXTS))


@dataclass
class Account(Api):
    """An account that answers from memory and counts what it was asked.

    :ivar asked: one word for each page of the list, and each read.
    """

    rows: list[Domain] = field(default_factory=list)
    stored: dict[str, Contact] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    gates: dict[str, EditGate] = field(default_factory=dict)
    details: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    sends_complete_contact = False
    looks_up_names = False
    has_edit_gates = True
    details_have_name = False

    def domain_pages(self) -> Iterator[list[Domain]]:
        for row in self.rows:
            self.asked.append("page")
            yield [row]

    def read_contacts(self, domains: Sequence[Domain], deadline: Deadline | None = None) -> Reading:
        self.asked.append("read")
        ids = [domain.id or "" for domain in domains]
        names = {row.id or "": row.name or "" for row in self.rows}
        return Reading(
            {i: whole(self.stored[i]) for i in ids if i in self.stored},
            {i: names[i] for i in ids if i in names},
            {i: self.unreadable[i] for i in ids if i in self.unreadable},
        )

    def read_details(self, domains: Sequence[Domain]) -> Answers[Mapping[str, Any]]:
        self.asked += [f"details {domain.id}" for domain in domains]
        ids = [domain.id or "" for domain in domains]
        return Answers(
            {i: self.details[i] for i in ids if i in self.details}, {i: "No." for i in ids if i not in self.details}
        )

    def edit_gates(self, domains: Sequence[Domain]) -> Answers[EditGate]:
        self.asked += [f"gate {domain.id}" for domain in domains]
        ids = [domain.id or "" for domain in domains]
        return Answers(
            {i: self.gates[i] for i in ids if i in self.gates}, {i: "No." for i in ids if i not in self.gates}
        )

    def submit(self, domain_ids: Sequence[str], contact: Contact) -> Any:
        raise NotImplementedError


def account_of(*rows: Domain, **answers: Any) -> Account:
    stored = {row.id or "": COMPLETE_CONTACT for row in rows}
    return Account(**{"rows": list(rows), "stored": stored, **answers})


def run(account: Account, *domains: Domain, generation: str = V2, **options: bool) -> ContactsReport:
    params = {**NO_OPTIONS, **options}
    report = ContactsReport(**params)
    read_contacts(account, generation, domains, report, params, START)
    return report


def result_of(report: ContactsReport) -> dict[str, Any]:
    return report.as_result(with_diff=False, api_calls=NO_CALLS)


# -- what can be declared again ----------------------------------------------------------------------------------------


def test_a_proper_contact_is_reported_as_it_is_stored() -> None:
    stored = {**COMPLETE_CONTACT, "phonenumber": "+46.700000000", "city": " Malmo\u0308"}
    assert declarable(whole(stored)) == (stored, [])


def test_what_is_not_reported_is_null_and_what_is_refused_is_also_named() -> None:
    contact, left_out = declarable(whole({"city": "Lund", "email": "", "state": "", "country": "Sweden"}))
    assert left_out == ["email", "country"]
    assert contact == {**dict.fromkeys(FIELD_NAMES), "city": "Lund", "state": ""}


def test_the_stored_country_decides_which_postcode_is_reported() -> None:
    assert declarable(whole({"postcode": "1234", "country": "se"}))[1] == ["postcode"]
    assert declarable(whole({"postcode": "1234", "country": "NO"}))[1] == []
    assert declarable(whole({"postcode": "1234", "country": "Sweden"}))[1] == ["country"]


@given(STORED_CONTACTS)
def test_reading_writing_to_a_file_and_declaring_again_changes_nothing(stored: Contact) -> None:
    contact, left_out = declarable(whole(stored))
    assert list(contact) == list(FIELD_NAMES)
    assert set(left_out) == {name for name in stored if contact[name] is None}
    kept = yaml.safe_load(yaml.safe_dump(contact))
    if any(value is not None for value in kept.values()):
        plan = plan_for([A], {"dom_a": whole(stored)}, read_declared(kept), Comparison())
        assert not plan.changing


# -- finding the domains -----------------------------------------------------------------------------------------------


def listed(ids: Sequence[str] = (), names: Sequence[str] = ()) -> Listed:
    return read_listed(ids, names, V2)


@pytest.mark.parametrize(
    ("wanted", "with_account", "found", "asked"),
    [
        (listed(), False, [A, B], 2),
        (listed(), True, [A, B], 2),
        (listed(["dom_b"]), False, [Domain("dom_b")], 0),
        (listed(["dom_b"]), True, [B], 2),
        (listed(names=["A.example"]), False, [Domain("dom_a", "a.example")], 1),
        (listed(["dom_b"], ["a.example"]), True, [B, A], 2),
    ],
)
def test_the_list_is_read_once_and_only_where_it_is_needed(
    wanted: Listed, found: list[Domain], asked: int, *, with_account: bool
) -> None:
    account = account_of(A, B)
    assert find_domains(account, wanted, with_account=with_account) == found
    assert account.asked == ["page"] * asked


def test_a_domain_on_two_pages_is_one_domain() -> None:
    assert find_domains(account_of(A, B, A), listed(), with_account=False) == [A, B]


def test_with_the_account_known_all_unknown_names_and_ids_are_reported() -> None:
    for wanted, reported in (
        (listed(names=["x.example", "a.example", "y.example"]), "x.example, y.example"),
        (listed(["dom_x", "dom_a", "dom_y"]), "dom_x, dom_y"),
    ):
        with pytest.raises(MissingDomains, match=reported):
            find_domains(account_of(A, B), wanted, with_account=True)


# -- the run -----------------------------------------------------------------------------------------------------------


def test_without_options_one_read_is_all() -> None:
    account = account_of(A, B)
    result = result_of(run(account, Domain("dom_a"), B))
    assert account.asked == ["read"]
    assert result == {
        "changed": False,
        "domains": [
            {"id": "dom_a", "name": "a.example", "contact": COMPLETE_CONTACT, "left_out": [], "reason": None},
            {"id": "dom_b", "name": "b.example", "contact": COMPLETE_CONTACT, "left_out": [], "reason": None},
        ],
        "api_calls": NO_CALLS,
    }


def test_an_account_without_domains_is_asked_for_nothing() -> None:
    account = account_of()
    assert result_of(run(account, audit=True, check_actions=True))["clusters"] == []
    assert account.asked == []


def test_domains_that_cannot_be_read_are_all_named_and_the_others_are_reported() -> None:
    third = Domain("dom_c", "c.example")
    account = account_of(A, B, third, stored={"dom_b": COMPLETE_CONTACT}, unreadable={"dom_a": "No.", "dom_c": "No."})
    params = {**NO_OPTIONS, "audit": True}
    report = ContactsReport(**params)
    with pytest.raises(MissingDomains, match=r"of 2 of 3 domains\. a\.example, c\.example: No\.") as caught:
        read_contacts(account, V2, [A, B, third], report, params, START)
    assert caught.value.code == "unreadable_domain"
    entries = result_of(report)["domains"]
    assert [entry["contact"] for entry in entries] == [None, COMPLETE_CONTACT, None]
    assert [entry["reason"] for entry in entries] == ["No.", None, "No."]
    assert [entry["findings"] for entry in entries] == [None, [], None]


def test_each_domain_is_asked_whether_it_can_be_edited() -> None:
    gates = {"dom_a": EditGate(True), "dom_b": EditGate(False, "Locked.", "pending_order")}
    account = account_of(A, B, gates=gates)
    entries = result_of(run(account, A, B, check_actions=True))["domains"]
    assert account.asked == ["read", "gate dom_a", "gate dom_b"]
    assert [entry["can_edit"] for entry in entries] == [
        {"allowed": True, "reason": None, "code": None},
        {"allowed": False, "reason": "Locked.", "code": "pending_order"},
    ]


def test_what_cannot_be_asked_fails_and_is_reported() -> None:
    report = ContactsReport(audit=False, check_actions=True, redact=False)
    params = {**NO_OPTIONS, "check_actions": True}
    with pytest.raises(MissingDomains, match=r"whether 1 of 2 domains can be edited\. b\.example: No\."):
        read_contacts(account_of(A, B, gates={"dom_a": EditGate(True)}), V2, [A, B], report, params, START)
    entries = result_of(report)["domains"]
    assert [entry["can_edit"] is None for entry in entries] == [False, True]
    assert [entry["reason"] for entry in entries] == [None, "No."]
    assert [entry["contact"] for entry in entries] == [COMPLETE_CONTACT, COMPLETE_CONTACT]


def test_version_1_cannot_be_asked_what_can_be_edited() -> None:
    with pytest.raises(InvalidInput, match="check_actions"):
        check_askable({"check_actions": True}, V1)
    check_askable({"check_actions": True}, V2)
    check_askable({"check_actions": False}, V1)


# -- lost domains ------------------------------------------------------------------------------------------------------


def row(name: str, **reported: Any) -> Domain:
    return Domain(f"dom_{name[0]}", name, {"name": name, **reported})


CONTACTS = [{"email": "x@a.example"}, {"email": "x@mail.b.example"}]


def test_a_domain_is_lost_by_its_status_or_its_date() -> None:
    account = account_of(
        row("a.example", serviceStatus="active", expiresAt="2026-02-28T00:00:00.000Z"),
        row("b.example", serviceStatus="expired"),
        row("c.example", serviceStatus="expired"),
    )
    assert lost_names(account, V2, CONTACTS, START) == {"a.example", "b.example"}
    assert account.asked == ["page"] * 3


def test_only_where_the_list_does_not_report_is_a_domain_asked_for() -> None:
    details = {"dom_a": {"serviceStatus": "active"}}
    account = account_of(row("a.example"), row("b.example", serviceStatus="expired"), row("c.example"), details=details)
    assert lost_names(account, V2, CONTACTS, START) == {"b.example"}
    assert account.asked == ["page"] * 3 + ["details dom_a"]


def test_if_that_cannot_be_learnt_the_contacts_are_reported_all_the_same() -> None:
    nameless = replace(row("a.example"), id="dom_a")
    account = account_of(nameless, stored={"dom_a": {**COMPLETE_CONTACT, "email": "x@a.example"}})
    params = {**NO_OPTIONS, "audit": True}
    report = ContactsReport(**params)
    with pytest.raises(MissingDomains, match=r"the details of 1 of 1 domains"):
        read_contacts(account, V2, [nameless], report, params, START)
    (entry,) = result_of(report)["domains"]
    assert entry["contact"]["email"] == "x@a.example"
    assert entry["findings"] is None


# -- redact ------------------------------------------------------------------------------------------------------------


def values_in(result: Any) -> Iterator[str]:
    if isinstance(result, dict):
        for value in result.values():
            yield from values_in(value)
    elif isinstance(result, list):
        for value in result:
            yield from values_in(value)
    elif isinstance(result, str):
        yield result


def test_redact_leaves_every_value_out_and_the_rest_in() -> None:
    stored = {"dom_a": {**COMPLETE_CONTACT, "firstname": "Ida", "email": "x@b.example"}, "dom_b": COMPLETE_CONTACT}
    gates = {"dom_a": EditGate(False, "Ida has to confirm."), "dom_b": EditGate(True)}
    rows = [row("a.example", serviceStatus="active"), row("b.example", serviceStatus="expired")]
    account = account_of(*rows, stored=stored, gates=gates)
    result = result_of(run(account, *rows, audit=True, check_actions=True, redact=True))
    secrets = {value for contact in stored.values() for value in contact.values() if len(value) > 2}
    assert [text for text in values_in(result) for secret in secrets if secret in text] == []
    assert [entry["contact"] for entry in result["domains"]] == [dict.fromkeys(FIELD_NAMES)] * 2
    assert [cluster["contact"] for cluster in result["clusters"]] == [dict.fromkeys(FIELD_NAMES)] * 2
    assert result["domains"][0]["can_edit"]["reason"] == "(withheld)"
    assert [finding["kind"] for finding in result["domains"][0]["findings"]] == ["lost_domain"]


def test_messages_never_carry_stored_values_of_any_length_worth_mentioning() -> None:
    report = run(account_of(A), A)
    assert report.safe_text("Stockholm SE, Anna of a.example") == "<city> SE, <firstname> of a.example"


def test_a_report_before_anything_was_read_is_empty() -> None:
    assert result_of(ContactsReport(audit=False, check_actions=True, redact=True)) == {
        "changed": False,
        "domains": [],
        "api_calls": NO_CALLS,
    }
    assert cast("list[Any]", result_of(ContactsReport(audit=True, check_actions=False, redact=False))["clusters"]) == []
