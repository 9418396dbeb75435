# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""From the result of a module that writes to what a report about it says. Pure.

The facts hold every text as it is; what a person reads is made of them in ``drift_html`` and ``drift_markdown``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import ListedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._http.origin import read_origin
from ansible_collections.hostup.cloud.plugins.module_utils._result import drift_messages, messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.drift_messages import State
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status
from ansible_collections.hostup.cloud.plugins.module_utils._role.portfolio import effective_contact

Result = Mapping[str, Any]
Entry = Mapping[str, Any]

FORMAT = 1
"""Grows when a key of the facts gets another meaning."""

CHANGES = (
    State.ALTERED,
    State.NOT_APPLIED,
    State.FAILED,
    State.DRIFTED,
    State.BLOCKED,
    State.QUEUED,
    State.UPDATED,
)
TROUBLE = (State.ALTERED, State.NOT_APPLIED, State.FAILED, State.UNREAD, State.NOT_COMPARED)
DRIFT = (State.DRIFTED, State.BLOCKED, State.QUEUED)

_STATES = {
    Status.ALTERED: State.ALTERED,
    Status.NOT_APPLIED: State.NOT_APPLIED,
    Status.PLANNED: State.DRIFTED,
    Status.BLOCKED: State.BLOCKED,
    Status.QUEUED: State.QUEUED,
    Status.UPDATED: State.UPDATED,
    Status.SKIPPED: State.SKIPPED,
    Status.UNCHANGED: State.UNCHANGED,
}


def report_facts(
    result: Result,
    generated: str = "",
    api_url: str = "",
    redact: bool = False,
    findings: Iterable[Mapping[str, Any]] | None = None,
    profiles: Mapping[str, Mapping[str, Any]] | None = None,
    warnings: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Return what a report says, as the filter ``drift_report`` documents it.

    :param result: of ``hostup_portfolio`` or ``hostup_domain_contacts``, also of a task that failed.
    :param generated: when the result was made, for a person.
    :param api_url: the address of the API, where the result does not have it.
    :param redact: leave out every contact value, even where the result has it.
    :param findings: domains with their ``findings``, as an audit of the stored contacts returns them.
    :param profiles: the declared contacts by profile: an audit calls nothing an outlier that is declared.
    :param warnings: further ones.
    """
    entries: Sequence[Entry] = result.get("domains") or ()
    writes = _writes(result)
    states = [_state_of(entry, result, sent=writes != 0) for entry in entries]
    counts = Counter(states)
    failed = bool(result.get("failed"))
    groups = _groups(zip(states, entries), redact=redact)
    names = list(result.get("profiles") or ())
    return {
        "format": FORMAT,
        "verdict": _verdict(counts, failed=failed),
        "headline": drift_messages.headline(counts, assigned=bool(names or entries), failed=failed),
        "generated": generated,
        "api_url": _address(result, api_url),
        "writes": writes,
        "redacted": redact or any(None in (entry.get("after") or {}).values() for entry in entries),
        "failure": _failure(result, redact=redact),
        "counts": {"total": len(entries), **{state.value: counts[state] for state in State}},
        "changes": [group for group in groups if group["state"] in CHANGES],
        "others": [group for group in groups if group["state"] not in CHANGES],
        "held_back": _held_back(entries),
        "warnings": _warnings(result, warnings or (), redact=redact),
        "profiles": [_profile(name, states, entries) for name in names],
        "jobs": [_job(job) for job in result.get("jobs") or ()],
        "audit": None if not findings else _audit(list(findings), _declared(entries, profiles or {})),
    }


def _state_of(entry: Entry, result: Result, *, sent: bool) -> State:
    status, reason = Status(str(entry["status"])), entry.get("reason")
    if status is Status.FAILED:
        not_written = reason == messages.NOT_WRITTEN
        unreadable = (result.get("failure") or {}).get("code") == "unreadable_field" and not not_written
        if unreadable or not entry.get("changed_fields"):
            return State.UNREAD
        # A guard that ends a run before it writes says nothing against what was read.
        return State.DRIFTED if not_written or not sent else State.FAILED
    return State.NOT_COMPARED if reason == messages.NOT_COMPARED else _STATES[status]


def _verdict(counts: Mapping[State, int], *, failed: bool) -> str:
    if failed or any(counts[state] for state in TROUBLE):
        return "trouble"
    return "drift" if any(counts[state] for state in DRIFT) else "good"


def _writes(result: Result) -> int | None:
    """Return how many updates were sent, or None if the task ended without saying so."""
    calls = result.get("api_calls")
    if calls is None:
        return None if result.get("failed") else 0
    return int(calls["write"])


def _address(result: Result, given: str) -> str | None:
    """Return the address that was asked, without what could be a secret in it, if it is known."""
    # Older versions of Ansible keep the arguments of a task in its result.
    arguments = (result.get("invocation") or {}).get("module_args") or {}
    address = result.get("api_url") or arguments.get("api_url") or given
    try:
        return read_origin(str(address)) if address else None
    except InvalidInput:
        return "an address that is not usable"


# -- domains -----------------------------------------------------------------------------------------------------------


def _named(entry: Entry) -> dict[str, Any]:
    return {key: None if entry.get(key) is None else str(entry[key]) for key in ("id", "name")}


def _groups(domains: Iterable[tuple[State, Entry]], *, redact: bool) -> list[dict[str, Any]]:
    """Return domains by what they have in common, whatever their profiles, the most urgent and largest groups first."""
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for state, entry in domains:
        fields, reason = _fields(entry, redact=redact), _reason(state, entry, redact=redact)
        key = (state, reason, *(tuple(field.items()) for field in fields))
        group = groups.setdefault(
            key, {"state": state.value, "reason": reason, "profiles": [], "fields": fields, "domains": []}
        )
        group["domains"].append(_named(entry))
        if entry.get("profile") is not None and entry["profile"] not in group["profiles"]:
            group["profiles"].append(str(entry["profile"]))
    order = list(State)
    return sorted(groups.values(), key=lambda group: (order.index(State(group["state"])), -len(group["domains"])))


def _reason(state: State, entry: Entry, *, redact: bool) -> str | None:
    reason = entry.get("reason")
    # What ended the run is said once; a heading says the rest.
    if reason is None or state is State.NOT_COMPARED or (state is State.DRIFTED and reason == messages.NOT_WRITTEN):
        return None
    return without_values(str(reason), [entry]) if redact else str(reason)


def _fields(entry: Entry, *, redact: bool) -> list[dict[str, Any]]:
    """Return the fields that differ, each with those of ``before``, ``after`` and ``stored`` that the result has."""
    names = dict.fromkeys(
        str(name) for key in ("changed_fields", "not_applied", "altered") for name in entry.get(key) or ()
    )
    return [
        {
            "field": name,
            **{
                key: None if redact or entry[key][name] is None else str(entry[key][name])
                for key in ("before", "after", "stored")
                if name in (entry.get(key) or {})
            },
        }
        for name in names
    ]


def _held_back(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the fields that differ and are left alone, with their domains."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for entry in entries:
        if entry.get("held_back"):
            groups.setdefault(tuple(map(str, entry["held_back"])), []).append(_named(entry))
    return [{"fields": list(fields), "domains": domains} for fields, domains in groups.items()]


def _profile(name: str, states: Sequence[State], entries: Sequence[Entry]) -> dict[str, Any]:
    counts = Counter(state for state, entry in zip(states, entries) if entry.get("profile") == name)
    of_states = {state.value: counts[state] for state in State if counts[state]}
    return {"name": str(name), "total": sum(counts.values()), "counts": of_states}


# -- texts -------------------------------------------------------------------------------------------------------------


def _failure(result: Result, *, redact: bool) -> dict[str, Any] | None:
    if not result.get("failed"):
        return None
    code = (result.get("failure") or {}).get("code")
    # Several problems stand on a line each.
    text = " ".join(str(result.get("msg") or "").splitlines())
    if redact:
        withheld = code in (None, "invalid_input")
        text = drift_messages.WITHHELD_PROBLEM if withheld else without_values(text, result.get("domains") or ())
    return {"code": code, "message": text}


def _warnings(result: Result, others: Iterable[str], *, redact: bool) -> list[str]:
    """Return the warnings of the task, others, and what fits no domain, each once."""
    warnings = dict.fromkeys(str(warning) for warning in (*(result.get("warnings") or ()), *others))
    if redact:
        warnings = dict.fromkeys(without_values(text, result.get("domains") or ()) for text in warnings)
    return [*warnings, *(drift_messages.fits_no_domain(str(place)) for place in result.get("unmatched") or ())]


def without_values(text: str, entries: Iterable[Entry]) -> str:
    """Return a text with ``<field>`` in the place of every value of these domains; their names stay."""
    entries = list(entries)
    contacts = [entry.get(part) or {} for entry in entries for part in ("before", "after", "stored")]
    domains = [ListedDomain(entry.get("id"), entry.get("name")) for entry in entries]
    return messages.without_values(text, messages.personal(*contacts), domains)


def _job(job: Mapping[str, Any]) -> dict[str, Any]:
    return {**{key: job.get(key) for key in ("id", "status", "progress")}, "domains": len(job.get("domain_ids") or ())}


# -- the audit ---------------------------------------------------------------------------------------------------------


def _declared(entries: Iterable[Entry], profiles: Mapping[str, Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Return the declared fields of each domain, by its id."""
    used = {str(entry["profile"]) for entry in entries if entry.get("profile") in profiles}
    contacts = {name: effective_contact(name, profiles) for name in used}
    fields = {
        name: frozenset(key for key, value in contact.items() if value is not None)
        for name, contact in contacts.items()
    }
    return {str(entry.get("id")): fields.get(str(entry.get("profile")), frozenset()) for entry in entries}


def _audit(domains: Sequence[Mapping[str, Any]], declared: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    """Return what an audit found, by domain; domains of which it found the same are one group."""
    found: dict[tuple[tuple[str, str, str], ...], list[dict[str, Any]]] = {}
    for domain in domains:
        fields = declared.get(str(domain.get("id")), frozenset())
        findings = tuple(
            (str(finding.get("field") or ""), str(finding.get("kind") or ""), str(finding.get("message") or ""))
            for finding in domain.get("findings") or ()
            if finding.get("kind") != "outlier" or finding.get("field") not in fields
        )
        if findings:
            found.setdefault(findings, []).append(_named(domain))
    keys = ("field", "kind", "message")
    return {
        "audited": sum(domain.get("findings") is not None for domain in domains),
        "findings": [
            {"findings": [dict(zip(keys, finding)) for finding in findings], "domains": named}
            for findings, named in found.items()
        ],
        "unaudited": _unaudited(domains),
    }


def _unaudited(domains: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the domains that an audit could not judge, by the reason that it reported."""
    groups: dict[str | None, list[dict[str, Any]]] = {}
    for domain in domains:
        if "findings" in domain and domain["findings"] is None:
            reason = None if domain.get("reason") is None else str(domain["reason"])
            groups.setdefault(reason, []).append(_named(domain))
    return [{"reason": reason, "domains": named} for reason, named in groups.items()]
