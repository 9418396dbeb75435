# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switch a ready-made fault on in the sandbox that runs at $HOSTUP_API_BASE; without a name, list them."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from .control import PREFIX
from .scenarios import Scenario, ready_made
from .server import require_loopback

NONE = "none"
_SECONDS = 10.0


class NoSandboxError(Exception):
    """There is no sandbox to talk to; the message says why."""


class RunningSandbox:
    """The control plane of a sandbox in another process. Nothing is ever sent to a host that is not loopback.

    ``base`` is its URL. Raises :class:`NoSandboxError`, also for an address at which something else answers.
    """

    def __init__(self, base: str) -> None:
        if not base:
            raise NoSandboxError("HOSTUP_API_BASE is not set; paste the first line that make sandbox prints")
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        try:
            parts = urlsplit(base)
            host, port = parts.hostname or "", parts.port
            if parts.scheme not in kinds or not host:
                raise ValueError("it is no http or https URL")
            require_loopback(host)
        except ValueError as error:
            raise NoSandboxError(f"HOSTUP_API_BASE does not lead to a sandbox: {error}") from error
        self._connection = kinds[parts.scheme](host, port, timeout=_SECONDS)
        self._prefix = parts.path.rstrip("/") + PREFIX
        if "faults" not in self._call("GET", "/faults"):
            raise NoSandboxError("what answers at HOSTUP_API_BASE is no sandbox")

    def faults(self) -> list[dict[str, Any]]:
        """The fault rules in force."""
        return list(self._call("GET", "/faults")["faults"])

    def turned_switches(self) -> list[dict[str, Any]]:
        """The rows of the switches that are not as they were at the start."""
        rows = self._call("GET", "/switches")["switches"]
        return [row for row in rows if row["value"] != row["start"]]

    def switch_on(self, scenario: Scenario) -> None:
        """Add the faults of the scenario, and turn its switches."""
        if scenario.faults:
            self._call("POST", "/faults", [{**fault, "name": scenario.name} for fault in scenario.faults])
        self._call("PATCH", "/switches", scenario.switches)

    def clear(self) -> None:
        """Remove all faults, and turn back the switches that ready-made ones turn."""
        self._call("DELETE", "/faults")
        theirs = {name for scenario in ready_made().values() for name in scenario.switches}
        start = {row["name"]: row["start"] for row in self.turned_switches() if row["name"] in theirs}
        self._call("PATCH", "/switches", start)

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        try:
            sent = None if body is None else json.dumps(body)
            self._connection.request(method, self._prefix + path, sent, {"Content-Type": "application/json"})
            response = self._connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoSandboxError(f"nothing that is a sandbox answers at HOSTUP_API_BASE: {error}") from error
        finally:
            self._connection.close()
        if response.status != http.HTTPStatus.OK or not isinstance(answer, dict):
            raise NoSandboxError(f"what answers at HOSTUP_API_BASE is no sandbox: status {response.status}")
        return answer


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Do what the command line says; returns the exit status: 2 when there is no sandbox or no such name."""
    parser = argparse.ArgumentParser(prog="hostup_sandbox.fault", description=__doc__)
    parser.add_argument("name", nargs="?", help=f"a ready-made fault, or {NONE} to clear all that are in force")
    name = parser.parse_args(arguments).name
    if name is None:
        sys.stdout.write(_ready_made_text())
    elif name != NONE and name not in ready_made():
        sys.stderr.write(f"There is no ready-made fault {name!r}; make fault lists them.\n")
        return 2
    try:
        sandbox = RunningSandbox((os.environ if environment is None else environment).get("HOSTUP_API_BASE", ""))
        if name == NONE:
            sandbox.clear()
        elif name is not None:
            sandbox.switch_on(ready_made()[name])
        sys.stdout.write(_in_force_text(sandbox))
    except NoSandboxError as error:
        sys.stderr.write(f"No fault can be seen or switched on: {error}.\n")
        return 2
    return 0


def _ready_made_text() -> str:
    lines = [f"  {scenario.name:<24} {scenario.description}" for scenario in ready_made().values()]
    return "\n".join(["Ready-made faults, for make fault NAME=...", *lines, f"  {NONE:<24} Clear them all.", "", ""])


def _in_force_text(sandbox: RunningSandbox) -> str:
    lines = [_fault_line(fault) for fault in sandbox.faults()]
    lines += [f"  switch {row['name']}: {row['value']}, instead of {row['start']}" for row in sandbox.turned_switches()]
    return "\n".join(["In force:", *lines, ""] if lines else ["No fault is in force.", ""])


def _fault_line(fault: Mapping[str, Any]) -> str:
    how_often = f"still to strike: {fault['times']}" if fault["times"] else "until it is cleared"
    return f"  {fault['name'] or 'a fault without a name'}: {fault['method']} {fault['path']}, {how_often}"


if __name__ == "__main__":
    sys.exit(main())
