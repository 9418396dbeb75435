# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the sandbox in the foreground, until it is interrupted. Options not listed here are passed on to it."""

from __future__ import annotations

import argparse
import os

import environment
from sandbox_process import sandbox_command, sandbox_variables


def main() -> None:
    """Replace this process by the sandbox, so that an interrupt reaches it directly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a port of the loopback interface; 0, the default: any")
    arguments, passed_on = parser.parse_known_args()
    command = sandbox_command(environment.ready("runtime"), arguments.port, *passed_on)
    os.execve(command[0], command, sandbox_variables())


if __name__ == "__main__":
    main()
