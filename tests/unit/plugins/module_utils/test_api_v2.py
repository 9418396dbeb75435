# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""API v2: contacts in bulk as a stream of lines, a patch per write, a list by cursor, and look-ups of one name."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest
import responses
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._api import v2
from ansible_collections.hostup.cloud.plugins.module_utils._api.base import EditGate, Reading
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job, JobStatus
from ansible_collections.hostup.cloud.plugins.module_utils._api.v2 import WIRE_NAMES, ApiV2
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import unicode_domain_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import stored_contact
from ansible_collections.hostup.cloud.plugins.module_utils._http.client import Client
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    InvalidResponse,
    MissingDomains,
    OutcomeUnknown,
    Refused,
    RequestFailed,
    TransientServerError,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection
from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import BearerAuth
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import (
    COMPLETE_CONTACT,
    JSON_VALUES,
    FakeClock,
)

if TYPE_CHECKING:
    from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import (
        ClientFactory,
        Exchange,
        LoopbackServer,
    )

ORIGIN = "https://cloud.hostup.se"
LIST = f"{ORIGIN}/api/v2/domains"
BULK = f"{ORIGIN}/api/v2/domains/bulk/contacts"
READ = f"{ORIGIN}/api/v2/domains/bulk/contacts/read"
WIRE_CONTACT = {
    "firstName": "Anna",
    "lastName": "Svensson",
    "companyName": "Example AB",
    "email": "domains@example.com",
    "phoneNumber": "+46700000000",
    "street": "Examplegatan 1",
    "address2": None,
    "city": "Stockholm",
    "postalCode": "12345",
    "state": None,
    "countryCode": "SE",
}
CONTACT = {**COMPLETE_CONTACT, "postcode": "12345"}


def api_v2(client: Client, batch_size: int = 100) -> ApiV2:
    return ApiV2(client, batch_size=batch_size, concurrency=8)


def line(domain_id: Any, contact: Any = None, error: Any = None, **more: Any) -> bytes:
    """Return one line of a stream; without a contact and an error it has the contact above."""
    contact = WIRE_CONTACT if contact is None and error is None else contact
    entry = {"domainId": domain_id, "domainName": f"{domain_id}.example.com", "contact": contact, "error": error}
    return json.dumps({**entry, **more}).encode() + b"\n"


class Stream:
    """Answers bulk reads by the scripted bodies, the last one for ever, and keeps which ids were asked for."""

    def __init__(self, *bodies: bytes) -> None:
        self.bodies = list(bodies)
        self.asked: list[list[str]] = []

    def answer(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(json.loads(request.body)["domainIds"])
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        return 200, {"Content-Type": "application/x-ndjson"}, body


def read(new_client: ClientFactory, stream: Stream, *domain_ids: str, **connection: Any) -> Reading:
    with responses.RequestsMock() as api:
        api.add_callback("POST", READ, stream.answer)
        return api_v2(new_client(ORIGIN, **connection)).read_contacts([Domain(domain_id) for domain_id in domain_ids])


# -- reading contacts ------------------------------------------------------------------------------------------------


def test_a_stream_is_read_by_its_ids(new_client: ClientFactory) -> None:
    stream = Stream(line("dom_b", {"city": "Uppsala"}) + line("dom_a"))
    reading = read(new_client, stream, "dom_a", "dom_b")
    contacts = {domain_id: contact.returned for domain_id, contact in reading.contacts.items()}
    assert contacts == {"dom_a": CONTACT, "dom_b": {"city": "Uppsala"}}
    assert reading.names == {"dom_a": "dom_a.example.com", "dom_b": "dom_b.example.com"}
    assert reading.unreadable == {}
    assert stream.asked == [["dom_a", "dom_b"]]


def test_what_a_bulk_read_sends(new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.post(READ, body=line("dom_a"))
        client = new_client(ORIGIN)
        api_v2(client).read_contacts([Domain("dom_a")])
        headers = api.calls[0].request.headers
    assert headers["Accept"].startswith("application/x-ndjson")
    assert "application/json" in headers["Accept"]
    assert client.calls == {"read": 1, "write": 0, "poll": 0}


def test_nothing_is_read_for_no_domains(new_client: ClientFactory) -> None:
    with responses.RequestsMock():
        assert api_v2(new_client(ORIGIN)).read_contacts([]) == Reading()


@pytest.mark.parametrize(
    ("domains", "size", "batches"), [(200, 100, [100, 100]), (250, 100, [100, 100, 50]), (3, 1, [1, 1, 1])]
)
def test_bulk_reads_are_split_into_batches(
    domains: int, size: int, batches: list[int], new_client: ClientFactory
) -> None:
    ids = [f"dom_{index}" for index in range(domains)]
    stream = Stream(b"".join(map(line, ids)))
    with responses.RequestsMock() as api:
        api.add_callback("POST", READ, stream.answer)
        reading = api_v2(new_client(ORIGIN), size).read_contacts([Domain(i) for i in ids])
    assert set(reading.contacts) == set(ids)
    assert [len(batch) for batch in stream.asked] == batches


def test_lines_of_other_domains_and_other_lines_are_passed_over(new_client: ClientFactory) -> None:
    others = b'"text"\nnull\n[]\n7\n{}\n' + line("dom_foreign") + line(None) + line(["dom_a"]) + line({"id": "dom_a"})
    reading = read(new_client, Stream(b"{}\n" + others + line("dom_a") + others), "dom_a")
    assert reading.contacts["dom_a"].known == CONTACT
    assert reading.names == {"dom_a": "dom_a.example.com"}


def test_an_id_may_come_as_a_number(new_client: ClientFactory) -> None:
    assert set(read(new_client, Stream(line(17)), "17").contacts) == {"17"}


def test_two_different_lines_for_one_domain_are_none_and_the_same_line_twice_is_one(new_client: ClientFactory) -> None:
    reordered = json.dumps(dict(reversed(list(json.loads(line("dom_b")).items())))).encode() + b"\n"
    stream = Stream(line("dom_a") + line("dom_a", {"city": "Lund"}) + line("dom_a") + line("dom_b") + reordered)
    reading = read(new_client, stream, "dom_a", "dom_b")
    assert reading.unreadable == {"dom_a": "the API returned two different answers for it."}
    assert list(reading.contacts) == ["dom_b"]


@pytest.mark.parametrize(
    ("name", "is_same"),
    [("DOM_A.example.com.", True), ("dom_b.example.com", False), (None, True), ("", True), ("xn--dom", False)],
)
def test_a_domain_that_is_read_under_another_name_is_not_the_one_that_was_meant(
    name: str | None, is_same: bool, new_client: ClientFactory
) -> None:
    with responses.RequestsMock() as api:
        api.add_callback("POST", READ, Stream(line("dom_a", domainName=name)).answer)
        reading = api_v2(new_client(ORIGIN)).read_contacts([Domain("dom_a", "dom_a.example.com")])
    assert ("dom_a" in reading.contacts) is is_same
    assert ("under another name" in reading.unreadable.get("dom_a", "")) is not is_same


def test_no_line_is_waited_for_once_every_domain_has_come(server: LoopbackServer, new_client: ClientFactory) -> None:
    def fall_silent(exchange: Exchange) -> None:
        exchange.start_chunked()
        exchange.chunk(line("dom_a") + line("dom_b"))
        time.sleep(2)

    server.reply = fall_silent
    begin = time.monotonic()
    reading = api_v2(new_client(server.origin, timeout=30)).read_contacts([Domain("dom_a"), Domain("dom_b")])
    assert set(reading.contacts) == {"dom_a", "dom_b"}
    assert time.monotonic() - begin < 1.5


def test_the_connection_of_a_whole_stream_is_used_again(server: LoopbackServer, new_client: ClientFactory) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.start_chunked()
        exchange.chunk(line("dom_a"))
        exchange.chunk(b"")

    server.reply = answer
    api = api_v2(new_client(server.origin))
    for _number in range(3):
        api.read_contacts([Domain("dom_a")])
    assert len({received.connection for received in server.received}) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("Contacts could not be loaded.", "Contacts could not be loaded."),
        ({"code": "upstream_failed", "detail": "Not now."}, 'upstream_failed, "Not now".'),
        ({"code": "upstream_failed", "message": "Not now."}, 'upstream_failed, "Not now".'),
        ({"code": "upstream_failed"}, "upstream_failed."),
        ({"detail": "Not now"}, "Not now."),
        ({"other": 1}, "it gave no reason."),
        ({"code": 7, "detail": []}, "it gave no reason."),
        (["text"], "it gave no reason."),
        (True, "it gave no reason."),
        ("two\nlines\x1b[0m", "two lines [0m."),
    ],
)
def test_an_error_of_one_domain(error: Any, reason: str, new_client: ClientFactory) -> None:
    stream = Stream(line("dom_a", error=error) + line("dom_b"))
    reading = read(new_client, stream, "dom_a", "dom_b")
    assert list(reading.contacts) == ["dom_b"]
    assert reading.unreadable["dom_a"].startswith("the API could not read it: ")
    assert reason.rstrip(".") in reading.unreadable["dom_a"]
    assert reading.names["dom_a"] == "dom_a.example.com"
    assert len(stream.asked) == 1


@pytest.mark.parametrize("error", [None, "", {}, [], False, 0])
def test_an_error_that_says_nothing_is_none(error: Any, new_client: ClientFactory) -> None:
    assert read(new_client, Stream(line("dom_a", WIRE_CONTACT, error)), "dom_a").contacts["dom_a"].known == CONTACT


@pytest.mark.parametrize("contact", [None, [], "text", 7])
def test_a_line_without_a_contact_is_unreadable(contact: Any, new_client: ClientFactory) -> None:
    body = json.dumps({"domainId": "dom_a", "domainName": "example.com", "contact": contact, "error": None}).encode()
    reading = read(new_client, Stream(body), "dom_a")
    assert reading.unreadable == {"dom_a": "the API returned no registrant contact."}


@pytest.mark.parametrize("value", [True, 1.5, [], {}])
def test_something_else_than_text_spoils_its_own_field(value: Any, new_client: ClientFactory) -> None:
    reading = read(new_client, Stream(line("dom_a", {**WIRE_CONTACT, "street": value})), "dom_a")
    assert reading.contacts["dom_a"].unreadable == {"address1": "the API returned something else than text"}
    assert reading.unreadable == {}


def test_a_contact_of_another_shape_is_no_contact_of_empty_fields(new_client: ClientFactory) -> None:
    reading = read(new_client, Stream(line("dom_a", {"registrant": WIRE_CONTACT})), "dom_a")
    assert reading.unreadable == {"dom_a": "the API returned a contact without any field that is known."}


@pytest.mark.parametrize(("name", "reported"), [(None, None), (7, None), ("", None), ("a\nb", "a b"), ("å.se", "å.se")])
def test_the_name_of_a_line(name: Any, reported: str | None, new_client: ClientFactory) -> None:
    assert read(new_client, Stream(line("dom_a", domainName=name)), "dom_a").names.get("dom_a") == reported


# -- streams with gaps -----------------------------------------------------------------------------------------------


def test_only_what_is_missing_is_asked_for_again(new_client: ClientFactory, clock: FakeClock) -> None:
    stream = Stream(line("dom_b"), b'{"domainId": "dom_c", "cont', line("dom_c", error="no") + line("dom_a"), b"")
    client_settings: dict[str, Any] = {"max_retries": 5}
    reading = read(new_client, stream, "dom_a", "dom_b", "dom_c", "dom_d", **client_settings)
    assert stream.asked[:4] == [
        ["dom_a", "dom_b", "dom_c", "dom_d"],
        ["dom_a", "dom_c", "dom_d"],
        ["dom_a", "dom_c", "dom_d"],
        ["dom_d"],
    ]
    assert len(stream.asked) == 6
    assert set(reading.contacts) == {"dom_a", "dom_b"}
    assert reading.unreadable["dom_d"] == "the API's answer did not include this domain."
    assert clock.sleeps == [0.5, 1.0, 2.0, 4.0, 8.0]


def test_garbage_in_the_middle_costs_only_its_line(new_client: ClientFactory) -> None:
    stream = Stream(line("dom_a") + b"nonsense\n" + line("dom_c"), line("dom_b"))
    assert set(read(new_client, stream, "dom_a", "dom_b", "dom_c").contacts) == {"dom_a", "dom_b", "dom_c"}
    assert stream.asked == [["dom_a", "dom_b", "dom_c"], ["dom_b"]]


def test_a_repeated_read_is_announced_once_for_each_time(new_client: ClientFactory) -> None:
    client = new_client(ORIGIN)
    with responses.RequestsMock() as api:
        api.add_callback("POST", READ, Stream(b"", b"", line("dom_a")).answer)
        api_v2(client).read_contacts([Domain("dom_a")])
    assert client.retries == {"an answer without all of its domains": 2}
    assert client.calls["read"] == 3


@given(answers=st.lists(st.sampled_from([503, 200]), min_size=40, max_size=40), max_retries=st.integers(0, 6))
@settings(max_examples=30)
def test_one_batch_has_one_budget_of_retries_whatever_goes_wrong(answers: list[int], max_retries: int) -> None:
    client = Client(Connection(ORIGIN, "key", max_retries=max_retries), BearerAuth("key"), FakeClock(), lambda: 0.0)
    left = iter(answers)
    with client, responses.RequestsMock() as api, contextlib.suppress(TransientServerError):
        api.add_callback("POST", READ, lambda _request: (next(left), {}, ""))
        with contextlib.suppress(InvalidResponse):
            api_v2(client).read_contacts([Domain("dom_a")])
    assert client.calls["read"] <= max_retries + 1


@pytest.mark.parametrize("max_retries", [0, 2])
def test_a_domain_that_never_comes_is_unreadable(max_retries: int, new_client: ClientFactory) -> None:
    stream = Stream(line("dom_a"), b"")
    reading = read(new_client, stream, "dom_a", "dom_b", max_retries=max_retries)
    assert list(reading.unreadable) == ["dom_b"]
    assert len(stream.asked) == max_retries + 1


def test_a_stream_that_breaks_off_is_read_again_for_the_rest(server: LoopbackServer, new_client: ClientFactory) -> None:
    ids = [f"dom_{index}" for index in range(5)]

    def break_off(exchange: Exchange) -> None:
        exchange.start_chunked()
        for domain_id in asked(exchange)[:2]:
            exchange.chunk(line(domain_id))
        exchange.chunk(line("dom_4")[:20])
        exchange.close_connection = True

    def asked(exchange: Exchange) -> list[str]:
        received: list[str] = json.loads(exchange.server.received[-1].body)["domainIds"]
        return received

    server.reply = break_off
    client = new_client(server.origin)
    reading = api_v2(client).read_contacts([Domain(i) for i in ids])
    assert set(reading.contacts) == set(ids)
    bodies = [json.loads(received.body)["domainIds"] for received in server.received]
    assert bodies == [ids, ids[2:], ids[4:]]
    assert sum(client.retries.values()) == 2


@pytest.mark.parametrize("body", [b"<html>", b"nonsense\n" + line("dom_a"), b"{\n}\n"])
def test_an_answer_that_is_no_stream_is_an_error(body: bytes, new_client: ClientFactory) -> None:
    with pytest.raises(InvalidResponse, match="Could not read the stored contacts of 1 domain: "):
        read(new_client, Stream(body), "dom_a")


@given(
    st.lists(
        JSON_VALUES.map(json.dumps)
        | st.fixed_dictionaries({"domainId": st.sampled_from(["dom_a", "dom_b"]) | JSON_VALUES}).map(json.dumps)
        | st.tuples(JSON_VALUES, JSON_VALUES, JSON_VALUES).map(
            lambda v: json.dumps({"domainId": "dom_a", "domainName": v[0], "contact": v[1], "error": v[2]})
        )
        | st.text(max_size=10),
        max_size=5,
    )
)
@settings(max_examples=60)
def test_any_lines_give_each_domain_a_contact_or_a_reason(lines: list[str]) -> None:
    client = Client(Connection(ORIGIN, "key", max_retries=0), BearerAuth("key"), FakeClock(), lambda: 0.0)
    with client, responses.RequestsMock() as api:
        api.post(READ, body="\n".join(lines).encode("utf-8", "surrogatepass"))
        try:
            reading = api_v2(client).read_contacts([Domain("dom_a"), Domain("dom_b")])
        except InvalidResponse:
            return
    assert reading.contacts.keys() | reading.unreadable.keys() == {"dom_a", "dom_b"}
    assert not reading.contacts.keys() & reading.unreadable.keys()


@given(st.dictionaries(st.sampled_from(sorted(WIRE_NAMES.values())), st.none() | st.text() | st.integers()))
def test_a_contact_has_the_fields_that_were_there_and_the_others_are_empty(raw: dict[str, Any]) -> None:
    assume(raw)
    contact = stored_contact(raw, WIRE_NAMES, ApiV2.left_out)
    assert {WIRE_NAMES[name] for name, field in contact.fields.items() if field.returned} == raw.keys()
    assert contact.known.keys() | contact.unreadable.keys() == set(FIELD_NAMES)


def test_half_a_character_spoils_its_own_field(new_client: ClientFactory) -> None:
    reading = read(new_client, Stream(line("dom_a", {"city": "Malm\ud800", "state": "M"})), "dom_a")
    assert reading.contacts["dom_a"].unreadable == {"city": "the API returned text that is not valid Unicode"}
    assert reading.contacts["dom_a"].known["state"] == "M"


def test_an_answer_without_all_of_its_domains_is_not_repeated_after_the_deadline(
    new_client: ClientFactory, clock: FakeClock
) -> None:
    stream = Stream(line("dom_a"))
    with responses.RequestsMock() as api:
        api.add_callback("POST", READ, stream.answer)
        domains = [Domain("dom_a"), Domain("dom_b")]
        reading = api_v2(new_client(ORIGIN)).read_contacts(domains, Deadline(clock, 1.4))
    assert stream.asked == [["dom_a", "dom_b"], ["dom_b"]]
    assert reading.unreadable == {"dom_b": "the API's answer did not include this domain."}


# -- whether a domain can be edited ------------------------------------------------------------------------------------


def gate_of(answer: Any, new_client: ClientFactory) -> EditGate:
    with responses.RequestsMock() as api:
        api.get(f"{LIST}/dom_a/contacts", json=answer)
        answers = api_v2(new_client(ORIGIN)).edit_gates([Domain("dom_a")])
    assert answers.failures == {}
    return answers.values["dom_a"]


def test_the_published_edit_gate(new_client: ClientFactory) -> None:
    actions = {"canEditContacts": {"allowed": False, "reason": "An order is pending.", "code": "pending_order"}}
    assert gate_of({"registrant": None, "actions": actions}, new_client) == EditGate(
        False, "An order is pending.", "pending_order"
    )


@given(JSON_VALUES, JSON_VALUES, JSON_VALUES)
@settings(max_examples=60)
def test_any_edit_gate_is_open_shut_or_not_reported(allowed: Any, reason: Any, code: Any) -> None:
    client = Client(Connection(ORIGIN, "key", max_retries=0), BearerAuth("key"), FakeClock(), lambda: 0.0)
    gate = {"allowed": allowed, "reason": reason, "code": code}
    for answer in (
        {"actions": {"canEditContacts": gate}},
        {"actions": {"canEditContacts": allowed}},
        {"actions": code},
    ):
        with client, responses.RequestsMock() as api:
            api.get(f"{LIST}/dom_a/contacts", body=json.dumps(answer).encode("utf-8", "surrogatepass"))
            reported = api_v2(client).edit_gates([Domain("dom_a")]).values["dom_a"]
        assert reported.allowed in (True, False, None)
        assert all(text is None or text.isprintable() for text in (reported.reason, reported.code))


def test_a_gate_that_cannot_be_asked_for_does_not_hide_the_others(new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(f"{LIST}/dom_a/contacts", status=404, json={"code": "not_found"})
        api.get(f"{LIST}/dom_b/contacts", json={"actions": {"canEditContacts": {"allowed": True}}})
        answers = api_v2(new_client(ORIGIN)).edit_gates([Domain("dom_a"), Domain("dom_b")])
    assert answers.values == {"dom_b": EditGate(True)}
    assert answers.failures == {"dom_a": "the API answered HTTP 404 not_found."}
    assert answers.errors["dom_a"].http_status == 404


@pytest.mark.parametrize("status", [401, 429])
def test_an_error_that_concerns_every_domain_ends_the_asking(status: int, new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(f"{LIST}/dom_a/contacts", status=status)
        with pytest.raises(Refused):
            api_v2(new_client(ORIGIN, max_retries=0)).edit_gates([Domain("dom_a")])


# -- refused reads ---------------------------------------------------------------------------------------------------


def refused_read(
    new_client: ClientFactory, status: int, *, known: Sequence[str] = (), list_status: int = 200, **problem: Any
) -> Exception:
    """Return the error of a bulk read of dom_a and dom_b that is refused; the account has the ``known`` ids."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as api:
        api.post(READ, status=status, json=problem)
        api.get(LIST, status=list_status, json={"data": [{"id": i, "name": f"{i}.example.com"} for i in known]})
        with pytest.raises((RequestFailed, MissingDomains)) as caught:
            api_v2(new_client(ORIGIN, max_retries=0)).read_contacts([Domain("dom_a"), Domain("dom_b")])
    return caught.value


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_refused_read_names_the_ids_that_the_account_does_not_have(status: int, new_client: ClientFactory) -> None:
    error = refused_read(new_client, status, known=["dom_b"], code="forbidden")
    assert isinstance(error, MissingDomains)
    assert error.code == "unknown_domain"
    assert error.reasons == {"dom_a": "the account has no domain with this id"}
    assert "dom_a" in str(error)
    assert "dom_b" not in str(error)


def test_a_refused_read_of_known_ids_stays_what_it_is(new_client: ClientFactory) -> None:
    error = refused_read(new_client, 403, known=["dom_a", "dom_b"], code="forbidden")
    assert isinstance(error, Refused)
    assert (error.http_status, error.code) == (403, "forbidden")


def test_where_the_list_is_refused_too_the_first_error_counts(new_client: ClientFactory) -> None:
    error = refused_read(new_client, 403, list_status=401, code="forbidden")
    assert isinstance(error, Refused)
    assert (error.http_status, error.code) == (403, "forbidden")


@pytest.mark.parametrize("status", [401, 405, 409, 429])
def test_other_refusals_are_not_looked_into(status: int, new_client: ClientFactory) -> None:
    client = new_client(ORIGIN, max_retries=0)
    with responses.RequestsMock() as api:
        api.post(READ, status=status)
        with pytest.raises(Refused):
            api_v2(client).read_contacts([Domain("dom_a")])
    assert client.calls["read"] == 1


@pytest.mark.parametrize(
    ("status", "problem"),
    [(413, {}), (400, {"errors": [{"pointer": "/domainIds", "detail": "At most 40.", "code": "too_big"}]})],
)
def test_a_read_of_too_many_ids_is_halved_and_the_size_is_remembered(
    status: int, problem: dict[str, Any], new_client: ClientFactory
) -> None:
    sizes: list[int] = []

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        ids = json.loads(request.body)["domainIds"]
        sizes.append(len(ids))
        if len(ids) > 40:
            return status, {}, json.dumps(problem).encode()
        return 200, {}, b"".join(map(line, ids))

    ids = [f"dom_{index}" for index in range(100)]
    with responses.RequestsMock() as api:
        api.add_callback("POST", READ, answer)
        v2 = api_v2(new_client(ORIGIN))
        assert set(v2.read_contacts([Domain(i) for i in ids]).contacts) == set(ids)
        assert sizes == [100, 50, 25, 25, 25, 25]
        v2.read_contacts([Domain(i) for i in ids[:30]])
    assert sizes[6:] == [25, 5]


# -- writing ---------------------------------------------------------------------------------------------------------


def submit(new_client: ClientFactory, **answer: Any) -> tuple[Job, dict[str, Any]]:
    """Return the job, and the body that was sent for it."""
    with responses.RequestsMock() as api:
        api.post(BULK, **answer)
        job = api_v2(new_client(ORIGIN)).submit(
            ["dom_a", "dom_b"], {"city": "Uppsala", "address1": "", "country": "SE"}
        )
        assert len(api.calls) == 1
        return job, json.loads(api.calls[0].request.body or "")


def operation(**fields: Any) -> dict[str, Any]:
    return {"operation": {"status": "queued", "jobId": "dbj_1", "pollUrl": "/api/jobs/dbj_1", **fields}}


def test_the_published_update(new_client: ClientFactory) -> None:
    job, body = submit(new_client, status=202, json={**operation(result=None), "domainsQueued": 2})
    assert body == {
        "domainIds": ["dom_a", "dom_b"],
        "contacts": {"city": "Uppsala", "street": "", "countryCode": "SE"},
    }
    assert job == Job("dbj_1", "/api/jobs/dbj_1", ("dom_a", "dom_b"), status=JobStatus.QUEUED)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("pending", JobStatus.QUEUED),
        ("queued", JobStatus.QUEUED),
        ("in_progress", JobStatus.RUNNING),
        ("completed", JobStatus.COMPLETED),
        ("failed", JobStatus.FAILED),
    ],
)
def test_the_operation_may_have_got_on_already(word: str, status: str, new_client: ClientFactory) -> None:
    assert submit(new_client, status=202, json=operation(status=word))[0].status == status


@pytest.mark.parametrize("url", ["/api/jobs/dbj_1", "/api/v2/jobs/a-b_c.d~e/f", "/jobs/%41", "/x"])
def test_a_path_of_the_same_origin_is_polled(url: str, new_client: ClientFactory) -> None:
    assert submit(new_client, json=operation(pollUrl=url))[0].poll_path == url


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/api/jobs/dbj_1",
        "//evil.example.com/api/jobs/dbj_1",
        "/\\evil.example.com/api/jobs/dbj_1",
        "\\\\evil.example.com",
        "/api/jobs/dbj_1\n",
        "/api/jobs/dbj_1\r\nX-Evil: 1",
        "/@evil.example.com",
        "/api/jobs/dbj_1?next=//evil.example.com",
        "/api/jobs/dbj_1#x",
        "/api/jobs/å",
        "api/jobs/dbj_1",
        "@evil.example.com/",
        ":8080/",
        ".evil.example.com/",
        "/",
        "",
        None,
        7,
        ["/api/jobs/dbj_1"],
    ],
)
def test_anything_else_is_not_followed(url: Any, new_client: ClientFactory) -> None:
    # The id then says where to ask.
    assert submit(new_client, json=operation(pollUrl=url))[0].poll_path == "/api/jobs/dbj_1"
    assert submit(new_client, json=operation(pollUrl=url, jobId=None))[0].poll_path is None


@pytest.mark.parametrize("job_id", [None, "", [], True, "two\nlines", "\ud800"])
def test_an_update_that_names_no_usable_job(job_id: Any, new_client: ClientFactory) -> None:
    job, _body = submit(new_client, json=operation(jobId=job_id, pollUrl=None))
    assert (job.id, job.poll_path) == (None, None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 400}, Refused),
        ({"status": 403}, Refused),
        ({"status": 409}, OutcomeUnknown),
        ({"json": {"success": False}}, OutcomeUnknown),
        ({"status": 202, "json": {}}, OutcomeUnknown),
        ({"status": 202, "json": {"operation": None}}, OutcomeUnknown),
        ({"status": 202, "json": []}, OutcomeUnknown),
        ({"status": 202, "body": ""}, OutcomeUnknown),
        ({"status": 204}, OutcomeUnknown),
        ({"body": "<html>"}, OutcomeUnknown),
        ({"status": 502, "json": {"code": "upstream_bulk_contacts_shape_invalid"}}, OutcomeUnknown),
        ({"status": 500}, OutcomeUnknown),
        ({"status": 303}, OutcomeUnknown),
    ],
)
def test_an_update_without_an_operation_says_what_is_known(
    answer: dict[str, Any], error: type[RequestFailed], new_client: ClientFactory
) -> None:
    with pytest.raises(error) as caught:
        submit(new_client, **answer)
    assert isinstance(caught.value, error)


def test_a_word_that_is_not_documented_in_the_answer_to_an_update_is_left_to_the_polls(
    new_client: ClientFactory,
) -> None:
    job, _body = submit(new_client, status=202, json=operation(status="accepted"))
    assert (job.status, job.is_odd, job.is_over, job.message) == (JobStatus.QUEUED, False, False, None)


def test_a_job_that_is_named_beside_success_false_is_known(new_client: ClientFactory) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        submit(new_client, json={"success": False, **operation(jobId="dbj_7")})
    assert caught.value.job_id == "dbj_7"


@given(JSON_VALUES, JSON_VALUES, JSON_VALUES)
@settings(max_examples=60)
def test_any_operation_gives_a_job(job_id: Any, poll_url: Any, status: Any) -> None:
    client = Client(Connection(ORIGIN, "key"), BearerAuth("key"), FakeClock(), lambda: 0.0)
    with client, responses.RequestsMock() as api:
        api.post(BULK, json=operation(jobId=job_id, pollUrl=poll_url, status=status))
        job = api_v2(client).submit(["dom_a"], {})
    assert job.poll_path is None or (job.poll_path.startswith("/") and not job.poll_path.startswith("//"))


# -- the list of domains, and names ----------------------------------------------------------------------------------


class Account:
    """The domains of an account: by cursor, and by exact name.

    :param lookup_form: the form of an internationalised name that the ``name`` filter takes.
    :ivar asked: ``page`` or the name, one for each request.
    """

    def __init__(
        self, pages: Sequence[Sequence[dict[str, Any]]], lookup_form: Callable[[str], str] = unicode_domain_name
    ) -> None:
        self.pages = pages
        self.lookup_form = lookup_form
        self.asked: list[str] = []

    def answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        name = request.params.get("name")
        if name is not None:
            self.asked.append(name)
            assert request.params["limit"] == "50"
            rows = [row for page in self.pages for row in page if self.lookup_form(row["name"]) == name]
            return 200, {}, json.dumps({"data": rows, "hasMore": False, "nextCursor": None})
        assert request.params["limit"] == "1000"
        self.asked.append("page")
        number = int(request.params.get("cursor", "c0")[1:])
        more = number + 1 < len(self.pages)
        page = {"data": list(self.pages[number]), "hasMore": more, "nextCursor": f"c{number + 1}" if more else None}
        return 200, {}, json.dumps(page)

    def mock(self) -> responses.RequestsMock:
        api = responses.RequestsMock(assert_all_requests_are_fired=False)
        api.add_callback("GET", LIST, self.answer)
        return api


def paged(count: int, size: int = 50) -> list[list[dict[str, str]]]:
    return [
        [{"id": f"dom_{page}x{row}", "name": f"p{page}r{row}.example.com"} for row in range(size)]
        for page in range(count)
    ]


def found(account: Account, names: list[str], new_client: ClientFactory) -> dict[str, str | None]:
    with account.mock():
        domains = api_v2(new_client(ORIGIN)).find_domains(names)
    return {name: domain.id for name, domain in domains.items()}


@pytest.mark.parametrize("pages", [1, 2, 10])
def test_every_page_is_read_once(pages: int, new_client: ClientFactory) -> None:
    account = Account(paged(pages, 3))
    with account.mock():
        listed = [domain.id for page in api_v2(new_client(ORIGIN)).domain_pages() for domain in page]
    assert listed == [f"dom_{page}x{row}" for page in range(pages) for row in range(3)]
    assert account.asked == ["page"] * pages


@pytest.mark.parametrize(
    "end",
    [
        {},
        {"nextCursor": None},
        {"nextCursor": ""},
        {"nextCursor": 7},
        {"nextCursor": []},
        {"hasMore": False, "nextCursor": "c1"},
        {"hasMore": True},
    ],
)
def test_the_end_of_the_list(end: dict[str, Any], new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(LIST, json={"data": [], **end})
        assert list(api_v2(new_client(ORIGIN)).domain_pages()) == [[]]
        assert len(api.calls) == 1


def test_a_cursor_without_has_more_is_followed(new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(LIST, json={"data": [], "nextCursor": "a/b&c="})
        api.get(LIST, json={"data": []})
        assert len(list(api_v2(new_client(ORIGIN)).domain_pages())) == 2
        sent: Any = api.calls[1].request
        assert sent.params == {"limit": "1000", "cursor": "a/b&c="}


@pytest.mark.parametrize("cursors", [["a"], ["a", "b"], ["a", "b", "c", "b"]])
def test_a_cursor_that_comes_again_ends_the_list(cursors: list[str], new_client: ClientFactory) -> None:
    left = [*cursors, cursors[0]] if len(set(cursors)) == len(cursors) else list(cursors)
    expected = len(left)

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        return 200, {}, json.dumps({"data": [], "hasMore": True, "nextCursor": left.pop(0)})

    with responses.RequestsMock() as api:
        api.add_callback("GET", LIST, answer)
        assert len(list(api_v2(new_client(ORIGIN)).domain_pages())) == expected


def test_a_list_that_never_ends_is_given_up(new_client: ClientFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v2, "MOST_LIST_PAGES", 20)
    cursors = iter(range(1_000_000))

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        return 200, {}, json.dumps({"data": [], "nextCursor": f"c{next(cursors)}"})

    client = new_client(ORIGIN)
    with responses.RequestsMock() as api:
        api.add_callback("GET", LIST, answer)
        with pytest.raises(InvalidResponse, match="did not end after 20 pages"):
            list(api_v2(client).domain_pages())
    assert client.calls["read"] == 20


@pytest.mark.parametrize("document", [[], "text", {}, {"data": None}, {"data": {}}, {"domains": []}])
def test_a_list_that_is_none(document: Any, new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(LIST, json=document)
        with pytest.raises(InvalidResponse, match="no list of domains"):
            list(api_v2(new_client(ORIGIN)).domain_pages())


@given(st.lists(JSON_VALUES | st.fixed_dictionaries({"id": JSON_VALUES, "name": JSON_VALUES}), max_size=4), JSON_VALUES)
@settings(max_examples=60)
def test_any_rows_are_domains_or_passed_over(rows: list[Any], cursor: Any) -> None:
    client = Client(Connection(ORIGIN, "key"), BearerAuth("key"), FakeClock(), lambda: 0.0)
    with client, responses.RequestsMock() as api:
        api.get(LIST, json={"data": rows, "nextCursor": cursor})
        api.get(LIST, json={"data": []})
        api.assert_all_requests_are_fired = False
        found_in = api_v2(client).find_domains(["a.example.com", "b.example.com"])
    assert found_in == {}


# Every request reports either one name or one page. How many pages there are is known only at the last one.
@pytest.mark.parametrize(
    ("pages", "names", "requests"),
    [
        (1, 1, 1),
        (1, 2, 1),
        (1, 3, 1),
        (1, 50, 1),
        (3, 1, 1),
        (3, 2, 2 + 2),
        (3, 3, 3),
        (3, 50, 3),
        (10, 1, 1),
        (10, 2, 2 + 2),
        (10, 3, 3 + 3),
        (10, 50, 10),
    ],
)
def test_how_many_requests_names_on_the_last_page_cost(
    pages: int, names: int, requests: int, new_client: ClientFactory
) -> None:
    account = Account(paged(pages))
    wanted = [f"p{pages - 1}r{row}.example.com" for row in range(names)]
    assert set(found(account, wanted, new_client)) == set(wanted)
    assert len(account.asked) == requests


@pytest.mark.parametrize("pages", [1, 3, 10])
@pytest.mark.parametrize("names", [1, 2, 3, 50])
def test_names_on_the_first_page_cost_one_request(pages: int, names: int, new_client: ClientFactory) -> None:
    account = Account(paged(pages))
    wanted = [f"p0r{row}.example.com" for row in range(names)]
    assert set(found(account, wanted, new_client)) == set(wanted)
    assert len(account.asked) == 1


@given(st.integers(1, 6), st.data())
@settings(max_examples=40)
def test_names_never_cost_more_than_twice_the_cheapest_way(pages: int, data: st.DataObject) -> None:
    account = Account(paged(pages, 4))
    known = [row["name"] for page in account.pages for row in page]
    names = data.draw(st.lists(st.sampled_from([*known, "u1.example.com", "u2.example.com"]), unique=True))
    client = Client(Connection(ORIGIN, "key"), BearerAuth("key"), FakeClock(), lambda: 0.0)
    with client, account.mock():
        resolved = api_v2(client).find_domains(names)
    assert resolved.keys() == set(names) & set(known)
    assert len(account.asked) <= 2 * min(len(names), pages)


def test_no_name_costs_no_request(new_client: ClientFactory) -> None:
    account = Account(paged(1))
    assert found(account, [], new_client) == {}
    assert account.asked == []


def test_an_unknown_name_is_absent(new_client: ClientFactory) -> None:
    account = Account(paged(1))
    assert found(account, ["unknown.example.com"], new_client) == {}
    assert account.asked == ["unknown.example.com"]


@pytest.mark.parametrize(("pages", "known", "unknown"), [(1, 1, 1), (1, 49, 1), (2, 1, 2), (3, 2, 2), (3, 1, 3)])
def test_names_that_are_missing_at_the_end_of_the_list_are_not_looked_up(
    pages: int, known: int, unknown: int, new_client: ClientFactory
) -> None:
    account = Account(paged(pages))
    wanted = [f"p{pages - 1}r{row}.example.com" for row in range(known)]
    names = [*wanted, *(f"unknown{number}.example.com" for number in range(unknown))]
    assert set(found(account, names, new_client)) == set(wanted)
    assert account.asked == ["page"] * pages


def test_ids_that_are_missing_at_the_end_of_the_list_are_not_looked_up(new_client: ClientFactory) -> None:
    account = Account(paged(1))
    with account.mock():
        domains = api_v2(new_client(ORIGIN)).find_ids(["dom_0x0", "dom_unknown"])
    assert set(domains) == {"dom_0x0"}
    assert account.asked == ["page"]


@pytest.mark.parametrize("end", [{}, {"nextCursor": None}, {"hasMore": True}, {"hasMore": None, "nextCursor": ""}])
def test_a_missing_name_is_looked_up_as_long_as_nobody_says_that_the_list_has_ended(
    end: dict[str, Any], new_client: ClientFactory
) -> None:
    rows = [{"id": "dom_a", "name": "a.example.com"}, {"id": "dom_b", "name": "b.example.com"}]
    with responses.RequestsMock() as api:
        api.get(LIST, json={"data": rows[:1], **end})
        api.get(LIST, json={"data": rows[1:], "hasMore": False})
        domains = api_v2(new_client(ORIGIN)).find_domains(["a.example.com", "b.example.com"])
        asked: list[Any] = [call.request for call in api.calls]
    assert set(domains) == {"a.example.com", "b.example.com"}
    assert [request.params.get("name") for request in asked] == [None, "b.example.com"]


def test_a_look_up_compares_the_name_itself(new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        rows = [{"id": "dom_a", "name": "not-example.com"}, {"id": "dom_b", "name": "EXAMPLE.com"}]
        api.get(LIST, json={"data": rows})
        domains = api_v2(new_client(ORIGIN)).find_domains(["example.com"])
    assert {name: domain.id for name, domain in domains.items()} == {"example.com": "dom_b"}


@pytest.mark.parametrize("stored", ["räksmörgås.se", "xn--rksmrgs-5wao1o.se"])
@pytest.mark.parametrize("lookup_form", [lambda name: name, unicode_domain_name], ids=["as stored", "Unicode"])
@pytest.mark.parametrize("others", [0, 1])
def test_an_internationalised_name_is_found_in_any_form(
    stored: str, lookup_form: Callable[[str], str], others: int, new_client: ClientFactory
) -> None:
    account = Account([[{"id": "dom_i", "name": stored}, {"id": "dom_e", "name": "example.se"}]], lookup_form)
    names = ["xn--rksmrgs-5wao1o.se", "example.se"][: others + 1]
    assert found(account, names, new_client)["xn--rksmrgs-5wao1o.se"] == "dom_i"


def test_a_name_that_two_domains_have_is_an_error(new_client: ClientFactory) -> None:
    rows = [{"id": "dom_a", "name": "example.com"}, {"id": "dom_b", "name": "Example.com"}]
    for names in (["example.com"], ["example.com", "example.se"]):
        with pytest.raises(MissingDomains, match="dom_a and dom_b") as caught:
            found(Account([rows], lookup_form=str.lower), names, new_client)
        assert caught.value.code == "ambiguous_domain"
        assert list(caught.value.reasons) == ["Example.com"]


def test_a_name_on_two_pages_is_an_error_too(new_client: ClientFactory) -> None:
    pages = [[{"id": "dom_a", "name": "example.com"}], [{"id": "dom_b", "name": "example.com"}]]
    with pytest.raises(MissingDomains, match="dom_a and dom_b"):
        found(Account(pages), ["example.com", "x.example.com", "y.example.com"], new_client)


def test_a_list_that_cannot_be_read_is_an_error(new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(LIST, status=503)
        with pytest.raises(TransientServerError, match="Could not look up the domain example"):
            api_v2(new_client(ORIGIN, max_retries=0)).find_domains(["example.com"])
        with pytest.raises(TransientServerError, match="Could not list the domains of the account"):
            api_v2(new_client(ORIGIN, max_retries=0)).find_domains(["example.com", "example.se"])
