# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Texts of a report as a person reads them: nothing hidden, names in Unicode. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import INVISIBLE
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import unicode_domain_name
from ansible_collections.hostup.cloud.plugins.module_utils._result.drift_messages import NOT_RETURNED

Domain = Mapping[str, Any]

_WITH_A_LABEL = re.compile(r"(?:[a-z0-9-]+\.)*xn--[a-z0-9-]+(?:\.[a-z0-9-]+)*", re.ASCII | re.IGNORECASE)
"""A domain name with an A-label (RFC 5890 section 2.3.2.1)."""

WITHHELD = "withheld"
EMPTY = "empty"


def visible(value: Any) -> str:
    """Return a value as text in which nothing is hidden: control, invisible and direction characters by their codes."""
    return "".join(f"⟨U+{ord(char):04X}⟩" if _is_hidden(char) else char for char in str(value))


def _is_hidden(char: str) -> bool:
    return char in INVISIBLE or unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def readable(text: Any) -> str:
    """Return a sentence of the collection with the domain names in it in Unicode, and nothing in it hidden."""
    return visible(_WITH_A_LABEL.sub(lambda found: unicode_domain_name(found[0]), str(text)))


def name_of(domain: Domain) -> str:
    """Return the name of a domain in Unicode, or its id where no name is known."""
    name = str(domain.get("name") or domain.get("id") or "")
    # Most names have no Unicode form, and there can be thousands.
    return visible(unicode_domain_name(name) if "xn--" in name.lower() else name)


def value_columns(groups: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the key and the heading of each column of values that these changes need."""
    groups = list(groups)
    sent = any("stored" in field for group in groups for field in group["fields"])
    columns = [("before", "Stored before" if sent else "Stored"), ("after", "Declared")]
    return [*columns, ("stored", "Stored now")] if sent else columns


def note_for(field: Mapping[str, Any], key: str) -> str | None:
    """Return what stands in the place of a value that cannot be shown as it is, or None."""
    if key not in field:
        return NOT_RETURNED if key != "stored" else ""
    value = field[key]
    return WITHHELD if value is None else EMPTY if value == "" else None


def first_names(domains: Sequence[Domain], at_most: int) -> tuple[list[str], int]:
    """Return the names of the first of these domains, and how many more there are."""
    return [name_of(domain) for domain in domains[:at_most]], max(0, len(domains) - at_most)


def progress_of(job: Mapping[str, Any]) -> str:
    """Return the state of a job, with how far it is."""
    progress = "" if job["progress"] is None else f", {job['progress']:.0f} %"
    return f"{job['status']}{progress}"
