# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that come byte by byte and never end: `timeout` holds for each of them, and the run ends as after silence.

What the sandbox's web framework cannot send comes from a gateway before it. Streams are in data/slow_streams.yml.
"""

from __future__ import annotations

from typing import Any

import pytest
from judge import Observed, broken_promises
from observing import observe
from other_hosts import slow_gateway
from places import PLACES

from hostup_sandbox.controlled import ControlledSandbox

OK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
DRIPS = {
    "header lines": (OK, b"X-Wait: a little\r\n"),
    "one header": (OK + b"X-Wait: ", b"."),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "size of a chunk": (OK + b"\r\n", b"0"),
    "trailers": (OK + b"\r\n1\r\n{\r\n0\r\n", b"X-Wait: a little\r\n"),
}
"""What an answer begins with, and what comes again and again then."""

TIMEOUT = 1


@pytest.fixture(params=DRIPS)
def drip(request: pytest.FixtureRequest) -> tuple[bytes, bytes]:
    return DRIPS[request.param]


def run(sandbox: ControlledSandbox, place: str, drip: tuple[bytes, bytes], **options: Any) -> Observed:
    """Update two domains through a gateway that is slow at this place."""
    given = {
        "domains": ["example.com", "example.net"],
        "contacts": {"city": "Stockholm"},
        "preflight": "none",
        "poll_interval": 0.1,
        "max_retries": 0,
        "timeout": TIMEOUT,
        **options,
    }
    with slow_gateway(sandbox.url, PLACES["v2"][place], *drip) as gateway:
        seen = observe(sandbox, {**given, "api_url": gateway.url})
    assert list(broken_promises(seen)) == []
    return seen


@pytest.mark.parametrize("place", ["list", "read"])
def test_a_read_runs_out_of_time(place: str, drip: tuple[bytes, bytes], sandbox: ControlledSandbox) -> None:
    seen = run(sandbox, place, drip)

    assert seen.ended.failed
    assert seen.result["changed"] is False
    assert seen.writes == []
    assert TIMEOUT <= seen.ended.seconds < 3 * TIMEOUT


def test_an_update_runs_out_of_time_and_is_read_back(drip: tuple[bytes, bytes], sandbox: ControlledSandbox) -> None:
    seen = run(sandbox, "write", drip)

    assert seen.statuses == ["updated", "unchanged"]
    assert len(seen.writes) == 1
    assert any("reading back" in warning for warning in seen.ended.warnings)
    assert TIMEOUT <= seen.ended.seconds < 3 * TIMEOUT


def test_a_poll_runs_out_of_time_and_the_domain_is_read_back(
    drip: tuple[bytes, bytes], sandbox: ControlledSandbox
) -> None:
    seen = run(sandbox, "poll", drip, wait_timeout=2)

    assert seen.statuses == ["updated", "unchanged"]
    assert seen.ended.seconds < 2 + 3 * TIMEOUT
