# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""API v2: ``dom_`` ids, contacts read in bulk as a stream, a patch per write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import (
    LIST_PAGE_SIZE,
    MOST_LIST_PAGES,
    Answers,
    Api,
    EditGate,
    Reading,
    ask_each,
    bulk_update,
    counted_domains,
    is_too_many,
    listed_domain,
    send_in_batches,
)
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job, JobStatus, job_path, with_state
from ansible_collections.hostup.cloud.plugins.module_utils._api.lookup import LastPage
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain, comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, FIELDS, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import unicode_domain_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import (
    Presence,
    StoredContact,
    Unreadable,
    is_unicode,
    stored_contact,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import (
    api_code,
    api_text,
    as_dict,
    id_text,
    unusable,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    MissingDomains,
    Refused,
    RequestFailed,
    quoted,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Kind, Request
from ansible_collections.hostup.cloud.plugins.module_utils._http.retry import Budget

LIST_PATH = "/api/v2/domains"

BULK_PATH = "/api/v2/domains/bulk/contacts"

READ_PATH = "/api/v2/domains/bulk/contacts/read"

WIRE_NAMES = {field.name: field.v2 for field in FIELDS}

ACTIVE = "active"
"""The ``serviceStatus`` of a domain with which nothing is the matter,
https://developer.hostup.se/endpoints/domain-services/get-v2-domains"""

_SAFE_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~%-]+")


class ApiV2(Api):
    """https://developer.hostup.se/endpoints/domain-services/post-v2-domains-bulk-contacts and its neighbours."""

    # The body is documented as a flat patch object whose fields are all optional.
    sends_complete_contact = False
    # The fields of a contact can be null, and some answers leave out what is null.
    left_out = dict.fromkeys(FIELD_NAMES, Presence.EMPTY)
    looks_up_names = True
    has_edit_gates = True
    details_have_name = True

    def domain_pages(self) -> Iterator[list[Domain]]:
        """Read https://developer.hostup.se/endpoints/domain-services/get-v2-domains by its cursor."""
        cursors: set[str] = set()
        request = _list_request("list the domains of the account", limit=str(LIST_PAGE_SIZE))
        for _page in range(MOST_LIST_PAGES):
            domains, cursor = self._list(request)
            yield domains
            if cursor is None or cursor in cursors:
                return
            cursors.add(cursor)
            request = _list_request(request.purpose, limit=str(LIST_PAGE_SIZE), cursor=cursor)
        raise unusable(request, f"the list did not end after {MOST_LIST_PAGES} pages.")

    def look_up(self, a_label: str) -> list[Domain]:
        """Use the ``name`` filter. Which form of an internationalised name it takes is not documented: try both."""
        domains: list[Domain] = []
        for name in dict.fromkeys((a_label, unicode_domain_name(a_label))):
            domains, _cursor = self._list(_list_request(f"look up the domain {a_label}", name=name, limit="50"))
            if domains:
                break
        return domains

    def _list(self, request: Request) -> tuple[list[Domain], str | None]:
        answer = self.client.fetch(request)
        rows = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise unusable(request, "the answer holds no list of domains.")
        cursor = answer.get("nextCursor")
        if isinstance(cursor, str) and not is_unicode(cursor):
            raise unusable(request, "its nextCursor is not valid Unicode.")
        domains = list(filter(None, (listed_domain(row, "id") for row in rows)))
        if answer.get("hasMore") is False:
            return LastPage(domains), None
        return domains, cursor if isinstance(cursor, str) and cursor else None

    def read_contacts(self, domains: Sequence[Domain], deadline: Deadline | None = None) -> Reading:
        reading = Reading()
        ids = [domain.id for domain in domains]
        names = {domain.id: domain.name for domain in domains}
        read_batch = partial(self._read_batch, reading=reading, names=names, deadline=deadline)
        try:
            self.batch_size = send_in_batches(ids, self.batch_size, read_batch)
        except Refused as error:
            raise self._explained(error, ids) from error
        return reading

    def _read_batch(
        self, domain_ids: Sequence[str], reading: Reading, names: Mapping[str, str | None], deadline: Deadline | None
    ) -> None:
        """Read until every id has its line; a stream that breaks off or leaves ids out is asked for the rest again."""
        missing, budget = list(domain_ids), Budget()
        while missing:
            self._read_lines(missing, reading, names, deadline, budget)
            missing = [i for i in missing if i not in reading.contacts and i not in reading.unreadable]
            if missing and not self.client.pause_before_retry(budget, "an answer without all of its domains", deadline):
                break
        reading.unreadable.update((i, "the API's answer did not include this domain.") for i in missing)

    def _read_lines(
        self,
        domain_ids: Sequence[str],
        reading: Reading,
        names: Mapping[str, str | None],
        deadline: Deadline | None,
        budget: Budget,
    ) -> None:
        request = Request(
            "POST",
            READ_PATH,
            Kind.READ,
            f"read the stored contacts of {counted_domains(domain_ids)}",
            body={"domainIds": list(domain_ids)},
            accept="application/x-ndjson, application/json;q=0.9",
        )
        wanted = set(domain_ids)
        lines: dict[str, Any] = {}
        for line in self.client.stream(request, lambda: len(wanted) - len(lines), deadline, budget=budget):
            domain_id = id_text(line.get("domainId")) if isinstance(line, dict) else None
            if domain_id is None or domain_id not in wanted or line == lines.get(domain_id):
                continue
            is_second = domain_id in lines
            lines[domain_id] = line
            try:
                if is_second:
                    raise Unreadable("the API returned two different answers for it")
                reading.contacts[domain_id] = self._read_line(domain_id, line, reading, names[domain_id])
            except Unreadable as error:
                reading.contacts.pop(domain_id, None)
                reading.unreadable[domain_id] = f"{error}."

    def _read_line(
        self, domain_id: str, line: Mapping[str, Any], reading: Reading, known_name: str | None
    ) -> StoredContact:
        name = api_text(line.get("domainName"))
        if name and known_name and comparable_name(name) != comparable_name(known_name):
            raise Unreadable(f"the API returned it under another name, {name}")
        if name:
            reading.names[domain_id] = name
        if line.get("error"):
            raise Unreadable(_line_error(line["error"]))
        return stored_contact(line.get("contact"), WIRE_NAMES, self.left_out)

    def _explained(self, error: Refused, domain_ids: Sequence[str]) -> RequestFailed | MissingDomains:
        """Find out which ids a refused bulk request is about: it names none, or those of one batch at most."""
        if error.http_status not in (400, 403, 404, 422) or is_too_many(error):
            return error
        try:
            known = {domain.id for page in self.domain_pages() for domain in page}
        except RequestFailed:
            return error
        reasons = {
            domain_id: "the account has no domain with this id" for domain_id in domain_ids if domain_id not in known
        }
        if not reasons:
            return error
        return MissingDomains(
            f"Could not read the stored contacts: the account has no domain with the id {', '.join(reasons)}. Check"
            " domain_ids, and that the API key belongs to the right account.",
            reasons,
            code="unknown_domain",
        )

    def read_details(self, domains: Sequence[Domain]) -> Answers[Mapping[str, Any]]:
        """Read https://developer.hostup.se/endpoints/domain-services/get-v2-domains-id."""
        return ask_each(domains, self.concurrency, self._read_details_of)

    def _read_details_of(self, domain: Domain) -> Mapping[str, Any]:
        path = f"{LIST_PATH}/{quote(domain.id or '', safe='')}"
        details = self.client.fetch(Request("GET", path, Kind.READ, f"read the details of {domain.label}"))
        if not isinstance(details, dict):
            raise Unreadable("the API returned no details")
        return details

    def edit_gates(self, domains: Sequence[Domain]) -> Answers[EditGate]:
        return ask_each(domains, self.concurrency, self._edit_gate)

    def _edit_gate(self, domain: Domain) -> EditGate:
        request = Request(
            "GET",
            f"{LIST_PATH}/{quote(domain.id or '', safe='')}/contacts",
            Kind.READ,
            f"ask whether {domain.label} can be edited",
        )
        actions = as_dict(as_dict(self.client.fetch(request)).get("actions"))
        gate = as_dict(actions.get("canEditContacts"))
        allowed = gate.get("allowed")
        return EditGate(
            allowed if isinstance(allowed, bool) else None, api_text(gate.get("reason")), api_code(gate.get("code"))
        )

    def is_editable_by_status(self, domain: Domain) -> bool:
        lifecycle = as_dict(domain.row.get("lifecycle"))
        return domain.row.get("serviceStatus") == ACTIVE and lifecycle.get("transferInProgress") is False

    def submit(self, domain_ids: Sequence[str], contact: Contact) -> Job:
        request = bulk_update(BULK_PATH, domain_ids, {WIRE_NAMES[name]: value for name, value in contact.items()})
        answer = self.client.fetch(request)
        operation = answer.get("operation") if isinstance(answer, dict) else None
        if not isinstance(operation, dict):
            raise unusable(request, "the answer holds no operation.")
        job_id = id_text(operation.get("jobId"))
        poll_path = _same_origin_path(operation.get("pollUrl")) or (job_path(job_id) if job_id else None)
        job = with_state(Job(job_id, poll_path, tuple(domain_ids)), answer)
        # Whatever an update is called that has just been accepted: the polls will say more.
        return replace(job, status=JobStatus.QUEUED, is_odd=False, message=None) if job.is_odd else job


def _list_request(purpose: str, **params: str) -> Request:
    return Request("GET", LIST_PATH, Kind.READ, purpose, params=params)


def _same_origin_path(value: Any) -> str | None:
    """Return a ``pollUrl`` only if it is a plain path, so that the key goes nowhere else."""
    return value if isinstance(value, str) and _SAFE_PATH.fullmatch(value) else None


def _line_error(error: Any) -> str:
    if isinstance(error, dict):
        code, detail = api_code(error.get("code")), api_text(error.get("detail")) or api_text(error.get("message"))
    else:
        code, detail = None, api_text(error)
    text = ", ".join(filter(None, (code, quoted(detail) if detail else None)))
    return f"the API could not read it: {text or 'it gave no reason'}"
