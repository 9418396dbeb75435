# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What stands between a plan and its first write: each guard lets the plan pass, warns, or ends the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils import _report  # MODULE
from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api, EditGate
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Plan
from ansible_collections.hostup.cloud.plugins.module_utils._engine.policy import (
    CONSEQUENCES,
    Consequence,
    MaterialChange,
    material_changes,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import quoted
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import MissingDomains, told_request_id
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Outcome, Report

ALLOW, WARN, DENY = "allow", "warn", "deny"

EACH, LIST, NONE = "each", "list", "none"

FAIL, SKIP = "fail", "skip"

ACTIVE = "active"
"""The ``serviceStatus`` of a domain with which nothing is the matter,
https://developer.hostup.se/endpoints/domain-services/get-v2-domains"""


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
        raise InvalidInput(
            f"canary: {params['canary']} arrived, but {' and '.join(missing)} is false, so nobody would see how the"
            " first domains fare. Leave canary out, or let the task wait and verify."
        )
    return GuardSettings(**{name: params[name] for name in GuardSettings.__dataclass_fields__})


def pass_guards(plan: Plan, api: Api, report: Report, settings: GuardSettings) -> Plan:
    """Return the plan without the domains that must not be written.

    Nothing is asked if nothing would change.

    :raises HostUpError: when a guard ends the run; nothing has been written.
    """
    _guard_material_changes(plan, report, settings.material_changes)
    _guard_number(plan, settings.max_changed)
    blocked = _find_blocked(plan, api, report, settings.preflight)
    report.settle_each({i: Outcome(_report.BLOCKED, reason) for i, reason in blocked.items()})
    if blocked and settings.on_blocked == FAIL:
        raise HostUpError(
            f"{len(blocked)} of the {len(plan.changing)} domains that would change cannot be edited now. Nothing was"
            f" written. {report.told(blocked)} Wait until they can be edited, take them out, or set on_blocked to"
            " skip.",
            code="blocked",
        )
    if blocked:
        report.warnings.append(f"Left out, because they cannot be edited now. {report.told(blocked)}")
    return plan.without(blocked)


def _guard_number(plan: Plan, max_changed: int | None) -> None:
    count = len(plan.changing)
    if max_changed is not None and count > max_changed:
        raise HostUpError(
            f"{count} of {len(plan.entries)} domains would change, but max_changed allows {max_changed}. Nothing was"
            " written. Read the plan (check mode with diff); raise max_changed if it is right.",
            code="too_many_changes",
        )


def _guard_material_changes(plan: Plan, report: Report, mode: str) -> None:
    changes = material_changes(plan.changing) if mode != ALLOW else []
    told = [
        _told_consequence(consequence, concerned, report)
        for consequence in CONSEQUENCES
        for concerned in [[change for change in changes if consequence in change.consequences]]
        if concerned
    ]
    if mode != DENY:
        report.warnings.extend(told)
        return
    if changes:
        reasons = {change.entry.domain.id or "": _told_fields(change) for change in changes}
        report.settle_each({i: Outcome(_report.FAILED, reason) for i, reason in reasons.items()})
        raise HostUpError(
            f"material_changes is deny, and {len(changes)} of the {len(plan.changing)} changes would have legal"
            f" consequences. Nothing was written. {report.told(reasons)} {' '.join(told)}",
            code="material_change_denied",
        )


def _told_fields(change: MaterialChange) -> str:
    return f"A material change of {', '.join(change.fields)}, which material_changes denies."


def _told_consequence(consequence: Consequence, changes: Sequence[MaterialChange], report: Report) -> str:
    ids = [change.entry.domain.id or "" for change in changes]
    count = "1 domain" if len(ids) == 1 else f"{len(ids)} domains"
    text = f"Legal consequences for {count} ({report.named(ids)}): {consequence.text}"
    typographical = sum(change.is_typographical for change in changes)
    if typographical:
        text += (
            f" Of {typographical} of them the change is possibly typographical: only case, white space or punctuation"
            " differs."
        )
    return text


def _find_blocked(plan: Plan, api: Api, report: Report, preflight: str) -> dict[str, str]:
    """Return why each domain of the plan that cannot be edited cannot, by its id."""
    domains = [entry.domain for entry in plan.changing]
    if not domains or preflight == NONE or not api.tells_edit_gates:
        return {}
    if preflight == LIST:
        domains = _suspicious(domains, api)
    answers = api.edit_gates(domains)
    if answers.failures:
        first = next(iter(answers.errors.values()), None)
        raise MissingDomains(
            f"Could not ask whether {len(answers.failures)} of {len(domains)} domains can be edited. Nothing was"
            f" written. {report.told(answers.failures)}{told_request_id(first.request_id if first else None)}",
            answers.failures,
            code="preflight_failed",
        )
    gates = {domain.id or "": answers.values[domain.id or ""] for domain in domains}
    untold = [domain_id for domain_id, gate in gates.items() if gate.allowed is None]
    if untold:
        report.warnings.append(
            f"The API did not tell whether {report.named(untold)} can be edited, so the update is tried."
        )
    return {domain_id: _told_gate(gate) for domain_id, gate in gates.items() if gate.allowed is False}


def _suspicious(domains: Sequence[Domain], api: Api) -> list[Domain]:
    """Return those that the domain list does not show as active and at rest."""
    rows = {domain.id: domain for domain in domains if domain.row}
    pages = api.domain_pages()
    wanted = {domain.id for domain in domains}
    while wanted - rows.keys() and (page := next(pages, None)) is not None:
        rows.update((domain.id, domain) for domain in page if domain.id in wanted)
    return [domain for domain in domains if not _at_rest(rows.get(domain.id, domain))]


def _at_rest(domain: Domain) -> bool:
    return domain.service_status == ACTIVE and domain.transfer_in_progress is False


def _told_gate(gate: EditGate) -> str:
    parts = [quoted(gate.reason)] if gate.reason else []
    parts += [f"({gate.code})"] if gate.code else []
    return f"It cannot be edited now: {' '.join(parts) or 'the API gave no reason'}."
