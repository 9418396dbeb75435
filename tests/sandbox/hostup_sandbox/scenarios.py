# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ready-made faults, each under a name; ``scenarios.yml`` holds them."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import yaml_files

_FILE = Path(__file__).with_name("scenarios.yml")


@dataclass(frozen=True)
class Scenario:
    """What happens, and how: fault rules and switch positions, as the control plane takes them."""

    name: str
    description: str
    faults: Sequence[Mapping[str, Any]] = ()
    switches: Mapping[str, object] = field(default_factory=dict)


@functools.cache
def ready_made() -> Mapping[str, Scenario]:
    """All ready-made faults by name, in the order of the file."""
    entries = yaml_files.load(_FILE)
    return {name: Scenario(name, **entry) for name, entry in entries.items()}


def markdown_table() -> str:
    """The ready-made faults as a Markdown table, for the README."""
    rows = [f"| `{scenario.name}` | {scenario.description} |" for scenario in ready_made().values()]
    return "\n".join(["| name | what happens |", "| --- | --- |", *rows]) + "\n"
