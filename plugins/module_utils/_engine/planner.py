# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The first half of a stage: read, plan, guard. A run has one stage, or two behind a canary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import StoredContact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.earlier import Earlier
from ansible_collections.hostup.cloud.plugins.module_utils._engine.guards import GuardSettings, pass_guards
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Plan, Wanted, make_plan
from ansible_collections.hostup.cloud.plugins.module_utils._engine.reading import read_stored
from ansible_collections.hostup.cloud.plugins.module_utils._engine.settle import (
    FIRST_READ_PAUSE_SECONDS,
    READ_PAUSE_GROWTH,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Report

NOTHING_EARLIER = Earlier()


class Planner:
    """Makes the plans of one run; the report holds the latest.

    :param approve: the last guard: takes a plan and how many other domains of the run were written before, and ends the
        run unless the plan was approved.
    """

    def __init__(
        self,
        api: Api,
        report: Report,
        wanted: Wanted,
        guards: GuardSettings,
        clock: Clock,
        approve: Callable[[Plan, int], None],
    ) -> None:
        self._api = api
        self._report = report
        self._wanted = wanted
        self._guards = guards
        self._clock = clock
        self._approve = approve

    def plan(self, domains: Sequence[Domain], earlier: Earlier = NOTHING_EARLIER) -> Plan:
        """Return what to write, of all domains of the run.

        :param earlier: what may have been written although a read does not show it yet; that is read again.
        :raises HostUpError: when a domain cannot be read, or a guard ends the run; nothing has been written.
        """
        named, stored = read_stored(self._api, domains, self._report)
        named = self._with_names(named)
        plan = self._compare(named, stored)
        late = [entry.domain for entry in plan.changing if entry.domain.id in earlier.domain_ids]
        if late:
            plan = self._compare(named, {**stored, **self._read_again(late, stored, earlier)})
        self._report.take_plan(plan)
        self._report.plan = plan = pass_guards(plan, self._api, self._report, self._guards)
        self._approve(plan, 0)
        return plan

    def plan_again(self, domains: Sequence[Domain], written: Set[str]) -> Plan:
        """Return what to write of these domains now, after others of the run were written.

        :raises HostUpError: as above; of these domains nothing has been written.
        """
        named, stored = read_stored(self._api, domains, self._report, written=len(written))
        plan = self._compare(named, stored)
        self._report.take_plan_again(plan)
        plan = pass_guards(plan, self._api, self._report, self._guards, written=len(written))
        self._report.take_plan_again(plan)
        self._approve(plan, len(written))
        return plan

    def _with_names(self, domains: Sequence[Domain]) -> list[Domain]:
        """Return the domains with the names of the domain list, where none is known and the plan depends on it."""
        nameless = [domain.id for domain in domains if not domain.name]
        if not nameless or not self._wanted.depends_on_names:
            return list(domains)
        listed = self._api.find_ids(nameless)
        self._report.take_names({domain_id: domain.name for domain_id, domain in listed.items() if domain.name})
        return [domain if domain.name else listed.get(domain.id, domain) for domain in domains]

    def _compare(self, domains: Sequence[Domain], stored: Mapping[str, StoredContact]) -> Plan:
        return make_plan(domains, stored, self._wanted)

    def _read_again(
        self, domains: Sequence[Domain], stored: Mapping[str, StoredContact], earlier: Earlier
    ) -> dict[str, StoredContact]:
        """Read these domains until each is stored otherwise than at first, or the time is up."""
        deadline, pause = Deadline(self._clock, earlier.patience), min(FIRST_READ_PAUSE_SECONDS, earlier.longest_pause)
        latest: dict[str, StoredContact] = {}
        while domains and not deadline.expired():
            self._clock.sleep(min(pause, deadline.remaining()))
            pause = min(pause * READ_PAUSE_GROWTH, earlier.longest_pause)
            _named, contacts = read_stored(self._api, domains, self._report)
            latest.update(contacts)
            domains = [domain for domain in domains if contacts[domain.id] == stored[domain.id]]
        return latest
