# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the sandbox's tests."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The tests run without installation and without PYTHONPATH
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from sandbox_client import SandboxClient  # noqa: E402

from hostup_sandbox import Sandbox  # noqa: E402


@pytest.fixture
def api() -> Iterator[SandboxClient]:
    """A fresh sandbox; a test that makes it break its own contract fails."""
    client = SandboxClient()
    yield client
    assert client.violations() == []


@pytest.fixture
def server() -> Iterator[Sandbox]:
    """A sandbox that really listens; a test after which it leaves something unclosed fails."""
    with Sandbox() as sandbox:
        yield sandbox
    # What the server forgot to close makes a warning when it is collected, and warnings are errors.
    gc.collect()
