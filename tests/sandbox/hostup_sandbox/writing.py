# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a write of contact values amounts to: what is taken from the wire, and what the registry does with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import contacts
from .errors import ApiError, FieldError
from .store import Domain
from .switches import SwitchBoard

_SWEDISH_REGISTRY = ("se", "nu")


def v1_patch(given: Mapping[str, Any], switches: SwitchBoard) -> dict[str, str]:
    """The known keys of a v1 contact object; unknown keys have no effect."""
    patch = {key: str(given[key] or "") for key in contacts.STORED_KEYS if key in given}
    if switches["v1_empty_write"] == "ignored":
        return {key: value for key, value in patch.items() if value}
    return patch


def v2_patch(given: Mapping[str, Any], switches: SwitchBoard, pointer: str) -> dict[str, str]:
    """The known fields of a v2 contact object under their stored names, without ``registrationIdentifier``.

    ``pointer`` is the JSON pointer of the object, for errors. Raises :class:`ApiError` when empty values are refused.
    """
    patch = {stored: str(given[v2] or "") for v2, stored in contacts.STORED_NAMES.items() if v2 in given}
    empty = [key for key, value in patch.items() if not value.strip()]
    if empty and switches["v2_empty_write"] == "refused":
        fields = [FieldError(f"{pointer}/{contacts.V2_NAMES[key]}", "Must not be empty.") for key in empty]
        raise ApiError(400, "invalid_request", "The request body failed validation.", fields)
    if switches["v2_empty_write"] == "ignored":
        return {key: value for key, value in patch.items() if key not in empty}
    return patch


def effective(domain: Domain, patch: Mapping[str, str], switches: SwitchBoard) -> dict[str, str]:
    """The values that the registry will store for this domain, ignored fields of the domain apart."""
    stored = contacts.as_stored(patch, switches)
    if switches["swedish_holder_fields"] == "ignored" and domain.tld in _SWEDISH_REGISTRY:
        return {key: value for key, value in stored.items() if key not in contacts.HOLDER_FIELDS}
    return stored


def altered(domain: Domain, switches: SwitchBoard) -> dict[str, str]:
    """The values that a write alters without being asked: each says so, once more each time."""
    return {key: f"{domain.registrant[key]} altered".strip() for key in switches["write_alters"]}


def with_omitted(
    patch: dict[str, str], given: Mapping[str, Any], *, rule: str, names: Mapping[str, str]
) -> dict[str, str]:
    """The patch with ``""`` for the fields that a write leaves out, where the rule is ``blank``.

    ``names`` are the names of the stored keys on the wire.
    """
    if rule == "keep":
        return patch
    return dict.fromkeys((key for key in contacts.FIELDS if names[key] not in given), "") | patch


def holder_change_is_refused(domain: Domain, patch: Mapping[str, str], switches: SwitchBoard) -> bool:
    """Whether the registry refuses the patch because it would change the holder's name on .se or .nu."""
    if switches["swedish_holder_fields"] != "fails" or domain.tld not in _SWEDISH_REGISTRY:
        return False
    return any(patch.get(key, domain.registrant[key]) != domain.registrant[key] for key in contacts.HOLDER_FIELDS)


def require_editable(domain: Domain, switches: SwitchBoard, fields: tuple[FieldError, ...] = ()) -> None:
    """Raise the :class:`ApiError` of a blocked write when the contacts of the domain cannot be edited."""
    gate = domain.edit_gate
    if not gate.allowed:
        status, _separator, code = switches["contact_lock_answer"].partition("_")
        raise ApiError(int(status), code, gate.reason or "The contacts of this domain cannot be edited now.", fields)


def require_holder_change_allowed(domain: Domain, patch: Mapping[str, str], switches: SwitchBoard) -> None:
    """Raise the :class:`ApiError` of a single write that the Swedish registry refuses."""
    if holder_change_is_refused(domain, patch, switches):
        raise ApiError(409, "upstream_failed", "The registry refused to change the holder of this domain.")
