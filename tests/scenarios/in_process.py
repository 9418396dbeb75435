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
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest import mock

from ansible.module_utils import _internal
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args

from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock

MODULES = "ansible_collections.hostup.cloud.plugins.modules."


@dataclass(frozen=True)
class Ended:
    """How a module ended: what it returned, its exit status, and the seconds that it took, its pauses in full."""

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


class PassingTime:
    """Time in which pauses pass faster, for a module and for a sandbox that has it as its clock.

    Requests take as long as they take, so a slow machine uses up no time limit faster than without it.

    :param speed: how many seconds of a pause pass in one second.
    """

    def __init__(self, speed: float = 1) -> None:
        self._speed = speed
        self._skipped = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped

    def epoch(self) -> float:
        """Seconds since 1970, as the clock of a sandbox."""
        return time.time() + self._skipped

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.epoch(), UTC)

    def sleep(self, seconds: float) -> None:
        end = self.monotonic() + seconds
        time.sleep(seconds / self._speed)
        with self._lock:
            # Threads pause at the same time, not one after the other.
            self._skipped += max(0.0, end - self.monotonic())


def run_module(
    name: str,
    options: Mapping[str, Any],
    *,
    check_mode: bool = False,
    diff: bool = False,
    environment: Mapping[str, str] | None = None,
    speed: float = 1,
    passing: PassingTime | None = None,
) -> Ended:
    """Run a module once and return how it ended.

    :param name: the module's name without the collection's.
    :param environment: environment variables, in the place of those of the caller that are read at all.
    :param speed: how many seconds of a pause pass in one second; requests take as long as they take.
    :param passing: the time itself, where a sandbox shares it.
    :raises AssertionError: when the module ended in another way than a module may: without one JSON document.
    """
    arguments = {**options, "_ansible_check_mode": check_mode, "_ansible_diff": diff}
    module = importlib.import_module(MODULES + name)
    printed = io.StringIO()
    _forget_warnings()
    passing = passing or PassingTime(speed)
    start = passing.monotonic()
    status = None
    with (
        patch_module_args(arguments),
        # Once anything of the controller is imported, warnings would be displayed by it, and not be in the result.
        mock.patch.object(_internal, "is_controller", False),
        only_these_variables(environment or {}),
        a_clock_of(passing),
        contextlib.redirect_stdout(printed),
    ):
        try:
            module.main()
        except SystemExit as ended:
            status = int(ended.code or 0)
    assert status is not None, "main() returned instead of ending the task"
    seconds = passing.monotonic() - start
    result = json.loads(printed.getvalue())
    # From ansible-core 2.22 on, the controller takes this out of the result: what it has to mask.
    result.pop("_ansible_new_secrets", None)
    assert bool(result.get("failed")) == (status != 0)
    return Ended(result, status, seconds)


def _forget_warnings() -> None:
    """Empty the collections in which ansible-core keeps the warnings of one process."""
    for name in ("_global_warnings", "_global_deprecations"):
        getattr(warnings, name).clear()


READ_BY_REQUESTS = (
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NETRC",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
)


@contextlib.contextmanager
def only_these_variables(environment: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables, and hide all others that the modules and `requests` read."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HOSTUP_") and name.upper() not in READ_BY_REQUESTS
    }
    with mock.patch.dict(os.environ, {**kept, **environment}, clear=True):
        yield


@contextlib.contextmanager
def a_clock_of(passing: PassingTime) -> Iterator[None]:
    """Let this time pass for the module."""
    with mock.patch.multiple(Clock, monotonic=passing.monotonic, sleep=passing.sleep, now=passing.now):
        yield
