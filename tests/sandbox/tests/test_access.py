# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys, scopes and the rate limit."""

from __future__ import annotations

import pytest
from sandbox_client import BULK_READ, BULK_V1, BULK_V2, FULL, NO_SCOPES, READ_ONLY, SandboxClient

V1_READ = "/api/domain-contacts/11790"
V2_READ = "/api/v2/domains"


@pytest.mark.parametrize(
    ("path", "scheme", "status"),
    [(V1_READ, "Bearer", 200), (V1_READ, "X-API-Key", 200), (V2_READ, "Bearer", 200), (V2_READ, "X-API-Key", 401)],
)
def test_v1_takes_both_schemes_and_v2_bearer_only(api: SandboxClient, path: str, scheme: str, status: int) -> None:
    assert api.get(path, scheme=scheme).status_code == status


@pytest.mark.parametrize("key", [None, "", "wrong", FULL + "x"])
@pytest.mark.parametrize(("path", "code"), [(V1_READ, "UNAUTHORIZED"), (V2_READ, "unauthorized")])
def test_a_wrong_key_is_a_401(api: SandboxClient, path: str, code: str, key: str | None) -> None:
    answer = api.get(path, key=key)
    assert (answer.status_code, answer.json["code"]) == (401, code)


def test_two_different_keys_in_one_request_are_refused(api: SandboxClient) -> None:
    assert api.get(V1_READ, headers={"X-API-Key": FULL}).status_code == 200
    assert api.get(V1_READ, headers={"X-API-Key": READ_ONLY}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", BULK_V1, {"domainIds": ["11790"], "contacts": {}}),
        ("POST", "/api/domain-contacts/11790", {"updateContactInfo": {}}),
        ("POST", BULK_V2, {"domainIds": ["dom_x"], "contacts": {}}),
        ("POST", "/api/v2/domains/dom_x/contacts", {"registrant": {}}),
    ],
)
def test_writing_needs_the_write_scope(api: SandboxClient, method: str, path: str, body: object) -> None:
    answer = api.call(method, path, body, key=READ_ONLY)
    assert answer.status_code == 403
    assert answer.json["code"].lower() == "forbidden"
    assert "write:domains" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", V1_READ, None),
        ("GET", "/api/client-domains", None),
        ("GET", "/api/domain-details/11790", None),
        ("GET", "/api/jobs/dbj_x", None),
        ("GET", V2_READ, None),
        ("GET", "/api/v2/domains/dom_x", None),
        ("GET", "/api/v2/domains/dom_x/contacts", None),
        ("POST", BULK_READ, {"domainIds": ["dom_x"]}),
    ],
)
def test_reading_needs_the_read_scope(api: SandboxClient, method: str, path: str, body: object) -> None:
    answer = api.call(method, path, body, key=NO_SCOPES)
    assert answer.status_code == 403
    assert "read:domains" in answer.text
    assert api.call(method, path, body, key=READ_ONLY).json.get("code", "").lower() in ("", "not_found", "forbidden")


def test_too_many_requests_are_a_429_with_all_headers(api: SandboxClient) -> None:
    api.set(rate_limit_per_second=2)
    api.clock.advance(0.25)
    answers = [api.get(V2_READ) for _number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    headers = answers[2].headers
    assert headers["Retry-After"] == "1"
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("2", "0")
    assert headers["X-RateLimit-Reset"] == "2027-01-15T08:00:01.000Z"
    assert answers[2].json["code"] == "rate_limited"
    api.clock.advance(1)
    assert api.get(V2_READ).status_code == 200


def test_a_429_of_v1_has_its_own_four_keys(api: SandboxClient) -> None:
    api.set(rate_limit_per_second=1)
    body = [api.get(V1_READ) for _number in range(2)][1].json
    assert list(body) == ["error", "message", "retryAfter", "requestId"]


def test_each_key_has_its_own_limit(api: SandboxClient) -> None:
    api.set(rate_limit_per_second=1)
    assert [api.get(V2_READ, key=key).status_code for key in (FULL, READ_ONLY, FULL)] == [200, 200, 429]
