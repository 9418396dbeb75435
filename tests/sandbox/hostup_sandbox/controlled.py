# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running sandbox in the hands of a test, by its control plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests

FULL_ACCESS_KEY = "sandbox-full-access"
READ_ONLY_KEY = "sandbox-read-only"
JOB_SECONDS = 0.05


class ControlledSandbox:
    """A sandbox that a test can look into and change; see the control plane in tests/sandbox/README.md."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._control = requests.Session()
        self._control.trust_env = False

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._control.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def reset(self, **switches: Any) -> None:
        """Bring it back to its seed, with these switches and no record of requests."""
        self._call("POST", "reset", {"switches": {"job_seconds": JOB_SECONDS, **switches}})

    def switch(self, **switches: Any) -> None:
        """Change switches, and keep everything else."""
        self._call("PATCH", "switches", switches)

    def tasks_to_reset(
        self,
        switches: Mapping[str, Any],
        faults: Sequence[Mapping[str, Any]],
        domains: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """The tasks that do it in the middle of a playbook: starting Ansible anew takes much longer.

        :param domains: by name, what is stored otherwise than in the seed.
        """

        def call(path: str, body: Any, method: str = "POST") -> dict[str, Any]:
            request = {"url": f"{self.url}/_sandbox/{path}", "method": method, "body_format": "json", "body": body}
            return {"ansible.builtin.uri": {**request, "use_proxy": False}}

        tasks = [call("reset", {"switches": {"job_seconds": JOB_SECONDS, **switches}})]
        tasks += [call(f"domains/{name}", change, "PATCH") for name, change in (domains or {}).items()]
        return [*tasks, call("faults", faults)] if faults else tasks

    def forget_requests(self) -> None:
        """Begin a new record of requests, with no fault left in force."""
        self._call("DELETE", "requests")
        self._call("DELETE", "faults")

    def add_faults(self, *faults: Mapping[str, Any]) -> None:
        """Make some of the next requests go wrong."""
        self._call("POST", "faults", list(faults))

    def requests(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The requests so far, or those of a kind: read, list, write, poll."""
        entries: list[dict[str, Any]] = self._call("GET", "requests")["requests"]
        return [entry for entry in entries if kind in (None, entry["kind"])]

    def make_portfolio(self, **wishes: Any) -> dict[str, Any]:
        """Create many domains; their `names`, `v1_ids` and `v2_ids`."""
        created: dict[str, Any] = self._call("POST", "portfolio", wishes)
        return created

    def change_domain(self, name: str, change: Mapping[str, Any]) -> None:
        """Change what is stored of a domain, past every rule."""
        self._call("PATCH", f"domains/{name}", change)

    def domains(self) -> list[dict[str, Any]]:
        """Everything that is stored, a mapping for each domain."""
        found: list[dict[str, Any]] = self._call("GET", "domains")["domains"]
        return found

    def stored(self) -> dict[str, dict[str, Any]]:
        """The stored registrant contact of every domain, by its name and by its v1 id."""
        return {domain[key]: domain["registrant"] for domain in self.domains() for key in ("name", "v1_id")}

    def calls(self) -> dict[str, int]:
        """How many requests there were, counted as in `api_calls`: to the module, listing the domains is reading."""
        counts = self._call("GET", "requests")["counts"]
        return {"read": counts["read"] + counts["list"], "write": counts["write"], "poll": counts["poll"]}

    def id_of(self, name: str) -> str:
        """The v2 id of a domain."""
        return str(self._call("GET", f"domains/{name}")["v2_id"])

    def violations(self) -> list[Any]:
        """Answers in which the sandbox broke its own contract."""
        found: list[Any] = self._call("GET", "violations")["violations"]
        return found

    def close(self) -> None:
        """Close the connection to the control plane."""
        self._control.close()
