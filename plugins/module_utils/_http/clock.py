# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Time as a thing that is passed in, so that tests need not wait."""

from __future__ import annotations

import time
from datetime import datetime, timezone

SHORTEST_PAUSE_SECONDS = 0.01
"""Less is not worth a pause, and a socket takes zero for something else than "at once"."""


class Clock:
    """The real clock. Tests pass an object with the same three methods."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never goes backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Pause this thread for ``seconds``."""
        time.sleep(seconds)

    def now(self) -> datetime:
        """Return the wall-clock time, with its time zone (only for HTTP dates)."""
        return datetime.now(timezone.utc)


class Deadline:
    """A point in monotonic time, ``seconds`` from now."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self.move(seconds)

    def move(self, seconds: float) -> None:
        """Move it to ``seconds`` from now, for everything that is bound to it."""
        self._end = self._clock.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds left, never less than zero."""
        return max(0.0, self._end - self._clock.monotonic())

    def expired(self) -> bool:
        """Return whether no time is left."""
        return self.remaining() <= 0.0
