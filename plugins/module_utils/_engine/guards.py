# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What stands between a plan and its first write: each guard lets the plan pass, warns, or ends the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Plan
from ansible_collections.hostup.cloud.plugins.module_utils._engine.policy import (
    CONSEQUENCES,
    Consequence,
    MaterialChange,
    material_changes,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import MissingDomains, format_request_id
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Outcome, Report
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status

ALLOW, WARN, DENY = "allow", "warn", "deny"

EACH, LIST, NONE = "each", "list", "none"

FAIL, SKIP = "fail", "skip"


@dataclass(frozen=True)
class GuardSettings:
    """The options of the same names."""

    material_changes: str = WARN
    max_changed: int | None = None
    preflight: str = EACH
    on_blocked: str = FAIL


def read_guards(params: Mapping[str, Any]) -> GuardSettings:
    """Return the guards, and check the options that must fit together.

    :raises InvalidInput: for a canary that nobody would look at.
    """
    missing = [name for name in ("wait", "verify") if not params[name]]
    if params["canary"] and missing:
        raise InvalidInput(messages.canary_without_eyes(params["canary"], missing))
    return GuardSettings(**{name: params[name] for name in GuardSettings.__dataclass_fields__})


def pass_guards(plan: Plan, api: Api, report: Report, settings: GuardSettings, *, written: int = 0) -> Plan:
    """Return the plan without the domains that must not be written.

    Nothing is asked if nothing would change.

    :param written: how many other domains of the run were written before.
    :raises HostUpError: when a guard ends the run; nothing of this plan has been written.
    """
    consequence = messages.nothing_written(written)
    _guard_readable(plan, api, report, consequence)
    _guard_material_changes(plan, report, settings.material_changes, consequence)
    _guard_number(plan, settings.max_changed, written, consequence)
    blocked = _find_blocked(plan, api, report, settings.preflight, consequence)
    report.record_outcomes({i: Outcome(Status.BLOCKED, reason) for i, reason in blocked.items()})
    if blocked and settings.on_blocked == FAIL:
        raise HostUpError(
            messages.blocked_domains(len(blocked), len(plan.changing), report.format_causes(blocked), consequence),
            code="blocked",
        )
    if blocked:
        report.warn_once(messages.skipped_blocked_domains(report.format_causes(blocked)))
    return plan.without(blocked)


def _guard_readable(plan: Plan, api: Api, report: Report, consequence: str) -> None:
    """Let no plan pass that would overwrite what nobody has read."""
    complete = api.sends_complete_contact
    found = {e.domain.id: (e.unreadable, e.invented if complete else ()) for e in plan.considered}
    reasons = {i: messages.field_unreadable(*fields) for i, fields in found.items() if any(fields)}
    if reasons:
        causes = report.format_causes(reasons)
        raise MissingDomains(
            messages.unreadable_fields(len(reasons), len(plan.entries), causes, consequence),
            reasons,
            code="unreadable_field",
        )


def _guard_number(plan: Plan, max_changed: int | None, written: int, consequence: str) -> None:
    count = len(plan.changing) + written
    if plan.changing and max_changed is not None and count > max_changed:
        total = len(plan.entries) + written
        raise HostUpError(messages.too_many_changes(count, total, max_changed, consequence), code="too_many_changes")


def _guard_material_changes(plan: Plan, report: Report, mode: str, written: str) -> None:
    changes = material_changes(plan.changing) if mode != ALLOW else []
    if mode == WARN:
        changes = [change for change in changes if report.is_news(change.entry.domain.id, change.fields)]
    consequences = [
        _consequence_for(consequence, concerned, report)
        for consequence in CONSEQUENCES
        for concerned in [[change for change in changes if consequence in change.consequences]]
        if concerned
    ]
    if mode != DENY:
        report.warn_once(*consequences)
        return
    if changes:
        reasons = {change.entry.domain.id: messages.material_fields(change.fields) for change in changes}
        report.record_outcomes({i: Outcome(Status.FAILED, reason) for i, reason in reasons.items()})
        causes = report.format_causes(reasons)
        raise HostUpError(
            messages.material_change_denied(len(changes), len(plan.changing), causes, written, consequences),
            code="material_change_denied",
        )


def _consequence_for(consequence: Consequence, changes: Sequence[MaterialChange], report: Report) -> str:
    ids = [change.entry.domain.id for change in changes]
    typographical = sum(change.is_typographical for change in changes)
    return messages.legal_consequence(len(ids), report.format_names(ids), consequence.text, typographical)


def _find_blocked(plan: Plan, api: Api, report: Report, preflight: str, consequence: str) -> dict[str, str]:
    """Return why each domain of the plan that cannot be edited cannot, by its id."""
    domains = [entry.domain for entry in plan.changing]
    if not domains or preflight == NONE or not api.has_edit_gates:
        return {}
    if preflight == LIST:
        domains = _suspicious(domains, api)
    answers = api.edit_gates(domains)
    if answers.failures:
        first = next(iter(answers.errors.values()), None)
        causes = report.format_causes(answers.failures)
        raise MissingDomains(
            messages.preflight_failed(len(answers.failures), len(domains), causes, consequence)
            + format_request_id(first.request_id if first else None),
            answers.failures,
            code="preflight_failed",
        )
    gates = {domain.id: answers.values[domain.id] for domain in domains}
    unknown = [domain_id for domain_id, gate in gates.items() if gate.allowed is None]
    if unknown:
        report.warn_once(messages.preflight_without_answer(report.format_names(unknown)))
    return {i: messages.blocked_domain(gate.reason, gate.code) for i, gate in gates.items() if gate.allowed is False}


def _suspicious(domains: Sequence[Domain], api: Api) -> list[Domain]:
    """Return those that the domain list does not show as active and at rest."""
    rows = {domain.id: domain for domain in domains if domain.row}
    pages = api.domain_pages()
    wanted = {domain.id for domain in domains}
    while wanted - rows.keys() and (page := next(pages, None)) is not None:
        rows.update((domain.id, domain) for domain in page if domain.id in wanted)
    return [domain for domain in domains if not api.is_editable_by_status(rows.get(domain.id, domain))]
