# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play the guides and write into their sessions what the commands really print: make guides (see guides.py).

Words on the command line choose guides by their file names without ending. With --check nothing is written; whatever a
guide shows otherwise is reported.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from guides import GUIDES, ROOT, Player, Shown, read_guide, renewed, what_differs

sys.path.insert(0, str(ROOT / "tests" / "sandbox"))


def play(text: str) -> list[Shown]:
    """Play a guide in an empty folder, against a sandbox of its own."""
    from hostup_sandbox import Sandbox

    with Sandbox() as sandbox, TemporaryDirectory(prefix="hostup-guide-") as folder:
        return list(Player(Path(folder).resolve(), sandbox.url).play(read_guide(text)))


def renew(guide: Path) -> bool:
    """Play a guide, write it anew, and return whether each of its commands ended with the status that it should."""
    text = guide.read_text(encoding="utf-8")
    shown = play(text)
    new = renewed(text, shown)
    if new != text:
        guide.write_text(new, encoding="utf-8")
    wrong = [one for one in shown if not one.has_right_status]
    for one in wrong:
        print(f"{guide.name}, {what_differs(one)}\n")
    print(f"{guide.name}: {len(shown)} commands, {'written anew' if new != text else 'nothing to renew'}")
    return not wrong


def check(guide: Path) -> bool:
    """Play a guide, and return whether each of its commands did what the guide shows."""
    shown = play(guide.read_text(encoding="utf-8"))
    wrong = [one for one in shown if not one.is_as_expected]
    for one in wrong:
        print(f"{guide.name}, {what_differs(one)}\n")
    print(f"{guide.name}: {len(shown)} commands, {len(wrong) or 'none'} of them otherwise than the guide shows")
    return bool(shown) and not wrong


def main() -> None:
    """Renew or check the guides; the status says whether every command went as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and compare with what the guides show")
    parser.add_argument("guides", nargs="*", help="the guides, by their file names without ending; all by default")
    arguments = parser.parse_args()
    chosen = arguments.guides or [guide.stem for guide in sorted(GUIDES.glob("*.rst"))]
    do = check if arguments.check else renew
    went_well = [do(GUIDES / f"{name}.rst") for name in chosen]
    sys.exit(not all(went_well))


if __name__ == "__main__":
    main()
