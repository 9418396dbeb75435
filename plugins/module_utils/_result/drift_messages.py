# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The sentences of a drift report."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import format_count
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status

STATUSES: dict[Status, tuple[str, str]] = {
    Status.FAILED: ("Failed", "They could not be read or updated, or the run ended before that."),
    Status.ALTERED: ("Altered", "A field that the update was not to change is no longer what it was."),
    Status.NOT_APPLIED: ("Not stored", "They were updated, but the registrar stores something else."),
    Status.BLOCKED: ("Blocked", "They differ, and cannot be edited now."),
    Status.PLANNED: ("Drifted", "They have drifted. A run without check mode would update them."),
    Status.QUEUED: ("Queued", "The update was accepted. Its end was not waited for, or did not come in time."),
    Status.UPDATED: ("Updated", "They had drifted, and have been updated."),
    Status.SKIPPED: ("Left alone", "They were not considered."),
    Status.UNCHANGED: ("In sync", "Nothing differs."),
}
"""Status of a domain to its heading and its meaning, what needs attention first."""

WITHHELD_PROBLEM = (
    "An option is not accepted. The reason is withheld here, because the explanation could quote a value."
)

_VERBS = {
    Status.ALTERED: ("has a field that was not to change and did", "have fields that were not to change and did"),
    Status.NOT_APPLIED: ("is not stored as declared", "are not stored as declared"),
    Status.BLOCKED: ("has drifted, and cannot be edited now", "have drifted, and cannot be edited now"),
    Status.PLANNED: ("has drifted", "have drifted"),
    Status.QUEUED: ("is still to be updated", "are still to be updated"),
    Status.UPDATED: ("was updated", "were updated"),
}
"""What is said of one domain and of several, what needs attention first."""


def headline(counts: Mapping[Status, int], total: int, failed: int, profiles: int) -> str:
    """Return one or two sentences that say what matters.

    :param counts: status to the number of domains.
    :param failed: how many of the ``profiles`` failed.
    """
    if not profiles:
        return "No profile is assigned to any domain."
    of_all = f"of {format_count(total, 'domain')}"
    sentences = [f"{failed} of {format_count(profiles, 'profile')} failed."] if failed else []
    if counts[Status.FAILED]:
        sentences.append(f"{counts[Status.FAILED]} {of_all} could not be read or updated.")
    sentences += [f"{counts[s]} {of_all} {verbs[counts[s] != 1]}." for s, verbs in _VERBS.items() if counts[s]]
    if sentences:
        return " ".join(sentences)
    in_sync = counts[Status.UNCHANGED]
    if total == in_sync:
        return f"All {total} domains are in sync." if total != 1 else "The domain is in sync."
    return f"{in_sync} {of_all} {'is' if in_sync == 1 else 'are'} in sync, and nothing has to be changed."
