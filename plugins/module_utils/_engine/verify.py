# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Judge what was stored: one verdict for each field, and the status of the domain that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import VerdictKind
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import PlannedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status


class WriteVerdict(str, Enum):
    """How a field is stored after it was sent, the gravest first."""

    NOT_APPLIED = "not_applied"
    NORMALISED = "normalised"
    """In another notation than declared."""
    APPLIED = "applied"


_OF_COMPARISON = {
    VerdictKind.DIFFERENT: WriteVerdict.NOT_APPLIED,
    VerdictKind.EQUIVALENT: WriteVerdict.NORMALISED,
    VerdictKind.EQUAL: WriteVerdict.APPLIED,
    VerdictKind.UNVERIFIABLE: WriteVerdict.APPLIED,
}

_STATUS = {
    WriteVerdict.NOT_APPLIED: Status.NOT_APPLIED,
    WriteVerdict.NORMALISED: Status.UPDATED,
    WriteVerdict.APPLIED: Status.UPDATED,
}


@dataclass(frozen=True)
class VerifiedField:
    """What was found of one field that was sent.

    :ivar stored: what is stored now.
    :ivar rule: the rule by which that means the same as what was declared, where it does so in another notation.
    """

    verdict: WriteVerdict
    stored: str
    rule: str | None = None


def verify(planned: PlannedDomain, after: Contact) -> dict[str, VerifiedField]:
    """Judge each field that the plan of a domain sends by the contact that is stored afterwards."""
    verdicts = planned.comparison.verdicts(planned.declared, after)
    return {
        name: VerifiedField(_OF_COMPARISON[verdicts[name].kind], after.get(name, ""), verdicts[name].rule)
        for name in planned.changed_fields
    }


def status_of(fields: Mapping[str, VerifiedField]) -> Status:
    """Return the status of a domain: that of its gravest field."""
    found = {field.verdict for field in fields.values()}
    return next((_STATUS[verdict] for verdict in WriteVerdict if verdict in found), Status.UPDATED)
