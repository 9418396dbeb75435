# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a portfolio declares, and from there to domains of the account with one profile each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import as_listed
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain, comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._role.assignments import SELECTORS, Assigned, assign
from ansible_collections.hostup.cloud.plugins.module_utils._role.portfolio import (
    Portfolio,
    effective_contact,
    read_portfolio,
)

ROLE = Path(__file__).resolve().parents[4] / "roles" / "domain_contacts"
COMPANY = {"companyname": "Example AB", "email": "domains@example.com", "city": "Stockholm"}
PROFILES: dict[str, dict[str, Any]] = {
    "company": COMPANY,
    "shop": {"base": "company", "email": "shop@example.com"},
    "abroad": {"base": "shop", "company": "Eksempel AS", "city": None},
}
ACCOUNT = [
    Domain("dom_com", "example.com"),
    Domain("dom_se", "example.se"),
    Domain("dom_idn", "xn--rksmrgs-5wao1o.example"),
]
TAGS = {"dom_com": ["production"], "dom_se": ["production", "sweden"], "dom_idn": []}


def assigned(profile: Any, **lists: Any) -> dict[str, Any]:
    return {"profile": profile, **lists}


def portfolio_of(*assignments: Any, profiles: Any = None, version: str = "auto", redact: bool = False) -> Portfolio:
    given = PROFILES if profiles is None else profiles
    return read_portfolio(given, list(assignments), version, redact=redact)


def problems(*assignments: Any, **others: Any) -> list[str]:
    """Read something that is wrong."""
    with pytest.raises(InvalidInput) as caught:
        portfolio_of(*assignments, **others)
    return caught.value.problems


def found(*assignments: Any, account: Any = None, **others: Any) -> Assigned:
    """Return what a portfolio means in an account that has every listed name."""
    portfolio = portfolio_of(*assignments, **others)
    account = ACCOUNT if account is None else account
    by_name = {comparable_name(domain.name or ""): domain for domain in account}
    named = {a_label: by_name.get(a_label, Domain(f"dom_{a_label}", a_label)) for a_label in portfolio.names.a_labels}
    facts = {d.id: {"name": d.name, **({"tags": TAGS[d.id]} if d.id in TAGS else {})} for d in account}
    return assign(portfolio.assignments, named, account, facts)


def profile_by_name(result: Assigned) -> dict[str | None, str]:
    return {domain.name: result.profiles[domain.id] for domain in result.domains}


# -- profiles ---------------------------------------------------------------------------------------------------------


def test_a_profile_without_base_is_its_own_contact() -> None:
    assert effective_contact("company", PROFILES) == COMPANY


def test_own_fields_replace_inherited_ones_by_any_of_their_names_and_null_is_kept_as_left_alone() -> None:
    assert effective_contact("abroad", PROFILES) == {
        "companyname": "Eksempel AS",
        "email": "shop@example.com",
        "city": None,
    }


def test_a_field_that_is_left_alone_is_not_declared() -> None:
    contacts = portfolio_of(assigned("abroad", domains=["example.com"])).contacts
    assert contacts == {"abroad": {"companyname": "Eksempel AS", "email": "shop@example.com"}}


def test_a_base_can_be_incomplete_or_wrong_as_long_as_nobody_uses_it() -> None:
    profiles = {"base": {}, "wrong": {"email": "nobody"}, "right": {"base": "wrong", "email": "a@example.com"}}
    read = portfolio_of(assigned("right", domains=["example.com"]), profiles=profiles)
    assert read.contacts == {"right": {"email": "a@example.com"}}


@pytest.mark.parametrize(
    ("profiles", "reported"),
    [
        ({"a": {"base": "a"}}, ["profiles.a.base: these profiles inherit", "a -> a"]),
        ({"b": {"base": "c"}, "c": {"base": "b"}, "d": {"base": "c"}}, ["b -> c -> b"]),
        ({"a": {"base": "nobody"}}, ['profiles.a.base: there is no profile "nobody"']),
        ({"a": {"base": ["a"]}}, ["profiles.a.base: there is no profile \"['a']\""]),
        ({"company": {}, "a": {"base": "compny"}}, ["Did you mean company?"]),
        ({"a": {"company": "X", "companyname": "Y"}}, ["a.companyname: companyname is given twice"]),
        ({"a": "text"}, ["profiles.a: must be a dictionary, got string."]),
        ({"a": None}, ["profiles.a: must be a dictionary, got null."]),
    ],
)
def test_a_wrong_profile_is_one_problem(profiles: Any, reported: list[str]) -> None:
    (problem,) = problems(profiles=profiles)
    assert [words for words in reported if words not in problem] == []


def test_the_contacts_of_all_assigned_profiles_are_checked_and_reported_together() -> None:
    profiles = {"a": {"email": "nobody"}, "b": {"country": False, "nonsense": "x"}, "c": {"email": "nobody"}}
    reported = problems(
        assigned("a", domains=["example.com"]), assigned("b", domains=["example.se"]), profiles=profiles
    )
    assert [problem.split(":")[0] for problem in reported] == [
        "profiles.a.email",
        "profiles.b.nonsense",
        "profiles.b.country",
    ]


def test_a_redacted_problem_does_not_quote_the_value() -> None:
    profiles = {"a": {"email": "nobody-here"}}
    (reported,) = problems(assigned("a", domains=["example.com"]), profiles=profiles, redact=True)
    assert "nobody-here" not in reported


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([*"abcdef", None]), min_size=1))
def test_any_inheritance_ends_in_a_contact_or_in_a_problem(bases: dict[str, Any]) -> None:
    profiles = {name: {"base": base, "city": name} for name, base in bases.items()}
    entries = [assigned(name, domains=[f"{name}.example"]) for name in bases]
    try:
        contacts = portfolio_of(*entries, profiles=profiles).contacts
    except InvalidInput as error:
        assert error.problems  # noqa: PT017 - either end is right, and the other one is checked below
        return
    assert contacts == {name: {"city": name} for name in bases}


# -- assignments ------------------------------------------------------------------------------------------------------


def test_each_domain_is_there_once_in_the_order_of_the_assignments() -> None:
    result = found(
        assigned("shop", domains=["b.example", "a.example"]),
        assigned("company", domains=["example.com"], domain_ids=["dom_x"]),
        assigned("shop", domains=["c.example", "A.EXAMPLE."]),
    )
    assert [domain.id for domain in result.domains] == [
        "dom_b.example",
        "dom_a.example",
        "dom_x",
        "dom_com",
        "dom_c.example",
    ]
    assert list(result.profiles.values()) == ["shop", "shop", "company", "company", "shop"]


def test_what_is_listed_is_known_before_the_first_request() -> None:
    read = portfolio_of(
        assigned("shop", domains=["b.example"], tlds=["com"]), assigned("company", domain_ids=["dom_x"])
    )
    assert list(read.listed.items()) == [
        *((domain, "shop") for domain in as_listed([], ["b.example"])),
        *((domain, "company") for domain in as_listed(["dom_x"], [])),
    ]
    assert (read.selects, read.needs_tags) == (True, False)


def test_numbers_are_ids_and_names_of_profiles_as_yaml_reads_them() -> None:
    read = portfolio_of(assigned(2026, domain_ids=[11790, "11791"]), profiles={"2026": COMPANY})
    assert [domain.id for domain in read.listed] == ["11790", "11791"]
    assert read.generation == "v1"


@pytest.mark.parametrize(
    ("entry", "reported"),
    [
        ("company", "assignments[0]: must be a dictionary"),
        ({"domains": ["example.com"]}, "assignments[0]: it has no profile"),
        (assigned("compny", domains=[]), "Did you mean company?"),
        (assigned("zzz", domains=[]), "There are company, shop, abroad."),
        (assigned("company"), "it says no domains"),
        (assigned("company", domain=["example.com"]), "[0].domain: there is no such key. Did you mean domains?"),
        (assigned("company", tld=["com"]), "[0].tld: there is no such key. Did you mean tlds?"),
        (assigned("company", domains="example.com"), "[0].domains: must be a list, got string. Write it as ["),
        (assigned("company", domains=[True]), "[0].domains: every entry must be a string"),
        (assigned("company", tags=[None]), "[0].tags: every entry must be a string"),
        (assigned("company", domains=["no name"]), 'assignments[0].domains[0]: "no name"'),
        (assigned("company", domain_ids=["example.com"]), "assignments[0].domain_ids[0]"),
        (assigned("company", tlds=["-"]), 'assignments[0].tlds: "-" is not a top-level domain'),
    ],
)
def test_a_wrong_assignment_is_reported_with_its_place(entry: Any, reported: str) -> None:
    assert any(reported in problem for problem in problems(entry))


def test_all_problems_are_reported_together() -> None:
    assert len(problems(assigned("x", domains=[]), assigned("y", domains=[]), assigned("company"))) == 3


def test_empty_lists_are_a_profile_without_domains() -> None:
    read = portfolio_of(assigned("company", domains=[]))
    assert (list(read.contacts), read.listed, read.selects) == (["company"], {}, False)


# -- the generation of the API ----------------------------------------------------------------------------------------


def test_ids_of_both_generations_are_a_problem_also_in_different_assignments() -> None:
    (reported,) = problems(assigned("company", domain_ids=["11790"]), assigned("shop", domain_ids=["dom_a"]))
    assert "assignments[0] means API v1" in reported
    assert "assignments[1] means v2" in reported


def test_names_beside_numeric_ids_need_the_option() -> None:
    entries = (assigned("company", domain_ids=["11790"]), assigned("shop", domains=["example.com"]))
    assert len(problems(*entries)) == 1
    assert portfolio_of(*entries, version="v1").generation == "v1"


@pytest.mark.parametrize(
    ("lists", "version", "generation"),
    [
        ({"domain_ids": ["11790"]}, "auto", "v1"),
        ({"domain_ids": ["dom_a"]}, "auto", "v2"),
        ({"domains": ["example.com"]}, "auto", "v2"),
        ({"domains": ["example.com"]}, "v1", "v1"),
        ({"tlds": ["com"]}, "auto", "v2"),
        ({"tlds": ["com"]}, "v1", "v1"),
        ({"tlds": ["com"], "domain_ids": ["11790"]}, "auto", "v1"),
    ],
)
def test_the_ids_or_the_option_decide_the_generation(lists: dict[str, Any], version: str, generation: str) -> None:
    assert portfolio_of(assigned("company", **lists), version=version).generation == generation


def test_tags_of_v1_are_a_problem() -> None:
    (reported,) = problems(assigned("company", tags=["x"]), assigned("shop", domain_ids=["11790"]))
    assert reported.startswith("assignments[0].tags: API v1 does not return")


# -- what the account has ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lists", "selects", "needs_tags"),
    [
        ({"domains": ["example.com"], "domain_ids": ["dom_x"]}, False, False),
        ({"tlds": ["com"]}, True, False),
        ({"tags": ["production"]}, True, True),
        ({"tlds": [], "tags": []}, False, False),
    ],
)
def test_the_account_is_needed_for_endings_and_tags(lists: dict[str, Any], selects: bool, needs_tags: bool) -> None:
    read = portfolio_of(assigned("company", **lists))
    assert (read.selects, read.needs_tags) == (selects, needs_tags)


def test_a_domain_that_fits_several_times_is_there_once() -> None:
    result = found(
        assigned("company", domains=["Example.COM"], tlds=["com", ".SE"], tags=["production", "sweden"]),
        assigned("company", domain_ids=["dom_com"]),
    )
    assert profile_by_name(result) == {"example.com": "company", "example.se": "company"}
    assert result.unmatched == ()


def test_an_id_has_the_name_that_the_account_knows() -> None:
    result = found(assigned("company", domain_ids=["dom_se", "dom_x"], tlds=["com"]))
    assert [domain.name for domain in result.domains] == ["example.se", None, "example.com"]


def test_what_fits_no_domain_is_returned_and_is_no_problem() -> None:
    result = found(assigned("company", tlds=["museum", "com"], tags=["nowhere"]))
    assert result.unmatched == ('assignments[0].tlds "museum"', 'assignments[0].tags "nowhere"')


def test_tags_that_are_not_returned_are_a_problem_and_not_a_guess() -> None:
    account = [*ACCOUNT, Domain("dom_x", "x.example")]
    with pytest.raises(InvalidInput) as caught:
        found(assigned("company", tags=["sweden"]), account=account)
    (problem,) = caught.value.problems
    assert problem.startswith('assignments[0].tags "sweden": the API does not return the tags of x.example')
    assert profile_by_name(found(assigned("company", tlds=["se"]), account=account)) == {"example.se": "company"}


def test_a_domain_without_a_name_fits_nothing() -> None:
    result = found(assigned("company", tlds=["se"]), account=[Domain("dom_x"), *ACCOUNT])
    assert [domain.id for domain in result.domains] == ["dom_se"]


# -- one profile for each domain ---------------------------------------------------------------------------------------

TWICE = {
    "by its name and by its id": ({"domains": ["example.com"]}, {"domain_ids": ["dom_com"]}, "example.com"),
    "by its name and its ending": (
        {"domains": ["räksmörgås.example"]},
        {"tlds": ["example"]},
        "xn--rksmrgs-5wao1o.example",
    ),
    "by its id and a tag": ({"domain_ids": ["dom_se"]}, {"tags": ["sweden"]}, "example.se"),
    "by its ending and a tag": ({"tlds": ["se"]}, {"tags": ["sweden"]}, "example.se"),
}


@pytest.mark.parametrize(("one", "other", "name"), TWICE.values(), ids=list(TWICE))
def test_a_domain_with_two_profiles_is_found_whatever_says_so(one: Any, other: Any, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        found(assigned("company", **one), assigned("shop", **other))
    assert caught.value.problems == [
        f"assignments: a domain may have one profile only, but company and shop are both assigned to {name}."
    ]


def test_every_listed_domain_with_two_profiles_is_named_with_the_profiles() -> None:
    reported = problems(
        assigned("company", domains=["a.example", "b.example", "c.example", "d.example", "e.example"]),
        assigned("shop", domains=["A.example", "b.example", "c.example", "d.example"]),
        assigned("abroad", domains=["e.example"]),
    )
    start = "assignments: a domain may have one profile only, but company and"
    assert reported == [
        f"{start} shop are both assigned to a.example, b.example, c.example, d.example.",
        f"{start} abroad are both assigned to e.example.",
    ]


REFUSED: dict[str, tuple[dict[str, Any], list[dict[str, Any]], list[str]]] = {
    "ids in two profiles": (
        {},
        [assigned("company", domain_ids=["11790"]), assigned("shop", domain_ids=["11790", "11791"])],
        ["company and shop", r"11790\."],
    ),
    "unknown profiles": (
        {},
        [assigned("compny", domains=["example.com"]), assigned("shpo", domains=["example.net"])],
        [r"assignments\[0\].profile.*\"compny\".*Did you mean company", r"assignments\[1\].*Did you mean shop"],
    ),
    "an unknown base, and a loop": (
        {"lost": {"base": "nobody"}, "a": {"base": "c"}, "b": {"base": "a"}, "c": {"base": "b"}},
        [assigned("company", domains=["example.com"])],
        [r"profiles.lost.base: there is no profile \"nobody\"", "loop: a -> c -> b -> a"],
    ),
    "values": (
        {"company": {"email": "nobody", "country": "Sweden"}},
        [assigned("company", domains=["example.com"])],
        ["profiles.company.email", 'profiles.company.country.*Did you mean "SE"'],
    ),
}


@pytest.mark.parametrize(("profiles", "entries", "patterns"), REFUSED.values(), ids=list(REFUSED))
def test_all_that_is_wrong_is_said_at_once(profiles: Any, entries: Any, patterns: list[str]) -> None:
    reported = "\n".join(problems(*entries, profiles={**PROFILES, **profiles}))
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
def test_no_domain_is_ever_there_twice_and_none_that_is_listed_is_missing(entries: list[dict[str, Any]]) -> None:
    named = {d.name: d.id for d in ACCOUNT}
    wanted: dict[str, set[str]] = {}
    for entry in entries:
        listed = [key for kind in SELECTORS[:2] for key in entry.get(kind, ())]
        selected = [d.id for d in ACCOUNT for e in entry.get("tlds", ()) if str(d.name).endswith(f".{e}")]
        selected += [i for i, tags in TAGS.items() if set(tags) & set(entry.get("tags", ()))]
        for key in [*(named.get(key, key) for key in listed), *selected]:
            wanted.setdefault(key.replace("x.example", "dom_x.example"), set()).add(entry["profile"])
    if any(len(profiles) > 1 for profiles in wanted.values()):
        with pytest.raises(InvalidInput, match="one profile only"):
            found(*entries)
        return
    result = found(*entries)
    assert len(result.domains) == len(result.profiles)
    assert result.profiles == {domain_id: profile for domain_id, (profile,) in wanted.items()}


def test_the_role_documents_its_defaults() -> None:
    options = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())
    documented = {name: rule["default"] for name, rule in options.items() if "default" in rule}
    given_by_playbooks = {
        name: "" for name, value in defaults.items() if "__domain_contacts_default_reports" in str(value)
    }
    assert {**defaults, **given_by_playbooks} == documented
