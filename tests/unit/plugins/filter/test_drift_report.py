# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the filter drift_report does beside calling what is pure."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.hostup.cloud.plugins.filter.drift_report import drift_report


@pytest.mark.parametrize(
    ("given", "redacted"),
    [(True, True), ("yes", True), ("True", True), (1, True), (False, False), ("no", False), ("false", False)],
)
def test_a_word_for_true_or_false_means_that(given: Any, redacted: bool) -> None:
    assert drift_report({}, redact=given)["redacted"] is redacted


@pytest.mark.parametrize("given", ["maybe", "", 2, None, []])
def test_what_is_neither_is_refused(given: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="redact must be true or false"):
        drift_report({}, redact=given)
