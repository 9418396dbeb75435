# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the tests import the scripts of tests/benchmarks and tests/tools, which import each other as plain modules."""

from __future__ import annotations

import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[1]

sys.path[:0] = [str(BENCHMARKS), str(BENCHMARKS.parent / "tools")]
