# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ansible callback that writes what each task of the collection returned to a file, for the demo to compare."""

from __future__ import annotations

DOCUMENTATION = r"""
name: run_record
type: notification
short_description: Write the results of the collection's tasks to a file
version_added: 0.1.0
description:
  - Writes one JSON object a line, for every task of a module of C(hostup.cloud) that ended, to the file that the
    environment variable E(RUN_RECORD) names.
author:
  - The hostup.cloud contributors (@hostup-cloud)
"""

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

OURS = "hostup.cloud."


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Appends the name and the result of each finished task of the collection to the record."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "run_record"
    CALLBACK_NEEDS_ENABLED = True

    def _record(self, result: Any) -> None:
        """Append one task, unless it is of another collection."""
        task = result.task
        if not str(task.resolved_action or task.action).startswith(OURS):
            return
        line = json.dumps({"task": task.get_name(), "result": result.result}, default=str)
        with Path(os.environ["RUN_RECORD"]).open("a", encoding="utf-8") as record:
            record.write(line + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        """Record a task that succeeded."""
        self._record(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:  # noqa: ARG002 - Ansible's name
        """Record a task that failed."""
        self._record(result)
