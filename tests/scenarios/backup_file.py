# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a backup with what was stored before the run, and with what puts it back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

OWN_NAME = r"/hostup-contacts-2\d{7}T\d{6}Z-[^/]*\.json$"
NOT_OF_A_CONTACT = r"(?i)orgno|registration|556000"
"""The registration number of the holder, which is stored beside the contact."""


def unlike_backup(
    path: Path,
    changes: Mapping[str, tuple[Mapping[str, Any], Sequence[str]]],
    *,
    options: Mapping[str, Any],
    url: str,
    keys: Set[str],
) -> Iterator[str]:
    """Yield in what a backup is not as it should be.

    :param changes: id of each saved domain to the contact that was stored, and the fields that the task changes.
    :param options: of the task.
    :param keys: the API keys of the task.
    """
    modes = {str(one): oct(one.stat().st_mode & 0o7777) for one in (path, path.parent)}
    if list(modes.values()) != ["0o600", "0o700"]:
        yield f"the modes are {modes}"
    wanted = options["backup_path"]
    if not str(path).startswith(wanted) or (wanted.endswith("/") and not re.search(OWN_NAME, str(path))):
        yield f"the file is {path}"
    text = path.read_text(encoding="utf-8")
    if re.search(NOT_OF_A_CONTACT, text) or any(key in text for key in keys):
        yield "a registration number or the API key is saved"
    saved = json.loads(text)
    generation = "v1" if all(domain_id.isdigit() for domain_id in changes) else "v2"
    head = [saved["format"], saved["api_url"], saved["api_version"]]
    if head != [1, url, generation]:
        yield f"format, api_url and api_version are {head}"
    if [entry["id"] for entry in saved["domains"]] != list(changes):
        yield f"the domains are {[entry['id'] for entry in saved['domains']]}"
        return
    for entry in saved["domains"]:
        yield from _other_contact(entry, changes[entry["id"]][0])
    yield from _not_put_back(saved["restore"], changes, options["contacts"])


def _other_contact(entry: Mapping[str, Any], stored: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields that are not saved as they were stored. Only version 1 does not show the second address line."""
    missing = stored.keys() - entry["contact"].keys() - {"orgno"}
    if missing - ({"address2"} if entry["id"].isdigit() else set()):
        yield f"of {entry['id']} these fields are missing: {sorted(missing)}"
    for name, value in entry["contact"].items():
        if _digits(name, value) != _digits(name, stored.get(name)):
            yield f"{name} of {entry['id']} is saved as {value!r}, and was {stored.get(name)!r}"


def _digits(name: str, value: str | None) -> str:
    """Return a value without what the API spells in its own way: signs in phone numbers, and null for empty."""
    return re.sub(r"[^+\d]", "", value or "") if name == "phonenumber" else value or ""


def _not_put_back(
    groups: Sequence[Mapping[str, Any]],
    changes: Mapping[str, tuple[Mapping[str, Any], Sequence[str]]],
    declared: Mapping[str, Any],
) -> Iterator[str]:
    """Yield what the playbook restore would not put back: the changed fields, where they are as declared now."""
    ids = [domain_id for group in groups for domain_id in group["domain_ids"]]
    if sorted(ids) != sorted(changes):
        yield f"these domains would be restored: {ids}"
        return
    for group in groups:
        if group["left_out"]:
            yield f"left out: {group['left_out']}"
        for domain_id in group["domain_ids"]:
            stored, changed_fields = changes[domain_id]
            undone = {name: stored.get(name, "") for name in changed_fields}
            if group["contacts"] != undone:
                yield f"{domain_id} would get {group['contacts']}, and had {undone}"
            written = {name: declared[name] for name in changed_fields}
            if group["when_current"] != written:
                yield f"{domain_id} would be restored when it has {group['when_current']}, and gets {written}"
