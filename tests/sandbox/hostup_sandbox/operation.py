# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a route is, for the gate in front of it: the kind of request, and the scope it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Response, jsonify

from .errors import iso, v1_request_id

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Operation:
    """``kind`` is read, write, poll or list; ``scope`` None means that the ``job_scope`` switch decides."""

    kind: str
    scope: str | None


def operation(kind: str, scope: str | None) -> Callable[[View], View]:
    """Mark a view function; :func:`operation_of` reads the mark."""

    def mark(view: View) -> View:
        vars(view)["operation"] = Operation(kind, scope)
        return view

    return mark


def operation_of(view: Any) -> Operation | None:
    """The mark of a view function, None without one."""
    mark = getattr(view, "operation", None)
    return mark if isinstance(mark, Operation) else None


def v1_success(data: Any, moment: float) -> Response:
    """The v1 envelope of a success."""
    return jsonify({"success": True, "timestamp": iso(moment), "requestId": v1_request_id(), "data": data})
