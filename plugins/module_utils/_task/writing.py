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
from ansible_collections.hostup.cloud.plugins.module_utils._api.generations import sends_complete_contact
from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import read_job_ids
from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import read_accepted, read_condition
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._engine.apply import ApplySettings, apply, read_settings
from ansible_collections.hostup.cloud.plugins.module_utils._engine.backup import Backup, BackupPlace, read_backup_place
from ansible_collections.hostup.cloud.plugins.module_utils._engine.earlier import await_earlier
from ansible_collections.hostup.cloud.plugins.module_utils._engine.guards import GuardSettings, read_guards
from ansible_collections.hostup.cloud.plugins.module_utils._engine.job_file import JobFile, open_job_file
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison, Plan, Wanted
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan_document import PlanMaker
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan_file import (
    PlanKeeper,
    PlanOptions,
    check_approved,
    read_approved_digest,
    read_approved_plan,
    read_plan_secret,
    read_save_plan,
    seal_of,
)
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
    plan: PlanOptions


def read_write_options(params: Mapping[str, Any], declared: Iterable[Any]) -> WriteOptions:
    """Return the options that do not say what to write, or where.

    :param declared: the contacts that the task declares, as they are given, right or wrong.
    :raises InvalidInput: with every problem.
    """
    accepted, condition, guards, settings, backup_place, pending_jobs, connection, plan = read_together(
        lambda: read_accepted(params["accept_stored"] or {}, declared),
        lambda: read_condition(params["when_current"], "when_current", redact=params["redact"]),
        lambda: read_guards(params),
        lambda: read_settings(params),
        lambda: read_backup_place(params),
        lambda: read_job_ids(params["pending_jobs"] or []),
        lambda: read_connection(params),
        lambda: read_plan_options(params),
    )
    check_approved(plan, connection)
    comparison = Comparison(params["strict"], accepted)
    return WriteOptions(comparison, condition, guards, settings, backup_place, pending_jobs, connection, plan)


def read_plan_options(params: Mapping[str, Any]) -> PlanOptions:
    """Return the options about plans.

    :raises InvalidInput: with every problem of each of them.
    """
    save_to, approved, digest, secret = read_together(
        lambda: read_save_plan(params["save_plan"]),
        lambda: read_approved_plan(params["approved_plan"]),
        lambda: read_approved_digest(params["approved_digest"]),
        lambda: read_plan_secret(params["plan_secret"]),
    )
    return PlanOptions(save_to, approved, digest, secret)


def open_plan_keeper(task: Task[Any], options: WriteOptions, generation: str) -> PlanKeeper:
    """Return what keeps the plan of a run, and holds it to the approved one.

    :raises InvalidInput: if the approved plan is of the other generation of the API.
    """
    connection, redact = options.connection, task.params["redact"]
    seal = seal_of(options.plan, connection, strict=options.comparison.strict)
    maker = PlanMaker(connection.origin, generation, sends_complete_contact(generation), seal)
    return PlanKeeper(options.plan, maker, task.report, Clock(), redact=redact)


def plan_nothing(task: Task[Any], options: WriteOptions, generation: str) -> None:
    """Keep the plan of a task that lists no domain: it has no change, and needs no request.

    :raises HostUpError: if it cannot be written, or the approved plan is not for this task.
    """
    open_plan_keeper(task, options, generation).make(Plan(()))


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
    plan_keeper: PlanKeeper = field(init=False)

    def __post_init__(self) -> None:
        connection = self.options.connection
        self.task.report.api_url = connection.origin
        self.job_file = open_job_file(self.task.params["job_file"], connection.origin)
        self.api = self.task.open_api(self.generation, connection)
        self.plan_keeper = open_plan_keeper(self.task, self.options, self.generation)
        self.plan_keeper.begin()

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
        planner = Planner(self.api, report, wanted, options.guards, clock, self.plan_keeper.hold)
        backup = Backup(options.backup_place, report, options.connection.origin, self.generation, clock)
        plan = planner.plan(domains, earlier)
        self.plan_keeper.save(plan)
        if task.check_mode:
            return
        job_file.forget_earlier()
        if plan.changing:
            backup.save(plan)
            apply(plan, self.api, report, settings, clock, planner=planner, backup=backup, job_file=job_file)
