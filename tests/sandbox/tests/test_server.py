# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox on a real socket: keep-alive, streaming, broken connections, the command line."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from sandbox_client import BULK_READ, FULL

from hostup_sandbox import Sandbox

READ = "/api/domain-contacts/11790"
PACKAGE_HOME = Path(__file__).resolve().parent.parent


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {FULL}"
        yield session


def bulk_read(server: Sandbox, session: requests.Session, stream: bool = False) -> requests.Response:
    ids = [item["id"] for item in session.get(f"{server.url}/api/v2/domains").json()["data"]]
    return session.post(server.url + BULK_READ, json={"domainIds": ids}, stream=stream)


def set_fault(server: Sandbox, **fault: object) -> None:
    assert requests.post(f"{server.url}/_sandbox/faults", json=fault, timeout=5).status_code == 200


def wait_until_unending_answers(server: Sandbox, number: int) -> None:
    shutdown = server.app.extensions["hostup_sandbox"].shutdown
    deadline = time.monotonic() + 5
    while shutdown.unending_answers != number:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_one_connection_serves_many_requests(server: Sandbox) -> None:
    address = urlsplit(server.url)
    client = http.client.HTTPConnection(str(address.hostname), address.port, timeout=5)
    client.connect()
    first_socket = client.sock
    for path in (READ, "/api/v2/nothing", READ):
        client.request("GET", path, headers={"Authorization": f"Bearer {FULL}"})
        answer = client.getresponse()
        assert answer.version == 11
        assert answer.getheader("Connection") is None
        answer.read()
        assert client.sock is first_socket
    client.close()


def test_an_answer_on_a_kept_connection_does_not_stall(server: Sandbox, session: requests.Session) -> None:
    """A delayed acknowledgement against Nagle's algorithm would cost 40 ms each time."""
    seconds = []
    for _number in range(20):
        begin = time.monotonic()
        session.get(f"{server.url}/_sandbox/faults", timeout=5)
        seconds.append(time.monotonic() - begin)
    assert statistics.median(seconds) < 0.03


def test_the_body_of_a_refused_request_does_not_spoil_the_next(server: Sandbox, session: requests.Session) -> None:
    for _number in range(3):
        refused = session.post(f"{server.url}/api/v2/nothing", data=b"x" * 100_000, timeout=5)
        assert refused.status_code == 404
        assert session.get(server.url + READ, timeout=5).status_code == 200


def test_parallel_writes_are_all_recorded(server: Sandbox) -> None:
    def write(number: int) -> None:
        body = {"domainIds": ["11790"], "contacts": {"city": f"City {number}"}}
        headers = {"X-API-Key": FULL}
        requests.post(f"{server.url}/api/domains/bulk/contacts", json=body, headers=headers, timeout=10)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = requests.get(f"{server.url}/_sandbox/requests", timeout=5).json()
    assert record["counts"]["write"] == 24
    assert {entry["status"] for entry in record["requests"]} == {200}


def test_the_bulk_read_is_sent_line_by_line(server: Sandbox, session: requests.Session) -> None:
    answer = bulk_read(server, session, stream=True)
    assert answer.headers["Transfer-Encoding"] == "chunked"
    chunks = list(answer.raw.read_chunked())
    assert len(chunks) == 14
    assert all(chunk.endswith(b"}\n") and chunk.count(b"\n") == 1 for chunk in chunks)


def test_a_stream_that_breaks_off_is_no_complete_answer(server: Sandbox, session: requests.Session) -> None:
    session.patch(f"{server.url}/_sandbox/switches", json={"read_breaks_off_after": 3})
    lines = []
    answer = bulk_read(server, session, stream=True)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        lines.extend(answer.iter_lines(chunk_size=None))
    assert session.get(server.url + READ).status_code == 200


@pytest.mark.parametrize("act", [False, True])
def test_a_disconnect_is_a_tcp_reset(server: Sandbox, act: bool) -> None:
    set_fault(server, disconnect=True, act=act)
    address = urlsplit(server.url)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=5) as client:
        client.sendall(f"GET {READ} HTTP/1.1\r\nHost: x\r\nX-API-Key: {FULL}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    (entry,) = requests.get(f"{server.url}/_sandbox/requests", timeout=5).json()["requests"]
    assert entry["status"] is None


def test_a_reset_leaves_the_other_connections_alone(server: Sandbox, session: requests.Session) -> None:
    session.get(server.url + READ)
    for _number in range(50):
        set_fault(server, disconnect=True)
        with pytest.raises(requests.ConnectionError):
            requests.get(server.url + READ, timeout=5)
        assert session.get(server.url + READ, timeout=5).status_code == 200


def test_a_truncated_answer_ends_before_its_length(server: Sandbox, session: requests.Session) -> None:
    set_fault(server, truncate_after_bytes=10)
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="10 bytes read"):
        session.get(server.url + READ, timeout=5)


def test_a_truncated_bulk_read_ends_in_the_middle_of_a_line(server: Sandbox, session: requests.Session) -> None:
    set_fault(server, truncate_after_bytes=700, path=BULK_READ)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        bulk_read(server, session)


def test_a_delay_makes_the_client_wait_and_nobody_else(server: Sandbox, session: requests.Session) -> None:
    set_fault(server, delay=1.5, path=READ)
    waiting = threading.Thread(target=session.get, args=(server.url + READ,))
    begin = time.monotonic()
    waiting.start()
    time.sleep(0.1)
    assert requests.get(f"{server.url}/_sandbox/domains/11790", timeout=5).status_code == 200
    assert time.monotonic() - begin < 1.4
    waiting.join()
    assert time.monotonic() - begin >= 1.5


def test_a_bulk_read_can_end_between_two_lines(server: Sandbox, session: requests.Session) -> None:
    set_fault(server, truncate_after_lines=3, path=BULK_READ)
    lines = []
    answer = bulk_read(server, session, stream=True)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        lines.extend(answer.iter_lines(chunk_size=None))
    assert [set(json.loads(line)) for line in lines] == [{"domainId", "domainName", "contact", "error"}] * 3


def test_a_bulk_read_can_lack_nothing_but_its_end(server: Sandbox, session: requests.Session) -> None:
    set_fault(server, truncate_after_lines=14, path=BULK_READ)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        bulk_read(server, session)


def test_an_endless_answer_ends_when_the_client_hangs_up(server: Sandbox, session: requests.Session) -> None:
    for pause in (0, 0.05):
        set_fault(server, endless=True, pause=pause)
        with session.get(server.url + READ, stream=True, timeout=5) as answer:
            assert sum(len(chunk) for chunk in itertools.islice(answer.iter_content(65_536), 10)) > 500_000
        wait_until_unending_answers(server, 0)


def test_stopping_cuts_endless_answers_and_delays_short() -> None:
    sandbox = Sandbox().start()
    with requests.Session() as session:
        set_fault(sandbox, endless=True, times=2)
        set_fault(sandbox, endless=True, pause=60)
        set_fault(sandbox, delay=60)
        answers = [session.get(sandbox.url + READ, stream=True, timeout=5) for _number in range(3)]
        waiting = threading.Thread(target=session.get, args=(sandbox.url + READ,))
        waiting.start()
        wait_until_unending_answers(sandbox, 3)
        begin = time.monotonic()
        sandbox.stop()
        assert time.monotonic() - begin < 5
        waiting.join()
        for answer in answers:
            with pytest.raises(requests.exceptions.ChunkedEncodingError):
                assert answer.content == b""


def test_a_client_that_hangs_up_leaves_no_error_behind(server: Sandbox) -> None:
    """The server fixture fails when something unclosed is collected."""
    for act in (False, True):
        set_fault(server, delay=0.3, act=act)
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.get(server.url + READ, headers={"X-API-Key": FULL}, timeout=0.1)
    time.sleep(0.5)


def test_stopping_frees_the_port() -> None:
    with Sandbox() as first:
        port = urlsplit(first.url).port or 0
        with requests.Session() as session:
            assert session.get(f"{first.url}/_sandbox/faults").status_code == 200
    with Sandbox(port=port) as second:
        assert second.url == first.url
        assert requests.get(f"{second.url}/_sandbox/faults", timeout=5).status_code == 200


def test_two_sandboxes_share_nothing(server: Sandbox) -> None:
    with Sandbox(switches={"max_bulk_ids": 1}) as other:
        requests.patch(f"{other.url}/_sandbox/domains/11790", json={"registrant": {"city": "Lund"}}, timeout=5)
        cities = [
            requests.get(f"{sandbox.url}/_sandbox/domains/11790", timeout=5).json()["registrant"]["city"]
            for sandbox in (server, other)
        ]
    assert cities == ["Göteborg", "Lund"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_only_loopback_addresses_are_listened_on(host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        Sandbox(host=host)


@contextmanager
def command_line(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "hostup_sandbox", *arguments],
        env=os.environ | {"PYTHONPATH": str(PACKAGE_HOME)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_line_can_be_pasted_and_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    with command_line("--port", "0", "--set", "v1_read_nesting=flat") as process:
        line = next_line(process)
        export, base, key = line.split(" ")
        assert (export, key) == ("export", f"HOSTUP_API_KEY={FULL}")
        assert base.startswith("HOSTUP_API_BASE=http://127.0.0.1:")
        url = base.partition("=")[2]
        body = requests.get(url + READ, headers={"X-API-Key": FULL}, timeout=5).json()
        assert "registrant" not in body["data"]["contacts"]
        while "Stop with Ctrl-C." not in line:
            line = next_line(process)
            assert line.startswith("# ")
        process.send_signal(number)
        output, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert (output, errors) == ("", "")


def test_verbose_logs_requests_without_keys_to_standard_error() -> None:
    with command_line("--verbose") as process:
        url = next_line(process).split(" ")[1].partition("=")[2]
        requests.get(f"{url}/api/client-domains?page=0", headers={"X-API-Key": FULL}, timeout=5)
        process.terminate()
        _output, errors = process.communicate(timeout=10)
    assert "GET /api/client-domains?page=0 -> 200 OK" in errors
    assert FULL not in errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--host", "0.0.0.0"], "loopback only"),
        (["--set", "no_such=1"], "there is no switch 'no_such'"),
        (["--set", "job_result=fine"], "job_result cannot be 'fine'"),
        (["--seed", "no-such-file.yml"], "no-such-file.yml"),
        (["--port", "many"], "invalid int value"),
    ],
)
def test_wrong_arguments_end_with_one_sentence_and_status_2(arguments: list[str], message: str) -> None:
    with command_line(*arguments) as process:
        output, errors = process.communicate(timeout=10)
    assert process.returncode == 2
    assert output == ""
    assert message in errors
    assert "Traceback" not in errors


def test_a_port_in_use_is_said(server: Sandbox) -> None:
    with command_line("--port", str(urlsplit(server.url).port)) as process:
        _output, errors = process.communicate(timeout=10)
    assert process.returncode == 2
    assert "in use" in errors
