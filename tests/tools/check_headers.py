# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that every source file begins with the copyright, the licence and its SPDX name."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

from paths import ROOT
from workspace import source_files

HEADER = (
    "Copyright (c) 2026, the hostup.cloud contributors",
    "GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "SPDX-License-Identifier: GPL-3.0-or-later",
)

FIRST_LINES = 6
"""How far down the header may end: a shebang, an encoding or the opening of a comment may precede it."""

WITHOUT_HEADER = {
    "LICENSE",  # is the licence
    "CHANGELOG.md",  # antsibull-changelog writes these two and would remove it
    "changelogs/changelog.yaml",
}

WITHOUT_COMMENTS = {".json"}
"""Kinds of files that cannot hold a comment."""


def is_exempt(path: PurePosixPath) -> bool:
    """Tell whether a file is excused, by its name or its kind."""
    return path.as_posix() in WITHOUT_HEADER or path.suffix in WITHOUT_COMMENTS


def has_header(text: str) -> bool:
    """Tell whether the header's lines stand in the first lines of a file, in their order and with nothing between."""
    lines = [line.strip("#/;*<>!-\t\" '.{}%") for line in text.splitlines()[:FIRST_LINES]]
    wanted = [line.strip("#/;*<>!-\t\" '.{}%") for line in HEADER]
    return any(lines[start : start + len(wanted)] == wanted for start in range(len(lines)))


def without_header(root: Path) -> list[PurePosixPath]:
    """List the source files below `root` that lack the header. An empty file, a mere marker, needs none.

    Raises:
        UnicodeDecodeError: A file is not UTF-8 text.
    """
    files = [path for path in source_files(root) if not is_exempt(path) and not (root / path).is_symlink()]
    texts = {path: (root / path).read_text(encoding="utf-8") for path in files}
    return [path for path, text in texts.items() if text and not has_header(text)]


def main() -> None:
    """Print the files that lack the header; the status tells whether there are any."""
    missing = without_header(ROOT)
    for path in missing:
        print(f"{path}: does not begin with the licence header, see CONTRIBUTING.md")
    print(f"Licence headers: {len(source_files(ROOT)) - len(missing)} files in order, {len(missing)} not.")
    sys.exit(bool(missing))


if __name__ == "__main__":
    main()
