# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS, proxies, redirects, keys and Ctrl-C: who sees the API key, and what is claimed when a run is cut short."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml

from hostup_sandbox import Sandbox

MODULE = "hostup.cloud.hostup_domain_contacts"
KEY = "sandbox-full-access"
CONTACT = {"city": "Stockholm"}
OPTIONS = {"domains": ["example.com"], "contacts": CONTACT, "max_retries": 0, "timeout": 5, "poll_interval": 0.1}


def task(name: str, *, check_mode: bool = True, **options: Any) -> dict[str, Any]:
    return {"name": name, MODULE: {**OPTIONS, **options}, "check_mode": check_mode, "ignore_errors": True}


# -- TLS ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority that nobody trusts unless reported to."""
    return trustme.CA()


@pytest.fixture(scope="module")
def bundles(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The authority's own bundle, that of a stranger, and one that is not there."""
    folder = tmp_path_factory.mktemp("bundles")
    authority.cert_pem.write_to_path(str(folder / "own.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "stranger.pem"))
    return {name: str(folder / f"{name}.pem") for name in ("own", "stranger", "missing")}


@pytest.fixture(scope="module")
def https(authority: trustme.CA, controlled: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A sandbox behind TLS; the control plane is asked with its authority."""
    folder = tmp_path_factory.mktemp("certificate")
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "chain.pem"))
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    with Sandbox(tls=(folder / "chain.pem", folder / "key.pem")) as server:
        control = controlled(server.url)
        control._control.verify = str(folder / "authority.pem")
        yield control


@pytest.fixture
def run_over_tls(run_tasks: Callable[..., Any], https: Any) -> Callable[..., Any]:
    https.reset()
    return lambda *tasks, **variables: run_tasks(list(tasks), HOSTUP_API_BASE=https.url, **variables)


def test_a_certificate_of_an_unknown_authority_is_refused(run_over_tls: Callable[..., Any], https: Any) -> None:
    refused = run_over_tls(task("Unknown")).task("Unknown").result

    assert refused["failure"]["code"] == "certificate_not_trusted"
    assert "ca_path" in refused["msg"]
    assert refused["api_calls"] == {"read": 0, "write": 0, "poll": 0}
    assert https.requests() == []


def test_a_certificate_is_trusted_through_ca_path(
    run_over_tls: Callable[..., Any], https: Any, bundles: Mapping[str, str]
) -> None:
    run = run_over_tls(
        task("Own", ca_path=bundles["own"], check_mode=False),
        task("Of a stranger", ca_path=bundles["stranger"]),
        # ca_path wins over the environment.
        REQUESTS_CA_BUNDLE=bundles["stranger"],
    )

    assert run.task("Own").result["domains"][0]["status"] == "updated"
    assert run.task("Of a stranger").result["failure"]["code"] == "certificate_not_trusted"
    assert https.stored()["example.com"]["city"] == "Stockholm"


def test_without_ca_path_the_bundle_of_the_environment_counts(
    run_over_tls: Callable[..., Any], bundles: Mapping[str, str]
) -> None:
    run = run_over_tls(task("Through the environment"), REQUESTS_CA_BUNDLE=bundles["own"])

    assert run.task("Through the environment").result["changed"] is True


def test_validation_can_be_switched_off_whatever_the_environment_says(
    run_over_tls: Callable[..., Any], bundles: Mapping[str, str]
) -> None:
    run = run_over_tls(
        task("Off", validate_certs=False),
        task("Off, with a bundle", validate_certs=False, ca_path=bundles["stranger"]),
        REQUESTS_CA_BUNDLE=bundles["stranger"],
    )

    assert [ended.result["changed"] for ended in run.tasks] == [True, True]
    assert "InsecureRequestWarning" not in run.output


def test_a_ca_bundle_that_is_not_there_is_reported(
    run_over_tls: Callable[..., Any], https: Any, bundles: Mapping[str, str]
) -> None:
    run = run_over_tls(task("Missing", ca_path=bundles["missing"]))

    assert run.task("Missing").result["failure"]["code"] == "ca_bundle_not_readable"
    assert https.requests() == []


# -- the key -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"api_url": "http://hostup.example"}, "api_url: .*not encrypted"),
        ({"api_url": "http://127.0.0.1.example.com:1"}, "api_url: .*not encrypted"),
        ({"api_key": "sandbox\nfull-access"}, "api_key: it contains a character that cannot be sent"),
        ({"api_key": "sandbox full-access"}, "api_key: it contains a character that cannot be sent"),
        ({"api_key": "nyckel-åäö"}, "api_key: it contains a character that cannot be sent"),
    ],
)
def test_nothing_is_sent(options: dict[str, str], says: str, run_tasks: Callable[..., Any], sandbox: Any) -> None:
    failed = run_tasks([task("Refused", **options)]).task("Refused").result

    assert failed["failure"]["code"] == "invalid_input"
    assert failed["api_calls"] == {"read": 0, "write": 0, "poll": 0}
    assert re.search(says, failed["msg"])
    assert sandbox.requests() == []


def test_a_key_from_a_file_may_end_in_a_line_feed(run_tasks: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    key = "{{ lookup('ansible.builtin.file', '" + str(tmp_path / "key") + "', rstrip=false) }}"

    run = run_tasks([task("From a file", api_key=key)], "-vvv", HOSTUP_API_KEY=None)

    assert run.task("From a file").result["changed"] is True
    assert KEY not in run.output


def test_netrc_does_not_replace_the_key(run_tasks: Callable[..., Any], sandbox: Any, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login somebody password else\nmachine 127.0.0.1 login a password b\n")
    (tmp_path / ".netrc").chmod(0o600)

    run = run_tasks(
        [task("v2"), task("v1", domains=None, domain_ids=["11790"])],
        HOME=str(tmp_path),
        NETRC=str(tmp_path / ".netrc"),
    )

    assert [ended.result["changed"] for ended in run.tasks] == [True, True]
    assert {entry["authentication"] for entry in sandbox.requests()} == {"Bearer", "X-API-Key"}


# -- other hosts -------------------------------------------------------------------------------------------------------


class Recorder(ThreadingHTTPServer):
    """A server that keeps every byte of what it is sent; as a proxy, it connects and passes on what is encrypted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heads: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Recorder

    def handle_one_request(self) -> None:
        head = b""
        while (line := self.rfile.readline(65537)) not in (b"", b"\r\n"):
            head += line
        self.close_connection = True
        if head:
            self.server.heads.append(head.decode("latin-1"))
            self._answer(head.split()[0], head.split()[1].decode())

    def _answer(self, method: bytes, target: str) -> None:
        if method != b"CONNECT":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            return
        port = int(target.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=pass_on, args=[upstream, self.connection], daemon=True)
            back.start()
            pass_on(self.connection, upstream)
            back.join(5)


def pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # One side has hung up.
        return


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_https_goes_through_the_proxy_which_never_sees_the_key(
    run_over_tls: Callable[..., Any], https: Any, bundles: Mapping[str, str], recorder: Recorder
) -> None:
    run = run_over_tls(
        task("Through a proxy", ca_path=bundles["own"], check_mode=False),
        HTTPS_PROXY=recorder.url,
        NO_PROXY=None,
        no_proxy=None,
    )

    assert run.task("Through a proxy").result["domains"][0]["status"] == "updated"
    assert https.requests() != []
    assert {head.split()[0] for head in recorder.heads} == {"CONNECT"}
    seen = "".join(recorder.heads)
    assert KEY not in seen
    assert "Stockholm" not in seen


def test_loopback_ignores_the_proxy(run_tasks: Callable[..., Any], recorder: Recorder) -> None:
    names = ("HTTP_PROXY", "http_proxy", "ALL_PROXY")
    run = run_tasks([task("Direct")], **dict.fromkeys(names, recorder.url), NO_PROXY=None, no_proxy=None)

    assert run.task("Direct").result["changed"] is True
    assert recorder.heads == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(
    status: int, run_tasks: Callable[..., Any], sandbox: Any, recorder: Recorder
) -> None:
    sandbox.add_faults(
        {"method": "GET", "path": "/api/v2/domains", "status": status, "headers": {"Location": f"{recorder.url}/list"}},
        {
            "method": "POST",
            "path": "/api/v2/domains/bulk/contacts",
            "status": status,
            "headers": {"Location": f"{recorder.url}/write"},
        },
    )

    run = run_tasks([task("Read"), task("Write", check_mode=False, wait_timeout=1)])

    for name in ("Read", "Write"):
        failed = run.task(name).result
        assert failed["failure"]["code"] == "redirected"
        assert "127.0.0.1" in failed["msg"]
        assert "not followed" in failed["msg"]
    assert run.task("Write").result["changed"] is (status not in (307, 308))
    assert recorder.heads == []


# -- a connection that is not made -------------------------------------------------------------------------------------


class Gateway:
    """Passes every request on to a sandbox, over a connection of its own, and hangs up behind the bulk read.

    :ivar opens_again_after: seconds until it listens again; None for never.
    """

    def __init__(self, sandbox_url: str, opens_again_after: float | None) -> None:
        self._upstream = ("127.0.0.1", int(sandbox_url.rpartition(":")[2]))
        self.opens_again_after = opens_again_after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                self._listener.settimeout(0.05)
                client, _address = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            client.settimeout(5)
            with client:
                self._pass_on_one(client)

    def _pass_on_one(self, client: socket.socket) -> None:
        request = client.recv(65536)
        if b"/bulk/contacts/read" in request and self.opens_again_after != 0:
            self._listener.close()
        # Of the same length, so that nothing else has to change.
        request = request.replace(b"Connection: keep-alive", b"Connection: close     ")
        with socket.create_connection(self._upstream) as upstream:
            upstream.sendall(request)
            upstream.settimeout(0.3)
            if request.startswith(b"POST") and request.endswith(b"\r\n\r\n"):
                upstream.sendall(client.recv(65536))
            pass_on(upstream, client)
        if self._listener.fileno() == -1 and self.opens_again_after:
            self._over.wait(self.opens_again_after)
            self.opens_again_after = 0
            self._listener = socket.create_server(("127.0.0.1", self.port))


def update_through_gateway(opens_again_after: float | None, run_tasks: Callable[..., Any], sandbox: Any) -> Any:
    gateway = Gateway(sandbox.url, opens_again_after)
    options = {"api_url": f"http://127.0.0.1:{gateway.port}", "preflight": "none", "max_retries": 2, "wait_timeout": 5}
    try:
        return run_tasks([task("Update", check_mode=False, **options)]).task("Update").result
    finally:
        gateway.close()


def test_an_update_is_sent_again_when_no_connection_was_made(run_tasks: Callable[..., Any], sandbox: Any) -> None:
    result = update_through_gateway(0.8, run_tasks, sandbox)

    assert result["domains"][0]["status"] == "updated", result
    assert [entry["status"] for entry in sandbox.requests("write")] == [202]
    assert any("no connection" in warning for warning in result["warnings"])
    # What could not leave was not sent, so it does not count.
    assert result["api_calls"]["write"] == 1


def test_an_update_that_never_finds_a_connection_changes_nothing(run_tasks: Callable[..., Any], sandbox: Any) -> None:
    result = update_through_gateway(None, run_tasks, sandbox)

    assert result["failure"]["code"] == "connection_failed"
    assert (result["changed"], result["domains"][0]["status"]) == (False, "failed")
    assert sandbox.requests("write") == []


# -- Ctrl-C ------------------------------------------------------------------------------------------------------------


def test_ctrl_c_ends_the_wait_and_claims_nothing(run_playbook: Any, sandbox: Any) -> None:
    sandbox.reset(job_result="never_ends")
    playbook = run_playbook.folder / "endless.yml"
    tasks = [task("Wait for ever", check_mode=False, wait_timeout=600)]
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    record = run_playbook.folder / "record"
    environment = {**run_playbook._inherited(), **run_playbook._own(record)}
    process = subprocess.Popen(
        ["ansible-playbook", str(playbook)],
        env=environment,
        cwd=run_playbook.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    until(lambda: len(sandbox.requests("poll")) >= 2)
    os.killpg(process.pid, signal.SIGINT)
    output, _nothing = process.communicate(timeout=20)

    assert process.returncode != 0
    assert "changed:" not in output
    assert "ok:" not in output
    assert not record.exists()
    polls = len(sandbox.requests("poll"))
    time.sleep(1)
    assert len(sandbox.requests("poll")) == polls
    assert len(sandbox.requests("write")) == 1


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)
