# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: rules, set by the control plane, that make chosen API requests go wrong."""

from __future__ import annotations

import base64
import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from . import shapes

EFFECTS = ("status", "disconnect", "delay", "edit", "truncate_after_bytes", "truncate_after_lines", "endless")


@dataclass
class Fault:
    """One rule. It leaves the first ``skip`` matching requests alone; of the others it strikes every ``every``-th,
    ``times`` times (0: for ever).

    Exactly one effect: ``status`` (with ``headers`` and ``body`` or ``body_base64``; without a body, the generation's
    own error), ``disconnect`` (TCP reset), ``delay`` (seconds, then the usual answer), ``edit`` (what somebody else
    changes just before the usual answer: domain name to fields of its registrant, by their v1 names),
    ``truncate_after_bytes`` and ``truncate_after_lines`` (the usual answer, cut), ``endless`` (an answer that never
    ends, with ``pause`` seconds between its parts; ``part`` is the text of each, which with ``act`` follow the usual
    answer). With ``act``, the route does its work before the effect. ``name``
    is for people who list them.
    """

    name: str = ""
    method: str = "*"
    path: str = "*"
    times: int = 1
    skip: int = 0
    every: int = 1
    act: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    body_base64: str | None = None
    disconnect: bool = False
    delay: float | None = None
    edit: Mapping[str, Mapping[str, str]] | None = None
    truncate_after_bytes: int | None = None
    truncate_after_lines: int | None = None
    endless: bool = False
    pause: float = 0
    part: str | None = None

    def __post_init__(self) -> None:
        self.skip += self.every - 1

    @property
    def truncates(self) -> bool:
        """Whether the effect is the usual answer, cut."""
        return self.truncate_after_bytes is not None or self.truncate_after_lines is not None

    @property
    def comes_after_the_route(self) -> bool:
        """Whether the route is run and its answer spoilt, rather than the request stopped before."""
        return self.act or self.truncates

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule is about this request; ``*`` in the path stands for anything."""
        return self.method in ("*", method) and fnmatch.fnmatchcase(path, self.path)

    def as_json(self) -> dict[str, Any]:
        """The rule; ``skip`` is how many requests it leaves alone next, ``times`` how often it still strikes."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


class FaultList:
    """The rules in force, first match first. Not thread-safe: callers hold the sandbox's lock."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    @property
    def is_empty(self) -> bool:
        """Whether no rule is in force."""
        return not self._faults

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
            fault.skip = fault.every - 1
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
        _check(rule, f"faults/{position}")
    return [Fault(**rule) for rule in rules]


def _check(rule: Mapping[str, Any], place: str) -> None:
    if sum(effect in rule for effect in EFFECTS) != 1:
        raise shapes.ShapeError(f"{place}: exactly one of {', '.join(EFFECTS)} is needed")
    if "body" in rule and "body_base64" in rule:
        raise shapes.ShapeError(f"{place}: body and body_base64 exclude each other")
    try:
        base64.b64decode(rule.get("body_base64", ""), validate=True)
    except ValueError as error:
        raise shapes.ShapeError(f"{place}/body_base64: {error}") from error
