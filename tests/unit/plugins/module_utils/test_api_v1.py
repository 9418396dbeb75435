# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""API v1: a contact per request, a complete contact per write, and a list whose pages are not documented."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._api import v1
from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Reading
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job
from ansible_collections.hostup.cloud.plugins.module_utils._api.v1 import LEFT_OUT, WIRE_NAMES, ApiV1
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import Presence, Unreadable, stored_contact
from ansible_collections.hostup.cloud.plugins.module_utils._http.client import Client
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    InvalidResponse,
    MissingDomains,
    NotSent,
    OutcomeUnknown,
    Refused,
    RequestFailed,
    TransientServerError,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection
from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import ApiKeyAuth
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import COMPLETE_CONTACT, JSON_VALUES

if TYPE_CHECKING:
    from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import (
        ClientFactory,
        Exchange,
        LoopbackServer,
    )

ORIGIN = "https://cloud.hostup.se"
BULK = f"{ORIGIN}/api/domains/bulk/contacts"
LIST = f"{ORIGIN}/api/client-domains"
CONTACT = COMPLETE_CONTACT


def envelope(data: Any, **more: Any) -> dict[str, Any]:
    return {"success": True, "timestamp": "2026-03-01T08:00:00.000Z", "requestId": "0b6f3c1e", "data": data, **more}


def api_v1(client: Client, concurrency: int = 8) -> ApiV1:
    return ApiV1(client, batch_size=100, concurrency=concurrency)


def read(client: Client, *domain_ids: str, concurrency: int = 8) -> Reading:
    return api_v1(client, concurrency).read_contacts([Domain(domain_id) for domain_id in domain_ids])


def cities(reading: Reading) -> dict[str, str]:
    return {domain_id: contact.returned["city"] for domain_id, contact in reading.contacts.items()}


def contact_of(new_client: ClientFactory, data: Any) -> dict[str, str]:
    """Return what is read from this ``data`` of an answer."""
    with responses.RequestsMock() as api:
        api.get(f"{ORIGIN}/api/domain-contacts/11790", json=envelope(data))
        reading = read(new_client(ORIGIN, v1=True), "11790")
    assert reading.unreadable == {}
    return reading.contacts["11790"].returned


def reason_of(new_client: ClientFactory, **answer: Any) -> str:
    """Return why the contact cannot be read from this answer."""
    with responses.RequestsMock() as api:
        api.get(f"{ORIGIN}/api/domain-contacts/11790", **answer)
        reading = read(new_client(ORIGIN, v1=True, max_retries=0), "11790")
    assert reading.contacts == {}
    return reading.unreadable["11790"]


# -- reading a contact -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"contacts": {"registrant": CONTACT}}, id="nested"),
        pytest.param({"contacts": {"registrant": CONTACT, "admin": {"city": "Uppsala"}}}, id="nested with other roles"),
        pytest.param({"contacts": CONTACT}, id="flat"),
        pytest.param({"contacts": {**CONTACT, "orgno": "[SE]556000-0000", "id": 7}}, id="with keys of no interest"),
    ],
)
def test_both_nestings_are_read(data: dict[str, Any], new_client: ClientFactory) -> None:
    assert contact_of(new_client, data) == CONTACT


def test_of_a_key_that_is_missing_nobody_knows_what_is_stored(new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(f"{ORIGIN}/api/domain-contacts/11790", json=envelope({"contacts": {"registrant": {"city": "Uppsala"}}}))
        contact = read(new_client(ORIGIN, v1=True), "11790").contacts["11790"]
    assert contact.known == {"city": "Uppsala"}
    assert {name for name, field in contact.fields.items() if field.presence is Presence.UNKNOWN} == {
        name for name in FIELD_NAMES if name not in ("city", "address2")
    }
    assert contact.absent == {"address2"}


def test_null_is_empty_text_and_a_number_is_text(new_client: ClientFactory) -> None:
    registrant = {"address2": None, "postcode": 12345, "firstname": " Åsa ", "state": ""}
    assert contact_of(new_client, {"contacts": registrant}) == {
        "address2": "",
        "postcode": "12345",
        "firstname": " Åsa ",
        "state": "",
    }


@pytest.mark.parametrize("value", [True, False, 1.5, [], ["Uppsala"], {}, {"name": "Uppsala"}])
def test_anything_else_than_text_spoils_its_own_field(value: Any, new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        contacts = {"registrant": {**CONTACT, "city": value}}
        api.get(f"{ORIGIN}/api/domain-contacts/11790", json=envelope({"contacts": contacts}))
        contact = read(new_client(ORIGIN, v1=True), "11790").contacts["11790"]
    assert contact.unreadable == {"city": "the API returned something else than text"}
    assert contact.returned == {name: text for name, text in CONTACT.items() if name != "city"}


@pytest.mark.parametrize(
    "contacts",
    [
        None,
        [],
        "text",
        {"registrant": None},
        {"registrant": []},
        {"registrant": "text"},
        {"registrant": None, **CONTACT},
    ],
)
def test_an_answer_without_a_registrant_is_unreadable(contacts: Any, new_client: ClientFactory) -> None:
    assert reason_of(new_client, json=envelope({"contacts": contacts})) == "the API returned no registrant contact."


@pytest.mark.parametrize("contacts", [{}, {"registrant": {}}, {"admin": CONTACT}, {"registrant": {"first": "Anna"}}])
def test_an_answer_without_a_known_field_is_not_a_contact_of_empty_ones(
    contacts: Any, new_client: ClientFactory
) -> None:
    reason = reason_of(new_client, json=envelope({"contacts": contacts}))
    assert reason == "the API returned a contact without any field that is known."


@pytest.mark.parametrize("document", [[], "text", {}, {"data": None}, {"data": []}])
def test_an_answer_without_data_is_unreadable(document: Any, new_client: ClientFactory) -> None:
    assert "no data" in reason_of(new_client, json=document)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": 404, "json": {"code": "NOT_FOUND", "message": "No such domain"}}, "NOT_FOUND"),
        ({"status": 403, "json": {"code": "FORBIDDEN"}}, "has the scope read:domains"),
        ({"status": 500}, "HTTP 500"),
        ({"body": "<html>"}, "a web page"),
        ({"status": 302}, "a redirect"),
        ({"json": {"success": False, "message": "Locked"}}, "Locked"),
    ],
)
def test_a_domain_that_cannot_be_read_has_a_reason(
    answer: dict[str, Any], reason: str, new_client: ClientFactory
) -> None:
    assert reason in reason_of(new_client, **answer)


def test_the_inner_success_flag_counts(new_client: ClientFactory) -> None:
    reason = reason_of(new_client, json=envelope({"success": False, "message": "The registry did not answer"}))
    assert reason == 'the API answered HTTP 200, "The registry did not answer".'


def test_the_error_behind_a_reason_is_kept_with_the_request_id_of_the_envelope(new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(f"{ORIGIN}/api/domain-contacts/11790", json=envelope({"success": False, "code": "LOCKED"}))
        reading = read(new_client(ORIGIN, v1=True), "11790")
    assert (reading.errors["11790"].code, reading.errors["11790"].request_id) == ("LOCKED", "0b6f3c1e")


def test_a_failure_of_one_domain_leaves_the_others(new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        for domain_id in ("1", "3"):
            api.get(f"{ORIGIN}/api/domain-contacts/{domain_id}", json=envelope({"contacts": {"city": domain_id}}))
        api.get(f"{ORIGIN}/api/domain-contacts/2", status=404)
        reading = read(new_client(ORIGIN, v1=True), "1", "2", "3")
    assert cities(reading) == {"1": "1", "3": "3"}
    assert list(reading.unreadable) == ["2"]


def test_nothing_is_read_for_no_domains(new_client: ClientFactory) -> None:
    with responses.RequestsMock():
        assert read(new_client(ORIGIN, v1=True)) == Reading()


@pytest.mark.parametrize("concurrency", [1, 2, 6])
def test_contacts_are_read_in_parallel_as_far_as_allowed(
    concurrency: int, server: LoopbackServer, new_client: ClientFactory
) -> None:
    together = threading.Barrier(concurrency, timeout=5)

    def wait_for_the_others(exchange: Exchange) -> None:
        together.wait()
        exchange.answer_json(envelope({"contacts": {"city": exchange.path.rpartition("/")[2]}}))

    server.reply = wait_for_the_others
    ids = [str(number) for number in range(1, 13)]
    reading = read(new_client(server.origin, v1=True, pool_size=concurrency, timeout=5), *ids, concurrency=concurrency)
    assert cities(reading) == {domain_id: domain_id for domain_id in ids}
    assert len({received.connection for received in server.received}) == concurrency


@pytest.mark.parametrize("status", [401, 429])
def test_an_error_of_the_key_stops_the_rest(status: int, new_client: ClientFactory) -> None:
    client = new_client(ORIGIN, v1=True, max_retries=0)
    with responses.RequestsMock() as api:
        api.get(re.compile(f"{ORIGIN}/api/domain-contacts/.*"), status=status)
        with pytest.raises(Refused) as caught:
            read(client, *map(str, range(1, 2001)), concurrency=2)
    assert caught.value.http_status == status
    assert client.calls["read"] < 1000


def test_no_connection_stops_the_rest(new_client: ClientFactory) -> None:
    client = new_client("http://127.0.0.1:1", v1=True, max_retries=0)
    with pytest.raises(NotSent):
        read(client, *map(str, range(1, 201)), concurrency=2)


def test_each_read_has_retries_of_its_own(new_client: ClientFactory) -> None:
    client = new_client(ORIGIN, v1=True)
    with responses.RequestsMock() as api:
        for domain_id in ("1", "2"):
            api.get(f"{ORIGIN}/api/domain-contacts/{domain_id}", status=503)
            api.get(f"{ORIGIN}/api/domain-contacts/{domain_id}", json=envelope({"contacts": CONTACT}))
        assert len(read(client, "1", "2").contacts) == 2
    assert client.calls == {"read": 4, "write": 0, "poll": 0}
    assert client.retries == {"HTTP 503": 2}


@given(JSON_VALUES | st.dictionaries(st.sampled_from(sorted(WIRE_NAMES)), JSON_VALUES))
def test_any_value_is_a_contact_of_text_or_none(raw: Any) -> None:
    if not isinstance(raw, dict) or not raw.keys() & WIRE_NAMES.keys():
        with pytest.raises(Unreadable, match=r"^the API returned "):
            stored_contact(raw, WIRE_NAMES, LEFT_OUT)
        return
    contact = stored_contact(raw, WIRE_NAMES, LEFT_OUT)
    assert list(contact.fields) == list(FIELD_NAMES)
    assert all(isinstance(value, str) for value in contact.known.values())
    assert {name for name, field in contact.fields.items() if field.returned} == raw.keys() & WIRE_NAMES.keys()
    for name, value in raw.items():
        if isinstance(value, (bool, float, list, dict)) and name in WIRE_NAMES:
            assert contact.fields[name].presence is Presence.UNREADABLE


# -- writing ---------------------------------------------------------------------------------------------------------


def submit(new_client: ClientFactory, answer: dict[str, Any]) -> tuple[Job, dict[str, Any]]:
    """Return the job, and the body that was sent for it."""
    with responses.RequestsMock() as api:
        api.post(BULK, **answer)
        job = api_v1(new_client(ORIGIN, v1=True)).submit(["11790", "11791"], CONTACT)
        assert len(api.calls) == 1
        return job, json.loads(api.calls[0].request.body or "")


def test_the_published_update(new_client: ClientFactory) -> None:
    data = {
        "jobId": "bulk_contacts-2000-1770000000000",
        "message": "Bulk contact update started for 2 domain(s)",
        "domainsCount": 2,
    }
    job, body = submit(new_client, {"json": envelope(data)})
    assert body == {"domainIds": ["11790", "11791"], "contacts": CONTACT}
    assert job == Job(
        "bulk_contacts-2000-1770000000000",
        "/api/jobs/bulk_contacts-2000-1770000000000",
        ("11790", "11791"),
        message="Bulk contact update started for 2 domain(s)",
    )


@pytest.mark.parametrize("job_id", [None, "", [], "two\nlines", "\ud800", "x" * 300])
def test_an_update_that_names_no_usable_job(job_id: Any, new_client: ClientFactory) -> None:
    job, _body = submit(new_client, {"json": envelope({"jobId": job_id})})
    assert (job.id, job.poll_path, job.is_over) == (None, None, False)


def test_a_numeric_job_id_is_text(new_client: ClientFactory) -> None:
    job, _body = submit(new_client, {"json": envelope({"jobId": 17})})
    assert (job.id, job.poll_path) == ("17", "/api/jobs/17")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 400}, Refused),
        ({"status": 408}, OutcomeUnknown),
        ({"status": 409}, OutcomeUnknown),
        ({"json": {"success": False}}, OutcomeUnknown),
        ({"json": envelope({"success": False, "message": "No"})}, OutcomeUnknown),
        ({"json": {"success": True}}, OutcomeUnknown),
        ({"json": envelope(None)}, OutcomeUnknown),
        ({"json": []}, OutcomeUnknown),
        ({"status": 204}, OutcomeUnknown),
        ({"body": "<html>"}, OutcomeUnknown),
        ({"status": 504}, OutcomeUnknown),
    ],
)
def test_an_update_without_a_job_says_what_is_known(
    answer: dict[str, Any], error: type[RequestFailed], new_client: ClientFactory
) -> None:
    with pytest.raises(error) as caught:
        submit(new_client, answer)
    assert isinstance(caught.value, error)


@pytest.mark.parametrize(
    "answer",
    [
        {"success": False, "data": {"jobId": "bulk_contacts-1-1"}},
        {"success": False, "jobId": "bulk_contacts-1-1"},
        envelope({"success": False, "jobId": "bulk_contacts-1-1"}),
    ],
)
def test_an_answer_that_says_no_and_names_a_job_leaves_open_what_was_done(
    answer: dict[str, Any], new_client: ClientFactory
) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        submit(new_client, {"json": answer})
    assert (caught.value.was_answered, caught.value.job_id) == (True, "bulk_contacts-1-1")


# -- the list of domains ---------------------------------------------------------------------------------------------


class Account:
    """The domains of an account, in pages, as ``/api/client-domains`` may give them.

    :param first: the number of the first page; what comes before it is empty, or the first page again.
    :param clamps: whether a page out of range is the nearest one in range instead of an empty one.
    :param pagination: whether the answer reports how many records there are.
    """

    def __init__(
        self, pages: Sequence[Sequence[Any]], *, first: int = 0, clamps: bool = False, pagination: bool = False
    ) -> None:
        self.pages = pages
        self.first = first
        self.clamps = clamps
        self.pagination = pagination
        self.asked: list[int] = []

    def answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        assert request.params["limit"] == "1000"
        number = int(request.params["page"])
        self.asked.append(number)
        index = number - self.first
        if self.clamps:
            index = min(max(index, 0), len(self.pages) - 1)
        rows = self.pages[index] if 0 <= index < len(self.pages) else []
        data: dict[str, Any] = {"domains": list(rows)}
        if self.pagination:
            data["pagination"] = {"totalRecords": sum(map(len, self.pages)), "totalPages": len(self.pages)}
        return 200, {}, json.dumps(envelope(data))


def paged(count: int, size: int = 3) -> list[list[dict[str, str]]]:
    return [
        [{"id": str(1 + page * size + row), "name": f"p{page}r{row}.example.com"} for row in range(size)]
        for page in range(count)
    ]


def listed(account: Account, new_client: ClientFactory) -> list[str | None]:
    """Return the ids of all domains that the list yields."""
    with responses.RequestsMock() as api:
        api.add_callback("GET", LIST, account.answer)
        return [domain.id for page in api_v1(new_client(ORIGIN, v1=True)).domain_pages() for domain in page]


@pytest.mark.parametrize("pages", [1, 2, 3, 10])
@pytest.mark.parametrize(
    ("settings", "extra"),
    [
        pytest.param({"first": 0}, 1, id="from 0"),
        pytest.param({"first": 0, "pagination": True}, 0, id="from 0 with pagination"),
        pytest.param({"first": 1}, 2, id="from 1"),
        pytest.param({"first": 1, "pagination": True}, 1, id="from 1 with pagination"),
        pytest.param({"first": 0, "clamps": True}, 1, id="from 0, the last page again and again"),
        pytest.param({"first": 1, "clamps": True}, 2, id="from 1, page 0 is page 1"),
        pytest.param({"first": 1, "clamps": True, "pagination": True}, 1, id="from 1, page 0 is page 1, pagination"),
    ],
)
def test_every_page_is_read_once_however_pages_are_counted(
    pages: int, settings: dict[str, Any], extra: int, new_client: ClientFactory
) -> None:
    account = Account(paged(pages), **settings)
    assert listed(account, new_client) == [str(number) for number in range(1, 3 * pages + 1)]
    # A single page that comes again as page 1 could also mean that pages are counted from 1, so page 2 is asked for.
    unsure = pages == 1 and settings == {"first": 0, "clamps": True}
    # Where page 0 is page 1, a single page is known to be all of them at once.
    known = pages == 1 and settings.get("clamps") and settings.get("pagination")
    assert len(account.asked) == pages + extra + unsure - bool(known)
    assert account.asked == list(range(len(account.asked)))


@pytest.mark.parametrize("pagination", [True, False])
def test_an_account_without_domains(pagination: bool, new_client: ClientFactory) -> None:
    account = Account([], pagination=pagination)
    assert listed(account, new_client) == []
    assert len(account.asked) <= 2


@pytest.mark.parametrize(
    ("row", "domain"),
    [
        ({"id": "7", "name": "example.com"}, ("7", "example.com")),
        ({"id": 7, "name": "example.com"}, ("7", "example.com")),
        ({"domainid": "7", "name": "example.com"}, ("7", "example.com")),
        ({"id": None, "domainid": 7}, ("7", None)),
        ({"id": "7", "name": 17}, ("7", None)),
        ({"id": "7", "name": "two\nlines"}, ("7", "two lines")),
        ({"name": "example.com"}, None),
        ({"id": True}, None),
        ("text", None),
        (None, None),
    ],
)
def test_a_row_of_the_list(row: Any, domain: tuple[str, str | None] | None, new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.add_callback("GET", LIST, Account([[row]]).answer)
        pages = list(api_v1(new_client(ORIGIN, v1=True)).domain_pages())
    assert [(entry.id, entry.name) for page in pages for entry in page] == ([domain] if domain else [])


@pytest.mark.parametrize("total", [None, "3", True, -1, [], {}, 10**9])
def test_an_odd_total_does_not_end_the_list_early(total: Any, new_client: ClientFactory) -> None:
    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        page = int(request.params["page"])
        rows = [{"id": str(page + 1)}] if page < 3 else []
        data = {"domains": rows, "pagination": {"totalRecords": total if total != -1 else 10**6}}
        return 200, {}, json.dumps(envelope(data))

    with responses.RequestsMock() as api:
        api.add_callback("GET", LIST, answer)
        pages = list(api_v1(new_client(ORIGIN, v1=True)).domain_pages())
    assert [domain.id for page in pages for domain in page] == ["1", "2", "3"]


@pytest.mark.parametrize("data", [{}, {"domains": None}, {"domains": {}}, {"domains": "text"}])
def test_a_list_that_is_none(data: Any, new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(LIST, json=envelope(data))
        with pytest.raises(InvalidResponse, match="no list of domains"):
            list(api_v1(new_client(ORIGIN, v1=True)).domain_pages())


def test_a_list_that_never_ends_is_given_up(new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v1, "MOST_LIST_PAGES", 20)
    asked: list[int] = []

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        asked.append(int(request.params["page"]))
        return 200, {}, json.dumps(envelope({"domains": [{"id": str(len(asked))}]}))

    with responses.RequestsMock() as api:
        api.add_callback("GET", LIST, answer)
        with pytest.raises(InvalidResponse, match="did not end after 20 pages"):
            list(api_v1(new_client(ORIGIN, v1=True)).domain_pages())
    assert len(asked) == 20


@given(st.lists(JSON_VALUES, max_size=5), JSON_VALUES)
def test_any_answer_is_a_list_or_unintelligible(rows: list[Any], pagination: Any) -> None:
    client = Client(Connection(ORIGIN, "key"), ApiKeyAuth("key"), Clock(), lambda: 0.0)
    with client, responses.RequestsMock() as api:
        api.get(LIST, json=envelope({"domains": rows, "pagination": pagination}))
        domains = [domain for page in api_v1(client).domain_pages() for domain in page]
    assert len(domains) <= len(rows)


# -- names -----------------------------------------------------------------------------------------------------------


def found(account: Account, names: list[str], new_client: ClientFactory) -> dict[str, str | None]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as api:
        api.add_callback("GET", LIST, account.answer)
        domains = api_v1(new_client(ORIGIN, v1=True)).find_domains(names)
    return {name: domain.id for name, domain in domains.items()}


@pytest.mark.parametrize("pages", [1, 3, 10])
@pytest.mark.parametrize("names", [1, 2, 3, 50])
def test_names_cost_the_pages_up_to_the_last_of_them(pages: int, names: int, new_client: ClientFactory) -> None:
    account = Account(paged(pages, size=50))
    on_last_page = [f"p{pages - 1}r{row}.example.com" for row in range(names)]
    assert set(found(account, on_last_page, new_client)) == set(on_last_page)
    assert len(account.asked) == pages


def test_no_name_costs_no_request(new_client: ClientFactory) -> None:
    account = Account(paged(1))
    assert found(account, [], new_client) == {}
    assert account.asked == []


def test_an_unknown_name_is_absent_and_costs_the_whole_list(new_client: ClientFactory) -> None:
    account = Account(paged(3), pagination=True)
    names = ["p0r0.example.com", "unknown.example.com"]
    assert found(account, names, new_client) == {"p0r0.example.com": "1"}
    assert len(account.asked) == 3


@pytest.mark.parametrize("stored", ["Example.COM", "example.com.", " example.com "])
def test_names_are_compared_as_dns_does(stored: str, new_client: ClientFactory) -> None:
    assert found(Account([[{"id": "7", "name": stored}]]), ["example.com"], new_client) == {"example.com": "7"}


@pytest.mark.parametrize("stored", ["räksmörgås.se", "RÄKSMÖRGÅS.SE", "xn--rksmrgs-5wao1o.se"])
def test_an_internationalised_name_is_found_in_either_form(stored: str, new_client: ClientFactory) -> None:
    a_label = "xn--rksmrgs-5wao1o.se"
    assert found(Account([[{"id": "7", "name": stored}]]), [a_label], new_client) == {a_label: "7"}


def test_a_name_that_two_domains_have_is_an_error(new_client: ClientFactory) -> None:
    rows = [{"id": "7", "name": "example.com"}, {"id": "8", "name": "EXAMPLE.com"}]
    with pytest.raises(MissingDomains, match="7 and 8") as caught:
        found(Account([rows]), ["example.com"], new_client)
    assert caught.value.code == "ambiguous_domain"


def test_a_row_that_comes_twice_is_one_domain(new_client: ClientFactory) -> None:
    rows = [{"id": "7", "name": "example.com"}, {"id": "7", "name": "example.com"}]
    assert found(Account([rows]), ["example.com"], new_client) == {"example.com": "7"}


def test_a_list_that_cannot_be_read_is_an_error(new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(LIST, status=500)
        with pytest.raises(TransientServerError, match="Could not list the domains of the account"):
            api_v1(new_client(ORIGIN, v1=True, max_retries=0)).find_domains(["example.com"])
