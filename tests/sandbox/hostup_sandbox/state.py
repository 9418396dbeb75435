# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything the sandbox remembers, behind one lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import current_app

from .access import RateLimiter
from .connection import Shutdown
from .contract import Contract
from .faults import FaultList
from .jobs import JobQueue
from .request_log import RequestLog
from .store import Store, load_seed
from .switches import SwitchBoard

EXTENSION = "hostup_sandbox"


class SandboxState:
    """The state of one sandbox.

    ``seed`` is a seed file (None: the one beside the package), ``switches`` the positions to start with, ``contract``
    None when calls are not validated, ``clock`` a function that returns epoch seconds.
    """

    def __init__(
        self,
        seed: Path | str | None = None,
        switches: Mapping[str, object] | None = None,
        contract: Contract | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.contract = contract
        self.switches = SwitchBoard(switches)
        self.log = RequestLog()
        self.faults = FaultList()
        self.limiter = RateLimiter()
        self.shutdown = Shutdown()
        self.violations: list[dict[str, Any]] = []
        self._seed = seed
        self._load()

    def reset(self) -> None:
        """Seed state, the switches of the start, no faults, an empty log."""
        self.switches.reset()
        self.log.clear()
        self.faults.clear()
        self.limiter.clear()
        self.violations.clear()
        self._load()

    def _load(self) -> None:
        self.store = Store(load_seed(self._seed))
        self.jobs = JobQueue(self.switches)


def sandbox_state() -> SandboxState:
    """The state of the sandbox that serves the present request."""
    state = current_app.extensions[EXTENSION]
    assert isinstance(state, SandboxState)
    return state
