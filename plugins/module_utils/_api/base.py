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
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import UNKNOWN, VANISHED, Job, with_state
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain, comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import api_text
from ansible_collections.hostup.cloud.plugins.module_utils._http.client import Client
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    MissingDomains,
    Refused,
    RequestFailed,
    ServerTrouble,
    Unintelligible,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Kind, Request

LIST_PAGE_SIZE = 1000
"""The largest page of https://developer.hostup.se/endpoints/domain-services/get-v2-domains."""

MOST_LIST_PAGES = 1000
"""A list that goes on after this many pages is taken for one that never ends."""

LONGEST_ID = 255

V = TypeVar("V")


class LastPage(list[Domain]):
    """A page of the domain list of which the API has said that no other one follows."""


@dataclass
class Reading:
    """The outcome of reading several stored contacts.

    :ivar contacts: domain id to its registrant contact; fields that the answer left out are absent, null is ``""``.
    :ivar names: domain id to domain name, where the answer told it.
    :ivar unreadable: domain id to the reason why there is no contact.
    :ivar errors: domain id to the error behind that reason, where a request of its own failed.
    """

    contacts: dict[str, Contact] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    errors: dict[str, RequestFailed] = field(default_factory=dict)


@dataclass
class Answers(Generic[V]):
    """What came of asking for several domains, each with a request of its own; all keys are domain ids.

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

    :ivar allowed: None if the API does not tell.
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
    may_leave_out: frozenset[str]
    """Contact fields that no published answer of this generation shows, so that a read may not tell them at all."""
    looks_up_names: bool
    """Whether one request can ask for one domain name."""
    tells_edit_gates: bool
    """Whether :meth:`edit_gates` can be asked."""
    details_tell_name: bool
    """Whether :meth:`read_details` also tells the name of a domain."""

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

        A page of the list tells many names, a look-up tells one. How many pages there are is not known beforehand, so
        pages are read until as many were read as names are left: never more than twice the cheapest way. Names that are
        not on any page of a list that has ended are unknown, and not looked up.

        :raises MissingDomains: when a name belongs to two domains of the account.
        """
        return self._find(a_labels, _name_of, self.look_up if self.looks_up_names else None)

    def find_ids(self, domain_ids: Sequence[str]) -> dict[str, Domain]:
        """Return the domains with these ids and names, by id, in the same way; unknown ones are absent."""
        return self._find(domain_ids, _id_of, self._look_up_id if self.details_tell_name else None)

    def _find(
        self,
        keys: Sequence[str],
        key_of: Callable[[Domain], str | None],
        look_up: Callable[[str], list[Domain]] | None,
    ) -> dict[str, Domain]:
        found: dict[str, Domain] = {}
        missing = list(dict.fromkeys(keys))
        if self._all is not None:
            _add_wanted(found, self._all, keys, key_of)
            return found
        pages, pages_read = self.domain_pages(), 0
        while missing:
            if look_up is not None and len(missing) <= max(pages_read, 1):
                _add_wanted(found, look_up(missing[0]), missing[:1], key_of)
                missing = missing[1:]
                continue
            page = next(pages, None)
            if page is None:
                break
            pages_read += 1
            _add_wanted(found, page, keys, key_of)
            missing = [key for key in missing if key not in found]
            if isinstance(page, LastPage):
                break
        return found

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
        """Ask for each domain (all with ids) what the API tells of it: untrusted, like a row of the domain list.

        :raises RequestFailed: when nothing can be read at all.
        """

    def edit_gates(self, domains: Sequence[Domain]) -> Answers[EditGate]:
        """Ask for each domain (all with ids) whether it can be edited; only where ``tells_edit_gates`` is true.

        :raises RequestFailed: when nothing can be read at all.
        """
        raise NotImplementedError

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
            return replace(job, status=UNKNOWN)
        request = Request("GET", job.poll_path, Kind.POLL, f"ask for the state of job {job.id}")
        try:
            answer = self.client.fetch(request, deadline)
        except Refused as error:
            if error.http_status != 404:
                raise
            return replace(job, status=VANISHED, message="the API does not know the job any more")
        return with_state(job, answer)


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
            if len(batch) == 1 or not says_too_many(error):
                raise
            size = len(batch) // 2
        else:
            start += len(batch)
    return size


def ask_each(domains: Sequence[Domain], concurrency: int, ask: Callable[[Domain], V]) -> Answers[V]:
    """Call ``ask`` for every domain, in threads, and gather what becomes of each.

    :param ask: raises ValueError, with the reason, if the answer is not usable.
    :raises RequestFailed: when it makes no sense to go on: no connection, a wrong key, too many requests.
    """
    answers: Answers[V] = Answers()
    with ThreadPoolExecutor(max_workers=max(1, min(concurrency, len(domains)))) as pool:
        futures = {pool.submit(ask, domain): domain.id or "" for domain in domains}
        try:
            for future in as_completed(futures):
                domain_id = futures[future]
                try:
                    answers.values[domain_id] = future.result()
                except (Refused, ServerTrouble, Unintelligible) as error:
                    if error.http_status in (401, 429):
                        raise
                    answers.failures[domain_id] = error.explanation
                    answers.errors[domain_id] = error
                except ValueError as error:
                    answers.failures[domain_id] = f"{error}."
        finally:
            for future in futures:
                future.cancel()
    return answers


def says_too_many(error: Refused) -> bool:
    """Tell whether a refusal is about the number of ids: HTTP 413, or 400 with an error at the list as a whole."""
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


def id_text(value: Any) -> str | None:
    """Return an id as text, or None if it cannot be one; some answers give numbers where others give text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable() else None


def _id_of(domain: Domain) -> str | None:
    return domain.id


def _name_of(domain: Domain) -> str | None:
    return comparable_name(domain.name or "")


def _add_wanted(
    found: dict[str, Domain],
    candidates: Sequence[Domain],
    keys: Sequence[str],
    key_of: Callable[[Domain], str | None],
) -> None:
    """Add the candidates that have one of these keys.

    :raises MissingDomains: when another domain with that key was found before.
    """
    wanted = set(keys)
    for domain in candidates:
        key = key_of(domain)
        if key is None or key not in wanted:
            continue
        if key in found and found[key].id != domain.id:
            ids = f"{found[key].id} and {domain.id}"
            reason = f"the account has two domains of this name, {ids}"
            raise MissingDomains(
                f"Could not resolve {domain.name}: {reason}. List the id that you mean under domain_ids.",
                {domain.name or "": reason},
                code="ambiguous_domain",
            )
        found[key] = domain
