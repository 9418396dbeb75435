# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How hard Hypothesis tries; at the top, so that pytest knows the profiles before it reads its options."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A machine that is busy with other things must not make a test fail; a test that hangs is seen anyhow.
# For a long search: pytest --hypothesis-profile=slow
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("slow", settings.get_profile("default"), max_examples=3_500)
settings.load_profile("default")
