# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Saves the contacts that are about to change, so that the playbook ``hostup.cloud.restore`` can put them back."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import problems_of
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Plan, PlannedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages

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


def write_backup(place: BackupPlace, content: Mapping[str, Any], moment: datetime) -> str:
    """Write a new file with mode 0600, complete or not at all, and return its absolute path.

    A folder that is missing is made with mode 0700.

    :raises HostUpError: if that fails; nothing has been sent then.
    """
    try:
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp gives the mode 0600, whatever the umask.
        descriptor, unfinished = tempfile.mkstemp(prefix=f"hostup-contacts-{moment:%Y%m%dT%H%M%SZ}-", dir=place.folder)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, indent=2)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            finished = place.folder / (place.name or f"{Path(unfinished).name}.json")
            if os.path.lexists(finished):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            Path(unfinished).rename(finished)
        except BaseException:
            Path(unfinished).unlink()
            raise
    except OSError as error:
        raise HostUpError(
            messages.backup_failed(error.strerror),
            code="backup_failed",
        ) from error
    return str(finished)


def backup_content(plan: Plan, *, origin: str, generation: str, moment: datetime) -> dict[str, Any]:
    """Return what a backup holds of the domains that are about to change.

    :return: ``domains``, each with its stored ``contact``, for a person; ``restore``, for the playbook: groups of
        domains with the ``contacts`` to put back and, as ``when_current``, the values that this run is about to write.
        A value that could not be declared is named in ``left_out`` instead.
    """
    return {
        "about": "Registrant contacts, saved before hostup.cloud.hostup_domain_contacts changed them. Personal data."
        " Put them back with the playbook hostup.cloud.restore.",
        "format": FORMAT,
        "created_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "api_url": origin,
        "api_version": generation,
        "restore": _restore_groups(plan),
        "domains": [
            {
                "id": entry.domain.id,
                "name": entry.domain.name,
                "contact": {name: entry.stored[name] for name in FIELD_NAMES if name in entry.stored},
            }
            for entry in plan.changing
        ],
    }


def _restore_groups(plan: Plan) -> list[dict[str, Any]]:
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for entry in plan.changing:
        key = tuple(entry.before.items()), tuple(entry.after.items())
        group = groups.setdefault(key, {"domain_ids": [], "names": [], **_undoing(entry)})
        group["domain_ids"].append(entry.domain.id)
        group["names"].append(entry.domain.name)
    return list(groups.values())


def _undoing(entry: PlannedDomain) -> dict[str, Any]:
    valid = {name: value for name, value in entry.before.items() if not any(problems_of(name, value, entry.before))}
    return {
        "contacts": valid,
        "when_current": entry.after,
        "left_out": [name for name in entry.before if name not in valid],
    }
