# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The eleven contact fields: their names, and when two values of one field mean the same.

A false "different" is a change every night; a false "equal" hides a correction for ever, which is worse. So a canonical
form exists only for text that matches the field's grammar completely, and drops only notation without information.
Whatever does not match is compared as text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ansible_collections.hostup.cloud.plugins.module_utils._e164 import (
    CALLING_CODES,
    CALLING_CODES_WITH_TRUNK_ZERO,
    calling_code_of,
)

try:
    # Comes with requests. Without it, an internationalised domain is compared as text.
    import idna
except ImportError:
    idna = None  # type: ignore[assignment]

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


@dataclass(frozen=True)
class Postcode:
    """How one country writes its postcodes.

    :ivar pattern: matches a whole, well-formed postcode.
    :ivar example: one, for messages.
    :ivar redundant_space: whether the one space of the pattern carries no information.
    :ivar any_case: whether letter case carries none.
    """

    pattern: re.Pattern[str]
    example: str
    redundant_space: bool = False
    any_case: bool = False


POSTCODES: dict[str, Postcode] = {
    "SE": Postcode(re.compile(r"[0-9]{3} ?[0-9]{2}"), "123 45", redundant_space=True),
    "NO": Postcode(re.compile(r"[0-9]{4}"), "0150"),
    "DK": Postcode(re.compile(r"[0-9]{4}"), "1050"),
    "FI": Postcode(re.compile(r"[0-9]{5}"), "00100"),
    "US": Postcode(re.compile(r"[0-9]{5}(-[0-9]{4})?"), "12345 or 12345-6789"),
    "GB": Postcode(
        re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|GIR ?0AA)", re.IGNORECASE | re.ASCII),
        "SW1A 1AA",
        redundant_space=True,
        any_case=True,
    ),
    "NL": Postcode(
        re.compile(r"[1-9][0-9]{3} ?[A-Z]{2}", re.IGNORECASE | re.ASCII), "1234 AB", redundant_space=True, any_case=True
    ),
}
"""The only countries whose postcodes are judged. Elsewhere a postcode is text. Sources: the postal addressing
systems of https://www.upu.int; for GB also BS 7666, for US the ZIP+4 rules of https://pe.usps.com/text/pub28."""

REMEMBERED = 65_536
"""How many answers about values are kept: the domains of a portfolio share most of theirs."""

COUNTRIES_WITH_STATE_CODES = frozenset({"US", "CA", "AU"})

_PHONE = re.compile(r"\+(?P<number>[0-9][0-9 \u00a0\u2007\u202f().\-/]*)((?:x|ext\.|;ext=)(?P<extension>[0-9]+))?")
_PHONE_EPP = re.compile(r"\+(?P<code>[0-9]{1,3})\.[0-9]+(x[0-9]+)?")
_PHONE_SEPARATORS = re.compile(r"[^0-9]")
_TRUNK_ZERO = re.compile(r"[ \u00a0\u2007\u202f.\-/]*\(0\)")
_ASCII_DOMAIN = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+")
_COUNTRY_CODE = re.compile(r"[A-Za-z]{2}")
_STATE_CODE = re.compile(r"[A-Za-z]{2,3}")


def as_text(value: str) -> str:
    """Return the form that is sent and compared: Unicode NFC, without outer white space."""
    return unicodedata.normalize("NFC", value).strip()


def canonical_phone(text: str) -> tuple[str, str] | None:
    """Return (digits, extension digits) of an international phone number, or None if it is not one.

    ``+``, an assigned calling code, 5 to 15 digits in all (ITU-T E.164), separators and an optional extension. In the
    form of RFC 5733 (``+46.700000000``) the part before the dot must be the calling code. One ``(0)`` directly behind
    the calling code of a country with a trunk zero is dropped; in any other place a zero is a digit.
    """
    match = _PHONE.fullmatch(text)
    if match is None:
        return None
    number = match["number"]
    code = calling_code_of(number)
    epp = _PHONE_EPP.fullmatch(text)
    if code is None or (epp is not None and epp["code"] not in CALLING_CODES):
        return None
    rest = number[len(code) :]
    if code in CALLING_CODES_WITH_TRUNK_ZERO:
        trunk_zero = _TRUNK_ZERO.match(rest)
        rest = rest[trunk_zero.end() :] if trunk_zero else rest
    digits = code + _PHONE_SEPARATORS.sub("", rest)
    return (digits, match["extension"] or "") if 5 <= len(digits) <= 15 else None


def canonical_postcode(text: str, country: str) -> str | None:
    """Return the postcode without redundant space and case, or None where the country has no such rule."""
    rule = POSTCODES.get(country)
    if rule is None or not rule.pattern.fullmatch(text):
        return None
    text = text.replace(" ", "") if rule.redundant_space else text
    return text.upper() if rule.any_case else text


def canonical_country(text: str) -> str | None:
    """Return two ASCII letters in upper case, or None. No aliases: ``UK`` and ``GB`` differ."""
    return text.upper() if _COUNTRY_CODE.fullmatch(text) else None


def canonical_state(text: str, country: str) -> str | None:
    """Return the code of a state of US, CA or AU in upper case, or None."""
    return text.upper() if country in COUNTRIES_WITH_STATE_CODES and _STATE_CODE.fullmatch(text) else None


def canonical_email(text: str) -> tuple[str, str] | None:
    """Return (local part, domain as A-label in lower case), or None if that cannot be told.

    The local part stays as it is (RFC 5321 section 2.4: it is case-sensitive). A Unicode domain is converted by IDNA
    2008 (RFC 5891), never by Python's own codec, which implements IDNA 2003 and maps ``ß`` to ``ss``.
    """
    local, at, domain = text.rpartition("@")
    if not at or not local:
        return None
    a_label = canonical_domain_name(domain)
    return None if a_label is None else (local, a_label)


def canonical_domain_name(name: str) -> str | None:
    """Return a domain name as A-labels in lower case, or None if it is no domain name."""
    if name.isascii():
        return name.lower() if _ASCII_DOMAIN.fullmatch(name) else None
    if idna is None:
        return None
    try:
        return idna.encode(name).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return None


def unicode_domain_name(a_label: str) -> str:
    """Return the Unicode form of a domain name by IDNA 2008, or the name itself where there is none."""
    try:
        return a_label if idna is None else idna.decode(a_label)
    except (idna.IDNAError, UnicodeError):
        return a_label


@dataclass(frozen=True)
class Rule:
    """A named way in which two spellings of one field can mean the same."""

    name: str
    canonical: Callable[[str, str], object | None]
    """Takes the text and its side's country; None where the text does not match the grammar."""
    within_one_country: bool = False


RULES: dict[str, Rule] = {
    "phonenumber": Rule("phone_notation", lambda text, _country: canonical_phone(text)),
    "postcode": Rule("postcode_notation", canonical_postcode, within_one_country=True),
    "country": Rule("country_case", lambda text, _country: canonical_country(text)),
    "state": Rule("state_case", canonical_state, within_one_country=True),
    "email": Rule("email_domain", lambda text, _country: canonical_email(text)),
}
"""Fields that are not listed are text: case, accents, punctuation and inner spaces all count."""

TRIMMED = "outer_white_space"
COMPOSED = "unicode_composition"

ACCEPTED = "accept_stored"

EQUAL = "equal"
EQUIVALENT = "equivalent"
DIFFERENT = "different"
UNVERIFIABLE = "unverifiable"


@dataclass(frozen=True)
class Verdict:
    """What the comparison of one field says.

    :ivar kind: ``equal``, ``equivalent``, ``different`` or ``unverifiable`` (the API does not tell what is stored).
    :ivar rule: which rule made it equivalent; None otherwise.
    """

    kind: str
    rule: str | None = None


def country_of(contact: Contact, fallback: Contact | None = None) -> str:
    """Return the contact's country code in upper case, else that of ``fallback``, else ``""``."""
    return _country_code(contact.get("country", "")) or _country_code((fallback or {}).get("country", ""))


@lru_cache(maxsize=REMEMBERED)
def _country_code(value: str) -> str:
    return canonical_country(as_text(value)) or ""


def comparable_contact(contact: Contact) -> tuple[object, ...]:
    """Return a key that two contacts share exactly if :func:`compare` finds none of their fields different."""
    country = country_of(contact)
    return tuple(_comparable(name, as_text(contact.get(name, "")), country) for name in FIELD_NAMES)


def _comparable(field: str, text: str, country: str) -> object:
    canonical = RULES[field].canonical(text, country) if field in RULES else None
    return text if canonical is None else canonical


@lru_cache(maxsize=REMEMBERED)
def compare(
    field: str, left: str, right: str, *, left_country: str = "", right_country: str = "", strict: bool = False
) -> Verdict:
    """Judge two values of one field; both sides are treated alike.

    :param field: one of :data:`FIELD_NAMES`.
    :param left_country: upper-case country code of the contact that ``left`` belongs to, or ``""``.
    :param strict: no equivalences: only identical text is equal.
    """
    if left == right:
        return Verdict(EQUAL)
    if strict:
        return Verdict(DIFFERENT)
    left_text, right_text = as_text(left), as_text(right)
    if left_text == right_text:
        return Verdict(EQUIVALENT, TRIMMED if left.strip() == right.strip() else COMPOSED)
    rule = RULES.get(field)
    if rule is None or (rule.within_one_country and left_country != right_country):
        return Verdict(DIFFERENT)
    canonical = rule.canonical(left_text, left_country)
    if canonical is not None and canonical == rule.canonical(right_text, right_country):
        return Verdict(EQUIVALENT, rule.name)
    return Verdict(DIFFERENT)
