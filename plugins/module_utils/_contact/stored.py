# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The contact that an answer of the API holds: total over the eleven fields. Pure, and trusting nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES


class Unreadable(Exception):
    """What an answer holds cannot be used; the text says why, as a clause."""


class Presence(str, Enum):
    """What is known of one stored field."""

    TEXT = "text"
    EMPTY = "empty"
    """The API says so, or leaves the field out where that means the same."""
    ABSENT = "absent"
    """No published answer of the API has this field, so nobody knows what is stored."""
    UNKNOWN = "unknown"
    """This answer left the field out, although others have it, so nobody knows what is stored."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class StoredField:
    """One field as an answer has it.

    :ivar text: ``""`` unless it is a text.
    :ivar returned: whether the answer had the field at all.
    :ivar problem: why it cannot be read, as a clause.
    """

    presence: Presence
    text: str = ""
    returned: bool = True
    problem: str = ""


@dataclass(frozen=True)
class StoredContact:
    """A stored contact; every field has a state, so that none is mistaken for an empty one.

    :ivar fields: one entry for each of :data:`FIELD_NAMES`.
    """

    fields: Mapping[str, StoredField]

    def __post_init__(self) -> None:
        if tuple(self.fields) != FIELD_NAMES:
            raise ValueError("a stored contact has every field, in the order of FIELD_NAMES")

    @cached_property
    def known(self) -> dict[str, str]:
        """The fields of which it is known what is stored, as text; ``""`` where they are empty."""
        known = (Presence.TEXT, Presence.EMPTY)
        return {name: field.text for name, field in self.fields.items() if field.presence in known}

    @cached_property
    def returned(self) -> dict[str, str]:
        """Those of the known fields that were part of the answer."""
        return {name: text for name, text in self.known.items() if self.fields[name].returned}

    @cached_property
    def absent(self) -> frozenset[str]:
        """The fields that the API returns for no domain."""
        return frozenset(name for name, field in self.fields.items() if field.presence is Presence.ABSENT)

    @cached_property
    def unreadable(self) -> dict[str, str]:
        """Field to why it cannot be read, as a clause."""
        return {name: field.problem for name, field in self.fields.items() if field.presence is Presence.UNREADABLE}


NOT_IN_ANSWER = "the API left it out"


def stored_contact(raw: Any, wire_names: Mapping[str, str], left_out: Mapping[str, Presence]) -> StoredContact:
    """Read a contact object of an answer.

    :param wire_names: field name to its name in this API generation.
    :param left_out: what it means when an answer leaves a field out: empty, absent or unknown.
    :raises Unreadable: if it is no contact: none of its fields is known.
    """
    if not isinstance(raw, dict):
        raise Unreadable("the API returned no registrant contact")
    if not any(wire_name in raw for wire_name in wire_names.values()):
        raise Unreadable("the API returned a contact without any field that is known")
    return StoredContact(
        {
            name: _field(raw[wire_names[name]])
            if wire_names[name] in raw
            else StoredField(left_out[name], returned=False, problem=NOT_IN_ANSWER)
            for name in FIELD_NAMES
        }
    )


def _field(value: Any) -> StoredField:
    if value is None or value == "":
        return StoredField(Presence.EMPTY)
    if isinstance(value, (bool, float, list, dict)):
        return StoredField(Presence.UNREADABLE, problem="the API returned something else than text")
    text = str(value)
    if not is_unicode(text):
        return StoredField(Presence.UNREADABLE, problem="the API returned text that is not valid Unicode")
    return StoredField(Presence.TEXT, text)


def is_unicode(text: str) -> bool:
    """Return whether a text can be written as UTF-8; JSON can escape halves of characters, which cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
