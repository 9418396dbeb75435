# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Saves the contacts that are about to change, so that the playbook ``hostup.cloud.restore`` can put them back."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import problems_of
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Plan, PlannedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._engine.private_file import private_file
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Report

FORMAT = 1
"""Raised when a reader of the older form would go wrong."""

DEFAULT_FOLDER = "~/hostup-backups/"


@dataclass(frozen=True)
class BackupPlace:
    """Where a backup goes; without a ``name``, it gets one of its own."""

    folder: Path
    name: str | None = None


def read_backup_place(params: Mapping[str, Any]) -> BackupPlace | None:
    """Return where the backup goes, or None if none is wanted.

    :raises InvalidInput: if nothing can be written there.
    """
    if not params["backup"]:
        return None
    # Path.expanduser raises where nobody has a home, as in some containers.
    given = params["backup_path"] or os.path.expanduser(DEFAULT_FOLDER)  # noqa: PTH111
    if given.startswith("~"):
        raise InvalidInput("backup_path: the user of this task has no home folder. Give a folder without ~.")
    path = Path(given).absolute()
    # Path.is_dir raises for a name that is too long, and below a folder that this user may not enter.
    is_folder = given.endswith("/") or os.path.isdir(path)  # noqa: PTH112
    place = BackupPlace(path) if is_folder else BackupPlace(path.parent, path.name)
    if place.name and os.path.lexists(path):
        raise InvalidInput("backup_path: there is such a file already, and a backup replaces none. Give a folder.")
    existing = next(folder for folder in (place.folder, *place.folder.parents) if os.path.lexists(folder))
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise InvalidInput("backup_path: nothing can be written there. Give a folder in which you may make files.")
    return place


class Backup:
    """The backup of one run; without a place it does nothing.

    :param origin: the address of the API.
    """

    def __init__(self, place: BackupPlace | None, report: Report, origin: str, generation: str, clock: Clock) -> None:
        self._place = place
        self._report = report
        self._about = {"origin": origin, "generation": generation}
        self._clock = clock
        self._entries: dict[str, PlannedDomain] = {}

    def save(self, plan: Plan) -> None:
        """Save what a plan is about to overwrite, beside what was saved before in this run.

        :raises HostUpError: if that fails; nothing of this plan has been sent then.
        """
        entries = {**self._entries, **{entry.domain.id: entry for entry in plan.changing}}
        if self._place is None or entries == self._entries:
            return
        moment = self._clock.now()
        content = backup_content(list(entries.values()), **self._about, moment=moment)
        own = self._report.backup_file
        self._report.backup_file = write_backup(
            self._place, content, moment, Path(own) if own else None, len(self._report.written)
        )
        self._entries = entries


def write_backup(
    place: BackupPlace, content: Mapping[str, Any], moment: datetime, own: Path | None = None, written: int = 0
) -> str:
    """Write a file with mode 0600, complete or not at all, and return its absolute path.

    A folder that is missing is made with mode 0700.

    :param own: the file that this run has written before, which is replaced. No other file ever is.
    :param written: how many domains of the run were written before.
    :raises HostUpError: if that fails; nothing has been sent then.
    """
    try:
        _make_private_folder(place.folder)
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        with private_file(place.folder, f"hostup-contacts-{moment:%Y%m%dT%H%M%SZ}-", text) as unfinished:
            finished = own or place.folder / (place.name or f"{unfinished.name}.json")
            if own is None:
                # Of two runs at once only one makes the file; renaming alone would replace that of the other.
                finished.touch(mode=0o600, exist_ok=False)
            unfinished.replace(finished)
    except OSError as error:
        raise HostUpError(
            messages.backup_failed(error.strerror, written),
            code="backup_failed",
        ) from error
    return str(finished)


def _make_private_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, each with mode 0700 whatever the umask."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)


def backup_content(
    entries: Sequence[PlannedDomain], *, origin: str, generation: str, moment: datetime
) -> dict[str, Any]:
    """Return what a backup holds of the domains that are about to change.

    :return: ``domains``, each with its stored ``contact``, for a person; ``restore``, for the playbook: groups of
        domains with the ``contacts`` to put back and, as ``when_current``, the values that this run is about to write;
        ``accept_stored`` has what may be stored in their place.
        A value that could not be declared is named in ``left_out`` instead.
    """
    return {
        "about": "Registrant contacts, saved before hostup.cloud.hostup_domain_contacts changed them. Personal data."
        " Put them back with the playbook hostup.cloud.restore.",
        "format": FORMAT,
        "created_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "api_url": origin,
        "api_version": generation,
        "restore": _restore_groups(entries),
        "domains": [
            {
                "id": entry.domain.id,
                "name": entry.domain.name,
                "contact": {name: entry.stored.known[name] for name in FIELD_NAMES if name in entry.stored.known},
            }
            for entry in entries
        ],
    }


def _restore_groups(entries: Sequence[PlannedDomain]) -> list[dict[str, Any]]:
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for entry in entries:
        key = tuple(entry.before.items()), tuple(entry.after.items()), tuple(_accepted(entry).items())
        group = groups.setdefault(key, {"domain_ids": [], "names": [], **_undoing(entry)})
        group["domain_ids"].append(entry.domain.id)
        group["names"].append(entry.domain.name)
    return list(groups.values())


def _accepted(entry: PlannedDomain) -> dict[str, tuple[str, ...]]:
    """Return the spellings that may be stored in the place of the written values, by field."""
    accepted = entry.comparison.accepted
    return {name: tuple(sorted(accepted[name])) for name in entry.after if name in accepted}


def _undoing(entry: PlannedDomain) -> dict[str, Any]:
    valid = {name: value for name, value in entry.before.items() if not any(problems_of(name, value, entry.before))}
    return {
        "contacts": valid,
        "when_current": entry.after,
        "accept_stored": {name: list(spellings) for name, spellings in _accepted(entry).items()},
        "left_out": [name for name in entry.before if name not in valid],
    }
