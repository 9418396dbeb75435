# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The result of a run with several profiles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import ListedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import PlannedDomain, Report, summary_of


class PortfolioReport(Report):
    """Knows which profile each domain has.

    :ivar profiles: the names of all profiles that have domains, or could have some.
    :ivar unmatched: the places whose top-level domain or tag no domain of the account has.
    """

    def __init__(self, *, check_mode: bool, redact: bool = False) -> None:
        super().__init__(check_mode=check_mode, redact=redact)
        self.profiles: Sequence[str] = ()
        self.unmatched: Sequence[str] = ()
        self._profile_of: Mapping[str, str] = {}

    def take_listed(self, listed: Mapping[ListedDomain, str], profiles: Sequence[str]) -> None:
        """Keep what is listed for these profiles; it is what the result has as long as no more is known."""
        self.profiles = profiles
        self.domains = list(listed)
        self._profile_of = {domain.id or domain.name or "": profile for domain, profile in listed.items()}

    def take_assigned(self, profile_of: Mapping[str, str], unmatched: Sequence[str]) -> None:
        """Keep the profile of each domain, by its id, and what no domain fits."""
        self._profile_of = profile_of
        self.unmatched = unmatched

    def as_result(self, *, with_diff: bool, api_calls: Mapping[str, int]) -> dict[str, Any]:
        """Return the result of :class:`Report`, with ``profiles`` and ``unmatched``."""
        result = super().as_result(with_diff=with_diff, api_calls=api_calls)
        statuses: defaultdict[str, list[str]] = defaultdict(list)
        for entry in result["domains"]:
            statuses[entry["profile"]].append(entry["status"])
        summaries = {name: summary_of(statuses[name]) for name in self.profiles}
        return {**result, "profiles": summaries, "unmatched": list(self.unmatched)}

    def _entry(self, domain: ListedDomain, planned: PlannedDomain | None) -> dict[str, Any]:
        entry = super()._entry(domain, planned)
        profile = self._profile_of.get(domain.id or domain.name or "")
        return {"id": entry.pop("id"), "name": entry.pop("name"), "profile": profile, **entry}
