# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of what people and tests hand to the control plane and write into seed files, as JSON Schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from . import contacts

_MAX_PORTFOLIO = 100_000
# Seconds; a day is enough, and threading.Event cannot wait for ever longer
_LONGEST_WAIT = 86_400
_COUNT = {"type": "integer", "minimum": 0}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_TEXT_OR_NULL = {"type": ["string", "null"]}

SERVICE_STATUSES = ("active", "suspended", "expired", "pending", "cancelled", "terminated", "fraud", "unknown")

CONTACT: Mapping[str, Any] = {
    "type": "object",
    "properties": dict.fromkeys(contacts.STORED_KEYS, _TEXT_OR_NULL),
    "additionalProperties": False,
}

ATTRIBUTES: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "service_status": {"enum": list(SERVICE_STATUSES)},
        "transfer_in_progress": {"type": "boolean"},
        "can_edit_contacts": {
            "type": ["object", "null"],
            "properties": {"allowed": {"type": "boolean"}, "reason": _TEXT_OR_NULL, "code": _TEXT_OR_NULL},
            "required": ["allowed"],
            "additionalProperties": False,
        },
        "read_error": {
            "type": ["object", "boolean", "null"],
            "properties": {"code": {"type": "string"}, "detail": {"type": "string"}},
            "additionalProperties": False,
        },
        "ignored_fields": {"type": "array", "items": {"enum": list(contacts.STORED_KEYS)}},
        "draft": {"type": "boolean"},
        "tags": _TEXTS,
        "created_at": {"type": "string"},
        "expires_at": _TEXT_OR_NULL,
    },
    "additionalProperties": False,
}

_ROLES: Mapping[str, Any] = {role: {"anyOf": [CONTACT, {"type": "null"}]} for role in contacts.ROLES[1:]} | {
    "registrant": CONTACT
}

SEED_DOMAIN: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^[1-9][0-9]*$"},
        "name": {"type": "string", "minLength": 1},
        "attributes": ATTRIBUTES,
        **_ROLES,
    },
    "required": ["id", "name", "registrant"],
    "additionalProperties": False,
}

SEED: Mapping[str, Any] = {
    "type": "object",
    "properties": {"contacts": {"type": "object"}, "domains": {"type": "array", "items": SEED_DOMAIN}},
    "required": ["domains"],
    "additionalProperties": False,
}

DOMAIN_PATCH: Mapping[str, Any] = {
    "type": "object",
    "properties": {"attributes": ATTRIBUTES, **_ROLES},
    "additionalProperties": False,
}

PORTFOLIO: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "count": _COUNT | {"maximum": _MAX_PORTFOLIO},
        "suffix": {"type": "string", "minLength": 1},
        "registrant": CONTACT,
        "differing": {
            "type": "object",
            "properties": {"count": _COUNT, "registrant": CONTACT},
            "required": ["count", "registrant"],
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}

RESET: Mapping[str, Any] = {
    "type": "object",
    "properties": {"switches": {"type": "object"}},
    "additionalProperties": False,
}

SETTINGS: Mapping[str, Any] = {"type": "object"}

FAULTS: Mapping[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "method": {"type": "string"},
            "path": {"type": "string"},
            "times": _COUNT,
            "skip": _COUNT,
            "every": {"type": "integer", "minimum": 1},
            "act": {"type": "boolean"},
            "status": {"type": "integer", "minimum": 200, "maximum": 599},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "body": {},
            "body_base64": {"type": "string"},
            "disconnect": {"const": True},
            "delay": {"type": "number", "minimum": 0, "maximum": _LONGEST_WAIT},
            "edit": {"type": "object", "additionalProperties": CONTACT},
            "truncate_after_bytes": _COUNT,
            "truncate_after_lines": _COUNT,
            "endless": {"const": True},
            "pause": {"type": "number", "minimum": 0, "maximum": _LONGEST_WAIT},
            "part": {"type": "string", "minLength": 1},
        },
        "additionalProperties": False,
        "dependentRequired": {
            "headers": ["status"],
            "body": ["status"],
            "body_base64": ["status"],
            "pause": ["endless"],
            "part": ["endless"],
        },
    },
}


class ShapeError(ValueError):
    """What was handed over has not the shape that is needed; the message names the place."""


def require(given: Any, shape: Mapping[str, Any], what: str) -> None:
    """Raise :class:`ShapeError` unless ``given`` has the shape; ``what`` names it in the message."""
    problem = best_match(Draft202012Validator(shape).iter_errors(given))
    if problem is not None:
        place = "".join(f"/{part}" for part in problem.absolute_path)
        raise ShapeError(f"{what}{place}: {problem.message}")
