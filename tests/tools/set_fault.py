# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switch on a fault in the sandbox that runs at $HOSTUP_API_BASE; what it takes is what hostup_sandbox.fault takes."""

from __future__ import annotations

import os
import sys

import environment
from sandbox_process import sandbox_variables


def main() -> None:
    """Replace this process by the sandbox's own command."""
    python = str(environment.ready("runtime").python)
    os.execve(python, [python, "-m", "hostup_sandbox.fault", *sys.argv[1:]], sandbox_variables())


if __name__ == "__main__":
    main()
