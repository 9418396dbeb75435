# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Judge what was stored: one verdict for each field, and the status of the domain that follows."""

from __future__ import annotations

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import DIFFERENT, EQUIVALENT, Verdict
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import PlannedDomain

APPLIED = "applied"

NORMALISED = "normalised"

NOT_APPLIED = "not_applied"


def judge_result(entry: PlannedDomain, stored_now: Contact) -> dict[str, Verdict]:
    """Judge what was stored for each field that the plan changes.

    :return: field to a verdict of kind ``applied``, ``normalised`` (with the rule) or ``not_applied``.
    """
    kinds = {EQUIVALENT: NORMALISED, DIFFERENT: NOT_APPLIED}
    now = entry.comparison.verdicts(entry.declared, stored_now)
    return {name: Verdict(kinds.get(now[name].kind, APPLIED), now[name].rule) for name in entry.changed_fields}
