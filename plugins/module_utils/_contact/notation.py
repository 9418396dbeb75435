# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The canonical form of a value of one field, where the text matches the grammar of the field completely.

It drops only notation without information; whatever does not match stays text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ansible_collections.hostup.cloud.plugins.module_utils._contact.calling_codes import (
    CALLING_CODES,
    CALLING_CODES_WITH_TRUNK_ZERO,
    calling_code_of,
)

try:
    # Comes with requests. Without it, an internationalised domain is compared as text.
    import idna
except ImportError:
    idna = None  # type: ignore[assignment]


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

COUNTRIES_WITH_STATE_CODES = frozenset({"US", "CA", "AU"})

_PHONE = re.compile(r"\+(?P<number>[0-9][0-9 \u00a0\u2007\u202f().\-/]*)((?:x|ext\.|;ext=)(?P<extension>[0-9]+))?")

_PHONE_EPP = re.compile(r"\+(?P<code>[0-9]{1,3})\.[0-9]+(x[0-9]+)?")

_PHONE_SEPARATORS = re.compile(r"[^0-9]")

_TRUNK_ZERO = re.compile(r"[ \u00a0\u2007\u202f.\-/]*\(0\)")

_ASCII_DOMAIN = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+")

_COUNTRY_CODE = re.compile(r"[A-Za-z]{2}")

_STATE_CODE = re.compile(r"[A-Za-z]{2,3}")


def as_text(value: str) -> str:
    """Return the form of a user's text that is sent and compared: Unicode NFC, without outer white space."""
    return unicodedata.normalize("NFC", value).strip()


SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""White space that prints nothing but room: the category Zs of Unicode."""


def without_outer_spaces(value: str) -> str:
    """Return a text without the spaces around it; line breaks and control characters stay, for they are no notation."""
    return value.strip(SPACES)


def comparable_text(value: str) -> str:
    """Return the form in which two texts are compared: Unicode NFC, without outer spaces."""
    return without_outer_spaces(unicodedata.normalize("NFC", value))


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
    """Return (local part, domain as A-label in lower case), or None if that cannot be known.

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
