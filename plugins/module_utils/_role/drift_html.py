# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""A report as the sections, tables and lists of a page, for a template that only puts them out. Pure.

Whatever comes out is text in which nothing is hidden; the template has to escape it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._result import drift_messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.drift_messages import LABELS, MEANINGS, State
from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import format_count
from ansible_collections.hostup.cloud.plugins.module_utils._role.drift_text import (
    Domain,
    first_names,
    name_of,
    note_for,
    progress_of,
    readable,
    value_columns,
    visible,
)

Facts = Mapping[str, Any]
Group = Mapping[str, Any]
Block = dict[str, Any]
Cell = dict[str, str]

UNFOLDED_DOMAINS = 12


def page_of(report: Facts) -> dict[str, Any]:
    """Return a report as ``headline``, ``verdict``, ``failure``, ``circumstances``, ``sections`` and ``footer``.

    A section has an ``id``, a ``heading``, the ``label`` of its link and ``blocks``, each with one of ``text``,
    ``lines``, ``table``, ``domains`` and ``group``, which is a heading and blocks of its own.

    :param report: the facts of :func:`~.drift.report_facts`.
    """
    personal = "" if report["redacted"] else " This page holds personal data."
    return {
        "headline": visible(report["headline"]),
        "verdict": report["verdict"],
        "failure": readable(report["failure"]["message"]) if report["failure"] else None,
        "circumstances": _circumstances(report),
        "sections": [section for section in _sections(report) if section["blocks"]],
        "footer": f"Made by the Ansible role hostup.cloud.domain_contacts.{personal}",
    }


def _sections(report: Facts) -> Iterable[dict[str, Any]]:
    at_the_end = (State.SKIPPED, State.UNCHANGED)
    for state in State:
        if state not in at_the_end:
            yield _state_section(report, state)
    yield _section("held-back", "Held back", _held_back(report["held_back"]))
    warnings = [readable(warning) for warning in report["warnings"]]
    yield _section("warnings", "Warnings", [{"lines": warnings}] if warnings else [], len(warnings))
    yield _section("findings", "Findings", _audit(report["audit"]))
    yield _section("profiles", "Profiles", _profiles(report["profiles"]))
    for state in at_the_end:
        yield _state_section(report, state)
    yield _section("jobs", "Jobs", _jobs(report["jobs"]), len(report["jobs"]))


def _section(key: str, heading: str, blocks: list[Block], count: int | None = None) -> dict[str, Any]:
    label = heading if count is None else f"{heading} ({count})"
    return {"id": key, "heading": heading, "label": label, "blocks": blocks}


def _state_section(report: Facts, state: State) -> dict[str, Any]:
    groups = [group for key in ("changes", "others") for group in report[key] if group["state"] == state.value]
    blocks: list[Block] = [{"text": MEANINGS[state]}, *map(_group, groups)] if groups else []
    section = _section(f"state-{state.value}", LABELS[state], blocks, report["counts"][state.value])
    return {**section, "heading": drift_messages.state_heading(state, report["counts"])}


def _group(group: Group) -> Block:
    domains, profiles = group["domains"], [visible(name) for name in group["profiles"]]
    blocks: list[Block] = [{"text": readable(group["reason"])}] if group["reason"] is not None else []
    blocks.append(_domains(domains))
    if group["fields"]:
        blocks.append({"table": _fields_table(group)})
    return {"group": {"heading": drift_messages.of_profiles(len(domains), profiles), "blocks": blocks}}


def _domains(domains: Sequence[Domain]) -> Block:
    """Return a list of domains; one that is long has words to fold it behind."""
    folded = f"The {len(domains)} domains" if len(domains) > UNFOLDED_DOMAINS else None
    return {"domains": {"summary": folded, "named": [_named(domain) for domain in domains]}}


def _first_of(domains: Sequence[Domain]) -> str:
    """Return the name of the first domain, and how many more there are."""
    (name,), more = first_names(domains, 1)
    return f"{name} and {more} more" if more else name


def _named(domain: Domain) -> dict[str, str]:
    shown = visible(domain.get("id") or "")
    name = name_of(domain)
    return {"name": name, "id": "" if shown == name else shown}


def _fields_table(group: Group) -> dict[str, Any]:
    columns = value_columns([group])
    return _table(
        f"What differs for {_first_of(group['domains'])}",
        [("Field", ""), *((title, key) for key, title in columns)],
        [[_cell(field["field"]), *(_value(field, key) for key, _title in columns)] for field in group["fields"]],
        "fields",
    )


def _value(field: Mapping[str, Any], key: str) -> Cell:
    note = note_for(field, key)
    return _cell(field[key]) if note is None else {"text": "", "note": note}


def _cell(text: Any) -> Cell:
    return {"text": visible(text), "note": ""}


def _table(
    caption: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Cell]], kind: str = ""
) -> dict[str, Any]:
    """Return a table; a column has a heading and the class of its cells, and the first cell of a row is its heading."""
    heads = [{"title": title, "class": class_name} for title, class_name in columns]
    body = [
        {"head": row[0], "cells": [{**cell, "class": head["class"]} for cell, head in zip(row[1:], heads[1:])]}
        for row in rows
    ]
    return {"caption": caption, "class": kind, "columns": heads, "rows": body}


def _held_back(groups: Sequence[Group]) -> list[Block]:
    if not groups:
        return []
    blocks: list[Block] = [{"text": drift_messages.HELD_BACK}]
    for group in groups:
        heading = f"{', '.join(map(visible, group['fields']))}: {format_count(len(group['domains']), 'domain')}"
        blocks.append({"group": {"heading": heading, "blocks": [_domains(group["domains"])]}})
    return blocks


def _audit(audit: Mapping[str, Any] | None) -> list[Block]:
    if audit is None:
        return []
    blocks: list[Block] = [{"text": drift_messages.audited(audit["audited"], found=bool(audit["findings"]))}]
    for group in audit["unaudited"]:
        names = ", ".join(map(name_of, group["domains"]))
        reason = f": {readable(group['reason'])}" if group["reason"] is not None else ""
        blocks.append({"trouble": "Not audited:", "text": f"{names}{reason}"})
    for group in audit["findings"]:
        rows = [[_cell(finding["field"]), _cell(finding["message"])] for finding in group["findings"]]
        table = _table(f"Findings for {_first_of(group['domains'])}", [("Field", ""), ("Finding", "")], rows, "fields")
        heading = format_count(len(group["domains"]), "domain")
        blocks.append({"group": {"heading": heading, "blocks": [_domains(group["domains"]), {"table": table}]}})
    return blocks


def _profiles(profiles: Sequence[Mapping[str, Any]]) -> list[Block]:
    rows = [[_cell(p["name"]), _cell(f"{p['total']}"), _cell(drift_messages.numbered(p["counts"]))] for p in profiles]
    columns = [("Profile", ""), ("Domains", "number"), ("State", "")]
    caption = "The contact profiles, and how many domains each is for"
    return [{"table": _table(caption, columns, rows, "profiles")}] if rows else []


def _jobs(jobs: Sequence[Mapping[str, Any]]) -> list[Block]:
    rows = [[_cell(job["id"] or "without an id"), _cell(progress_of(job)), _cell(f"{job['domains']}")] for job in jobs]
    columns = [("Job", ""), ("State", ""), ("Domains", "number")]
    return [{"table": _table("The jobs that carried out the updates", columns, rows)}] if rows else []


def _circumstances(report: Facts) -> list[dict[str, str]]:
    known = {
        "Made": report["generated"],
        "API": report["api_url"],
        "Updates sent": drift_messages.updates_sent(report["writes"]),
        "Contact values": "withheld" if report["redacted"] else "",
    }
    return [{"term": term, "text": visible(text)} for term, text in known.items() if text]
