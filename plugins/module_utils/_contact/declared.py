# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Read a contact that a person declared: every problem is found before anything is sent, and reported with its cure."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.hostup.cloud.plugins.module_utils._contact.calling_codes import (
    CALLING_CODE_OF_TRUNK_ZERO_COUNTRY,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.countries import CODES_OF_OTHER_NAMES, COUNTRY_NAMES
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, FIELDS, NAME_OF
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import POSTCODES, as_text, canonical_phone

LONGEST_VALUE = 255
"""Characters; RFC 5733 limits the postal fields of an EPP contact to 255."""

LONGEST_EMAIL = 254
"""Characters; RFC 5321 section 4.5.3.1.3, see erratum 1690 of RFC 3696."""

NOT_CONTACT_FIELDS = frozenset({"orgno", "org_no", "registrationidentifier", "registration_identifier"})

CAN_BE_EMPTY = frozenset(field.name for field in FIELDS if field.can_be_empty)

INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u2060\ufeff") | frozenset(
    chr(code) for first, last in ((0x202A, 0x202E), (0x2066, 0x2069)) for code in range(first, last + 1)
)
"""Characters that nobody sees and that make two equal-looking values differ. The joiners U+200C and U+200D are not
here: some scripts need them."""

EMPTY = "empty"

CHARACTER = "character"

TOO_LONG = "too_long"

MALFORMED = "malformed"


class Problem(NamedTuple):
    """Why a value cannot be declared.

    :ivar kind: ``empty``, ``character``, ``too_long`` or ``malformed``.
    :ivar sentence: follows the name of the field, and may quote the value.
    """

    kind: str
    sentence: str


_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")

_COUNTRY_PREFIX = re.compile(r"[A-Za-z]{1,2}-(?P<rest>.+)")


_TYPES = {str: "string", bool: "boolean", int: "integer", float: "float", list: "list", dict: "dictionary"}


def kind_of(value: Any) -> str:
    """Return what a value is, in words: Ansible's own classes have names that no user knows."""
    if value is None:
        return "null"
    return next((word for kind, word in _TYPES.items() if isinstance(value, kind)), type(value).__name__)


def read_declared(raw: Mapping[Any, Any], option: str = "contacts", *, redact: bool = False) -> dict[str, str]:
    """Return the declared fields by their names, as the text that will be compared and sent.

    :param raw: what the playbook gave for ``option``; fields that are null are left out.
    :param redact: report only which fields have problems, because a problem in full quotes the value.
    :raises InvalidInput: with every problem of every field.
    """
    contact, problems = _read_fields(raw, option, redact=redact)
    for name, text in contact.items():
        problems.extend(
            _problem_text(option, name, problem, redact=redact) for problem in problems_of(name, text, contact)
        )
    if not contact and not problems:
        problems.append(f"{option}: no field is declared. Declare at least one of {', '.join(FIELD_NAMES)}.")
    if problems:
        raise InvalidInput(*problems)
    return contact


def read_condition(raw: Mapping[Any, Any] | None, option: str, *, redact: bool = False) -> dict[str, str]:
    """Return the fields that a stored contact must have, which may be values that could not be declared.

    :param raw: what the playbook gave for ``option``; None means that there is no condition.
    :raises InvalidInput: also if it has no field: every domain would meet such a condition.
    """
    if raw is None:
        return {}
    contact, problems = _read_fields(raw, option, redact=redact)
    if not contact and not problems:
        problems.append(f"{option}: no field is given, so every domain would match. Give one, or leave {option} out.")
    if problems:
        raise InvalidInput(*problems)
    return contact


def _read_fields(raw: Mapping[Any, Any], option: str, *, redact: bool) -> tuple[dict[str, str], list[str]]:
    """Return the fields that are given as text, and the problems of the others."""
    problems: list[str] = []
    values: dict[str, Any] = {}
    for key, value in raw.items():
        name = NAME_OF.get(key) if isinstance(key, str) else None
        if name is None:
            problems.append(_unknown_field(option, key))
        elif name in values:
            problems.append(f"{option}.{key}: {name} is given twice, by two of its names. Keep one of them.")
        else:
            values[name] = value
    contact: dict[str, str] = {}
    for name in FIELD_NAMES:
        value = values.get(name)
        if value is None:
            continue
        text, problem = _as_declared_text(name, value, values.get("country"))
        if problem is None:
            contact[name] = text
        else:
            problems.append(_problem_text(option, name, problem, redact=redact))
    return contact, problems


def _problem_text(option: str, name: str, problem: str, *, redact: bool) -> str:
    if redact:
        problem = (
            "this value is not accepted. The reason is withheld, because redact is true and the explanation quotes the"
            " value. Run the task without redact where nobody else sees the output."
        )
    return f"{option}.{name}: {problem}"


def read_accepted(raw: Mapping[Any, Any], declared: Iterable[Any]) -> dict[str, frozenset[str]]:
    """Return, by field, the stored spellings that count as equal to the declared value.

    :param raw: what the playbook gave for ``accept_stored``: field name to a list of texts.
    :param declared: the contacts that it declares, as it gave them, right or wrong.
    :raises InvalidInput: with every problem.
    """
    problems: list[str] = []
    accepted: dict[str, frozenset[str]] = {}
    managed = {
        NAME_OF.get(key)
        for contact in declared
        if isinstance(contact, dict)
        for key, value in contact.items()
        if isinstance(key, str) and value is not None
    }
    for key, spellings in raw.items():
        name = NAME_OF.get(key) if isinstance(key, str) else None
        where = f"accept_stored.{key}"
        if name is None:
            problems.append(_unknown_field("accept_stored", key))
        elif name not in managed:
            problems.append(f"{where}: {name} is not declared, so there is nothing to compare it with.")
        elif not isinstance(spellings, list):
            problems.append(f"{where}: must be a list of strings, got {kind_of(spellings)}.")
        elif not all(isinstance(spelling, str) and spelling.strip() for spelling in spellings):
            problems.append(f"{where}: every spelling must be a string that is not empty. Write each in quotes.")
        else:
            accepted[name] = accepted.get(name, frozenset()) | {as_text(str(spelling)) for spelling in spellings}
    if problems:
        raise InvalidInput(*problems)
    return accepted


def _unknown_field(option: str, key: Any) -> str:
    if isinstance(key, str) and key.lower() in NOT_CONTACT_FIELDS:
        return (
            f"{option}.{key}: the registration number cannot be changed here. HostUp's bulk update does not carry it,"
            " and for .se, .nu and .test it needs identity verification (BankID). Change it at https://cloud.hostup.se."
        )
    spellings = {name.lower(): name for name in NAME_OF}
    close = difflib.get_close_matches(str(key).lower(), spellings, n=1, cutoff=0.6)
    cure = f"Did you mean {spellings[close[0]]}?" if close else f"The fields are {', '.join(FIELD_NAMES)}."
    return f"{option}.{key}: there is no such field. {cure}"


def _as_declared_text(name: str, value: Any, country: Any) -> tuple[str, str | None]:
    """Return (text, problem); exactly one of them counts."""
    if isinstance(value, str):
        # Values from templates are subclasses of str with tags; the plain text is what counts.
        return as_text(str(value)), None
    if isinstance(value, bool):
        return "", f"{_boolean_problem(name, value)} {NATIVE_JINJA}"
    if isinstance(value, int):
        rule = POSTCODES.get(str(country).strip().upper())
        if name == "postcode" and rule is not None and rule.pattern.fullmatch(str(value)):
            return str(value), None
        return "", f"{_number_problem(name, value)} {NATIVE_JINJA}"
    if isinstance(value, float):
        return "", f"{_number_problem(name, value)} {NATIVE_JINJA}"
    return "", f"must be a string, got {kind_of(value)}."


NATIVE_JINJA = "Native Jinja does the same to the result of a template."


def _boolean_problem(name: str, value: bool) -> str:
    words = {
        ("country", False): ("NO", 'Write "NO" in quotes.'),
        ("state", True): ("ON", 'Write "ON" in quotes.'),
    }
    word, cure = words.get((name, value), ("yes or on" if value else "no or off", "Write the text in quotes."))
    arrived = str(value).lower()
    return f"must be a string, got boolean {arrived}: YAML reads an unquoted {word} as {arrived}. {cure}"


def _number_problem(name: str, value: float) -> str:
    arrived = f"must be a string, got number {value}"
    if name == "phonenumber" and isinstance(value, int) and canonical_phone(f"+{value}"):
        return f'{arrived}: YAML reads it unquoted as a number and drops its plus. Write "+{value}" in quotes.'
    if name == "phonenumber":
        return f'{arrived}: YAML reads it unquoted as a number. Write it in quotes, as in "+46700000000".'
    if name == "postcode":
        return (
            f"{arrived}: YAML reads unquoted digits as a number, and with a leading zero as an octal one. Write the"
            ' postcode in quotes, as in "0150".'
        )
    return f"{arrived}: YAML reads unquoted digits as a number. Write the text in quotes."


def problems_of(name: str, text: str, contact: Mapping[str, str]) -> Iterator[str]:
    """Yield why a value cannot be declared, each as a sentence that follows the name of the field.

    :param contact: the fields declared with it; the country decides which postcodes are valid.
    """
    problem = problem_of(name, text, contact)
    if problem:
        yield problem.sentence


def problem_of(name: str, text: str, contact: Mapping[str, str]) -> Problem | None:
    """Return why a value cannot be declared, or None if it can be; see :func:`problems_of`."""
    if not text:
        return None if name in CAN_BE_EMPTY else Problem(EMPTY, _empty_problem())
    bad = next((char for char in text if _is_refused(char)), None)
    if bad is not None:
        label = unicodedata.name(bad, "a control character, tab or line break")
        sentence = f"contains U+{ord(bad):04X} ({label}), which a registry would refuse or alter. Remove it."
        return Problem(CHARACTER, sentence)
    if len(text) > LONGEST_VALUE:
        return Problem(TOO_LONG, f"is {len(text)} characters long; at most {LONGEST_VALUE} are possible.")
    malformed = _CHECKS[name](text, contact) if name in _CHECKS else None
    return Problem(MALFORMED, malformed) if malformed else None


def _empty_problem() -> str:
    *others, last = (field for field in FIELD_NAMES if field in CAN_BE_EMPTY)
    return (
        "cannot be emptied, because no registry accepts that. Leave it out to keep what is stored. Only"
        f" {', '.join(others)} and {last} can be emptied."
    )


def _is_refused(char: str) -> bool:
    return char in INVISIBLE or unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def _country_problem(text: str, _contact: Mapping[str, str]) -> str | None:
    if text.upper() in COUNTRY_NAMES:
        return None
    by_name = {name.casefold(): code for code, name in COUNTRY_NAMES.items()} | CODES_OF_OTHER_NAMES
    code = by_name.get(text.casefold())
    cure = f'Did you mean "{code}"?' if code else 'Give one of the 249 assigned codes of ISO 3166-1, such as "SE".'
    return f'"{text}" is not a two-letter country code. {cure}'


def _phone_problem(text: str, contact: Mapping[str, str]) -> str | None:
    if canonical_phone(text):
        return None
    proposal = _international_form(text, contact.get("country", "").upper())
    cure = (
        f'Did you mean "{proposal}"?'
        if proposal
        else 'Write it as "+46700000000": a plus, the calling code, the number.'
    )
    return f'"{text}" is not an international phone number. {cure}'


def _international_form(text: str, country: str) -> str | None:
    """Return the ``+`` spelling of a national or ``00`` number where it is certain, else None."""
    code = CALLING_CODE_OF_TRUNK_ZERO_COUNTRY.get(country)
    if text.startswith("00"):
        candidate = "+" + text[2:]
    elif text.startswith("0") and code:
        candidate = f"+{code}{text[1:]}"
    else:
        return None
    canonical = canonical_phone(candidate)
    return None if canonical is None else "+" + canonical[0] + (f"x{canonical[1]}" if canonical[1] else "")


def _postcode_problem(text: str, contact: Mapping[str, str]) -> str | None:
    country = contact.get("country", "").upper()
    rule = POSTCODES.get(country)
    if rule is None or rule.pattern.fullmatch(text):
        return None
    prefixed = _COUNTRY_PREFIX.fullmatch(text)
    if prefixed and rule.pattern.fullmatch(prefixed["rest"].strip()):
        return f'"{text}" carries a country prefix. Write "{prefixed["rest"].strip()}".'
    return f'"{text}" is not a postcode of {COUNTRY_NAMES[country]} ({country}), which look like {rule.example}.'


def _email_problem(text: str, _contact: Mapping[str, str]) -> str | None:
    if len(text) > LONGEST_EMAIL:
        return f"is {len(text)} characters long; an e-mail address has at most {LONGEST_EMAIL}."
    if _EMAIL.fullmatch(text):
        return None
    return f'"{text}" is not an e-mail address. Write one as in "domains@example.com", without white space.'


_CHECKS: dict[str, Callable[[str, Mapping[str, str]], str | None]] = {
    "country": _country_problem,
    "phonenumber": _phone_problem,
    "postcode": _postcode_problem,
    "email": _email_problem,
}
