# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The file that remembers updates which are under way, so that a run that was killed sends none of them twice.

It holds no contact value. Each update is in it before its request is sent, and leaves it when its outcome is known.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job, job_of_id, read_job_ids
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._engine.private_file import private_file
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages

FORMAT = 1
"""Raised when a reader of the older form would go wrong."""

SENDING = "sending"
"""The status of an update whose answer has not come: it may or may not have been carried out."""


@dataclass(frozen=True)
class Update:
    """One update that is under way.

    :ivar job_id: None as long as no answer has named the job.
    :ivar progress: percent, as the API returns it.
    """

    domain_ids: tuple[str, ...]
    job_id: str | None = None
    status: str = SENDING
    progress: float | None = None


class JobFile:
    """Keeps the updates of a run in a file; without a path it does nothing.

    :param origin: the address of the API, so that no job of another account is waited for.
    :param earlier: updates of an earlier run, which stay in the file until :meth:`forget_earlier`.
    """

    def __init__(self, path: Path | None, origin: str, earlier: Sequence[Update] = ()) -> None:
        self._path = path
        self._origin = origin
        self._earlier = tuple(earlier)
        self._updates: list[Update] = []

    @property
    def earlier_jobs(self) -> list[Job]:
        """The jobs of an earlier run."""
        return [job_of_id(one.job_id, one.domain_ids) for one in self._earlier if one.job_id]

    @property
    def sent_without_answer(self) -> frozenset[str]:
        """The domains of an earlier run that were being sent when it ended."""
        return frozenset(domain_id for one in self._earlier if one.job_id is None for domain_id in one.domain_ids)

    def forget_earlier(self) -> None:
        """Take the updates of an earlier run out of the file: their outcome is known."""
        if self._earlier:
            self._earlier = ()
            self._save()

    def begin(self, domain_ids: Sequence[str]) -> None:
        """Note that an update of these domains is about to be sent.

        :raises HostUpError: if that cannot be written down; then it must not be sent.
        """
        self._updates.append(Update(tuple(domain_ids)))
        self._save()

    def update(self, jobs: Iterable[Job]) -> None:
        """Note the ids and states of the jobs."""
        known = {job.domain_ids: job for job in jobs}
        self._replace([_with_state(one, known.get(one.domain_ids)) for one in self._updates])

    def end(self, domain_ids: Iterable[str]) -> None:
        """Take the updates out of the file of which every domain is among these."""
        ended = set(domain_ids)
        self._replace([one for one in self._updates if not ended.issuperset(one.domain_ids)])

    def _replace(self, updates: list[Update]) -> None:
        if updates != self._updates:
            self._updates = updates
            self._save()

    def _save(self) -> None:
        if self._path is None:
            return
        updates = [*self._earlier, *self._updates]
        try:
            if updates:
                text = json.dumps(_content(self._origin, updates), indent=2) + "\n"
                with private_file(self._path.parent, f".{self._path.name}.", text) as unfinished:
                    unfinished.replace(self._path)
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            raise HostUpError(messages.job_file_failed(error.strerror), code="job_file_failed") from error


def _with_state(update: Update, job: Job | None) -> Update:
    return update if job is None else replace(update, job_id=job.id, status=job.status.value, progress=job.progress)


def open_job_file(given: str | None, origin: str) -> JobFile:
    """Return the file of the option ``job_file``, with what an earlier run left in it.

    :raises InvalidInput: if it is no such file, is about another address, or nothing can be written there.
    """
    if not given:
        return JobFile(None, origin)
    path = Path(given).absolute()
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
        raise InvalidInput(
            "job_file: nothing can be written there. Give a file in a folder in which you may make files."
        )
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return JobFile(path, origin)
    except (OSError, ValueError):
        raise InvalidInput("job_file: it cannot be read. Give another file, or make this one readable.") from None
    return JobFile(path, origin, _read(text, origin))


def _read(text: str, origin: str) -> list[Update]:
    try:
        document = json.loads(text)
        entries = document["jobs"]
        updates = [Update(tuple(map(str, one["domain_ids"])), one["id"], str(one["status"])) for one in entries]
        ids = [one.job_id for one in updates if one.job_id is not None]
        if document["format"] != FORMAT or read_job_ids(ids) != ids:
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, InvalidInput):
        raise InvalidInput("job_file: this is no file of jobs. Give a file that does not exist yet.") from None
    if document.get("api_url") != origin:
        raise InvalidInput("job_file: its jobs were sent to another address than api_url. Use a file for each account.")
    return updates


def _content(origin: str, updates: Iterable[Update]) -> dict[str, Any]:
    return {
        "about": "Updates that hostup.cloud.hostup_domain_contacts has under way. The next run waits for them.",
        "format": FORMAT,
        "api_url": origin,
        "jobs": [
            {"id": one.job_id, "status": one.status, "progress": one.progress, "domain_ids": list(one.domain_ids)}
            for one in updates
        ],
    }
