# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: rules, set by the control plane, that make chosen API requests go wrong."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from . import shapes

EFFECTS = ("status", "disconnect", "delay", "truncate_after_bytes")


@dataclass
class Fault:
    """One rule. It leaves the first ``skip`` matching requests alone and strikes the next ``times`` (0: all).

    Exactly one effect: ``status`` (with ``headers`` and ``body``; without a body, the generation's own error),
    ``disconnect`` (TCP reset), ``delay`` (seconds, then the usual answer), ``truncate_after_bytes`` (the usual answer,
    cut). With ``act``, the route does its work before the effect.
    """

    method: str = "*"
    path: str = "*"
    times: int = 1
    skip: int = 0
    act: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    disconnect: bool = False
    delay: float | None = None
    truncate_after_bytes: int | None = None

    @property
    def comes_after_the_route(self) -> bool:
        """Whether the route is run and its answer spoilt, rather than the request stopped before."""
        return self.act or self.truncate_after_bytes is not None

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule is about this request; ``*`` in the path stands for anything."""
        return self.method in ("*", method) and fnmatch.fnmatchcase(path, self.path)

    def as_json(self) -> dict[str, Any]:
        """The rule with what is left of ``skip`` and ``times``."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


class FaultList:
    """The rules in force, first match first. Not thread-safe: callers hold the sandbox's lock."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def clear(self) -> None:
        """Remove all rules."""
        self._faults.clear()

    def add(self, faults: list[Fault]) -> None:
        """Add rules after those in force."""
        self._faults.extend(faults)

    def strike(self, method: str, path: str) -> Fault | None:
        """The rule that strikes this request, if any; uses up its ``skip`` or ``times``."""
        for fault in list(self._faults):
            if not fault.matches(method, path):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times == 1:
                self._faults.remove(fault)
            elif fault.times:
                fault.times -= 1
            return fault
        return None

    def as_json(self) -> list[dict[str, Any]]:
        """The rules still in force."""
        return [fault.as_json() for fault in self._faults]


def parse(given: Any) -> list[Fault]:
    """Rules from a control request, one object or a list; raises :class:`shapes.ShapeError`."""
    rules = given if isinstance(given, list) else [given]
    shapes.require(rules, shapes.FAULTS, "faults")
    for position, rule in enumerate(rules):
        if sum(effect in rule for effect in EFFECTS) != 1:
            raise shapes.ShapeError(f"faults/{position}: exactly one of {', '.join(EFFECTS)} is needed")
    return [Fault(**rule) for rule in rules]
