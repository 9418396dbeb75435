# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Sentences for a person, made from a cause and from the names of fields and domains.

The rooms below cannot know this one: what is wrong with an option is said beside the rule that finds it, and what is
wrong with a request is a clause in its error, which becomes part of a sentence here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import ListedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import quoted
from ansible_collections.hostup.cloud.plugins.module_utils._result.status import Status

NOT_PERSONAL = frozenset({"country", "state"})

SHORTEST_STORED_VALUE = 4
"""Characters; stored values from this length on are taken out of texts, declared ones always."""

NAMED_DOMAINS = 3
"""How many domains a sentence names before it counts the rest."""


def without_values(text: str, private: Mapping[str, str], domains: Iterable[ListedDomain]) -> str:
    """Return a text with ``<field>`` in the place of contact values; names of these domains stay.

    :param private: contact value to field name.
    """
    names = {domain.name for domain in domains}
    for value in sorted((value for value in private if value in text), key=len, reverse=True):
        if value not in names:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"<{private[value]}>", text)
    return text


WITHHELD = "(withheld)"

_WORDS_OF_THE_API = re.compile(r'"[^"]*"')


def without_quotes(text: str) -> str:
    """Return a text without the words of the API, which stand in double quotes: they may repeat any value."""
    return _WORDS_OF_THE_API.sub(WITHHELD, text)


def personal(*contacts: Contact) -> dict[str, str]:
    """Return contact value to field name, for the values that say who somebody is."""
    return {
        value: name for contact in contacts for name, value in contact.items() if value and name not in NOT_PERSONAL
    }


def format_names(domains: Iterable[ListedDomain], domain_ids: Sequence[str]) -> str:
    """Return the first few of these ids by the names of their domains, and how many more there are."""
    labels = {domain.id: domain.name or domain.id or "" for domain in domains}
    names = ", ".join(labels.get(domain_id, domain_id) for domain_id in domain_ids[:NAMED_DOMAINS])
    more = len(domain_ids) - NAMED_DOMAINS
    return f"{names} and {more} more" if more > 0 else names


def format_causes(domains: Iterable[ListedDomain], causes: Mapping[str, str]) -> str:
    """Return one sentence for each cause, with the first of the domains that have it, and how many more there are.

    :param causes: domain id to cause.
    """
    groups: dict[str, list[str]] = {}
    for domain_id, cause in causes.items():
        groups.setdefault(cause, []).append(domain_id)
    return " ".join(f"{format_names(domains, ids)}: {cause}" for cause, ids in groups.items())


def format_count(count: int, noun: str) -> str:
    """Return a number with its noun: ``1 domain``, ``3 domains``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


COUNTED = {
    Status.PLANNED: "to change",
    Status.UPDATED: "updated",
    Status.QUEUED: "queued",
    Status.UNCHANGED: "unchanged",
    Status.SKIPPED: "skipped",
    Status.BLOCKED: "blocked",
    Status.NOT_APPLIED: "not applied",
    Status.ALTERED: "altered",
    Status.FAILED: "failed",
}
"""The words for a number of domains with a status, in the order in which they are said."""


def format_summary(summary: Mapping[str, int], held_back: int) -> str:
    """Return how many domains have which status, as a sentence.

    :param held_back: how many domains differ in fields that are left alone.
    """
    counts = [f"{summary[status.value]} {words}" for status, words in COUNTED.items() if summary.get(status.value)]
    counts += [f"{held_back} with fields held back"] if held_back else []
    return f"{', '.join(counts) or 'no domains'}."


def clause(text: str) -> str:
    """Return a text as it stands inside a sentence."""
    return text[:-1] if text.endswith(".") else text


def sentence(text: str) -> str:
    """Return a text as a sentence of its own."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."


# -- the plan ----------------------------------------------------------------------------------------------------------

NOT_COMPARED = "The run ended before this domain was compared. Nothing was written."
NOT_WRITTEN = "The run ended before this domain was written."


def unverifiable_field(field: str, domains: str) -> str:
    """Warn of a declared field that the API does not return; ``domains`` names some of them."""
    return (
        f"The API does not return {field} of {domains}, so nobody knows whether it is stored as declared. It is sent"
        " along when another field changes, and is no reason to write by itself."
    )


def left_out_field(field: str, domains: str) -> str:
    """Warn of a field that is not declared and that the API does not return, so that a v1 update cannot carry it."""
    return (
        f"The API does not return {field} of {domains}, so an update has to leave it out. Whether the API then keeps"
        f" what is stored is not documented. Declare {field} to be sure."
    )


def condition_not_met(fields: Sequence[str], *, in_sync: bool) -> str:
    """Say why ``when_current`` leaves a domain out."""
    verb = "differs" if len(fields) == 1 else "differ"
    text = f"Left alone, because its stored {', '.join(fields)} {verb} from when_current."
    return text + (" It is in sync already." if in_sync else "")


def nothing_written(canary: int = 0) -> str:
    """Say that this is all that was written: nothing, or the domains of a canary."""
    if not canary:
        return "Nothing was written."
    return f"Only the canary ({format_count(canary, 'domain')}) was written."


def unreadable_domains(count: int, total: int, causes: str, consequence: str) -> str:
    """Say that stored contacts cannot be read; ``causes`` as of :func:`format_causes`."""
    written = f"; {consequence[:1].lower()}{clause(consequence[1:])}" if consequence else ""
    return f"Could not read the stored contact of {count} of {total} domains{written}. {causes}"


def unreadable_fields(count: int, total: int, causes: str, consequence: str) -> str:
    """Say that fields cannot be read without which no update can be made."""
    return (
        f"{count} of {total} domains cannot be updated as declared, because part of the stored contact cannot be read."
        f" {consequence} {causes}"
    )


def field_unreadable(declared: Sequence[str], invented: Sequence[str]) -> str:
    """Say which fields of one domain stand in the way of its update."""
    texts = []
    if declared:
        texts.append(f"What is stored in {', '.join(declared)} cannot be read, so nobody knows whether it differs.")
    if invented:
        it = "it" if len(invented) == 1 else "them"
        texts.append(
            f"The API does not say what is stored in {', '.join(invented)}, and an update would have to carry {it}:"
            f" declare {it}."
        )
    return " ".join(texts)


# -- the guards --------------------------------------------------------------------------------------------------------


def canary_without_eyes(canary: int, options: Sequence[str]) -> str:
    """Refuse a canary of which nobody would see how it ends; ``options`` are those that are false."""
    return (
        f"canary: {canary} arrived, but {' and '.join(options)} is false, so nobody would see how the first domains"
        " fare. Leave canary out, or let the task wait and verify."
    )


def too_many_changes(count: int, total: int, limit: int, consequence: str) -> str:
    """Refuse a plan that is larger than ``max_changed``."""
    return (
        f"{count} of {total} domains would change, but max_changed allows {limit}. {consequence} Read the plan"
        " (check mode with diff); raise max_changed if it is right."
    )


def blocked_domains(count: int, total: int, causes: str, consequence: str) -> str:
    """Refuse a plan with domains that cannot be edited."""
    return (
        f"{count} of the {total} domains that would change cannot be edited now. {consequence} {causes} Wait"
        " until they can be edited, take them out, or set on_blocked to skip."
    )


def skipped_blocked_domains(causes: str) -> str:
    """Warn of domains that are left out, because they cannot be edited."""
    return f"Left out, because they cannot be edited now. {causes}"


def blocked_domain(reason: str | None, code: str | None) -> str:
    """Say why one domain cannot be edited, with the words of the API."""
    parts = [quoted(reason)] if reason else []
    parts += [f"({code})"] if code else []
    return f"It cannot be edited now: {' '.join(parts) or 'the API gave no reason'}."


def preflight_failed(count: int, total: int, causes: str, consequence: str) -> str:
    """Say that the preflight itself failed."""
    return f"Could not ask whether {count} of {total} domains can be edited. {consequence} {causes}"


def preflight_without_answer(domains: str) -> str:
    """Warn of domains of which the API does not say whether they can be edited."""
    return f"The API did not say whether {domains} can be edited, so the update is tried."


def material_change_denied(count: int, total: int, causes: str, written: str, consequences: Sequence[str]) -> str:
    """Refuse a plan with legal consequences; ``written`` is a sentence about what was written."""
    return (
        f"material_changes is deny, and {count} of the {total} changes would have legal consequences. {written}"
        f" {causes} {' '.join(consequences)}"
    )


def material_fields(fields: Sequence[str]) -> str:
    """Say which changes of one domain ``material_changes`` denies."""
    return f"A material change of {', '.join(fields)}, which material_changes denies."


def legal_consequence(count: int, domains: str, consequence: str, typographical: int) -> str:
    """Warn of one kind of consequence; ``typographical`` counts the changes that may be corrections of spelling."""
    text = f"Legal consequences for {format_count(count, 'domain')} ({domains}): {consequence}"
    if typographical:
        text += (
            f" Of {typographical} of them the change is possibly typographical: only case, white space or punctuation"
            " differs."
        )
    return text


# -- reading ----------------------------------------------------------------------------------------------------------


def unreadable_details(count: int, total: int, causes: str) -> str:
    """Say that the details of domains cannot be read."""
    return f"Could not read the details of {count} of {total} domains. {causes}"


def missing_facts(facts: Sequence[str]) -> str:
    """Say what the API does not return of one domain."""
    return f"the API does not return its {' and '.join(facts)}."


def not_filterable(count: int, total: int, causes: str) -> str:
    """Say that it is open whether domains fit a filter."""
    return f"Could not filter {count} of {total} domains. {causes}"


def unknown_edit_gates(count: int, total: int, causes: str) -> str:
    """Say that it is open whether domains can be edited."""
    return f"Could not ask whether {count} of {total} domains can be edited. {causes}"


def repeated_requests(cause: str, count: int) -> str:
    """Warn of retries; ``cause`` is a few words without any value."""
    times = "once" if count == 1 else f"{count} times"
    return f"A request to HostUp was repeated {times}: {cause}."


# -- the end -----------------------------------------------------------------------------------------------------------


def interrupted(advice: str) -> str:
    """Say that the task was asked to end before its time; ``advice`` may be empty."""
    return sentence(f"the task was interrupted. {advice or nothing_written()}")


def internal_error(kind: str, place: str, advice: str) -> str:
    """Say that the collection itself is at fault, with what is needed to report it: no value."""
    return (
        f"The collection hostup.cloud has a fault: {kind} in {place}. Please report it at"
        f" https://github.com/hostup-cloud/hostup.cloud/issues. {advice or nothing_written()}"
    )


def after_interrupt(job_ids: Sequence[str]) -> str:
    """Say what to do after a run that was cut short when something had been sent."""
    if not job_ids:
        return "Updates were sent. Run the task again: it compares first."
    return (
        f"Updates were sent, and {format_count(len(job_ids), 'job')} may be under way: give pending_jobs"
        f" {', '.join(job_ids)} to the next run, which waits for them and then compares."
    )


# -- files -------------------------------------------------------------------------------------------------------------


def job_file_failed(reason: str | None) -> str:
    """Say why the jobs cannot be written down, so that nothing more was sent."""
    return f"Could not write job_file: {reason}. Nothing more was sent. Check job_file."


def backup_failed(reason: str | None, written: int) -> str:
    """Say why there is no backup, so that nothing more was sent; ``written`` domains were before."""
    consequence = nothing_written(written) if written else "Nothing was written to any domain."
    return f"Could not write the backup: {reason}. {consequence} Check backup_path."
