# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The statuses of a domain."""

from __future__ import annotations

from enum import Enum


class Status(str, Enum):
    """What a task says of one domain, in the order in which the summary counts."""

    UNCHANGED = "unchanged"
    PLANNED = "planned"
    QUEUED = "queued"
    UPDATED = "updated"
    NOT_APPLIED = "not_applied"
    ALTERED = "altered"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    FAILED = "failed"
