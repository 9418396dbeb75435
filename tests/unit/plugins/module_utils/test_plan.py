# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is stored + what is declared -> verdicts, requests and the diff."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import StoredContact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import (
    Comparison,
    Group,
    Plan,
    PlannedDomain,
    Wanted,
    make_plan,
    write_groups,
)
from ansible_collections.hostup.cloud.plugins.module_utils._engine.verify import (
    VerifiedField,
    may_still_arrive,
    status_of,
    verify,
)
from ansible_collections.hostup.cloud.plugins.module_utils._result.diff import diff_of
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import plan_for, whole

OLD = {
    "firstname": "Erik",
    "lastname": "Lindqvist",
    "companyname": "Example AB",
    "email": "erik@example.com",
    "phonenumber": "+46.700000000",
    "address1": "Gamla vägen 9",
    "city": "Göteborg",
    "postcode": "41101",
    "state": "",
    "country": "SE",
}


def plan_of(declared: Contact, *stored: Contact, absent: Collection[str] = (), **comparison: Any) -> Plan:
    domains = [Domain(f"dom_{index}", f"{index}.example") for index in range(len(stored))]
    contacts = {domain.id: whole(contact, absent=absent) for domain, contact in zip(domains, stored)}
    return plan_for(domains, contacts, declared, Comparison(**comparison))


def judged(entry: PlannedDomain, now: Contact) -> dict[str, VerifiedField]:
    return verify(entry.stored, entry.after, entry.declared, whole(now), entry.comparison)


def test_only_declared_fields_are_judged() -> None:
    (entry,) = plan_of({"city": "Göteborg", "firstname": "Anna"}, OLD).entries
    assert list(entry.verdicts) == ["firstname", "city"]
    assert entry.changed_fields == ("firstname",)
    assert entry.before == {"firstname": "Erik"}
    assert entry.after == {"firstname": "Anna"}


def test_what_is_equivalent_is_no_change_and_is_reported_with_its_rule() -> None:
    (entry,) = plan_of({"phonenumber": "+46700000000", "postcode": "411 01"}, OLD).entries
    assert entry.changed_fields == ()
    assert entry.equivalent == (("phonenumber", "phone_notation"), ("postcode", "postcode_notation"))


def test_strict_makes_the_equivalent_a_change() -> None:
    plan = plan_of({"phonenumber": "+46700000000", "postcode": "411 01"}, OLD, strict=True)
    assert plan.entries[0].changed_fields == ("phonenumber", "postcode")


def test_a_field_that_the_answer_left_out_is_empty() -> None:
    (entry,) = plan_of({"address2": "", "state": ""}, OLD).entries
    assert entry.changed_fields == ()
    (entry,) = plan_of({"address2": "Lgh 1101"}, OLD).entries
    assert entry.before == {"address2": ""}


# -- the condition -----------------------------------------------------------------------------------------------------


def plan_when(condition: Contact, *stored: Contact, absent: Collection[str] = (), **comparison: Any) -> Plan:
    domains = [Domain(f"dom_{index}") for index in range(len(stored))]
    contacts = {domain.id: whole(contact, absent=absent) for domain, contact in zip(domains, stored)}
    return plan_for(domains, contacts, {"firstname": "Anna"}, Comparison(**comparison), condition)


def test_only_contacts_that_meet_the_whole_condition_are_considered() -> None:
    condition = {"firstname": "Erik", "email": "erik@example.com"}
    plan = plan_when(condition, OLD, {**OLD, "email": "eva@example.com"}, {**OLD, "firstname": "Eva", "email": ""})
    assert [entry.unmet for entry in plan.entries] == [(), ("email",), ("firstname", "email")]
    assert [entry.domain.id for entry in plan.considered] == ["dom_0"]
    assert [entry.domain.id for entry in plan.changing] == ["dom_0"]
    assert [item["after_header"] for item in diff_of(plan.changing)] == ["dom_0"]


def test_a_condition_is_compared_as_the_declaration_is() -> None:
    condition = {"phonenumber": "+46 70 000 00 00", "postcode": "411 01"}
    assert plan_when(condition, OLD).entries[0].unmet == ()
    assert plan_when(condition, OLD, strict=True).entries[0].unmet == ("phonenumber", "postcode")


def test_a_condition_can_ask_for_what_could_not_be_declared() -> None:
    stored = {**OLD, "phonenumber": "070-1", "city": ""}
    assert plan_when({"phonenumber": "070-1", "city": ""}, stored).entries[0].unmet == ()


def test_accepted_spellings_say_nothing_about_the_condition() -> None:
    accepted = {"city": frozenset({"Göteborg"})}
    assert plan_when({"city": "Malmö"}, OLD, accepted=accepted).entries[0].unmet == ("city",)


def test_a_field_that_the_api_does_not_report_meets_no_condition() -> None:
    for value in ("Lgh 1101", ""):
        plan = plan_when({"address2": value}, OLD, absent={"address2"})
        assert plan.entries[0].unmet == ("address2",)


# -- held back ---------------------------------------------------------------------------------------------------------


def plan_leaving(fields: Collection[str], declared: Contact, stored: StoredContact) -> PlannedDomain:
    wanted = Wanted({None: declared}, left_alone=lambda _name: frozenset(fields))
    (entry,) = make_plan([Domain("dom_0", "0.example")], {"dom_0": stored}, wanted).entries
    return entry


def test_a_field_that_is_left_alone_is_compared_but_neither_written_nor_a_change() -> None:
    entry = plan_leaving(["firstname", "lastname"], {"firstname": "Anna", "lastname": OLD["lastname"]}, whole(OLD))
    assert entry.held_back == ("firstname",)
    assert (entry.changed_fields, entry.after, entry.declared) == ((), {}, {})


def test_a_complete_update_carries_what_is_stored_of_a_field_that_is_left_alone() -> None:
    entry = plan_leaving(["firstname"], {"firstname": "Anna", "city": "Lund"}, whole(OLD))
    assert entry.complete_contact == {**whole(OLD).known, "city": "Lund"}


def test_what_cannot_be_read_of_a_field_that_is_left_alone_is_no_problem() -> None:
    entry = plan_leaving(["firstname"], {"firstname": "Anna", "city": "Lund"}, whole(OLD, spoilt=["firstname"]))
    assert (entry.held_back, entry.unreadable, entry.changed_fields) == ((), (), ("city",))


def test_each_domain_is_compared_with_its_own_profile() -> None:
    wanted = Wanted({"a": {"city": "Lund"}, "b": {"email": "b@example.com"}}, profiles={"dom_0": "b", "dom_1": "a"})
    domains = [Domain("dom_0"), Domain("dom_1")]
    plan = make_plan(domains, {"dom_0": whole(OLD), "dom_1": whole(OLD)}, wanted)
    assert [(entry.profile, entry.changed_fields) for entry in plan.entries] == [("b", ("email",)), ("a", ("city",))]


# -- blocked ---------------------------------------------------------------------------------------------------------


def test_a_domain_that_is_blocked_differs_but_is_not_written() -> None:
    plan = plan_of({"city": "Malmö"}, OLD, OLD).without(["dom_0"])
    assert [entry.changed_fields for entry in plan.entries] == [("city",), ("city",)]
    assert [entry.domain.id for entry in plan.changing] == ["dom_1"]
    assert [entry.domain.id for entry in plan.without(["dom_1"]).changing] == []


def test_a_redacted_diff_reports_the_fields_and_no_value() -> None:
    plan = plan_of({"city": "Malmö", "companyname": ""}, OLD)
    assert diff_of(plan.changing, redact=True) == [
        {
            "before_header": "0.example (dom_0)",
            "after_header": "0.example (dom_0)",
            "before": "",
            "after": "other values for city, companyname\n",
        }
    ]


def test_an_accepted_spelling_is_equivalent_also_in_a_strict_comparison() -> None:
    accepted = {"city": frozenset({"Goteborg", "GOTEBORG"})}
    stored = [{**OLD, "city": city} for city in ("Goteborg", " GOTEBORG", "goteborg", "Göteborg")]
    for strict in (False, True):
        plan = plan_of({"city": "Göteborg"}, *stored, strict=strict, accepted=accepted)
        assert [entry.equivalent for entry in plan.entries] == [
            (("city", "accept_stored"),),
            (("city", "accept_stored"),),
            (),
            (),
        ]
        assert [entry.changed_fields for entry in plan.entries] == [(), (), ("city",), ()]


@pytest.mark.parametrize("stored", ["Goteborg\n", "\tGoteborg", "Goteborg\u2028", "Goteborg\x85", "\x1fGoteborg"])
@pytest.mark.parametrize("strict", [False, True])
def test_a_line_end_or_control_character_around_an_accepted_spelling_is_a_change(stored: str, *, strict: bool) -> None:
    accepted = {"city": frozenset({"Goteborg"})}
    (entry,) = plan_of({"city": "Göteborg"}, {**OLD, "city": stored}, strict=strict, accepted=accepted).entries
    assert entry.changed_fields == ("city",)


def test_an_accepted_spelling_says_nothing_where_the_values_mean_the_same_without_it() -> None:
    accepted = {"city": frozenset({"Göteborg"}), "phonenumber": frozenset({"+46.700000000"})}
    (entry,) = plan_of({"city": "Göteborg", "phonenumber": "+46700000000"}, OLD, accepted=accepted).entries
    assert entry.equivalent == (("phonenumber", "phone_notation"),)


def test_an_accepted_spelling_counts_for_its_field_only() -> None:
    (entry,) = plan_of({"firstname": "Anna"}, OLD, accepted={"city": frozenset({"Erik"})}).entries
    assert entry.changed_fields == ("firstname",)


def test_a_field_that_is_never_read_is_unverifiable_and_no_reason_to_write() -> None:
    (entry,) = plan_of({"address2": "Lgh 1101", "city": "Göteborg"}, OLD, absent={"address2"}).entries
    assert entry.changed_fields == ()
    assert entry.unverifiable == ("address2",)


def test_a_field_that_is_never_read_goes_along_with_other_changes_and_is_not_judged() -> None:
    declared = {"address2": "Lgh 1101", "city": "Lund"}
    (entry,) = plan_of(declared, OLD, absent={"address2"}).entries
    (group,) = write_groups([entry], complete=True)
    assert group.contact == {**OLD, **declared}
    after = verify(
        entry.stored, entry.after, declared, whole({**OLD, "city": "Lund"}, absent={"address2"}), Comparison()
    )
    assert after["address2"].verdict == "kept"


def test_a_write_reports_what_it_has_to_leave_out() -> None:
    blind = frozenset({"address2"})
    (entry,) = plan_of({"city": "Lund"}, OLD, absent=blind).entries
    assert entry.left_out == ("address2",)
    assert plan_of({"city": "Lund", "address2": ""}, OLD, absent=blind).entries[0].left_out == ()
    assert plan_of({"city": "Göteborg"}, OLD, absent=blind).entries[0].left_out == ()
    assert plan_of({"city": "Lund"}, OLD).entries[0].left_out == ()


def test_empty_is_what_a_field_that_is_never_read_is_taken_for() -> None:
    (entry,) = plan_of({"address2": ""}, OLD, absent={"address2"}).entries
    assert entry.unverifiable == ()
    assert entry.changed_fields == ()


def test_what_a_field_is_that_was_left_out_does_not_depend_on_other_domains() -> None:
    domains = [Domain("dom_0"), Domain("dom_1")]
    stored = {"dom_0": whole(OLD, absent={"address2"}), "dom_1": whole({**OLD, "address2": "Lgh 1101"})}
    both = plan_for(domains, stored, {"address2": "Lgh 1101"}, Comparison()).entries
    alone = plan_for(domains[:1], stored, {"address2": "Lgh 1101"}, Comparison()).entries
    assert both[0] == alone[0]
    assert (both[0].unverifiable, both[1].unverifiable) == (("address2",), ())


def test_a_complete_contact_must_not_invent_what_one_answer_left_out() -> None:
    stored = {"dom_0": whole(OLD, absent={"address2"}, unknown={"email"}, spoilt={"postcode"})}
    for declared, invented in (
        ({"city": "Lund"}, ("email", "postcode")),
        ({"city": "Lund", "email": "a@example.com"}, ("postcode",)),
        ({"city": "Göteborg"}, ()),
    ):
        (entry,) = plan_for([Domain("dom_0")], stored, declared, Comparison()).entries
        assert entry.invented == invented


def test_a_declared_field_that_cannot_be_read_is_no_difference_and_no_agreement() -> None:
    stored = {"dom_0": whole(OLD, spoilt={"city"})}
    (entry,) = plan_for([Domain("dom_0")], stored, {"city": "Lund"}, Comparison(), {"city": "Lund"}).entries
    assert (entry.unreadable, entry.changed_fields, entry.unmet) == (("city",), (), ("city",))


def test_entries_that_were_read_again_replace_those_of_the_same_domains() -> None:
    plan = plan_of({"city": "Lund"}, OLD, OLD, OLD).without(["dom_1", "dom_2"])
    later = plan_of({"city": "Lund"}, OLD, OLD, {**OLD, "city": "Lund"})
    later = Plan(later.entries[1:], frozenset())
    both = plan.updated(later)
    assert [entry.domain.id for entry in both.entries] == ["dom_0", "dom_1", "dom_2"]
    assert [entry.domain.id for entry in both.changing] == ["dom_0", "dom_1"]
    assert [entry.domain.id for entry in plan.updated(later.without(["dom_1"])).changing] == ["dom_0"]
    assert [entry.domain.id for entry in plan.changing] == ["dom_0"], "the plan itself stays as it is"


def test_a_domain_that_was_not_read_again_keeps_its_entry_and_stays_blocked() -> None:
    plan = plan_of({"city": "Lund"}, OLD, OLD, OLD).without(["dom_0"])
    later = Plan(plan_of({"city": "Lund"}, OLD, {**OLD, "city": "Visby"}).entries[1:])
    both = plan.updated(later)
    assert both.blocked == {"dom_0"}
    assert (both.entries[0], both.entries[2]) == (plan.entries[0], plan.entries[2])
    assert both.entries[1].before == {"city": "Visby"}
    assert [entry.domain.id for entry in both.changing] == ["dom_1", "dom_2"]


def test_the_order_of_a_later_plan_does_not_matter_and_a_domain_of_it_alone_is_not_taken_in() -> None:
    plan = plan_of({"city": "Lund"}, OLD, OLD)
    later = plan_of({"city": "Lund"}, *({**OLD, "city": city} for city in ("Visby", "Kiruna", "Boden")))
    both = plan.updated(Plan(later.entries[::-1]))
    assert [(entry.domain.id, entry.before["city"]) for entry in both.entries] == [
        ("dom_0", "Visby"),
        ("dom_1", "Kiruna"),
    ]


def test_nothing_that_was_read_again_changes_nothing() -> None:
    plan = plan_of({"city": "Lund"}, OLD, OLD).without(["dom_1"])
    assert plan.updated(Plan(())) == plan


def test_an_undeclared_country_is_that_of_the_stored_contact() -> None:
    norwegian = {**OLD, "country": "NO"}
    plan = plan_of({"postcode": "411 01"}, OLD, norwegian)
    assert [entry.changed_fields for entry in plan.entries] == [(), ("postcode",)]


def test_a_declared_country_that_differs_makes_postcodes_text() -> None:
    (entry,) = plan_of({"postcode": "411 01", "country": "NO"}, OLD).entries
    assert entry.changed_fields == ("postcode", "country")


def test_the_plan_keeps_the_declared_order_and_knows_what_changes() -> None:
    plan = plan_of({"firstname": "Anna"}, OLD, {**OLD, "firstname": "Anna"}, OLD)
    assert [entry.domain.id for entry in plan.entries] == ["dom_0", "dom_1", "dom_2"]
    assert [entry.domain.id for entry in plan.changing] == ["dom_0", "dom_2"]


def test_patches_group_domains_that_differ_in_the_same_fields() -> None:
    declared = {"firstname": "Anna", "city": "Lund"}
    plan = plan_of(declared, OLD, {**OLD, "city": "Lund"}, {**OLD, "companyname": "Other AB"})
    assert write_groups(plan.changing, complete=False) == [
        Group({"firstname": "Anna", "city": "Lund"}, ("dom_0", "dom_2")),
        Group({"firstname": "Anna"}, ("dom_1",)),
    ]


def test_complete_contacts_leave_out_nothing_that_was_read_and_group_by_the_whole_result() -> None:
    plan = plan_of({"firstname": "Anna"}, OLD, {**OLD, "firstname": "Eva"}, {**OLD, "companyname": "Other AB"})
    groups = write_groups(plan.changing, complete=True)
    assert groups == [
        Group({**OLD, "address2": "", "firstname": "Anna"}, ("dom_0", "dom_1")),
        Group({**OLD, "address2": "", "firstname": "Anna", "companyname": "Other AB"}, ("dom_2",)),
    ]


def test_complete_contacts_carry_the_declared_spelling_so_that_more_domains_share_a_request() -> None:
    declared = {"firstname": "Anna", "phonenumber": "+46700000000", "address2": ""}
    plan = plan_of(declared, OLD, {**OLD, "phonenumber": "+46700000000"})
    (group,) = write_groups(plan.changing, complete=True)
    assert group.domain_ids == ("dom_0", "dom_1")
    assert group.contact["phonenumber"] == "+46700000000"
    assert group.contact["address2"] == ""


def test_complete_contacts_do_not_invent_a_field_that_was_neither_read_nor_declared() -> None:
    (group,) = write_groups(plan_of({"firstname": "Anna"}, OLD, absent={"address2"}).changing, complete=True)
    assert "address2" not in group.contact


def test_the_result_is_judged_field_by_field() -> None:
    declared = {"firstname": "Anna", "phonenumber": "+46711111111", "city": "Malmö"}
    (entry,) = plan_of(declared, OLD).entries
    now = {**OLD, "firstname": "Anna", "phonenumber": "+46.711111111", "city": "Malmo"}
    found = {name: (field.verdict, field.rule) for name, field in judged(entry, now).items()}
    assert {name: verdict for name, verdict in found.items() if verdict != ("kept", None)} == {
        "firstname": ("applied", None),
        "phonenumber": ("normalised", "phone_notation"),
        "city": ("not_applied", None),
    }
    assert list(found) == list(FIELD_NAMES)


@pytest.mark.parametrize(
    ("now", "verdicts", "status"),
    [
        ({}, {}, "updated"),
        ({"phonenumber": "+46700000000", "postcode": "411 01", "country": "se"}, {}, "updated"),
        ({"city": "Lund"}, {"city": "lost"}, "altered"),
        ({"email": "eva@example.com"}, {"email": "altered"}, "altered"),
        ({"email": "", "state": "Skåne"}, {"email": "altered", "state": "altered"}, "altered"),
        ({"firstname": "Erik"}, {"firstname": "not_applied"}, "not_applied"),
        ({"firstname": "Erik", "email": ""}, {"firstname": "not_applied", "email": "altered"}, "altered"),
        ({"firstname": "Anna "}, {"firstname": "normalised"}, "updated"),
    ],
)
def test_every_field_is_judged_and_the_gravest_decides(now: Contact, verdicts: dict[str, str], status: str) -> None:
    (entry,) = plan_of({"firstname": "Anna", "city": "Göteborg"}, OLD).entries
    found = judged(entry, {**OLD, "firstname": "Anna", **now})
    expected = {**dict.fromkeys(FIELD_NAMES, "kept"), "firstname": "applied", **verdicts}
    assert {name: field.verdict.value for name, field in found.items()} == expected
    assert status_of(found) == status


def test_a_field_that_a_later_answer_no_longer_returns_is_not_taken_for_proof() -> None:
    (entry,) = plan_of({"firstname": "Anna"}, OLD).entries
    after = whole({**OLD, "firstname": "Anna"}, unknown={"email"})
    found = verify(entry.stored, entry.after, entry.declared, after, Comparison())
    assert (found["email"].verdict, status_of(found)) == ("unknown", "failed")
    assert may_still_arrive(found)


@pytest.mark.parametrize(
    ("now", "may_arrive"), [({}, True), ({"firstname": "Eva"}, False), ({"firstname": "Anna"}, False)]
)
def test_only_what_reads_as_before_may_still_arrive(now: Contact, *, may_arrive: bool) -> None:
    (entry,) = plan_of({"firstname": "Anna"}, OLD).entries
    assert may_still_arrive(judged(entry, {**OLD, **now})) is may_arrive


def test_a_declared_field_in_another_notation_than_before_is_still_as_declared() -> None:
    (entry,) = plan_of({"firstname": "Anna", "phonenumber": "+46700000000"}, OLD).entries
    found = judged(entry, {**OLD, "firstname": "Anna", "phonenumber": "+46 700 00 00 00"})
    assert found["phonenumber"].verdict == "kept"


def test_the_diff_has_one_entry_for_each_change_with_sorted_legible_lines() -> None:
    stored = {**OLD, "firstname": "Eva"}
    plan = plan_of({"firstname": "Åsa", "address1": "Nya vägen 1", "companyname": ""}, OLD, stored)
    first, second = diff_of(plan.changing)
    assert first == {
        "before_header": "0.example (dom_0)",
        "after_header": "0.example (dom_0)",
        "before": "address1: Gamla vägen 9\ncompanyname: Example AB\nfirstname: Erik\n",
        "after": 'address1: Nya vägen 1\ncompanyname: ""\nfirstname: Åsa\n',
    }
    assert second["before_header"] == "1.example (dom_1)"


def test_the_very_same_change_is_one_entry_of_the_diff_that_counts_and_names_its_domains() -> None:
    plan = plan_of({"city": "Lund"}, OLD, {**OLD, "city": "Malmö"}, {**OLD, "state": "Skåne"})
    assert [(entry["before_header"], entry["before"]) for entry in diff_of(plan.changing)] == [
        ("2 domains: 0.example, 2.example", "city: Göteborg\n"),
        ("1.example (dom_1)", "city: Malmö\n"),
    ]


@pytest.mark.parametrize(("count", "named"), [(2, 2), (20, 20), (21, 10), (300, 10)])
def test_a_change_of_many_domains_is_no_longer_than_one_of_few(count: int, named: int) -> None:
    (entry,) = diff_of(plan_of({"city": "Lund"}, *[OLD] * count).changing)
    rest = f" and {count - named} more" if named < count else ""
    assert entry["after_header"] == f"{count} domains: {', '.join(f'{i}.example' for i in range(named))}{rest}"
    assert entry["after"] == "city: Lund\n"


def test_a_redacted_diff_gathers_the_domains_by_the_fields_that_differ() -> None:
    plan = plan_of({"city": "Lund"}, OLD, {**OLD, "city": "Malmö"})
    assert [entry["after"] for entry in diff_of(plan.changing, redact=True)] == ["other values for city\n"]


def test_the_diff_of_no_change_is_empty() -> None:
    assert diff_of(plan_of({"city": "Göteborg"}, OLD).changing) == []


def test_a_stored_line_break_cannot_forge_a_line_of_the_diff() -> None:
    (entry,) = diff_of(plan_of({"city": "Lund"}, {**OLD, "city": "Göte\nborg\x1b[31m"}).changing)
    assert entry["before"] == "city: Göte\\nborg\\x1b[31m\n"
