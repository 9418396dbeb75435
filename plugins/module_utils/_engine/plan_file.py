# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The options about plans, the file of a plan, and the guard that lets only an approved plan pass."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._engine.approval import (
    all_unapproved,
    find_unapproved,
)
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Plan
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan_document import (
    DIGEST,
    NewerPlan,
    NotAPlan,
    PlanContent,
    PlanMaker,
    Seal,
    plan_document,
    read_plan,
)
from ansible_collections.hostup.cloud.plugins.module_utils._engine.private_file import private_file
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages, plan_messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Report

_DIGEST = re.compile(DIGEST + "[0-9a-f]{64}")


@dataclass(frozen=True)
class ApprovedFile:
    """The file of an approved plan, and what counts of it."""

    path: Path
    content: PlanContent


@dataclass(frozen=True)
class PlanOptions:
    """The options about plans.

    :ivar save_to: where the plan goes; nothing is there, or a plan.
    :ivar approved: the plan that was approved.
    :ivar approved_digest: the digest that was approved.
    :ivar secret: for the digests of values; without one, the API key.
    """

    save_to: Path | None = None
    approved: ApprovedFile | None = None
    approved_digest: str | None = None
    secret: str | None = None


# -- the options -------------------------------------------------------------------------------------------------------


def read_save_plan(given: str | None) -> Path | None:
    """Return where the plan goes.

    :raises InvalidInput: if nothing can be written there, or something else than a plan is there.
    """
    if given is None:
        return None
    _refuse_empty("save_plan", given, "save no plan")
    path = Path(given).absolute()
    # Path.is_dir raises for a name that is too long, and below a folder that this user may not enter.
    if given.endswith("/") or os.path.isdir(path):  # noqa: PTH112
        raise InvalidInput(f"save_plan: {plan_messages.IS_A_FOLDER}")
    if not os.path.isdir(path.parent) or not os.access(path.parent, os.W_OK | os.X_OK):  # noqa: PTH112
        raise InvalidInput(f"save_plan: {plan_messages.NOT_WRITABLE}")
    if not _is_replaceable(path):
        raise InvalidInput(f"save_plan: {plan_messages.REPLACES_NO_OTHER}")
    return path


def read_approved_plan(given: str | None) -> ApprovedFile | None:
    """Return the approved plan.

    :raises InvalidInput: if it is no plan, or cannot be read.
    """
    if given is None:
        return None
    _refuse_empty("approved_plan", given, "write without approval")
    path = Path(given).absolute()
    try:
        return ApprovedFile(path, _read(path))
    except FileNotFoundError:
        reason = plan_messages.NO_SUCH_FILE
    except OSError:
        reason = plan_messages.NOT_READABLE
    except NewerPlan:
        reason = plan_messages.NEWER_PLAN
    except NotAPlan:
        reason = plan_messages.NOT_A_PLAN
    raise InvalidInput(f"approved_plan: {reason}")


def read_approved_digest(given: str | None) -> str | None:
    """Return the digest that was approved.

    :raises InvalidInput: if it is no digest of a plan.
    """
    if given is None:
        return None
    _refuse_empty("approved_digest", given, "write without approval")
    if not _DIGEST.fullmatch(given.strip()):
        raise InvalidInput(plan_messages.NOT_A_DIGEST)
    return given.strip()


def read_plan_secret(given: str | None) -> str | None:
    """Return the secret without outer white space, such as the line break at the end of a file.

    :raises InvalidInput: if it is empty.
    """
    if given is None:
        return None
    _refuse_empty("plan_secret", given, "use the API key")
    return given.strip()


def _refuse_empty(option: str, given: str, consequence: str) -> None:
    if not given.strip():
        raise InvalidInput(plan_messages.empty_option(option, consequence))


def check_approved(options: PlanOptions, connection: Connection) -> None:
    """Check that the approved plan is for this task.

    :raises InvalidInput: with everything that is against it.
    """
    if options.approved is None:
        return
    plan, problems = options.approved.content, []
    if _is_same_file(options.save_to, options.approved.path):
        problems.append(plan_messages.ONE_FILE)
    if options.approved_digest not in (None, plan.digest):
        problems.append(plan_messages.ANOTHER_FILE)
    if plan.api_url != connection.origin:
        problems.append(plan_messages.another_address(plan.api_url, connection.origin))
    if plan.mark not in (None, seal_of(options, connection).mark):
        problems.append(plan_messages.ANOTHER_SECRET)
    if problems:
        raise InvalidInput(*problems)


def seal_of(options: PlanOptions, connection: Connection, *, strict: bool = False) -> Seal:
    """Return what makes the digests of values."""
    return Seal(options.secret or connection.api_key, strict)


# -- the run -----------------------------------------------------------------------------------------------------------


class PlanKeeper:
    """Keeps the plan of one run in its file, and holds the run to the approved plan; without options, neither.

    :param redact: whether the file has digests in the place of values.
    :raises InvalidInput: if the approved plan is of the other generation of the API.
    """

    def __init__(self, options: PlanOptions, maker: PlanMaker, report: Report, clock: Clock, *, redact: bool) -> None:
        self._options = options
        self._maker = maker
        self._report = report
        self._clock = clock
        self._redact = redact
        self._approved = options.approved.content if options.approved else None
        if self._approved is not None and self._approved.api_version != maker.api_version:
            raise InvalidInput(plan_messages.another_generation(self._approved.api_version, maker.api_version))

    def make(self, plan: Plan) -> None:
        """Take a plan that is made without any request."""
        self.begin()
        self.hold(plan)
        self.save(plan)

    def begin(self) -> None:
        """Take the plan of an earlier run away, so that a run which makes none leaves none.

        :raises HostUpError: if that fails.
        """
        path = self._options.save_to
        try:
            # It was a plan when the options were read, and somebody may have replaced it since.
            if path is not None and _is_replaceable(path):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise _plan_file_failed(error.strerror) from error

    def hold(self, plan: Plan, written: int = 0) -> None:
        """Let a plan pass if it was approved, or if no approval is asked for. The first one makes ``plan_digest``.

        :param written: how many other domains of the run were written before.
        :raises HostUpError: if it was not approved; nothing of it has been written.
        """
        content = self._maker.content(plan, redact=self._redact)
        self._report.plan_digest = self._report.plan_digest or content.digest
        consequence = messages.nothing_written(written)
        if self._approved is not None:
            self._hold_to_plan(plan, self._approved, consequence)
        elif self._options.approved_digest is not None:
            self._hold_to_digest(plan, content, self._options.approved_digest, consequence)
            # So the rest behind a canary, which has a digest of its own, is held to it too.
            self._approved = content

    def _hold_to_plan(self, plan: Plan, approved: PlanContent, consequence: str) -> None:
        unapproved = find_unapproved(plan, approved, self._maker)
        if unapproved:
            self._report.take_unapproved(unapproved)
            causes = self._report.format_causes({one.domain.id: one.reason for one in unapproved})
            text = plan_messages.not_approved(len(unapproved), len(plan.changing), causes, consequence)
            raise HostUpError(text, code="plan_changed")

    def _hold_to_digest(self, plan: Plan, content: PlanContent, approved: str, consequence: str) -> None:
        if plan.changing and content.digest != approved:
            self._report.take_unapproved(all_unapproved(plan, plan_messages.ANOTHER_DIGEST))
            text = plan_messages.digest_not_approved(len(plan.changing), consequence, redact=self._redact)
            raise HostUpError(text, code="plan_changed")

    def save(self, plan: Plan) -> None:
        """Write the plan to its file, if there is to be one, complete or not at all.

        :raises HostUpError: if that fails.
        """
        path = self._options.save_to
        if path is None:
            return
        document = plan_document(self._maker.content(plan, redact=self._redact), plan, self._clock.now())
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        try:
            with private_file(path.parent, f".{path.name}.", text) as unfinished:
                if not _is_replaceable(path):
                    raise _plan_file_failed("something else than a plan is there by now")
                unfinished.replace(path)
        except OSError as error:
            raise _plan_file_failed(error.strerror) from error
        self._report.plan_file = str(path)


# -- files -------------------------------------------------------------------------------------------------------------


def _read(path: Path) -> PlanContent:
    """Return what counts of the plan in a file.

    :raises NotAPlan: if there is something else.
    :raises OSError: if it cannot be read.
    """
    if path.exists() and not path.is_file():
        raise NotAPlan
    try:
        return read_plan(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise NotAPlan from None


def _is_replaceable(path: Path) -> bool:
    """Return whether a plan may be written here: there is nothing, or a plan; a link to one is neither."""
    if not os.path.lexists(path):
        return True
    try:
        return not path.is_symlink() and bool(_read(path))
    except (OSError, NotAPlan):
        return False


def _is_same_file(save_to: Path | None, approved: Path) -> bool:
    return save_to is not None and save_to.exists() and save_to.samefile(approved)


def _plan_file_failed(reason: str | None) -> HostUpError:
    return HostUpError(plan_messages.plan_file_failed(reason), code="plan_file_failed")
