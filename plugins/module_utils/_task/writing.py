# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What the modules that write have in common: the options of the fragment ``writing``, and the run that they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import read_job_ids
from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import read_accepted, read_condition
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.apply import ApplySettings, apply, read_settings
from ansible_collections.hostup.cloud.plugins.module_utils._engine.backup import Backup, BackupPlace, read_backup_place
from ansible_collections.hostup.cloud.plugins.module_utils._engine.earlier import await_earlier
from ansible_collections.hostup.cloud.plugins.module_utils._engine.guards import GuardSettings, read_guards
from ansible_collections.hostup.cloud.plugins.module_utils._engine.job_file import JobFile, open_job_file
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison, Wanted
from ansible_collections.hostup.cloud.plugins.module_utils._engine.planner import Planner
from ansible_collections.hostup.cloud.plugins.module_utils._engine.policy import LEFT_ALONE
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Report
from ansible_collections.hostup.cloud.plugins.module_utils._task.connection import read_connection
from ansible_collections.hostup.cloud.plugins.module_utils._task.options import read_together
from ansible_collections.hostup.cloud.plugins.module_utils._task.task import Task


@dataclass(frozen=True)
class WriteOptions:
    """The checked options of the fragment ``writing``, and the connection."""

    comparison: Comparison
    condition: Contact
    guards: GuardSettings
    settings: ApplySettings
    backup_place: BackupPlace | None
    pending_jobs: Sequence[str]
    connection: Connection


def read_write_options(params: Mapping[str, Any], declared: Iterable[Any]) -> WriteOptions:
    """Return the options that do not say what to write, or where.

    :param declared: the contacts that the task declares, as they are given, right or wrong.
    :raises InvalidInput: with every problem.
    """
    accepted, *others = read_together(
        lambda: read_accepted(params["accept_stored"] or {}, declared),
        lambda: read_condition(params["when_current"], "when_current", redact=params["redact"]),
        lambda: read_guards(params),
        lambda: read_settings(params),
        lambda: read_backup_place(params),
        lambda: read_job_ids(params["pending_jobs"] or []),
        lambda: read_connection(params),
    )
    return WriteOptions(Comparison(params["strict"], accepted), *others)


@dataclass
class Writing:
    """Reads, plans, guards, writes, waits and verifies. The result is made from the report of its task.

    :ivar generation: of the API that it works with.
    :ivar api: to learn with it which domains these are.
    """

    task: Task[Any]
    options: WriteOptions
    generation: str
    job_file: JobFile = field(init=False)
    api: Api = field(init=False)

    def __post_init__(self) -> None:
        connection = self.options.connection
        self.task.report.api_url = connection.origin
        self.job_file = open_job_file(self.task.params["job_file"], connection.origin)
        self.api = self.task.open_api(self.generation, connection)

    def carry_out(
        self,
        domains: Sequence[Domain],
        contacts: Mapping[str | None, Contact],
        profiles: Mapping[str, str] | None = None,
    ) -> None:
        """Bring these domains to what is declared for them; in check mode, plan it.

        :param contacts: what each profile declares; a task with one contact has it under None.
        :param profiles: domain id to the name of its profile, where there are several.
        :raises HostUpError: when something ends the run; the report knows what was done by then.
        """
        task, options, clock = self.task, self.options, Clock()
        report: Report = task.report
        report.domains = domains
        settings, job_file = options.settings, self.job_file
        earlier = await_earlier(options.pending_jobs, job_file, domains, self.api, clock, settings)
        left_alone = LEFT_ALONE[task.params["holder_fields"]]
        wanted = Wanted(contacts, options.comparison, options.condition, profiles or {}, left_alone)
        planner = Planner(self.api, report, wanted, options.guards, clock)
        backup = Backup(options.backup_place, report, options.connection.origin, self.generation, clock)
        plan = planner.plan(domains, earlier)
        if task.check_mode:
            return
        job_file.forget_earlier()
        if plan.changing:
            backup.save(plan)
            apply(plan, self.api, report, settings, clock, planner=planner, backup=backup, job_file=job_file)
