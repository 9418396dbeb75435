# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Reads stored contacts in the form in which they can be declared again, and audits them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Answers, Api, EditGate, Reading
from ansible_collections.hostup.cloud.plugins.module_utils._api.facts import facts_by_id, is_lost
from ansible_collections.hostup.cloud.plugins.module_utils._api.generations import has_edit_gates
from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import Listed
from ansible_collections.hostup.cloud.plugins.module_utils._api.resolve import find_listed, resolve
from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import problem_of
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain, comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import comparable_text
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import StoredContact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.reading import unreadable, with_names
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import MissingDomains, format_request_id
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.info_report import InfoReport
from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import (
    SHORTEST_STORED_VALUE,
    WITHHELD,
    personal,
    without_quotes,
    without_values,
)
from ansible_collections.hostup.cloud.plugins.module_utils._task.audit import (
    Finding,
    clusters_of,
    email_names,
    findings_of,
)
from ansible_collections.hostup.cloud.plugins.module_utils._task.domain_info import learn


def check_askable(params: Mapping[str, Any], generation: str) -> None:
    """Check that this generation can answer what the options ask.

    :raises InvalidInput: if it cannot.
    """
    if params["check_actions"] and not has_edit_gates(generation):
        raise InvalidInput(
            "check_actions: API v1 does not say whether a domain can be edited. Leave check_actions out, or use API v2."
        )


def find_domains(api: Api, listed: Listed, *, with_account: bool) -> list[Domain]:
    """Return the listed domains with their ids, or all domains of the account if none is listed.

    :param with_account: whether the domain list of the whole account is needed anyway.
    :raises MissingDomains: with all names, or else all ids, that turn out not to be in the account.
    """
    if not (listed.ids or listed.names):
        return api.all_domains()
    if not with_account:
        return resolve(api, listed)
    # Once the whole list is known, finding the listed ones in it takes no request.
    api.all_domains()
    return find_listed(api, listed)


def lost_names(api: Api, generation: str, contacts: Sequence[Contact], now: datetime) -> frozenset[str]:
    """Return which of the names at which these contacts have their e-mail are domains of the account that have expired.

    :param now: with its time zone.
    :raises MissingDomains: naming every domain of which that cannot be learnt.
    """
    wanted = email_names(contacts)
    domains = [domain for domain in api.all_domains() if comparable_name(domain.name or "") in wanted]
    facts = facts_by_id(generation, domains)
    unknown = [domain for domain in domains if is_lost(facts[domain.id], now) is None]
    facts.update(learn(api, generation, unknown))
    lost = (domain for domain in domains if is_lost(facts[domain.id], now))
    return frozenset(comparable_name(domain.name or "") or "" for domain in lost)


def declarable(contact: StoredContact) -> tuple[dict[str, str | None], list[str]]:
    """Return a stored contact as it can be declared, and the fields that could not be.

    :return: all eleven fields, null where the API did not return or the stored value would be refused; and the latter.
    """
    texts = {name: comparable_text(value) for name, value in contact.returned.items()}
    refused = {name for name, text in texts.items() if problem_of(name, text, texts)} | contact.unreadable.keys()
    left_out = [name for name in FIELD_NAMES if name in refused]
    return {name: None if name in refused else contact.returned.get(name) for name in FIELD_NAMES}, left_out


class ContactsReport(InfoReport):
    """What was read so far.

    :param redact: whether to leave every contact value out.
    """

    def __init__(self, *, audit: bool, check_actions: bool, redact: bool) -> None:
        super().__init__()
        self._options = {"audit": audit, "check_actions": check_actions}
        self._redact = redact
        self._domains: list[Domain] = []
        self._reading = Reading()
        self._gates: Answers[EditGate] = Answers()
        self._findings: dict[str, list[Finding]] = {}
        self._private: dict[str, str] = {}

    @property
    def contacts(self) -> dict[str, Contact]:
        """What is known of the stored contacts by domain id, each once, in the order of the domains."""
        return {d.id: self._reading.contacts[d.id].known for d in self._domains if d.id in self._reading.contacts}

    def take_contacts(self, domains: Sequence[Domain], reading: Reading) -> None:
        """Keep what was read of these domains."""
        self._domains, self._reading = with_names(domains, reading), reading
        # A short word that some domain happens to store would take words out of sentences that are not about it.
        shortest = 1 if self._redact else SHORTEST_STORED_VALUE
        self._private = {v: name for v, name in personal(*self.contacts.values()).items() if len(v) >= shortest}

    def take_gates(self, gates: Answers[EditGate]) -> None:
        """Keep which of the domains can be edited."""
        self._gates = gates

    def take_findings(self, findings: dict[str, list[Finding]]) -> None:
        """Keep what looks wrong, by domain id."""
        self._findings = findings

    def incomplete(self) -> HostUpError | None:
        """Return the error that names every domain of which something could not be read, or None."""
        error = unreadable(self._domains, self._reading)
        failures = self._gates.failures
        if error or not failures:
            return error
        first = next(iter(self._gates.errors.values()), None)
        return MissingDomains(
            messages.unknown_edit_gates(
                len(failures), len(self._domains), messages.format_causes(self._domains, failures)
            )
            + format_request_id(first.request_id if first else None),
            failures,
            code="unreadable_domain",
        )

    def safe_text(self, text: str) -> str:
        """Return the text with ``<field>`` in the place of stored contact values."""
        return without_values(without_quotes(text) if self._redact else text, self._private, self._domains)

    def safe_words(self, text: str) -> str:
        """Return words of the API as they may be shown: with ``redact`` not at all."""
        return WITHHELD if self._redact else self.safe_text(text)

    def as_result(self, *, with_diff: bool, api_calls: Mapping[str, int]) -> dict[str, Any]:
        """Return ``changed``, ``domains``, ``api_calls`` and, with an audit, ``clusters``."""
        self.values = {"domains": [self._entry(domain) for domain in self._domains]}
        if self._options["audit"]:
            self.values["clusters"] = self._clusters()
        return super().as_result(with_diff=with_diff, api_calls=api_calls)

    def _entry(self, domain: Domain) -> dict[str, Any]:
        domain_id = domain.id
        stored = self._reading.contacts.get(domain_id)
        contact, left_out = declarable(stored) if stored else ({}, [])
        reasons = [texts[domain_id] for texts in (self._reading.unreadable, self._gates.failures) if domain_id in texts]
        entry: dict[str, Any] = {
            "id": domain.id,
            "name": domain.name,
            "contact": self._shown(contact) if stored else None,
            "left_out": left_out,
            "reason": self.safe_text(" ".join(reasons)) if reasons else None,
        }
        if self._options["audit"]:
            findings = self._findings.get(domain_id)
            entry["findings"] = None if findings is None else [asdict(finding) for finding in findings]
        if self._options["check_actions"]:
            entry["can_edit"] = self._gate(domain_id)
        return entry

    def _gate(self, domain_id: str) -> dict[str, Any] | None:
        gate = self._gates.values.get(domain_id)
        if gate is None:
            return None
        reason = None if gate.reason is None else self.safe_words(gate.reason)
        return {"allowed": gate.allowed, "reason": reason, "code": gate.code}

    def _clusters(self) -> list[dict[str, Any]]:
        names = {domain.id: domain.name or domain.id for domain in self._domains}
        return [
            {
                "domain_ids": list(cluster.domain_ids),
                "names": [names[domain_id] for domain_id in cluster.domain_ids],
                "contact": self._shown(declarable(self._reading.contacts[cluster.domain_ids[0]])[0]),
            }
            for cluster in clusters_of(self.contacts)
        ]

    def _shown(self, contact: Mapping[str, str | None]) -> dict[str, str | None]:
        return {name: None if self._redact else value for name, value in contact.items()}


def read_contacts(
    api: Api,
    generation: str,
    domains: Sequence[Domain],
    report: ContactsReport,
    params: Mapping[str, Any],
    now: datetime,
) -> None:
    """Read the contacts of these domains, and what the options ask of them; the report holds what could be read.

    :param now: with its time zone.
    :raises HostUpError: naming every domain of which something could not be read.
    """
    if domains:
        report.take_contacts(domains, api.read_contacts(domains))
    if params["check_actions"] and domains:
        report.take_gates(api.edit_gates(domains))
    if params["audit"]:
        contacts = report.contacts
        report.take_findings(findings_of(contacts, lost_names(api, generation, list(contacts.values()), now)))
    error = report.incomplete()
    if error:
        raise error
