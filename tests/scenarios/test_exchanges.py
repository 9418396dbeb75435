# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As few requests as possible: how many there are for a portfolio, exactly."""

from __future__ import annotations

import contextlib
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from in_process import PassingTime
from judge import Observed, broken_promises
from observing import observe
from places import PLACES

from hostup_sandbox import Sandbox
from hostup_sandbox.controlled import ControlledSandbox

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

    Jobs are over when they are first asked for, so there are as many polls as writes.

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
    # Three reads before, one of the canary, and of the rest three before and three after.
    Case("a canary", reads=10, writes=4, changed=COUNT, options={**QUICK, "canary": 5}),
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


def carried_out(case: Case, sandbox: ControlledSandbox) -> Observed:
    """Make the portfolio, and run the task for it."""
    sandbox.switch(job_seconds=JOB_SECONDS)
    differing = {"count": DIFFERING, "registrant": DIFFERENT_CONTACT}
    portfolio = sandbox.make_portfolio(count=COUNT, suffix="example", differing=differing)
    sandbox.forget_requests()
    options = dict(case.options)
    check_mode = options.pop("check", False)
    if case.listed == "same":
        selection = {"domain_ids": portfolio["v2_ids"], "contacts": {"companyname": "Example AB"}}
    else:
        key = "domains" if case.listed == "names" else "domain_ids"
        selection = {key: portfolio[case.listed], "contacts": case.contacts}
    return observe(sandbox, {**selection, "poll_interval": 0.1, **options}, check_mode=check_mode)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_task_takes_exactly_so_many_requests(case: Case, sandbox: ControlledSandbox) -> None:
    seen = carried_out(case, sandbox)

    assert not seen.ended.failed, seen.result.get("msg")
    assert list(broken_promises(seen)) == []
    assert sum(status in ("updated", "planned") for status in seen.statuses) == case.changed
    asked = [one for one in seen.requests if one["method"] == "GET" and one["path"].endswith("/contacts")]
    assert len(asked) == case.asks
    reads = case.reads + case.asks
    counts = Counter(one["kind"] for one in seen.requests)
    assert counts == Counter(read=reads, list=case.lists, write=case.writes, poll=case.writes)
    assert seen.result["api_calls"] == seen.calls


def test_every_domain_is_written_once_and_read_twice(sandbox: ControlledSandbox) -> None:
    (case,) = (case for case in CASES if case.name == "everything to change")

    requests = carried_out(case, sandbox).requests

    written = [i for one in requests if one["kind"] == "write" for i in one["body"]["domainIds"]]
    read = [i for one in requests if one["path"].endswith("/contacts/read") for i in one["body"]["domainIds"]]
    assert len(written) == len(set(written)) == COUNT
    assert sorted(read) == sorted(2 * written)


CONCURRENCY = 8


@pytest.mark.parametrize("rate", [5, 20])
def test_a_rate_limit_is_kept_by_all_parallel_requests_together(rate: int) -> None:
    passing = PassingTime(speed=20)
    with Sandbox(clock=passing.epoch) as server, contextlib.closing(ControlledSandbox(server.url)) as sandbox:
        portfolio = sandbox.make_portfolio(count=60, suffix="example")
        sandbox.switch(rate_limit_per_second=rate)
        options = {
            "domain_ids": portfolio["v1_ids"],
            "contacts": {**NEW_CITY, "address2": ""},
            "concurrency": CONCURRENCY,
        }

        seen = observe(sandbox, options, passing=passing)

    assert seen.result["summary"]["updated"] == 60
    refused = [one for one in seen.requests if one["status"] == 429]
    # Whoever has to wait makes all the others wait too: at most those on their way are refused, once each second.
    seconds = math.ceil((len(seen.requests) - len(refused)) / rate)
    assert 0 < len(refused) <= seconds * CONCURRENCY
    assert sum(seen.result["api_calls"].values()) == len(seen.requests)


def test_behind_a_429_one_request_tries_first(sandbox: ControlledSandbox) -> None:
    tries, seconds = 3, 4
    refusal = {"status": 429, "headers": {"Retry-After": str(seconds)}, "times": CONCURRENCY + tries}
    ids = sandbox.make_portfolio(count=20, suffix="example")["v1_ids"]
    sandbox.add_faults({**PLACES["v1"]["read"], **refusal})
    # All that may be under way at once are, before the first answer comes.
    sandbox.switch(latency_seconds=0.2)

    seen = observe(sandbox, {"domain_ids": ids, "concurrency": CONCURRENCY}, "hostup_domain_contacts_info", speed=20)

    assert not seen.ended.failed
    # Had two of them tried at once, there would have been fewer waits.
    assert seen.ended.seconds >= (1 + tries) * seconds
    assert [one["status"] for one in seen.requests] == [429] * (CONCURRENCY + tries) + [200] * len(ids)
    assert list(broken_promises(seen)) == []
