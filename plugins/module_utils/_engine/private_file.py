# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Writing a file that only its user may read, complete or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def private_file(folder: Path, prefix: str, text: str) -> Iterator[Path]:
    """Write a file with a name of its own and mode 0600, to be renamed; one that is not is removed at the end.

    :param prefix: what its name begins with.
    :raises OSError: if that fails; then nothing is left.
    """
    # mkstemp gives the mode 0600, whatever the umask.
    descriptor, name = tempfile.mkstemp(prefix=prefix, dir=folder)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield unfinished
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()
