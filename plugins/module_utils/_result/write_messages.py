# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Sentences for a person about writing, waiting and reading back, made from a cause and from names of fields."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import quoted
from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import clause, sentence

CANARY_FAILED = "Not sent, because the canary did not come out as declared."
CANARY_TOO_LATE = "Not sent, because wait_timeout was over when the canary had come out as declared."
EARLIER_REQUEST_FAILED = "Not sent, because an earlier request failed."
SENDING = "The run ended while the update was sent, so it is not known whether the API acted."
HOLDER_FIELDS_CURE = (
    "Below .se, .nu and .test another name or organisation is another holder, which the registry may ignore: set"
    " holder_fields to leave, and these fields are left alone there."
)
NO_JOB_NAMED = "the API accepted the update, but named no job"
NOT_IN_ANSWER = "the API's answer did not include this domain."
OTHER_VALUES = "The API reported success, but reading back shows other values."


def outcome_unknown(explanation: str) -> str:
    """Say why it is open whether a write was carried out, as a clause."""
    return f"it is not known whether the API acted: {clause(explanation)}"


def job_not_followed(job_id: str | None, reason: str | None) -> str:
    """Say that a job could not be polled, as a clause."""
    return f"job {job_id} could not be followed: {clause(reason or 'no reason given')}"


def job_failed(job_id: str | None, message: str | None) -> str:
    """Say that a job failed, with the words of the API."""
    return sentence(f"job {job_id} failed" + (f", {quoted(message)}" if message else ""))


def job_not_verified(job_id: str | None) -> str:
    """Say that the success of a job is all that is known."""
    return f"Job {job_id} says so; it was not verified."


def values_not_arrived(uncertainty: str) -> str:
    """Say that a write of unknown outcome does not show; ``uncertainty`` is a clause."""
    return sentence(f"{uncertainty}, and the values have not arrived")


def not_carried_out(answer: str) -> str:
    """Say that nothing shows of an update after an answer that left it open; ``answer`` is a clause."""
    return f"{sentence(answer)} Reading back shows the values of before."


def read_back_failed(reason: str) -> str:
    """Say that it is open what was stored."""
    return f"The update was sent, but reading back failed: {reason}"


def carried_out_without_answer(domains: str) -> str:
    """Warn of updates whose answer was lost, although they were carried out."""
    return f"The update of {domains} got no usable answer, but reading back shows that it was carried out."


def carried_out_unfinished(domains: str) -> str:
    """Warn of jobs that were not over in time, although the update was carried out."""
    return f"The job of {domains} was not finished in time, but reading back shows that it was carried out."


def carried_out_despite_job(domains: str) -> str:
    """Warn of jobs that report a failure, although the update was carried out."""
    return f"The job of {domains} reported a failure, but reading back shows that it was carried out."


def job_not_finished(job_id: str | None, wait_timeout: float) -> str:
    """Say that the wait ran out."""
    return f"Job {job_id} was not finished after {wait_timeout:g} seconds (wait_timeout)."


def fields_altered(altered: Sequence[str], not_applied: Sequence[str], failure: str | None) -> str:
    """Say which fields of one domain are no longer what they were, although the update was not to change them."""
    verb = "is" if len(altered) == 1 else "are"
    text = (
        f"{', '.join(altered)} {verb} no longer as before, although this update was not to change"
        f" {'it' if len(altered) == 1 else 'them'}: the update, or somebody else, has done it."
    )
    if not_applied:
        text += f" Not stored as declared: {', '.join(not_applied)}."
    return f"{text} {failure}" if failure else text


def fields_unknown(fields: Sequence[str]) -> str:
    """Say which fields of one domain the read-back did not return, as a clause with its full stop."""
    return f"the API no longer returns a usable {', '.join(fields)}."


def fields_not_applied(fields: Sequence[str], reason: str | None) -> str:
    """Say which fields of one domain are not stored as declared."""
    return f"Not stored as declared: {', '.join(fields)}. {reason}"


def incomplete_update(count: int, total: int, causes: str, *, run_again: bool) -> str:
    """Say which domains did not end well, and what to do about it."""
    text = f"{count} of {total} domains could not be updated as declared. {causes}"
    if run_again:
        text += " Run the task again later: it compares first, so nothing that has arrived is written twice."
    return text
