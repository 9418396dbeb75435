# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader who does what a guide says sees what it shows. How a guide marks its blocks: tests/tools/guides.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import guides
import pytest
import yaml

TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(guides.GUIDES.glob("*.rst"))}
BLOCKS = {name: [item for item in guides.read_guide(text) if hasattr(item, "caption")] for name, text in TEXTS.items()}
STORIES = [name for name, blocks in BLOCKS.items() if any(block.is_session for block in blocks)]


@pytest.mark.parametrize("name", STORIES)
def test_every_command_of_a_guide_prints_what_the_guide_shows(name: str, sandbox: Any, tmp_path: Path) -> None:
    shown = list(guides.Player(tmp_path, sandbox.url).play(guides.read_guide(TEXTS[name])))

    assert [guides.told_apart(one) for one in shown if not one.is_as_expected] == []
    assert shown


@pytest.mark.parametrize("name", TEXTS)
def test_every_file_of_a_guide_is_used_by_one_of_its_commands(name: str) -> None:
    told = " ".join(block.text for block in BLOCKS[name])
    unused = [block.caption for block in BLOCKS[name] if block.is_file and is_for_a_command(block.caption)]
    assert [caption for caption in unused if caption not in told] == []


def is_for_a_command(caption: str) -> bool:
    """Tell whether a file is not one that a program finds by itself."""
    found_by_itself = ("ansible.cfg", "group_vars/", "host_vars/", "requirements.yml", ".github/", ".gitlab-ci.yml")
    return not caption.startswith(found_by_itself)


@pytest.mark.parametrize("name", TEXTS)
def test_every_block_is_shown_in_a_known_way(name: str) -> None:
    for block in BLOCKS[name]:
        assert block.language in ("yaml", "yaml+jinja", "console", "shell", "text", "ini", "diff"), block.text
        if block.is_yaml:
            content = yaml.safe_load(block.text)
            assert content, block.text
            assert isinstance(content, list) or block.is_file or "not run" in block.marks, block.text
