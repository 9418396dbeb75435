# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares how a run ended with what its scenario expects, and with what holds for every run."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from backup_file import unlike_backup
from in_process import Ended
from saved_plan import unlike_documented

from hostup_sandbox.controlled import FULL_ACCESS_KEY

SETTLED = ("updated", "unchanged")
FAILED = ("failed", "not_applied", "blocked")
EXPLAINED = (*FAILED, "skipped")
LEFT_OUT = ("blocked", "skipped")
FAILURE_KEYS = ["code", "errors", "http_status", "message", "method", "path", "request_id"]


@dataclass(frozen=True)
class Observed:
    """A run from the outside: how it ended, and what the sandbox saw of it and stores before and after it."""

    ended: Ended
    check_mode: bool
    requests: Sequence[Mapping[str, Any]]
    calls: Mapping[str, int]
    before: Mapping[str, Mapping[str, Any]]
    after: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, str]
    """Any id to the name of its domain."""
    keys: Set[str] = frozenset({FULL_ACCESS_KEY})
    """The API keys that the task was given."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The options that the task was given."""
    folder: Path | None = None
    """The folder of the scenario, ``{tmp}``."""
    url: str = ""
    """The address of the API."""

    @property
    def result(self) -> dict[str, Any]:
        return self.ended.result

    @property
    def statuses(self) -> list[str]:
        return [entry["status"] for entry in self.result.get("domains", [])]

    @property
    def writes(self) -> list[Mapping[str, Any]]:
        return [entry for entry in self.requests if entry["kind"] == "write"]

    def named(self, ids: Sequence[str]) -> list[str]:
        return [self.names.get(domain_id, domain_id) for domain_id in ids]


# -- what the scenario expects ----------------------------------------------------------------------------------------


def differences(expect: Mapping[str, Any], seen: Observed) -> Iterator[str]:
    """Yield a line for each way in which a run ended otherwise than expected.

    :raises ValueError: for an expectation that is none.
    """
    unknown = expect.keys() - CHECKS.keys()
    if unknown:
        raise ValueError(f"unknown expectations: {', '.join(sorted(unknown))}")
    if seen.ended.failed != ("code" in expect):
        yield f"the task {'failed' if seen.ended.failed else 'succeeded'}: {seen.result.get('msg')}"
    for key, expected in expect.items():
        yield from (f"{key}: {line}" for line in CHECKS[key](expected, seen))
    if "warns" not in expect:
        yield from (f"warns: {line}" for line in _warns([], seen))


def _equal(expected: Any, found: Any) -> Iterator[str]:
    if expected != found:
        yield f"expected {expected!r}, found {found!r}"


def _code(expected: Any, seen: Observed) -> Iterator[str]:
    yield from _equal(expected, (seen.result.get("failure") or {}).get("code"))


def _status(expected: Any, seen: Observed) -> Iterator[str]:
    yield from _equal(expected, (seen.result.get("failure") or {}).get("http_status"))


def _changed(expected: Any, seen: Observed) -> Iterator[str]:
    yield from _equal(expected, seen.result["changed"])


def _domains(expected: Any, seen: Observed) -> Iterator[str]:
    yield from _equal(expected, dict(Counter(seen.statuses)) if isinstance(expected, dict) else seen.statuses)


def _refused(_expected: Any, seen: Observed) -> Iterator[str]:
    """The task has failed before it wrote, and says why in sentences, of which each problem has a line of its own."""
    result = seen.result
    yield from _equal({"changed": False, "jobs": []}, {key: result[key] for key in ("changed", "jobs")})
    yield from _equal([], [entry["path"] for entry in seen.writes])
    yield from _equal([], [status for status in seen.statuses if status not in ("failed", "skipped")])
    lines = result.get("msg", "").splitlines()
    yield from _equal([], [line for line in lines if not re.match(r"[A-Za-z].*[.?]$", line)])


def _ids(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    """The domains of the result by their ids, which are written as names here."""
    yield from _equal(list(expected), seen.named([entry["id"] for entry in seen.result["domains"]]))


def _found(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    """As `ids`, in any order: that of a whole account is up to the API."""
    yield from _equal(sorted(expected), sorted(seen.named([entry["id"] for entry in seen.result["domains"]])))


def _names(expected: Sequence[str | None], seen: Observed) -> Iterator[str]:
    yield from _equal(list(expected), [entry["name"] for entry in seen.result["domains"]])


def _diffs(expected: int, seen: Observed) -> Iterator[str]:
    yield from _equal(expected, len(seen.result["diff"]))


def _jobs(expected: Sequence[Any], seen: Observed) -> Iterator[str]:
    """The status of each job; or some of its keys, and in `domains` the names of its domains."""
    found = [{**job, "domains": seen.named(job["domain_ids"])} for job in seen.result["jobs"]]
    yield from unlike([job if isinstance(job, dict) else {"status": job} for job in expected], found)


def _says(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    message = seen.result.get("msg", "")
    yield from (f"no {pattern!r} in {message!r}" for pattern in expected if not re.search(pattern, message, re.DOTALL))


def _says_not(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    message = seen.result.get("msg", "")
    yield from (f"{pattern!r} is in {message!r}" for pattern in expected if re.search(pattern, message, re.DOTALL))


def _warns(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    """A pattern for each warning, and no warning more."""
    left = list(seen.ended.warnings)
    for pattern in expected:
        found = next((warning for warning in left if re.search(pattern, warning, re.DOTALL)), None)
        if found is None:
            yield f"no {pattern!r} in {seen.ended.warnings}"
        else:
            left.remove(found)
    yield from (f"not expected: {warning!r}" for warning in left)


def _reasons(expected: Mapping[str, str], seen: Observed) -> Iterator[str]:
    """Name of a domain to a pattern for its reason; null for none."""
    reasons = {seen.names.get(e["id"], e["name"]): e["reason"] for e in seen.result["domains"]}
    for name, pattern in expected.items():
        reason = reasons[name]
        if not (reason is None if pattern is None else re.search(pattern, reason or "", re.DOTALL)):
            yield f"{name}: no {pattern!r} in {reason!r}"


def _calls(expected: Mapping[str, Any], seen: Observed) -> Iterator[str]:
    """The number of requests of some kinds; or the least and the most, where that depends on the time they take."""
    for kind, number in expected.items():
        found = seen.result["api_calls"][kind]
        least, most = number if isinstance(number, list) else (number, number)
        if not least <= found <= most:
            yield f"expected {number} {kind}, found {found}"


def _order(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    """The kinds of the requests in their order, each named once for all that follow each other."""
    yield from _equal(list(expected), [kind for kind, _run in groupby(entry["kind"] for entry in seen.requests)])


def _paths(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    """All paths that were asked for, each once and sorted."""
    yield from unlike(list(expected), sorted({entry["path"] for entry in seen.requests}))


def _every_request(expected: Mapping[str, Any], seen: Observed) -> Iterator[str]:
    yield from (line for entry in seen.requests for line in unlike(expected, entry, f"{entry['path']} "))


def _writes(expected: Sequence[Mapping[str, Any]], seen: Observed) -> Iterator[str]:
    """Some of what is recorded of each write: method, path, authentication, user_agent, body, status."""
    yield from unlike(list(expected), seen.writes)


def _sent(expected: Sequence[Sequence[str]], seen: Observed) -> Iterator[str]:
    """The domains of each write, by name."""
    yield from _equal(list(expected), [seen.named(entry["body"]["domainIds"]) for entry in seen.writes])


def _bodies(expected: Sequence[Any], seen: Observed) -> Iterator[str]:
    """The contact of each write, as it was on the wire."""
    yield from _equal(list(expected), [entry["body"]["contacts"] for entry in seen.writes])


def _preflight(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    """The domains that were asked for one by one whether they can be edited; once more if planned anew."""
    expected = [*expected, *(name for name in _planned_again(seen) if name in expected)]
    paths = [entry["path"] for entry in seen.requests if entry["method"] == "GET"]
    found = [path.split("/")[4] for path in paths if re.match(r"/api/v2/domains/[^/]+/contacts$", path)]
    yield from _equal(sorted(expected), sorted(seen.named(found)))


def _lists(expected: int, seen: Observed) -> Iterator[str]:
    yield from _equal(expected, sum(entry["kind"] == "list" for entry in seen.requests))


def _names_read(seen: Observed) -> list[str]:
    """Return the names of the domains that were read, once for each time, sorted."""
    found: list[str] = []
    for entry in seen.requests:
        if entry["path"].endswith("/bulk/contacts/read"):
            found += seen.named(entry["body"]["domainIds"])
        elif entry["path"].startswith("/api/domain-contacts/"):
            found += seen.named([entry["path"].rsplit("/", 1)[1]])
    return sorted(found)


def _read(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    yield from _equal(sorted(expected), _names_read(seen))


def _not_read_back(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    """Every listed domain was read once, and once more after it was written; of the written ones, these were not."""
    listed = seen.named([entry["id"] for entry in seen.result["domains"]])
    written = {name for entry in seen.writes for name in seen.named(entry["body"]["domainIds"])}
    yield from (f"{name} was not written at all" for name in expected if name not in written)
    yield from _equal(sorted([*listed, *_planned_again(seen), *written.difference(expected)]), _names_read(seen))


def _planned_again(seen: Observed) -> list[str]:
    """The domains behind a canary that was updated: they are read once more before they are written."""
    changing = [e for e in seen.result["domains"] if e["changed_fields"] and e["status"] not in LEFT_OUT]
    count = seen.options.get("canary", 0)
    canary, rest = changing[:count], changing[count:]
    is_planned = canary and not seen.check_mode and all(entry["status"] == "updated" for entry in canary)
    return seen.named([entry["id"] for entry in rest]) if is_planned else []


def _stopped(_expected: Any, seen: Observed) -> Iterator[str]:
    """The task itself has ended before it wrote, not a request that failed, and says that nothing was written."""
    yield from _equal([], [entry["path"] for entry in seen.writes])
    yield from _equal({"path": None}, {"path": (seen.result.get("failure") or {}).get("path")})
    yield from _says(["[Nn]othing was written"], seen)


def _equivalent(expected: Mapping[str, Mapping[str, str]], seen: Observed) -> Iterator[str]:
    """Name of a domain to the rule of each field that is stored in another spelling, of all domains and fields."""
    found = {seen.names.get(e["id"], e["name"]): e["equivalent"] for e in seen.result["domains"]}
    rules = {name: {one["field"]: one["rule"] for one in given} for name, given in found.items() if given}
    yield from _equal(dict(expected), rules)


def _nowhere(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    """Patterns that no text for a person matches: neither the message, nor a reason, nor a warning."""
    result = seen.result
    texts = [result.get("msg"), (result.get("failure") or {}).get("message"), *seen.ended.warnings]
    texts += [entry["reason"] for entry in result.get("domains", [])]
    for text in filter(None, texts):
        yield from (f"{pattern!r} is in {text!r}" for pattern in expected if re.search(pattern, text))


def _backup(expected: Sequence[str], seen: Observed) -> Iterator[str]:
    """The names of the domains that are saved; there is one file for them, or none at all."""
    assert seen.folder is not None
    files = [str(path) for path in sorted(seen.folder.rglob("*")) if path.is_file()]
    saved = [seen.result["backup_file"]] if "backup_file" in seen.result else []
    yield from _equal(saved, files)
    yield from _equal(bool(expected), bool(saved))
    yield from _equal(bool(expected), any(seen.folder.iterdir()))
    if expected and saved:
        entries = {seen.names[entry["id"]]: entry for entry in seen.result["domains"]}
        changes = {entries[name]["id"]: (seen.before[name], entries[name]["changed_fields"]) for name in expected}
        yield from unlike_backup(Path(saved[0]), changes, options=seen.options, url=seen.url, keys=seen.keys)


def _plan_file(expected: Mapping[str, Any] | None, seen: Observed) -> Iterator[str]:
    """Name of a domain to its fields in the plan, each with its values before and after; null if there is no plan."""
    path = Path(seen.options["save_plan"])
    if expected is None:
        yield from _equal((False, False), (path.exists(), "plan_file" in seen.result))
        return
    yield from _equal(str(path), seen.result.get("plan_file"))
    yield from unlike_documented(path, seen.result, seen.url, seen.options)
    changes = json.loads(path.read_text(encoding="utf-8"))["changes"]
    found = {
        seen.names[one["id"]]: {name: [value["before"], value["after"]] for name, value in one["fields"].items()}
        for one in changes
    }
    yield from _equal(list(expected), list(found))
    yield from unlike(expected, found)


def _unapproved(expected: Mapping[str, Sequence[str]], seen: Observed) -> Iterator[str]:
    """Name of a domain to the fields that were not approved, of all domains; each has its reason in both places."""
    reasons = {entry["id"]: entry["reason"] for entry in seen.result["domains"]}
    given = seen.result.get("unapproved", [])
    yield from _equal(dict(expected), {seen.names[one["id"]]: one["fields"] for one in given})
    yield from _equal({one["id"]: one["reason"] for one in given}, {one["id"]: reasons[one["id"]] for one in given})


def _read_sizes(expected: Sequence[int], seen: Observed) -> Iterator[str]:
    """How many domains each bulk read asked for that was answered, the largest first."""
    bulk = (entry for entry in seen.requests if entry["path"].endswith("/bulk/contacts/read"))
    yield from _equal(
        list(expected), sorted((len(e["body"]["domainIds"]) for e in bulk if e["status"] == 200), reverse=True)
    )


def _changes(expected: Mapping[str, Mapping[str, Any]], seen: Observed) -> Iterator[str]:
    """Name of a domain to the fields that are stored otherwise afterwards, of all domains and all fields."""
    found = {}
    for name in seen.names.values():
        before, after = seen.before[name], seen.after[name]
        found[name] = {key: value for key, value in after.items() if before.get(key) != value}
    yield from _equal(dict(expected), {name: fields for name, fields in found.items() if fields})


def _stored(expected: Mapping[str, Mapping[str, Any]], seen: Observed) -> Iterator[str]:
    """Name of a domain to some of the fields that are stored of it afterwards."""
    for name, contact in expected.items():
        yield from _equal({name: contact}, {name: {key: seen.after[name].get(key) for key in contact}})


def _result(expected: Any, seen: Observed) -> Iterator[str]:
    """Some keys of the result; see :func:`unlike`."""
    yield from unlike(expected, seen.result)


def _within(expected: float, seen: Observed) -> Iterator[str]:
    if seen.ended.seconds > expected:
        yield f"it took {seen.ended.seconds:.1f} s"


CHECKS: dict[str, Callable[[Any, Observed], Iterator[str]]] = {
    "backup": _backup,
    "bodies": _bodies,
    "calls": _calls,
    "changed": _changed,
    "changes": _changes,
    "code": _code,
    "diffs": _diffs,
    "domains": _domains,
    "equivalent": _equivalent,
    "every_request": _every_request,
    "found": _found,
    "ids": _ids,
    "jobs": _jobs,
    "lists": _lists,
    "names": _names,
    "not_read_back": _not_read_back,
    "nowhere": _nowhere,
    "order": _order,
    "paths": _paths,
    "plan_file": _plan_file,
    "preflight": _preflight,
    "read": _read,
    "read_sizes": _read_sizes,
    "reasons": _reasons,
    "refused": _refused,
    "result": _result,
    "says": _says,
    "says_not": _says_not,
    "sent": _sent,
    "status": _status,
    "stopped": _stopped,
    "stored": _stored,
    "unapproved": _unapproved,
    "warns": _warns,
    "within": _within,
    "writes": _writes,
}


def unlike(expected: Any, found: Any, place: str = "") -> Iterator[str]:
    """Yield where a value is not as expected: of a mapping only the keys that are expected, of all else everything.

    A text that begins with ``~`` is a pattern, which must be found. For a list, a mapping has the numbers of some
    items. An empty mapping is expected to be empty.
    """
    if isinstance(expected, dict) and isinstance(found, list):
        found = dict(enumerate(found))
    if expected and isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            if key not in found:
                yield f"{place}{key} is missing"
            else:
                yield from unlike(value, found[key], f"{place}{key}.")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from unlike(one, other, f"{place}{index}.")
    elif isinstance(expected, str) and expected.startswith("~"):
        if not re.search(expected[1:], str(found), re.DOTALL):
            yield f"{place} no {expected[1:]!r} in {found!r}"
    elif expected != found or type(expected) is not type(found):
        yield f"{place} expected {expected!r}, found {found!r}"


# -- what holds for every run -----------------------------------------------------------------------------------------


def broken_promises(seen: Observed) -> Iterator[str]:
    """Yield what must never be, whatever a scenario expects."""
    result = seen.result
    if seen.check_mode and seen.writes:
        yield "check mode wrote"
    if result["api_calls"] != dict(seen.calls):
        yield f"api_calls are {result['api_calls']}, the sandbox counted {dict(seen.calls)}"
    if seen.ended.failed != ("failure" in result):
        yield "a failed task has a failure, and no other"
    if len(result.get("jobs", [])) > len(seen.writes) and "domains" in result:
        yield "there are more jobs than updates"
    if not result["changed"] and not seen.check_mode and dict(seen.before) != dict(seen.after):
        yield "changed is false, and something else is stored than before"
    if any(key.strip() and json.dumps(key.strip())[1:-1] in json.dumps(result) for key in seen.keys):
        yield "the API key is in the result"
    yield from _sent_twice(seen)
    yield from _incomplete(seen)
    yield from _failure_without_its_parts(seen)
    yield from _equal(
        [], [entry["body"] for entry in seen.writes if sorted(entry["body"]) != ["contacts", "domainIds"]]
    )
    for text in (*seen.ended.warnings, *result.get("msg", "").splitlines()):
        yield from _not_a_sentence(text)


def not_as_planned(plan: Observed, run: Observed) -> Iterator[str]:
    """Yield in what a run is not what its plan said.

    A run that has failed may have changed less than was planned, and has the values of fewer domains.
    """
    if "summary" not in run.result:
        # A module that only reads returns the same in check mode, but for the ids of requests that failed.
        yield from _equal(*(_without_request_ids(one.result) for one in (plan, run)))
        return
    compared: dict[str, tuple[Any, Any]] = {"diff": (plan.result.get("diff"), run.result.get("diff"))}
    keys = ["id", "name", "changed_fields"]
    if not run.ended.failed:
        compared["changed"] = (plan.result["changed"], run.result["changed"])
        keys += ["before", "after"]
    for key in keys:
        in_plan, in_run = ([entry[key] for entry in one.result["domains"]] for one in (plan, run))
        compared[key] = (in_plan, in_run)
    in_plan, in_run = ([e["reason"] for e in one.result["domains"] if e["status"] in LEFT_OUT] for one in (plan, run))
    compared["reasons"] = (in_plan, in_run)
    yield from (f"{key} of the plan: {line}" for key, both in compared.items() for line in _equal(*both))


def _without_request_ids(result: Any) -> Any:
    return re.sub(r"req_\w+|[0-9a-f-]{36}", "", json.dumps(result))


def _failure_without_its_parts(seen: Observed) -> Iterator[str]:
    """A failure always has the same keys, and the message has its request id, for HostUp's support."""
    failure = seen.result.get("failure")
    if failure is not None:
        yield from _equal(FAILURE_KEYS, sorted(failure))
        if failure["request_id"] and failure["request_id"] not in seen.result["msg"]:
            yield f"the request id {failure['request_id']} is not in the message"
        unfinished = [job["id"] for job in seen.result.get("jobs", []) if job["status"] in ("queued", "running")]
        if failure["code"] == "wait_timeout" and unfinished and not any(i in seen.result["msg"] for i in unfinished):
            yield f"the message names none of the jobs {unfinished}"


def _sent_twice(seen: Observed) -> Iterator[str]:
    """A domain is written twice only where the API cannot have acted the first time."""
    counted: Counter[str] = Counter()
    for entry in seen.writes:
        status = entry["status"]
        refused = status in (400, 401, 403, 404, 413, 422, 429)
        if not refused:
            counted.update(entry["body"]["domainIds"] if isinstance(entry.get("body"), dict) else [])
    yield from (f"{seen.names.get(i, i)} was sent {count} times" for i, count in counted.items() if count > 1)


def _incomplete(seen: Observed) -> Iterator[str]:
    summary = seen.result.get("summary")
    if summary is not None:
        counted = {"total": len(seen.statuses), **Counter(seen.statuses)}
        yield from _equal(
            {key: count for key, count in counted.items() if count},
            {key: count for key, count in summary.items() if count},
        )
        unexplained = [
            e["name"] or e["id"] for e in seen.result["domains"] if e["status"] in EXPLAINED and not e["reason"]
        ]
        yield from (f"{name} has no reason" for name in unexplained)
    for entry in seen.result.get("domains", []):
        for key in ("before", "after"):
            if entry.get(key) and entry[key].keys() != set(entry["changed_fields"]):
                yield f"{key} of {entry['id']} has other fields than changed_fields"


def _not_a_sentence(text: str) -> Iterator[str]:
    if re.search(r"(?<!\.)\.\.(?!\.)|  |None|Traceback", text) or not text.rstrip(")").endswith((".", "?")):
        yield f"no sentence for a person: {text!r}"
