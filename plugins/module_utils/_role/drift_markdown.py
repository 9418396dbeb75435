# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""A report as Markdown that fits a comment at GitHub: what differs first, in a table, and long lists folded. Pure.

Everything that is put out is a code span, a number or text of the collection, and a test looks for markup.
"""

from __future__ import annotations

import itertools
import re
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

LIMIT = 60_000
"""Characters. GitHub takes 65,536 in a comment; the rest is for what a pipeline writes above the report."""

CUT = "The rest is left out for its length. The HTML page and the JSON file have all of it."

LONGEST_TEXT = 300
"""Characters of a value or a message, of which somebody else may have chosen the length."""

VISIBLE_ROWS = 24
VISIBLE_LINES = 4
NAMED = 3


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


def markdown_of(report: Facts) -> str:
    """Return a report as Markdown of at most :data:`LIMIT` characters.

    :param report: the facts of :func:`~.drift.report_facts`.
    """
    page = Page()
    page.add("# Contacts of the domains", f"**{report['headline']}**")
    if report["failure"]:
        page.add(_short(readable(report["failure"]["message"])))
    _add_changes(page, report)
    _add_others(page, report, (State.UNREAD, State.NOT_COMPARED))
    _add_held_back(page, report["held_back"])
    if report["warnings"]:
        page.add("## Warnings")
        page.add_lines([_short(readable(warning)) for warning in report["warnings"]])
    _add_audit(page, report["audit"])
    page.fold_table("profile", ["Profile", "Domains", "State"], _rows_of_profiles(report["profiles"]))
    page.fold_table("job", ["Job", "State", "Domains"], _rows_of_jobs(report["jobs"]))
    _fold_others(page, report, (State.SKIPPED, State.UNCHANGED))
    page.add(" · ".join(_circumstances(report)))
    return page.text


class Page:
    """The report so far. What does not fit is left out, and said to be.

    :ivar room: how many characters there is room for.
    """

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self.room = LIMIT - len(CUT) - 2
        self._is_cut = False

    @property
    def text(self) -> str:
        """The whole page."""
        return "\n\n".join([*self._blocks, *([CUT] if self._is_cut else [])]) + "\n"

    def add(self, *blocks: str) -> None:
        """Add blocks together, if there is room for them."""
        needed = sum(len(block) + 2 for block in blocks)
        if needed > self.room:
            self._is_cut = True
            return
        self.room -= needed
        self._blocks += blocks

    def fold(self, summary: str, *blocks: str) -> None:
        """Add blocks that are seen on demand; the summary is text of the collection."""
        self.add(f"<details><summary>{summary}</summary>", *blocks, "</details>")

    def add_lines(self, lines: Sequence[str]) -> None:
        """Add a list, of which the first lines are seen."""
        if lines:
            self.add(_listed(lines[:VISIBLE_LINES]))
        self.fold_lines(f"{len(lines) - VISIBLE_LINES} more", lines[VISIBLE_LINES:])

    def fold_lines(self, summary: str, lines: Sequence[str]) -> None:
        """Add a list that is seen on demand, and of a very long one its beginning."""
        kept = _fitting([f"- {line}" for line in lines], self.room // 3)
        if lines:
            self.fold(summary, _listed([*lines[:kept], *([f"{len(lines) - kept} more"] if kept < len(lines) else [])]))

    def fold_table(self, noun: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table that is seen on demand, and of a very long one its beginning."""
        kept = _fitting([_table((), [row]) for row in rows], self.room // 2)
        here = f", of which {kept} are here" if kept < len(rows) else ""
        if rows:
            self.fold(f"{format_count(len(rows), noun)}{here}", _table(columns, rows[:kept]))

    def fold_names(self, domains: Sequence[Domain]) -> None:
        """Add the names of a list that is too long for a line."""
        if len(domains) > NAMED:
            self.fold(f"All {len(domains)} domains", _all_names(domains, self.room * 2 // 3))


def _all_names(domains: Sequence[Domain], room: int) -> str:
    """Return the names of domains, and of a very long list its beginning."""
    spans = [_short(name_of(domain)) for domain in domains]
    kept = _fitting(spans, room)
    return ", ".join([*spans[:kept], *([f"and {len(spans) - kept} more"] if kept < len(spans) else [])])


def _fitting(texts: Sequence[str], room: int) -> int:
    """Return how many of these texts, with a separator each, fit."""
    ends = itertools.accumulate(len(text) + 2 for text in texts)
    return sum(end <= room for end in ends)


def _short(text: Any, *, cell: bool = False) -> str:
    shown = visible(text)
    return markdown_code(shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}…", cell)


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _names(domains: Sequence[Domain], *, cell: bool = False) -> str:
    names, more = first_names(domains, NAMED)
    spans = [_short(name, cell=cell) for name in names]
    return ", ".join(spans) + (f" and {more} more" if more else "")


def _counted(domains: Sequence[Domain], *, cell: bool = False) -> str:
    names = _names(domains, cell=cell)
    return names if len(domains) == 1 else f"{format_count(len(domains), 'domain')}: {names}"


def _of_profiles(names: Sequence[str], *, cell: bool = False) -> str:
    spans = [_short(name, cell=cell) for name in names[:NAMED]]
    return ", ".join(spans) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def _add_changes(page: Page, report: Facts) -> None:
    changes: Sequence[Group] = report["changes"]
    if not changes:
        return
    columns = value_columns(changes)
    heads = ["#", "Domains", "State", "Field", *(title for _key, title in columns)]
    groups = [_rows_of(number, group, columns) for number, group in enumerate(changes, 1)]
    in_sight = sum(end <= VISIBLE_ROWS for end in itertools.accumulate(map(len, groups)))
    # However long they are, some of the room is for the other sections.
    seen = max(1, min(in_sight, _fitting([_table((), rows) for rows in groups], page.room // 2)))
    page.add("## What differs", _table(heads, itertools.chain.from_iterable(groups[:seen])))
    numbered = list(enumerate(changes, 1))
    page.add_lines(_reasons(numbered[:seen]))
    _fold_names_of_changes(page, numbered[:seen])
    if groups[seen:]:
        kept = _fitting([_table((), rows) for rows in groups[seen:]], page.room // 3)
        here = f", of which {kept} are here" if kept < len(groups) - seen else ""
        shown = itertools.chain.from_iterable(groups[seen : seen + kept])
        page.fold(f"{format_count(len(groups) - seen, 'more change')}{here}", _table(heads, shown))
        page.fold_lines("Their reasons", _reasons(numbered[seen : seen + kept]))


def _reasons(numbered: Iterable[tuple[int, Group]]) -> list[str]:
    return [f"{number}: {_short(readable(group['reason']))}" for number, group in numbered if group["reason"]]


def _fold_names_of_changes(page: Page, numbered: Iterable[tuple[int, Group]]) -> None:
    lines, room = [], page.room * 2 // 3
    for number, group in numbered:
        if len(group["domains"]) > NAMED:
            names = _all_names(group["domains"], room)
            room -= len(names)
            lines.append(f"{number}: {names}")
    if lines:
        page.fold("All domains of these changes", _listed(lines))


def _rows_of(number: int, group: Group, columns: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return one row for each field; the first one says whose change it is."""
    domains = _counted(group["domains"], cell=True)
    profiles = _of_profiles(group["profiles"], cell=True)
    first = [str(number), f"{domains} ({profiles})" if profiles else domains, LABELS[State(group["state"])]]
    values = [
        [_short(field["field"], cell=True), *(_value(field, key) for key, _title in columns)]
        for field in group["fields"]
    ]
    others = [["", "", "", *row] for row in values[1:]]
    return [[*first, *(values[0] if values else [""] * (1 + len(columns)))], *others]


def _value(field: Mapping[str, Any], key: str) -> str:
    note = note_for(field, key)
    if note is None:
        return _short(field[key], cell=True)
    return f"*{note}*" if note else ""


def _others(report: Facts, state: State) -> tuple[str, Sequence[Group]]:
    """Return a heading for the domains in one state, and their groups."""
    groups = [group for group in report["others"] if group["state"] == state.value]
    return drift_messages.state_heading(state, report["counts"]), groups


def _add_others(page: Page, report: Facts, states: Sequence[State]) -> None:
    for state in states:
        heading, groups = _others(report, state)
        if groups:
            page.add(f"## {heading}", MEANINGS[state])
            page.add_lines([f"{_counted(group['domains'])}{_because(group)}" for group in groups])
        for group in groups[:VISIBLE_LINES]:
            page.fold_names(group["domains"])


def _fold_others(page: Page, report: Facts, states: Sequence[State]) -> None:
    for state in states:
        heading, groups = _others(report, state)
        if groups:
            room = page.room * 2 // 3 // len(groups)
            page.fold(heading, *(f"{_all_names(group['domains'], room)}{_because(group)}" for group in groups))


def _because(group: Group) -> str:
    return f": {_short(readable(group['reason']))}" if group["reason"] else ""


def _add_held_back(page: Page, groups: Sequence[Group]) -> None:
    if groups:
        page.add("## Held back", drift_messages.HELD_BACK)
        page.add_lines([f"{', '.join(map(_short, group['fields']))}: {_counted(group['domains'])}" for group in groups])
    for group in groups[:VISIBLE_LINES]:
        page.fold_names(group["domains"])


def _add_audit(page: Page, audit: Mapping[str, Any] | None) -> None:
    if audit is None:
        return
    page.add("## Findings", drift_messages.audited(audit["audited"], found=bool(audit["findings"])))
    page.add_lines([f"**Not audited:** {_counted(group['domains'])}{_because(group)}" for group in audit["unaudited"]])
    rows = [
        [
            _counted(group["domains"], cell=True) if number == 0 else "",
            _short(finding["field"], cell=True),
            _short(finding["message"], cell=True),
        ]
        for group in audit["findings"]
        for number, finding in enumerate(group["findings"])
    ]
    heads = ["Domains", "Field", "Finding"]
    if 0 < len(rows) <= VISIBLE_LINES:
        page.add(_table(heads, rows))
    else:
        page.fold_table("finding", heads, rows)


def _rows_of_profiles(profiles: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    return [[_short(p["name"], cell=True), str(p["total"]), drift_messages.numbered(p["counts"])] for p in profiles]


def _rows_of_jobs(jobs: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    return [
        [_short(job["id"] or "without an id", cell=True), _short(progress_of(job), cell=True), str(job["domains"])]
        for job in jobs
    ]


def _circumstances(report: Facts) -> Iterable[str]:
    if report["generated"]:
        yield f"Made: {_short(report['generated'])}"
    if report["api_url"]:
        yield f"API: {_short(report['api_url'])}"
    yield f"Updates sent: {drift_messages.updates_sent(report['writes'])}"
    if report["redacted"]:
        yield "Contact values: withheld"
