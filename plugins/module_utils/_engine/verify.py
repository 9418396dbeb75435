# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Judge what was stored: one verdict for each of the eleven fields, and the status of the domain that follows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import VerdictKind
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import StoredContact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status


class WriteVerdict(str, Enum):
    """How a field is stored after an update of its domain, the gravest first."""

    LOST = "lost"
    """It was as declared before, and is so no longer."""
    ALTERED = "altered"
    """Nobody declared it, and it is not what it was."""
    UNKNOWN = "unknown"
    """It was known before what is stored, and is so no longer."""
    NOT_APPLIED = "not_applied"
    """It was sent, and is stored otherwise."""
    NORMALISED = "normalised"
    """It was sent, and is stored in another notation."""
    APPLIED = "applied"
    KEPT = "kept"
    """It was not sent, and is what it was, as far as the API returns it."""


STATUS_OF = {
    WriteVerdict.LOST: Status.ALTERED,
    WriteVerdict.ALTERED: Status.ALTERED,
    WriteVerdict.UNKNOWN: Status.FAILED,
    WriteVerdict.NOT_APPLIED: Status.NOT_APPLIED,
    WriteVerdict.NORMALISED: Status.UPDATED,
    WriteVerdict.APPLIED: Status.UPDATED,
    WriteVerdict.KEPT: Status.UPDATED,
}

_OF_SENT = {
    VerdictKind.DIFFERENT: WriteVerdict.NOT_APPLIED,
    VerdictKind.EQUIVALENT: WriteVerdict.NORMALISED,
    VerdictKind.EQUAL: WriteVerdict.APPLIED,
}

_AS_DECLARED = (VerdictKind.EQUAL, VerdictKind.EQUIVALENT)


@dataclass(frozen=True)
class VerifiedField:
    """What was found of one field.

    :ivar stored: what is stored now; ``""`` where that is not known.
    :ivar rule: the rule by which that means the same as what was declared, where it does so in another notation.
    :ivar is_as_before: whether it reads as it did before the update.
    """

    verdict: WriteVerdict
    stored: str
    rule: str | None = None
    is_as_before: bool = False


def verify(
    before: StoredContact, sent: Contact, declared: Contact, after: StoredContact, comparison: Comparison
) -> dict[str, VerifiedField]:
    """Judge every field of a domain by the contacts that were stored before and after its update.

    :param sent: the declared fields that differed, which the update was to change.
    :return: field name to what was found, in the order of :data:`FIELD_NAMES`.
    """
    kinds = {name: verdict.kind for name, verdict in comparison.verdicts(declared, before).items()}
    verdicts = comparison.verdicts(declared, after)
    found = {}
    for name in FIELD_NAMES:
        rule, same = None, comparison.same(name, before, after)
        if name in before.known and name not in after.known:
            kind = WriteVerdict.UNKNOWN
        elif name in sent:
            kind, rule = _OF_SENT[verdicts[name].kind], verdicts[name].rule
        elif kinds.get(name) in _AS_DECLARED:
            # In another notation than before it is still as declared.
            kind = WriteVerdict.KEPT if verdicts[name].kind in _AS_DECLARED else WriteVerdict.LOST
        else:
            kind = WriteVerdict.KEPT if same else WriteVerdict.ALTERED
        found[name] = VerifiedField(kind, after.known.get(name, ""), rule, same)
    return found


def gravest(fields: Mapping[str, VerifiedField]) -> WriteVerdict:
    """Return the gravest of these verdicts."""
    found = {field.verdict for field in fields.values()}
    return next(verdict for verdict in WriteVerdict if verdict in found)


def status_of(fields: Mapping[str, VerifiedField]) -> Status:
    """Return the status of a domain: that of its gravest field."""
    return STATUS_OF[gravest(fields)]


def may_still_arrive(fields: Mapping[str, VerifiedField]) -> bool:
    """Return whether a later read may show more: a field that was sent reads as before, or cannot be read now."""
    return any(
        field.verdict is WriteVerdict.UNKNOWN or (field.verdict is WriteVerdict.NOT_APPLIED and field.is_as_before)
        for field in fields.values()
    )
