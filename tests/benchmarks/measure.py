# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures one thing after the other against a running sandbox: real playbooks, and scripts beside them."""

from __future__ import annotations

import http.client
import json
import os
import platform
import stat
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from figures import NOTHING, Case, Limited, Looped, Measured, Profiled, Waited

HERE = Path(__file__).resolve().parent
MODULE = "hostup.cloud.hostup_domain_contacts"
PORTFOLIO = "hostup.cloud.hostup_portfolio"
BARE_SCRIPT = HERE / "bare_requests.py"

STORED_CITY = "Stockholm"
CITIES = ("Uppsala", "Lund")
"""Each change of the module or the script is from one to the other, so that everything differs again."""
SUFFIX = "example"
JOB_SECONDS = 0.0002
"""A job that is over when it is first asked for, but not yet when it is submitted."""
QUICK = {"preflight": "none", "material_changes": "allow"}
"""Options for a bare comparison: neither further requests nor long warnings."""

PEAK_MEMORY = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
'''
import resource, subprocess, sys
status = subprocess.run(["{python}", *sys.argv[1:]]).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
with open("{record}", "w") as record:
    record.write(str(peak if sys.platform == "darwin" else peak * 1024))
sys.exit(status)
"""
"""An interpreter for a task that notes the largest memory of the module's process, in bytes.

To a shell its second line starts Python, whose path may have a space; to Python it is a text.
"""


class Sandbox:
    """The control plane of a running sandbox."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.url = settings["HOSTUP_API_BASE"]
        self.key = settings["HOSTUP_API_KEY"]
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.ids: dict[str, list[str]] = {}

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control plane."""
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=60) as answer:
            return json.loads(answer.read())

    def begin(self, domains: int, **switches: Any) -> None:
        """Start anew with so many domains, all with the same contact; `ids` has them by generation."""
        self.control("POST", "reset", {"switches": {"job_seconds": JOB_SECONDS, **switches}})
        created = self.control("POST", "portfolio", {"count": domains, "suffix": SUFFIX})
        self.ids = {generation: created[f"{generation}_ids"] for generation in ("v1", "v2")}


@dataclass(frozen=True)
class Task:
    """A task that ended: its name, its duration, and what it returned."""

    name: str
    seconds: float
    result: dict[str, Any]


class Bench:
    """Measures with the tools of one environment, each thing in as many rounds.

    :param folder: for playbooks and records; it may be emptied afterwards.
    :param variables: environment variables of Ansible.
    """

    def __init__(self, sandbox: Sandbox, python: Path, folder: Path, variables: Mapping[str, str], rounds: int) -> None:
        self.sandbox = sandbox
        self.python = python
        self.folder = folder
        self.rounds = rounds
        self._record = folder / "record"
        self._variables = {
            **variables,
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE.parent / "integration" / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "task_results",
            "ANSIBLE_LIBRARY": str(HERE / "library"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "TASK_RESULTS": str(self._record),
            "HOSTUP_API_BASE": sandbox.url,
            "HOSTUP_API_KEY": sandbox.key,
        }

    # -- playbooks -------------------------------------------------------------------------------------------------

    def play(self, tasks: list[dict[str, Any]], *arguments: str) -> list[Task]:
        """Run tasks in one play, after one of each kind that is not counted: Ansible packs a module only once.

        :raises RuntimeError: if the playbook fails; its output is the message.
        """
        playbook = self.folder / "playbook.json"
        playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
        self._record.unlink(missing_ok=True)
        run = subprocess.run(
            ["ansible-playbook", str(playbook), *arguments],
            cwd=self.folder,
            env=self._variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if run.returncode:
            raise RuntimeError(f"the playbook ended with status {run.returncode}:\n{run.stdout[-3000:]}")
        entries = map(json.loads, self._record.read_text(encoding="utf-8").splitlines())
        return [Task(entry["name"], entry["seconds"], entry["result"]) for entry in entries]

    def task(self, name: str, ids: Sequence[str], city: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return a task of the module."""
        contacts = {"city": city, "companyname": "Example AB", "phonenumber": "+46700000000"}
        return {"name": name, MODULE: {"domain_ids": list(ids), "contacts": contacts, **QUICK, **options}}

    def measure(self, case: Case) -> Measured:
        """Measure ping, an idle module, the module and the bare script in turn, in one playbook.

        :raises RuntimeError: if the module did something else than expected, or sent other requests than the script.
        """
        self.sandbox.begin(case.domains, latency_seconds=case.latency)
        ids = self.sandbox.ids[case.generation]
        by_module, by_script = (STORED_CITY, STORED_CITY) if case.work == NOTHING else CITIES
        idle = {"domain_ids": list(ids), "changed_fields": {} if case.work == NOTHING else {"city": by_module}}
        tasks: list[dict[str, Any]] = [{"name": "warm up", "ansible.builtin.ping": {}}]
        tasks.append({"name": "warm up", "return_as_much": {"domain_ids": []}})
        tasks.append(self.task("warm up", ids[:1], STORED_CITY, {}))
        script = self._script(case, ids, by_script)
        for _number in range(self.rounds):
            tasks += [
                {"name": "ping", "ansible.builtin.ping": {}},
                {"name": "idle", "return_as_much": idle},
                self.task("module", ids, by_module, dict(case.options)),
                script,
            ]
        done = self.play(tasks)
        modules = [task for task in done if task.name == "module"]
        scripts = [task for task in done if task.name == "script"]
        calls = _same([task.result["api_calls"] for task in modules])
        changed = 0 if case.work == NOTHING else case.domains
        if any(task.result["summary"]["updated"] != changed for task in modules):
            raise RuntimeError(f"{case}: the module has not updated {changed} domains")
        asked = _same([json.loads(task.result["stdout"]) for task in scripts])
        if calls != asked:
            raise RuntimeError(f"{case}: the module sent {calls}, the script {asked}")
        return Measured(
            case,
            ping=tuple(task.seconds for task in done if task.name == "ping"),
            idle=tuple(task.seconds for task in done if task.name == "idle"),
            task=tuple(task.seconds for task in modules),
            floor=tuple(_seconds(task.result["delta"]) for task in scripts),
            calls=calls,
        )

    def _script(self, case: Case, ids: Sequence[str], city: str) -> dict[str, Any]:
        wishes = self.folder / "wishes.json"
        document = {
            "url": self.sandbox.url,
            "key": self.sandbox.key,
            "generation": case.generation,
            "ids": ids,
            "contacts": {"city": city},
            "batch_size": 100,
            "concurrency": 8,
            "preflight": "none",
            **dict(case.options),
        }
        wishes.write_text(json.dumps(document), encoding="utf-8")
        command = [str(self.python), str(BARE_SCRIPT), str(wishes)]
        return {"name": "script", "ansible.builtin.command": {"argv": command}}

    # -- what a user would do instead ------------------------------------------------------------------------------

    def loop(self, domains: int) -> Looped:
        """Measure a `uri` loop that reads each domain, and one that writes each."""
        self.sandbox.begin(domains)
        common = {
            "url": f"{self.sandbox.url}/api/v2/domains/{{{{ item }}}}/contacts",
            "headers": {"Authorization": f"Bearer {self.sandbox.key}"},
        }
        body = {"registrant": {"city": "Lund"}}
        tasks = [{"name": "warm up", "ansible.builtin.uri": common, "loop": self.sandbox.ids["v2"][:1]}]
        for _number in range(self.rounds):
            reading = {"name": "read", "ansible.builtin.uri": common, "loop": self.sandbox.ids["v2"]}
            write = {**common, "method": "POST", "body_format": "json", "body": body}
            tasks += [reading, {"name": "write", "ansible.builtin.uri": write, "loop": self.sandbox.ids["v2"]}]
        done = self.play(tasks)
        return Looped(
            domains,
            reading=tuple(task.seconds for task in done if task.name == "read"),
            writing=tuple(task.seconds for task in done if task.name == "write"),
        )

    # -- what else there is to know --------------------------------------------------------------------------------

    def limited(self, generation: str, domains: int, rate: int, concurrency: int) -> Limited:
        """Measure how reads get on with a rate limit."""
        self.sandbox.begin(domains)
        ids = self.sandbox.ids[generation]
        options = {"concurrency": concurrency, "max_retries": 20}
        tasks = [self.task("warm up", ids[:1], STORED_CITY, {})]
        switch = {"url": f"{self.sandbox.url}/_sandbox/switches", "method": "PATCH", "body_format": "json"}
        tasks.append({"ansible.builtin.uri": {**switch, "body": {"rate_limit_per_second": rate}}})
        for _number in range(self.rounds):
            tasks += [
                # The window of the limit is a second: each round begins with a fresh one.
                {"ansible.builtin.wait_for": {"timeout": 1}},
                {"name": "ping", "ansible.builtin.ping": {}},
                self.task("module", ids, STORED_CITY, options),
            ]
        done = self.play(tasks)
        ping = median(task.seconds for task in done if task.name == "ping")
        modules = [task for task in done if task.name == "module"]
        return Limited(
            domains,
            rate,
            seconds=tuple(task.seconds - ping for task in modules),
            refused=tuple(task.result["api_calls"]["read"] - domains for task in modules),
        )

    def waited(self, job_seconds: float) -> Waited:
        """Measure how long the module goes on after the end of a job of so many seconds."""
        self.sandbox.begin(1, job_seconds=job_seconds)
        ids = self.sandbox.ids["v2"]
        tasks = [self.task("warm up", ids, STORED_CITY, {})]
        for number in range(self.rounds):
            stored = CITIES[1 - number % 2] if number else STORED_CITY
            tasks += [
                self.task("unchanged", ids, stored, {}),
                self.task("module", ids, CITIES[number % 2], {}),
            ]
        done = self.play(tasks)
        same = median(task.seconds for task in done if task.name == "unchanged")
        modules = [task for task in done if task.name == "module"]
        return Waited(
            job_seconds,
            seconds=tuple(task.seconds - same for task in modules),
            polls=tuple(task.result["api_calls"]["poll"] for task in modules),
        )

    def profiled(self, profiles: int, domains: int, latency: float, job_seconds: float) -> Profiled:
        """Measure domains with several contacts in one run, in a task for each contact, and all with the same."""
        self.sandbox.begin(domains, latency_seconds=latency, job_seconds=job_seconds)
        ids = self.sandbox.ids["v2"]
        parts = [ids[number::profiles] for number in range(profiles)]

        def portfolio(name: str, city: str, listed: Sequence[Sequence[str]]) -> dict[str, Any]:
            contacts = {f"p{number}": {"city": city, "address2": f"Lgh {number}"} for number in range(len(listed))}
            assignments = [{"profile": f"p{number}", "domain_ids": part} for number, part in enumerate(listed)]
            return {"name": name, PORTFOLIO: {"profiles": contacts, "assignments": assignments, **QUICK}}

        def alone(name: str, city: str, number: int, part: Sequence[str]) -> dict[str, Any]:
            return self.task(name, part, city, {"contacts": {"city": city, "address2": f"Lgh {number}"}})

        tasks = [portfolio("warm up", CITIES[0], parts), alone("warm up", STORED_CITY, profiles, ids)]
        for _number in range(self.rounds):
            tasks.append(portfolio("together", CITIES[0], parts))
            tasks += [alone("apart", CITIES[1], number, part) for number, part in enumerate(parts)]
            tasks.append(alone("same", STORED_CITY, profiles, ids))
        done = self.play(tasks)
        runs = {name: [task for task in done if task.name == name] for name in ("together", "apart", "same")}
        apart = [runs["apart"][first : first + profiles] for first in range(0, len(runs["apart"]), profiles)]
        return Profiled(
            profiles,
            domains,
            latency,
            together=tuple(task.seconds for task in runs["together"]),
            apart=tuple(sum(task.seconds for task in one) for one in apart),
            same=tuple(task.seconds for task in runs["same"]),
            requests={
                "together": dict(runs["together"][0].result["api_calls"]),
                "apart": dict(sum((Counter(task.result["api_calls"]) for task in apart[0]), Counter())),
                "same": dict(runs["same"][0].result["api_calls"]),
            },
        )

    def peak_memory(self, domains: int) -> float:
        """Return the peak memory of the module's process in MB, with a change everywhere and a diff."""
        self.sandbox.begin(domains)
        record, interpreter = self.folder / "peak", self.folder / "measured_python"
        interpreter.write_text(PEAK_MEMORY.format(python=self.python, record=record), encoding="utf-8")
        interpreter.chmod(interpreter.stat().st_mode | stat.S_IXUSR)
        task = self.task("module", self.sandbox.ids["v2"], "Lund", {})
        self.play([{**task, "vars": {"ansible_python_interpreter": str(interpreter)}}], "--diff")
        return int(record.read_text()) / 1e6

    def exchanges(self) -> dict[str, float]:
        """Return how many milliseconds the sandbox takes for single exchanges, asked by a bare client."""
        self.sandbox.begin(1000)
        address = urlsplit(self.sandbox.url)
        with closing(http.client.HTTPConnection(str(address.hostname), address.port)) as connection:
            return self._exchanges(connection)

    def _exchanges(self, connection: http.client.HTTPConnection) -> dict[str, float]:
        bearer = {"Authorization": f"Bearer {self.sandbox.key}", "Content-Type": "application/json"}

        def call(method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
            connection.request(method, path, None if body is None else json.dumps(body), dict(headers or bearer))
            return connection.getresponse().read()

        ids = self.sandbox.ids["v2"]
        write = {"domainIds": ids[:100], "contacts": {"city": "Lund"}}
        job = json.loads(call("POST", "/api/v2/domains/bulk/contacts", write))["operation"]["pollUrl"]
        read = "/api/v2/domains/bulk/contacts/read"
        one_v1 = f"/api/domain-contacts/{self.sandbox.ids['v1'][0]}"
        return {
            name: median(_timed(exchange) for _number in range(20)) * 1000
            for name, exchange in {
                "v2, read 100 contacts": lambda: call("POST", read, {"domainIds": ids[:100]}),
                "v2, read 1,000 contacts": lambda: call("POST", read, {"domainIds": ids}),
                "v2, update 100 contacts": lambda: call("POST", "/api/v2/domains/bulk/contacts", write),
                "ask for a job": lambda: call("GET", job),
                "v1, read one contact": lambda: call("GET", one_v1, headers={"X-API-Key": self.sandbox.key}),
            }.items()
        }

    def start(self) -> dict[str, float]:
        """Return how many milliseconds parts of a start take; each in a new process, without its start."""
        return {name: self._start(code) for name, code in STARTS.items()}

    def _start(self, code: str) -> float:
        timed = f"import time; begin = time.perf_counter()\n{code}\nprint(time.perf_counter() - begin)"
        command = [str(self.python), "-c", timed]
        runs = [
            subprocess.run(command, env=self._variables, cwd=self.folder, check=True, capture_output=True, text=True)
            for _number in range(max(self.rounds, 3))
        ]
        return median(float(run.stdout) for run in runs) * 1000


_COMPILE = """
import sys
sys.path[:0] = {tools!r}
from payload import files
texts = [file.read_text(encoding="utf-8") for file in files()]
begin = time.perf_counter()
for text in texts: compile(text, "file", "exec")
"""

STARTS = {
    "import `requests`": "import requests",
    "import `ansible.module_utils.basic` (`ping` does that too)": "import ansible.module_utils.basic",
    "compile the files of the collection that the module carries": _COMPILE.format(tools=[str(HERE)]),
}


def _timed(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def _seconds(delta: str) -> float:
    """Read the duration of a command as Ansible writes it."""
    hours, minutes, seconds = delta.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds)).total_seconds()


def _same(counts: list[dict[str, int]]) -> dict[str, int]:
    if any(one != counts[0] for one in counts):
        raise RuntimeError(f"the requests differ from round to round: {counts}")
    return counts[0]


def machine(python: Path) -> dict[str, str]:
    """Return what people want to know of the machine and the versions."""
    code = (
        "import ansible, json, platform, requests, urllib3;"
        "print(json.dumps([platform.python_version(), ansible.__version__, requests.__version__, urllib3.__version__]))"
    )
    printed = subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True).stdout
    versions = dict(zip(("Python", "ansible-core", "requests", "urllib3"), json.loads(printed), strict=True))
    return {**dict(_hardware()), "system": f"{platform.system()} {platform.release()}", **versions}


def _hardware() -> Iterator[tuple[str, str]]:
    yield "processor", _processor()
    yield "cores", str(os.cpu_count())


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if sys.platform == "linux" and cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
