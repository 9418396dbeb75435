# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spellings of phone numbers and names."""

from __future__ import annotations

import pytest

from hostup_sandbox.contacts import V2_NAMES, a_label, phone_in_form, stored_orgno


@pytest.mark.parametrize(
    ("stored", "epp"),
    [
        ("+46700000000", "+46.700000000"),
        ("+46 (0)70-000 00 00", "+46.700000000"),
        ("+12025550100", "+1.2025550100"),
        ("+79001234567", "+7.9001234567"),
        ("+35891234567", "+358.91234567"),
        ("+442071838750", "+44.2071838750"),
    ],
)
def test_the_calling_code_ends_where_its_country_says(stored: str, epp: str) -> None:
    assert phone_in_form(stored, "epp") == epp


@pytest.mark.parametrize("form", ["as_sent", "e164", "epp", "spaced"])
@pytest.mark.parametrize(
    "stored", ["", "0700000000", "0046700000000", "+4670000000O", "+46 70x1", "+123", "+1234567890123456", "+"]
)
def test_what_is_no_international_number_stays_as_it_is(stored: str, form: str) -> None:
    assert phone_in_form(stored, form) == stored


@pytest.mark.parametrize(
    ("name", "ascii_name"),
    [
        ("Example.COM", "example.com"),
        ("räksmörgås.example", "xn--rksmrgs-5wao1o.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("no_such..name", "no_such..name"),
    ],
)
def test_the_ascii_form_of_a_name(name: str, ascii_name: str) -> None:
    assert a_label(name) == ascii_name


@pytest.mark.parametrize(
    ("identifier", "stored"),
    [
        (None, ""),
        ("[SE]556000-0000", "[SE]556000-0000"),
        ({"value": "556000-0000", "countryCode": "SE"}, "[SE]556000-0000"),
        ({"value": "556000-0000"}, "556000-0000"),
    ],
)
def test_the_stored_form_of_a_number(identifier: object, stored: str) -> None:
    assert stored_orgno(identifier) == stored  # type: ignore[arg-type]


def test_eleven_fields_have_eleven_names_in_v2() -> None:
    assert len(V2_NAMES) == len(set(V2_NAMES.values())) == 11
