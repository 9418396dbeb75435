# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The result of a module that only reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError


class InfoReport:
    """Holds what was read; a failed task returns as much of it as there is.

    :param values: the keys of the result beside ``changed`` and ``api_calls``, as they are before anything was read.
    """

    def __init__(self, **values: Any) -> None:
        self.values = values
        self.warnings: list[str] = []

    def take_error(self, error: HostUpError) -> None:
        """Nothing of the result depends on the error."""

    def advice(self) -> str:
        """Return nothing: a task that only reads leaves nothing under way."""
        return ""

    def counts(self) -> str:
        """Return nothing: what was read needs no closing words."""
        return ""

    def safe_text(self, text: str) -> str:
        """Return the text as it is."""
        return text

    def safe_words(self, text: str) -> str:
        """Return words of the API as other texts."""
        return self.safe_text(text)

    def as_result(self, *, with_diff: bool, api_calls: Mapping[str, int]) -> dict[str, Any]:  # noqa: ARG002 - never a diff
        """Return ``changed``, the values and ``api_calls``."""
        return {"changed": False, **self.values, "api_calls": dict(api_calls)}
