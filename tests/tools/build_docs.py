# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site without a network, and look whether it holds what it should.

antsibull-docs writes a page for every module and role and one for the changelog, and copies the guides of
docs/docsite/rst; Sphinx makes a site of them, and any warning of either is a failure. The site is in the folder html of
the folder that is named on the command line.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = Path("tests") / "docsite"

INVENTORY_HEADER = b"""\
# Sphinx inventory version 2
# Project: Ansible
# Version:
# The remainder of this file is compressed using zlib.
"""


def inventory(labels: str) -> bytes:
    """Return the intersphinx inventory of labels that are given as text, see tests/docsite/ansible_labels.txt."""
    entries = [line.split(maxsplit=2) for line in labels.splitlines() if line and not line.startswith("#")]
    lines = [f"{label} std:label -1 {place} {title}\n" for label, place, title in entries]
    return INVENTORY_HEADER + zlib.compress("".join(lines).encode())


def build(built: Path) -> Path:
    """Build the site below the folder `built`, and return its own folder.

    Raises:
        SystemExit: antsibull-docs or Sphinx failed or warned; it has said why.
    """
    shutil.rmtree(built, ignore_errors=True)
    pages, site = built / "rst", built / "html"
    pages.mkdir(parents=True, mode=0o755)
    labels = built / "ansible.inv"
    labels.write_bytes(inventory((ROOT / CONFIGURATION / "ansible_labels.txt").read_text(encoding="utf-8")))
    variables = {**os.environ, "ANSIBLE_INVENTORY_OF_LABELS": str(labels)}
    write = [
        "antsibull-docs",
        "--config-file",
        str(CONFIGURATION / "antsibull-docs.cfg"),
        "collection",
        "--use-current",
    ]
    write += ["--squash-hierarchy", "--fail-on-error", "--dest-dir", str(pages), "hostup.cloud"]
    make = ["sphinx-build", "--fail-on-warning", "--keep-going", "--quiet", "--builder", "html"]
    make += ["--conf-dir", str(CONFIGURATION), "--doctree-dir", str(built / "doctrees"), str(pages), str(site)]
    for command in (write, make):
        run = subprocess.run(command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, check=False)
        if run.returncode:
            sys.exit(f"{command[0]} failed or warned; what it said stands above.")
    return site


class Page(HTMLParser):
    """What is looked for in a page: its text, the places one can link to, and everything that it refers to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self._text: list[str] = []
        self.feed(html)

    @property
    def text(self) -> str:
        """The text without markup, every run of white space as one space."""
        return " ".join("".join(self._text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the attributes hold."""
        known = {name: value for name, value in attrs if value}
        self.places.update(known[name] for name in ("id", "name") if name in known)
        if tag == "a" and "href" in known:
            self.links.append(known["href"])
        if tag in ("script", "img") and "src" in known:
            self.loaded.append(known["src"])
        if tag == "link" and known.get("rel") == "stylesheet" and "href" in known:
            self.loaded.append(known["href"])

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self._text.append(data)


def read_pages(site: Path) -> dict[str, Page]:
    """Return the pages of a site by their paths in it."""
    return {
        path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }


def broken_links(pages: Mapping[str, Page], site: Path) -> Iterator[str]:
    """Yield one sentence for each link inside the site that leads nowhere."""
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (site / path).parent.joinpath(unquote(parts.path)).resolve() if parts.path else site / path
            name = target.relative_to(site.resolve()).as_posix() if target.is_relative_to(site.resolve()) else link
            if not target.is_file():
                yield f"{path} links to {link}, which does not exist."
            elif parts.fragment and name in pages and unquote(parts.fragment) not in pages[name].places:
                yield f"{path} links to {link}, and that page has no such place."


def foreign_loads(pages: Mapping[str, Page]) -> Iterator[str]:
    """Yield one sentence for each page that makes the reader's browser load something from another host."""
    for path, page in pages.items():
        yield from (f"{path} loads {address} from another host." for address in page.loaded if urlsplit(address).netloc)


def expected_texts(collection: Path, documented: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return, for each page that there must be, texts that it must hold.

    `documented` is what `ansible-doc --metadata-dump` knows: plugin type, then full name, then its documentation.
    """
    expected = {}
    for name, known in documented.get("module", {}).items():
        page = f"{name.rsplit('.', 1)[-1]}_module.html"
        examples = re.findall(r"^ *- name: (.*)$", known.get("examples") or "", re.MULTILINE)
        keys = [*known["doc"].get("options", {}), *(known.get("return") or {})]
        expected[page] = [known["doc"]["short_description"], *keys, *(example.strip("\"'") for example in examples)]
    for name, known in documented.get("role", {}).items():
        options = [option for point in known["entry_points"].values() for option in point.get("options", {})]
        expected[f"{name.rsplit('.', 1)[-1]}_role.html"] = options
    for guide in sorted((collection / "docs" / "docsite" / "rst").glob("*.rst")):
        headings = re.findall(r"^(\S.*)\n[=\-~^]{3,}$", guide.read_text(encoding="utf-8"), re.MULTILINE)
        expected[f"docsite/{guide.stem}.html"] = [re.sub(r"``(.+?)``", r"\1", heading) for heading in headings]
    changelog = (collection / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#{2,3} (.*)$", changelog, re.MULTILINE)
    expected["changelog.html"] = ["Release Notes", *(heading.replace("\\", "") for heading in headings)]
    return expected


def missing(pages: Mapping[str, Page], expected: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield one sentence for each expected page or text that is not there, or that the first page does not lead to."""
    index = {urlsplit(link).path for link in pages["index.html"].links} if "index.html" in pages else set()
    for path, texts in expected.items():
        if path not in pages:
            yield f"There is no page {path}."
            continue
        if path not in index:
            yield f"index.html does not lead to {path}."
        text = pages[path].text
        yield from (f"{path} does not hold {wanted!r}." for wanted in texts if _plain(wanted) not in text)


def _plain(text: str) -> str:
    """Return a text as it reads on a page, where Sphinx has set typographic quotes."""
    return " ".join(unescape(text).replace("'", "\N{RIGHT SINGLE QUOTATION MARK}").split())


def documented_plugins() -> dict[str, dict[str, Any]]:
    """Return what ansible-doc knows of the collection's plugins and roles.

    Raises:
        SystemExit: ansible-doc failed; what it said is the message.
    """
    command = ["ansible-doc", "--metadata-dump", "--no-fail-on-errors", "hostup.cloud"]
    # It warns of a part of ansible-core itself, so what it says is shown only when it fails.
    dumped = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if dumped.returncode:
        sys.exit(dumped.stderr.decode())
    found: dict[str, dict[str, Any]] = json.loads(dumped.stdout)["all"]
    return found


def main() -> None:
    """Build, then look; the status tells whether both went well."""
    site = build(Path(sys.argv[1]))
    pages = read_pages(site)
    expected = expected_texts(ROOT, documented_plugins())
    wrong = [*missing(pages, expected), *broken_links(pages, site), *foreign_loads(pages)]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"The site has {len(pages)} pages, and {len(expected)} of them hold what they must: {site / 'index.html'}")


if __name__ == "__main__":
    main()
