# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all bulk routes do first: check the whole batch, and refuse the whole batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import writing
from .errors import ApiError, FieldError
from .store import Domain
from .switches import SwitchBoard


def check_ids(ids: Sequence[str], switches: SwitchBoard) -> None:
    """Refuse too many ids, and repeated ones where the switches say so; raises :class:`ApiError`."""
    limit = switches["max_bulk_ids"]
    if limit and len(ids) > limit:
        if switches["too_many_ids_answer"] == "413":
            raise ApiError(413, "payload_too_large", f"At most {limit} domain ids are allowed.")
        raise _invalid(FieldError("/domainIds", f"At most {limit} items are allowed.", "too_many_items"))
    first_places = {item: position for position, item in reversed(list(enumerate(ids)))}
    repeated = [position for position, item in enumerate(ids) if first_places[item] != position]
    if repeated and switches["duplicate_ids"] == "refused":
        raise _invalid(*(FieldError(f"/domainIds/{position}", "Repeated id.", "duplicate") for position in repeated))


def resolve(ids: Sequence[str], find: Callable[[str], Domain | None], unknown_answer: str) -> list[Domain]:
    """The domains of a batch, repeated ids once; raises :class:`ApiError` when one is not in the account.

    ``unknown_answer`` is ``skipped`` or a status, with ``_pointer`` when ``errors[]`` names the place.
    """
    found = {item: find(item) for item in ids}
    unknown = [position for position, item in enumerate(ids) if found[item] is None]
    if unknown and unknown_answer != "skipped":
        status, _separator, pointer = unknown_answer.partition("_")
        code = {"403": "forbidden", "404": "not_found", "400": "invalid_request"}[status]
        fields = [FieldError(f"/domainIds/{position}", "Not a domain of this account.", code) for position in unknown]
        detail = "One or more domain IDs are not owned by the caller. The whole batch was rejected."
        raise ApiError(int(status), code, detail, fields if pointer else ())
    return [domain for domain in found.values() if domain is not None]


def check_contacts(given: Mapping[str, Any], switches: SwitchBoard) -> None:
    """Refuse an empty ``contacts`` object where the switch says so; raises :class:`ApiError`."""
    if not given and switches["empty_contacts"] == "refused":
        raise _invalid(FieldError("/contacts", "At least one field is required.", "missing_required"))


def check_editable(domains: Sequence[Domain], switches: SwitchBoard) -> None:
    """Refuse the batch when it holds a domain that cannot be edited, where the switch says so."""
    if switches["locked_in_bulk"] == "refused":
        for position, domain in enumerate(domains):
            field = FieldError(f"/domainIds/{position}", "The contacts of this domain cannot be edited now.", "locked")
            writing.require_editable(domain, switches, (field,))


def _invalid(*fields: FieldError) -> ApiError:
    return ApiError(400, "invalid_request", "The request body failed validation.", fields)
