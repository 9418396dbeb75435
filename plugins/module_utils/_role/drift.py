# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""From the results of ``hostup_domain_contacts``, by profile, to what a report about them says. Pure.

Whatever comes out is text for a template, with every character visible; the template has to escape it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import INVISIBLE
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import ListedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._http.origin import DEFAULT_API_URL, read_origin
from ansible_collections.hostup.cloud.plugins.module_utils._result import drift_messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import personal, without_values
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status

Result = Mapping[str, Any]

TROUBLE = (Status.FAILED, Status.ALTERED, Status.NOT_APPLIED, Status.BLOCKED)

WERE_SENT = (Status.ALTERED, Status.NOT_APPLIED, Status.QUEUED, Status.UPDATED)
"""Statuses after which the values that were read are not what is stored now."""


def report_data(
    results: Mapping[str, Result],
    generated: str = "",
    api_url: str = "",
    redact: bool = False,
    findings: Iterable[Mapping[str, Any]] | None = None,
    unmatched: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Return what a report says.

    :param results: profile name to the result of the module.
    :param generated: when the results were made, for a person.
    :param api_url: the address of the API, where the results do not return it.
    :param redact: leave out every contact value, even where the results have them.
    :param findings: domains with their ``findings``, as an audit of the stored contacts returns them.
    :param unmatched: what no domain of the account fits.
    :returns: ``verdict`` (``good``, ``drift`` or ``trouble``) and its ``headline``; ``profiles``, ``statuses``,
        ``jobs``, ``findings``, ``audited``, ``unaudited``; ``total``, ``generated``, ``apis``, ``writes``,
        ``redacted``, ``unmatched``. A contact value is None where it is withheld.
    """
    audited = list(findings or ())
    domains = [(name, entry) for name, result in results.items() for entry in result.get("domains") or ()]
    counts = {status: sum(entry["status"] == status for _name, entry in domains) for status in Status}
    failed = sum(bool(result.get("failed")) for result in results.values())
    return {
        "verdict": _verdict(counts, failed),
        "headline": drift_messages.headline(counts, len(domains), failed, len(results)),
        "generated": generated,
        "apis": _apis(results, api_url),
        "writes": _writes(results.values()),
        "redacted": redact or any(_is_redacted(entry) for _name, entry in domains),
        "total": len(domains),
        "profiles": [_profile(name, result, redact=redact) for name, result in results.items()],
        "statuses": [
            {"status": status.value, "label": label, "meaning": meaning, "count": counts[status]}
            | {"groups": _groups([d for d in domains if d[1]["status"] == status], redact=redact)}
            for status, (label, meaning) in drift_messages.STATUSES.items()
            if counts[status]
        ],
        "jobs": [_job(name, job) for name, result in results.items() for job in result.get("jobs") or ()],
        "findings": _findings(audited),
        "audited": sum(domain.get("findings") is not None for domain in audited),
        "unaudited": _unaudited(audited),
        "unmatched": [visible(place) for place in unmatched or ()],
    }


def visible(value: Any) -> str:
    """Return a value as text in which nothing is hidden: control, invisible and direction characters by their codes."""
    return "".join(f"⟨U+{ord(char):04X}⟩" if _is_hidden(char) else char for char in str(value))


def markdown_code(value: Any, cell: bool = False) -> str:
    """Return a text as Markdown that shows it as it is, whatever it is: no markup, no link, nobody mentioned.

    :param cell: for the cell of a table, where a pipe would end the cell.
    """
    text = visible(value)
    if not text:
        return ""
    # CommonMark section 6.1: a code span ends at as many backticks as it began with.
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    margin = " " if {text[0], text[-1]} & {"`", " "} else ""
    code = f"{fence}{margin}{text}{margin}{fence}"
    return code.replace("|", "\\|") if cell else code


def _is_hidden(char: str) -> bool:
    return char in INVISIBLE or unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def _verdict(counts: Mapping[Status, int], failed: int) -> str:
    if failed or any(counts[status] for status in TROUBLE):
        return "trouble"
    return "drift" if counts[Status.PLANNED] or counts[Status.QUEUED] else "good"


def _writes(results: Iterable[Result]) -> int | None:
    """Return how many updates were sent, or None if a task ended without saying so."""
    total = 0
    for result in results:
        calls = result.get("api_calls")
        if calls is None and result.get("failed"):
            return None
        total += (calls or {}).get("write", 0)
    return total


def _apis(results: Mapping[str, Result], api_url: str) -> list[str]:
    """Return the addresses that were asked, without what could be a secret in them."""
    addresses: dict[str, None] = {}
    for result in results.values():
        # Ansible may take the arguments of a task out of its result.
        arguments = (result.get("invocation") or {}).get("module_args") or {}
        try:
            addresses[read_origin(str(arguments.get("api_url") or api_url or DEFAULT_API_URL))] = None
        except InvalidInput:
            addresses["an address that is not usable"] = None
    return [visible(address) for address in addresses]


def _profile(name: str, result: Result, *, redact: bool) -> dict[str, Any]:
    failure = result.get("failure") or {}
    message = result.get("msg") if result.get("failed") else None
    warnings = [str(warning) for warning in result.get("warnings") or ()]
    if redact:
        entries = result.get("domains") or ()
        warnings = [_without_values(warning, entries) for warning in warnings]
        withheld = failure.get("code", "invalid_input") == "invalid_input"
        message = message and (drift_messages.WITHHELD_PROBLEM if withheld else _without_values(str(message), entries))
    summary = result.get("summary") or {}
    return {
        "name": visible(name),
        "failed": bool(result.get("failed")),
        # Several problems stand on a line each.
        "message": None if message is None else visible(" ".join(str(message).splitlines())),
        "total": summary.get("total", 0),
        "counts": [
            {"label": label, "count": summary[status]}
            for status, (label, _meaning) in drift_messages.STATUSES.items()
            if summary.get(status)
        ],
        "warnings": [visible(warning) for warning in warnings],
    }


def _job(profile: str, job: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "profile": visible(profile),
        "id": visible(job.get("id") or "without an id"),
        "status": visible(job.get("status")),
        "progress": job.get("progress"),
        "domains": len(job.get("domain_ids") or ()),
    }


def _groups(domains: Sequence[tuple[str, Mapping[str, Any]]], *, redact: bool) -> list[dict[str, Any]]:
    """Return domains of one status by what they have in common: a hundred that differ alike are reported once."""
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for profile, entry in domains:
        fields = _fields(entry, redact=redact)
        reason = entry.get("reason")
        if reason is not None:
            reason = visible(_without_values(str(reason), [entry]) if redact else reason)
        key = (profile, reason, *(tuple(field.values()) for field in fields))
        common = {"profile": visible(profile), "reason": reason, "fields": fields, "domains": []}
        group = groups.setdefault(key, {**common, "was_sent": entry["status"] in WERE_SENT})
        names = {"name": visible(entry.get("name") or entry.get("id") or ""), "id": visible(entry.get("id") or "")}
        group["domains"].append(names)
    return list(groups.values())


def _fields(entry: Mapping[str, Any], *, redact: bool) -> list[dict[str, Any]]:
    """Return the fields that differ, with the value before, the declared one, and what is stored instead of it."""
    not_applied = entry.get("not_applied") or ()
    names = dict.fromkeys([*(entry.get("changed_fields") or ()), *not_applied])

    def shown(values: Any, name: str) -> str | None:
        value = (values or {}).get(name)
        return None if redact or value is None else visible(value)

    return [
        {
            "field": visible(name),
            "before": shown(entry.get("before"), name),
            "after": shown(entry.get("after"), name),
            "not_applied": name in not_applied,
            "stored": shown(entry.get("stored"), name),
        }
        for name in names
    ]


def _without_values(text: str, entries: Iterable[Mapping[str, Any]]) -> str:
    """Return a text with ``<field>`` in the place of every value of these domains; their names stay."""
    entries = list(entries)
    contacts = [entry.get(part) or {} for entry in entries for part in ("before", "after", "stored")]
    domains = [ListedDomain(entry.get("id"), entry.get("name")) for entry in entries]
    return without_values(text, personal(*contacts), domains)


def _is_redacted(entry: Mapping[str, Any]) -> bool:
    return None in (entry.get("after") or {}).values()


def _findings(domains: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one entry for each finding; the messages of an audit hold no contact value."""
    return [
        {
            "domain": visible(domain.get("name") or domain.get("id") or ""),
            "field": visible(finding.get("field") or ""),
            "kind": visible(finding.get("kind") or ""),
            "message": visible(finding.get("message") or ""),
        }
        for domain in domains
        for finding in domain.get("findings") or ()
    ]


def _unaudited(domains: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the domains that an audit could not judge, by the reason that it reported."""
    groups: dict[str | None, list[str]] = {}
    for domain in domains:
        if "findings" in domain and domain["findings"] is None:
            reason = None if domain.get("reason") is None else visible(domain["reason"])
            groups.setdefault(reason, []).append(visible(domain.get("name") or domain.get("id") or ""))
    return [{"reason": reason, "domains": names} for reason, names in groups.items()]
