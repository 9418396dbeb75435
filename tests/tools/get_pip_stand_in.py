# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for get-pip.py, which ansible-test downloads unless it finds one in its cache.

Where that download is not possible, or not wanted, the pip that comes with every Python does as well: this script is
put into the cache and installs what it is asked to (`pip`, with a version) with the bundled pip. It also runs on the
oldest Python that ansible-test makes an environment for.
"""

from __future__ import annotations

import ensurepip
import runpy
import sys
from pathlib import Path

NOT_OPTIONS_OF_PIP = {"--no-setuptools", "--no-wheel"}
"""Options that get-pip knows and pip does not."""


def bundled_wheel() -> Path:
    """Return the path of the pip wheel that comes with this Python.

    Raises:
        SystemExit: This Python comes without one.
    """
    folders = [Path(ensurepip.__file__).parent / "_bundled"]
    # Linux distributions take the wheels out of Python and keep them in a folder of their own.
    named = getattr(ensurepip, "_WHEEL_PKG_DIR", None)
    if named:
        folders.append(Path(named))
    for folder in folders:
        for wheel in sorted(folder.glob("pip-*.whl")):
            return wheel
    sys.exit("This Python comes without a bundled pip wheel.")


def main() -> None:
    """Run `pip install` with the arguments that were meant for get-pip."""
    sys.path.insert(0, str(bundled_wheel()))
    arguments = [argument for argument in sys.argv[1:] if argument not in NOT_OPTIONS_OF_PIP]
    sys.argv = ["pip", "install", *arguments]
    runpy.run_module("pip", run_name="__main__")


if __name__ == "__main__":
    main()
