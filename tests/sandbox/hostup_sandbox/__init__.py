# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stateful stand-in for the HostUp API on loopback: both generations, their jobs, their errors.

What HostUp leaves undocumented is a switch each; see ``README.md`` beside the package.
"""

from __future__ import annotations

from .app import create_app
from .server import Sandbox
from .store import SeedError
from .switches import SwitchError

__all__ = ["Sandbox", "SeedError", "SwitchError", "create_app"]
