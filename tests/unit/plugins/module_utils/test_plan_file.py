# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans as documents: their digest, what stands for a value in a redacted one, and what an approved one lets pass."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import (
    VerdictKind,
    comparable_form,
    compare,
)
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError
from ansible_collections.hostup.cloud.plugins.module_utils._engine.approval import find_unapproved
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison, Plan
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan_document import (
    Change,
    FieldChange,
    NewerPlan,
    NotAPlan,
    PlanContent,
    PlanMaker,
    Seal,
    plan_document,
    read_plan,
)
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan_file import PlanKeeper, PlanOptions
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Report
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import FakeClock, plan_for, whole

ORIGIN = "https://cloud.hostup.se"
MOMENT = datetime(2026, 11, 26, 8, 0, 0, tzinfo=timezone.utc)
SEAL = Seal("our secret")

VALUES = st.sampled_from(
    ["", "Malmö", "MALMÖ", "123 45", "12345", "SW1A 1AA", "sw1a1aa", "+46 70-000 00 11", "+46.700000011", "se", "SE"]
)
CHANGES = st.builds(
    Change,
    st.from_regex(r"dom_[a-z0-9]{1,4}", fullmatch=True),
    st.none() | st.sampled_from(["example.com", "räksmörgås.example"]),
    st.none() | st.sampled_from(["company", "shop"]),
    st.dictionaries(st.sampled_from(FIELD_NAMES), st.builds(FieldChange, st.none() | VALUES, VALUES), min_size=1),
)
CONTENTS = st.builds(
    PlanContent,
    st.sampled_from([ORIGIN, "http://127.0.0.1:8080"]),
    st.sampled_from(["v1", "v2"]),
    st.none() | st.just(SEAL.mark),
    st.lists(CHANGES, max_size=4, unique_by=lambda change: change.id).map(tuple),
)


def plan_of(contacts: dict[str, str], stored: dict[str, dict[str, str]], strict: bool = False) -> Plan:
    """Return the plan for domains by their names, which are their ids too."""
    domains = [Domain(name, name) for name in stored]
    return plan_for(domains, {name: whole(one) for name, one in stored.items()}, contacts, Comparison(strict))


def maker(*, strict: bool = False, complete: bool = False, secret: str = "our secret") -> PlanMaker:
    return PlanMaker(ORIGIN, "v2", complete, Seal(secret, strict))


def document(plan: Plan, moment: datetime = MOMENT) -> dict[str, Any]:
    return plan_document(maker().content(plan, redact=False), plan, moment)


GOOD = document(plan_of({"city": "Lund"}, {"example.se": {"city": "Stockholm"}, "example.nu": {"city": "Lund"}}))


# -- the document ------------------------------------------------------------------------------------------------------


def test_the_document_is_as_in_the_design() -> None:
    assert json.loads(json.dumps(GOOD)) == {
        "format": 1,
        "created": "2026-11-26T08:00:00Z",
        "collection": GOOD["collection"],
        "api_url": ORIGIN,
        "api_version": "v2",
        "redacted": False,
        "summary": {"total": 2, "unchanged": 1, "planned": 1},
        "changes": [
            {
                "id": "example.se",
                "name": "example.se",
                "profile": None,
                "fields": {"city": {"before": "Stockholm", "after": "Lund"}},
            }
        ],
    }


def test_the_summary_counts_each_domain_once() -> None:
    stored = {f"{number}.example": {"city": city} for number, city in enumerate(["Umeå", "Umeå", "Lund"])}
    plan = plan_of({"city": "Lund"}, stored).without(["0.example"])
    assert document(plan)["summary"] == {"total": 3, "unchanged": 1, "planned": 1, "blocked": 1}


@given(CONTENTS)
def test_what_was_written_is_what_is_read(content: PlanContent) -> None:
    text = json.dumps(plan_document(content, Plan(()), MOMENT), ensure_ascii=False)
    assert read_plan(text) == content
    assert read_plan(text).digest == content.digest


@pytest.mark.parametrize("key", sorted(GOOD))
def test_without_any_of_its_keys_it_is_no_plan(key: str) -> None:
    with pytest.raises(NotAPlan):
        read_plan(json.dumps({name: value for name, value in GOOD.items() if name != key}))


CHANGE = GOOD["changes"][0]


@pytest.mark.parametrize(
    "change",
    [
        {"format": "1"},
        {"format": 0},
        {"format": None},
        {"api_url": 7},
        {"api_version": None},
        {"redacted": True},
        {"redacted": None},
        {"changes": None},
        {"changes": {}, "format": 1.5},
        {"changes": ["example.se"]},
        {"changes": [CHANGE, CHANGE]},
        {"changes": [{**CHANGE, "id": 7}]},
        {"changes": [{**CHANGE, "fields": ["city"]}]},
        {"changes": [{**CHANGE, "fields": {"orgno": {"before": "", "after": ""}}}]},
        {"changes": [{**CHANGE, "fields": {"city": {"before": "Umeå"}}}]},
        {"changes": [{**CHANGE, "fields": {"city": {"before": "Umeå", "after": None}}}]},
    ],
    ids=str,
)
def test_a_plan_that_is_spoilt_is_none(change: dict[str, Any]) -> None:
    read_plan(json.dumps(GOOD))
    with pytest.raises(NotAPlan):
        read_plan(json.dumps({**GOOD, **change}))


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=4).map(json.dumps))
def test_any_other_text_is_no_plan(text: str) -> None:
    with pytest.raises(NotAPlan):
        read_plan(text)


def test_a_plan_of_the_future_is_told_apart() -> None:
    with pytest.raises(NewerPlan):
        read_plan(json.dumps({**GOOD, "format": 2, "redacted": {"by": "a vault"}}))


# -- the digest --------------------------------------------------------------------------------------------------------


@given(CONTENTS, st.randoms(use_true_random=False))
def test_neither_the_order_of_domains_and_fields_nor_the_mark_counts_for_the_digest(
    content: PlanContent, random: Any
) -> None:
    def shuffled(items: Any) -> list[Any]:
        mixed = list(items)
        random.shuffle(mixed)
        return mixed

    changes = tuple(replace(one, fields=dict(shuffled(one.fields.items()))) for one in shuffled(content.changes))
    assert replace(content, changes=changes, mark=None).digest == content.digest


@given(CONTENTS, CONTENTS)
def test_two_plans_share_a_digest_only_if_they_would_write_the_same(one: PlanContent, other: PlanContent) -> None:
    same = (one.api_url, one.api_version, one.by_id) == (other.api_url, other.api_version, other.by_id)
    assert (one.digest == other.digest) is same


@given(CONTENTS.filter(lambda content: content.changes), st.data())
def test_any_one_change_makes_another_digest(content: PlanContent, data: st.DataObject) -> None:
    change = data.draw(st.sampled_from(content.changes))
    name = data.draw(st.sampled_from(sorted(change.fields)))
    values = change.fields[name]
    others = [
        replace(change, id="dom_other"),
        replace(change, name="other.example"),
        replace(change, profile="another"),
        replace(change, fields={**change.fields, name: values._replace(before="other")}),
        replace(change, fields={**change.fields, name: values._replace(after="other")}),
        replace(change, fields={key: value for key, value in change.fields.items() if key != name}),
    ]
    digests = {
        replace(content, changes=tuple(other if one is change else one for one in content.changes)).digest
        for other in others
    }
    digests |= {replace(content, changes=tuple(one for one in content.changes if one is not change)).digest}
    digests |= {replace(content, api_url="https://other.example").digest, replace(content, api_version="v3").digest}
    assert len(digests) == len(others) + 3
    assert content.digest not in digests


def test_neither_time_nor_version_counts_for_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of({"city": "Lund"}, {"example.se": {"city": "Stockholm"}})
    later = {**document(plan, MOMENT + timedelta(days=3)), "collection": "9.0.0"}
    assert read_plan(json.dumps(later)).digest == read_plan(json.dumps(document(plan))).digest
    assert read_plan(json.dumps(later)).digest.startswith("sha256:")


# -- the seal ----------------------------------------------------------------------------------------------------------


@given(st.sampled_from(FIELD_NAMES), VALUES, VALUES, st.sampled_from(["", "SE", "GB", "NO"]))
def test_values_have_one_digest_exactly_if_they_are_equivalent(name: str, one: str, other: str, country: str) -> None:
    verdict = compare(name, one, other, left_country=country, right_country=country)
    is_same = verdict.kind is not VerdictKind.DIFFERENT
    assert (SEAL.value(name, one, country) == SEAL.value(name, other, country)) is is_same
    strict = Seal("our secret", strict=True)
    assert (strict.value(name, one, country) == strict.value(name, other, country)) is (one == other)


@given(st.sampled_from(FIELD_NAMES), VALUES, VALUES, st.sampled_from(["", "SE", "NO"]), st.sampled_from(["", "GB"]))
def test_values_of_two_countries_are_never_wrongly_the_same(
    name: str, one: str, other: str, left: str, right: str
) -> None:
    if comparable_form(name, one, left) == comparable_form(name, other, right):
        assert compare(name, one, other, left_country=left, right_country=right).kind is not VerdictKind.DIFFERENT


def test_the_field_and_the_secret_count_for_the_digest_of_a_value() -> None:
    assert len({SEAL.value(name, "Lund", "") for name in FIELD_NAMES} | {SEAL.mark}) == len(FIELD_NAMES) + 1
    assert Seal("another").value("city", "Lund", "") != SEAL.value("city", "Lund", "")
    assert Seal("another").mark != SEAL.mark
    assert Seal("our secret", strict=True).mark == SEAL.mark
    assert "our secret" not in repr(SEAL)
    assert Seal("\udce4").mark


# -- the approval ------------------------------------------------------------------------------------------------------

STORED = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELD_NAMES, VALUES))
ACCOUNTS = st.dictionaries(st.sampled_from(["1.example", "2.example", "3.example"]), STORED)


@given(ACCOUNTS, ACCOUNTS, STORED, STORED, st.booleans(), st.booleans(), st.booleans())
def test_whatever_passes_is_in_the_approved_plan(
    before: dict[str, Any],
    now: dict[str, Any],
    approved: dict[str, str],
    declared: dict[str, str],
    redact: bool,
    strict: bool,
    complete: bool,
) -> None:
    make = maker(strict=strict, complete=complete)
    content = make.content(plan_of(approved, before, strict), redact=redact)
    plan = plan_of(declared, now, strict)
    refused = {one.domain.id: one.fields for one in find_unapproved(plan, content, make)}

    assert find_unapproved(plan_of(approved, before, strict), content, make) == []
    for entry in plan.changing:
        given_fields = content.by_id[entry.domain.id].fields if entry.domain.id in content.by_id else {}
        fields = [name for name in entry.changed_fields if name not in refused.get(entry.domain.id, ())]
        assert set(fields) <= set(given_fields)
        for name in fields:
            pairs = [(before[entry.domain.id].get(name, ""), entry.before[name]), (approved[name], entry.after[name])]
            # The country of a contact decides of few fields; where it is another, only the same text is the same.
            assert all(
                one == other
                or (
                    not strict
                    and any(
                        compare(name, one, other, left_country=code, right_country=code).kind
                        is not VerdictKind.DIFFERENT
                        for code in ("", "SE", "GB")
                    )
                )
                for one, other in pairs
            )


def test_a_value_that_nobody_has_read_is_approved_only_as_such() -> None:
    domains = [Domain("1", "1.example")]
    unseen = plan_for(
        domains, {"1": whole({"city": "Umeå"}, absent={"address2"})}, {"city": "Lund", "address2": ""}, Comparison()
    )
    seen = plan_for(
        domains, {"1": whole({"city": "Umeå", "address2": "Lgh 1"})}, {"city": "Lund", "address2": ""}, Comparison()
    )
    make = maker(complete=True)
    content = make.content(unseen, redact=False)
    assert content.changes[0].fields == {"address2": FieldChange(None, ""), "city": FieldChange("Umeå", "Lund")}
    assert maker().content(unseen, redact=False).changes[0].fields.keys() == {"city"}
    assert find_unapproved(unseen, content, make) == []
    assert [one.fields for one in find_unapproved(seen, content, make)] == [("address2",)]


def test_the_country_of_the_approved_plan_counts_for_its_postcode() -> None:
    stored = {"1.example": {"postcode": "411 01", "country": "SE"}}
    approved = maker().content(plan_of({"postcode": "SW1A 1AA", "country": "GB"}, stored), redact=False)
    same = plan_of({"postcode": "sw1a1aa", "country": "GB"}, stored)
    assert find_unapproved(same, approved, maker()) == []
    other = plan_of({"postcode": "sw1a1aa", "country": "SE"}, {"1.example": {"postcode": "411 01", "country": "GB"}})
    assert [one.fields for one in find_unapproved(other, approved, maker())] == [("postcode", "country")]


# -- the file ----------------------------------------------------------------------------------------------------------


def keeper(path: Path, plan: Plan) -> PlanKeeper:
    report = Report(check_mode=True)
    report.domains = [entry.domain for entry in plan.entries]
    return PlanKeeper(PlanOptions(path), maker(), report, FakeClock(), redact=False)


def test_a_file_that_came_while_it_was_planned_is_not_replaced_unless_it_is_a_plan(tmp_path: Path) -> None:
    path, plan = tmp_path / "plan.json", plan_of({"city": "Lund"}, {"example.se": {"city": "Stockholm"}})
    one = keeper(path, plan)
    one.make(plan)
    one.save(plan)
    path.write_text("my notes", encoding="utf-8")
    with pytest.raises(HostUpError, match="something else than a plan is there by now") as caught:
        one.save(plan)
    assert caught.value.code == "plan_file_failed"
    one.begin()
    assert path.read_text(encoding="utf-8") == "my notes"
    assert [file.name for file in tmp_path.iterdir()] == ["plan.json"]


def test_a_file_that_cannot_be_finished_leaves_nothing(tmp_path: Path, fill_disk: Any) -> None:
    path, plan = tmp_path / "plan.json", plan_of({"city": "Lund"}, {"example.se": {"city": "Stockholm"}})
    one = keeper(path, plan)
    fill_disk()
    with pytest.raises(HostUpError, match=r"Could not write the plan: No space left on device\. Nothing was written"):
        one.make(plan)
    assert list(tmp_path.iterdir()) == []
