# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guides show is run: how a guide marks its blocks, and what plays them against a sandbox.

A guide in docs/docsite/rst is a story that a reader can follow in one folder. Its `.. code-block::` say what happens:

- **A file** is a block whose `:caption:` is a file name. It is written into the guide's folder, at its place in the
  story; a later block of the same name replaces it. Playbooks, inventories, vars files, an `ansible.cfg`.
- **A session** is a block in the language `console`. A line that begins with `$ ` is a command (the next lines belong
  to it as long as it ends in a backslash), and the lines up to the next command are what it must print. Of the
  commands, those of RUN are run, in order, in the guide's folder; one that is not, such as `pip`, must have no output.
  A line `...` stands for any number of lines. Only what is VOLATILE may differ.
- **A snippet** is a YAML block without a file name that holds a list of plays or tasks. It does not belong to the
  story: tests/integration/test_documentation.py runs each on its own, as it runs the examples of the modules, against a
  sandbox as in its seed and with its READER_VARIABLES. It must neither fail nor warn, and all its tasks must run.

Everything else has a mark, a comment above the block or between blocks. `.. test:` begins it:

    .. test: not run             the next block is YAML that is only parsed, see test_guides.py
    .. test: fails               the one command of the next session ends with an error
    .. test: sandbox             reset the sandbox, then do what the YAML below the mark says, each key optional:

       switches: {job_seconds: 0.1}                 switches of the sandbox
       portfolio: {count: 300, suffix: example}     POST /_sandbox/portfolio; a list for several
       domains: {example.com: {registrant: {city: Lund}}}     PATCH /_sandbox/domains/example.com

    .. test: meanwhile           the same, without a reset: something happens at HostUp
    .. test: environment         variables for the commands that follow, as YAML: {HOSTUP_API_KEY_NORTH: abc}

The sandbox begins as in its seed, HOSTUP_API_BASE and HOSTUP_API_KEY are set, and Ansible has its defaults, as a reader
has them. tests/integration/test_guides.py plays every guide; `make guides` plays them and writes what was really
printed into the sessions. Where a session is shortened by `...`, the lines before the first and behind the last keep
their number; lines between two of them stay if they still appear, else the whole output is written for you to shorten.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "docsite" / "rst"

RUN = {"ansible-playbook", "ansible-inventory", "cat"}
"""The commands of a session that are run."""

ELISION = "..."

VOLATILE = (
    (re.compile(r"\b(dbj|job|req)_[0-9a-z]{12,}"), r"\1_…"),
    (re.compile(r"\bbulk_contacts-\d+-\d+"), "bulk_contacts-…"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "(a request)"),
    (re.compile(r"\b20\d\d-\d\d-\d\dT[\d:.]+Z?"), "(a time)"),
    (re.compile(r"\b20\d{6}T\d{6}Z?[\w-]*"), "(a time)"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "https://cloud.hostup.se"),
    (re.compile(r"\*{3,}$"), "***"),
)
"""What may differ between two runs: ids of jobs and requests, times, the address of the sandbox, the width of lines."""

WIDTH = 80
SHOWN_FOLDER = "/home/anna/domains"
"""What the guides show for the folder in which their commands run."""

_FILE_NAME = re.compile(r"[\w./-]*\.(cfg|ini|ya?ml)|[\w/-]*inventory")
_DIRECTIVE = re.compile(r"^(?P<indent> *)\.\. (?:code-block|sourcecode|code)::(?: (?P<language>\S+))?$")
_MARK = re.compile(r"^(?P<indent> *)\.\. test: (?P<word>[\w ]+)$")
MARKS = {"not run", "fails", "sandbox", "meanwhile", "environment"}


@dataclass(frozen=True)
class Block:
    """A code block: where its content begins and ends (numbers of lines, from 0), and the content without indent."""

    begin: int
    end: int
    indent: str
    language: str
    caption: str
    text: str
    marks: frozenset[str] = frozenset()

    @property
    def is_yaml(self) -> bool:
        """Whether it is YAML."""
        return self.language in ("yaml", "yaml+jinja")

    @property
    def is_file(self) -> bool:
        """Whether it is a file of the guide's folder."""
        return bool(_FILE_NAME.fullmatch(self.caption))

    @property
    def is_session(self) -> bool:
        """Whether it shows commands and what they print."""
        return self.language == "console"

    @property
    def is_snippet(self) -> bool:
        """Whether it is YAML that runs on its own."""
        return self.is_yaml and not self.is_file and "not run" not in self.marks


@dataclass(frozen=True)
class Event:
    """A mark that is not about the next block: `sandbox`, `meanwhile` or `environment`, and the YAML below it."""

    word: str
    content: dict[str, Any]


def read_guide(text: str) -> list[Block | Event]:
    """Return the blocks and events of a guide, in their order.

    Raises:
        ValueError: A mark is not known, or is about a block and no block follows.
    """
    lines = text.splitlines()
    items: list[Block | Event] = []
    marks: set[str] = set()
    number = 0
    while number < len(lines):
        line = lines[number]
        if mark := _MARK.match(line):
            begin, end = _body(lines, number, mark["indent"])
            if mark["word"] not in MARKS:
                raise ValueError(f"line {number + 1}: there is no mark {mark['word']!r}")
            if mark["word"] in ("not run", "fails"):
                marks.add(mark["word"])
            else:
                content = yaml.safe_load(textwrap.dedent("\n".join(lines[begin:end])))
                items.append(Event(mark["word"], content or {}))
            number = end
        elif directive := _DIRECTIVE.match(line):
            block = _read_block(lines, number, directive["indent"], directive["language"] or "", frozenset(marks))
            items.append(block)
            marks.clear()
            number = block.end
        else:
            if marks and line.strip():
                raise ValueError(f"line {number + 1}: a block must follow the mark {' '.join(marks)!r}")
            number += 1
    return items


def _body(lines: Sequence[str], opening: int, indent: str) -> tuple[int, int]:
    """Return where what is indented below a line begins and ends, without empty lines around it."""
    end = opening + 1
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith(f"{indent} ")):
        end += 1
    begin = opening + 1
    while begin < end and not lines[begin].strip():
        begin += 1
    while end > begin and not lines[end - 1].strip():
        end -= 1
    return begin, end


def _read_block(lines: Sequence[str], opening: int, indent: str, language: str, marks: frozenset[str]) -> Block:
    """Read the block whose directive stands in the line `opening`."""
    begin, end = _body(lines, opening, indent)
    caption = ""
    while begin < end and (option := re.match(r" +:(\w+):(.*)$", lines[begin])):
        caption = option[2].strip() if option[1] == "caption" else caption
        begin += 1
    while begin < end and not lines[begin].strip():
        begin += 1
    content = lines[begin:end]
    deeper = min((len(line) - len(line.lstrip()) for line in content if line.strip()), default=0)
    text = "".join(f"{line[deeper:]}\n" for line in content)
    return Block(begin, end, " " * deeper, language, caption, text, marks)


@dataclass(frozen=True)
class Command:
    """A command of a session, as it is written and as words, and the lines that it must print."""

    written: str
    words: tuple[str, ...]
    expected: tuple[str, ...]

    @property
    def runs(self) -> bool:
        """Whether it is run."""
        return self.words[0] in RUN


def commands(session: str) -> Iterator[Command]:
    """Yield the commands of a session.

    Raises:
        ValueError: It does not begin with a command, or a command that is not run has output.
    """
    lines = session.splitlines()
    while lines:
        written = [lines.pop(0)]
        if not written[0].startswith("$ "):
            raise ValueError(f"a session begins with a command, not with {written[0]!r}")
        while written[-1].endswith("\\") and lines:
            written.append(lines.pop(0))
        expected: list[str] = []
        while lines and not lines[0].startswith("$ "):
            expected.append(lines.pop(0))
        words = tuple(shlex.split("\n".join(written)[2:].replace("\\\n", " "), comments=True))
        command = Command("\n".join(written), words, tuple(_without_blank_ends(expected)))
        if command.expected and not command.runs:
            raise ValueError(f"{words[0]} is not run, so it can have no output here")
        yield command


def _without_blank_ends(lines: Sequence[str]) -> list[str]:
    """Return the lines without empty ones at either end, and without white space at their ends."""
    return "\n".join(line.rstrip() for line in lines).strip("\n").splitlines()


@dataclass(frozen=True)
class Shown:
    """A command that was run: the block it stands in, its status, and the lines that it printed."""

    block: Block
    command: Command
    status: int
    printed: tuple[str, ...]

    @property
    def has_right_status(self) -> bool:
        """Whether it failed only where the guide says so."""
        return (self.status != 0) == ("fails" in self.block.marks)

    @property
    def is_as_expected(self) -> bool:
        """Whether it also printed what the guide shows."""
        return self.has_right_status and fits(self.command.expected, self.printed)


def comparable(line: str) -> str:
    """Return a line without what may differ between two runs."""
    for pattern, word in VOLATILE:
        line = pattern.sub(word, line)
    return line


def fits(expected: Sequence[str], printed: Sequence[str]) -> bool:
    """Tell whether the printed lines are the expected ones; `...` stands for any number of lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == ELISION else re.escape(comparable(line)) + r"\n" for line in expected
    )
    return re.fullmatch(pattern, "".join(f"{comparable(line)}\n" for line in printed)) is not None


Start = Callable[[Sequence[str], Path, Mapping[str, str]], "subprocess.CompletedProcess[str]"]
"""What runs a command, given as words, in a folder and with an environment, without input."""


def run_new(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command as a new process, and return its status and all that it printed."""
    return subprocess.run(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


@dataclass
class Player:
    """Plays one guide in a folder of its own, against the sandbox at `url`."""

    folder: Path
    url: str
    start: Start = run_new
    environment: dict[str, str] = field(default_factory=dict)

    def play(self, items: Iterable[Block | Event]) -> Iterator[Shown]:
        """Do what a guide says, and yield each command that was run."""
        tell(self.url, Event("sandbox", {}))
        # An empty one keeps away what the machine or its user has configured.
        (self.folder / "ansible.cfg").touch()
        for item in items:
            if isinstance(item, Event):
                self._happen(item)
            elif item.is_file:
                path = self.folder / item.caption
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(item.text, encoding="utf-8")
            elif item.is_session:
                yield from (self._run(item, command) for command in commands(item.text) if command.runs)

    def _happen(self, event: Event) -> None:
        """Let an event happen."""
        if event.word == "environment":
            self.environment.update({name: str(value) for name, value in event.content.items()})
        else:
            tell(self.url, event)

    def _run(self, block: Block, command: Command) -> Shown:
        """Run a command as the reader would: with Ansible's defaults and nothing of whoever runs the tests."""
        run = self.start(command.words, self.folder, {**self._variables(), **self.environment})
        printed = run.stdout.replace(str(self.folder), SHOWN_FOLDER).replace(self.url, "https://cloud.hostup.se")
        return Shown(block, command, run.returncode, tuple(_without_blank_ends(printed.splitlines())))

    def _variables(self) -> dict[str, str]:
        """Return the environment of the commands."""
        kept = {name: value for name, value in os.environ.items() if not re.match("(ANSIBLE|HOSTUP)_", name)}
        return {
            **kept,
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            # Hosts print in the order of the inventory, not in that of who is first.
            "ANSIBLE_FORKS": "1",
            "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.folder / ".ansible"),
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "COLUMNS": str(WIDTH),
            "HOME": str(self.folder),
            "HOSTUP_API_BASE": self.url,
            "HOSTUP_API_KEY": "sandbox-full-access",
            # In the order in which a terminal shows it.
            "PYTHONUNBUFFERED": "1",
            # As a shell has it that went there.
            "PWD": str(self.folder),
        }


def tell(url: str, event: Event) -> None:
    """Let something happen at the sandbox.

    Raises:
        requests.HTTPError: The sandbox refused it.
    """
    content = event.content
    if unknown := content.keys() - {"switches", "portfolio", "domains"}:
        raise ValueError(f"the mark {event.word!r} knows no {', '.join(sorted(unknown))}")
    switches = content.get("switches", {})
    calls: list[tuple[str, str, Any]] = [("PATCH", "switches", switches)]
    if event.word == "sandbox":
        calls = [("POST", "reset", {"switches": {"job_seconds": 0.05, **switches}})]
    portfolios = content.get("portfolio", [])
    calls += [("POST", "portfolio", wish) for wish in (portfolios if isinstance(portfolios, list) else [portfolios])]
    calls += [("PATCH", f"domains/{name}", change) for name, change in content.get("domains", {}).items()]
    with requests.Session() as session:
        session.trust_env = False
        for method, path, body in calls:
            session.request(method, f"{url}/_sandbox/{path}", json=body, timeout=30).raise_for_status()


def renewed(guide: str, shown: Iterable[Shown]) -> str:
    """Return the text of a guide with the outputs of its sessions as they really were."""
    lines = guide.splitlines()
    by_block: dict[int, list[Shown]] = {}
    for one in shown:
        by_block.setdefault(one.block.begin, []).append(one)
    # From the last to the first, so that the places of those still to come stay right.
    for _begin, ended in sorted(by_block.items(), reverse=True):
        if all(one.is_as_expected for one in ended):
            continue
        block, results = ended[0].block, iter(ended)
        parts = []
        for command in commands(block.text):
            output = output_to_show(next(results)) if command.runs else []
            parts.append("\n".join([command.written, *output]))
        text = "\n".join(parts)
        lines[block.begin : block.end] = textwrap.indent(text, block.indent).splitlines()
    return "\n".join(lines) + "\n"


def output_to_show(shown: Shown) -> list[str]:
    """Return the lines that a guide shows of a command: the old ones if they fit, else shortened as they were.

    What a command prints that should not have failed, or should have, is nothing to show.
    """
    expected, printed = shown.command.expected, list(shown.printed)
    if fits(expected, printed) or not shown.has_right_status:
        return list(expected)
    stripped = [line.strip() for line in expected]
    if ELISION not in stripped:
        return printed
    first, last = stripped.index(ELISION), len(stripped) - stripped[::-1].index(ELISION)
    tail = len(expected) - last
    proposed = [*printed[:first], *expected[first:last], *(printed[-tail:] if tail else [])]
    return proposed if fits(proposed, printed) else printed


def what_differs(shown: Shown) -> str:
    """Return what a person needs to see of a command that went otherwise than the guide says."""
    expected, printed = "\n".join(shown.command.expected), "\n".join(shown.printed)
    return (
        f"line {shown.block.begin + 1}: {shown.command.written}\n"
        f"ended with status {shown.status} and printed\n{printed}\n\nThe guide shows\n{expected}\n\n"
        "If the new output is right, run make guides."
    )
