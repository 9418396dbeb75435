# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seeded faults: read from `faults.yml`, found in a tree by their text, put into it and taken out again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import yaml

FAULTS = Path(__file__).with_name("faults.yml")


class BadFaults(Exception):
    """Faults that cannot be seeded; `problems` has a line for each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Fault:
    """One line of the engine, changed.

    :ivar name: what is wrong then, as a sentence.
    :ivar line: a part of the line as it is; exactly one place below `plugins/` has it.
    :ivar becomes: what stands in its place.
    :ivar below: a text that one place has. Of several places with `line`, the first one behind it counts.
    :ivar unit: words of the names of the files in `tests/unit` that are tried first.
    :ivar scenarios: words of the names of scenarios, or of their files, that are tried first.
    """

    name: str
    line: str
    becomes: str
    below: str = ""
    unit: str = ""
    scenarios: str = ""


@dataclass(frozen=True)
class Edit:
    """A fault in a tree: the path of its file, and the text of that file without and with it."""

    path: Path
    before: str
    after: str

    def seed(self) -> None:
        self._write(self.after)

    def restore(self) -> None:
        self._write(self.before)

    def _write(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")
        # Python takes compiled code for fresh by size and by second, and both may be as they were.
        for compiled in self.path.parent.glob(f"__pycache__/{self.path.stem}.*"):
            compiled.unlink()


def read_faults(path: Path = FAULTS) -> list[Fault]:
    """Return the faults of a file.

    :raises BadFaults: for entries that are none, and for a name that is given twice.
    """
    known = {field.name for field in fields(Fault)}
    needed = {"name", "line", "becomes"}
    problems: list[str] = []
    faults: dict[str, Fault] = {}
    for number, entry in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
        wrong = [f"unknown key {key}" for key in entry if key not in known]
        wrong += [f"no {key}" for key in sorted(needed - entry.keys())]
        wrong += [f"{key} is no text on one line" for key, text in entry.items() if not _is_one_line(text)]
        if entry.get("name") in faults:
            wrong.append("another one has the same name")
        if wrong:
            problems.append(f"number {number}, {entry.get('name')}: {', '.join(wrong)}")
        else:
            faults[entry["name"]] = Fault(**entry)
    if problems:
        raise BadFaults(problems)
    return list(faults.values())


def choose(faults: Iterable[Fault], patterns: Iterable[str]) -> list[Fault]:
    """Return the faults whose names match one of the patterns, or all of them without a pattern.

    :raises BadFaults: for a pattern that no name matches.
    """
    faults, patterns = list(faults), list(patterns)
    names = [fault.name for fault in faults]
    unmatched = [pattern for pattern in patterns if not any(_matches(name, pattern) for name in names)]
    if unmatched:
        raise BadFaults(f"no fault has a name that matches {pattern!r}" for pattern in unmatched)
    return [f for f in faults if not patterns or any(_matches(f.name, pattern) for pattern in patterns)]


def edits(faults: Iterable[Fault], tree: Path) -> dict[str, Edit]:
    """Find every fault in a tree, and return its edit by its name.

    :raises BadFaults: with all faults that have no place, more than one, or no effect in it.
    """
    sources = {path: path.read_text(encoding="utf-8") for path in sorted(tree.glob("plugins/**/*.py"))}
    found: dict[str, Edit] = {}
    problems: list[str] = []
    for fault in faults:
        try:
            found[fault.name] = edit = _find(fault, sources)
        except BadFaults as error:
            problems += [f"{fault.name}: {problem}" for problem in error.problems]
        else:
            problems += [f"{fault.name}: {problem}" for problem in _without_effect(edit)]
    if problems:
        raise BadFaults(problems)
    return found


def _is_one_line(text: object) -> bool:
    return isinstance(text, str) and "\n" not in text


def _matches(name: str, pattern: str) -> bool:
    return re.search(pattern, name, re.IGNORECASE) is not None


def _find(fault: Fault, sources: Mapping[Path, str]) -> Edit:
    anchor = fault.below or fault.line
    places = [(path, place.start()) for path, text in sources.items() for place in re.finditer(re.escape(anchor), text)]
    if not places:
        raise BadFaults([f"no line below plugins/ has {anchor!r}"])
    if len(places) > 1:
        where = ", ".join(f"{path.name}:{sources[path][:at].count(chr(10)) + 1}" for path, at in places)
        raise BadFaults([f"{len(places)} places have {anchor!r}: {where}"])
    path, start = places[0]
    text = sources[path]
    start = text.find(fault.line, start)
    if start < 0:
        raise BadFaults([f"nothing below {anchor!r} has {fault.line!r}"])
    return Edit(path, text, text[:start] + fault.becomes + text[start + len(fault.line) :])


def _without_effect(edit: Edit) -> Iterator[str]:
    """Yield why an edit would prove nothing: a file that Python cannot compile turns every test red."""
    try:
        after = ast.parse(edit.after)
    except SyntaxError as error:
        yield f"{edit.path.name} does not compile with it: {error}"
    else:
        if ast.dump(ast.parse(edit.before)) == ast.dump(after):
            yield f"it changes nothing in {edit.path.name}"
