# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a backup is put back, by what is stored now."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._role.restoration import restoration
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import COMPLETE_CONTACT

SAVED = {"city": "Umeå", "phonenumber": "+46.700000099"}
WRITTEN = {"city": "Malmö", "phonenumber": "+46700000000"}


def backup(*ids: str, **others: Any) -> dict[str, Any]:
    group = {
        "domain_ids": list(ids),
        "names": [f"{one}.example" for one in ids],
        "contacts": SAVED,
        "when_current": WRITTEN,
        "accept_stored": {"city": ["Malmo"]},
        "left_out": [],
        **others,
    }
    return {"restore": [group]}


def stored(domain_id: str, **now: str | None) -> dict[str, Any]:
    return {"id": domain_id, "contact": {**COMPLETE_CONTACT, **now}, "reason": None}


@pytest.mark.parametrize(
    "now",
    [
        {"city": "Malmö", "phonenumber": "+46700000000"},
        {"city": "Malmö", "phonenumber": "+46.700000000"},
        {"city": "Malmo", "phonenumber": "+46700000000"},
        {"city": "Umeå", "phonenumber": "+46700000000"},
        {"city": "Malmö", "phonenumber": "+46 700 00 00 99"},
    ],
)
def test_what_the_run_has_written_in_whole_or_in_part_is_put_back_where_it_still_is(now: dict[str, str]) -> None:
    plan = restoration(backup("dom_a"), [stored("dom_a", **now)])
    assert plan["groups"] == [
        {"domain_ids": ["dom_a"], "names": ["dom_a.example"], "contacts": SAVED, "when_current": now}
    ]
    assert (plan["as_saved"], plan["left_alone"], plan["not_whole"]) == ([], {}, [])


def test_what_is_as_saved_in_any_notation_is_not_touched() -> None:
    plan = restoration(backup("dom_a"), [stored("dom_a", city="Umeå", phonenumber="+46700000099")])
    assert (plan["groups"], plan["as_saved"]) == ([], ["dom_a"])


@pytest.mark.parametrize(
    ("now", "fields"),
    [
        ({"city": "Lund", "phonenumber": "+46700000000"}, "city differs"),
        ({"city": "Lund", "phonenumber": "+46711111111"}, "city, phonenumber differ"),
        ({"city": None, "phonenumber": "+46700000000"}, "city differs"),
    ],
)
def test_what_somebody_else_has_changed_is_left_alone_as_a_whole(now: dict[str, str | None], fields: str) -> None:
    plan = restoration(backup("dom_a"), [stored("dom_a", **now)])
    assert plan["groups"] == []
    assert plan["left_alone"] == {"dom_a": f"Left alone, because its stored {fields} from what was saved and written."}


def test_what_cannot_be_read_is_left_alone_with_its_reason() -> None:
    unread = {"id": "dom_a", "contact": None, "reason": "HTTP 503."}
    plan = restoration(backup("dom_a", "dom_b"), [unread])
    assert plan["left_alone"] == {"dom_a": "HTTP 503.", "dom_b": "It could not be read."}


def test_domains_of_one_state_are_one_group_and_what_cannot_be_declared_is_named() -> None:
    contents = backup("dom_a", "dom_b", "dom_c", left_out=["country"])
    plan = restoration(contents, [stored("dom_a", **WRITTEN), stored("dom_b", **SAVED), stored("dom_c", **WRITTEN)])
    assert [group["domain_ids"] for group in plan["groups"]] == [["dom_a", "dom_c"]]
    assert plan["not_whole"] == ["dom_a", "dom_b", "dom_c"]
    assert restoration(backup("dom_a", contacts={}, left_out=["city"]), [stored("dom_a")])["groups"] == []


def test_an_older_backup_has_no_accepted_spellings() -> None:
    contents = backup("dom_a")
    del contents["restore"][0]["accept_stored"]
    assert restoration(contents, [stored("dom_a", city="Malmo", phonenumber="+46700000000")])["groups"] == []


@given(
    st.sampled_from(["Umeå", "Malmö", "Malmo", "Lund", None]), st.sampled_from(["+46.700000099", "+46700000000", "x"])
)
def test_each_domain_has_exactly_one_fate(city: str | None, phone: str) -> None:
    plan = restoration(backup("dom_a"), [stored("dom_a", city=city, phonenumber=phone)])
    fates = [plan["groups"], plan["as_saved"], plan["left_alone"]]
    assert sum(bool(fate) for fate in fates) == 1
