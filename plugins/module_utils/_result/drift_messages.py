# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The words and sentences of a drift report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import format_count


class State(str, Enum):
    """What a report says of a domain: those that differ first, and of them what needs attention first."""

    ALTERED = "altered"
    NOT_APPLIED = "not_applied"
    FAILED = "failed"
    DRIFTED = "drifted"
    BLOCKED = "blocked"
    QUEUED = "queued"
    UPDATED = "updated"
    UNREAD = "unread"
    NOT_COMPARED = "not_compared"
    SKIPPED = "skipped"
    UNCHANGED = "unchanged"


LABELS = {
    State.ALTERED: "Altered",
    State.NOT_APPLIED: "Not stored",
    State.FAILED: "Failed",
    State.DRIFTED: "Drifted",
    State.BLOCKED: "Drifted, and blocked",
    State.QUEUED: "Queued",
    State.UPDATED: "Updated",
    State.UNREAD: "Not read",
    State.NOT_COMPARED: "Not compared",
    State.SKIPPED: "Left alone",
    State.UNCHANGED: "In sync",
}

MEANINGS = {
    State.ALTERED: "A field that the update was not to change is no longer what it was.",
    State.NOT_APPLIED: "They were updated, but the registrar stores something else.",
    State.FAILED: "They differ, and the update failed, or it is not known whether it was carried out.",
    State.DRIFTED: "They differ from what is declared, and were not updated.",
    State.BLOCKED: "They differ from what is declared, and cannot be edited now.",
    State.QUEUED: "The update was accepted. Its end was not waited for, or did not come in time.",
    State.UPDATED: "They had drifted, and have been updated.",
    State.UNREAD: "They could not be found or read.",
    State.NOT_COMPARED: "The run ended before they were compared.",
    State.SKIPPED: "They were not considered.",
    State.UNCHANGED: "Nothing differs.",
}

WITHHELD_PROBLEM = (
    "An option is not accepted. The reason is withheld here, because the explanation could quote a value."
)

NOT_RETURNED = "not returned"
"""Stands for a value that the result does not have, such as those of a task that ended before it wrote."""

HELD_BACK = (
    "These fields differ, and are left alone below these top-level domains, as holder_fields asks. They do not count"
    " as drift."
)

_VERBS = {
    State.ALTERED: ("has a field that was not to change and did", "have fields that were not to change and did"),
    State.NOT_APPLIED: ("is not stored as declared", "are not stored as declared"),
    State.FAILED: ("differs, and its update failed", "differ, and their updates failed"),
    State.DRIFTED: ("has drifted", "have drifted"),
    State.QUEUED: ("is still to be updated", "are still to be updated"),
    State.UPDATED: ("was updated", "were updated"),
    State.UNREAD: ("could not be read", "could not be read"),
    State.NOT_COMPARED: ("was not compared", "were not compared"),
}
"""What is said of one domain and of several. A domain that is blocked has drifted."""


def headline(counts: Mapping[State, int], *, assigned: bool, failed: bool) -> str:
    """Return one or more sentences that say what matters.

    :param counts: state to the number of domains.
    :param assigned: whether any profile is assigned, as far as is known.
    :param failed: whether the task failed.
    """
    total = sum(counts.values())
    of_all = f"of {format_count(total, 'domain')}"
    sentences = ["The run failed."] if failed else []
    for state, verbs in _VERBS.items():
        blocked = counts[State.BLOCKED] if state is State.DRIFTED else 0
        count = counts[state] + blocked
        if count:
            sentences.append(f"{count} {of_all} {verbs[count != 1]}{_blocked(blocked, count)}.")
    return " ".join(sentences) or _nothing_to_do(counts, total, of_all, assigned=assigned)


def _blocked(blocked: int, drifted: int) -> str:
    if not blocked:
        return ""
    return ", and cannot be edited now" if blocked == drifted else f", {blocked} of them cannot be edited now"


def _nothing_to_do(counts: Mapping[State, int], total: int, of_all: str, *, assigned: bool) -> str:
    in_sync = counts[State.UNCHANGED]
    if not total:
        return "No domain has an assigned profile." if assigned else "No profile is assigned to any domain."
    if total == in_sync:
        return f"All {total} domains are in sync." if total != 1 else "The domain is in sync."
    return f"{in_sync} {of_all} {'is' if in_sync == 1 else 'are'} in sync, and nothing has to be changed."


def state_heading(state: State, counts: Mapping[str, int]) -> str:
    """Return a heading for the domains in one state.

    :param counts: the number of domains by the values of the states, and of all as ``total``.
    """
    return f"{LABELS[state]}: {counts[state.value]} of {counts['total']}"


def audited(domains: int, *, found: bool) -> str:
    """Say what an audit looked at, and what it is not about."""
    nothing = "" if found else " It found nothing."
    return (
        f"An audit of the stored contacts of {format_count(domains, 'domain')}.{nothing} What is declared is compared"
        " above. That it differs from what other domains have is no finding."
    )


def updates_sent(writes: int | None) -> str:
    """Say how many updates were sent; None where a task ended without saying so."""
    if writes is None:
        return "not known, a task ended without saying so"
    return str(writes) if writes else "none, nothing was written"


def fits_no_domain(place: str) -> str:
    """Warn of a top-level domain or tag of an assignment."""
    return f"{place} fits no domain of the account."


def numbered(counts: Mapping[str, int]) -> str:
    """Return how many domains are in which state, by the values of the states."""
    return ", ".join(f"{count} {LABELS[State(state)].lower()}" for state, count in counts.items() if count)


def of_profiles(domains: int, profiles: Sequence[str]) -> str:
    """Return the number of domains with the names of their profiles, where there are any."""
    count = format_count(domains, "domain")
    if not profiles:
        return count
    return f"{count} of {'profile' if len(profiles) == 1 else 'profiles'} {', '.join(profiles)}"
