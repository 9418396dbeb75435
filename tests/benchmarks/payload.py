# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the collection that a task sends along with hostup_domain_contacts.

Ansible packs the module with everything that it imports, and the interpreter compiles all of it for each task anew.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
PACKAGE = "ansible_collections.hostup.cloud.plugins.module_utils"


def files(module: str = "hostup_domain_contacts") -> list[Path]:
    """Return the module and what it imports of the collection, also what it imports only now and then."""
    found = [PLUGINS / "modules" / f"{module}.py"]
    for file in found:
        new = [path for path in dict.fromkeys(_imported(file)) if path not in found]
        found.extend(new)
    return found


def _imported(file: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(PACKAGE):
            continue
        last = (node.module or "").removeprefix(PACKAGE).removeprefix(".").replace(".", "/")
        file_of_module = PLUGINS / "module_utils" / f"{last}.py"
        if file_of_module.is_file():
            yield file_of_module
        else:
            yield from (PLUGINS / "module_utils" / last / f"{alias.name}.py" for alias in node.names)
