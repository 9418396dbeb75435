# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The one gate that all requests of a run pass, whichever thread sends them."""

from __future__ import annotations

import contextlib
import itertools
import math
import threading
from collections.abc import Iterator

from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import SHORTEST_PAUSE_SECONDS, Clock


class Gate:
    """Lets requests pass in the order of their turns: what has to be repeated is not overtaken by what is new.

    Once closed, it stays so for everybody until its time. Then one request tries first, and each that ends without
    closing it again lets one more be under way at once: two, four, eight.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._turns = itertools.count()
        self._waiting: set[int] = set()
        self._under_way = 0
        self._most_under_way = math.inf
        self._opens_at = -math.inf
        self._closings = 0

    def turn(self) -> int:
        """Return the turn of a new request, which all its repetitions keep."""
        return next(self._turns)

    @contextlib.contextmanager
    def passage(self, turn: int) -> Iterator[None]:
        """Wait until a request may be sent, and be under way until the end of the block."""
        closings = self._enter(turn)
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                # What was sent before the gate closed says nothing about the time since.
                if closings == self._closings:
                    self._most_under_way += 1
                self._changed.notify_all()

    def close(self, seconds: float) -> None:
        """Let nobody pass for so long. To be called inside a passage, so that nobody passes in between."""
        with self._changed:
            self._closings += 1
            self._most_under_way = 1
            self._opens_at = max(self._opens_at, self._clock.monotonic() + seconds)

    def _enter(self, turn: int) -> int:
        """Return how often the gate had been closed when it let this one pass."""
        with self._changed:
            self._waiting.add(turn)
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(
                        lambda: turn == min(self._waiting) and self._under_way < self._most_under_way
                    )
                    pause = self._opens_at - self._clock.monotonic()
                    if pause <= SHORTEST_PAUSE_SECONDS:
                        self._under_way += 1
                        return self._closings
                # Only the first of those that wait gets here.
                self._clock.sleep(pause)
        finally:
            with self._changed:
                self._waiting.remove(turn)
                self._changed.notify_all()
