# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs in every shape in which the API may report of them, and sending ids in batches that it accepts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import is_too_many, send_in_batches
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job, JobStatus, job_path, with_state
from ansible_collections.hostup.cloud.plugins.module_utils._api.v1 import ApiV1
from ansible_collections.hostup.cloud.plugins.module_utils._api.v2 import ApiV2
from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import LONGEST_ID, id_text
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    Exchange,
    FieldError,
    InvalidResponse,
    Refused,
    TransientServerError,
)
from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import WITHHELD, without_quotes
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import JSON_VALUES

if TYPE_CHECKING:
    from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import ClientFactory, FakeClock

ORIGIN = "https://cloud.hostup.se"
JOB = Job("job_1", "/api/jobs/job_1", ("dom_a", "dom_b"))


def published_job(**changes: Any) -> dict[str, Any]:
    """Return the answer of https://developer.hostup.se/endpoints/domain-services/get-jobs-jobid."""
    return {
        "success": True,
        "timestamp": "2026-03-01T08:00:09.000Z",
        "requestId": "0b6f3c1e",
        "data": {
            "jobId": "bulk_contacts-2000-1770000000000",
            "queueType": "domain",
            "type": "bulk_contacts",
            "state": "completed",
            "status": "completed",
            "progress": 100,
            "progressDetails": {"percentage": 100, "message": "Done", "current": 2, "total": 2},
            "result": {"success": True, "type": "bulk_contacts", "clientId": "2000", "result": {"success": True}},
            "isCompleted": True,
            "isFailed": False,
            "isRunning": False,
            "isWaiting": False,
            **changes,
        },
    }


@pytest.mark.parametrize("reported", [{"isRunning": True}, {"isCompleted": True}, {"state": "active"}])
def test_an_answer_without_success_is_a_failed_job(reported: dict[str, Any]) -> None:
    assert with_state(
        JOB, {"success": True, "data": {"success": False, "message": "Gone wrong", **reported}}
    ) == replace(JOB, status=JobStatus.FAILED, message="Gone wrong")


# -- shapes ----------------------------------------------------------------------------------------------------------


def test_the_published_job() -> None:
    job = with_state(JOB, published_job())
    assert (job.status, job.progress, job.message, job.is_over) == (JobStatus.COMPLETED, 100, "Done", True)
    assert (job.id, job.poll_path, job.domain_ids) == (JOB.id, JOB.poll_path, JOB.domain_ids)


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda body: {"success": True, "data": body}, id="v1 envelope"),
        pytest.param(lambda body: {"data": body}, id="envelope without the flag"),
        pytest.param(lambda body: {"success": True, "data": {"operation": body}}, id="operation in an envelope"),
        pytest.param(lambda body: {"operation": body}, id="v2 operation"),
        pytest.param(lambda body: {"operation": body, "domainsQueued": 2}, id="v2 answer to the update"),
        pytest.param(lambda body: body, id="bare"),
    ],
)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "pending"}, JobStatus.QUEUED),
        ({"status": "queued"}, JobStatus.QUEUED),
        ({"status": "in_progress"}, JobStatus.RUNNING),
        ({"status": "completed"}, JobStatus.COMPLETED),
        ({"status": "failed"}, JobStatus.FAILED),
    ],
)
def test_every_nesting(wrap: Any, body: dict[str, Any], status: str) -> None:
    assert with_state(JOB, wrap(body)).status == status


@pytest.mark.parametrize("key", ["status", "state", "statusKey"])
@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("pending", JobStatus.QUEUED),
        ("queued", JobStatus.QUEUED),
        ("waiting", JobStatus.QUEUED),
        ("delayed", JobStatus.QUEUED),
        ("Waiting", JobStatus.QUEUED),
        ("active", JobStatus.RUNNING),
        ("processing", JobStatus.RUNNING),
        ("in_progress", JobStatus.RUNNING),
        ("", JobStatus.RUNNING),
        ("running", JobStatus.RUNNING),
        ("a word of next year", JobStatus.UNKNOWN),
        ("succeeded", JobStatus.UNKNOWN),
        ("cancelled", JobStatus.UNKNOWN),
        ("error", JobStatus.UNKNOWN),
        ("completed", JobStatus.COMPLETED),
        ("COMPLETED", JobStatus.COMPLETED),
        ("failed", JobStatus.FAILED),
        ("Failed", JobStatus.FAILED),
    ],
)
def test_every_word(key: str, word: str, status: str) -> None:
    job = with_state(JOB, {key: word})
    assert (job.status, job.is_odd) == (status, status == JobStatus.UNKNOWN)


def test_a_word_that_is_not_documented_is_named() -> None:
    assert with_state(JOB, {"status": "succeeded", "state": "done"}).message == 'it reports the state "done"'


@given(st.text(min_size=1))
def test_whatever_the_word_is_the_quotes_around_it_are_the_only_ones(text: str) -> None:
    message = with_state(JOB, {"status": f"odd {text}"}).message
    assert message
    assert without_quotes(message) == f"it reports the state {WITHHELD}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"isCompleted": True}, JobStatus.COMPLETED),
        ({"isFailed": True}, JobStatus.FAILED),
        ({"isWaiting": True}, JobStatus.QUEUED),
        ({"isRunning": True}, JobStatus.RUNNING),
        ({"isScheduled": True}, JobStatus.RUNNING),
        ({"isCompleted": True, "status": "a word of next year"}, JobStatus.COMPLETED),
        ({"isFailed": True, "status": "completed"}, JobStatus.FAILED),
        ({"isCompleted": True, "isFailed": True}, JobStatus.FAILED),
        ({"isCompleted": False, "isFailed": False, "isRunning": True, "status": "active"}, JobStatus.RUNNING),
        ({"isCompleted": "true"}, JobStatus.RUNNING),
        ({"isCompleted": 1}, JobStatus.RUNNING),
        ({"isFailed": 1, "status": "completed"}, JobStatus.COMPLETED),
        ({"status": ["completed"]}, JobStatus.RUNNING),
        ({"status": True}, JobStatus.RUNNING),
        ({}, JobStatus.RUNNING),
    ],
)
def test_booleans_and_words(body: dict[str, Any], status: str) -> None:
    assert with_state(JOB, body).status == status


@pytest.mark.parametrize(
    "result",
    [
        {"success": False},
        {"success": False, "result": {"success": True}},
        {"success": True, "result": {"success": False}},
        {"result": {"success": False}},
    ],
)
def test_a_completed_job_whose_result_says_no_has_failed(result: dict[str, Any]) -> None:
    assert with_state(JOB, published_job(result=result)).status == JobStatus.FAILED


@pytest.mark.parametrize("result", [None, {}, [], "x", {"success": None}, {"success": 0}, {"result": None}])
def test_a_completed_job_whose_result_says_nothing_is_completed(result: Any) -> None:
    assert with_state(JOB, published_job(result=result)).status == JobStatus.COMPLETED


def test_a_result_of_a_job_that_goes_on_does_not_count_yet() -> None:
    assert with_state(JOB, {"status": "active", "result": {"success": False}}).status == JobStatus.RUNNING


@pytest.mark.parametrize("answer", [None, [], "completed", 7, True, {"data": []}, {"operation": None}, {"data": {}}])
def test_an_answer_without_a_job_means_that_it_goes_on(answer: Any) -> None:
    assert with_state(JOB, answer).status == JobStatus.RUNNING


@pytest.mark.parametrize(
    ("body", "progress"),
    [
        ({"progress": 0}, 0),
        ({"progress": 42.5}, 42.5),
        ({"progress": 100}, 100),
        ({"progressDetails": {"percentage": 17}}, 17),
        ({"progress": "42", "progressDetails": {"percentage": 17}}, 17),
        ({"progress": 101}, None),
        ({"progress": -1}, None),
        ({"progress": True}, None),
        ({"progress": float("nan")}, None),
        ({"progress": float("inf")}, None),
        ({"progressDetails": 17}, None),
        ({}, None),
    ],
)
def test_progress(body: dict[str, Any], progress: float | None) -> None:
    assert with_state(JOB, body).progress == progress


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"message": "m"}, "m"),
        ({"progressMessage": "p"}, "p"),
        ({"progressDetails": {"message": "d"}}, "d"),
        ({"failedReason": "f", "message": "m"}, "f"),
        ({"error": "e", "failedReason": "f"}, "e"),
        ({"error": {"code": "c", "detail": "d"}}, "d"),
        ({"error": {"message": "m"}}, "m"),
        ({"message": "m", "result": {"message": "r"}}, "r"),
        ({"message": "m", "result": {"message": "r", "result": {"error": "i"}}}, "i"),
        ({"message": "two\nlines\x1b[0m"}, "two lines [0m"),
        ({"message": ["m"], "error": 7}, None),
        ({}, None),
    ],
)
def test_the_message(body: dict[str, Any], message: str | None) -> None:
    assert with_state(JOB, body).message == message


@given(JSON_VALUES, JSON_VALUES, st.sampled_from(["data", "operation", "result"]))
def test_any_answer_is_a_state(value: Any, inner: Any, place: str) -> None:
    keys = (
        "status",
        "state",
        "statusKey",
        "isFailed",
        "isCompleted",
        "progress",
        "progressDetails",
        "error",
        "message",
    )
    for answer in (value, dict.fromkeys(keys, value), {place: value}, {place: {"result": inner, "error": value}}):
        job = with_state(JOB, answer)
        assert job.status is not JobStatus.VANISHED
        assert job.is_odd == (job.status is JobStatus.UNKNOWN)
        assert job.message is None or job.message.isprintable()
        assert job.progress is None or 0 <= job.progress <= 100


def test_a_deeply_nested_word_does_no_harm() -> None:
    nested: list[Any] = []
    for _level in range(100_000):
        nested = [nested]
    assert with_state(JOB, {"status": nested, "message": nested, "progress": nested}).status == JobStatus.RUNNING


def test_which_jobs_are_over() -> None:
    over = {
        status: Job("j", None, (), status=status).is_over
        for status in (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.COMPLETED, JobStatus.FAILED)
    }
    assert over == {
        JobStatus.QUEUED: False,
        JobStatus.RUNNING: False,
        JobStatus.COMPLETED: True,
        JobStatus.FAILED: True,
    }
    assert Job("j", None, (), status=JobStatus.VANISHED).is_over
    assert Job("j", None, (), status=JobStatus.UNKNOWN).is_over


# -- polling ---------------------------------------------------------------------------------------------------------


def test_polling_asks_the_path_of_the_job(new_client: ClientFactory) -> None:
    client = new_client(ORIGIN)
    with responses.RequestsMock() as api:
        api.get(f"{ORIGIN}/api/jobs/job_1", json=published_job(progress=100))
        job = ApiV2(client, batch_size=100, concurrency=8).poll(JOB)
    assert job.status == JobStatus.COMPLETED
    assert client.calls == {"read": 0, "write": 0, "poll": 1}


def test_a_job_that_is_gone_has_vanished(new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(f"{ORIGIN}/api/jobs/job_1", status=404, json={"code": "NOT_FOUND"})
        job = ApiV1(new_client(ORIGIN, v1=True), batch_size=100, concurrency=8).poll(JOB)
    assert (job.status, job.is_over) == (JobStatus.VANISHED, True)
    assert job.message == "the API does not know the job any more"


def test_a_job_without_a_path_is_not_asked_for(new_client: ClientFactory) -> None:
    with responses.RequestsMock():
        job = ApiV2(new_client(ORIGIN), batch_size=100, concurrency=8).poll(Job(None, None, ("dom_a",)))
    assert job.status == JobStatus.UNKNOWN


@pytest.mark.parametrize(
    ("status", "error"), [(401, Refused), (403, Refused), (500, TransientServerError), (302, InvalidResponse)]
)
def test_a_poll_that_fails_raises(status: int, error: type[Exception], new_client: ClientFactory) -> None:
    with responses.RequestsMock() as api:
        api.get(f"{ORIGIN}/api/jobs/job_1", status=status)
        with pytest.raises(error, match="Could not poll job job_1"):
            ApiV2(new_client(ORIGIN, max_retries=0), batch_size=100, concurrency=8).poll(JOB)


def test_a_poll_is_not_repeated_beyond_the_deadline(new_client: ClientFactory, clock: FakeClock) -> None:
    with responses.RequestsMock() as api:
        api.get(f"{ORIGIN}/api/jobs/job_1", status=503)
        with pytest.raises(TransientServerError):
            ApiV2(new_client(ORIGIN), batch_size=100, concurrency=8).poll(JOB, Deadline(clock, 1.0))
        assert len(api.calls) == 2


@pytest.mark.parametrize(
    ("job_id", "path"),
    [
        ("bulk_contacts-2000-1770000000000", "/api/jobs/bulk_contacts-2000-1770000000000"),
        ("dbj_01example", "/api/jobs/dbj_01example"),
        ("../keys?x=1#y", "/api/jobs/..%2Fkeys%3Fx%3D1%23y"),
        ("a b/å", "/api/jobs/a%20b%2F%C3%A5"),
    ],
)
def test_the_id_of_a_job_is_opaque(job_id: str, path: str) -> None:
    assert job_path(job_id) == path


# -- ids -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("11790", "11790"),
        (11790, "11790"),
        (0, "0"),
        ("dom_a", "dom_a"),
        ("", None),
        (None, None),
        (True, None),
        (False, None),
        (1.5, None),
        ([], None),
        ({}, None),
        ("two\nlines", None),
        ("\ud800", None),
        ("x" * LONGEST_ID, "x" * LONGEST_ID),
        ("x" * (LONGEST_ID + 1), None),
    ],
)
def test_what_can_be_an_id(value: Any, text: str | None) -> None:
    assert id_text(value) == text


@given(JSON_VALUES)
def test_every_id_fits_into_a_path(value: Any) -> None:
    text = id_text(value)
    assert text is None or job_path(text).isascii()


# -- batches ---------------------------------------------------------------------------------------------------------


def refusal(status: int, *where: str) -> Refused:
    errors = [FieldError(pointer, "Not accepted.") for pointer in where]
    exchange = Exchange("POST", "/api/v2/domains/bulk/contacts", "update")
    return Refused(exchange, "no.", code="c", http_status=status, errors=errors)


class Receiver:
    """Accepts at most so many ids at a time, and keeps what it was sent."""

    def __init__(self, most: int, error: Refused | None = None) -> None:
        self.most = most
        self.error = error or refusal(413)
        self.attempts: list[int] = []
        self.accepted: list[str] = []

    def __call__(self, batch: Sequence[str]) -> None:
        self.attempts.append(len(batch))
        if len(batch) > self.most:
            raise self.error
        self.accepted.extend(batch)


def ids(count: int) -> list[str]:
    return [f"dom_{index}" for index in range(count)]


@pytest.mark.parametrize(
    ("count", "size", "batches"),
    [
        (0, 100, []),
        (1, 100, [1]),
        (100, 100, [100]),
        (101, 100, [100, 1]),
        (250, 100, [100, 100, 50]),
        (3, 1, [1, 1, 1]),
    ],
)
def test_ids_are_sent_in_batches(count: int, size: int, batches: list[int]) -> None:
    receiver = Receiver(most=1000)
    assert send_in_batches(ids(count), size, receiver) == size
    assert receiver.attempts == batches
    assert receiver.accepted == ids(count)


def test_a_batch_that_is_too_large_is_halved_and_the_size_is_kept() -> None:
    receiver = Receiver(most=30)
    assert send_in_batches(ids(100), 100, receiver) == 25
    assert receiver.attempts == [100, 50, 25, 25, 25, 25]
    assert receiver.accepted == ids(100)


def test_the_last_smaller_batch_is_halved_from_its_own_size() -> None:
    receiver = Receiver(most=2)
    assert send_in_batches(ids(5), 100, receiver) == 2
    assert receiver.attempts == [5, 2, 2, 1]


def test_one_id_that_is_too_many_is_an_error() -> None:
    receiver = Receiver(most=0)
    with pytest.raises(Refused):
        send_in_batches(ids(4), 4, receiver)
    assert receiver.attempts == [4, 2, 1]


def test_any_other_refusal_is_not_split() -> None:
    receiver = Receiver(most=0, error=refusal(403))
    with pytest.raises(Refused):
        send_in_batches(ids(4), 4, receiver)
    assert receiver.attempts == [4]


@given(st.integers(0, 300), st.integers(1, 300), st.integers(1, 300))
def test_every_id_is_accepted_once_and_in_order(count: int, size: int, most: int) -> None:
    receiver = Receiver(most)
    accepted_size = send_in_batches(ids(count), size, receiver)
    assert receiver.accepted == ids(count)
    assert 1 <= accepted_size <= size


@pytest.mark.parametrize(
    ("error", "too_many"),
    [
        (refusal(413), True),
        (refusal(400, "/domainIds"), True),
        (refusal(400, "domainIds"), True),
        (refusal(422, "/contacts/email", "/domainIds"), True),
        (refusal(400, "/domainIds/17"), False),
        (refusal(400, "/contacts/domainIds"), False),
        (refusal(400), False),
        (refusal(403, "/domainIds"), False),
        (refusal(429, "/domainIds"), False),
    ],
)
def test_which_refusal_is_about_the_number_of_ids(error: Refused, too_many: bool) -> None:
    assert is_too_many(error) is too_many


def test_an_error_answer_about_the_number_of_ids_is_recognised(new_client: ClientFactory) -> None:
    body = {
        "code": "invalid_request",
        "errors": [{"pointer": "/domainIds", "detail": "At most 50.", "code": "too_big"}],
    }
    receiver: list[int] = []

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        count = len(json.loads(request.body)["domainIds"])
        receiver.append(count)
        operation = {"operation": {"status": "queued", "jobId": "dbj_1", "pollUrl": "/api/jobs/dbj_1"}}
        return (400, {}, json.dumps(body)) if count > 50 else (202, {}, json.dumps(operation))

    with responses.RequestsMock() as api:
        api.add_callback("POST", f"{ORIGIN}/api/v2/domains/bulk/contacts", answer)
        v2 = ApiV2(new_client(ORIGIN), batch_size=100, concurrency=8)
        assert send_in_batches(ids(100), 100, lambda batch: void(v2.submit(batch, {"city": "Uppsala"}))) == 50
    assert receiver == [100, 50, 50]


def void(unused_value: object) -> None:
    """Drop a value where a function without one is called for."""
