# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each kind of knowledge has one room in module_utils, and a room knows only the rooms below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MODULE_UTILS = Path(__file__).resolve().parents[4] / "plugins" / "module_utils"
PACKAGE = "ansible_collections.hostup.cloud.plugins.module_utils."

ROOMS = ("_task", "_role", "_engine", "_result", "_api", "_http", "_contact")
"""From the one that knows Ansible to the pure one; imports go downward only."""
PURE = ("_contact",)
STANDARD_LIBRARY_WITH_EFFECTS = {"os", "pathlib", "random", "shutil", "socket", "subprocess", "tempfile", "time"}
FILES = sorted(path.relative_to(MODULE_UTILS) for path in MODULE_UTILS.rglob("*.py"))
LONGEST_FILE = 330
LONGEST_FUNCTION = 60
"""Lines: a screen, with the docstring."""


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, also late or only for its type hints."""
    for node in ast.walk(ast.parse((MODULE_UTILS / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_of(path: Path) -> Iterator[str]:
    for name in imported(path):
        if name.startswith(PACKAGE):
            yield name.removeprefix(PACKAGE).split(".")[0]


def test_every_file_is_in_a_room_and_every_room_is_a_package() -> None:
    assert {path.parts[0] for path in FILES if len(path.parts) > 1} == set(ROOMS)
    assert [path for path in FILES if len(path.parts) != 2] == []
    assert [(MODULE_UTILS / room / "__init__.py").read_bytes() for room in ROOMS] == [b""] * len(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_go_downward_only(path: Path) -> None:
    allowed = ROOMS[ROOMS.index(path.parts[0]) :]
    assert [room for room in rooms_of(path) if room not in allowed] == []


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[0] in PURE], ids=str)
def test_the_lowest_room_has_no_effects(path: Path) -> None:
    assert {name.split(".")[0] for name in imported(path)} & {
        "ansible",
        "requests",
        *STANDARD_LIBRARY_WITH_EFFECTS,
    } == set()


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[0] != "_task"], ids=str)
def test_only_the_highest_room_knows_ansible(path: Path) -> None:
    assert [name for name in imported(path) if name.startswith("ansible.")] == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_files_and_functions_can_be_taken_in_at_a_glance(path: Path) -> None:
    text = (MODULE_UTILS / path).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    functions = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION]
    assert long == []


def shipped_with(module: str) -> set[Path]:
    """What Ansible packs with a module: all files that it imports, directly or not."""
    found: set[Path] = set()
    waiting = [Path("..") / "modules" / f"{module}.py"]
    while waiting:
        for name in imported(waiting.pop()):
            parts = name.removeprefix(PACKAGE).split(".") if name.startswith(PACKAGE) else []
            # The last part is a name in a file, or the file itself.
            new = {Path("/".join(parts[:2]) + ".py")} & set(FILES) - found
            found |= new
            waiting.extend(new)
    return found


@pytest.mark.parametrize("module", ["hostup_domain_info", "hostup_job_info"])
def test_a_module_that_only_reads_ships_no_engine(module: str) -> None:
    shipped = shipped_with(module)
    assert Path("_http/client.py") in shipped
    assert [path for path in shipped if path.parts[0] in ("_engine", "_role")] == []
