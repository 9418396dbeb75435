# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""A domain of the account, and the comparable form of its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import as_text, canonical_domain_name


@dataclass(frozen=True)
class ListedDomain:
    """A domain as a task lists it, by its id or by its name.

    :ivar id: as the API gives it; None as long as a name is not resolved.
    :ivar name: as the API or the playbook gives it; None where it is not known.
    """

    id: str | None
    name: str | None = None

    @property
    def label(self) -> str:
        """How a message or a diff calls it: ``name (id)``, or what is known of that."""
        return f"{self.name} ({self.id})" if self.id and self.name else self.id or self.name or ""


@dataclass(frozen=True)
class Domain(ListedDomain):
    """A domain of the account; it has an id.

    :ivar row: what the domain list says of it, untrusted; empty where it was not read from the list.
    """

    id: str
    row: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


def comparable_name(name: str) -> str | None:
    """Return a domain name as A-labels in lower case, or None. DNS ignores case (RFC 4343) and a final dot.

    IDNA takes composed letters only (RFC 5891 section 4.1), and some systems type others, which nobody sees.
    """
    return canonical_domain_name(as_text(as_text(name).rstrip(".").lower()))
