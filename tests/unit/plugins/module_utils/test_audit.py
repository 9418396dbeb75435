# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What looks wrong with stored contacts, and which domains share one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import (
    VerdictKind,
    comparable_contact,
    compare,
    country_of,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import problem_of
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._task.audit import (
    Finding,
    clusters_of,
    email_names,
    findings_of,
)
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import COMPLETE_CONTACT

SPELT_OTHERWISE = {
    **COMPLETE_CONTACT,
    "email": "domains@EXAMPLE.com",
    "phonenumber": "+46.700000000",
    "postcode": "12345",
    "country": "se",
    "city": " Stockholm",
}
ANOTHER = {**COMPLETE_CONTACT, "city": "Umeå", "postcode": "903 26"}

# Few values, so that many of them mean the same.
SPELLINGS = {
    "email": ["a@example.com", "a@EXAMPLE.com", "A@example.com", "", "nobody", " a@example.com"],
    "phonenumber": ["+46700000000", "+46.700000000", "+46 (0)70-000 00 00", "0700000000", ""],
    "postcode": ["123 45", "12345", "sw1a 1aa", "SW1A1AA", "0025", ""],
    "state": ["ca", "CA", "California", "", " "],
    "country": ["SE", "se", "GB", "gb", "US", "Sweden", ""],
}
CONTACTS = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(SPELLINGS.get(name, ["", "-", "Malmö", "Malmo\u0308", "MALMÖ", " Malmö "]))
        for name in FIELD_NAMES
    },
)
TEXTS = st.text(max_size=40) | st.sampled_from(["-", "Anna", "a@b.example", "SE", "+46700000000"])
ANY_CONTACTS = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELD_NAMES, TEXTS))


def kinds(contact: Contact, *lost_names: str) -> list[tuple[str, str]]:
    """What is found in a single contact, as field and kind."""
    return [(finding.field, finding.kind) for finding in findings_of({"1": contact}, frozenset(lost_names))["1"]]


# -- clusters ----------------------------------------------------------------------------------------------------------


def test_contacts_that_mean_the_same_are_one_cluster_and_the_largest_comes_first() -> None:
    contacts = {"1": ANOTHER, "2": SPELT_OTHERWISE, "3": COMPLETE_CONTACT, "4": {"city": "Lund"}}
    clusters = clusters_of(contacts)
    assert [cluster.domain_ids for cluster in clusters] == [("2", "3"), ("1",), ("4",)]
    assert clusters[0].contact == SPELT_OTHERWISE


def test_a_field_that_is_absent_is_empty() -> None:
    without = {name: value for name, value in COMPLETE_CONTACT.items() if value}
    assert len(clusters_of({"1": COMPLETE_CONTACT, "2": without})) == 1


def test_without_contacts_there_is_nothing() -> None:
    assert clusters_of({}) == []
    assert findings_of({}, frozenset()) == {}


@given(CONTACTS, CONTACTS)
def test_two_contacts_are_one_exactly_if_no_field_differs(left: Contact, right: Contact) -> None:
    countries = {"left_country": country_of(left), "right_country": country_of(right)}
    differs = any(
        compare(name, left.get(name, ""), right.get(name, ""), **countries).kind == VerdictKind.DIFFERENT  # type: ignore[arg-type]
        for name in FIELD_NAMES
    )
    assert (comparable_contact(left) == comparable_contact(right)) != differs


@given(st.lists(CONTACTS, max_size=8))
def test_every_domain_is_in_one_cluster(contacts: list[Contact]) -> None:
    clusters = clusters_of({str(number): contact for number, contact in enumerate(contacts)})
    ids = [domain_id for cluster in clusters for domain_id in cluster.domain_ids]
    assert sorted(ids, key=int) == [str(number) for number in range(len(contacts))]
    sizes = [len(cluster.domain_ids) for cluster in clusters]
    assert sizes == sorted(sizes, reverse=True)


# -- findings ----------------------------------------------------------------------------------------------------------


def test_a_proper_contact_has_no_findings() -> None:
    assert kinds(COMPLETE_CONTACT) == []
    assert kinds(SPELT_OTHERWISE) == []


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("firstname", "", "empty"),
        ("address1", "  ", "empty"),
        ("city", "Umeå\n-", "character"),
        ("lastname", "Sven\u200bsson", "character"),
        ("address2", "Lgh " * 65, "too_long"),
        ("country", "Sweden", "malformed"),
        ("phonenumber", "0700000000", "malformed"),
        ("postcode", "1234", "malformed"),
        ("email", "anna", "malformed"),
        ("address1", "-", "placeholder"),
        ("address2", "...", "placeholder"),
        ("city", "N/A", "placeholder"),
        ("lastname", "Test", "placeholder"),
        ("companyname", "xxxx", "placeholder"),
        ("email", "test@example.com", "placeholder"),
        ("email", "N/A@example.com", "placeholder"),
        ("email", "---@example.com", "placeholder"),
        ("phonenumber", "+46.000000000", "placeholder"),
        ("phonenumber", "+1 000 000 0000", "placeholder"),
    ],
)
def test_each_kind_of_finding(field: str, value: str, kind: str) -> None:
    assert kinds({**COMPLETE_CONTACT, field: value}) == [(field, kind)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lastname", "Na"),
        ("lastname", "O"),
        ("city", "Å"),
        ("state", "NA"),
        ("address2", ""),
        ("companyname", "Test AB"),
        ("companyname", "王"),
        ("address1", "Testvägen 0"),
        ("email", "tests@example.com"),
        ("email", "anna@test.example"),
        ("phonenumber", "+46.100000000"),
    ],
)
def test_what_is_short_or_reminds_of_a_placeholder_is_none(field: str, value: str) -> None:
    assert kinds({**COMPLETE_CONTACT, field: value}) == []


def test_a_placeholder_is_found_where_no_form_is_known() -> None:
    assert kinds({**COMPLETE_CONTACT, "country": "FR", "postcode": "00000"}) == [("postcode", "placeholder")]


def test_a_missing_field_is_an_empty_one() -> None:
    assert kinds({"city": "Lund"}) == [
        (name, "empty") for name in FIELD_NAMES if name not in ("city", "companyname", "address2", "state")
    ]


@pytest.mark.parametrize(
    ("email", "is_lost"),
    [
        ("domains@example.com", True),
        ("domains@EXAMPLE.COM", True),
        ("domains@mail.example.com", True),
        ("domains@notexample.com", False),
        ("domains@example.com.example.org", False),
        ("anna@räksmörgås.example", True),
        ("anna@xn--rksmrgs-5wao1o.example", True),
    ],
)
def test_an_address_at_a_lost_domain_or_below_it(email: str, *, is_lost: bool) -> None:
    lost = ("example.com", "xn--rksmrgs-5wao1o.example")
    assert kinds({**COMPLETE_CONTACT, "email": email}, *lost) == ([("email", "lost_domain")] if is_lost else [])


def test_the_names_that_matter_to_an_address() -> None:
    contacts = [{"email": "a@mail.räksmörgås.example"}, {"email": "nobody"}, {}]
    assert email_names(contacts) == {"mail.xn--rksmrgs-5wao1o.example", "xn--rksmrgs-5wao1o.example"}


# -- outliers ----------------------------------------------------------------------------------------------------------


def test_an_outlier_is_reported_by_the_fields_that_differ_from_the_norm() -> None:
    contacts = {"1": COMPLETE_CONTACT, "2": ANOTHER, "3": SPELT_OTHERWISE}
    assert findings_of(contacts, frozenset()) == {
        "1": [],
        "2": [
            Finding("city", "outlier", "city differs from the contact that 2 of the 3 domains share."),
            Finding("postcode", "outlier", "postcode differs from the contact that 2 of the 3 domains share."),
        ],
        "3": [],
    }


def test_where_nothing_is_most_frequent_nothing_is_an_outlier() -> None:
    pairs = {"1": COMPLETE_CONTACT, "2": ANOTHER, "3": SPELT_OTHERWISE, "4": ANOTHER}
    assert findings_of(pairs, frozenset()) == {"1": [], "2": [], "3": [], "4": []}
    assert findings_of({"1": COMPLETE_CONTACT, "2": ANOTHER}, frozenset()) == {"1": [], "2": []}


# -- no value in a message ---------------------------------------------------------------------------------------------


@given(ANY_CONTACTS, ANY_CONTACTS)
def test_a_message_depends_on_the_field_and_the_kind_only(left: Contact, right: Contact) -> None:
    norm = {"3": COMPLETE_CONTACT, "4": COMPLETE_CONTACT}
    found = [
        finding
        for domain_id in ("1", "2")
        for finding in findings_of({"1": left, "2": right, **norm}, frozenset({"b.example"}))[domain_id]
    ]
    messages = {(finding.field, finding.kind): set() for finding in found}
    for finding in found:
        messages[finding.field, finding.kind].add(re.sub(r"[0-9] of", "n of", finding.message))
    assert all(len(texts) == 1 for texts in messages.values())


@given(ANY_CONTACTS)
def test_whatever_could_not_be_declared_is_found(contact: Contact) -> None:
    refused = {name for name in contact if problem_of(name, contact[name].strip(), contact)}
    kinds_of_refusal = ("empty", "character", "too_long", "malformed")
    assert refused <= {field for field, kind in kinds(contact) if kind in kinds_of_refusal}
