# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The one place between Ansible and the library: it opens the API, and turns what happened into the task's result."""

from __future__ import annotations

import contextlib
import random
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, Generic, Protocol, TypeVar

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api
from ansible_collections.hostup.cloud.plugins.module_utils._api.generations import open_api
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError
from ansible_collections.hostup.cloud.plugins.module_utils._http.client import Client
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection, Kind
from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import (
    REQUESTS_IMPORT_ERROR,
)
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages
from ansible_collections.hostup.cloud.plugins.module_utils._task.quiet_module import QuietModule


class TaskReport(Protocol):
    """What is known about a run so far, in a form that can be returned at any moment.

    :ivar warnings: sentences for the person who runs the task.
    """

    warnings: list[str]

    def take_error(self, error: HostUpError) -> None:
        """Note what ends the task, before anything is reported."""

    def advice(self) -> str:
        """Return what to do after a run that was cut short, or nothing."""

    def counts(self) -> str:
        """Return a closing sentence that counts, or nothing."""

    def safe_text(self, text: str) -> str:
        """Return a text for a person without what must not be shown."""

    def safe_words(self, text: str) -> str:
        """Return words of the API as they may be shown."""

    def as_result(self, *, with_diff: bool, api_calls: Mapping[str, int]) -> dict[str, Any]:
        """Return the keys of the result, beside ``msg`` and ``failure``."""


R = TypeVar("R", bound=TaskReport)


class MissingLibrary(HostUpError):
    """A Python library is missing on the host that runs the module."""


class Interrupted(BaseException):
    """The task is asked to end; not an error that any handler of errors may take."""


SIGNALS = (signal.SIGINT, signal.SIGTERM)


def interrupt(_number: int, _frame: object) -> None:
    """Handle a signal by ending the task."""
    raise Interrupted


@contextlib.contextmanager
def handling(handler: Any, *numbers: int) -> Iterator[None]:
    """Handle these signals in this way, and afterwards as before."""
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def ignore_signals() -> None:
    """Ignore the signals that ask a process to end."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def place_of(error: BaseException) -> str:
    """Return where an error was raised, as ``file.py:12``; the error's own text may hold values."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


class Task(Generic[R]):
    """A running Ansible task.

    :ivar report: what is known so far; the result is made from it, on success and on failure alike.
    """

    def __init__(self, module: AnsibleModule, report: R) -> None:
        self._module = module
        self._client: Client | None = None
        self.params: dict[str, Any] = module.params
        self.check_mode: bool = module.check_mode
        self.report = report

    def open_api(self, generation: str, connection: Connection) -> Api:
        """Return the API of this generation; at most one is opened in a task."""
        if REQUESTS_IMPORT_ERROR is not None:
            raise MissingLibrary(missing_required_lib("requests"), code="missing_library")
        # Ansible hides the key as it was given; white space around it is gone by now.
        self._module.no_log_values.add(connection.api_key)
        # A module without these options sends nothing in batches or in parallel.
        sizes = {name: self.params.get(name, 1) for name in ("batch_size", "concurrency")}
        api = open_api(generation, connection, Clock(), random.random, **sizes)
        self._client = api.client
        return api

    def finish(self, run: Callable[[Task[R]], None]) -> None:
        """Call ``run`` and end the task with what the report then holds, whatever happens."""
        with handling(interrupt, *SIGNALS):
            error = self._outcome(run)
            # Nothing is being handled any more: Ansible may show the traceback of what is, and that can hold values.
            if error is not None:
                self._fail_json(error)
            self._warn()
            counts = self.report.counts()
            self._module.exit_json(**({"msg": counts} if counts else {}), **self._result())

    def _outcome(self, run: Callable[[Task[R]], None]) -> HostUpError | None:
        """Return the error that ends the task, if one does; signals are ignored then, for the task is about to end."""
        try:
            error = self._error_of(run)
            ignore_signals()
        except Interrupted:
            ignore_signals()
            error = HostUpError(messages.interrupted(self.report.advice()), code="interrupted")
        return error

    def _error_of(self, run: Callable[[Task[R]], None]) -> HostUpError | None:
        try:
            run(self)
        except HostUpError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a fault of ours must not lose what was done
            text = messages.internal_error(type(error).__name__, place_of(error), self.report.advice())
            return HostUpError(text, code="internal_error")
        return None

    def _fail_json(self, error: HostUpError) -> None:
        report = self.report
        report.take_error(error)
        failure = error.as_failure()
        is_of_the_api = getattr(error.cause or error, "api_message", None)
        failure["message"] = (report.safe_words if is_of_the_api else report.safe_text)(failure["message"])
        failure["errors"] = [{**item, "message": report.safe_words(item["message"])} for item in failure["errors"]]
        self._warn()
        known = {"exception": REQUESTS_IMPORT_ERROR} if isinstance(error, MissingLibrary) else {}
        message = "\n".join(filter(None, [report.safe_text(str(error)), report.counts()]))
        self._module.fail_json(msg=message, failure=failure, **known, **self._result())

    def _warn(self) -> None:
        for warning in self.report.warnings:
            self._module.warn(self.report.safe_text(warning))
        for cause, count in (self._client.retries if self._client else {}).items():
            self._module.warn(messages.repeated_requests(cause, count))

    def _result(self) -> dict[str, Any]:
        if isinstance(self._module, QuietModule):
            self._module.forget_contacts()
        calls = self._client.calls if self._client else {kind.value: 0 for kind in Kind}
        # Ansible asks for a diff with the private attribute _diff, and with nothing else.
        return self.report.as_result(with_diff=self._module._diff, api_calls=calls)
