# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What the engine asks of HostUp, apart from how either API generation says it.

The answers of the API are only partly documented, so everything here reads tolerantly: whatever cannot be understood is
reported for the one domain or job it belongs to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job, JobStatus, with_state
from ansible_collections.hostup.cloud.plugins.module_utils._api.lookup import find, id_of, name_of
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import (
    Presence,
    StoredContact,
    Unreadable,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import api_text, id_text
from ansible_collections.hostup.cloud.plugins.module_utils._http.client import Client
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    InvalidResponse,
    Refused,
    RequestFailed,
    TransientServerError,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Kind, Request
from ansible_collections.hostup.cloud.plugins.module_utils._http.workers import map_in_threads

LIST_PAGE_SIZE = 1000
"""The largest page of https://developer.hostup.se/endpoints/domain-services/get-v2-domains."""

MOST_LIST_PAGES = 1000
"""A list that goes on after this many pages is taken for one that never ends."""


V = TypeVar("V")


@dataclass
class Reading:
    """The outcome of reading several stored contacts.

    :ivar contacts: domain id to its registrant contact.
    :ivar names: domain id to domain name, where the answer returned it.
    :ivar unreadable: domain id to the reason why there is no contact.
    :ivar errors: domain id to the error behind that reason, where a request of its own failed.
    """

    contacts: dict[str, StoredContact] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    errors: dict[str, RequestFailed] = field(default_factory=dict)


@dataclass
class Answers(Generic[V]):
    """The answers about several domains, each requested on its own; all keys are domain ids.

    :ivar failures: why there is no value.
    :ivar errors: the errors behind that, where the request itself failed.
    """

    values: dict[str, V] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    errors: dict[str, RequestFailed] = field(default_factory=dict)


@dataclass(frozen=True)
class EditGate:
    """Whether the contacts of a domain can be edited now.

    https://developer.hostup.se/endpoints/domain-services/get-v2-domains-id-contacts

    :ivar allowed: None if the API does not say.
    """

    allowed: bool | None
    reason: str | None = None
    code: str | None = None


class Api(ABC):
    """One API generation.

    :param batch_size: domain ids in one bulk request; lowered by itself when the API answers that it is too many.
    :param concurrency: parallel requests where the API knows only one domain per request.
    """

    sends_complete_contact: bool
    """Whether a write must carry every field that is known, instead of only those that change."""
    left_out: Mapping[str, Presence]
    """Contact field to what it means when a read leaves it out: a fact about the generation, not about an answer."""
    looks_up_names: bool
    """Whether one request can ask for one domain name."""
    has_edit_gates: bool
    """Whether :meth:`edit_gates` can be asked."""
    details_have_name: bool
    """Whether :meth:`read_details` also returns the name of a domain."""

    _all: list[Domain] | None = None
    """The domains of the account, once all were read."""

    def __init__(self, client: Client, *, batch_size: int, concurrency: int) -> None:
        self.client = client
        self.batch_size = batch_size
        self.concurrency = concurrency

    def all_domains(self) -> list[Domain]:
        """Return every domain of the account, each once. Searches that follow take no further request."""
        if self._all is None:
            self._all = list({domain.id: domain for page in self.domain_pages() for domain in page}.values())
        return self._all

    @abstractmethod
    def domain_pages(self) -> Iterator[list[Domain]]:
        """Yield the domains of the account, page by page, as long as there are more. One request for each page.

        A page of which the API says that it is the last may be a :class:`LastPage`.
        """

    def look_up(self, a_label: str) -> list[Domain]:
        """Return the domains of exactly this name with one request; only where ``looks_up_names`` is true."""
        raise NotImplementedError(a_label)

    def find_domains(self, a_labels: Sequence[str]) -> dict[str, Domain]:
        """Return the domains with these names (A-labels in lower case), by that name; unknown ones are absent.

        :raises MissingDomains: when a name belongs to two domains of the account.
        """
        look_up = self.look_up if self.looks_up_names else None
        return find(a_labels, name_of, self.domain_pages, look_up, self._all)

    def find_ids(self, domain_ids: Sequence[str]) -> dict[str, Domain]:
        """Return the domains with these ids and names, by id, in the same way; unknown ones are absent."""
        look_up = self._look_up_id if self.details_have_name else None
        return find(domain_ids, id_of, self.domain_pages, look_up, self._all)

    def _look_up_id(self, domain_id: str) -> list[Domain]:
        answers = self.read_details([Domain(domain_id)])
        if domain_id in answers.values:
            row = answers.values[domain_id]
            return [Domain(domain_id, api_text(row.get("name")), row)]
        error = answers.errors.get(domain_id)
        if error is not None and error.http_status == 403:
            # It may be about the id or about the key: a key that may not list the domains is refused again.
            return [domain for page in self.domain_pages() for domain in page if domain.id == domain_id]
        if error is not None and error.http_status != 404:
            raise error
        return []

    @abstractmethod
    def read_details(self, domains: Sequence[Domain]) -> Answers[Mapping[str, Any]]:
        """Ask for each domain (all with ids) what the API returns of it: untrusted, like a row of the domain list.

        :raises RequestFailed: when nothing can be read at all.
        """

    def edit_gates(self, domains: Sequence[Domain]) -> Answers[EditGate]:
        """Ask for each domain (all with ids) whether it can be edited; only where ``has_edit_gates`` is true.

        :raises RequestFailed: when nothing can be read at all.
        """
        raise NotImplementedError

    def is_editable_by_status(self, domain: Domain) -> bool:
        """Return whether the row of a domain in the list leaves no doubt that it can be edited."""
        raise NotImplementedError(domain.id)

    @abstractmethod
    def read_contacts(self, domains: Sequence[Domain], deadline: Deadline | None = None) -> Reading:
        """Read the stored registrant contact of each domain (all with ids).

        :param deadline: nothing is repeated after it.
        :raises MissingDomains: when ids are not known to this account.
        :raises RequestFailed: when nothing can be read at all.
        """

    @abstractmethod
    def submit(self, domain_ids: Sequence[str], contact: Contact) -> Job:
        """Send one bulk update, once, and return the job that carries it out.

        :raises Refused: the API did not act. ``NotSent``: it was not reached. ``OutcomeUnknown``: nobody knows.
        """

    def poll(self, job: Job, deadline: Deadline | None = None) -> Job:
        """Ask how far a job is."""
        if job.poll_path is None:
            return replace(job, status=JobStatus.UNKNOWN)
        request = Request("GET", job.poll_path, Kind.POLL, f"poll job {job.id}")
        try:
            answer = self.client.fetch(request, deadline)
        except Refused as error:
            if error.http_status != 404:
                raise
            return replace(job, status=JobStatus.VANISHED, message="the API does not know the job any more")
        return with_state(job, answer)

    def poll_all(self, jobs: Sequence[Job], deadline: Deadline | None = None) -> list[Job]:
        """Ask how far several jobs are.

        :raises RequestFailed: when one cannot be asked for.
        """
        return map_in_threads(lambda job: self.poll(job, deadline), jobs, self.concurrency)


def send_in_batches(ids: Sequence[str], size: int, send: Callable[[Sequence[str]], None]) -> int:
    """Call ``send`` with at most ``size`` ids at a time; halve the size whenever it is refused as too large.

    :return: the size that was accepted at last.
    :raises Refused: from ``send``, for any other reason.
    """
    start = 0
    while start < len(ids):
        batch = ids[start : start + size]
        try:
            send(batch)
        except Refused as error:
            if len(batch) == 1 or not is_too_many(error):
                raise
            size = len(batch) // 2
        else:
            start += len(batch)
    return size


def ask_each(domains: Sequence[Domain], concurrency: int, ask: Callable[[Domain], V]) -> Answers[V]:
    """Call ``ask`` for every domain, in threads, and gather the answers in the order of the domains.

    :param ask: raises :class:`Unreadable` if the answer is not usable.
    :raises RequestFailed: when it makes no sense to go on: no connection, a wrong key, too many requests.
    """

    def ask_one(domain: Domain) -> V | RequestFailed | Unreadable:
        try:
            return ask(domain)
        except (Refused, TransientServerError, InvalidResponse) as error:
            if error.http_status in (401, 429):
                raise
            return error
        except Unreadable as error:
            return error

    answers: Answers[V] = Answers()
    for domain, answer in zip(domains, map_in_threads(ask_one, domains, concurrency)):
        if isinstance(answer, RequestFailed):
            answers.failures[domain.id] = answer.explanation
            answers.errors[domain.id] = answer
        elif isinstance(answer, Unreadable):
            answers.failures[domain.id] = f"{answer}."
        else:
            answers.values[domain.id] = answer
    return answers


def is_too_many(error: Refused) -> bool:
    """Return whether a refusal is about the number of ids: HTTP 413, or 400 with an error at the list as a whole."""
    return error.http_status == 413 or (error.http_status in (400, 422) and error.points_at("/domainIds"))


def listed_domain(row: Any, *id_keys: str) -> Domain | None:
    """Read a row of a domain list, or return None if it has no id under any of these keys."""
    if not isinstance(row, dict):
        return None
    domain_id = next(filter(None, (id_text(row.get(key)) for key in id_keys)), None)
    return Domain(domain_id, api_text(row.get("name")), row) if domain_id else None


def bulk_update(path: str, domain_ids: Sequence[str], contact: Mapping[str, str]) -> Request:
    """Return the request that gives all these domains the same values; ``contact`` has the names of the generation."""
    return Request(
        "POST",
        path,
        Kind.WRITE,
        f"update the contact of {counted_domains(domain_ids)}",
        body={"domainIds": list(domain_ids), "contacts": dict(contact)},
    )


def counted_domains(domain_ids: Sequence[str]) -> str:
    return f"{len(domain_ids)} domain{'s' if len(domain_ids) != 1 else ''}"
