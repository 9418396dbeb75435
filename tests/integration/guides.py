# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the guides in docs/docsite/rst as stories that can be run. How a guide marks its blocks:

- ``.. code-block:: yaml+jinja`` with ``:caption: name.yml`` is a file of that name. Without a caption it is a list of
  tasks, or of plays, and is run as it stands.
- ``.. code-block:: console`` is a terminal: each line that begins with ``$`` is run, and what follows must be what it
  prints. A line of nothing but ``...`` stands for any lines. Ids, times and the folder are compared by their kind.
- The comment ``.. sandbox: {...}`` brings the sandbox into a state first: JSON with ``portfolio`` (one or a list; as in
  tests/sandbox/README.md), ``switches``, ``domains`` (name to what is stored otherwise) and ``faults``; with
  ``"keep": true`` nothing else changes.
- The comment ``.. not run: reason`` keeps the next block from being run; a YAML block must still be YAML.
- Blocks of any other language are not looked at.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"

_MARK = re.compile(r"^\.\. (?P<kind>code-block|sandbox|not run):+ ?(?P<rest>.*)$")
_OPTION = re.compile(r"^   :(?P<name>[a-z-]+): *(?P<value>.*)$")
_VOLATILE = {
    r"\bdom_[0-9A-Za-z]{20,}": "dom_01example000000000000000aa",
    r"\b(dbj|job)_[0-9A-Za-z]{20,}": "dbj_01example000000000000000bb",
    r"\breq_[0-9A-Za-z]{20,}": "req_01example0000000000000000a",
    r"hostup-contacts-\d{8}T\d{6}Z-\w{8}\.json": "hostup-contacts-20261123T081500Z-k3f9x2ab.json",
    r"\*{3,}": "***",
    r" +$": "",
}
HOME = "/home/anna/domains"


@dataclass(frozen=True)
class Command:
    """A line that somebody types, and the lines that it prints."""

    line: str
    prints: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A block of a guide.

    :ivar kind: ``file``, ``tasks``, ``commands`` or ``sandbox``.
    :ivar line: where it begins, counted from 1.
    """

    kind: str
    line: int
    text: str
    name: str = ""
    not_run: str = ""
    commands: tuple[Command, ...] = field(default=())

    @property
    def state(self) -> dict[str, Any]:
        """What a ``sandbox`` comment asks for."""
        state: dict[str, Any] = json.loads(self.text)
        return state


def blocks_of(guide: Path) -> Iterator[Block]:
    """Yield the blocks of a guide in their order."""
    lines = guide.read_text(encoding="utf-8").splitlines()
    not_run = ""
    for index, line in enumerate(lines):
        mark = _MARK.match(line)
        if mark is None:
            continue
        body = list(_indented(lines[index + 1 :]))
        if mark["kind"] == "not run":
            not_run = " ".join([mark["rest"], *map(str.strip, body)]).strip()
            continue
        if mark["kind"] == "sandbox":
            yield Block("sandbox", index + 1, "\n".join([mark["rest"], *body]))
            continue
        yield from _code(mark["rest"], body, index + 1, not_run)
        not_run = ""


def _code(language: str, body: list[str], line: int, not_run: str) -> Iterator[Block]:
    options = dict(match.group("name", "value") for match in map(_OPTION.match, body) if match)
    text = textwrap.dedent("\n".join(body[len(options) :])).strip("\n") + "\n"
    if language == "console":
        yield Block("commands", line, text, not_run=not_run, commands=tuple(_commands(text)))
    elif language in ("yaml", "yaml+jinja"):
        name = options.get("caption", "")
        yield Block("file" if name else "tasks", line, text, name=name, not_run=not_run)


def _commands(text: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, *prints = part.rstrip("\n").split("\n")
        yield Command(line, tuple(prints))


def _indented(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if line.strip() and not line.startswith("   "):
            return
        yield line


def as_shown(output: str, folder: Path) -> str:
    """Return an output with what differs from run to run in the place-holders that a guide shows."""
    output = output.replace(str(folder), HOME)
    for pattern, placeholder in _VOLATILE.items():
        output = re.sub(pattern, placeholder, output, flags=re.MULTILINE)
    return output.strip("\n")


def is_shown(expected: str, output: str) -> bool:
    """Tell whether an output is as a guide shows it; a line of dots stands for any lines, or none."""
    expected = "\n".join(line.rstrip() for line in as_shown(expected, FOLDER).splitlines())
    pattern = re.escape(expected).replace(re.escape("\n...\n"), r"\n(?:.*\n)*?")
    pattern = re.sub(rf"^{re.escape(re.escape('...'))}\\\n", r"(?:.*\\n)*?", pattern)
    pattern = re.sub(rf"\\\n{re.escape(re.escape('...'))}$", r"(?:\\n.*)*", pattern)
    return re.fullmatch(pattern, output) is not None
