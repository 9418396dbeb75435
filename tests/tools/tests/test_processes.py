# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools start what they should, with nobody's own settings, and leave nothing behind."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import environment
import get_pip_stand_in
import pytest
import sandbox_process
import serve_sandbox
import set_fault
import tool_environment
from run_steps import Finished, Run, closing_line

TOOLS = Path(__file__).resolve().parents[1]
ENVIRONMENT = environment.Environment(Path(sys.prefix), ())

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
    with sandbox_process.running_sandbox(ENVIRONMENT) as settings:
        assert settings == {"HOSTUP_API_BASE": "http://127.0.0.1:1", "HOSTUP_API_KEY": "a"}
        assert started[0].poll() is None
    assert started[0].poll() is not None


@pytest.mark.parametrize("started", ["runs"], indirect=True)
def test_the_sandbox_is_stopped_when_its_user_fails(started: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(KeyError), sandbox_process.running_sandbox(ENVIRONMENT) as settings:
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
    with pytest.raises(error, match=message), sandbox_process.running_sandbox(ENVIRONMENT):
        pytest.fail("the block ran without a sandbox")
    assert started[0].poll() is not None


@pytest.mark.parametrize(
    ("tool", "arguments", "command"),
    [
        (serve_sandbox, [], ["hostup_sandbox", "--port", "0"]),
        (serve_sandbox, ["--port", "80", "--tls-key", "a"], ["hostup_sandbox", "--port", "80", "--tls-key", "a"]),
        (set_fault, ["lost-answer"], ["hostup_sandbox.fault", "lost-answer"]),
        (set_fault, [], ["hostup_sandbox.fault"]),
    ],
)
def test_what_follows_a_command_of_make_reaches_the_sandbox(
    tool: ModuleType, arguments: list[str], command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(sys, "argv", ["make", *arguments])
    monkeypatch.setattr(environment, "ready", {"runtime": ENVIRONMENT}.__getitem__)
    monkeypatch.setattr(os, "execve", lambda _path, words, _variables: started.append(words))
    tool.main()
    assert started == [[str(ENVIRONMENT.python), "-m", *command]]


def test_nothing_of_the_callers_ansible_or_hostup_settings_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", "minimal")
    monkeypatch.setenv("HOSTUP_API_KEY", "a-real-key")
    monkeypatch.setenv("HOSTUP_API_VERSION", "v1")
    variables = tool_environment.ansible_variables(ENVIRONMENT)
    assert not [name for name in variables if name.startswith("HOSTUP_")]
    assert "ANSIBLE_STDOUT_CALLBACK" not in variables
    assert variables["PATH"].startswith(str(ENVIRONMENT.bin))


@pytest.mark.parametrize(
    ("settings", "added"),
    [
        ({}, {"LC_ALL": "C.UTF-8"}),
        ({"LANG": "C"}, {"LC_ALL": "C.UTF-8"}),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, {"LC_ALL": "C.UTF-8"}),
        ({"LANG": "C", "LC_ALL": "sv_SE.utf8"}, {}),
        ({"LANG": "en_US.UTF-8"}, {}),
    ],
)
def test_the_locale_is_made_utf8_where_it_is_not(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], added: dict[str, str]
) -> None:
    for name in ("LANG", "LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    inherited = {name: value for name, value in os.environ.items() if name == "LC_ALL"}
    variables = tool_environment.ansible_variables(ENVIRONMENT)
    assert {name: value for name, value in variables.items() if name == "LC_ALL"} == {**inherited, **added}


def test_an_environment_is_made_again_when_a_requirement_changes(tmp_path: Path) -> None:
    requirements, constraints = tmp_path / "requirements.txt", tmp_path / "constraints.txt"
    requirements.write_text("requests\n")
    constraints.write_text("requests==2.34.2\n")
    wanted = environment.Environment(tmp_path / "venv", (requirements,), (constraints,))
    before = environment.fingerprint(wanted)
    assert environment.fingerprint(wanted) == before
    constraints.write_text("requests==2.34.1\n")
    assert environment.fingerprint(wanted) != before


def test_the_stand_in_for_get_pip_has_a_wheel_and_drops_foreign_options(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "argv", ["get_pip.py", "--no-setuptools", "--quiet", "--no-wheel", "pip==25.2"])
    monkeypatch.setattr(runpy, "run_module", lambda name, **_options: ran.append((name, sys.argv)))
    get_pip_stand_in.main()
    assert ran == [("pip", ["pip", "install", "--quiet", "pip==25.2"])]
    assert Path(sys.path[0]).is_file()


def with_python(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run with_python.sh on a script that prints its interpreter, with a PATH of which the first folder is ours."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "with_python.sh").write_text((TOOLS / "with_python.sh").read_text())
    (tools / "which.py").write_text("import sys; print(sys.executable)\n")
    path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    return subprocess.run(
        ["/bin/sh", str(tools / "with_python.sh"), "which.py"],
        env={"PATH": path, "PYENV_ROOT": str(tmp_path / "pyenv"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_shim_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    script(tmp_path / "bin" / "python3.13", "#!/bin/sh\nexit 127\n")
    script(tmp_path / "bin" / "python3.12", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    run = with_python(tmp_path)
    assert run.stdout.strip() == sys.executable, run.stderr


def test_the_pythons_of_pyenv_are_preferred_to_its_shims(tmp_path: Path) -> None:
    script(tmp_path / "bin" / "python3.13", "#!/bin/sh\nexit 127\n")
    script(tmp_path / "pyenv" / "versions" / "3.13.9" / "bin" / "python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    run = with_python(tmp_path)
    assert run.stdout.strip() == sys.executable, run.stderr


def test_a_python_that_was_named_and_does_not_work_is_an_error(tmp_path: Path) -> None:
    broken = script(tmp_path / "bin" / "python3.13", "#!/bin/sh\nexit 127\n")
    run = with_python(tmp_path, PYTHON=str(broken))
    assert run.returncode == 1
    assert f"PYTHON={broken} does not run" in run.stderr


MAKE_FOR_TESTS = """\
#!/bin/sh
case $2 in
    good) echo good news ;;
    bad) echo bad news; exit 2 ;;
    slow) (trap 'touch "$SLEEPER.ended"; exit 1' TERM; touch "$SLEEPER.started"; while :; do sleep 0.1; done) ;;
esac
"""


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} did not appear"
        time.sleep(0.02)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("SLEEPER", str(tmp_path / "sleeper"))
    return Run(str(script(tmp_path / "make", MAKE_FOR_TESTS)), tmp_path)


def test_a_lane_runs_its_steps_and_shows_what_they_print(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.lane(["good", "good"])
    assert [result.verdict for result in run.finished] == ["passed", "passed"]
    assert capsys.readouterr().out.count("good news") == 2


def test_a_lane_ends_at_the_first_failure(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.lane(["bad", "good"])
    assert [(result.step, result.verdict) for result in run.finished] == [("bad", "failed")]
    assert "bad news" in capsys.readouterr().out


def test_a_failure_stops_the_other_lane_with_all_its_processes(run: Run, tmp_path: Path) -> None:
    other = threading.Thread(target=run.lane, args=(["slow", "good"],))
    other.start()
    wait_for(tmp_path / "sleeper.started")
    run.lane(["bad"])
    other.join(10)
    assert not other.is_alive()
    assert {result.step: result.verdict for result in run.finished} == {"bad": "failed", "slow": "stopped"}
    wait_for(tmp_path / "sleeper.ended")


def test_the_closing_line_counts_and_names() -> None:
    finished = [Finished("lint", 0, 1.0), Finished("unit", 1, 2.0), Finished("sanity", -15, 2.0, stopped=True)]
    line = closing_line(finished, ["lint", "unit", "sanity", "artifact"], 3.0)
    assert line == "1 passed, 1 failed (unit), 2 not finished (sanity, artifact) in 3 s"


def test_the_closing_line_of_a_good_run_is_short() -> None:
    assert closing_line([Finished("lint", 0, 1.0)], ["lint"], 1.4) == "1 passed, 0 failed in 1 s"
