# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What looks wrong with stored contacts, and which domains share one. Pure; no message holds a contact value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from ansible_collections.hostup.cloud.plugins.module_utils._contact.calling_codes import calling_code_of
from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import (
    comparable_contact,
    country_of,
    is_same,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import (
    CHARACTER,
    EMPTY,
    MALFORMED,
    TOO_LONG,
    problem_of,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import (
    canonical_email,
    canonical_phone,
    comparable_text,
)

PLACEHOLDER = "placeholder"

LOST_DOMAIN = "lost_domain"

OUTLIER = "outlier"

_MESSAGES = {
    EMPTY: "is empty, which no registry accepts.",
    CHARACTER: "holds a character that a registry would refuse or alter, such as a line break or an invisible one.",
    TOO_LONG: "is longer than registries accept.",
    PLACEHOLDER: "looks like a placeholder.",
    LOST_DOMAIN: "is at a domain of this account that has expired, so that mail to it may reach nobody, or a stranger.",
}

_MALFORMED_MESSAGES = {
    "country": "is not a two-letter country code of ISO 3166-1.",
    "phonenumber": "is not an international phone number.",
    "postcode": "is not a postcode of the country of the contact.",
    "email": "is not a usable e-mail address.",
}

_MAY_HOLD_PLACEHOLDERS = ("firstname", "lastname", "companyname", "address1", "address2", "city", "postcode")
"""Not ``state``: ``NA`` is Naples."""

_PLACEHOLDER_WORDS = frozenset(
    {
        "n/a",
        "n.a.",
        "n.a",
        "none",
        "nil",
        "null",
        "test",
        "testing",
        "tbd",
        "todo",
        "unknown",
        "undefined",
        "placeholder",
    }
    | {"dummy", "asdf", "qwerty", "okänd", "okänt", "saknas", "ingen", "inget"}
)

_PLACEHOLDER_SHAPE = re.compile(r"[\W_]+|x{3,}|0+")
"""Nothing but punctuation, the letter x repeated, or zeros."""


@dataclass(frozen=True)
class Finding:
    """One thing that looks wrong with a stored contact.

    :ivar kind: ``empty``, ``character``, ``too_long``, ``malformed``, ``placeholder``, ``lost_domain`` or ``outlier``.
    :ivar message: a sentence without any contact value.
    """

    field: str
    kind: str
    message: str


@dataclass(frozen=True)
class Cluster:
    """Domains whose contacts mean the same.

    :ivar contact: as it is stored for the first of them.
    """

    domain_ids: tuple[str, ...]
    contact: Contact


def clusters_of(contacts: Mapping[str, Contact]) -> list[Cluster]:
    """Group domains by their stored contacts, the largest group first.

    :param contacts: domain id to stored contact; a field that is absent counts as empty.
    """
    groups: dict[tuple[object, ...], list[str]] = {}
    for domain_id, contact in contacts.items():
        groups.setdefault(comparable_contact(contact), []).append(domain_id)
    ordered = sorted(groups.values(), key=len, reverse=True)
    return [Cluster(tuple(ids), contacts[ids[0]]) for ids in ordered]


def findings_of(contacts: Mapping[str, Contact], lost_names: Set[str]) -> dict[str, list[Finding]]:
    """Return what looks wrong with each contact, by domain id.

    :param lost_names: names (A-labels in lower case) of domains that have expired.
    """
    norm = _norm(clusters_of(contacts))
    return {
        domain_id: [
            *_refused(contact),
            *_placeholders(contact),
            *_lost_email(contact, lost_names),
            *(_outliers(contact, norm, len(contacts)) if norm else ()),
        ]
        for domain_id, contact in contacts.items()
    }


def email_names(contacts: Iterable[Contact]) -> frozenset[str]:
    """Return the names (A-labels in lower case) at which the e-mail addresses are, with the names above each."""
    return frozenset(name for contact in contacts for name in _names_of_email(contact))


def _names_of_email(contact: Contact) -> list[str]:
    parsed = canonical_email(comparable_text(contact.get("email", "")))
    labels = parsed[1].split(".") if parsed else []
    # A name has two labels at least.
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def _norm(clusters: list[Cluster]) -> Cluster | None:
    """Return the one largest cluster; where two are as large, or no two domains agree, nothing is the norm."""
    sizes = [len(cluster.domain_ids) for cluster in clusters[:2]]
    return clusters[0] if sizes and sizes[0] > max([1, *sizes[1:]]) else None


def _refused(contact: Contact) -> Iterator[Finding]:
    texts = {name: comparable_text(contact.get(name, "")) for name in FIELD_NAMES}
    for name, text in texts.items():
        problem = problem_of(name, text, texts)
        if problem:
            yield _finding(name, problem.kind)


def _placeholders(contact: Contact) -> Iterator[Finding]:
    texts = {name: comparable_text(contact.get(name, "")) for name in FIELD_NAMES}
    checked = {name: texts[name] for name in _MAY_HOLD_PLACEHOLDERS}
    checked["email"] = texts["email"].rpartition("@")[0]
    phone = canonical_phone(texts["phonenumber"])
    checked["phonenumber"] = phone[0][len(calling_code_of(phone[0]) or "") :] if phone else ""
    for name, text in checked.items():
        if text and (text.casefold() in _PLACEHOLDER_WORDS or _PLACEHOLDER_SHAPE.fullmatch(text.casefold())):
            yield _finding(name, PLACEHOLDER)


def _lost_email(contact: Contact, lost_names: Set[str]) -> Iterator[Finding]:
    if not lost_names.isdisjoint(_names_of_email(contact)):
        yield _finding("email", LOST_DOMAIN)


def _outliers(contact: Contact, norm: Cluster, total: int) -> Iterator[Finding]:
    country, norm_country = country_of(contact), country_of(norm.contact)
    for name in FIELD_NAMES:
        left, right = contact.get(name, ""), norm.contact.get(name, "")
        if not is_same(name, left, right, left_country=country, right_country=norm_country):
            share = f"{len(norm.domain_ids)} of the {total} domains"
            yield Finding(name, OUTLIER, f"{name} differs from the contact that {share} share.")


def _finding(field: str, kind: str) -> Finding:
    message = _MALFORMED_MESSAGES[field] if kind == MALFORMED else _MESSAGES[kind]
    return Finding(field, kind, f"{field} {message}")
