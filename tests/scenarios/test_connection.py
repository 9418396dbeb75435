# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates, keys, redirects and connections that are not made: who sees the API key, and what is claimed then.

Proxies, `~/.netrc`, certificates that are not checked and Ctrl-C are in tests/integration/test_connection.py.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from judge import Observed, broken_promises
from observing import observe
from other_hosts import Gateway, TlsSandbox, running_recorder, sandbox_behind_tls
from places import PLACES

from hostup_sandbox.controlled import FULL_ACCESS_KEY, ControlledSandbox

OPTIONS = {
    "domains": ["example.com"],
    "contacts": {"city": "Stockholm"},
    "max_retries": 0,
    "timeout": 5,
    "poll_interval": 0.1,
}
NO_CALLS = {"read": 0, "write": 0, "poll": 0}


def run(
    sandbox: ControlledSandbox,
    *,
    check_mode: bool = True,
    environment: dict[str, str] | None = None,
    speed: float = 20,
    **options: Any,
) -> Observed:
    """Run the module with a new record of requests; whatever happens, the promises are kept."""
    sandbox.forget_requests()
    seen = observe(sandbox, {**OPTIONS, **options}, check_mode=check_mode, environment=environment, speed=speed)
    assert list(broken_promises(seen)) == []
    return seen


# -- TLS --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running_https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsSandbox]:
    with sandbox_behind_tls(tmp_path_factory.mktemp("certificate")) as control:
        yield control


@pytest.fixture
def https(running_https: TlsSandbox) -> Iterator[TlsSandbox]:
    running_https.reset()
    yield running_https
    assert running_https.violations() == []


def test_a_certificate_of_an_unknown_authority_is_refused(https: TlsSandbox) -> None:
    refused = run(https)

    assert refused.result["failure"]["code"] == "certificate_not_trusted"
    assert "ca_path" in refused.result["msg"]
    assert refused.result["api_calls"] == NO_CALLS
    assert refused.requests == []


def test_a_certificate_is_trusted_through_ca_path(https: TlsSandbox) -> None:
    # ca_path wins over the environment.
    environment = {"REQUESTS_CA_BUNDLE": https.bundles.stranger}

    refused = run(https, ca_path=https.bundles.stranger, check_mode=False, environment=environment)
    trusted = run(https, ca_path=https.bundles.own, check_mode=False, environment=environment)

    assert refused.result["failure"]["code"] == "certificate_not_trusted"
    assert refused.requests == []
    assert trusted.statuses == ["updated"]
    assert trusted.after["example.com"]["city"] == "Stockholm"


def test_without_ca_path_the_bundle_of_the_environment_counts(https: TlsSandbox) -> None:
    trusted = run(https, environment={"REQUESTS_CA_BUNDLE": https.bundles.own})

    assert trusted.result["changed"] is True


def test_a_ca_bundle_that_is_not_there_is_named(https: TlsSandbox) -> None:
    failed = run(https, ca_path=https.bundles.missing)

    assert failed.result["failure"]["code"] == "ca_bundle_not_readable"
    assert failed.requests == []


# -- the key ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"api_url": "http://hostup.example"}, "api_url: .*not encrypted"),
        ({"api_url": "http://127.0.0.1.example.com:1"}, "api_url: .*not encrypted"),
        ({"api_key": "sandbox\nfull-access"}, "api_key: .*character that cannot be sent"),
        ({"api_key": "sandbox full-access"}, "api_key: .*character that cannot be sent"),
        ({"api_key": "nyckel-åäö"}, "api_key: .*character that cannot be sent"),
    ],
)
def test_nothing_is_sent(options: dict[str, Any], says: str, sandbox: ControlledSandbox) -> None:
    refused = run(sandbox, **options)

    assert refused.result["failure"]["code"] == "invalid_input"
    assert refused.result["api_calls"] == NO_CALLS
    assert re.search(says, refused.result["msg"])
    assert refused.requests == []


def test_a_key_from_a_file_may_end_in_a_line_feed(sandbox: ControlledSandbox) -> None:
    ended = run(sandbox, api_key=f"{FULL_ACCESS_KEY}\n", environment={"HOSTUP_API_KEY": ""})

    assert ended.result["changed"] is True
    assert FULL_ACCESS_KEY not in json.dumps(ended.result)


# -- other hosts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["list", "write"])
def test_a_redirect_is_not_followed(place: str, status: int, sandbox: ControlledSandbox) -> None:
    with running_recorder() as recorder:
        answer = {"status": status, "headers": {"Location": f"{recorder.url}/elsewhere"}}
        sandbox.add_faults({**PLACES["v2"][place], **answer})
        seen = observe(sandbox, {**OPTIONS, "wait_timeout": 1}, speed=20)

    assert seen.result["failure"]["code"] == "redirected"
    assert "127.0.0.1" in seen.result["msg"]
    assert "not followed" in seen.result["msg"]
    assert seen.result["changed"] is (place == "write" and status not in (307, 308))
    assert list(broken_promises(seen)) == []
    assert recorder.heads == []


# -- a connection that is not made ------------------------------------------------------------------------------------


def update_through_gateway(opens_again_after: float | None, sandbox: ControlledSandbox, **options: Any) -> Observed:
    with contextlib.closing(Gateway(sandbox.url, opens_again_after)) as gateway:
        return run(sandbox, check_mode=False, api_url=gateway.url, preflight="none", wait_timeout=5, **options)


def test_an_update_is_sent_again_when_no_connection_was_made(sandbox: ControlledSandbox) -> None:
    seen = update_through_gateway(0.5, sandbox, max_retries=5, speed=4)

    assert seen.statuses == ["updated"], seen.result
    assert [entry["status"] for entry in seen.writes] == [202]
    assert any("no connection" in warning for warning in seen.ended.warnings)
    # What could not leave was not sent, so it does not count.
    assert seen.result["api_calls"]["write"] == 1


def test_an_update_that_never_finds_a_connection_changes_nothing(sandbox: ControlledSandbox) -> None:
    seen = update_through_gateway(None, sandbox, max_retries=2)

    assert seen.result["failure"]["code"] == "connection_failed"
    assert (seen.result["changed"], seen.statuses) == (False, ["failed"])
    assert seen.writes == []
