# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floor of the benchmarks: the exchanges of hostup_domain_contacts, and nothing else.

Somebody who writes a script for one change of one portfolio, trusts each answer and checks no error would write this.
Its argument is a JSON file with `url`, `key`, `generation`, `ids`, `contacts` (in the names of the generation),
`batch_size`, `concurrency` and `preflight`. It prints how many requests of each kind it has sent.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

PAUSE_SECONDS = 0.01
CHUNK_BYTES = 65_536

Contact = dict[str, Any]
Ask = Callable[[list[str]], object]
Read = Callable[[list[str]], Iterator[tuple[str, Contact]]]


class Floor:
    """One run of the script."""

    def __init__(self, wishes: dict[str, Any]) -> None:
        self.wishes = wishes
        self.calls = {"read": 0, "write": 0, "poll": 0}
        self.session = requests.Session()
        self.session.mount(wishes["url"], requests.adapters.HTTPAdapter(pool_maxsize=wishes["concurrency"]))
        self.session.headers.update(
            {"X-API-Key": wishes["key"]}
            if wishes["generation"] == "v1"
            else {"Authorization": f"Bearer {wishes['key']}"}
        )

    def call(self, kind: str, method: str, path: str, body: Any = None, *, stream: bool = False) -> requests.Response:
        """Send one request."""
        self.calls[kind] += 1
        answer = self.session.request(method, self.wishes["url"] + path, json=body, stream=stream, timeout=30)
        answer.raise_for_status()
        return answer

    def batches(self, ids: list[str]) -> Iterator[list[str]]:
        """Cut a list of ids into what one bulk request takes."""
        size = self.wishes["batch_size"]
        return (ids[start : start + size] for start in range(0, len(ids), size))

    def read_v2(self, ids: list[str]) -> Iterator[tuple[str, Contact]]:
        """Read contacts in bulk."""
        for batch in self.batches(ids):
            path = "/api/v2/domains/bulk/contacts/read"
            with self.call("read", "POST", path, {"domainIds": batch}, stream=True) as answer:
                for line in answer.iter_lines(CHUNK_BYTES):
                    document = json.loads(line)
                    yield document["domainId"], document["contact"]

    def read_v1(self, ids: list[str]) -> Iterator[tuple[str, Contact]]:
        """Read contacts one by one, in parallel."""

        def one(domain_id: str) -> tuple[str, Contact]:
            answer = self.call("read", "GET", f"/api/domain-contacts/{domain_id}").json()
            return domain_id, answer["data"]["contacts"]["registrant"]

        with ThreadPoolExecutor(self.wishes["concurrency"]) as pool:
            yield from pool.map(one, ids)

    def ask_each(self, ids: list[str]) -> None:
        """Ask of each domain whether it can be edited, in parallel."""

        def one(domain_id: str) -> None:
            answer = self.call("read", "GET", f"/api/v2/domains/{domain_id}/contacts").json()
            if not answer["actions"]["canEditContacts"]["allowed"]:
                sys.exit("One cannot be edited.")

        with ThreadPoolExecutor(self.wishes["concurrency"]) as pool:
            list(pool.map(one, ids))

    def ask_list(self, ids: list[str]) -> None:
        """Read the list until it has shown of each domain that nothing is the matter."""
        left, path = set(ids), "/api/v2/domains?limit=1000"
        while left:
            answer = self.call("read", "GET", path).json()
            left -= {row["id"] for row in answer["data"] if row["serviceStatus"] == "active"}
            path = f"/api/v2/domains?limit=1000&cursor={answer['nextCursor']}"

    def write_v2(self, batch: list[str], _stored: Contact) -> str:
        """Send a patch; return where to ask for its job."""
        body = {"domainIds": batch, "contacts": self.wishes["contacts"]}
        answer = self.call("write", "POST", "/api/v2/domains/bulk/contacts", body).json()
        return str(answer["operation"]["pollUrl"])

    def write_v1(self, batch: list[str], stored: Contact) -> str:
        """Send a whole contact; return where to ask for its job."""
        contact = {name: value for name, value in stored.items() if name != "orgno"} | self.wishes["contacts"]
        body = {"domainIds": batch, "contacts": contact}
        answer = self.call("write", "POST", "/api/domains/bulk/contacts", body).json()
        return f"/api/jobs/{answer['data']['jobId']}"

    def run(self) -> None:
        """Read, ask, write what differs, wait, read again."""
        read, write = (
            (self.read_v1, self.write_v1) if self.wishes["generation"] == "v1" else (self.read_v2, self.write_v2)
        )
        stored = dict(read(self.wishes["ids"]))
        differing = [domain_id for domain_id in self.wishes["ids"] if self.differs(stored[domain_id])]
        preflights: dict[str, Ask] = {"each": self.ask_each, "list": self.ask_list, "none": list}
        preflights[self.wishes["preflight"]](differing)
        jobs = [write(batch, stored[batch[0]]) for batch in self.batches(differing)]
        for job in jobs:
            while not self.call("poll", "GET", job).json()["data"]["isCompleted"]:
                time.sleep(PAUSE_SECONDS)
        if any(self.differs(contact) for _id, contact in read(differing)):
            sys.exit("Something was not stored.")

    def differs(self, contact: Contact) -> bool:
        """Compare as a script would: as text."""
        return any(contact[name] != value for name, value in self.wishes["contacts"].items())


if __name__ == "__main__":
    floor = Floor(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    floor.run()
    sys.stdout.write(json.dumps(floor.calls))
