# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what a module documents, without importing the module."""

from __future__ import annotations

import ast
from pathlib import Path


def texts_of(module: Path) -> dict[str, str]:
    """Return the texts that a module assigns at its top level, such as DOCUMENTATION, by their names."""
    return {
        node.targets[0].id: node.value.value
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
