# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts as stored, and as each API generation shows and takes them. Pure functions; no state, no HTTP.

A stored contact is a dict of text under the v1 names, :data:`FIELDS`, plus ``orgno``. Empty is ``""``.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import idna

from .switches import SwitchBoard

Contact = dict[str, str]

# Stored (v1) name -> v2 name, from the two bulk pages:
# https://developer.hostup.se/endpoints/domain-services/post-domains-bulk-contacts
# https://developer.hostup.se/endpoints/domain-services/post-v2-domains-bulk-contacts
V2_NAMES: Mapping[str, str] = {
    "firstname": "firstName",
    "lastname": "lastName",
    "companyname": "companyName",
    "email": "email",
    "phonenumber": "phoneNumber",
    "address1": "street",
    "address2": "address2",
    "city": "city",
    "postcode": "postalCode",
    "state": "state",
    "country": "countryCode",
}
FIELDS: tuple[str, ...] = tuple(V2_NAMES)
STORED_KEYS: tuple[str, ...] = (*FIELDS, "orgno")
STORED_NAMES: Mapping[str, str] = {v2: stored for stored, v2 in V2_NAMES.items()}
HOLDER_FIELDS = frozenset({"firstname", "lastname", "companyname"})
ROLES = ("registrant", "admin", "tech", "billing")

_TEXT_FIELDS = frozenset({"firstname", "lastname", "companyname", "address1", "address2", "city", "state"})
_PHONE = re.compile(r"\+[0-9\s().\-/]+\Z")
_TWO_DIGIT_CALLING_CODES = frozenset(
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 "
    "81 82 84 86 90 91 92 93 94 95 98".split()
)


def complete(contact: Mapping[str, str | None]) -> Contact:
    """The contact with every stored key, the missing ones empty."""
    return {key: contact.get(key) or "" for key in STORED_KEYS}


def as_stored(patch: Mapping[str, str], switches: SwitchBoard) -> Contact:
    """What the registrar keeps of the values of a write."""
    return {key: _text_as_stored(value, switches) if key in _TEXT_FIELDS else value for key, value in patch.items()}


def v1_contact(contact: Contact, switches: SwitchBoard) -> dict[str, str | None]:
    """The contact as v1 returns it."""
    keys = [key for key in STORED_KEYS if key != "address2" or switches["v1_read_address2"]]
    shown = {key: as_read(key, contact[key], switches) for key in keys if key not in switches["read_leaves_out"]}
    if switches["v1_text_on_read"] == "html_entities":
        shown = {key: html.escape(value, quote=False) for key, value in shown.items()}
    return _with_empties(shown, switches["v1_empty_as"])


def v2_contact(contact: Contact, switches: SwitchBoard, with_identifier: bool = True) -> dict[str, Any]:
    """The contact as v2 returns it; ``with_identifier`` adds ``registrationIdentifier``."""
    keys = [key for key in FIELDS if key not in switches["read_leaves_out"]]
    shown = {V2_NAMES[key]: as_read(key, contact[key], switches) for key in keys}
    answer: dict[str, Any] = _with_empties(shown, switches["v2_empty_as"])
    if switches["v2_contact_type"]:
        answer["type"] = "organisation" if contact["companyname"] else "private"
    if with_identifier:
        identifier = _identifier(contact, switches)
        if identifier or switches["v2_empty_as"] != "absent":
            answer["registrationIdentifier"] = identifier
    return answer


def stored_orgno(identifier: str | Mapping[str, Any] | None) -> str:
    """The stored ``[CC]number`` of a v2 ``registrationIdentifier`` as written, ``""`` for none."""
    if not identifier:
        return ""
    if isinstance(identifier, str):
        return identifier
    country = identifier.get("countryCode")
    return f"[{country}]{identifier['value']}" if country else str(identifier["value"])


def as_read(key: str, value: str, switches: SwitchBoard) -> str:
    """The stored value of one field in the spelling that the read routes use."""
    if key == "phonenumber":
        return phone_in_form(value, switches["phone_on_read"])
    if key == "postcode" and switches["postcode_on_read"] == "compact":
        return value.replace(" ", "")
    if key == "country":
        return {"upper": value.upper(), "lower": value.lower()}.get(switches["country_on_read"], value)
    if key == "email":
        return _email_in_form(value, switches["email_domain_on_read"])
    return value


def phone_in_form(phone: str, form: str) -> str:
    """The phone number as ``e164``, ``epp`` (RFC 5733) or ``spaced``; unchanged where it is not international."""
    if form == "as_sent" or not _PHONE.match(phone):
        return phone
    digits = re.sub(r"[^0-9]", "", phone.replace("(0)", ""))
    if not 5 <= len(digits) <= 15:
        return phone
    if form == "e164":
        return f"+{digits}"
    length = _calling_code_length(digits)
    code, number = digits[:length], digits[length:]
    if form == "epp":
        return f"+{code}.{number}"
    return f"+{code} " + " ".join(re.findall(r".{1,3}", number))


def a_label(name: str) -> str:
    """The domain name in its ASCII form (IDNA 2008), lower-cased; unchanged where it has none."""
    try:
        return idna.encode(name.lower()).decode("ascii")
    except idna.IDNAError:
        return name.lower()


def _calling_code_length(digits: str) -> int:
    if digits[0] in "17":
        return 1
    return 2 if digits[:2] in _TWO_DIGIT_CALLING_CODES else 3


def _email_in_form(email: str, form: str) -> str:
    local, at, domain = email.rpartition("@")
    if form == "lower":
        return local + at + domain.lower()
    return local + at + a_label(domain) if form == "a_label" else email


def _text_as_stored(value: str, switches: SwitchBoard) -> str:
    rule = switches["text_on_store"]
    if rule == "strip_accents":
        return "".join(char for char in unicodedata.normalize("NFD", value) if not unicodedata.combining(char))
    if rule == "uppercase":
        return value.upper()
    return " ".join(value.split()) if rule == "trim_inner_spaces" else value


def _with_empties(shown: Mapping[str, str], empty_as: str) -> dict[str, str | None]:
    if empty_as == "absent":
        return {key: value for key, value in shown.items() if value}
    return {key: value or ("" if empty_as == "empty_string" else None) for key, value in shown.items()}


def _identifier(contact: Contact, switches: SwitchBoard) -> dict[str, str | None] | None:
    if not contact["orgno"]:
        return None
    tagged = re.match(r"\[([A-Za-z]{2})\](.*)\Z", contact["orgno"], re.DOTALL)
    country, value = tagged.groups() if tagged else (None, contact["orgno"])
    identifier: dict[str, str | None] = {"value": value, "countryCode": country}
    if switches["registration_identifier_type"] != "absent":
        company_word = switches["registration_identifier_type"]
        identifier["type"] = company_word if contact["companyname"] else "private"
    return identifier
