# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play the guides and write into their sessions what the commands really print: make guides (see guides.py).

Words on the command line choose guides by their file names without ending.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from guides import GUIDES, ROOT, Player, read_guide, renewed, told_apart

sys.path.insert(0, str(ROOT / "tests" / "sandbox"))


def renew(guide: Path) -> bool:
    """Play a guide, write it anew, and return whether each of its commands ended with the status that it should."""
    from hostup_sandbox import Sandbox

    text = guide.read_text(encoding="utf-8")
    with Sandbox() as sandbox, TemporaryDirectory(prefix="hostup-guide-") as folder:
        shown = list(Player(Path(folder).resolve(), sandbox.url).play(read_guide(text)))
    new = renewed(text, shown)
    if new != text:
        guide.write_text(new, encoding="utf-8")
    wrong = [one for one in shown if not one.has_right_status]
    for one in wrong:
        print(f"{guide.name}, {told_apart(one)}\n")
    print(f"{guide.name}: {len(shown)} commands, {'written anew' if new != text else 'nothing to renew'}")
    return not wrong


def main() -> None:
    """Renew the guides; the status tells whether every command went as it should."""
    chosen = sys.argv[1:] or [guide.stem for guide in sorted(GUIDES.glob("*.rst"))]
    went_well = [renew(GUIDES / f"{name}.rst") for name in chosen]
    sys.exit(not all(went_well))


if __name__ == "__main__":
    main()
