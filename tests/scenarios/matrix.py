# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trials of fault_matrix.yml: each with a sandbox of its own, whose time is that of the module."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from in_process import PassingTime
from judge import Observed
from observing import observe
from places import PLACES
from scenario import for_api

from hostup_sandbox import Sandbox, yaml_files
from hostup_sandbox.controlled import FULL_ACCESS_KEY, ControlledSandbox

LISTED = {
    "v1": {"domain_ids": ["11790", "11795", "11792"]},
    "v2": {"domains": ["example.com", "shop.example", "example.net"]},
}
CONTACT = {"city": "Stockholm"}
OPTIONS = {
    "contacts": CONTACT,
    "max_retries": 2,
    "poll_interval": 0.1,
    "preflight": "none",
    "timeout": 10,
    "wait_timeout": 10,
}
SWITCHES = {
    # Jobs are over when the next request comes, or it would be chance what the first reading back finds.
    "job_seconds": 0.0001,
    # Otherwise every run of version 1 warns that it does not know the second address line.
    "v1_read_address2": True,
}
SPEED = 20


@dataclass(frozen=True)
class Trial:
    """One trial of the matrix with one generation of the API; ``wishes`` are its keys, see the head of the file."""

    name: str
    api: str
    wishes: dict[str, Any]


@cache
def matrix() -> list[dict[str, Any]]:
    path = Path(__file__).with_name("fault_matrix.yml")
    sections: list[dict[str, Any]] = yaml_files.load(path)["sections"]
    return sections


def trials() -> Iterator[Trial]:
    for section in matrix():
        for row in section["rows"]:
            for wishes in row.get("trials", ()):
                apis = wishes.get("api", "v2")
                for api in [apis] if isinstance(apis, str) else apis:
                    words = (section["id"], row["id"], wishes.get("name"), api)
                    yield Trial("-".join(filter(None, words)).replace(" ", "_"), api, for_api(wishes, api))


class Attempt:
    """A trial in its sandbox.

    :ivar listed: what the task lists, by name or by id of version 1.
    """

    def __init__(self, trial: Trial, sandbox: ControlledSandbox, passing: PassingTime) -> None:
        self._trial = trial
        self._sandbox = sandbox
        self._passing = passing
        self._options = self._prepared()
        self.listed: Sequence[str] = self._options.get("domain_ids") or self._options["domains"]
        self.api_key = self._options.get("api_key", FULL_ACCESS_KEY)

    def _prepared(self) -> dict[str, Any]:
        """Bring the sandbox into the state of the trial, and return the options of its task."""
        wishes, api = self._trial.wishes, self._trial.api
        for name, change in wishes.get("stored", {}).items():
            self._sandbox.change_domain(name, change)
        options = {**OPTIONS, **wishes.get("options", {})}
        if "portfolio" in wishes:
            made = self._sandbox.make_portfolio(**wishes["portfolio"])
            options.update({"domain_ids": made["v1_ids"]} if api == "v1" else {"domains": made["names"]})
        faults = [dict(fault) for fault in wishes.get("faults", ())]
        if faults:
            self._sandbox.add_faults(*({**PLACES[api].get(fault.pop("at", ""), {}), **fault} for fault in faults))
        return options if {"domains", "domain_ids"} & options.keys() else {**options, **LISTED[api]}

    def run(self) -> Observed:
        """The run that meets the faults."""
        return self._observed(self._options, check_mode=self._trial.wishes.get("check_mode", False))

    def run_again(self) -> Observed:
        """A run with the usual limits, which meets nothing any more."""
        self._sandbox.forget_requests()
        return self._observed({**self._options, **OPTIONS}, check_mode=False)

    def _observed(self, options: dict[str, Any], *, check_mode: bool) -> Observed:
        seen = observe(self._sandbox, options, check_mode=check_mode, passing=self._passing)
        assert self._sandbox.violations() == []
        return seen

    def wait_until_stored(self, city: str, seconds: float = 10) -> None:
        """Wait for what the API goes on to do."""
        end = time.monotonic() + seconds
        while {self._sandbox.stored()[key]["city"] for key in self.listed} != {city}:
            assert time.monotonic() < end, f"{city} has not been stored"
            self._passing.sleep(0.2)


@contextlib.contextmanager
def attempt(trial: Trial) -> Iterator[Attempt]:
    """Start a sandbox for a trial; when it stops, so does what it still has to answer."""
    passing = PassingTime(trial.wishes.get("speed", SPEED))
    with (
        Sandbox(switches={**SWITCHES, **trial.wishes.get("switches", {})}, clock=passing.epoch) as server,
        contextlib.closing(ControlledSandbox(server.url)) as sandbox,
    ):
        yield Attempt(trial, sandbox, passing)
