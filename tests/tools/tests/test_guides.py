# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guides are read as their marks say, and what they show is compared and renewed as it should be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from guides import Block, Command, Event, Shown, commands, fits, read_guide, renewed

GUIDE = """\
A guide
=======

.. test: sandbox
   portfolio: {count: 3}

.. code-block:: yaml
   :caption: domains.yml

   - hosts: localhost

     tasks: []

Text.

- In a list:

  .. test: not run

  .. code-block:: yaml

     key: value

.. test: fails

.. code-block:: console

   $ pip install x
   $ ansible-playbook \\
       domains.yml
   old 1

   old 2

   $ ansible-playbook domains.yml
   fine

.. code-block:: yaml+jinja

   - name: A task
"""


def blocks(guide: str = GUIDE) -> list[Block]:
    return [item for item in read_guide(guide) if isinstance(item, Block)]


def shown(expected: Sequence[str], printed: Sequence[str], status: int = 0) -> Shown:
    block = Block(0, 0, "", "console", "", "")
    return Shown(block, Command("$ cat x", ("cat", "x"), tuple(expected)), status, tuple(printed))


def test_a_block_is_a_file_a_session_a_snippet_or_only_parsed() -> None:
    file, parsed, session, snippet = blocks()
    assert (file.is_file, file.caption) == (True, "domains.yml")
    assert file.text == "- hosts: localhost\n\n  tasks: []\n"
    assert (parsed.is_snippet, parsed.is_file, parsed.text) == (False, False, "key: value\n")
    assert (session.is_session, session.marks) == (True, frozenset({"fails"}))
    assert (snippet.is_snippet, snippet.marks) == (True, frozenset())


def test_a_mark_between_blocks_is_an_event() -> None:
    assert read_guide(GUIDE)[0] == Event("sandbox", {"portfolio": {"count": 3}})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (".. test: nonsense\n", "line 1: there is no mark 'nonsense'"),
        (".. test: not run\n\nText.\n", "line 3: a block must follow the mark 'not run'"),
    ],
)
def test_a_wrong_mark_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_guide(text)


def test_a_session_is_commands_with_what_they_print() -> None:
    install, first, second = commands(blocks()[2].text)
    assert (install.runs, install.expected) == (False, ())
    assert (first.words, first.expected) == (("ansible-playbook", "domains.yml"), ("old 1", "", "old 2"))
    assert (second.runs, second.expected) == (True, ("fine",))


@pytest.mark.parametrize("session", ["output\n", "$ pip install x\nSuccess\n"])
def test_output_that_nothing_prints_is_an_error(session: str) -> None:
    with pytest.raises(ValueError, match=r"begins with a command|is not run"):
        list(commands(session))


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "...", "z"], ["a", "b", "c", "z"]),
        (["a", "...", "z"], ["a", "z"]),
        (["..."], []),
        (["job dbj_aaaaaaaaaaaaaaaaaaaaaaaaaa"], ["job dbj_bbbbbbbbbbbbbbbbbbbbbbbbbb"]),
        (["TASK [a] ****"], ["TASK [a] *******"]),
        (["saved in x-20260101T101010Z.json"], ["saved in x-20270202T111111Z.json"]),
    ],
)
def test_what_may_differ_does_not_count(expected: list[str], printed: list[str]) -> None:
    assert fits(expected, printed)


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        (["a"], ["a", "b"]),
        (["a", "b"], ["a"]),
        (["a", "...", "z"], ["a", "b"]),
        ([], ["a"]),
        (["a.c"], ["abc"]),
        (["job_failed"], ["job_id"]),
        (["changed=1"], ["changed=2"]),
    ],
)
def test_any_other_difference_counts(expected: list[str], printed: list[str]) -> None:
    assert not fits(expected, printed)


def test_a_command_that_fails_is_not_as_expected_unless_the_guide_says_so() -> None:
    assert shown(["a"], ["a"]).is_as_expected
    assert not shown(["a"], ["a"], status=2).is_as_expected


def test_renewing_puts_the_real_output_into_the_session_and_touches_nothing_else() -> None:
    session = blocks()[2]
    _install, first, second = commands(session.text)
    real = [Shown(session, first, 2, ("new 1", "", "new 2", "new 3")), Shown(session, second, 2, ("fine",))]
    old, new = "   old 1\n\n   old 2\n\n", "   new 1\n\n   new 2\n   new 3\n"
    assert renewed(GUIDE, real) == GUIDE.replace(old, new)
    assert renewed(renewed(GUIDE, real), []) == GUIDE.replace(old, new)


@pytest.mark.parametrize(
    ("old", "printed", "new"),
    [
        (["1", "...", "9"], ["1", "2", "9"], ["1", "...", "9"]),
        (["1", "...", "9"], ["a", "b", "c", "d"], ["a", "...", "d"]),
        (["1", "...", "5", "...", "9"], ["a", "4", "5", "6", "d"], ["a", "...", "5", "...", "d"]),
        (["1", "...", "5", "...", "9"], ["a", "b", "c", "d"], ["a", "b", "c", "d"]),
        (["1", "..."], ["a", "b", "c"], ["a", "..."]),
    ],
)
def test_a_shortened_output_stays_short_if_that_is_possible(old: list[str], printed: list[str], new: list[str]) -> None:
    guide = "".join(f"   {line}\n" for line in ("$ cat x", *old))
    block = Block(0, len(old) + 1, "   ", "console", "", "".join(f"{line}\n" for line in ("$ cat x", *old)))
    (command,) = commands(block.text)
    assert renewed(guide, [Shown(block, command, 0, tuple(printed))]).split() == ["$", "cat", "x", *new]


def test_the_output_of_a_command_that_should_not_have_failed_is_not_written() -> None:
    block = Block(0, 2, "", "console", "", "$ cat x\nold\n")
    (command,) = commands(block.text)
    assert renewed("$ cat x\nold\n", [Shown(block, command, 1, ("Traceback",))]) == "$ cat x\nold\n"
