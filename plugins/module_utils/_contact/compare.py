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

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import (
    canonical_country,
    canonical_email,
    canonical_phone,
    canonical_postcode,
    canonical_state,
    comparable_text,
    without_outer_spaces,
)

REMEMBERED = 65_536
"""How many answers about values are kept: the domains of a portfolio share most of theirs."""


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


class VerdictKind(str, Enum):
    """How a stored value compares with a declared one."""

    EQUAL = "equal"
    EQUIVALENT = "equivalent"
    DIFFERENT = "different"
    UNVERIFIABLE = "unverifiable"
    """The API does not return what is stored."""
    UNREADABLE = "unreadable"
    """The API returned something that is no value of this field."""


@dataclass(frozen=True)
class Verdict:
    """What the comparison of one field says.

    :ivar rule: which rule made it equivalent; None otherwise.
    """

    kind: VerdictKind
    rule: str | None = None


def country_of(contact: Contact, fallback: Contact | None = None) -> str:
    """Return the contact's country code in upper case, else that of ``fallback``, else ``""``."""
    return _country_code(contact.get("country", "")) or _country_code((fallback or {}).get("country", ""))


@lru_cache(maxsize=REMEMBERED)
def _country_code(value: str) -> str:
    return canonical_country(comparable_text(value)) or ""


def comparable_contact(contact: Contact) -> tuple[object, ...]:
    """Return a key that two contacts share exactly if :func:`compare` finds none of their fields different."""
    country = country_of(contact)
    return tuple(comparable_form(name, contact.get(name, ""), country) for name in FIELD_NAMES)


def comparable_form(field: str, value: str, country: str) -> object:
    """Return a key that two values of a field share only if :func:`compare` does not find them different.

    Values of contacts in one country share it exactly then.

    :param country: upper-case country code of the contact that the value belongs to, or ``""``.
    """
    text = comparable_text(value)
    rule = RULES.get(field)
    canonical = None if rule is None else rule.canonical(text, country)
    if rule is None or canonical is None:
        return text
    return (country if rule.within_one_country else "", canonical)


def is_same(
    field: str, left: str, right: str, *, left_country: str = "", right_country: str = "", strict: bool = False
) -> bool:
    """Return whether two values of one field are equal or equivalent; the arguments are those of :func:`compare`."""
    verdict = compare(field, left, right, left_country=left_country, right_country=right_country, strict=strict)
    return verdict.kind is not VerdictKind.DIFFERENT


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
        return Verdict(VerdictKind.EQUAL)
    if strict:
        return Verdict(VerdictKind.DIFFERENT)
    left_text, right_text = comparable_text(left), comparable_text(right)
    if left_text == right_text:
        is_trimmed = without_outer_spaces(left) == without_outer_spaces(right)
        return Verdict(VerdictKind.EQUIVALENT, TRIMMED if is_trimmed else COMPOSED)
    rule = RULES.get(field)
    if rule is None or (rule.within_one_country and left_country != right_country):
        return Verdict(VerdictKind.DIFFERENT)
    canonical = rule.canonical(left_text, left_country)
    if canonical is not None and canonical == rule.canonical(right_text, right_country):
        return Verdict(VerdictKind.EQUIVALENT, rule.name)
    return Verdict(VerdictKind.DIFFERENT)
