# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user's machine adds to a connection: trust, proxies, `~/.netrc` and Ctrl-C.

Everything else about who sees the API key is in tests/scenarios/test_connection.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from other_hosts import Recorder, TlsSandbox, running_recorder, sandbox_behind_tls

MODULE = "hostup.cloud.hostup_domain_contacts"
KEY = "sandbox-full-access"
CONTACT = {"city": "Stockholm"}
OPTIONS = {"domains": ["example.com"], "contacts": CONTACT, "max_retries": 0, "timeout": 5, "poll_interval": 0.1}


def task(name: str, *, check_mode: bool = True, **options: Any) -> dict[str, Any]:
    return {"name": name, MODULE: {**OPTIONS, **options}, "check_mode": check_mode, "ignore_errors": True}


# -- TLS and proxies ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsSandbox]:
    """A sandbox behind TLS, with a certificate of an authority that nobody trusts by themselves."""
    with sandbox_behind_tls(tmp_path_factory.mktemp("certificate")) as control:
        yield control


@pytest.fixture
def run_over_tls(run_tasks: Callable[..., Any], https: TlsSandbox) -> Callable[..., Any]:
    https.reset()
    return lambda *tasks, **variables: run_tasks(list(tasks), HOSTUP_API_BASE=https.url, **variables)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with running_recorder() as server:
        yield server


def test_validation_can_be_switched_off_whatever_the_environment_says(
    run_over_tls: Callable[..., Any], https: TlsSandbox
) -> None:
    run = run_over_tls(
        task("Off", validate_certs=False),
        task("Off, with a bundle", validate_certs=False, ca_path=https.bundles.stranger),
        REQUESTS_CA_BUNDLE=https.bundles.stranger,
    )

    assert [ended.result["changed"] for ended in run.tasks] == [True, True]
    assert "InsecureRequestWarning" not in run.output


def test_https_goes_through_the_proxy_which_never_sees_the_key(
    run_over_tls: Callable[..., Any], https: TlsSandbox, recorder: Recorder
) -> None:
    run = run_over_tls(
        task("Through a proxy", ca_path=https.bundles.own, check_mode=False),
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


# -- the user's own files ----------------------------------------------------------------------------------------------


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
