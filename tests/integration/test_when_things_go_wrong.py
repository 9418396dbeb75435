# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything in fault_matrix.yml happens, each to a task of its own, and ends as it is told there."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from hostup_sandbox import Sandbox

COLLECTION = Path(__file__).resolve().parents[2]
MODULE = "hostup.cloud.hostup_domain_contacts"
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
SWITCHES = {"v1_read_address2": True}
"""Otherwise every run of version 1 warns that it does not know the second address line."""
PLACES = {
    "v1": {
        "list": {"method": "GET", "path": "/api/client-domains"},
        "read": {"method": "GET", "path": "/api/domain-contacts/*"},
        "write": {"method": "POST", "path": "/api/domains/bulk/contacts"},
        "poll": {"method": "GET", "path": "/api/jobs/*"},
    },
    "v2": {
        "list": {"method": "GET", "path": "/api/v2/domains"},
        "read": {"method": "POST", "path": "/api/v2/domains/bulk/contacts/read"},
        "write": {"method": "POST", "path": "/api/v2/domains/bulk/contacts"},
        "poll": {"method": "GET", "path": "/api/jobs/*"},
    },
}
SETTLED = ("updated", "unchanged")
PERSONAL = ("Erik", "Lindqvist", "Gamla Bolaget", "gamla-bolaget", "Gamla vägen", "Göteborg", "411 01", "+46.700000099")
"""What the sandbox stores of the first two domains."""
AT_ONCE = 6
"""How many tasks run at once; most of their time they wait."""


# -- the data ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """One trial of the matrix with one generation of the API; ``wishes`` are its keys, see the head of the file."""

    name: str
    api: str
    wishes: dict[str, Any]

    @property
    def expect(self) -> dict[str, Any]:
        found: dict[str, Any] = self.wishes["expect"]
        return found


def for_api(value: Any, api: str) -> Any:
    """Choose from every dict whose keys are generations."""
    if isinstance(value, list):
        return [for_api(item, api) for item in value]
    if not isinstance(value, dict):
        return value
    if value and value.keys() <= LISTED.keys():
        return for_api(value[api], api)
    return {key: for_api(item, api) for key, item in value.items()}


@cache
def matrix() -> list[dict[str, Any]]:
    path = Path(__file__).with_name("fault_matrix.yml")
    sections: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["sections"]
    return sections


def trials() -> Iterator[Trial]:
    for section in matrix():
        for row in section["rows"]:
            for wishes in row.get("trials", ()):
                apis = wishes.get("api", "v2")
                for api in [apis] if isinstance(apis, str) else apis:
                    words = (section["id"], row["id"], wishes.get("name"), api)
                    yield Trial("-".join(filter(None, words)).replace(" ", "_"), api, for_api(wishes, api))


TRIALS = list(trials())


# -- the runs ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ended:
    """How a task ended, what the sandbox saw of it, and what it stores afterwards."""

    task: Any
    listed: Sequence[str]
    requests: list[dict[str, Any]]
    calls: dict[str, int]
    stored: dict[str, dict[str, Any]]
    violations: list[Any]

    @property
    def result(self) -> dict[str, Any]:
        result: dict[str, Any] = self.task.result
        return result

    @property
    def statuses(self) -> list[str]:
        return [entry["status"] for entry in self.result["domains"]]


def prepared(trial: Trial, control: Any) -> dict[str, Any]:
    """Bring a sandbox into the state of a trial, and return the options of its task."""
    control.reset(**SWITCHES, **trial.wishes.get("switches", {}))
    for name, change in trial.wishes.get("stored", {}).items():
        control.change_domain(name, change)
    faults = [dict(fault) for fault in trial.wishes.get("faults", ())]
    if faults:
        control.add_faults(*({**PLACES[trial.api].get(fault.pop("at", ""), {}), **fault} for fault in faults))
    options = {"api_url": control.url, **OPTIONS, **trial.wishes.get("options", {})}
    if "portfolio" in trial.wishes:
        made = control.make_portfolio(**trial.wishes["portfolio"])
        return {**options, **({"domain_ids": made["v1_ids"]} if trial.api == "v1" else {"domains": made["names"]})}
    is_listed = {"domains", "domain_ids"} & options.keys()
    return options if is_listed else {**options, **LISTED[trial.api]}


def observed(control: Any, task: Any, options: dict[str, Any]) -> Ended:
    listed = options.get("domain_ids") or options["domains"]
    return Ended(task, listed, control.requests(), control.calls(), control.stored(), control.violations())


def play(options: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """One task for all hosts, each of which is a trial with its own options."""
    names = {name for given in options.values() for name in given}
    module = {MODULE: {name: f"{{{{ task_options.{name} | default(omit) }}}}" for name in names}}
    return [
        {
            "hosts": "all",
            "gather_facts": False,
            "tasks": [{"name": "Run", **module, "check_mode": "{{ dry }}", "ignore_errors": True}],
        }
    ]


def inventory(options: dict[str, dict[str, Any]], dry: set[str]) -> dict[str, Any]:
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    hosts = {host: {"task_options": given, "dry": host in dry} for host, given in options.items()}
    return {"all": {"vars": local, "hosts": hosts}}


def run_all(run_playbook: Any, options: dict[str, dict[str, Any]], dry: set[str] = frozenset()) -> dict[str, Any]:
    """Run the task on every host, several at once, and return how it ended on each."""
    hosts = run_playbook.folder / "inventory.json"
    hosts.write_text(json.dumps(inventory(options, dry)), encoding="utf-8")
    run = run_playbook(play(options), "-i", str(hosts), "--forks", str(AT_ONCE), ANSIBLE_PIPELINING="true")
    assert "Traceback" not in run.output
    assert "MODULE FAILURE" not in run.output
    ended = {task.host: task for task in run.tasks}
    assert ended.keys() == options.keys(), run.output
    return ended


@pytest.fixture(scope="module")
def controls(controlled: Callable[[str], Any]) -> Iterator[list[Any]]:
    """A sandbox for each trial, so that several can run at once."""
    servers = [Sandbox(validate=False) for _trial in TRIALS]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda server: server.start(), servers))
        yield [controlled(server.url) for server in servers]
        list(pool.map(lambda server: server.stop(), servers))


@pytest.fixture(scope="module")
def both_runs(controls: list[Any], shared_runner: Any) -> tuple[dict[str, Ended], dict[str, Ended]]:
    """Every trial, and the second run of those that ask for one."""
    by_name = dict(zip((trial.name for trial in TRIALS), controls))
    trial_of = {f"trial-{number:03}": trial for number, trial in enumerate(TRIALS)}
    options = {host: prepared(trial, by_name[trial.name]) for host, trial in trial_of.items()}
    dry = {host for host, trial in trial_of.items() if trial.wishes.get("check_mode")}
    first = run_all(shared_runner, options, dry)
    ended = {trial.name: observed(by_name[trial.name], first[h], options[h]) for h, trial in trial_of.items()}

    repeated = {host: trial for host, trial in trial_of.items() if "again" in trial.wishes}
    for trial in repeated.values():
        by_name[trial.name].forget_requests()
    # The first run of any of them began long ago.
    second = run_all(shared_runner, {host: {**options[host], **OPTIONS} for host in repeated})
    again = {trial.name: observed(by_name[trial.name], second[h], options[h]) for h, trial in repeated.items()}
    return ended, again


# -- the expectations -------------------------------------------------------------------------------------------------


def differences(expect: dict[str, Any], ended: Ended) -> Iterator[str]:
    """Yield one line for each way in which a task ended otherwise than expected."""
    result, failure = ended.result, ended.result.get("failure") or {}
    cities = [ended.stored.get(key, {}).get("city") for key in ended.listed]
    facts = {
        "code": failure.get("code"),
        "status": failure.get("http_status"),
        "changed": result["changed"],
        "jobs": [job["status"] for job in result["jobs"]],
    }
    for key, value in facts.items():
        if expect.get(key, None if key == "code" else value) != value:
            yield f"{key} is {value!r}, expected {expect.get(key)!r}"
    for key, values in (("domains", ended.statuses), ("cities", cities)):
        expected = expect.get(key)
        if expected not in (None, "later") and expected != (Counter(values) if isinstance(expected, dict) else values):
            yield f"{key} are {values!r}, expected {expected!r}"
    for kind, count in expect.get("calls", {}).items():
        if result["api_calls"][kind] != count:
            yield f"{result['api_calls'][kind]} calls of kind {kind}, expected {count}"
    yield from differences_of_texts(expect, ended)


def differences_of_texts(expect: dict[str, Any], ended: Ended) -> Iterator[str]:
    result, warnings = ended.result, ended.task.warnings
    for pattern in expect.get("says", ()):
        if not re.search(pattern, result.get("msg", "")):
            yield f"msg does not say {pattern!r}: {result.get('msg')}"
    for pattern in expect.get("warns", ()):
        if not any(re.search(pattern, warning) for warning in warnings):
            yield f"no warning says {pattern!r}: {warnings}"
    if len(warnings) != len(expect.get("warns", ())) and "again" not in expect:
        yield f"warnings are {warnings}"
    if "reason" in expect:
        reason, *_others = (entry["reason"] for entry in result["domains"] if entry["status"] not in SETTLED)
        if not (reason is None if expect["reason"] is None else re.search(expect["reason"], reason or "")):
            yield f"the reason is {reason!r}"
    if ended.task.seconds > expect.get("within", 60):
        yield f"it took {ended.task.seconds:.1f} s"


def default_cities(ended: Ended) -> Iterator[str]:
    """Without other word, what is updated is stored and what failed is not."""
    for key, status in zip(ended.listed, ended.statuses):
        city = ended.stored[key]["city"]
        if (city == CONTACT["city"]) != (status in SETTLED):
            yield f"{key} is {status}, and {city} is stored"


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_the_task_ends_as_the_matrix_says(trial: Trial, both_runs: Any) -> None:
    ended = both_runs[0][trial.name]

    assert ended.task.failed == ("code" in trial.expect), ended.result.get("msg") or ended.result
    assert list(differences(trial.expect, ended)) == [], ended.result.get("msg")
    if "cities" not in trial.expect:
        assert list(default_cities(ended)) == []


@pytest.mark.parametrize("trial", [t for t in TRIALS if "again" in t.wishes], ids=lambda trial: trial.name)
def test_another_run_is_safe(trial: Trial, both_runs: Any) -> None:
    ended = both_runs[1][trial.name]

    assert not ended.task.failed, ended.result["msg"]
    assert list(differences(trial.wishes["again"], ended)) == []
    assert list(default_cities(ended)) == []
    # What had arrived is compared, and not written a second time.
    again = trial.wishes["again"]
    assert ended.calls["write"] == again.get("calls", {}).get("write", int(again["changed"]))


# -- what holds for all of them ---------------------------------------------------------------------------------------


@pytest.fixture(params=TRIALS, ids=lambda trial: trial.name)
def any_end(request: pytest.FixtureRequest, both_runs: Any) -> Ended:
    ended: Ended = both_runs[0][request.param.name]
    return ended


def sent_for_good(entry: dict[str, Any]) -> bool:
    """Tell whether a request was a write that the API may have acted on."""
    status = entry["status"]
    return entry["kind"] == "write" and (status is None or not (300 < status < 500 and status not in (302, 303)))


def test_nothing_is_sent_twice_unless_the_api_cannot_have_acted(any_end: Ended) -> None:
    sent = Counter(i for entry in any_end.requests if sent_for_good(entry) for i in entry["body"]["domainIds"])
    assert {domain_id: count for domain_id, count in sent.items() if count > 1} == {}


def test_the_result_is_complete_and_counts_every_request(any_end: Ended) -> None:
    result = any_end.result
    told = [entry["id"] if entry["id"] in any_end.listed else entry["name"] for entry in result["domains"]]
    assert told == list(any_end.listed)
    counted = Counter(any_end.statuses)
    assert {status: count for status, count in result["summary"].items() if count} == {
        "total": len(any_end.listed),
        **counted,
    }
    assert result["api_calls"] == any_end.calls
    assert any_end.task.failed == ("failure" in result)
    assert any_end.violations == []


def test_every_domain_that_failed_says_why_and_every_unfinished_job_is_named(any_end: Ended) -> None:
    without = [entry for entry in any_end.result["domains"] if entry["status"] == "failed" and not entry["reason"]]
    assert without == []
    if "queued" in any_end.statuses:
        unfinished = [job["id"] for job in any_end.result["jobs"] if job["status"] in ("queued", "running")]
        assert [job_id for job_id in unfinished if job_id not in any_end.result["msg"]] == []
        assert unfinished != []


def test_no_text_carries_a_contact_value_or_the_key(any_end: Ended) -> None:
    result = any_end.result
    reasons = [entry["reason"] for entry in result["domains"]]
    told = "\n".join(map(str, [result.get("msg"), result.get("failure"), *any_end.task.warnings, *reasons]))
    assert [value for value in PERSONAL if value in told] == []
    assert "Stockholm" not in told
    assert "sandbox-full-access" not in json.dumps(result)


def test_a_message_is_made_of_sentences(any_end: Ended) -> None:
    for text in [any_end.result.get("msg", ""), *any_end.task.warnings]:
        assert not re.search(r"(?<!\.)\.\.(?!\.)|  |None|\bnull\b|[<>{}]", text), text
        assert text == "" or text.endswith((".", "?"))


# -- the matrix itself ------------------------------------------------------------------------------------------------


def test_every_row_is_tried_or_shown_by_a_test_that_exists() -> None:
    rows = [row for section in matrix() for row in section["rows"]]
    assert [row["id"] for row in rows if not row.get("trials") and not row.get("shown_by")] == []
    for name in {name for row in rows for name in row.get("shown_by", ())}:
        path, _colons, test = name.partition("::")
        assert f"def {test}(" in (COLLECTION / path).read_text(encoding="utf-8"), name


def test_no_two_trials_have_one_name() -> None:
    assert [name for name, count in Counter(trial.name for trial in TRIALS).items() if count > 1] == []
