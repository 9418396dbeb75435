# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Sentences for a person, made from a cause and from the names of fields and domains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact

NOT_PERSONAL = frozenset({"country", "state"})

SHORTEST_STORED_VALUE = 4
"""Characters; stored values from this length on are taken out of texts, declared ones always."""

NAMED_DOMAINS = 3
"""How many domains a sentence names before it counts the rest."""


def without_values(text: str, private: Mapping[str, str], domains: Iterable[Domain]) -> str:
    """Return a text with ``<field>`` in the place of contact values; names of these domains stay.

    :param private: contact value to field name.
    """
    names = {domain.name for domain in domains}
    for value in sorted((value for value in private if value in text), key=len, reverse=True):
        if value not in names:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"<{private[value]}>", text)
    return text


def personal(*contacts: Contact) -> dict[str, str]:
    """Return contact value to field name, for the values that tell who somebody is."""
    return {
        value: name for contact in contacts for name, value in contact.items() if value and name not in NOT_PERSONAL
    }


def named(domains: Iterable[Domain], domain_ids: Sequence[str]) -> str:
    """Return the first few of these ids by the names of their domains, and how many more there are."""
    labels = {domain.id: domain.name or domain.id or "" for domain in domains}
    names = ", ".join(labels.get(domain_id, domain_id) for domain_id in domain_ids[:NAMED_DOMAINS])
    more = len(domain_ids) - NAMED_DOMAINS
    return f"{names} and {more} more" if more > 0 else names


def told_causes(domains: Iterable[Domain], causes: Mapping[str, str]) -> str:
    """Return one sentence for each cause, with the first of the domains that have it, and how many more there are.

    :param causes: domain id to cause.
    """
    groups: dict[str, list[str]] = {}
    for domain_id, cause in causes.items():
        groups.setdefault(cause, []).append(domain_id)
    return " ".join(f"{named(domains, ids)}: {cause}" for cause, ids in groups.items())
