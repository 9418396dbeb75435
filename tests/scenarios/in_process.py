# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `main()` of a module in this process, with the arguments and the result that Ansible would hand over.

What only a process of its own can show (AnsiballZ, `-vvvv`, signals, old Pythons) is on the rungs above this one.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any
from unittest import mock

from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args

from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock

MODULES = "ansible_collections.hostup.cloud.plugins.modules."


@dataclass(frozen=True)
class Ended:
    """How a module ended: what it returned, its exit status, and the seconds that it took."""

    result: dict[str, Any]
    status: int
    seconds: float

    @property
    def failed(self) -> bool:
        return bool(self.result.get("failed"))

    @property
    def warnings(self) -> list[str]:
        """The sentences; newer releases of ansible-core put each into an event."""
        given = self.result.get("warnings", [])
        return [warning["event"]["msg"] if isinstance(warning, dict) else str(warning) for warning in given]


def run_module(
    name: str,
    options: Mapping[str, Any],
    *,
    check_mode: bool = False,
    diff: bool = False,
    environment: Mapping[str, str] | None = None,
    speed: float = 1,
) -> Ended:
    """Run a module once and return how it ended.

    :param name: the module's name without the collection's.
    :param environment: environment variables, in the place of all ``HOSTUP_*`` ones of the caller.
    :param speed: how many seconds pass for the module in one second; requests take as long as they take.
    :raises AssertionError: when the module ended in another way than a module may: without one JSON document.
    """
    arguments = {**options, "_ansible_check_mode": check_mode, "_ansible_diff": diff}
    module = importlib.import_module(MODULES + name)
    printed = io.StringIO()
    _forget_warnings()
    start = monotonic()
    status = None
    with (
        patch_module_args(arguments),
        only_these_variables(environment or {}),
        a_clock_of(speed),
        contextlib.redirect_stdout(printed),
    ):
        try:
            module.main()
        except SystemExit as ended:
            status = int(ended.code or 0)
    assert status is not None, "main() returned instead of ending the task"
    seconds = monotonic() - start
    result = json.loads(printed.getvalue())
    assert bool(result.get("failed")) == (status != 0)
    return Ended(result, status, seconds)


def _forget_warnings() -> None:
    """Empty the collections in which ansible-core keeps the warnings of one process."""
    for name in ("_global_warnings", "_global_deprecations"):
        getattr(warnings, name).clear()


@contextlib.contextmanager
def only_these_variables(environment: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables, and hide all others that the modules read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOSTUP_")}
    with mock.patch.dict(os.environ, {**kept, **environment}, clear=True):
        yield


@contextlib.contextmanager
def a_clock_of(speed: float) -> Iterator[None]:
    """Let time pass faster for the module: pauses are shorter, and the seconds on its clock more."""
    if speed == 1:
        yield
        return
    start = monotonic()

    def faster(_self: Clock) -> float:
        return start + (monotonic() - start) * speed

    def shorter(_self: Clock, seconds: float) -> None:
        sleep(seconds / speed)

    with mock.patch.object(Clock, "monotonic", faster), mock.patch.object(Clock, "sleep", shorter):
        yield
