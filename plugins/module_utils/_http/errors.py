# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The errors of requests: each class says what the server may have done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError


@dataclass(frozen=True)
class FieldError:
    """One entry of the ``errors`` (v2) or ``details`` (v1) list of an error answer."""

    where: str
    """A JSON pointer such as ``/contacts/countryCode`` (v2), or a field name (v1). May be empty."""
    message: str
    code: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {quoted(self.message)}" if self.where else quoted(self.message)


def quoted(text: str) -> str:
    """Return a text of the API as it stands inside a sentence of ours: in double quotes, with none inside.

    So it is known where the words of the API begin and end, whatever they are.
    """
    return '"' + text.rstrip(".").replace('"', "'") + '"'


class MissingDomains(HostUpError):
    """Listed domains that cannot be found or cannot be read; nothing has been written.

    :param reasons: domain id (or name, where no id is known) to what is wrong with it.
    """

    def __init__(self, message: str, reasons: dict[str, str], *, code: str, cause: RequestFailed | None = None) -> None:
        super().__init__(message, code=code, cause=cause)
        self.reasons = reasons


def format_request_id(request_id: str | None) -> str:
    """Return a last sentence with the id that helps HostUp's support, or nothing. It differs where the cause is one."""
    return f" Request id: {request_id}." if request_id else ""


@dataclass(frozen=True)
class Exchange:
    """Which request an error is about."""

    method: str
    path: str
    purpose: str
    """What the request was for, as it reads after "Could not", e.g. ``read the stored contact of domain 11790``."""


class RequestFailed(HostUpError):
    """A request did not give a usable answer. The subclasses say what that means."""

    def __init__(
        self,
        exchange: Exchange,
        explanation: str,
        *,
        code: str,
        http_status: int | None = None,
        api_message: str | None = None,
        request_id: str | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(f"Could not {exchange.purpose}: {explanation}{format_request_id(request_id)}", code=code)
        self.exchange = exchange
        self.explanation = explanation
        self.http_status = http_status
        self.api_message = api_message
        self.request_id = request_id
        self.errors = tuple(errors)

    def as_failure(self) -> dict[str, Any]:
        return {
            "http_status": self.http_status,
            "code": self.code,
            "message": self.api_message or self.explanation,
            "request_id": self.request_id,
            "errors": [{"field": e.where, "message": e.message, "code": e.code} for e in self.errors],
            "method": self.exchange.method,
            "path": self.exchange.path,
        }


REFUSALS = frozenset({400, 401, 403, 404, 413, 422, 429})
"""The statuses by which the API is documented to refuse an update. After any other answer it may have acted."""


class NotSent(RequestFailed):
    """No connection was made, so the server cannot have acted."""


class Refused(RequestFailed):
    """The API answered that it will not do it, so it did not act: for a write, one of :data:`REFUSALS`."""

    def points_at(self, pointer: str) -> bool:
        """Return whether one of the field errors is about exactly this JSON pointer or field name."""
        names = {pointer, pointer.lstrip("/")}
        return any(error.where in names for error in self.errors)


class InvalidResponse(RequestFailed):
    """The answer to a read cannot be used: HTML, not JSON, too large, a redirect, wrong types."""


class TransientServerError(RequestFailed):
    """A read failed on the way or at the server (5xx, reset, time-out), also after all retries."""


class OutcomeUnknown(RequestFailed):
    """A write was sent and no usable answer came back: the server may or may not have acted. Never send it again.

    :ivar was_answered: whether the API answered itself, so that what it did shows soon; else it may act much later.
    :ivar job_id: the job that such an answer names, if it names one.
    """

    was_answered = False
    job_id: str | None = None
