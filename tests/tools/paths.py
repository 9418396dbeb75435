# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are: one place for every path that the tools of this folder share."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The collection's root, which is the root of the repository."""

CACHE = ROOT / ".cache"
"""Everything that the tools write, save the virtual environments; ignored by git, removed by `make clean`."""

COLLECTIONS = CACHE / "collections"
"""An Ansible collections path that holds a copy of the working tree, see workspace.py."""

WORKSPACE = COLLECTIONS / "ansible_collections" / "hostup" / "cloud"
"""The copy of the working tree. ansible-test insists on a real folder of this name; a symbolic link fails."""

LOGS = CACHE / "logs"
"""Output of the steps of `make test` and of background processes."""
