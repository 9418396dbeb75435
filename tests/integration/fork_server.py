# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports a program of Ansible once, and forks processes that become it; ansible_programs.py starts this and says why.

Arguments: the path of the program, the module whose main() it is, and the number of an open file that gets the answers.
The first answer is 0: the program is imported. A request is a line of JSON on the standard input. It is answered by the
id of the process and, when that has ended, by its status.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

LENGTH_OF_ANSWER = 10
"""All answers are as long, so that the reader needs no buffer: what is buffered cannot be waited for."""


def look_like(program: str) -> None:
    """Let this process be one that Python started for the program."""
    sys.argv[:] = [program]
    if not sys.flags.safe_path:
        sys.path[0] = str(Path(program).parent)


def become(program: Any, request: dict[str, Any]) -> None:
    """Let this process be a run of the program, up to its exit."""
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[1:] = request["arguments"]
    output = os.open(request["output"], os.O_WRONLY | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, opened in enumerate((nothing, output, output)):
        os.dup2(opened, number)
    os.close(nothing)
    os.close(output)
    take_own_temporary_folder()
    sys.exit(program.main())


def take_own_temporary_folder() -> None:
    """Do what Ansible does when it is imported: the folder of the server is that of another process."""
    from ansible import constants

    name = "DEFAULT_LOCAL_TMP"
    setattr(constants, name, constants.config.get_config_value(name, variables=vars(constants)))


def main() -> None:
    """Serve until there are no more requests."""
    path, module, answers = sys.argv[1], sys.argv[2], int(sys.argv[3])

    def answer(number: int) -> None:
        os.write(answers, str(number).rjust(LENGTH_OF_ANSWER).encode())

    os.set_inheritable(answers, False)
    look_like(path)
    program = importlib.import_module(module)
    sys.stdout.flush()
    if os.fstat(1).st_size:
        return  # What Ansible says while it is imported, each run has to say.
    answer(0)
    for line in iter(sys.stdin.readline, ""):
        request = json.loads(line)
        if pid := os.fork():
            answer(pid)
            answer(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        else:
            os.close(answers)
            become(program, request)


if __name__ == "__main__":
    main()
