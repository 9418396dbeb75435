# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ansible callback that writes how each task ended to a file, for the tests to look at."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: task_results
type: notification
short_description: Write how each task ended to a file
version_added: 0.1.0
description:
  - Writes one JSON object a line, for every task that ended, to the file that the environment variable
    E(TASK_RESULTS) names.
author:
  - The hostup.cloud contributors (@hostup-cloud)
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_results"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._started: dict[tuple[str, str], float] = {}

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self._started[host.get_name(), task._uuid] = time.monotonic()

    def _record(self, result: Any, failed: bool) -> None:
        returned = result.result
        # The result itself does not say whether it failed: Ansible takes that out for callbacks.
        of_the_module = {key: value for key, value in returned.items() if not key.startswith("_ansible_")}
        host = result.host.get_name()
        entry = {
            "name": result.task.get_name(),
            "action": result.task.action,
            "host": host,
            "seconds": time.monotonic() - self._started[host, result.task._uuid],
            "failed": failed,
            "result": of_the_module,
        }
        with Path(os.environ["TASK_RESULTS"]).open("a", encoding="utf-8") as record:
            record.write(json.dumps(entry, default=str) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._record(result, failed=False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._record(result, failed=True)
