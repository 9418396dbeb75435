# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command of the development environment in the copy of the working tree (see workspace.py)."""

from __future__ import annotations

import argparse
import os
import sys

import workspace
from cores import for_tests
from tool_environment import tool_variables


def main() -> None:
    """Replace this process by the command, so that its exit status and its signals are the command's own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--above", action="store_true", help="run in the folder that holds ansible_collections instead")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the command and its arguments")
    arguments = parser.parse_args()
    if not arguments.command:
        parser.error("no command given")
    variables = tool_variables(for_tests())
    folder = workspace.ready()
    os.chdir(folder.parents[2] if arguments.above else folder)
    sys.stdout.flush()
    os.execvpe(arguments.command[0], arguments.command, variables)


if __name__ == "__main__":
    main()
