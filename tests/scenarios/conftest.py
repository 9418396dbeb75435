# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sandbox for all scenarios of a process; each scenario begins with it as in its seed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hostup_sandbox import Sandbox
from hostup_sandbox.controlled import ControlledSandbox


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[ControlledSandbox]:
    with Sandbox() as server:
        control = ControlledSandbox(server.url)
        yield control
        control.close()


@pytest.fixture
def sandbox(running_sandbox: ControlledSandbox) -> Iterator[ControlledSandbox]:
    """The sandbox as in its seed; whatever a scenario did, it must not have broken its own contract."""
    running_sandbox.reset()
    yield running_sandbox
    assert running_sandbox.violations() == []
