# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A guide that is followed stays as it is, and what it shows otherwise is reported; a renewed one is written anew."""

from __future__ import annotations

from pathlib import Path

import check_artifact
import pytest
from guides import GUIDES
from write_guide_outputs import check, renew

STORY = """\
.. code-block:: yaml
   :caption: a.yml

   city: Lund

.. code-block:: console

   $ cat a.yml
   {shown}
"""
RIGHT, WRONG = STORY.format(shown="city: Lund"), STORY.format(shown="city: Malmö")
FAILING = STORY.replace("cat a.yml", "cat b.yml").format(shown="...")


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    return tmp_path / "story.rst"


def test_a_guide_that_shows_what_happens_is_right(guide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guide.write_text(RIGHT, encoding="utf-8")
    assert check(guide)
    assert capsys.readouterr().out == "story.rst: 1 commands, none of them otherwise than the guide shows\n"


@pytest.mark.parametrize("text", [WRONG, FAILING, "No command.\n"])
def test_a_guide_that_shows_something_else_or_nothing_is_not_and_stays_as_it_is(text: str, guide: Path) -> None:
    guide.write_text(text, encoding="utf-8")
    assert not check(guide)
    assert guide.read_text(encoding="utf-8") == text


def test_what_is_otherwise_is_reported(guide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guide.write_text(WRONG, encoding="utf-8")
    check(guide)
    printed = capsys.readouterr().out
    assert "city: Lund\n\nThe guide shows\ncity: Malmö" in printed
    assert printed.endswith("story.rst: 1 commands, 1 of them otherwise than the guide shows\n")


def test_a_renewed_guide_shows_what_happens(guide: Path) -> None:
    guide.write_text(WRONG, encoding="utf-8")
    assert renew(guide)
    assert guide.read_text(encoding="utf-8") == RIGHT


def test_the_guides_that_are_followed_with_the_artifact_are_there() -> None:
    assert check_artifact.FOLLOWED
    assert [name for name in check_artifact.FOLLOWED if not (GUIDES / f"{name}.rst").is_file()] == []
