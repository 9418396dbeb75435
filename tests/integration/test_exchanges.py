# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As few requests as possible: how many there are for a portfolio, exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

MODULE = "hostup.cloud.hostup_domain_contacts"
COUNT = 250
DIFFERING = 30
DIFFERENT_CONTACT = {"city": "Lund", "lastname": "Berg"}
"""What so many domains have stored instead of the seed's values."""
JOB_SECONDS = 0.001
NEW_CITY = {"city": "Uppsala"}
STORED_CITY = {"city": "Stockholm"}
STORED_LASTNAME = {"lastname": "Svensson"}


@dataclass(frozen=True)
class Case:
    """A task for the portfolio, and the requests that it may take.

    Jobs are over when they are first asked for, so there are as many questions for them as writes.

    :ivar reads: of contacts, in bulk or one by one.
    :ivar lists: of the domain list.
    :ivar asks: whether a domain can be edited.
    """

    name: str
    reads: int
    writes: int = 0
    lists: int = 0
    asks: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    listed: str = "v2_ids"
    contacts: dict[str, str] = field(default_factory=lambda: NEW_CITY)
    changed: int = 0


QUICK = {"preflight": "none"}
CASES = [
    Case("nothing to change", reads=3, contacts=STORED_CITY, listed="same"),
    Case("everything to change", reads=6, writes=3, changed=COUNT, options=QUICK),
    Case("some to change", reads=4, writes=1, changed=DIFFERING, contacts=STORED_CITY, options=QUICK),
    Case("one batch is enough", reads=2, writes=1, changed=COUNT, options={**QUICK, "batch_size": 1000}),
    Case("no verification", reads=3, writes=3, changed=COUNT, options={**QUICK, "verify": False}),
    Case("a canary", reads=7, writes=4, changed=COUNT, options={**QUICK, "canary": 5}),
    Case("a preflight for each", reads=4, writes=1, asks=DIFFERING, changed=DIFFERING, contacts=STORED_CITY),
    Case(
        "a preflight by the list",
        reads=4,
        writes=1,
        lists=1,
        changed=DIFFERING,
        contacts=STORED_CITY,
        options={"preflight": "list"},
    ),
    Case("names", reads=4, writes=1, lists=1, changed=DIFFERING, contacts=STORED_CITY, listed="names", options=QUICK),
    Case(
        "names, and a preflight by the list that was read for them",
        reads=4,
        writes=1,
        lists=1,
        changed=DIFFERING,
        contacts=STORED_CITY,
        listed="names",
        options={"preflight": "list"},
    ),
    Case("a plan", reads=3, contacts=NEW_CITY, changed=COUNT, options={**QUICK, "check": True}),
    Case(
        "two groups, because some differ in a further field",
        reads=6,
        writes=3 + 1,
        changed=COUNT,
        contacts={**NEW_CITY, **STORED_LASTNAME},
        options=QUICK,
    ),
    Case(
        "version 1, two groups, because some have another contact stored",
        reads=2 * COUNT,
        writes=3 + 1,
        changed=COUNT,
        listed="v1_ids",
        contacts={**NEW_CITY, "address2": ""},
    ),
    Case(
        "version 1",
        reads=2 * COUNT,
        writes=3,
        changed=COUNT,
        listed="v1_ids",
        contacts={**NEW_CITY, **STORED_LASTNAME, "address2": ""},
    ),
]


@pytest.fixture(scope="module")
def ended(run_shared_tasks: Callable[..., Any], running_sandbox: Any) -> dict[str, Any]:
    """Each case in a play of its own sandbox state: its result, and what the sandbox has counted."""
    results = {}
    for case in CASES:
        running_sandbox.reset(job_seconds=JOB_SECONDS)
        differing = {"count": DIFFERING, "registrant": DIFFERENT_CONTACT}
        portfolio = running_sandbox.make_portfolio(count=COUNT, suffix="example", differing=differing)
        running_sandbox.forget_requests()
        options = dict(case.options)
        check_mode = options.pop("check", False)
        if case.listed == "same":
            selection = {"domain_ids": portfolio["v2_ids"], "contacts": {"companyname": "Example AB"}}
        else:
            key = "domains" if case.listed == "names" else "domain_ids"
            selection = {key: portfolio[case.listed], "contacts": case.contacts}
        task = {MODULE: {**selection, "poll_interval": 0.1, **options}, "name": case.name, "check_mode": check_mode}
        result = run_shared_tasks([task]).task(case.name).result
        counts = {kind: len(running_sandbox.requests(kind)) for kind in ("read", "list", "write", "poll")}
        results[case.name] = result, counts, running_sandbox.calls(), running_sandbox.requests()
    return results


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_task_takes_exactly_so_many_requests(case: Case, ended: Any) -> None:
    result, counts, calls, requests = ended[case.name]

    assert not result.get("failed", False), result.get("msg")
    assert sum(entry["status"] in ("updated", "planned") for entry in result["domains"]) == case.changed
    asked = [one for one in requests if one["method"] == "GET" and one["path"].endswith("/contacts")]
    assert len(asked) == case.asks
    reads = case.reads + case.asks
    assert counts == {"read": reads, "list": case.lists, "write": case.writes, "poll": case.writes}
    assert result["api_calls"] == calls


def test_every_domain_is_written_once_and_read_twice(ended: Any) -> None:
    _result, _counts, _calls, requests = ended["everything to change"]

    written = [i for one in requests if one["kind"] == "write" for i in one["body"]["domainIds"]]
    read = [i for one in requests if one["path"].endswith("/contacts/read") for i in one["body"]["domainIds"]]
    assert len(written) == len(set(written)) == COUNT
    assert sorted(read) == sorted(2 * written)


RATE = 20
CONCURRENCY = 8


def test_a_rate_limit_is_kept_by_all_parallel_requests_together(run_tasks: Callable[..., Any], sandbox: Any) -> None:
    portfolio = sandbox.make_portfolio(count=60, suffix="example")
    sandbox.switch(rate_limit_per_second=RATE)
    sandbox.forget_requests()
    task = {"domain_ids": portfolio["v1_ids"], "contacts": {**NEW_CITY, "address2": ""}, "concurrency": CONCURRENCY}

    result = run_tasks([{"name": "Limited", MODULE: task}]).task("Limited").result

    assert result["summary"]["updated"] == 60
    sent = sandbox.requests()
    refused = [one for one in sent if one["status"] == 429]
    # Whoever is told to wait makes all the others wait too: at most those on their way are refused, once each second.
    seconds = math.ceil((len(sent) - len(refused)) / RATE)
    assert 0 < len(refused) <= seconds * CONCURRENCY
    assert sum(result["api_calls"].values()) == len(sent)
