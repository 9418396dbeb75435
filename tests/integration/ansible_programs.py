# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs Ansible's programs as processes of their own that need not import everything anew.

A new `ansible-playbook` takes most of a second before its first task, nearly all of it for importing. Here a server
(fork_server.py) has imported the program, and forks a child for each run, with the folder, the arguments, the output
and the environment of that run.

Ansible reads its configuration while it is imported, and Python its own when it starts. So a server is only for runs
that have the same of everything that may have been read: the program, all variables but those of READ_LATE, and the
configuration file. Runs with other settings have another server. A child differs from a new process in nothing but
time, and in that its siblings begin with the same random order of sets. test_ansible_programs.py compares the two.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fork_server import LENGTH_OF_ANSWER

MODULES = {"ansible-playbook": "ansible.cli.playbook", "ansible-inventory": "ansible.cli.inventory"}
"""The programs that can be forked, and the modules whose main() they are."""

READ_LATE = ("HOSTUP_", "OLDPWD", "PWD", "PYTEST_CURRENT_TEST", "TASK_RESULTS")
"""How the names of variables begin that nothing reads before a run begins."""

AT_MOST = 2
"""How many servers there are at once; each takes the memory of a Python with Ansible in it."""

SERVER = Path(__file__).with_name("fork_server.py")

Ended = subprocess.CompletedProcess[str]


def run_new(command: Sequence[str], cwd: Path, environment: Mapping[str, str], timeout: float = 300) -> Ended:
    """Run a program as a really new process, without input, and return its status and all that it printed."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )


@dataclass(frozen=True)
class Settings:
    """What a program may have read before its run begins."""

    program: str
    variables: frozenset[tuple[str, str]]
    folder: Path | None
    """The current folder, where Ansible finds a configuration file in it."""
    configuration: bytes

    @classmethod
    def of(cls, program: str, cwd: Path, environment: Mapping[str, str]) -> Settings:
        """Return the settings of a run."""
        variables = {name: value for name, value in environment.items() if not name.startswith(READ_LATE)}
        here = cwd / "ansible.cfg"
        named = Path(variables["ANSIBLE_CONFIG"]) if "ANSIBLE_CONFIG" in variables else here
        content = b"".join(file.read_bytes() for file in sorted({here, named}) if file.is_file())
        return cls(program, frozenset(variables.items()), cwd if here.exists() else None, content)


class Programs:
    """Runs programs one after the other, by fork where that is the same as a new process."""

    def __init__(self) -> None:
        self._servers: dict[Settings, Server | None] = {}

    def run(self, command: Sequence[str], cwd: Path, environment: Mapping[str, str], timeout: float = 300) -> Ended:
        """Do what :func:`run_new` does, faster."""
        if command[0] not in MODULES:
            return run_new(command, cwd, environment, timeout)
        server = self._server_for(Settings.of(command[0], cwd, environment), cwd)
        run = server.run if server else run_new
        return run(command, cwd, environment, timeout)

    def _server_for(self, settings: Settings, cwd: Path) -> Server | None:
        """Return the server for runs with these settings, if there can be one."""
        # The one that was used last is the last.
        server = self._servers.pop(settings) if settings in self._servers else Server.start(settings, cwd)
        self._servers[settings] = server
        while len(self._servers) > AT_MOST:
            _close(self._servers.pop(next(iter(self._servers))))
        return server

    def close(self) -> None:
        """End all servers."""
        while self._servers:
            _close(self._servers.popitem()[1])


@dataclass(frozen=True)
class Server:
    """A server, as the tests see it."""

    process: subprocess.Popen[bytes]
    answers: int
    """The file that the answers are read from."""

    @classmethod
    def start(cls, settings: Settings, cwd: Path) -> Server | None:
        """Start a server and wait until it has imported the program.

        There is none for a program that is not a plain Python script, and none where Ansible complains of the settings.
        """
        environment = dict(settings.variables)
        path = shutil.which(settings.program, path=environment.get("PATH"))
        interpreter = path and interpreter_of(Path(path))
        if not path or not interpreter:
            return None
        readable, writable = os.pipe()
        with tempfile.TemporaryFile() as printed:
            process = subprocess.Popen(
                [interpreter, str(SERVER), path, MODULES[settings.program], str(writable)],
                cwd=cwd,
                env=environment,
                pass_fds=[writable],
                stdin=subprocess.PIPE,
                stdout=printed,
                stderr=printed,
                bufsize=0,
            )
        os.close(writable)
        server = cls(process, readable)
        if server._answer() is None:
            server.close()
            return None
        return server

    def run(self, command: Sequence[str], cwd: Path, environment: Mapping[str, str], timeout: float) -> Ended:
        """Let a child of the server be a run of the program.

        :raises subprocess.TimeoutExpired: when it takes longer than `timeout` seconds; it is killed then.
        """
        with tempfile.NamedTemporaryFile() as output:
            request = {
                "arguments": command[1:],
                "folder": str(cwd),
                "environment": dict(environment),
                "output": output.name,
            }
            assert self.process.stdin
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            pid = self._answer()
            assert pid, "the server has ended"
            try:
                status = self._answer(timeout)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._answer()
                raise subprocess.TimeoutExpired(list(command), timeout) from None
            assert status is not None, "the server has ended"
            return subprocess.CompletedProcess(list(command), status, Path(output.name).read_text(encoding="utf-8"))

    def _answer(self, timeout: float | None = None) -> int | None:
        """Wait for the next number from the server; None if it has ended."""
        if not select.select([self.answers], [], [], timeout)[0]:
            raise TimeoutError
        number = os.read(self.answers, LENGTH_OF_ANSWER)
        return int(number) if number else None

    def close(self) -> None:
        """Let the server end, and wait for that."""
        self.process.communicate(timeout=30)
        os.close(self.answers)


def _close(server: Server | None) -> None:
    if server:
        server.close()


def interpreter_of(script: Path) -> str | None:
    """Return the Python that runs a script, or None if its first line does not say so in the plainest way."""
    with script.open("rb") as file:
        first = file.readline().decode(errors="replace").rstrip()
    is_plain = first.startswith("#!/") and " " not in first and Path(first).name.startswith("python")
    return first.removeprefix("#!") if is_plain else None
