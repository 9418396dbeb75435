# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When two values of one field mean the same: the tables of the comparison rules, and their properties."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._contact import notation
from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import (
    RULES,
    Verdict,
    VerdictKind,
    comparable_contact,
    compare,
    country_of,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, FIELDS, NAME_OF
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import (
    as_text,
    canonical_email,
    canonical_phone,
    canonical_postcode,
)

COUNTRIES = ("SE", "NO", "GB", "NL", "US", "IT", "")
DIFFERENT = Verdict(VerdictKind.DIFFERENT)


def verdict_of(field: str, left: str, right: str, country: str = "SE", *, strict: bool = False) -> Verdict:
    return compare(field, left, right, left_country=country, right_country=country, strict=strict)


def kind(field: str, one: str, other: str, country: str = "SE") -> str:
    both = {verdict_of(field, one, other, country).kind, verdict_of(field, other, one, country).kind}
    assert len(both) == 1, "comparison must not depend on the side"
    return both.pop()


# -- phone -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stored",
    [
        "+46.700000000",
        "+46 70-000 00 00",
        "+46 (0)70 000 00 00",
        "+46(0)700000000",
        "+46-(0)70-000 00 00",
        "+46\u00a070\u2007000\u202f00 00",
        "+46/70.000.00.00",
        "+46 (70) 000 00 00",
    ],
)
def test_phone_separators_and_one_trunk_zero_are_notation(stored: str) -> None:
    assert verdict_of("phonenumber", "+46700000000", stored) == Verdict(VerdictKind.EQUIVALENT, "phone_notation")
    assert kind("phonenumber", "+46700000000", stored) == VerdictKind.EQUIVALENT


@pytest.mark.parametrize(
    "stored",
    [
        "0700000000",
        "0046700000000",
        "46700000000",
        "+460700000000",
        "+4670000000O",
        "+46700000000x1",
        "+46700000001",
        "+467.00000000",
        "+46 (0)(0)700000000",
        "+47700000000",
        "+46 70 000 00 0O",
        "+46 70 (0)0 000 000",
        "+\u0664\u0666700000000",
        "46 +700000000",
        "",
    ],
)
def test_phone_that_is_another_number_or_no_number_is_different(stored: str) -> None:
    assert kind("phonenumber", "+46700000000", stored) == VerdictKind.DIFFERENT


def test_phone_in_italy_keeps_its_zero() -> None:
    assert kind("phonenumber", "+39.0612345678", "+39 06 1234 5678", "IT") == VerdictKind.EQUIVALENT
    assert kind("phonenumber", "+39.0612345678", "+39612345678", "IT") == VerdictKind.DIFFERENT
    assert kind("phonenumber", "+39612345678", "+39 (0)612345678", "IT") == VerdictKind.DIFFERENT


def test_phone_extensions_count_and_their_spelling_does_not() -> None:
    assert kind("phonenumber", "+46700000000x12", "+46.700000000;ext=12") == VerdictKind.EQUIVALENT
    assert kind("phonenumber", "+46700000000x12", "+46 700000000 ext.12") == VerdictKind.EQUIVALENT
    assert kind("phonenumber", "+46700000000x12", "+46700000000x13") == VerdictKind.DIFFERENT
    assert kind("phonenumber", "+46700000000x12", "+4670000000012") == VerdictKind.DIFFERENT


@pytest.mark.parametrize(
    "text", ["+1", "+461", "+4612345678901234", "+99912345678", "+", "+46", "+210123456", "+0123456"]
)
def test_phone_needs_a_known_calling_code_and_5_to_15_digits(text: str) -> None:
    assert canonical_phone(text) is None


def test_a_malformed_stored_phone_stays_different_from_its_correct_spelling() -> None:
    assert kind("phonenumber", "+46700000000", "+46 700000000 (home)") == VerdictKind.DIFFERENT


# -- postcode ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "left", "right", "expected"),
    [
        ("SE", "123 45", "12345", VerdictKind.EQUIVALENT),
        ("SE", "123 45", "123  45", VerdictKind.DIFFERENT),
        ("SE", "123 45", "1 2345", VerdictKind.DIFFERENT),
        ("SE", "123 45", "SE-123 45", VerdictKind.DIFFERENT),
        ("SE", "123 45", "123 46", VerdictKind.DIFFERENT),
        ("GB", "SW1A 1AA", "sw1a1aa", VerdictKind.EQUIVALENT),
        ("GB", "SW1A 1AA", "SW1 A1AA", VerdictKind.DIFFERENT),
        ("GB", "GIR 0AA", "gir0aa", VerdictKind.EQUIVALENT),
        ("NL", "1234 AB", "1234ab", VerdictKind.EQUIVALENT),
        ("NL", "1234 AB", "1234 AC", VerdictKind.DIFFERENT),
        ("NO", "0025", "25", VerdictKind.DIFFERENT),
        ("NO", "0025", "0025", VerdictKind.EQUAL),
        ("DK", "1050", "10 50", VerdictKind.DIFFERENT),
        ("FI", "00100", "100", VerdictKind.DIFFERENT),
        ("US", "12345", "12345-6789", VerdictKind.DIFFERENT),
        ("US", "12345-6789", "123456789", VerdictKind.DIFFERENT),
        ("FR", "75 001", "75001", VerdictKind.DIFFERENT),
        ("", "123 45", "12345", VerdictKind.DIFFERENT),
    ],
)
def test_postcode_by_country(country: str, left: str, right: str, expected: str) -> None:
    assert kind("postcode", left, right, country) == expected


def test_postcodes_of_two_countries_are_compared_as_text() -> None:
    assert compare("postcode", "123 45", "12345", left_country="SE", right_country="NO").kind == VerdictKind.DIFFERENT
    assert compare("postcode", "12345", "12345", left_country="SE", right_country="NO").kind == VerdictKind.EQUAL


def test_postcodes_of_two_countries_with_one_canonical_form_are_different() -> None:
    assert compare("postcode", "123 45", "12345", left_country="SE", right_country="FI").kind == "different"


def test_postcode_digits_are_ascii() -> None:
    assert canonical_postcode("\u0661\u0662\u0663 45", "SE") is None


# -- country and state -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "country", "left", "right", "rule"),
    [
        ("phonenumber", "SE", "+46700000000", "+46.700000000", "phone_notation"),
        ("postcode", "SE", "123 45", "12345", "postcode_notation"),
        ("country", "SE", "SE", "se", "country_case"),
        ("state", "US", "NY", "ny", "state_case"),
        ("email", "SE", "domains@example.com", "domains@EXAMPLE.com", "email_domain"),
    ],
)
def test_an_equivalence_is_reported_with_the_name_of_its_rule(
    field: str, country: str, left: str, right: str, rule: str
) -> None:
    assert compare(field, left, right, left_country=country, right_country=country).rule == rule


def test_country_ignores_case_and_knows_no_aliases() -> None:
    assert verdict_of("country", "SE", "se") == Verdict(VerdictKind.EQUIVALENT, "country_case")
    assert kind("country", "GB", "UK") == VerdictKind.DIFFERENT
    assert kind("country", "SE", "SWE") == VerdictKind.DIFFERENT
    assert kind("country", "SE", "ſe") == VerdictKind.DIFFERENT


@pytest.mark.parametrize(
    ("country", "left", "right", "expected"),
    [
        ("US", "CA", "ca", VerdictKind.EQUIVALENT),
        ("CA", "ON", "on", VerdictKind.EQUIVALENT),
        ("AU", "NSW", "nsw", VerdictKind.EQUIVALENT),
        ("US", "California", "california", VerdictKind.DIFFERENT),
        ("SE", "AB", "ab", VerdictKind.DIFFERENT),
    ],
)
def test_state_codes_ignore_case_in_three_countries(country: str, left: str, right: str, expected: str) -> None:
    assert kind("state", left, right, country) == expected


def test_country_of_a_contact_falls_back_to_the_other_side() -> None:
    assert country_of({"country": " se "}) == "SE"
    assert country_of({}, {"country": "NO"}) == "NO"
    assert country_of({"country": "Sweden"}, {}) == ""


# -- e-mail ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("domains@example.com", "domains@EXAMPLE.com", VerdictKind.EQUIVALENT),
        ("domains@example.com", "Domains@example.com", VerdictKind.DIFFERENT),
        ("domains@räksmörgås.example", "domains@xn--rksmrgs-5wao1o.example", VerdictKind.EQUIVALENT),
        ("anna@straße.example", "anna@strasse.example", VerdictKind.DIFFERENT),
        ("anna@straße.example", "anna@xn--strae-oqa.example", VerdictKind.EQUIVALENT),
        ("anna.svensson@example.com", "annasvensson@example.com", VerdictKind.DIFFERENT),
        ("anna+se@example.com", "anna@example.com", VerdictKind.DIFFERENT),
        ("anna@example.com", "anna@example.com.", VerdictKind.DIFFERENT),
        ('"a@B"@example.com', '"a@b"@example.com', VerdictKind.DIFFERENT),
        ("anna@EXAMPLE", "anna@example", VerdictKind.DIFFERENT),
        ("example.com", "EXAMPLE.com", VerdictKind.DIFFERENT),
    ],
)
def test_email(left: str, right: str, expected: str) -> None:
    assert kind("email", left, right) == expected


def test_a_unicode_domain_is_text_where_the_idna_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notation, "idna", None)
    assert canonical_email("anna@räksmörgås.example") is None
    assert kind("email", "anna@räksmörgås.example", "anna@räksmörgås.example") == VerdictKind.EQUAL
    assert notation.unicode_domain_name("xn--rksmrgs-5wao1o.example") == "xn--rksmrgs-5wao1o.example"


# -- names, company, addresses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["firstname", "lastname", "companyname", "address1", "address2", "city"])
@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Malmö", "Malmo"),
        ("Malmö", "malmö"),
        ("Example AB", "Example Aktiebolag"),
        ("Example AB", "Example  AB"),
        ("Example AB", "Example, AB"),
        ("ﬁrma", "firma"),
        ("Examplegatan 1", "Examplegatan 1A"),
        ("Åsa", "Åsa\u200b"),
    ],
)
def test_text_counts_in_full(field: str, left: str, right: str) -> None:
    assert kind(field, left, right) == VerdictKind.DIFFERENT


def test_text_ignores_outer_white_space_and_unicode_composition_and_says_so() -> None:
    assert verdict_of("city", "Malmö", " Malmö\u00a0") == Verdict(VerdictKind.EQUIVALENT, "outer_white_space")
    assert verdict_of("city", "Malmö", unicodedata.normalize("NFD", "Malmö")) == Verdict(
        VerdictKind.EQUIVALENT, "unicode_composition"
    )
    assert kind("city", "", "  ") == VerdictKind.EQUIVALENT


@pytest.mark.parametrize(
    ("field", "left", "right"),
    [
        ("phonenumber", "+46700000000", "+46.700000000"),
        ("postcode", "123 45", "12345"),
        ("country", "SE", "se"),
        ("email", "a@example.com", "a@EXAMPLE.com"),
        ("city", "Malmö", "Malmö "),
    ],
)
def test_strict_knows_no_equivalence(field: str, left: str, right: str) -> None:
    assert verdict_of(field, left, right).kind == VerdictKind.EQUIVALENT
    assert verdict_of(field, left, right, strict=True).kind == VerdictKind.DIFFERENT
    assert verdict_of(field, left, left, strict=True).kind == VerdictKind.EQUAL


# -- names of the fields -----------------------------------------------------------------------------------------------


def test_every_name_of_either_api_generation_is_an_alias_and_belongs_to_one_field() -> None:
    assert len(FIELD_NAMES) == 11
    assert all(NAME_OF[field.v2] == field.name for field in FIELDS)
    assert len(NAME_OF) == sum(len({field.name, *field.aliases}) for field in FIELDS)


# -- properties --------------------------------------------------------------------------------------------------------

PHONES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["+46", "+39", "+1", "+4", "+46.", "+46 (0)", "+358", "0", "00", ""]),
    st.text("0123456789 -./()xO\u00a0", max_size=16),
    st.sampled_from(["", "x1", ";ext=2", " ext.3"]),
)
POSTCODES = st.one_of(
    st.from_regex(r"[0-9]{3} ?[0-9]{2}", fullmatch=True),
    st.from_regex(r"[a-zA-Z]{1,2}[0-9] ?[0-9][a-zA-Z]{2}", fullmatch=True),
    st.text("0123456789 -AB", max_size=9),
)
EMAILS = st.builds(
    "{}@{}".format,
    st.text("abAB.+@", max_size=6),
    st.sampled_from(["example.com", "EXAMPLE.com", "å.example", "x", ""]),
)
ANY_TEXT = st.one_of(PHONES, POSTCODES, EMAILS, st.sampled_from(["SE", "se", "CA", "ca", ""]), st.text(max_size=12))
ANY_FIELD = st.sampled_from(FIELD_NAMES)
ANY_COUNTRY = st.sampled_from(COUNTRIES)


@given(ANY_FIELD, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_COUNTRY)
def test_equality_is_reflexive_symmetric_and_transitive(field: str, a: str, b: str, c: str, country: str) -> None:
    def same(left: str, right: str) -> bool:
        return verdict_of(field, left, right, country).kind != VerdictKind.DIFFERENT

    assert same(a, a)
    assert same(a, b) == same(b, a)
    if same(a, b) and same(b, c):
        assert same(a, c)


CONTROLS_AND_LINE_ENDS = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) in ("Cc", "Zl", "Zp")]
SAMPLES = {
    "phonenumber": "+46 70 000 00 00",
    "email": "anna@example.com",
    "postcode": "123 45",
    "state": "NY",
    "country": "US",
}


def is_kept_apart(field: str, declared: str, stored: str, country: str = "SE") -> bool:
    """Return whether two values differ in every kind of comparison, and in the key by which contacts are grouped."""
    keys = {comparable_contact({"country": country, field: value}) for value in (declared, stored)}
    verdicts = {verdict_of(field, declared, stored, country, strict=strict) for strict in (True, False)}
    return len(keys) == 2 and kind(field, declared, stored, country) == "different" and verdicts == {DIFFERENT}


@pytest.mark.parametrize("field", FIELD_NAMES)
@pytest.mark.parametrize("country", ["SE", "US"])
def test_every_control_character_and_every_line_end_counts_also_at_the_ends(field: str, country: str) -> None:
    text = SAMPLES.get(field, "Stockholm")
    middle = len(text) // 2
    for char in CONTROLS_AND_LINE_ENDS:
        for stored in (
            text + char,
            char + text,
            text[:middle] + char + text[middle:],
            f"{text} {char}",
            f"{char} {text}",
        ):
            assert is_kept_apart(field, text, stored, country), repr(stored)


@given(ANY_FIELD, ANY_TEXT, st.sampled_from(CONTROLS_AND_LINE_ENDS), ANY_COUNTRY, st.data())
def test_a_control_character_or_line_end_in_any_text_is_never_equal_nor_equivalent(
    field: str, text: str, char: str, country: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(text)))
    assert is_kept_apart(field, text, text[:place] + char + text[place:], country)


@pytest.mark.parametrize(
    "stored", ["Stockholm\n", "Stockholm\r\n", "Stockholm\u2028", "Stockholm\x85", "\x1fStockholm"]
)
def test_what_a_user_declares_is_trimmed_of_line_ends_and_what_is_stored_is_not(stored: str) -> None:
    assert as_text(stored) == "Stockholm"
    assert kind("city", "Stockholm", stored) == VerdictKind.DIFFERENT


TEXT_OF_CANONICAL: dict[str, Callable[[Any], str]] = {
    "phonenumber": lambda number: f"+{number[0]}" + (f"x{number[1]}" if number[1] else ""),
    "email": "@".join,
    "postcode": str,
    "country": str,
    "state": str,
}


WELL_FORMED = {
    "email": st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?@[a-z]{2,10}\.(se|com|example)", fullmatch=True),
    "phonenumber": st.from_regex(r"\+(46|39|1|358)[ .]?[1-9][0-9]{1,3}[ -]?[0-9]{3} ?[0-9]{2,4}", fullmatch=True),
    "postcode": st.from_regex(r"[1-9][0-9]{2} ?[0-9]{2}", fullmatch=True),
    "country": st.sampled_from(["SE", "NO", "GB", "us"]),
}

PHONES_WITH_ALL_PARTS = st.from_regex(
    r"\+(46|44|358)[ .]?(\(0\))?[1-9][0-9]{1,3}[ -/]?[0-9]{3} ?[0-9]{2,4}( ?(x|ext\. ?)[0-9]{1,4})?", fullmatch=True
)

TEXT_OF_FIELD = {
    "phonenumber": PHONES | PHONES_WITH_ALL_PARTS,
    "email": EMAILS | WELL_FORMED["email"],
    "postcode": POSTCODES,
    "country": st.sampled_from(["SE", "se", "Se", "uk"]),
    "state": st.sampled_from(["CA", "ca", "nsw", "California"]),
}


@pytest.mark.parametrize("field", sorted(RULES))
@given(data=st.data(), country=ANY_COUNTRY)
def test_a_canonical_form_is_its_own_canonical_form(field: str, data: st.DataObject, country: str) -> None:
    canonical = RULES[field].canonical(data.draw(TEXT_OF_FIELD[field]), country)
    if canonical is not None:
        assert RULES[field].canonical(TEXT_OF_CANONICAL[field](canonical), country) == canonical


@given(ANY_FIELD, st.text(), st.text(), ANY_COUNTRY, ANY_COUNTRY)
def test_comparison_never_raises(field: str, left: str, right: str, left_country: str, right_country: str) -> None:
    verdict = compare(field, left, right, left_country=left_country, right_country=right_country)
    assert (verdict.rule is not None) == (verdict.kind == VerdictKind.EQUIVALENT)


LETTERS_AND_DIGITS = string.ascii_letters + string.digits + "åäöÅÄÖéß"
CASE_IS_NOTATION = {"country", "email"}
WORDS = st.text(LETTERS_AND_DIGITS + " -.,/&", min_size=1, max_size=25)


@pytest.mark.parametrize("field", FIELD_NAMES)
@settings(max_examples=3 * settings.default.max_examples)
@given(data=st.data())
def test_one_changed_inserted_or_deleted_letter_or_digit_is_never_equal(field: str, data: st.DataObject) -> None:
    before = data.draw(WELL_FORMED.get(field, WORDS))
    position = data.draw(st.integers(0, len(before) - 1))
    edit = data.draw(st.sampled_from(["change", "insert", "delete"]))
    letter = data.draw(st.sampled_from(LETTERS_AND_DIGITS))
    if edit == "insert":
        after = before[:position] + letter + before[position:]
    else:
        assume(before[position].isalnum())
        after = before[:position] + (letter if edit == "change" else "") + before[position + 1 :]
    assume(after != before)
    if field in CASE_IS_NOTATION:
        assume(after.lower() != before.lower())
    assert kind(field, before, after) == VerdictKind.DIFFERENT
