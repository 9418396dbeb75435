# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The contact that an answer of the API holds. Pure, and trusting nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact


class Unreadable(Exception):
    """What an answer holds cannot be used; the text says why, as a clause."""


def stored_contact(raw: Any, wire_names: Mapping[str, str]) -> Contact:
    """Read a contact object of an answer.

    :param wire_names: field name to its name in this API generation.
    :raises Unreadable: if it is no contact.
    """
    if not isinstance(raw, dict):
        raise Unreadable("the API returned no registrant contact")
    contact: dict[str, str] = {}
    for name, wire_name in wire_names.items():
        if wire_name not in raw:
            continue
        value = raw[wire_name]
        if isinstance(value, (bool, float, list, dict)):
            raise Unreadable(f"the API returned something else than text for {name}")
        contact[name] = "" if value is None else str(value)
    # All of them at once, which is how it nearly always is.
    if not is_unicode("".join(contact.values())):
        name = next(name for name, text in contact.items() if not is_unicode(text))
        raise Unreadable(f"the API returned text that is not valid Unicode for {name}")
    return contact


def is_unicode(text: str) -> bool:
    """Return whether a text can be written as UTF-8; JSON can escape halves of characters, which cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
