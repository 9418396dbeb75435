# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as Markdown: it fits a comment and one screen, and nothing in it is ever markup."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ansible_collections.hostup.cloud.plugins.module_utils._role.drift import report_facts
from ansible_collections.hostup.cloud.plugins.module_utils._role.drift_markdown import (
    CUT,
    LIMIT,
    markdown_code,
    markdown_of,
)
from ansible_collections.hostup.cloud.plugins.module_utils._role.drift_text import visible
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.reported import differing, domain, result

GITHUB_LIMIT = 65_536
"""Characters of a comment at GitHub."""
SCREEN = 40
"""Lines."""

FIELDS = ("firstname", "lastname", "companyname", "email", "phonenumber", "address1", "city", "postcode")
OWN_MARKUP = re.compile(r"(<details><summary>[\w ,:]+</summary>|</details>)\n?")

JOB = {"id": "dbj_1", "status": "running", "progress": 50.0, "domain_ids": ["dom_y"]}

PARSER = MarkdownIt("gfm-like", {"html": True, "linkify": False})


def seen_lines(markdown: str) -> list[str]:
    """The lines that are seen before anybody unfolds anything."""
    unfolded = re.sub(r"<details><summary>(.*?)</summary>.*?</details>", r"\1", markdown, flags=re.DOTALL)
    return [line for line in unfolded.splitlines() if line]


def moved(name: str, group: int, **others: Any) -> dict[str, Any]:
    """A domain whose whole contact changes."""
    before = {field: f"old {field} of {group}" for field in FIELDS}
    after = {field: f"new {field}" for field in FIELDS}
    return domain(name, "planned", changed_fields=list(FIELDS), before=before, after=after, **others)


def many(count: int) -> list[dict[str, Any]]:
    """Domains with three different changes, one of them blocked, and some in sync, of twenty profiles."""
    kinds = [*(lambda name, k=k, **p: moved(name, group=k, **p) for k in range(3)), domain]
    blocked = {**moved("domain-0000.example", 0), "status": "blocked", "reason": "In transfer."}
    return [blocked, *(kinds[n % 4](f"domain-{n:04}.example", profile=f"profile {n % 20}") for n in range(1, count))]


def markup(markdown: str) -> list[str]:
    """The pieces of HTML in a page."""
    tokens = PARSER.parse(markdown)
    inner = [child for token in tokens for child in token.children or ()]
    return [token.content for token in (*tokens, *inner) if token.type in {"html_block", "html_inline"}]


def test_a_report_of_two_thousand_domains_with_three_changes_fits_a_comment_and_a_screen() -> None:
    warnings = ["Legal consequences for 1500 domains: read them."]
    page = markdown_of(report_facts(result(*many(2000), warnings=warnings), generated="2026-11-27 16:00 UTC"))
    assert len(page) < GITHUB_LIMIT
    assert len(seen_lines(page)) <= SCREEN
    assert CUT not in page
    assert "more\n" not in page
    for n in range(2000):
        assert f"`domain-{n:04}.example`" in page
    assert [text for text in markup(page) if not OWN_MARKUP.fullmatch(text)] == []


def test_what_differs_is_the_first_table_and_counts_and_names_the_domains_of_a_change() -> None:
    domains = [*(differing(f"{name}.example") for name in "abcd"), differing("e.example", before="Kiruna")]
    page = markdown_of(report_facts(result(*domains)))
    assert page.splitlines()[4:8] == [
        "## What differs",
        "",
        "| # | Domains | State | Field | Stored | Declared |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    names = "4 domains: `a.example`, `b.example`, `c.example` and 1 more (`a`)"
    assert f"| 1 | {names} | Drifted | `city` | `Lund` | `Malmö` |" in page
    assert "| 2 | `e.example` (`a`) | Drifted | `city` | `Kiruna` | `Malmö` |" in page
    folded = "- 1: `a.example`, `b.example`, `c.example`, `d.example`\n\n</details>"
    assert f"<details><summary>All domains of these changes</summary>\n\n{folded}" in page


def test_sections_come_in_the_order_of_what_needs_attention() -> None:
    unread = domain("x", "failed", reason="Gone.")
    given = result(differing("y", held_back=["lastname"]), unread, domain("z"), warnings=["Mind."], jobs=[JOB])
    found = [{"name": "w", "findings": [{"field": "city", "kind": "empty", "message": "city is empty."}]}]
    page = markdown_of(report_facts(given, findings=found))
    assert re.findall("^## (.*)", page, re.MULTILINE) == [
        "What differs",
        "Not read: 1 of 3",
        "Held back",
        "Warnings",
        "Findings",
    ]
    summaries = re.findall("<summary>(.*)</summary>", page)
    assert summaries == ["1 profile", "1 job", "In sync: 1 of 3"]


def test_names_are_in_unicode_and_a_domain_without_a_name_has_its_id() -> None:
    named, nameless = differing("xn--rksmrgs-5wao1o.example"), differing("x")
    warning = "Legal consequences for 2 domains (x.example, www.xn--rksmrgs-5wao1o.example and xn--a): Read."
    page = markdown_of(report_facts(result(named, {**nameless, "name": None}, warnings=[warning])))
    assert "`räksmörgås.example`" in page
    assert "`Legal consequences for 2 domains (x.example, www.räksmörgås.example and xn--a): Read.`" in page
    assert "`dom_x`" in page


def test_where_an_update_was_refused_a_third_column_says_what_is_stored_now() -> None:
    entry = differing("x", "not_applied", not_applied=["city"], altered=["state"], stored={"city": "LUND", "state": ""})
    page = markdown_of(report_facts(result(entry, api_calls={"write": 1})))
    assert "| Field | Stored before | Declared | Stored now |" in page
    assert "| `city` | `Lund` | `Malmö` | `LUND` |" in page
    assert "| `state` | *not returned* | *not returned* | *empty* |" in page


def test_the_reason_of_a_change_is_said_below_the_table() -> None:
    page = markdown_of(report_facts(result(differing("x", "blocked", reason="In transfer."), differing("y"))))
    assert "- 2: `In transfer.`" in page


def test_a_withheld_value_is_none() -> None:
    page = markdown_of(report_facts(result(differing("x")), redact=True))
    assert "| `city` | *withheld* | *withheld* |" in page
    assert page.splitlines()[-1].endswith("Contact values: withheld")


def test_further_changes_and_warnings_are_folded() -> None:
    domains = [moved(f"{n}.example", group=n) for n in range(10)]
    page = markdown_of(report_facts(result(*domains, warnings=[f"Warning {n}." for n in range(9)])))
    assert "<details><summary>7 more changes</summary>" in page
    assert "<details><summary>5 more</summary>" in page
    assert len(seen_lines(page)) <= SCREEN


def test_what_is_left_out_for_its_length_is_said_to_be() -> None:
    domains = [moved(f"{n}.example", group=n) for n in range(2000)]
    page = markdown_of(report_facts(result(*domains)))
    assert len(page) < GITHUB_LIMIT
    assert re.search(r"<summary>1997 more changes, of which \d+ are here</summary>", page)


def test_a_list_that_is_too_long_for_a_comment_is_cut_and_counted() -> None:
    domains = [domain(f"{'long-' * 10}{n}.example") for n in range(2000)]
    page = markdown_of(report_facts(result(*domains)))
    assert len(page) < GITHUB_LIMIT
    (kept,) = re.findall(r"`, and (\d+) more\n\n</details>", page)
    assert page.count(f"`{'long-' * 10}") + int(kept) == 2000


def test_a_value_of_any_length_leaves_room_for_the_report() -> None:
    page = markdown_of(report_facts(result(differing("x.example", before="x" * 100_000, after="`" * 100_000))))
    assert f"`{'x' * 300}…`" in page
    assert CUT not in page


def test_a_report_that_is_too_long_everywhere_still_begins_with_what_differs_and_says_that_it_was_cut() -> None:
    # A code span of backticks takes three times their number.
    long = [f"{'`' * 400}{n}" for n in range(9)]
    entries = [
        differing(name, before=before, after=name, held_back=[name]) for name in long for before in ("x" * 400, name)
    ]
    unread = [domain(name, "failed", reason=f"{n}{name}") for n, name in enumerate(long)]
    finding = {"field": long[0], "kind": "x", "message": long[0]}
    found = [{"name": name, "findings": [finding]} for name in long]
    found += [{"name": name, "findings": None, "reason": f"{n}{name}"} for n, name in enumerate(long)]
    given = result(*entries, *unread, warnings=long, failed=True, msg=long[0], failure={"code": "x"})
    page = markdown_of(report_facts(given, findings=found))
    assert len(page) <= LIMIT
    assert "## What differs\n\n| # | Domains |" in page
    assert page.endswith(f"{CUT}\n")


HARD = st.text(st.sampled_from("`|\\ a<>*_[]()&\n\t~#-{}%"), min_size=1)
LONG = st.builds(str.__mul__, HARD, st.integers(1, 500))


@given(st.lists(st.tuples(HARD | LONG, LONG, st.sampled_from(["planned", "blocked", "unchanged"])), max_size=40), LONG)
def test_whatever_somebody_has_chosen_is_no_markup_and_fits(chosen: list[tuple[str, str, str]], text: str) -> None:
    domains = [differing(name, status, before=value, after=text, reason=text) for name, value, status in chosen]
    found = [{"name": text, "findings": [{"field": text, "kind": "x", "message": text}]}]
    given = result(*domains, failed=True, msg=text, warnings=[text] * 3)
    page = markdown_of(report_facts(given, generated=text, findings=found))
    assert len(page) <= LIMIT
    assert [piece for piece in markup(page) if not OWN_MARKUP.fullmatch(piece)] == []
    kinds = {token.type for token in PARSER.parse(page)}
    assert kinds.isdisjoint({"fence", "code_block"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Åkesson <b> & | `", "Åkesson <b> & | `"),
        ("a\nb\tc\x00", "a⟨U+000A⟩b⟨U+0009⟩c⟨U+0000⟩"),
        ("\u202ex\u200b\u2028\ud800", "⟨U+202E⟩x⟨U+200B⟩⟨U+2028⟩⟨U+D800⟩"),
        (11790, "11790"),
    ],
)
def test_nothing_in_a_text_is_hidden(text: Any, shown: str) -> None:
    assert visible(text) == shown


def code_spans(markdown: str) -> list[Any]:
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(markdown)
    return [child for token in tokens if token.type == "inline" for child in token.children or ()]


@given(HARD | st.text(min_size=1))
def test_a_text_is_one_code_span_whatever_it_is(text: str) -> None:
    (span,) = code_spans(f"x {markdown_code(text)} x")[1:2]
    assert span.type == "code_inline"
    assert span.content.strip(" ") == visible(text).strip(" ")


@given(HARD)
def test_a_text_is_one_cell_whatever_it_is(text: str) -> None:
    row = f"| {markdown_code(text, cell=True)} | end |"
    spans = code_spans(f"| a | b |\n| --- | --- |\n{row}\n")
    # Two cells of the heading, the code, and the cell after it.
    assert [span.type for span in spans] == ["text", "text", "code_inline", "text"]
    assert spans[2].content.strip(" ") == visible(text).strip(" ")


def test_an_empty_text_stays_empty() -> None:
    assert markdown_code("") == ""
