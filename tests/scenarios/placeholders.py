# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of a scenario that are known only while it runs: ids, a folder, the job of an earlier run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hostup_sandbox.controlled import ControlledSandbox

PLACEHOLDER = re.compile(r"\{(?:(?P<word>tmp|job|plan_digest)|(?P<key>v1_id|v2_id):(?P<name>[^{}]+))\}")


class Placeholders:
    """Fills in ``{v1_id:example.com}``, ``{v2_id:example.com}``, ``{tmp}``, ``{job}`` and ``{plan_digest}``.

    :ivar folder: for files of the scenario.
    :ivar job: the id of the first job of the latest run that had one.
    :ivar plan_digest: of the latest run that made a plan.
    """

    def __init__(self, sandbox: ControlledSandbox, folder: Path) -> None:
        self._sandbox = sandbox
        self.folder = folder
        self.job: str | None = None
        self.plan_digest: str | None = None

    def fill(self, value: Any) -> Any:
        """Return a value with every placeholder in its texts filled in; keys stay as they are.

        :raises ValueError: for a domain that the account does not have, or for a job before there was one.
        """
        if isinstance(value, str):
            return PLACEHOLDER.sub(self._text_for, value)
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, dict):
            return {key: self.fill(item) for key, item in value.items()}
        return value

    def _text_for(self, found: re.Match[str]) -> str:
        texts = {"tmp": str(self.folder), "job": self.job, "plan_digest": self.plan_digest}
        if found["word"]:
            text = texts[found["word"]]
        else:
            text = next((d[found["key"]] for d in self._sandbox.domains() if d["name"] == found["name"]), None)
        if text is None:
            raise ValueError(f"nothing is known for {found[0]}")
        return text
