# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module against a sandbox and looks at it from the outside, for tests that are no scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from in_process import PassingTime, run_module
from judge import Observed

from hostup_sandbox.controlled import FULL_ACCESS_KEY, ControlledSandbox

MODULE = "hostup_domain_contacts"


def observe(
    sandbox: ControlledSandbox,
    options: Mapping[str, Any],
    module: str = MODULE,
    *,
    check_mode: bool = False,
    diff: bool = False,
    environment: Mapping[str, str] | None = None,
    speed: float = 1,
    passing: PassingTime | None = None,
) -> Observed:
    """Run a module once; the arguments are those of :func:`run_module`.

    :param environment: further variables, beside the address of the sandbox and its key.
    """
    names = {domain[key]: domain["name"] for domain in sandbox.domains() for key in ("v1_id", "v2_id")}
    before = sandbox.stored()
    ended = run_module(
        module,
        options,
        check_mode=check_mode,
        diff=diff,
        environment={"HOSTUP_API_BASE": sandbox.url, "HOSTUP_API_KEY": FULL_ACCESS_KEY, **(environment or {})},
        speed=speed,
        passing=passing,
    )
    return Observed(ended, check_mode, sandbox.requests(), sandbox.calls(), before, sandbox.stored(), names)
