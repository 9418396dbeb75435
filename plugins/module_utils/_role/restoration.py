# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""What of a backup to put back: it knows both sides of each change, so an update that was half applied too. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import country_of, is_same
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.notation import comparable_text


@dataclass
class Restoration:
    """What to do with each domain of a backup.

    :ivar groups: ``domain_ids`` and ``names`` that get the same ``contacts``, if they still are ``when_current``.
    :ivar as_saved: ids of domains that are stored as they were saved.
    :ivar left_alone: domain id to the reason why it is not touched.
    :ivar not_whole: ids of domains of which a saved value cannot be declared, so that it cannot be put back.
    """

    groups: list[dict[str, Any]] = field(default_factory=list)
    as_saved: list[str] = field(default_factory=list)
    left_alone: dict[str, str] = field(default_factory=dict)
    not_whole: list[str] = field(default_factory=list)


def restoration(backup: Mapping[str, Any], stored: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what to put back, as the attributes of :class:`Restoration`.

    A domain is touched only if each saved field still is what it was before the saved run, or what that run wrote.

    :param backup: the content of a backup file.
    :param stored: the domains that ``hostup_domain_contacts_info`` returns.
    """
    entries = {entry["id"]: entry for entry in stored}
    result = Restoration()
    for group in backup["restore"]:
        for domain_id, name in zip(group["domain_ids"], group["names"]):
            if group["left_out"]:
                result.not_whole.append(domain_id)
            if group["contacts"]:
                _add(result, group, domain_id, name, entries.get(domain_id, {}))
    return vars(result)


def _add(
    result: Restoration, group: Mapping[str, Any], domain_id: str, name: str | None, entry: Mapping[str, Any]
) -> None:
    contact = entry.get("contact")
    if contact is None:
        result.left_alone[domain_id] = entry.get("reason") or "It could not be read."
        return
    saved: Contact = group["contacts"]
    now = {key: contact[key] for key in saved}
    country = country_of({key: value for key, value in contact.items() if value is not None})
    foreign = [key for key in saved if not _is_of_the_run(key, now[key], group, country)]
    if foreign:
        verb = "differs" if len(foreign) == 1 else "differ"
        fields = ", ".join(foreign)
        result.left_alone[domain_id] = (
            f"Left alone, because its stored {fields} {verb} from what was saved and written."
        )
    elif all(_same(key, saved[key], now[key], country) for key in saved):
        result.as_saved.append(domain_id)
    else:
        _add_to_group(result.groups, domain_id, name, saved, now)


def _is_of_the_run(key: str, now: str | None, group: Mapping[str, Any], country: str) -> bool:
    """Return whether a stored value is one that the saved run has found, written, or accepted in its place."""
    accepted = group.get("accept_stored", {}).get(key, ())
    written = group["when_current"][key]
    return (
        _same(key, group["contacts"][key], now, country)
        or _same(key, written, now, country)
        or (now is not None and comparable_text(now) in accepted)
    )


def _same(key: str, one: str, other: str | None, country: str) -> bool:
    if other is None:
        return False
    return is_same(key, one, other, left_country=country, right_country=country)


def _add_to_group(
    groups: list[dict[str, Any]], domain_id: str, name: str | None, saved: Contact, now: Mapping[str, Any]
) -> None:
    for group in groups:
        if group["contacts"] == saved and group["when_current"] == now:
            group["domain_ids"].append(domain_id)
            group["names"].append(name)
            return
    groups.append({"domain_ids": [domain_id], "names": [name], "contacts": dict(saved), "when_current": dict(now)})
