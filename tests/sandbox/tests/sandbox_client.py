# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests hold in their hands: a clock that they move, and a client of a sandbox without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.test import TestResponse

from hostup_sandbox import create_app

FULL = "sandbox-full-access"
READ_ONLY = "sandbox-read-only"
NO_SCOPES = "sandbox-no-scopes"

BULK_V1 = "/api/domains/bulk/contacts"
BULK_V2 = "/api/v2/domains/bulk/contacts"
BULK_READ = "/api/v2/domains/bulk/contacts/read"

# The contact of HostUp's published bulk request, all eleven fields
PUBLISHED_CONTACT = {
    "firstname": "Anna",
    "lastname": "Svensson",
    "companyname": "Example AB",
    "email": "domains@example.com",
    "phonenumber": "+46700000000",
    "address1": "Examplegatan 1",
    "address2": "",
    "city": "Stockholm",
    "postcode": "123 45",
    "state": "",
    "country": "SE",
}


class FakeClock:
    """Epoch seconds that move only on demand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class SandboxClient:
    """Calls the routes of one sandbox. A call without ``key`` has full access, by Bearer."""

    def __init__(self, **switches: object) -> None:
        self.clock = FakeClock()
        self.app = create_app(switches=switches, clock=self.clock)
        self._client = self.app.test_client()

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        key: str | None = FULL,
        scheme: str = "Bearer",
        headers: Mapping[str, str] | None = None,
        buffered: bool = True,
    ) -> TestResponse:
        """One request; ``scheme`` is Bearer or X-API-Key, ``key`` None sends none; not ``buffered``, it streams."""
        sent = dict(headers or {})
        if key is not None:
            sent |= {"Authorization": f"Bearer {key}"} if scheme == "Bearer" else {"X-API-Key": key}
        return self._client.open(path, method=method, json=body, headers=sent, buffered=buffered)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, body: object = None, **options: Any) -> TestResponse:
        return self.call("POST", path, {} if body is None else body, **options)

    def control(self, method: str, path: str, body: object = None) -> Any:
        """A call of the control plane that must succeed; returns its JSON."""
        answer = self.call(method, f"/_sandbox{path}", body, key=None)
        assert answer.status_code == 200, answer.text
        return answer.json

    def set(self, **switches: object) -> None:
        self.control("PATCH", "/switches", switches)

    def domain(self, reference: str) -> Any:
        """All that is stored of one domain."""
        return self.control("GET", f"/domains/{reference}")

    def registrant(self, reference: str) -> Any:
        """The stored registrant of one domain."""
        return self.domain(reference)["registrant"]

    def v2_id(self, name: str) -> str:
        return str(self.domain(name)["v2_id"])

    def v2_ids(self, *names: str) -> list[str]:
        return [self.v2_id(name) for name in names]

    def write_v1(self, ids: list[str], contacts: Mapping[str, object]) -> TestResponse:
        return self.post(BULK_V1, {"domainIds": ids, "contacts": contacts})

    def write_v2(self, names: list[str], contacts: Mapping[str, object]) -> TestResponse:
        return self.post(BULK_V2, {"domainIds": self.v2_ids(*names), "contacts": contacts})

    def write_one_v2(self, name: str, body: Mapping[str, object]) -> TestResponse:
        return self.post(f"/api/v2/domains/{self.v2_id(name)}/contacts", body)

    def read_lines(self, *names: str, **options: Any) -> list[Any]:
        """The lines of a bulk read that must succeed."""
        answer = self.post(BULK_READ, {"domainIds": self.v2_ids(*names)}, **options)
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]

    def finish_jobs(self) -> None:
        """Let more time pass than any job takes."""
        self.clock.advance(10)
        self.control("GET", "/domains")

    def violations(self) -> list[Any]:
        return list(self.control("GET", "/violations")["violations"])
