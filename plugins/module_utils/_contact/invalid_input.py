# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What is wrong with the input of a task: the root of all errors of the collection, and the one for options."""

from __future__ import annotations

from typing import Any


class HostUpError(Exception):
    """Anything that ends the task. ``str(error)`` is a sentence for a person and holds no secret.

    :param message: what was attempted, what happened, and what can be done about it.
    :param code: a stable snake_case word for ``rescue`` blocks.
    :param cause: the request that stands behind all of it, where there is one.
    """

    def __init__(self, message: str, *, code: str, cause: HostUpError | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.cause = cause

    def as_failure(self) -> dict[str, Any]:
        """Return the ``failure`` dict of the task's result: every key always present, null where it does not apply."""
        if self.cause is not None:
            return self.cause.as_failure()
        return {
            "http_status": None,
            "code": self.code,
            "message": str(self),
            "request_id": None,
            "errors": [],
            "method": None,
            "path": None,
        }


class InvalidInput(HostUpError):
    """The task's own options are wrong. Raised before anything is sent.

    :param problems: every problem found, each reported in full; the message has one line for each.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems), code="invalid_input")
