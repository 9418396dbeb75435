# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write tests/requirements/constraints.txt: the exact version of everything that the requirement files lead to."""

from __future__ import annotations

import subprocess
import sys

import environment
from environment import CONSTRAINTS, ENVIRONMENTS
from paths import ROOT

OLDEST_PYTHON = "3.11"

HEADER = """\
# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by make pins from the requirement files of tests/requirements and tests/sandbox. Edit those, not this.
"""


def main() -> None:
    """Resolve the requirements of the development environment for every supported Python at once."""
    uv = environment.ready("pins").bin / "uv"
    files = [str(file.relative_to(ROOT)) for file in ENVIRONMENTS["dev"].requirement_files]
    command = [str(uv), "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST_PYTHON]
    command += ["--no-header", "--no-annotate", "--upgrade", *files]
    resolved = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False
    )
    if resolved.returncode != 0:
        sys.exit("The requirements could not be resolved; the reason stands above.")
    CONSTRAINTS.write_text(f"{HEADER}\n{resolved.stdout}", encoding="utf-8")
    print(f"{CONSTRAINTS.relative_to(ROOT)} is written; the environments are made again when they are next needed.")


if __name__ == "__main__":
    main()
