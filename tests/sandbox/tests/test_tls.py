# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox behind TLS, with a certificate that only the tests trust."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import trustme
from sandbox_client import BULK_READ, FULL

from hostup_sandbox import Sandbox
from hostup_sandbox.__main__ import main

READ = "/api/domain-contacts/11790"

PemFiles = tuple[Path, Path]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def pem_files(authority: trustme.CA, tmp_path: Path) -> PemFiles:
    """The certificate chain of 127.0.0.1 and its key."""
    issued = authority.issue_cert("127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    for certificate in issued.cert_chain_pems:
        certificate.write_to_path(str(chain), append=True)
    issued.private_key_pem.write_to_path(str(key))
    return chain, key


@pytest.fixture
def tls_server(pem_files: PemFiles) -> Iterator[Sandbox]:
    with Sandbox(tls=pem_files) as sandbox:
        yield sandbox
    # What the server forgot to close makes a warning when it is collected, and warnings are errors.
    gc.collect()


@pytest.fixture
def session(authority: trustme.CA, tmp_path: Path) -> Iterator[requests.Session]:
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {FULL}"
        session.verify = str(bundle)
        session.trust_env = False
        yield session


def set_fault(server: Sandbox, session: requests.Session, **fault: object) -> None:
    assert session.post(f"{server.url}/_sandbox/faults", json=fault, timeout=5).status_code == 200


def test_a_client_that_trusts_the_authority_is_served(tls_server: Sandbox, session: requests.Session) -> None:
    assert tls_server.url.startswith("https://127.0.0.1:")
    for _number in range(3):
        assert session.get(tls_server.url + READ, timeout=5).json()["success"] is True


def test_a_client_that_does_not_trust_it_sends_no_request(tls_server: Sandbox, session: requests.Session) -> None:
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        requests.get(tls_server.url + READ, timeout=5)
    assert session.get(f"{tls_server.url}/_sandbox/requests", timeout=5).json()["requests"] == []


def test_a_client_that_speaks_plain_http_is_dropped(tls_server: Sandbox, session: requests.Session) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(tls_server.url.replace("https", "http") + READ, timeout=5)
    assert session.get(tls_server.url + READ, timeout=5).status_code == 200


@pytest.mark.parametrize("act", [False, True])
def test_a_disconnect_is_a_reset_without_the_end_of_tls(
    tls_server: Sandbox, session: requests.Session, act: bool
) -> None:
    set_fault(tls_server, session, disconnect=True, act=act)
    with pytest.raises(requests.ConnectionError) as broken:
        session.get(tls_server.url + READ, timeout=5)
    assert isinstance(broken.value.args[0].args[1], ConnectionResetError)
    assert session.get(tls_server.url + READ, timeout=5).status_code == 200


@pytest.mark.parametrize("cut", [{"truncate_after_bytes": 300}, {"truncate_after_lines": 1}])
def test_an_answer_can_break_off(tls_server: Sandbox, session: requests.Session, cut: dict[str, object]) -> None:
    ids = [item["id"] for item in session.get(f"{tls_server.url}/api/v2/domains", timeout=5).json()["data"]]
    set_fault(tls_server, session, path=BULK_READ, **cut)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.post(tls_server.url + BULK_READ, json={"domainIds": ids}, timeout=5)


def test_stopping_cuts_an_endless_answer_short(pem_files: PemFiles, session: requests.Session) -> None:
    sandbox = Sandbox(tls=pem_files).start()
    set_fault(sandbox, session, endless=True)
    answer = session.get(sandbox.url + READ, stream=True, timeout=5)
    begin = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - begin < 5
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.SSLError)):
        assert answer.content == b""


@pytest.mark.parametrize("broken", ["chain", "key"])
def test_pem_files_that_cannot_be_used_are_named(pem_files: PemFiles, tmp_path: Path, broken: str) -> None:
    chain, key = pem_files
    files = (tmp_path / "none.pem", key) if broken == "chain" else (chain, chain)
    with pytest.raises(ValueError, match=f"no TLS with the certificate {files[0]} and the key {files[1]}: "):
        Sandbox(tls=files)


def test_the_command_line_wants_both_files(pem_files: PemFiles, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--tls-cert", "--tls-key"):
        with pytest.raises(SystemExit) as ended:
            main([option, str(pem_files[0])])
        assert ended.value.code == 2
        assert "--tls-cert and --tls-key need each other" in capsys.readouterr().err
