# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is understood of rows and details that are odd, but possible: little of them is documented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, cast

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Answers, Api
from ansible_collections.hostup.cloud.plugins.module_utils._api.facts import facts_of, is_lost
from ansible_collections.hostup.cloud.plugins.module_utils._api.filters import Filters
from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import V1, V2
from ansible_collections.hostup.cloud.plugins.module_utils._api.resolve import find_filtered
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import MissingDomains
from ansible_collections.hostup.cloud.plugins.module_utils._task.domain_info import as_info, describe

ODD: list[Any] = [None, "", 0, 1.5, True, [], {}, [None], {"name": None}, "\u202e\n", "x" * 5000]


@pytest.mark.parametrize("generation", [V1, V2])
@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
def test_no_odd_value_is_more_than_not_reported(generation: str, value: Any) -> None:
    keys = ("name", "serviceStatus", "lifecycle", "createdAt", "expiresAt", "tags", "status", "expires", "reglock")
    info = as_info("1", facts_of(generation, dict.fromkeys(keys, value)))
    assert list(info) == ["id", "name", "service_status", "lifecycle", "created_at", "expires_at", "tags"]
    assert list(info["lifecycle"]) == ["type", "auto_renew_enabled", "registrar_lock_enabled", "transfer_in_progress"]
    assert isinstance(info["tags"], (list, type(None)))
    is_lost(facts_of(generation, dict.fromkeys(keys, value)), datetime.now(timezone.utc))


@pytest.mark.parametrize(
    ("tags", "understood"),
    [
        (None, []),
        (["production", None, ""], ["production"]),
        ([{"id": 1, "name": "production"}, "x"], ["production", "x"]),
        ("production", None),
        ([{"label": "production"}], None),
        (["production", 7], None),
    ],
)
def test_tags_are_read_or_not_reported_but_never_lost(tags: Any, understood: list[str] | None) -> None:
    assert as_info("dom_a", facts_of(V2, {"tags": tags}))["tags"] == understood


@pytest.mark.parametrize(
    ("expiry", "lost"),
    [
        ("2026-03-01T11:59:59.000Z", True),
        ("2026-03-01T12:00:01.000Z", False),
        # A day without a time: the domain lives until the day is over.
        ("2026-02-28", True),
        ("2026-03-01", False),
        ("9999-12-31", False),
        ("0000-00-00", False),
    ],
)
def test_a_domain_expires_at_its_moment_or_at_the_end_of_its_day(expiry: str, *, lost: bool) -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
    assert is_lost({"service_status": "active", "expires_at": expiry}, noon) is lost


class OneDomain:
    """An API that reports the name of its domain only in the details."""

    def read_details(self, domains: Sequence[Domain]) -> Answers[Mapping[str, Any]]:
        return Answers({domain.id or "": {"name": "a.example"} for domain in domains})


def test_a_name_that_only_the_details_report_is_reported() -> None:
    api = cast(Api, OneDomain())
    (entry,) = describe(api, V2, [Domain("dom_a", None, {"name": None})], Filters(), details=True)
    assert entry["name"] == "a.example"


class TwoOfOneName:
    """An account with two domains of one name, such as one that has expired and was registered again."""

    def find_domains(self, a_labels: Sequence[str]) -> dict[str, Domain]:
        raise MissingDomains(f"Could not resolve {a_labels[0]}.", {a_labels[0]: "two"}, code="ambiguous_domain")

    def all_domains(self) -> list[Domain]:
        rows = [("dom_a", "a.example", "expired"), ("dom_b", "a.example", "active"), ("dom_c", "c.example", "active")]
        return [Domain(i, name, {"name": name, "serviceStatus": status}) for i, name, status in rows]


@pytest.mark.parametrize(("statuses", "kept"), [([], ["dom_a", "dom_b"]), (["active"], ["dom_b"])])
def test_a_filter_by_name_keeps_every_domain_of_that_name(statuses: list[str], kept: list[str]) -> None:
    api, filters = cast(Api, TwoOfOneName()), Filters(names=frozenset({"a.example"}), statuses=frozenset(statuses))
    found = find_filtered(api, filters)
    assert [entry["id"] for entry in describe(api, V2, found, filters, details=False)] == kept


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("example.se", True),
        ("a.example.se", True),
        ("example.ose", False),
        ("se", False),
        ("se.example", False),
        ("example.co.uk", True),
        ("example.uk", False),
        ("exampleco.uk", False),
    ],
)
def test_a_top_level_domain_is_whole_labels_at_the_end(name: str, *, kept: bool) -> None:
    assert Filters(top_levels=("se", "co.uk")).keep({"name": name}) is kept
