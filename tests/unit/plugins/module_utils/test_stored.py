# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stored contact has a state for every field, so that what nobody knows is never taken for empty."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, FIELDS
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import (
    Presence,
    StoredContact,
    StoredField,
    Unreadable,
    stored_contact,
)
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import (
    COMPLETE_CONTACT,
    JSON_VALUES,
    whole,
)

WIRE_NAMES = {field.name: field.v2 for field in FIELDS}
EMPTY = dict.fromkeys(FIELD_NAMES, Presence.EMPTY)
UNKNOWN = dict.fromkeys(FIELD_NAMES, Presence.UNKNOWN)


def read(raw: Any, **left_out: Presence) -> StoredContact:
    """Read a contact in the names of API v2; of what is left out nobody knows what is stored, unless given."""
    return stored_contact(raw, WIRE_NAMES, {**UNKNOWN, **left_out})


# -- the state of a field ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Umeå", " ", "0", "null", "\n", "x" * 10_000])
def test_text_is_kept_as_it_is(text: str) -> None:
    contact = read({"city": text})
    assert contact.fields["city"] == StoredField(Presence.TEXT, text)
    assert contact.known == contact.returned == {"city": text}


@pytest.mark.parametrize(("number", "text"), [(41101, "41101"), (0, "0"), (-1, "-1")])
def test_a_whole_number_is_text(number: int, text: str) -> None:
    assert read({"postalCode": number}).fields["postcode"] == StoredField(Presence.TEXT, text)


@pytest.mark.parametrize("value", [None, ""])
def test_null_and_empty_text_are_empty(value: Any) -> None:
    contact = read({"state": value})
    assert contact.fields["state"] == StoredField(Presence.EMPTY)
    assert contact.known == contact.returned == {"state": ""}


def test_a_field_that_was_left_out_where_that_means_empty_is_known_but_was_not_returned() -> None:
    contact = read({"city": "Umeå"}, state=Presence.EMPTY)
    assert contact.fields["state"].presence is Presence.EMPTY
    assert contact.known == {"city": "Umeå", "state": ""}
    assert contact.returned == {"city": "Umeå"}


@pytest.mark.parametrize("presence", [Presence.ABSENT, Presence.UNKNOWN])
def test_a_field_of_which_nobody_knows_what_is_stored_is_not_empty(presence: Presence) -> None:
    contact = read({"city": "Umeå"}, address2=presence)
    assert contact.fields["address2"].presence is presence
    assert contact.fields["address2"].text == ""
    assert "address2" not in contact.known
    assert "address2" not in contact.returned
    assert "address2" not in contact.unreadable
    assert contact.absent == ({"address2"} if presence is Presence.ABSENT else frozenset())


@pytest.mark.parametrize("presence", [Presence.ABSENT, Presence.UNKNOWN, Presence.EMPTY])
def test_what_it_means_to_be_left_out_says_nothing_about_a_field_that_is_there(presence: Presence) -> None:
    contact = read({"address2": "Lgh 1101"}, address2=presence)
    assert contact.fields["address2"] == StoredField(Presence.TEXT, "Lgh 1101")
    assert contact.absent == frozenset()


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        *(
            (value, "the API returned something else than text")
            for value in (True, False, 1.5, [], ["Umeå"], {}, {"a": 1})
        ),
        ("Ume\ud800", "the API returned text that is not valid Unicode"),
    ],
)
def test_what_is_no_text_spoils_its_own_field_and_no_other(value: Any, problem: str) -> None:
    contact = read({"city": value, "email": "erik@example.com"})
    assert contact.fields["city"] == StoredField(Presence.UNREADABLE, problem=problem)
    assert contact.unreadable == {"city": problem}
    assert contact.known == contact.returned == {"email": "erik@example.com"}


# -- the whole contact -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [(), FIELD_NAMES[:-1], FIELD_NAMES[1:], tuple(reversed(FIELD_NAMES)), (*FIELD_NAMES, "orgno")],
    ids=["none", "without the last", "without the first", "in another order", "one too many"],
)
def test_a_contact_has_exactly_the_eleven_fields_in_their_order(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="every field, in the order of FIELD_NAMES"):
        StoredContact({name: StoredField(Presence.EMPTY) for name in names})


def test_the_order_of_an_answer_does_not_matter() -> None:
    raw = {WIRE_NAMES[name]: COMPLETE_CONTACT[name] for name in FIELD_NAMES}
    contact = read(dict(reversed(raw.items())))
    assert contact == read(raw)
    assert tuple(contact.fields) == tuple(contact.known) == FIELD_NAMES


def test_keys_that_are_no_fields_are_passed_over() -> None:
    assert read({"city": "Umeå", "orgno": "[SE]556000-0000", "id": 7, "firstname": "x"}) == read({"city": "Umeå"})


@pytest.mark.parametrize("raw", [None, [], "Umeå", 7, True])
def test_what_is_no_object_is_no_contact(raw: Any) -> None:
    with pytest.raises(Unreadable, match=r"^the API returned no registrant contact$"):
        read(raw)


@pytest.mark.parametrize("raw", [{}, {"orgno": "x"}, {"address1": "Examplegatan 1"}, {"City": "Umeå"}])
def test_an_object_without_any_known_field_is_not_a_contact_of_empty_ones(raw: dict[str, str]) -> None:
    with pytest.raises(Unreadable, match=r"^the API returned a contact without any field that is known$"):
        stored_contact(raw, WIRE_NAMES, EMPTY)


@pytest.mark.parametrize("value", [None, [], "Umeå"])
def test_one_known_field_makes_a_contact_whatever_it_holds(value: Any) -> None:
    assert tuple(read({"city": value}).fields) == FIELD_NAMES


@given(
    st.dictionaries(st.sampled_from(sorted(WIRE_NAMES.values())), JSON_VALUES, min_size=1),
    st.lists(
        st.sampled_from([Presence.EMPTY, Presence.ABSENT, Presence.UNKNOWN]),
        min_size=len(FIELD_NAMES),
        max_size=len(FIELD_NAMES),
    ),
)
def test_every_field_is_in_exactly_one_state(raw: dict[str, Any], meanings: list[Presence]) -> None:
    contact = stored_contact(raw, WIRE_NAMES, dict(zip(FIELD_NAMES, meanings)))
    unknown = {name for name, field in contact.fields.items() if field.presence is Presence.UNKNOWN}
    states = [set(contact.known), set(contact.absent), set(contact.unreadable), unknown]
    assert sorted(name for names in states for name in names) == sorted(FIELD_NAMES)
    assert contact.returned.items() <= contact.known.items()
    for name, field in contact.fields.items():
        assert field.returned == (WIRE_NAMES[name] in raw)
        assert bool(field.text) == (field.presence is Presence.TEXT)
        assert bool(contact.unreadable.get(name)) == (field.presence is Presence.UNREADABLE)


# -- the helper of the other tests -------------------------------------------------------------------------------------


def test_the_contacts_of_the_tests_are_those_of_answers() -> None:
    raw = {"city": "Umeå", "state": "", "postalCode": 4.5}
    meanings = {**EMPTY, "address2": Presence.ABSENT, "email": Presence.UNKNOWN}
    contact, answered = (
        whole({"city": "Umeå", "state": ""}, absent={"address2"}, unknown={"email"}, spoilt={"postcode"}),
        stored_contact(raw, WIRE_NAMES, meanings),
    )
    for name in FIELD_NAMES:
        one, other = contact.fields[name], answered.fields[name]
        assert (one.presence, one.text, one.returned) == (other.presence, other.text, other.returned)
