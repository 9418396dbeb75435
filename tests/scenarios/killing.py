# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module in a process of its own, which gets a signal at the edge of one of its requests."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

from in_process import Ended, run_module

from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import Transport

FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["killing"])


@dataclass(frozen=True)
class Boundary:
    """The edge of a request.

    :ivar number: of the request, from 0.
    :ivar is_behind: whether the API has answered it; the module never learns what.
    """

    number: int
    is_behind: bool


def run_until(
    boundary: Boundary, number: signal.Signals, module: str, options: Mapping[str, Any], environment: Mapping[str, str]
) -> Ended | None:
    """Return how the module ended, or None if the signal killed it.

    :param number: the signal.
    """
    receiver, sender = FORKSERVER.Pipe(duplex=False)
    process = FORKSERVER.Process(target=_run, args=(sender, boundary, number, module, options, environment))
    process.start()
    sender.close()
    try:
        ended: Ended | None = receiver.recv()
    except EOFError:
        ended = None
    process.join(30)
    assert process.exitcode == (-number if ended is None else 0)
    return ended


def _run(
    sender: Any,
    boundary: Boundary,
    number: signal.Signals,
    module: str,
    options: Mapping[str, Any],
    environment: Mapping[str, str],
) -> None:
    transmit, count = Transport._transmit, -1

    def counted(self: Transport, *arguments: Any) -> Any:
        nonlocal count
        count += 1
        is_here = count == boundary.number
        if is_here and not boundary.is_behind:
            os.kill(os.getpid(), number)
        response = transmit(self, *arguments)
        if is_here and boundary.is_behind:
            os.kill(os.getpid(), number)
        return response

    with mock.patch.object(Transport, "_transmit", counted):
        sender.send(run_module(module, options, environment=environment))
