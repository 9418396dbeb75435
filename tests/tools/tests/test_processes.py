# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools start what they should, and leave nothing behind."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import get_pip_stand_in
import pytest
import sandbox_process

GREETING = "export HOSTUP_API_BASE=http://127.0.0.1:1 HOSTUP_API_KEY=a"

SANDBOX_THAT = {
    "runs": f"import time; print('{GREETING}', flush=True); time.sleep(60)",
    "ends": "import sys; sys.exit('the port is taken')",
    "babbles": "import time; print('hello', flush=True); time.sleep(60)",
}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[subprocess.Popen[bytes]]:
    """Replace the sandbox by a one-line program, and collect the processes that are started."""
    processes: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            processes.append(self)

    command = [sys.executable, "-c", SANDBOX_THAT[request.param]]
    monkeypatch.setattr(subprocess, "Popen", Recorded)
    monkeypatch.setattr(sandbox_process, "sandbox_command", lambda *_unused: command)
    return processes


@pytest.mark.parametrize("started", ["runs"], indirect=True)
def test_the_sandbox_gives_its_settings_and_is_stopped(started: list[subprocess.Popen[bytes]]) -> None:
    with sandbox_process.running_sandbox() as settings:
        assert settings == {"HOSTUP_API_BASE": "http://127.0.0.1:1", "HOSTUP_API_KEY": "a"}
        assert started[0].poll() is None
    assert started[0].poll() is not None


@pytest.mark.parametrize("started", ["runs"], indirect=True)
def test_the_sandbox_is_stopped_when_its_user_fails(started: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(KeyError), sandbox_process.running_sandbox() as settings:
        settings["missing"]
    assert started[0].poll() is not None


@pytest.mark.parametrize(
    ("started", "error", "message"),
    [("ends", RuntimeError, "the port is taken"), ("babbles", ValueError, "'hello'")],
    indirect=["started"],
)
def test_a_sandbox_that_does_not_start_says_why(
    started: list[subprocess.Popen[bytes]], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message), sandbox_process.running_sandbox():
        pytest.fail("the block ran without a sandbox")
    assert started[0].poll() is not None


def test_the_stand_in_for_get_pip_has_a_wheel_and_drops_foreign_options(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "argv", ["get_pip.py", "--no-setuptools", "--quiet", "--no-wheel", "pip==25.2"])
    monkeypatch.setattr(runpy, "run_module", lambda name, **_options: ran.append((name, sys.argv)))
    get_pip_stand_in.main()
    assert ran == [("pip", ["pip", "install", "--quiet", "pip==25.2"])]
    assert Path(sys.path[0]).is_file()
