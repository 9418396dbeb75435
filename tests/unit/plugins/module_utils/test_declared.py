# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a declared contact: every problem is reported at once, with what arrived and the cure."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import (
    read_accepted,
    read_condition,
    read_declared,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, FIELDS
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import COMPLETE_CONTACT


def problems(**fields: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_declared(fields)
    return caught.value.problems


def problem(**fields: Any) -> str:
    found = problems(**fields)
    assert len(found) == 1, found
    return found[0]


def test_a_complete_contact_is_read_as_it_is() -> None:
    assert read_declared(COMPLETE_CONTACT) == COMPLETE_CONTACT


def test_null_is_not_declared_and_empty_is() -> None:
    assert read_declared({"city": "Lund", "state": None, "companyname": ""}) == {"city": "Lund", "companyname": ""}


@pytest.mark.parametrize(("alias", "name"), [(alias, field.name) for field in FIELDS for alias in field.aliases])
def test_every_alias_is_read_as_its_field(alias: str, name: str) -> None:
    assert read_declared({alias: COMPLETE_CONTACT[name] or "x"}) == {name: COMPLETE_CONTACT[name] or "x"}


def test_a_field_given_by_two_of_its_names_is_an_error() -> None:
    assert problem(phone="+46700000000", phonenumber="+46700000000") == (
        "contacts.phonenumber: phonenumber is given twice, by two of its names. Keep one of them."
    )


def test_text_is_trimmed_and_composed() -> None:
    assert read_declared({"city": " Malmo\u0308\n"}) == {"city": "Malmö"}


def test_all_problems_of_all_fields_are_reported_together() -> None:
    found = problems(country="Sweden", phonenumber="0700000000", email="anna", emial="x", postcode=150)
    assert [text.split(":")[0] for text in found] == [
        "contacts.emial",
        "contacts.postcode",
        "contacts.email",
        "contacts.phonenumber",
        "contacts.country",
    ]


def test_nothing_declared_is_an_error() -> None:
    assert "no field is declared" in problem()
    assert "no field is declared" in problem(city=None)


def test_the_option_is_named_as_it_is_called() -> None:
    with pytest.raises(InvalidInput, match=r"^when_current\.country: "):
        read_declared({"country": "XX"}, "when_current")


# -- what YAML makes of unquoted text ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"country": False}, ["contacts.country", "boolean false", "unquoted NO", 'Write "NO" in quotes']),
        ({"state": True}, ["contacts.state", "boolean true", "unquoted ON", 'Write "ON" in quotes']),
        ({"lastname": True}, ["contacts.lastname", "boolean true", "yes or on", "in quotes"]),
        ({"phonenumber": 46700000000}, ["46700000000", "drops its plus", 'Write "+46700000000" in quotes']),
        ({"phonenumber": 46.7}, ["46.7", "in quotes", '"+46700000000"']),
        ({"postcode": 104, "country": "NO"}, ["104", "octal", '"0150"']),
        ({"postcode": 104}, ["104", "octal"]),
        ({"address1": 17}, ["17", "in quotes"]),
        ({"city": ["Lund"]}, ["must be a string, got list"]),
        ({"city": {"name": "Lund"}}, ["must be a string, got dictionary"]),
    ],
)
def test_a_value_that_is_not_text_is_refused_with_the_cure(fields: dict[str, Any], words: list[str]) -> None:
    reported = problem(**fields)
    assert all(word in reported for word in words), reported


@pytest.mark.parametrize(("country", "number"), [("SE", 12345), ("se", 12345), ("NO", 1050), ("US", 12345)])
def test_an_integer_postcode_that_fits_the_declared_country_is_accepted(country: str, number: int) -> None:
    assert read_declared({"postcode": number, "country": country})["postcode"] == str(number)


# -- fields that do not exist ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "meant"),
    [("emial", "email"), ("FirstName", "firstName"), ("post_code", "postcode"), ("zipcode", "postcode"), ("fax", None)],
)
def test_an_unknown_field_names_the_nearest_one(name: str, meant: str | None) -> None:
    reported = problem(**{name: "x"})
    assert f"contacts.{name}: there is no such field" in reported
    assert (f"Did you mean {meant}?" if meant else "The fields are firstname, lastname") in reported


@pytest.mark.parametrize("name", ["orgno", "registrationIdentifier", "registration_identifier"])
def test_the_registration_number_is_refused_with_the_reason(name: str) -> None:
    reported = problem(**{name: "556000-0000"})
    assert "identity verification" in reported
    assert "556000-0000" not in reported


def test_a_key_that_is_not_text_is_an_unknown_field() -> None:
    with pytest.raises(InvalidInput, match="no such field"):
        read_declared({False: "x"})


# -- values ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["firstname", "lastname", "email", "phonenumber", "address1", "city", "postcode", "country"]
)
def test_what_no_registry_accepts_empty_cannot_be_emptied(name: str) -> None:
    assert f"contacts.{name}: cannot be emptied" in problem(**{name: " "})


@pytest.mark.parametrize("name", ["companyname", "address2", "state"])
def test_what_can_be_emptied(name: str) -> None:
    assert read_declared({name: ""}) == {name: ""}


@pytest.mark.parametrize(
    ("country", "words"),
    [
        ("UK", 'Did you mean "GB"?'),
        ("EL", 'Did you mean "GR"?'),
        ("Sweden", 'Did you mean "SE"?'),
        ("Sverige", 'Did you mean "SE"?'),
        ("SWE", "ISO 3166-1"),
        ("XX", "ISO 3166-1"),
        ("S", "ISO 3166-1"),
    ],
)
def test_a_country_is_one_of_the_249_codes(country: str, words: str) -> None:
    reported = problem(country=country)
    assert words in reported
    assert f'"{country}"' in reported


@pytest.mark.parametrize(
    ("phone", "country", "proposal"),
    [
        ("0700000000", "SE", "+46700000000"),
        ("070-000 00 00", "SE", "+46700000000"),
        ("0046700000000", None, "+46700000000"),
        ("00390612345678", "IT", "+390612345678"),
        ("0612345678", "IT", None),
        ("0700000000", None, None),
        ("46700000000", "SE", None),
        ("+46700000O00", "SE", None),
        ("+467.00000000", "SE", None),
    ],
)
def test_a_phone_number_is_international_or_a_spelling_is_proposed(
    phone: str, country: str | None, proposal: str | None
) -> None:
    reported = problem(phonenumber=phone, country=country)
    assert "is not an international phone number" in reported
    assert (f'Did you mean "{proposal}"?' in reported) if proposal else ("Did you mean" not in reported)


@pytest.mark.parametrize(
    ("postcode", "country", "words"),
    [
        ("SE-123 45", "SE", 'Write "123 45"'),
        ("1234", "SE", "not a postcode of Sweden (SE), which look like 123 45"),
        ("N-0150", "NO", 'Write "0150"'),
        ("25", "NO", "Norway"),
        ("ABC", "GB", "United Kingdom"),
    ],
)
def test_a_postcode_fits_its_country(postcode: str, country: str, words: str) -> None:
    assert words in problem(postcode=postcode, country=country)


@pytest.mark.parametrize(("postcode", "country"), [("75 001", "FR"), ("anything", None), ("SW1A 1AA", "gb")])
def test_other_postcodes_are_not_judged(postcode: str, country: str | None) -> None:
    assert read_declared({"postcode": postcode, "country": country})["postcode"] == postcode


@pytest.mark.parametrize(
    "email", ["anna", "anna@example", "a b@example.com", "a@b@example.com", "@example.com", "a@.com"]
)
def test_an_email_address_has_one_at_sign_and_a_domain(email: str) -> None:
    assert "is not an e-mail address" in problem(email=email)


def test_an_email_address_has_at_most_254_characters() -> None:
    assert "at most 254" in problem(email="a" * 243 + "@example.com")
    assert read_declared({"email": "a" * 242 + "@example.com"})


@pytest.mark.parametrize(
    ("bad", "code_point"),
    [
        ("\t", "U+0009"),
        ("\n", "U+000A"),
        ("\x00", "U+0000"),
        ("\u200b", "U+200B"),
        ("\ufeff", "U+FEFF"),
        ("\u2028", "U+2028"),
    ],
)
def test_control_and_invisible_characters_are_refused_by_code_point(bad: str, code_point: str) -> None:
    assert code_point in problem(city=f"Stock{bad}holm")


def test_more_than_255_characters_are_refused() -> None:
    assert "256 characters" in problem(city="x" * 256)
    assert read_declared({"city": "x" * 255})


# -- accepted spellings ------------------------------------------------------------------------------------------------


def test_accepted_spellings_are_read_by_any_name_of_their_field_and_composed() -> None:
    declared = {"city": "Malmö", "street": "Nygatan 1"}
    assert read_accepted({"city": ["Malmo ", "MALMO"], "address1": ["Nygatan 1."]}, [declared]) == {
        "city": frozenset({"Malmo", "MALMO"}),
        "address1": frozenset({"Nygatan 1."}),
    }


@pytest.mark.parametrize(
    ("accepted", "words"),
    [
        ({"cty": ["Malmo"]}, "accept_stored.cty: there is no such field. Did you mean city?"),
        ({"firstname": ["Ana"]}, "accept_stored.firstname: firstname is not declared"),
        ({"lastname": ["Svenson"]}, "accept_stored.lastname: lastname is not declared"),
        ({"city": "Malmo"}, "accept_stored.city: must be a list of strings, got string"),
        ({"city": [1]}, "accept_stored.city: every spelling must be a string"),
        ({"city": [""]}, "accept_stored.city: every spelling must be a string that is not empty"),
    ],
)
def test_accepted_spellings_that_cannot_be_meant_are_refused(accepted: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_accepted(accepted, [{"city": "Malmö", "lastname": None}])
    assert words in str(caught.value)


@given(
    st.dictionaries(
        st.sampled_from([*COMPLETE_CONTACT, "phone", "nope"]),
        st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.text(), max_size=1)),
        max_size=6,
    )
)
def test_reading_never_raises_anything_else(raw: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidInput):
        declared = read_declared(raw)
        assert read_declared(declared) == declared


# -- conditions --------------------------------------------------------------------------------------------------------


def test_a_condition_takes_values_that_could_not_be_declared() -> None:
    raw = {"phone": "070-1", "city": "", "country": "Sweden", "email": None, "postcode": " 1 "}
    assert read_condition(raw, "when_current") == {
        "phonenumber": "070-1",
        "city": "",
        "postcode": "1",
        "country": "Sweden",
    }


def test_without_a_condition_every_domain_is_considered() -> None:
    assert read_condition(None, "when_current") == {}


@pytest.mark.parametrize("raw", [{}, {"email": None}])
def test_a_condition_that_every_domain_would_meet_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="when_current: no field is given, so every domain would match"):
        read_condition(raw, "when_current")


def test_a_condition_must_be_text_in_known_fields() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_condition({"country": False, "emial": "x", "orgno": "1"}, "when_current")
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "when_current.emial",
        "when_current.orgno",
        "when_current.country",
    ]


# -- redacted ----------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(FIELD_NAMES), st.text(min_size=3) | st.integers(1000) | st.floats(1000)))
def test_with_redact_no_problem_reports_a_value(raw: dict[str, Any]) -> None:
    for read in (read_declared, read_condition):
        try:
            read(raw, "contacts", redact=True)
        except InvalidInput as error:
            known = error.problems if raw else []
            reported = {problem.partition(": ")[2] for problem in known}
            assert len(reported) <= 1
            assert all(problem.partition(":")[0].removeprefix("contacts.") in FIELD_NAMES for problem in known)


def test_with_redact_an_unknown_field_is_still_reported_in_full() -> None:
    with pytest.raises(InvalidInput, match=r"contacts\.emial: there is no such field. Did you mean email"):
        read_declared({"emial": "anna@example.com"}, redact=True)
