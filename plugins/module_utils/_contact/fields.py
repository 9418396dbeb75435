# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The eleven fields of a contact: their names in the playbook and in either API generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Contact = Mapping[str, str]
"""Field name to text. A field that is absent was not declared, or was not part of the API's answer."""


@dataclass(frozen=True)
class Field:
    """One contact field.

    :ivar name: its name in ``contacts``, which is also its name in API v1.
    :ivar v2: its name in API v2.
    :ivar aliases: further names accepted in ``contacts``.
    :ivar can_be_empty: whether ``""`` may be declared; no registry accepts an empty value for the others.
    """

    name: str
    v2: str
    aliases: tuple[str, ...] = ()
    can_be_empty: bool = False


FIELDS: tuple[Field, ...] = (
    Field("firstname", "firstName", ("first_name", "firstName")),
    Field("lastname", "lastName", ("last_name", "lastName")),
    Field("companyname", "companyName", ("company_name", "companyName", "company"), can_be_empty=True),
    Field("email", "email"),
    Field("phonenumber", "phoneNumber", ("phone_number", "phoneNumber", "phone")),
    Field("address1", "street", ("street",)),
    Field("address2", "address2", can_be_empty=True),
    Field("city", "city"),
    Field("postcode", "postalCode", ("postal_code", "postalCode")),
    Field("state", "state", can_be_empty=True),
    Field("country", "countryCode", ("country_code", "countryCode")),
)

FIELD_NAMES: tuple[str, ...] = tuple(field.name for field in FIELDS)

NAME_OF: dict[str, str] = {alias: field.name for field in FIELDS for alias in (field.name, *field.aliases)}
