# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From profiles and assignments to one call for each profile."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.filter.portfolio import KNOWN, FilterModule
from ansible_collections.hostup.cloud.plugins.module_utils._role.assignments import SELECTORS
from ansible_collections.hostup.cloud.plugins.module_utils._role.portfolio import effective_contact
from ansible_collections.hostup.cloud.plugins.module_utils._task.connection import connection_argument_spec
from ansible_collections.hostup.cloud.plugins.module_utils._task.options import contacts_argument_spec

plan_calls = cast("Callable[..., dict[str, Any]]", FilterModule().filters()["portfolio"])

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE = Path(__file__).resolve().parents[4] / "roles" / "domain_contacts"

COMPANY = {"companyname": "Example AB", "email": "domains@example.com", "city": "Stockholm"}
PROFILES: dict[str, dict[str, Any]] = {
    "company": COMPANY,
    "shop": {"base": "company", "email": "shop@example.com"},
    "abroad": {"base": "shop", "company": "Eksempel AS", "city": None},
}
ACCOUNT = [
    {"id": "dom_com", "name": "example.com", "tags": ["production"]},
    {"id": "dom_se", "name": "example.se", "tags": ["production", "sweden"]},
    {"id": "dom_idn", "name": "xn--rksmrgs-5wao1o.example", "tags": []},
]


def assigned(profile: str, **lists: list[Any]) -> dict[str, Any]:
    return {"profile": profile, **lists}


def planned(*assignments: dict[str, Any], **others: Any) -> dict[str, Any]:
    """Plan with nothing wrong."""
    plan = plan_calls(PROFILES, list(assignments), **others)
    assert plan["problems"] == []
    return plan


def problems(*assignments: Any, profiles: Any = None, **others: Any) -> list[str]:
    """Plan with something wrong; then nothing may be called."""
    plan = plan_calls(PROFILES if profiles is None else profiles, list(assignments), **others)
    assert plan["problems"]
    assert plan["calls"] == {}
    assert plan["needs_account"] is False
    reported: list[str] = plan["problems"]
    return reported


# -- profiles ---------------------------------------------------------------------------------------------------------


def test_a_profile_without_base_is_its_own_contact() -> None:
    assert effective_contact("company", PROFILES) == COMPANY


def test_own_fields_replace_inherited_ones_by_any_of_their_names_and_null_is_kept_as_left_alone() -> None:
    assert effective_contact("abroad", PROFILES) == {
        "companyname": "Eksempel AS",
        "email": "shop@example.com",
        "city": None,
    }


def test_a_field_that_is_left_alone_is_not_in_the_call() -> None:
    contact = planned(assigned("abroad", domains=["example.com"]))["calls"]["abroad"]["contacts"]
    assert contact == {"companyname": "Eksempel AS", "email": "shop@example.com"}


def test_a_base_can_be_incomplete_or_wrong_as_long_as_nobody_wears_it() -> None:
    profiles = {"base": {}, "wrong": {"email": "nobody"}, "right": {"base": "wrong", "email": "a@example.com"}}
    plan = plan_calls(profiles, [assigned("right", domains=["example.com"])])
    assert plan["problems"] == []
    assert plan["calls"]["right"]["contacts"] == {"email": "a@example.com"}


@pytest.mark.parametrize(
    ("profiles", "reported"),
    [
        ({"a": {"base": "a"}}, ["domain_contacts_profiles.a.base: these profiles inherit", "a -> a"]),
        ({"b": {"base": "c"}, "c": {"base": "b"}, "d": {"base": "c"}}, ["b -> c -> b"]),
        ({"a": {"base": "nobody"}}, ['domain_contacts_profiles.a.base: there is no profile "nobody"']),
        ({"company": {}, "a": {"base": "compny"}}, ["Did you mean company?"]),
        ({"a": {"company": "X", "companyname": "Y"}}, ["a.companyname: companyname is given twice"]),
        ({"a": "text"}, ["domain_contacts_profiles.a: must be a dictionary, got string."]),
        ({2026: {"city": "Oslo"}}, ["domain_contacts_profiles.2026: the name of a profile must be a string"]),
        ([], ["domain_contacts_profiles: must be a dictionary, got list."]),
    ],
)
def test_a_wrong_profile_is_one_problem(profiles: Any, reported: list[str]) -> None:
    (problem,) = problems(profiles=profiles)
    assert [words for words in reported if words not in problem] == []


def test_the_contacts_of_all_worn_profiles_are_checked_and_reported_together() -> None:
    profiles = {"a": {"email": "nobody"}, "b": {"country": False, "nonsense": "x"}, "c": {"email": "nobody"}}
    reported = problems(
        assigned("a", domains=["example.com"]), assigned("b", domains=["example.se"]), profiles=profiles
    )
    assert [problem.split(":")[0] for problem in reported] == [
        "domain_contacts_profiles.a.email",
        "domain_contacts_profiles.b.nonsense",
        "domain_contacts_profiles.b.country",
    ]


def test_a_redacted_problem_does_not_quote_the_value() -> None:
    profiles = {"a": {"email": "nobody-here"}}
    (reported,) = problems(assigned("a", domains=["example.com"]), profiles=profiles, options={"redact": True})
    assert "nobody-here" not in reported


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([*"abcdef", None]), min_size=1))
def test_any_inheritance_ends_in_a_contact_or_in_a_problem(bases: dict[str, Any]) -> None:
    profiles = {name: {"base": base, "city": name} for name, base in bases.items()}
    plan = plan_calls(profiles, [assigned(name, domains=[f"{name}.example"]) for name in bases])
    assert bool(plan["problems"]) != (plan["calls"].keys() == bases.keys())
    assert all(call["contacts"] == {"city": name} for name, call in plan["calls"].items())


# -- assignments ------------------------------------------------------------------------------------------------------


def test_one_call_for_each_profile_with_its_domains_in_order_and_each_once() -> None:
    plan = planned(
        assigned("shop", domains=["b.example", "a.example"]),
        assigned("company", domains=["example.com"]),
        assigned("shop", domains=["c.example", "A.EXAMPLE."]),
    )
    assert list(plan["calls"]) == ["shop", "company"]
    assert plan["calls"]["shop"]["domains"] == ["b.example", "a.example", "c.example"]
    assert plan["calls"]["company"] == {"contacts": COMPANY, "domain_ids": [], "domains": ["example.com"]}
    assert plan["needs_account"] is False


def test_numbers_are_ids_as_yaml_reads_them() -> None:
    plan = planned(assigned("company", domain_ids=[11790, "11791"]))
    assert plan["calls"]["company"]["domain_ids"] == ["11790", "11791"]
    assert plan["options"] == {"api_version": "v1"}


@pytest.mark.parametrize(
    ("entry", "reported"),
    [
        ("company", "domain_contacts_assignments[0]: must be a dictionary"),
        ({"domains": ["example.com"]}, "domain_contacts_assignments[0]: it has no profile"),
        (assigned("compny", domains=[]), "Did you mean company?"),
        (assigned("zzz", domains=[]), "There are company, shop, abroad."),
        (assigned("company"), "it says no domains"),
        (assigned("company", domain=["example.com"]), "[0].domain: there is no such key. Did you mean domains?"),
        ({"profile": "company", "domains": "example.com"}, "[0].domains: must be a list, got string."),
        (assigned("company", domains=[True]), "[0].domains: every entry must be a string"),
        (assigned("company", tags=[None]), "[0].tags: every entry must be a string"),
        (assigned("company", domains=["no name"]), 'domain_contacts_assignments[0].domains[0]: "no name"'),
        (assigned("company", domain_ids=["example.com"]), "domain_contacts_assignments[0].domain_ids[0]"),
        (assigned("company", tlds=["-"]), 'domain_contacts_assignments[0].tlds: "-" is not a top-level domain'),
    ],
)
def test_a_wrong_assignment_is_reported_with_its_place(entry: Any, reported: str) -> None:
    assert any(reported in problem for problem in problems(entry))


class Tagged(str):
    """A text as Ansible hands it to a filter: of a class that no user knows."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("profiles", "entry", "reported"),
    [
        ({"a": {"city": "Lund"}}, {"profile": "a", "domains": Tagged("x.test")}, 'got string. Write it as ["'),
        ({"a": None}, {"profile": "a", "domains": []}, "profiles.a: must be a dictionary, got null."),
        ({"a": {"city": Tagged("Lund")}}, Tagged("a"), "[0]: must be a dictionary, got string."),
        ({"a": {"city": [Tagged("Lund")]}}, {"profile": "a", "domains": []}, "city: must be a string, got list."),
    ],
)
def test_what_arrived_is_reported_in_words_that_a_user_knows(profiles: Any, entry: Any, reported: str) -> None:
    assert any(reported in problem for problem in plan_calls(profiles, [entry])["problems"])


def test_all_problems_are_reported_together() -> None:
    assert len(problems(assigned("x", domains=[]), assigned("y", domains=[]), assigned("company"))) == 3


def test_empty_lists_are_a_call_without_domains() -> None:
    assert planned(assigned("company", domains=[]))["calls"]["company"]["domains"] == []


# -- the generation of the API ----------------------------------------------------------------------------------------


def test_ids_of_both_generations_are_a_problem_also_in_different_assignments() -> None:
    (reported,) = problems(assigned("company", domain_ids=["11790"]), assigned("shop", domain_ids=["dom_a"]))
    assert "domain_contacts_assignments[0] means API v1" in reported
    assert "domain_contacts_assignments[1] means v2" in reported


def test_names_beside_numeric_ids_need_the_option() -> None:
    entries = (assigned("company", domain_ids=["11790"]), assigned("shop", domains=["example.com"]))
    assert len(problems(*entries)) == 1
    assert planned(*entries, options={"api_version": "v1"})["needs_account"] is True
    assert planned(*entries, api_version="v1")["options"]["api_version"] == "v1"


@pytest.mark.parametrize(
    ("lists", "options", "version"),
    [
        ({"domain_ids": ["11790"]}, {}, "v1"),
        ({"domain_ids": ["dom_a"]}, {}, "v2"),
        ({"domains": ["example.com"]}, {}, None),
        ({"domains": ["example.com"]}, {"api_version": "v1"}, "v1"),
        ({"tlds": ["com"]}, {}, None),
        ({"tlds": ["com"], "domain_ids": ["11790"]}, {}, "v1"),
    ],
)
def test_the_generation_is_passed_on_where_ids_or_the_options_decide_it(
    lists: dict[str, Any], options: dict[str, Any], version: str | None
) -> None:
    assert planned(assigned("company", **lists), options=options)["options"].get("api_version") == version


def test_tags_of_v1_are_a_problem() -> None:
    (reported,) = problems(assigned("company", tags=["x"]), assigned("shop", domain_ids=["11790"]))
    assert reported.startswith("domain_contacts_assignments[0].tags: API v1 does not return")


# -- what the account has ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entries", "needs_tags"),
    [
        ([assigned("company", tlds=["com"])], False),
        ([assigned("company", tags=["production"])], True),
        ([assigned("company", domains=["example.com"]), assigned("shop", domain_ids=["dom_se"])], False),
    ],
)
def test_the_account_is_needed_for_endings_and_tags_and_where_a_name_could_be_an_id(
    entries: list[dict[str, Any]], needs_tags: bool
) -> None:
    plan = planned(*entries)
    assert (plan["needs_account"], plan["needs_tags"], plan["calls"]) == (True, needs_tags, {})
    assert planned(*entries, account=ACCOUNT)["needs_account"] is False


def test_names_and_ids_of_one_profile_are_left_to_the_module() -> None:
    assert planned(assigned("company", domains=["example.com"], domain_ids=["dom_com"]))["needs_account"] is False


def test_a_domain_that_fits_several_times_is_called_once() -> None:
    plan = planned(
        assigned("company", domains=["Example.COM"], tlds=["com", ".SE"], tags=["production", "sweden"]),
        assigned("company", domain_ids=["dom_com"]),
        account=ACCOUNT,
    )
    assert plan["calls"]["company"]["domains"] == ["Example.COM"]
    assert plan["calls"]["company"]["domain_ids"] == ["dom_se"]
    assert plan["unmatched"] == []


def test_internationalised_names_are_recognised_in_both_forms() -> None:
    (reported,) = problems(
        assigned("company", domains=["räksmörgås.example"]), assigned("shop", tlds=["example"]), account=ACCOUNT
    )
    assert "company and shop are both assigned to xn--rksmrgs-5wao1o.example." in reported


def test_what_fits_no_domain_is_reported_and_is_no_problem() -> None:
    plan = planned(assigned("company", tlds=["museum", "com"], tags=["nowhere"]), account=ACCOUNT)
    assert plan["unmatched"] == [
        'domain_contacts_assignments[0].tlds "museum"',
        'domain_contacts_assignments[0].tags "nowhere"',
    ]


def test_a_name_that_the_account_does_not_have_is_left_to_the_module() -> None:
    plan = planned(assigned("company", domains=["nowhere.example"], tlds=["se"]), account=ACCOUNT)
    assert plan["calls"]["company"]["domains"] == ["nowhere.example"]


def test_tags_that_are_not_reported_are_a_problem_and_not_a_guess() -> None:
    account = [*ACCOUNT, {"id": "dom_x", "name": "x.example", "tags": None}]
    (reported,) = problems(assigned("company", tags=["sweden"]), account=account)
    assert reported.startswith(
        'domain_contacts_assignments[0].tags "sweden": the API does not return the tags of x.example'
    )
    assert planned(assigned("company", tlds=["se"]), account=account)["calls"]["company"]["domain_ids"] == ["dom_se"]


def test_domains_without_id_or_name_fit_nothing() -> None:
    account = [{"id": "dom_x", "name": None, "tags": []}, {"id": None, "name": "x.se", "tags": []}]
    assert planned(assigned("company", tlds=["se"]), account=account)["calls"]["company"]["domain_ids"] == []


def test_two_domains_of_one_name_are_both_claimed_by_it() -> None:
    account = [*ACCOUNT, {"id": "dom_com2", "name": "example.com", "tags": []}]
    (reported,) = problems(
        assigned("company", domains=["example.com"]), assigned("shop", domain_ids=["dom_com2"]), account=account
    )
    assert "both assigned to example.com." in reported


def test_every_domain_with_two_profiles_is_named_with_the_profiles() -> None:
    reported = problems(
        assigned("company", domains=["a.example", "b.example", "c.example", "d.example", "e.example"]),
        assigned("shop", domains=["A.example", "b.example", "c.example", "d.example"]),
        assigned("abroad", domains=["e.example"]),
    )
    start = "domain_contacts_assignments: a domain may have one profile only, but company and"
    assert reported == [
        f"{start} shop are both assigned to a.example, b.example, c.example, d.example.",
        f"{start} abroad are both assigned to e.example.",
    ]


REFUSED: dict[str, tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any], list[str]]] = {
    "a domain in two profiles": (
        {},
        [
            assigned("company", domains=["example.com", "Example.SE", "example.net"]),
            assigned("shop", domains=["example.com.", "example.se"]),
        ],
        {},
        ["one profile only", "company and shop", "example.com", "Example.SE"],
    ),
    "ids in two profiles": (
        {},
        [assigned("company", domain_ids=["11790"]), assigned("shop", domain_ids=["11790", "11791"])],
        {},
        ["company and shop", r"11790\."],
    ),
    "unknown profiles": (
        {},
        [assigned("compny", domains=["example.com"]), assigned("shpo", domains=["example.net"])],
        {},
        [r"assignments\[0\].profile.*\"compny\".*Did you mean company", r"assignments\[1\].*Did you mean shop"],
    ),
    "an unknown base, and a loop": (
        {"lost": {"base": "nobody"}, "a": {"base": "c"}, "b": {"base": "a"}, "c": {"base": "b"}},
        [assigned("company", domains=["example.com"])],
        {},
        [r"domain_contacts_profiles.lost.base: there is no profile \"nobody\"", "loop: a -> c -> b -> a"],
    ),
    "both generations": (
        {},
        [assigned("company", domain_ids=["11790"]), assigned("shop", domains=["shop.example"])],
        {},
        [r"assignments\[0\] means API v1", r"assignments\[1\] means v2", r"two\s+runs"],
    ),
    "values": (
        {"company": {"email": "nobody", "country": "Sweden"}},
        [assigned("company", domains=["example.com"])],
        {},
        ["domain_contacts_profiles.company.email", 'domain_contacts_profiles.company.country.*Did you mean "SE"'],
    ),
    "values, redacted": (
        {"company": {"email": "nobody-here"}},
        [assigned("company", domains=["example.com"])],
        {"redact": True},
        ["domain_contacts_profiles.company.email", "redact is true"],
    ),
    "options": (
        {},
        [assigned("company", domains=["example.com"])],
        {"on_bloked": "skip", "domains": []},
        ["Did you mean on_blocked", "belongs into domain_contacts_assignments"],
    ),
    "no domains": ({}, [{"profile": "company"}], {}, [r"assignments\[0\]: it says no domains"]),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=list(REFUSED))
def test_all_that_is_wrong_with_the_variables_is_said_at_once(case: tuple[Any, Any, Any, list[str]]) -> None:
    profiles, entries, options, patterns = case
    reported = "\n".join(plan_calls({**PROFILES, **profiles}, entries, options)["problems"])
    assert [pattern for pattern in patterns if not re.search(pattern, reported)] == []


LISTS = st.fixed_dictionaries(
    {"profile": st.sampled_from(list(PROFILES))},
    optional={
        "domains": st.lists(st.sampled_from(["example.com", "example.se", "x.example"]), unique=True),
        "domain_ids": st.lists(st.sampled_from(["dom_com", "dom_se"]), unique=True),
        "tlds": st.lists(st.sampled_from(["com", "se", "example"]), unique=True),
        "tags": st.lists(st.sampled_from(["production", "sweden"]), unique=True),
    },
).filter(lambda entry: len(entry) > 1)


@given(st.lists(LISTS, max_size=5))
def test_no_domain_is_ever_in_two_calls_and_none_that_is_assigned_is_in_none(entries: list[dict[str, Any]]) -> None:
    plan = plan_calls(PROFILES, entries, account=ACCOUNT)
    ids = {domain["name"]: domain["id"] for domain in ACCOUNT}
    called = [
        key
        for call in plan["calls"].values()
        for key in (*call["domain_ids"], *(ids.get(name, name) for name in call["domains"]))
    ]
    assert len(called) == len(set(called))
    listed = {ids.get(key, key) for entry in entries for kind in SELECTORS[:2] for key in entry.get(kind, ())}
    assert plan["problems"] or listed <= set(called)


# -- options ----------------------------------------------------------------------------------------------------------


def test_every_option_of_the_module_can_be_passed_through_or_has_a_variable() -> None:
    own = {"api_key", "api_url", "contacts", "domains", "domain_ids"}
    assert {*connection_argument_spec(), *contacts_argument_spec()} == KNOWN.module | own
    assert KNOWN.module.isdisjoint(own)


def test_options_are_passed_on_and_the_common_ones_also_to_the_list_of_domains() -> None:
    plan = planned(assigned("company", tlds=["com"]), options={"timeout": 5, "on_blocked": "skip", "concurrency": 2})
    assert plan["options"] == {"timeout": 5, "on_blocked": "skip", "concurrency": 2}
    assert plan["connection"] == {"timeout": 5, "concurrency": 2}


def test_an_option_that_is_null_is_not_set() -> None:
    nulls = {"max_changed": None, "redact": None, "api_version": None, "timeout": None}
    plan = planned(assigned("company", tlds=["com"]), options={**nulls, "on_blocked": "skip"})
    assert (plan["options"], plan["connection"]) == ({"on_blocked": "skip"}, {})


@pytest.mark.parametrize(
    ("options", "reported"),
    [
        (
            {"on_bloked": "skip"},
            "domain_contacts_options.on_bloked: hostup_domain_contacts has no such option. Did you",
        ),
        ({"api_key": "x"}, "domain_contacts_options.api_key: this belongs into domain_contacts_api_key."),
        ({"contacts": {}}, "belongs into domain_contacts_profiles."),
        ("skip", "domain_contacts_options: must be a dictionary"),
    ],
)
def test_an_option_that_cannot_be_passed_through_is_a_problem(options: Any, reported: str) -> None:
    (problem,) = problems(assigned("company", domains=["example.com"]), options=options)
    assert reported in problem


# -- the role ---------------------------------------------------------------------------------------------------------


def test_the_role_describes_every_key_of_an_assignment_and_every_default() -> None:
    options = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    assert list(options["domain_contacts_assignments"]["options"]) == ["profile", *SELECTORS]
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())
    assert {name: rule["default"] for name, rule in options.items() if "default" in rule} == defaults
