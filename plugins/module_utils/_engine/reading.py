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
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import (
    MissingDomains,
    RequestFailed,
    told_request_id,
)
from ansible_collections.hostup.cloud.plugins.module_utils._result.messages import told_causes
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Report


def read_stored(api: Api, report: Report) -> dict[str, Contact]:
    """Return the stored contact of every domain of the report, and complete the report with their names.

    :raises MissingDomains: naming every domain that cannot be read.
    """
    reading = api.read_contacts(report.domains)
    report.domains = with_names(report.domains, reading)
    error = unreadable(report.domains, reading, "; nothing was written")
    if error:
        raise error
    return dict(reading.contacts)


def with_names(domains: Sequence[Domain], reading: Reading) -> list[Domain]:
    """Return the domains with the names that the reading told, where they were not known before."""
    return [d if d.name else replace(d, name=reading.names.get(d.id or "")) for d in domains]


def unreadable(domains: Sequence[Domain], reading: Reading, consequence: str = "") -> MissingDomains | None:
    """Return the error that names every domain whose contact could not be read, or None.

    :param consequence: what follows from that, as it stands before the full stop.
    """
    ids = [domain.id or "" for domain in domains]
    reasons = {i: reading.unreadable[i] for i in ids if i in reading.unreadable}
    if not reasons:
        return None
    first = next((reading.errors[i] for i in ids if i in reading.errors), None)
    return MissingDomains(
        f"Could not read the stored contact of {len(reasons)} of {len(ids)} domains{consequence}."
        f" {told_causes(domains, reasons)}{told_request_id(first.request_id if first else None)}",
        reasons,
        code="unreadable_domain",
        cause=_about_the_key(reading, ids),
    )


def _about_the_key(reading: Reading, domain_ids: Sequence[str]) -> RequestFailed | None:
    """Return the error if every single domain was forbidden: then the key is the matter, not the domains."""
    errors = [reading.errors.get(domain_id) for domain_id in domain_ids]
    return errors[0] if all(error is not None and error.http_status == 403 for error in errors) else None
