# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Sentences for a person about plans: their files, and what is not as it was approved."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import format_count

NO_SUCH_FILE = "there is no such file. Give a file that a run with save_plan has made."
NOT_READABLE = "it cannot be read. Give another file, or make this one readable."
NOT_A_PLAN = "this is no plan. Give a file that a run with save_plan has made, as it was."
NEWER_PLAN = (
    "it was made by a newer version of the collection. Make the plan anew with this version, or update the collection."
)
REPLACES_NO_OTHER = (
    "there is something else than a plan, and only a plan is ever replaced. Give the name of a new file."
)
IS_A_FOLDER = "this is a folder. Give the name of a file."
NOT_WRITABLE = "nothing can be written there. Give a file in a folder in which you may make files."
ONE_FILE = (
    "save_plan: this is the file of approved_plan, and the approved plan must stay as it is. Give another file, or"
    " leave one of the two out."
)
NOT_A_DIGEST = (
    "approved_digest: this is no digest of a plan. Give plan_digest of the run whose plan was approved: sha256: and 64"
    " hexadecimal digits."
)
ANOTHER_FILE = (
    "approved_plan: the file has another digest than approved_digest, so it is not the plan that was approved. Give the"
    " two of the same run."
)
ANOTHER_SECRET = (
    "approved_plan: it was redacted under another plan_secret, so its values cannot be compared. Give both runs the"
    " same plan_secret (environment variable HOSTUP_PLAN_SECRET); without one it is the API key."
)
NOT_IN_PLAN = "It is not in the approved plan."
ANOTHER_DIGEST = "The plan that was made now has another digest than the approved one."


def empty_option(option: str, consequence: str) -> str:
    """Refuse an option that is given and empty, which mostly is an unset variable."""
    return f"{option}: it is empty. Is the variable set that it comes from? Leave the option out to {consequence}."


def another_address(planned: str, now: str) -> str:
    """Refuse a plan that was made for another API."""
    return f"approved_plan: it was made for {planned}, and api_url is {now}. A plan is for one address only."


def another_generation(planned: str, now: str) -> str:
    """Refuse a plan whose ids are of the other generation of the API."""
    return (
        f"approved_plan: it was made with API {planned}, and this task works with {now}. List the domains as when the"
        " plan was made."
    )


def deviation(added: Sequence[str], stored: Sequence[str], declared: Sequence[str]) -> str:
    """Say in what the change of one domain is not as it was approved, by names of fields."""
    texts = [f"The approved plan does not change its {', '.join(added)}."] if added else []
    texts += [f"What is stored in {', '.join(stored)} has changed since."] if stored else []
    texts += [f"What is declared for {', '.join(declared)} has changed since."] if declared else []
    return " ".join(texts)


def not_approved(count: int, total: int, causes: str, consequence: str) -> str:
    """Say which domains would get something else than was approved, and what to do about it."""
    return (
        f"{count} of the {total} domains that would change are not as in approved_plan. {consequence} {causes} Make a"
        " new plan with save_plan and have it approved, or declare what was approved."
    )


def digest_not_approved(total: int, consequence: str, *, redact: bool) -> str:
    """Say that the plan is not the approved one, as far as a digest can tell."""
    text = (
        f"The plan that was made now, with {format_count(total, 'domain')} to change, has another digest than"
        f" approved_digest. {consequence} A digest does not show what is different, and is not that of a part of a"
        " plan: give approved_plan to see it and to repeat a run, or have the new plan_digest approved."
    )
    return text + (" With redact, plan_secret must be the same too." if redact else "")


def plan_file_failed(reason: str | None) -> str:
    """Say why there is no plan, so that nothing was sent that writes."""
    return f"Could not write the plan: {reason}. Nothing was written to any domain. Check save_plan."
