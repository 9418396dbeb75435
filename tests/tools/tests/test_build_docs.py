# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What make docs looks for in the built site is found when it is missing, and passed when it is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from build_docs import broken_links, expected_texts, foreign_loads, inventory, missing, read_pages
from sphinx.util.inventory import InventoryFile

MODULE = "hostup.cloud.a"
DOCUMENTED: dict[str, dict[str, Any]] = {
    "module": {
        MODULE: {
            "doc": {"short_description": "Do it", "options": {"wish": {}}},
            "return": {"answer": {}},
            "examples": '- name: First "try"\n  hostup.cloud.a:\n\n- block:\n    - name: The domain\'s other try\n',
        }
    },
    "role": {"hostup.cloud.r": {"entry_points": {"main": {"options": {"r_wish": {}}}}}},
}
SITE = {
    "index.html": (
        '<a href="a_module.html#top">A</a> <a href="r_role.html">R</a> <a href="docsite/g.html">G</a>'
        ' <a href="changelog.html">C</a>'
    ),
    "a_module.html": (
        "<h1 id='top'>Do it</h1> <b>wish</b> <b>answer</b> <pre>- <i>name</i>: First \"try\"</pre>"
        " The domain&rsquo;s other <i>try</i> <a href='https://example.com/x'>out</a>"
    ),
    "r_role.html": "r_wish <script src='_static/a.js'></script>",
    "docsite/g.html": "<h1>The guide</h1> <h2>About a_b</h2> <a href='../a_module.html'>back</a> <a href='#'></a>",
    "changelog.html": "<h1>A.B Release Notes</h1> <h2>v1.1.0</h2> <h3>Known Issues</h3> <h2>v1.0.0</h2>",
}
GUIDE = "The guide\n=========\n\nText\n\nAbout ``a_b``\n-------------\n\n.. table::\n"
CHANGELOG = "# a\\.b Release Notes\n\n## v1\\.1\\.0\n\nText\\.\n\n### Known Issues\n\n- A #\n\n## v1\\.0\\.0\n"


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    folder = tmp_path / "collection" / "docs" / "docsite" / "rst"
    folder.mkdir(parents=True)
    (folder / "g.rst").write_text(GUIDE)
    (tmp_path / "collection" / "CHANGELOG.md").write_text(CHANGELOG)
    return tmp_path / "collection"


def problems(collection: Path, changes: dict[str, str | None] | None = None) -> list[str]:
    site = collection.parent / "site"
    for name, html in {**SITE, **(changes or {})}.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        if html is not None:
            (site / name).write_text(html, encoding="utf-8")
    pages = read_pages(site)
    expected = expected_texts(collection, DOCUMENTED)
    return [*missing(pages, expected), *broken_links(pages, site), *foreign_loads(pages)]


def test_a_site_with_everything_has_no_problem(collection: Path) -> None:
    assert problems(collection) == []


@pytest.mark.parametrize(
    ("page", "old", "new", "sentence"),
    [
        ("a_module.html", "Do it", "", "a_module.html does not hold 'Do it'."),
        ("a_module.html", "wish", "", "a_module.html does not hold 'wish'."),
        ("a_module.html", "answer", "", "a_module.html does not hold 'answer'."),
        ("a_module.html", "other", "", 'a_module.html does not hold "The domain\'s other try".'),
        ("r_role.html", "r_wish", "", "r_role.html does not hold 'r_wish'."),
        ("docsite/g.html", "a_b", "", "docsite/g.html does not hold 'About a_b'."),
        ("index.html", "docsite/g.html", "r_role.html", "index.html does not lead to docsite/g.html."),
        ("changelog.html", "Notes", "", "changelog.html does not hold 'Release Notes'."),
        ("changelog.html", "v1.0.0", "v1.0.1", "changelog.html does not hold 'v1.0.0'."),
        ("changelog.html", "Known", "", "changelog.html does not hold 'Known Issues'."),
        ("index.html", "changelog.html", "r_role.html", "index.html does not lead to changelog.html."),
        ("a_module.html", "id='top'", "", "index.html links to a_module.html#top, and that page has no such place."),
        ("docsite/g.html", "../a", "../b", "docsite/g.html links to ../b_module.html, which does not exist."),
        ("r_role.html", "_static", "//example.com", "r_role.html loads //example.com/a.js from another host."),
    ],
)
def test_what_is_missing_or_leads_nowhere_is_told(
    collection: Path, page: str, old: str, new: str, sentence: str
) -> None:
    assert problems(collection, {page: SITE[page].replace(old, new)}) == [sentence]


@pytest.mark.parametrize("page", ["r_role.html", "changelog.html"])
def test_a_missing_page_is_told(page: str, collection: Path) -> None:
    assert f"There is no page {page}." in problems(collection, {page: None})


def test_sphinx_reads_the_inventory_of_labels() -> None:
    read = InventoryFile.loads(
        inventory("# a comment\n\nsome_label page.html#place Some Title\n"), uri="https://a.example"
    )
    assert read.data["std:label"]["some_label"].uri == "https://a.example/page.html#place"
    assert read.data["std:label"]["some_label"].display_name == "Some Title"
