# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""API v1: numeric ids, one contact per read, a complete contact per write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import (
    LIST_PAGE_SIZE,
    MOST_LIST_PAGES,
    Answers,
    Api,
    Reading,
    ask_each,
    bulk_update,
    listed_domain,
)
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job, job_path
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES, FIELDS, Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import (
    Presence,
    StoredContact,
    Unreadable,
    stored_contact,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import (
    api_text,
    id_text,
    success_false,
    unusable,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Kind, Request

BULK_PATH = "/api/domains/bulk/contacts"

WIRE_NAMES = {field.name: field.name for field in FIELDS}


# https://developer.hostup.se/endpoints/domain-services/post-domain-contacts-id lists the fields of an answer: all but
# address2. Of any other that is missing nobody knows what is stored, and an update must not blank it.
LEFT_OUT = {**dict.fromkeys(FIELD_NAMES, Presence.UNKNOWN), "address2": Presence.ABSENT}


class ApiV1(Api):
    """https://developer.hostup.se/endpoints/domain-services/post-domains-bulk-contacts and its neighbours."""

    # What an omitted key means in a v1 update is not documented, so no key that was read is left out.
    sends_complete_contact = True
    left_out = LEFT_OUT
    looks_up_names = False
    has_edit_gates = False
    details_have_name = False

    def domain_pages(self) -> Iterator[list[Domain]]:
        """Read ``/api/client-domains``, which HostUp does not document: pages may be counted from 0 or from 1.

        So a page 1 that brings nothing new is not the end yet; any later one is.
        """
        seen: set[str] = set()
        for number in range(MOST_LIST_PAGES):
            request = _list_request(number)
            data = _data(request, self.client.fetch(request))
            rows = data.get("domains")
            if not isinstance(rows, list):
                raise unusable(request, "the answer holds no list of domains.")
            # HostUp's own module falls back to the second key.
            domains = filter(None, (listed_domain(row, "id", "domainid") for row in rows))
            new = [domain for domain in domains if domain.id not in seen]
            seen.update(domain.id for domain in new)
            if new:
                yield new
            elif number > 1 or (number == 1 and not rows):
                return
            if _is_last_page(data.get("pagination"), len(seen)):
                return
        raise unusable(request, f"the list did not end after {MOST_LIST_PAGES} pages.")

    def read_contacts(self, domains: Sequence[Domain], deadline: Deadline | None = None) -> Reading:
        answers = ask_each(domains, self.concurrency, partial(self._read_one, deadline=deadline))
        return Reading(answers.values, {}, answers.failures, answers.errors)

    def _read_one(self, domain: Domain, deadline: Deadline | None) -> StoredContact:
        request = Request(
            "GET",
            f"/api/domain-contacts/{quote(domain.id or '', safe='')}",
            Kind.READ,
            f"read the stored contact of {domain.label}",
        )
        contacts = _data(request, self.client.fetch(request, deadline)).get("contacts")
        # HostUp's own module reads either nesting.
        if isinstance(contacts, dict) and "registrant" in contacts:
            contacts = contacts["registrant"]
        return stored_contact(contacts, WIRE_NAMES, self.left_out)

    def read_details(self, domains: Sequence[Domain]) -> Answers[Mapping[str, Any]]:
        return ask_each(domains, self.concurrency, self._read_details_of)

    def _read_details_of(self, domain: Domain) -> Mapping[str, Any]:
        """Read ``/api/domain-details``, which HostUp does not document, as its own module does."""
        request = Request(
            "GET",
            f"/api/domain-details/{quote(domain.id or '', safe='')}",
            Kind.READ,
            f"read the details of {domain.label}",
        )
        details = _data(request, self.client.fetch(request)).get("details")
        if not isinstance(details, dict):
            raise Unreadable("the API returned no details")
        return details

    def submit(self, domain_ids: Sequence[str], contact: Contact) -> Job:
        request = bulk_update(BULK_PATH, domain_ids, contact)
        data = _data(request, self.client.fetch(request))
        job_id = id_text(data.get("jobId"))
        return Job(
            job_id, job_path(job_id) if job_id else None, tuple(domain_ids), message=api_text(data.get("message"))
        )


def _list_request(page: int) -> Request:
    return Request(
        "GET",
        "/api/client-domains",
        Kind.READ,
        "list the domains of the account",
        params={"page": str(page), "limit": str(LIST_PAGE_SIZE)},
    )


def _data(request: Request, answer: Any) -> dict[str, Any]:
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise unusable(request, "the answer holds no data.")
    # Some v1 routes repeat the flag of the envelope inside it.
    if data.get("success") is False:
        raise success_false(request, {**answer, **data}, 200, {})
    return data


def _is_last_page(pagination: Any, seen: int) -> bool:
    total = pagination.get("totalRecords") if isinstance(pagination, dict) else None
    return isinstance(total, int) and not isinstance(total, bool) and seen >= total
