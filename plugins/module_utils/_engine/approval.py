# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Is what would be written now what was approved? Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import country_of, is_same
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Plan, PlannedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan_document import Change, PlanContent, PlanMaker
from ansible_collections.hostup.cloud.plugins.module_utils._result import plan_messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Unapproved


def find_unapproved(plan: Plan, approved: PlanContent, maker: PlanMaker) -> list[Unapproved]:
    """Return what would be written, and is not in the approved plan. Less than was approved is approved.

    Values are the same if they are equal, or equivalent by the rules of comparison: a registrar that has taken to
    another notation has not changed the plan.
    """
    now = maker.content(plan, redact=approved.mark is not None).by_id
    found = (_deviation(entry, now[entry.domain.id], approved, maker) for entry in plan.changing)
    return [one for one in found if one is not None]


def all_unapproved(plan: Plan, reason: str) -> list[Unapproved]:
    """Return every change of a plan, for this reason."""
    return [Unapproved(entry.domain, entry.changed_fields, reason) for entry in plan.changing]


def _deviation(entry: PlannedDomain, now: Change, plan: PlanContent, maker: PlanMaker) -> Unapproved | None:
    approved = plan.by_id.get(now.id)
    if approved is None:
        return Unapproved(entry.domain, tuple(now.fields), plan_messages.NOT_IN_PLAN)
    # Digests are made of comparable forms, so equivalent values have the same one.
    strict = maker.seal.strict or plan.mark is not None
    added = [name for name in now.fields if name not in approved.fields]
    stored = _changed("before", now, approved, country_of(entry.stored.known), strict=strict)
    declared = _changed("after", now, approved, country_of(entry.declared, entry.stored.known), strict=strict)
    fields = tuple(name for name in now.fields if name in {*added, *stored, *declared})
    return Unapproved(entry.domain, fields, plan_messages.deviation(added, stored, declared)) if fields else None


def _changed(side: str, now: Change, approved: Change, country: str, *, strict: bool) -> list[str]:
    """Return the fields of both whose values on one side are not the same.

    :param side: ``before`` or ``after``.
    :param country: the code of the contact's country now; it was the same then, unless the approved plan changes it.
    """
    given = approved.fields.get("country")
    countries = {
        "left_country": country_of({"country": getattr(given, side) or ""}) if given else country,
        "right_country": country,
    }
    pairs = {
        name: (getattr(approved.fields[name], side), getattr(values, side))
        for name, values in now.fields.items()
        if name in approved.fields
    }
    return [name for name, pair in pairs.items() if not _same(name, *pair, countries, strict=strict)]


def _same(name: str, left: str | None, right: str | None, countries: Mapping[str, str], *, strict: bool) -> bool:
    if left is None or right is None:
        return left is right
    return is_same(name, left, right, strict=strict, **countries)
