# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worlds drawn at random, and five promises that hold in each of them, by the true state of the sandbox.

A world has switches of the API, answers that go wrong, jobs that end in any way, and somebody else who edits while the
task runs. `WORLDS=5000` draws so many; a world that breaks a promise is made smaller and printed, with a line that
repeats it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from in_process import PassingTime
from judge import Observed, broken_promises
from observing import observe

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import VerdictKind, compare
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES
from hostup_sandbox import Sandbox
from hostup_sandbox.contacts import as_read
from hostup_sandbox.controlled import ControlledSandbox
from hostup_sandbox.switches import SwitchBoard

WORLDS = int(os.environ.get("WORLDS", "200"))
DOMAINS = {
    "v1": ("11790", "11795", "11791", "11792"),
    "v2": ("example.com", "shop.example", "example.se", "example.net"),
}
NAMES = DOMAINS["v2"]
WRITE = {"method": "POST", "path": "*/bulk/contacts"}
READS = {"v1": "/api/domain-contacts/*", "v2": "*/contacts/read"}

VALUES = {
    "firstname": ["Anna", "Erik", "Åsa"],
    "lastname": ["Svensson", "Lindqvist"],
    "companyname": ["", "Example AB", "Lind & Berg AB"],
    "email": ["domains@example.com", "domains@EXAMPLE.com", "erik@gamla-bolaget.example"],
    "phonenumber": ["+46700000000", "+46.700000099", "+46 31 700 00 00"],
    "address1": ["Examplegatan 1", "Gamla vägen 9"],
    "address2": ["", "Lgh 1101"],
    "city": ["Stockholm", "Göteborg"],
    "postcode": ["123 45", "41101"],
    "state": ["", "Skåne"],
    "country": ["SE", "se"],
}
STRANGE = ["Stockholm\n", "\u2028", "Sto\u0085ckholm", "\u001fGöteborg", " Stockholm", "&amp;", "{{ 1 }}"]

SWITCHES: dict[str, list[Any]] = {
    "v1_read_nesting": ["registrant", "flat"],
    "v1_read_address2": [False, True],
    "v1_empty_as": ["empty_string", "null", "absent"],
    "v1_text_on_read": ["as_stored", "as_stored", "html_entities"],
    "v1_omitted_keys": ["keep", "blank"],
    "v1_empty_write": ["clears", "ignored"],
    "v2_empty_as": ["null", "empty_string", "absent"],
    "v2_contact_nesting": ["flat", "flat", "flat", "by_role"],
    "v2_omitted_fields": ["keep", "keep", "blank"],
    "v2_empty_write": ["clears", "ignored", "refused"],
    "read_line_order": ["as_asked", "reversed", "shuffled"],
    "read_contradicts": ["no", "no", "no", "second_line", "other_name"],
    "read_lag_seconds": [0, 0, 2, 20, 90],
    "read_leaves_out": [(), (), (), ("email",), ("state", "companyname")],
    "write_alters": [(), (), (), ("email",), ("address1", "city")],
    "phone_on_read": ["as_sent", "e164", "epp", "spaced"],
    "postcode_on_read": ["as_sent", "compact"],
    "country_on_read": ["as_sent", "upper", "lower"],
    "email_domain_on_read": ["as_sent", "lower"],
    "text_on_store": ["as_sent", "as_sent", "uppercase", "strip_accents", "trim_inner_spaces"],
    "swedish_holder_fields": ["applied", "ignored", "fails"],
    "bulk_submit_shape": ["documented", "no_job_id", "completed_at_once"],
    "job_result": ["success", "success", "inner_false", "outer_false", "failed", "never_ends", "vanishes"],
    "job_applies": ["as_result", "as_result", "all", "none", "some"],
    "job_state_words": ["bullmq", "short", "operation", "undocumented"],
    "poll_shape": ["v1_envelope", "operation", "bare", "v1_state_only"],
    "job_seconds": [0.001, 1, 30],
    "max_bulk_ids": [0, 0, 1],
}

EFFECTS: list[dict[str, Any]] = [
    *({"status": status} for status in (303, 400, 403, 404, 408, 409, 410, 422, 429, 499, 500, 502, 503, 504)),
    {"disconnect": True},
    {"status": 200, "body": {"success": False, "message": "No."}},
    {"status": 202, "body": {}},
    {"status": 200, "body": "<html>"},
    {"truncate_after_bytes": 20},
]


@dataclass(frozen=True)
class Edit:
    """What somebody else changes when the task writes, or when it polls.

    :ivar at: `write` or `poll`.
    :ivar skip: how many of these requests come before.
    """

    at: str
    skip: int
    name: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class World:
    """A world, and the task that is run in it.

    :ivar other: the contact that a portfolio declares for the last two domains; null for a task with one contact.
    """

    api: str
    switches: Mapping[str, Any]
    stored: Mapping[str, Mapping[str, str]]
    options: Mapping[str, Any]
    other: Mapping[str, str] | None
    write_fault: Mapping[str, Any] | None
    read_fault: Mapping[str, Any] | None
    edit: Edit | None
    names: tuple[str, ...] = field(default=NAMES)

    def declared(self, name: str) -> Mapping[str, str]:
        """The contact that the task declares for a domain."""
        contacts: Mapping[str, str] = self.options["contacts"]
        return contacts if self.other is None or name in NAMES[:2] else self.other


def some_of(values: Mapping[str, list[Any]], *, min_size: int = 0, max_size: int) -> st.SearchStrategy[dict[str, Any]]:
    """Some keys, each with one of its values."""
    keys = st.lists(st.sampled_from(sorted(values)), unique=True, min_size=min_size, max_size=max_size)
    return keys.flatmap(lambda chosen: st.fixed_dictionaries({key: st.sampled_from(values[key]) for key in chosen}))


def can_have_acted(effect: Mapping[str, Any]) -> bool:
    """Whether the API may have carried out a request that ended in this way."""
    return effect.get("status") not in NEVER_ACTED and "truncate_after_bytes" not in effect


CONTACTS = some_of(VALUES, max_size=6)
STORED = st.one_of(CONTACTS, st.fixed_dictionaries({"city": st.sampled_from(STRANGE)}))
OPTIONS = st.fixed_dictionaries(
    {
        "contacts": some_of(VALUES, min_size=1, max_size=6),
        "canary": st.sampled_from([0, 0, 1, 2]),
        "batch_size": st.sampled_from([1, 2, 100]),
        "verify_timeout": st.sampled_from([0, 5, 30]),
        "wait_timeout": st.sampled_from([5, 60]),
        "max_retries": st.sampled_from([0, 2]),
        "strict": st.sampled_from([False, False, True]),
        "preflight": st.sampled_from(["each", "none"]),
    },
    optional={"when_current": some_of(VALUES, min_size=1, max_size=1)},
)
NEVER_ACTED = (400, 401, 403, 404, 413, 422, 429)
"""The statuses by which the API is documented to refuse an update: it has not acted then."""

FAULTS = st.builds(
    lambda effect, act, skip: {**effect, "act": act and can_have_acted(effect), "skip": skip},
    st.sampled_from(EFFECTS),
    st.booleans(),
    st.integers(0, 2),
)
WORLD = st.builds(
    World,
    api=st.sampled_from(["v1", "v2"]),
    switches=some_of(SWITCHES, min_size=2, max_size=8),
    stored=st.dictionaries(st.sampled_from(NAMES), STORED, max_size=3),
    options=OPTIONS,
    other=st.none() | some_of(VALUES, min_size=1, max_size=6),
    write_fault=st.none() | FAULTS,
    read_fault=st.none() | FAULTS.filter(lambda fault: fault.get("status") != 202),
    edit=st.none()
    | st.builds(
        Edit,
        st.sampled_from(["write", "poll"]),
        st.integers(0, 1),
        st.sampled_from(NAMES),
        some_of(VALUES, min_size=1, max_size=2),
    ),
)


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[ControlledSandbox, PassingTime]]:
    passing = PassingTime(speed=500_000)
    with Sandbox(clock=passing.epoch) as server, contextlib.closing(ControlledSandbox(server.url)) as sandbox:
        yield sandbox, passing


def arrange(world: World, sandbox: ControlledSandbox) -> None:
    sandbox.reset(**world.switches)
    for name, registrant in world.stored.items():
        sandbox.change_domain(name, {"registrant": registrant})
    sandbox.forget_requests()
    faults = []
    if world.edit:
        struck = WRITE if world.edit.at == "write" else {"method": "GET", "path": "/api/jobs/*"}
        faults.append({**struck, "skip": world.edit.skip, "edit": {world.edit.name: dict(world.edit.values)}})
    if world.write_fault:
        faults.append({**WRITE, **world.write_fault})
    if world.read_fault:
        faults.append({"path": READS[world.api], **world.read_fault})
    if faults:
        sandbox.add_faults(*faults)


def run(world: World, sandbox: ControlledSandbox, passing: PassingTime) -> Observed:
    key, listed = "domain_ids" if world.api == "v1" else "domains", list(DOMAINS[world.api])
    options = {**world.options, "material_changes": "allow", "timeout": 20, "poll_interval": 2}
    if world.other is None:
        return observe(sandbox, {**options, key: listed}, passing=passing)
    options["profiles"] = {"one": options.pop("contacts"), "other": world.other}
    options["assignments"] = [{"profile": "one", key: listed[:2]}, {"profile": "other", key: listed[2:]}]
    return observe(sandbox, options, "hostup_portfolio", passing=passing)


def truth(sandbox: ControlledSandbox, passing: PassingTime) -> dict[str, dict[str, str]]:
    """What is stored once every job has ended, by name."""
    passing.sleep(3600)
    return {domain["name"]: domain["registrant"] for domain in sandbox.domains()}


def is_same(name: str, left: str, right: str, countries: tuple[str, str], *, strict: bool) -> bool:
    left_country, right_country = (country.strip().upper() for country in countries)
    verdict = compare(name, left, right, left_country=left_country, right_country=right_country, strict=strict)
    return verdict.kind is not VerdictKind.DIFFERENT


def readable(world: World, name: str, stored: str) -> bool:
    """Whether reads show this field as it is stored, apart from notation."""
    switches = SwitchBoard(world.switches)
    if name in switches["read_leaves_out"]:
        return False
    if world.api == "v1":
        if not stored and switches["v1_empty_as"] == "absent":
            return False
        is_returned = name != "address2" or bool(switches["v1_read_address2"])
        return is_returned and bool(switches["v1_text_on_read"] == "as_stored")
    return True


def false_claims(world: World, seen: Observed, after: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Promises one and two: what is called updated or unchanged is as declared, and nothing else has changed."""
    switches, strict = SwitchBoard(world.switches), world.options["strict"]
    # Where a read lags behind the job, nobody can know more of what is not applied.
    loud = {"altered", "failed", "queued", *(["not_applied"] if switches["read_lag_seconds"] else [])}
    completed = {i for job in seen.result["jobs"] if job["status"] == "completed" for i in job["domain_ids"]}
    for name, entry in zip(NAMES, seen.result["domains"], strict=True):
        if world.edit and world.edit.name == name:
            # Somebody else's edit to the declared values looks like an update whose job is still to act.
            is_proved = entry["status"] == "updated" and entry["id"] in completed
            if not is_proved or world.options["canary"]:
                continue
        declared = world.declared(name)
        now = {key: as_read(key, value, switches) for key, value in after[name].items()}
        before = {key: as_read(key, value, switches) for key, value in seen.before[name].items()}
        for key in FIELD_NAMES:
            if not (readable(world, key, now[key]) and readable(world, key, before[key])):
                continue
            if key in declared and entry["status"] in ("updated", "unchanged"):
                countries = (declared.get("country", now["country"]), now["country"])
                if not is_same(key, declared[key], now[key], countries, strict=strict):
                    yield f"{name} is {entry['status']}, and {key} is {now[key]!r} instead of {declared[key]!r}"
            if key not in declared and entry["status"] not in loud:
                countries = (before["country"], now["country"])
                if not is_same(key, before[key], now[key], countries, strict=strict):
                    yield f"{name} is {entry['status']}, and {key} was {before[key]!r} and is {now[key]!r}"


@given(world=WORLD)
@settings(
    max_examples=WORLDS,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_the_promises_hold(place: tuple[ControlledSandbox, PassingTime], world: World) -> None:
    sandbox, passing = place
    arrange(world, sandbox)
    seen = run(world, sandbox, passing)
    after = truth(sandbox, passing)
    edited = {world.edit.name} if world.edit else set()

    # No domain is sent twice, every end is a sentence, and check mode, secrets and counts are as everywhere.
    broken = [line for line in broken_promises(seen) if not edited or "something else is stored" not in line]
    broken += false_claims(world, seen, after)
    if not seen.result["changed"]:
        changed = [name for name in NAMES if name not in edited and dict(seen.before[name]) != dict(after[name])]
        broken += [f"changed is false, and {name} is stored otherwise than before" for name in changed]
    for entry in seen.result["domains"]:
        event(f"status {entry['status']}")
    event("failed" if seen.ended.failed else "succeeded")
    assert broken == [], (seen.result.get("msg"), seen.result["domains"])
