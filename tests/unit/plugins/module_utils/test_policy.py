# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What registries make of another registrant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison
from ansible_collections.hostup.cloud.plugins.module_utils._engine.policy import (
    CONSEQUENCES,
    GENERIC,
    MATERIAL_FIELDS,
    NOT_KNOWN,
    SWEDISH,
    MaterialChange,
    holder_fields,
    looks_typographical,
    material_changes,
    policy_of,
)
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import plan_for, whole

OLD = {
    "firstname": "Erik",
    "lastname": "Lindqvist",
    "companyname": "Example AB",
    "email": "erik@example.com",
    "city": "Göteborg",
}


def change_of(
    declared: Contact, stored: Contact | None = None, name: str | None = "example.com"
) -> MaterialChange | None:
    """Return the material change of one domain, if there is one."""
    contacts = {"dom_a": whole(OLD if stored is None else stored)}
    plan = plan_for([Domain("dom_a", name)], contacts, declared, Comparison())
    found = material_changes(plan.changing)
    return found[0] if found else None


def consequences_of(change: MaterialChange | None) -> str:
    return " ".join(consequence.text for consequence in change.consequences) if change else ""


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("example.com", GENERIC),
        ("shop.example", GENERIC),
        ("EXAMPLE.ORG.", GENERIC),
        ("example.se", SWEDISH),
        ("åäö.nu", SWEDISH),
        ("example.SE", SWEDISH),
        ("example.de", NOT_KNOWN),
        ("example.co.uk", NOT_KNOWN),
        ("example.xn--p1ai", NOT_KNOWN),
        ("example.рф", NOT_KNOWN),
        (None, NOT_KNOWN),
        ("", NOT_KNOWN),
    ],
)
def test_the_last_label_decides_which_rules_apply(name: str | None, policy: str) -> None:
    assert policy_of(name) == policy


@pytest.mark.parametrize("field", ["firstname", "lastname", "companyname", "email"])
@pytest.mark.parametrize("name", ["example.com", "example.de"])
def test_another_name_organisation_or_address_is_material(field: str, name: str) -> None:
    change = change_of({field: "Anna"}, name=name)
    assert change is not None
    assert change.fields == (field,)


def test_for_swedish_domains_an_address_is_not_material_but_the_holder_is() -> None:
    assert change_of({"email": "anna@example.com"}, name="example.se") is None
    change = change_of({"email": "anna@example.com", "companyname": "Nya AB"}, name="example.se")
    assert change is not None
    assert change.fields == ("companyname",)
    assert "ownership change" in consequences_of(change)
    assert "BankID" in consequences_of(change)


@pytest.mark.parametrize("name", ["example.com", "example.se", "example.de"])
def test_a_new_street_or_city_is_not_material(name: str) -> None:
    others = set(FIELD_NAMES) - MATERIAL_FIELDS[GENERIC]
    assert change_of(dict.fromkeys(others, "x"), name=name) is None


def test_what_is_only_another_notation_is_not_material() -> None:
    assert change_of({"email": "erik@EXAMPLE.com"}) is None


@pytest.mark.parametrize("name", ["example.se", "EXAMPLE.NU.", "private.test", None])
def test_where_the_registry_may_ignore_another_holder(name: str | None) -> None:
    assert holder_fields(name) == {"firstname", "lastname", "companyname"}


@pytest.mark.parametrize("name", ["example.com", "se.example", "example.sex", "example.de"])
def test_elsewhere_the_holder_is_as_any_other_field(name: str) -> None:
    assert holder_fields(name) == frozenset()


# -- who becomes the legal holder, which address must confirm ----------------------------------------------------------


def test_a_new_organisation_becomes_the_legal_holder() -> None:
    assert "organisation declared in companyname becomes the legal holder" in consequences_of(
        change_of({"companyname": "Nya AB"})
    )
    without = {**OLD, "companyname": ""}
    assert "organisation declared in companyname" in consequences_of(change_of({"companyname": "Nya AB"}, without))


def test_without_an_organisation_the_person_becomes_the_legal_holder() -> None:
    assert "Without an organisation, the person" in consequences_of(change_of({"companyname": ""}))


def test_another_person_is_the_legal_holder_only_where_there_is_no_organisation() -> None:
    assert "legal holder" not in consequences_of(change_of({"firstname": "Anna"}))
    without = {**OLD, "companyname": ""}
    assert "person declared in firstname and lastname becomes the legal holder" in consequences_of(
        change_of({"firstname": "Anna"}, without)
    )


def test_every_generic_change_needs_confirmation_and_locks_for_sixty_days() -> None:
    for declared in ({"firstname": "Anna"}, {"companyname": ""}, {"email": "anna@example.com"}):
        assert "60 days" in consequences_of(change_of(declared))
        assert "within 15 days" in consequences_of(change_of(declared))


def test_the_address_that_must_confirm_is_the_new_one_or_else_the_stored_one() -> None:
    assert "the new address in email" in consequences_of(change_of({"firstname": "Anna", "email": "anna@example.com"}))
    assert "the stored e-mail address" in consequences_of(change_of({"firstname": "Anna"}))


def test_where_the_rules_are_not_known_the_warning_says_so() -> None:
    for name in ("example.de", None):
        assert consequences_of(change_of({"firstname": "Anna"}, name=name)).startswith(
            "For this TLD the rules are not known here."
        )


@given(
    st.dictionaries(st.sampled_from(FIELD_NAMES), st.sampled_from(["", "Anna", "Example AB"])),
    st.dictionaries(st.sampled_from(FIELD_NAMES), st.sampled_from(["", "Anna", "Example AB"]), min_size=1),
    st.sampled_from(["example.com", "example.se", "example.de", None]),
)
def test_every_material_change_has_a_consequence_and_nothing_else_has(
    stored: Contact, declared: Contact, name: str | None
) -> None:
    change = change_of(declared, stored, name)
    if change is None:
        return
    assert change.consequences
    assert {consequence.policy for consequence in change.consequences} == {policy_of(name)}
    assert set(change.fields) <= set(change.entry.changed_fields)


def test_no_two_consequences_read_the_same() -> None:
    assert len({consequence.text for consequence in CONSEQUENCES}) == len(CONSEQUENCES)


# -- possibly typographical --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "typographical"),
    [
        ("Example AB", "EXAMPLE AB", True),
        ("Example AB", "Example A.B.", True),
        ("ExampleAB", "Example AB", True),
        ("Anna-Maria", "Anna Maria", True),
        ("Malmö", "Malmo", False),
        ("Example AB", "Example Aktiebolag", False),
        ("Example AB", "", False),
        ("Example 1", "Example 11", False),
    ],
)
def test_case_white_space_and_punctuation_are_possibly_typographical(
    before: str, after: str, typographical: bool
) -> None:
    assert looks_typographical(before, after) is typographical


def test_one_field_that_really_differs_makes_the_whole_change_a_real_one() -> None:
    change = change_of({"companyname": "EXAMPLE AB"})
    assert change is not None
    assert change.is_typographical
    change = change_of({"companyname": "EXAMPLE AB", "firstname": "Anna"})
    assert change is not None
    assert not change.is_typographical
