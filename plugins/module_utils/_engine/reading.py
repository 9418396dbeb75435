# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Read the stored contacts of the listed domains; a domain that cannot be read ends the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api, Reading
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.stored import StoredContact
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    MissingDomains,
    RequestFailed,
    format_request_id,
)
from ansible_collections.hostup.cloud.plugins.module_utils._result import messages
from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import format_causes
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Report


def read_stored(
    api: Api, domains: Sequence[Domain], report: Report, *, written: int = 0
) -> tuple[list[Domain], dict[str, StoredContact]]:
    """Return the domains with the names that the reading returned, and the stored contact of each by its id.

    The report gets the names, too.

    :param written: how many other domains of the run were written before.
    :raises MissingDomains: naming every domain that cannot be read.
    """
    reading = api.read_contacts(domains)
    named = with_names(domains, reading)
    report.take_names(reading.names)
    error = unreadable(named, reading, consequence=messages.nothing_written(written))
    if error:
        raise error
    return named, dict(reading.contacts)


def with_names(domains: Sequence[Domain], reading: Reading) -> list[Domain]:
    """Return the domains with the names that the reading returned, where they were not known before."""
    return [d if d.name else replace(d, name=reading.names.get(d.id)) for d in domains]


def unreadable(domains: Sequence[Domain], reading: Reading, *, consequence: str = "") -> MissingDomains | None:
    """Return the error that names every domain whose contact could not be read, or None.

    :param consequence: a sentence about what was written.
    """
    ids = [domain.id for domain in domains]
    reasons = {i: reading.unreadable[i] for i in ids if i in reading.unreadable}
    if not reasons:
        return None
    first = next((reading.errors[i] for i in ids if i in reading.errors), None)
    causes = format_causes(domains, reasons)
    return MissingDomains(
        messages.unreadable_domains(len(reasons), len(ids), causes, consequence)
        + format_request_id(first.request_id if first else None),
        reasons,
        code="unreadable_domain",
        cause=_about_the_key(reading, ids),
    )


def _about_the_key(reading: Reading, domain_ids: Sequence[str]) -> RequestFailed | None:
    """Return the error if every single domain was forbidden: then the key is the matter, not the domains."""
    errors = [reading.errors.get(domain_id) for domain_id in domain_ids]
    return errors[0] if all(error is not None and error.http_status == 403 for error in errors) else None
