# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every ready-made fault does what its description says; the command switches it on in a sandbox and nowhere else."""

from __future__ import annotations

import itertools
import json
import socket
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import requests
from sandbox_client import BULK_READ, BULK_V1, SandboxClient

from hostup_sandbox import Sandbox
from hostup_sandbox.fault import main
from hostup_sandbox.scenarios import Scenario, ready_made

V1_READ = "/api/domain-contacts/11790"
LIST_V2 = "/api/v2/domains"

Probe = Callable[[SandboxClient], object]


def statuses(api: SandboxClient) -> list[int]:
    return [api.get(path).status_code for path in (V1_READ, LIST_V2, V1_READ)]


def retry_after(api: SandboxClient) -> object:
    """The third answer of one second: its status and what it says of coming back."""
    answer = [api.get(LIST_V2) for _number in range(3)][-1]
    return answer.status_code, answer.headers.get("Retry-After"), answer.headers.get("X-RateLimit-Reset")


def bulk_writes(api: SandboxClient) -> object:
    """For one bulk write of each generation: whether an answer came, and the city afterwards."""
    seen = []
    for path, identifier, city in ((BULK_V1, "11790", "Lund"), (f"{LIST_V2}/bulk/contacts", "example.com", "Umeå")):
        ids = [identifier if path == BULK_V1 else api.v2_id(identifier)]
        try:
            api.post(path, {"domainIds": ids, "contacts": {"city": city}})
            answered = True
        except ConnectionResetError:
            answered = False
        api.finish_jobs()
        seen.append((answered, api.registrant("11790")["city"]))
    return seen


def lines_of_two_reads(api: SandboxClient) -> object:
    """What arrives of two bulk reads of three domains each: complete lines, bytes in an incomplete one, whether cut."""
    seen = []
    for _number in range(2):
        ids = api.v2_ids("example.com", "example.se", "example.net")
        received, cut = b"", False
        try:
            for chunk in api.post(BULK_READ, {"domainIds": ids}, buffered=False).response:
                received += chunk
        except ConnectionAbortedError:
            cut = True
        seen.append((received.count(b"\n"), len(received.rpartition(b"\n")[2]), cut))
    return seen


def delays(api: SandboxClient) -> object:
    waits: list[float] = []
    api.app.extensions["hostup_sandbox"].shutdown.wait = waits.append
    return statuses(api), waits


def is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def body(api: SandboxClient) -> object:
    """Status and type of an answer, and whether it is what its type says."""
    answer = api.get(V1_READ)
    return answer.status_code, answer.mimetype, is_json(answer.data)


def length_so_far(api: SandboxClient) -> object:
    answer = api.get(V1_READ, buffered=False)
    length = sum(len(chunk) for chunk in itertools.islice(answer.response, 100))
    answer.close()
    return length > 5_000_000


def job(api: SandboxClient) -> object:
    """The end of a job on four domains: how the last poll looks, and how many domains have changed."""
    names = ["example.com", "example.org", "example.net", "shop.example"]
    poll_url = api.write_v2(names, {"city": "Lund"}).json["operation"]["pollUrl"]
    api.clock.advance(100)
    answer = api.get(poll_url)
    changed = sum(api.registrant(name)["city"] == "Lund" for name in names)
    if answer.status_code != 200:
        return answer.status_code, changed
    data = answer.json["data"]
    return data["state"], data["result"] and data["result"]["result"]["success"], changed


def polls(api: SandboxClient) -> object:
    poll_url = api.write_v2(["example.com"], {"city": "Lund"}).json["operation"]["pollUrl"]
    api.clock.advance(100)
    answers = [api.get(poll_url).json["data"] for _number in range(3)]
    return [(data.get("success"), data["state"], data.get("isCompleted")) for data in answers]


WHOLE_READ = (3, 0, False)

SEEN: dict[str, tuple[Probe, object]] = {
    "server-down-503": (statuses, [503, 503, 503]),
    "rate-limited": (retry_after, (429, "1", "2027-01-15T08:00:01.000Z")),
    "every-third-429": (retry_after, (429, "1", None)),
    "retry-after-date": (retry_after, (429, "Fri, 15 Jan 2027 08:00:01 GMT", "2027-01-15T08:00:01.000Z")),
    "rate-limit-reset": (retry_after, (429, None, "2027-01-15T08:00:01.000Z")),
    "lost-answer": (bulk_writes, [(False, "Lund"), (True, "Umeå")]),
    "reset-before": (bulk_writes, [(False, "Göteborg"), (True, "Umeå")]),
    "slow": (delays, ([200, 200, 200], [3, 3, 3])),
    "truncated-line": (lines_of_two_reads, [(0, 200, True), WHOLE_READ]),
    "truncated-between-lines": (lines_of_two_reads, [(1, 0, True), WHOLE_READ]),
    "web-page": (body, (200, "text/html", False)),
    "garbage": (body, (200, "application/json", False)),
    "redirect": (lambda api: api.get(V1_READ).headers.get("Location"), "https://hostup.example/api"),
    "endless": (length_so_far, True),
    "job-fails": (job, ("failed", False, 0)),
    "job-never-ends": (job, ("active", None, 0)),
    "job-vanishes": (job, (404, 4)),
    "job-says-false": (job, ("completed", False, 0)),
    "job-applies-some": (job, ("completed", True, 2)),
    "poll-says-false": (polls, [(False, "active", None)] * 2 + [(None, "completed", True)]),
}


@pytest.mark.parametrize("scenario", ready_made().values(), ids=lambda scenario: scenario.name)
def test_it_does_what_it_says(api: SandboxClient, scenario: Scenario) -> None:
    probe, seen = SEEN[scenario.name]
    if scenario.faults:
        api.control("POST", "/faults", list(scenario.faults))
    api.set(**scenario.switches)
    assert probe(api) == seen
    assert scenario.description.endswith(".")


@pytest.mark.parametrize(("probe", "seen"), SEEN.values(), ids=SEEN)
def test_without_it_something_else_is_seen(api: SandboxClient, probe: Probe, seen: object) -> None:
    assert probe(api) != seen


def test_no_expectation_is_of_one_that_is_gone() -> None:
    assert set(SEEN) == set(ready_made())


def run(capsys: pytest.CaptureFixture[str], base: str | None, *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of the command."""
    status = main(arguments, {} if base is None else {"HOSTUP_API_BASE": base})
    return status, *capsys.readouterr()


def test_a_fault_is_switched_on_shown_and_cleared(server: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    line = "  lost-answer: POST /api/*domains/bulk/contacts, still to strike: 1\n"
    assert run(capsys, server.url, "lost-answer") == (0, f"In force:\n{line}", "")
    status, listed, _errors = run(capsys, server.url)
    assert (status, listed.partition("In force:\n")[2]) == (0, line)
    assert run(capsys, server.url, "none") == (0, "No fault is in force.\n", "")
    assert requests.get(f"{server.url}/_sandbox/faults", timeout=5).json() == {"faults": []}


def test_faults_add_up(server: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, server.url, "job-fails")
    requests.post(f"{server.url}/_sandbox/faults", json={"status": 500, "path": V1_READ}, timeout=5)
    _status, shown, _errors = run(capsys, server.url, "slow")
    assert shown.splitlines()[1:] == [
        f"  a fault without a name: * {V1_READ}, still to strike: 1",
        "  slow: * *, until it is cleared",
        "  switch job_result: failed, instead of success",
    ]


def test_clearing_turns_back_to_how_the_sandbox_was_started(capsys: pytest.CaptureFixture[str]) -> None:
    with Sandbox(switches={"job_result": "never_ends", "job_seconds": 7}) as sandbox:
        requests.patch(f"{sandbox.url}/_sandbox/switches", json={"job_seconds": 9}, timeout=5)
        run(capsys, sandbox.url, "job-fails")
        run(capsys, sandbox.url, "none")
        rows = requests.get(f"{sandbox.url}/_sandbox/switches", timeout=5).json()["switches"]
    values = {row["name"]: row["value"] for row in rows}
    assert (values["job_result"], values["job_seconds"]) == ("never_ends", 9)


def test_the_list_names_every_one_even_without_a_sandbox(capsys: pytest.CaptureFixture[str]) -> None:
    status, listed, errors = run(capsys, None)
    assert all(f"  {name} " in listed for name in [*ready_made(), "none"])
    assert status == 2
    assert errors.startswith("No fault can be seen or switched on: HOSTUP_API_BASE is not set; paste the first line")


def test_an_unknown_name_is_refused(server: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, server.url, "lost-anser") == (
        2,
        "",
        "There is no ready-made fault 'lost-anser'; make fault lists them.\n",
    )


@pytest.mark.parametrize(
    "base",
    [
        "https://hostup.example",
        "http://192.0.2.1:8080",
        "http://127.0.0.1:8080@hostup.example/",
        "http://127.0.0.1.hostup.example",
        "http://[2001:db8::1]:8080",
        "http://0.0.0.0:8080",
    ],
)
def test_nothing_is_sent_to_another_host(
    base: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    connections: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *arguments, **_options: connections.append(arguments))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **_options: connections.append(arguments))
    status, shown, errors = run(capsys, base, "slow")
    assert (status, shown, connections) == (2, "", [])
    assert "the sandbox listens on loopback only, not on " in errors


@pytest.mark.parametrize("base", ["127.0.0.1:8080", "ftp://127.0.0.1", "http://127.0.0.1:many", "http://[::1", "http:"])
def test_what_is_no_url_is_refused(base: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, shown, errors = run(capsys, base, "slow")
    assert (status, shown) == (2, "")
    assert errors.startswith("No fault can be seen or switched on: HOSTUP_API_BASE does not lead to a sandbox: ")


class OtherProgram(BaseHTTPRequestHandler):
    """Answers everything with what its server holds; remembers what it was asked."""

    def do_GET(self) -> None:
        answer: bytes = vars(self.server)["answer"]
        vars(self.server)["asked"].append(self.command)
        self.send_response(200 if answer.startswith(b"{") else 404)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture
def other_program() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), OtherProgram) as other:
        vars(other).update(answer=b"", asked=[])
        thread = Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield other
        other.shutdown()
        thread.join()


@pytest.mark.parametrize("answer", [b"<html>", b'{"success": true}', b"[]", b""])
def test_another_program_is_only_asked_whether_it_is_a_sandbox(
    other_program: HTTPServer, answer: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    vars(other_program)["answer"] = answer
    status, shown, errors = run(capsys, f"http://127.0.0.1:{other_program.server_port}", "slow")
    assert (status, shown, vars(other_program)["asked"]) == (2, "", ["GET"])
    assert "sandbox" in errors


def test_a_sandbox_that_has_ended_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with Sandbox() as sandbox:
        base = sandbox.url
    begin = time.monotonic()
    status, shown, errors = run(capsys, base, "slow")
    assert (status, shown) == (2, "")
    assert "nothing that is a sandbox answers at HOSTUP_API_BASE: [Errno" in errors
    assert time.monotonic() - begin < 5
