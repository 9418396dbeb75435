# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate of all requests: whom it stops, for how long, and how many may pass then."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock
from ansible_collections.hostup.cloud.plugins.module_utils._http.gate import Gate

if TYPE_CHECKING:
    from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import FakeClock

AT_ONCE = 8
SECONDS = 10
"""How long a test waits for what must happen."""


class Server:
    """Holds every request that has passed a gate, until the test lets it end."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._arrived = threading.Semaphore(0)
        self._ended = threading.Semaphore(0)
        self._orders: list[float | None] = []
        self._ordered = threading.Condition()
        self._is_over = False

    def request(self, _number: int = 0) -> None:
        with self.gate.passage(self.gate.turn()):
            self._arrived.release()
            with self._ordered:
                self._ordered.wait_for(lambda: self._orders or self._is_over)
                seconds = None if self._is_over else self._orders.pop()
            if seconds is not None:
                self.gate.close(seconds)
        self._ended.release()

    def under_way(self, expected: int) -> bool:
        """Return whether exactly so many more requests arrive."""
        return all(self._arrived.acquire(timeout=SECONDS) for _number in range(expected)) and not self._arrived.acquire(
            timeout=0.05
        )

    def end(self, count: int, closing_for: float | None = None) -> None:
        """Let requests end; with seconds, each of them by closing the gate."""
        with self._ordered:
            self._orders += [closing_for] * count
            self._ordered.notify_all()
        assert all(self._ended.acquire(timeout=SECONDS) for _number in range(count))

    def close(self) -> None:
        """Let all requests end, those still to come too."""
        with self._ordered:
            self._is_over = True
            self._ordered.notify_all()


@pytest.fixture
def server(clock: FakeClock) -> Server:
    return Server(Gate(clock))


@pytest.fixture
def pool(server: Server) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AT_ONCE) as threads, contextlib.closing(server):
        yield threads


def test_an_open_gate_stops_nobody(server: Server, pool: ThreadPoolExecutor, clock: FakeClock) -> None:
    pool.map(server.request, range(AT_ONCE))
    assert server.under_way(AT_ONCE)
    server.end(AT_ONCE)
    assert clock.sleeps == []


def test_behind_a_closed_gate_one_tries_first_and_then_the_number_grows(
    server: Server, pool: ThreadPoolExecutor, clock: FakeClock
) -> None:
    pool.map(server.request, range(AT_ONCE + 1 + 2 + 4 + 8))
    assert server.under_way(AT_ONCE)
    server.end(AT_ONCE, closing_for=7)
    for number in (1, 2, 4, 8):
        assert server.under_way(number)
        server.end(number)
    # All of them waited for the same moment, which one was there to see.
    assert clock.sleeps == [7.0]


def test_what_was_sent_before_it_closed_does_not_open_it(
    server: Server, pool: ThreadPoolExecutor, clock: FakeClock
) -> None:
    pool.map(server.request, range(AT_ONCE + 3))
    assert server.under_way(AT_ONCE)
    server.end(1, closing_for=7)
    server.end(AT_ONCE - 2)
    # One of the old requests is still under way, and whatever its end says, nobody tries before.
    assert server.under_way(0)
    server.end(1)
    assert server.under_way(1)
    server.end(1)
    assert server.under_way(2)
    server.end(2)
    assert clock.sleeps == [7.0]


def test_a_try_that_fails_closes_it_again(server: Server, pool: ThreadPoolExecutor, clock: FakeClock) -> None:
    pool.map(server.request, range(4))
    assert server.under_way(4)
    server.end(1, closing_for=7)
    server.end(3)
    pool.map(server.request, range(4))
    assert server.under_way(1)
    server.end(1, closing_for=5)
    assert server.under_way(1)
    server.end(1)
    assert server.under_way(2)
    server.end(2)
    assert clock.sleeps == [7.0, 5.0]


@pytest.mark.parametrize("seconds", [(7, 3), (3, 7)])
def test_the_longest_wait_counts(seconds: tuple[float, float], clock: FakeClock) -> None:
    gate = Gate(clock)
    with gate.passage(gate.turn()), gate.passage(gate.turn()):
        for wait in seconds:
            gate.close(wait)
    with gate.passage(gate.turn()):
        assert clock.monotonic() == 7


def test_a_wait_that_grows_while_somebody_waits_is_waited_for(clock: FakeClock) -> None:
    class Growing(Clock):
        def monotonic(self) -> float:
            return clock.monotonic()

        def sleep(self, seconds: float) -> None:
            clock.sleep(seconds)
            if len(clock.sleeps) == 1:
                gate.close(5)

    gate = Gate(Growing())
    with gate.passage(gate.turn()):
        gate.close(7)
    with gate.passage(gate.turn()):
        assert clock.sleeps == [7.0, 5.0]


def test_they_pass_in_the_order_of_their_turns(clock: FakeClock, pool: ThreadPoolExecutor) -> None:
    gate = Gate(clock)
    turns = [gate.turn() for _number in range(AT_ONCE + 1)]
    passed: list[int] = []

    def request(turn: int) -> None:
        with gate.passage(turn):
            passed.append(turn)

    with gate.passage(turns.pop()):
        gate.close(7)
        # The oldest come last, as what has to be repeated does.
        for number, turn in enumerate(reversed(turns), start=1):
            pool.submit(request, turn)
            while len(gate._waiting) < number:
                time.sleep(0.001)
    pool.shutdown()
    assert passed == turns


def test_who_is_interrupted_while_it_waits_holds_up_nobody(clock: FakeClock) -> None:
    class Interrupted(Clock):
        def monotonic(self) -> float:
            return clock.monotonic()

        def sleep(self, seconds: float) -> None:
            clock.sleep(seconds)
            if len(clock.sleeps) == 1:
                raise KeyboardInterrupt

    gate = Gate(Interrupted())
    with gate.passage(gate.turn()):
        gate.close(7)
    with pytest.raises(KeyboardInterrupt), gate.passage(gate.turn()):
        pytest.fail("it passed")
    with gate.passage(gate.turn()):
        pass


def test_a_request_that_fails_is_under_way_no_longer(clock: FakeClock) -> None:
    gate = Gate(clock)
    with gate.passage(gate.turn()):
        gate.close(7)
    for _time in range(3):
        with pytest.raises(OSError, match="lost"), gate.passage(gate.turn()):
            raise OSError("lost")
