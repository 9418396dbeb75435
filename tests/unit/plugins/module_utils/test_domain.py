# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which domains are listed, and what that says about the API generation."""

from __future__ import annotations

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import problems_of_same_domain, read_listed
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain, comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput


def problems(ids: list[str], names: list[str], api_version: str = "auto") -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_listed(ids, names, api_version)
    return caught.value.problems


@pytest.mark.parametrize(
    ("ids", "names", "api_version", "generation"),
    [
        (["11790"], [], "auto", "v1"),
        (["dom_a"], [], "auto", "v2"),
        ([], ["example.com"], "auto", "v2"),
        (["dom_a"], ["example.com"], "auto", "v2"),
        ([], ["example.com"], "v1", "v1"),
        (["11790"], ["example.com"], "v1", "v1"),
        ([], [], "auto", "v2"),
        ([" 11790 "], [], "v1", "v1"),
    ],
)
def test_the_generation_follows_from_what_is_listed(
    ids: list[str], names: list[str], api_version: str, generation: str
) -> None:
    assert read_listed(ids, names, api_version).generation == generation


def test_a_mixture_names_one_id_of_each_kind() -> None:
    (reported,) = problems(["11790", "11791", "dom_a", "dom_b"], [])
    assert '"11790"' in reported
    assert '"dom_a"' in reported
    (reported,) = problems(["11790"], ["example.com"])
    assert '"11790"' in reported
    assert '"example.com"' in reported
    assert "Set api_version to v1" in reported


@pytest.mark.parametrize(("ids", "api_version"), [(["dom_a"], "v1"), (["11790"], "v2")])
def test_an_explicit_version_must_fit_the_ids(ids: list[str], api_version: str) -> None:
    (reported,) = problems(ids, [], api_version)
    assert f"api_version is {api_version}" in reported
    assert ids[0] in reported


@pytest.mark.parametrize("domain_id", ["example.com", "0", "011790", "-1", "", "dom_", "1179O"])
def test_what_is_no_id_is_refused(domain_id: str) -> None:
    assert f'domain_ids[1]: "{domain_id}" is not the id of a domain' in problems(["11790", domain_id], [])[0]


@pytest.mark.parametrize("name", ["11790", "exa mple.com", "", "dom_01example", "-.com", "https://example.com"])
def test_what_is_no_name_is_refused(name: str) -> None:
    assert f'domains[0]: "{name}" is not a domain name' in problems([], [name])[0]


def test_a_domain_listed_twice_is_refused_with_both_places() -> None:
    assert problems(["11790", "11791", "11790"], []) == [
        'domain_ids[0] and domain_ids[2] are the same domain, "11790". List it once.'
    ]
    (reported,) = problems([], ["räksmörgås.example", "XN--rksmrgs-5wao1o.example."])
    assert reported.startswith("domains[0] and domains[1] are the same domain")


def test_a_name_and_an_id_of_the_same_domain_are_refused_with_both_places() -> None:
    listed = read_listed(["dom_a", "dom_b"], ["example.se", "example.com"], "auto")
    resolved = [Domain("dom_c", "example.se"), Domain("dom_b", "example.com")]
    assert problems_of_same_domain(listed, resolved) == [
        'domains[1] ("example.com") and domain_ids[1] ("dom_b") are the same domain. List it once.'
    ]


@pytest.mark.parametrize(
    ("name", "comparable"),
    [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("RÄKSMÖRGÅS.example", "xn--rksmrgs-5wao1o.example"),
        ("RA\u0308KSMO\u0308RGA\u030aS.example", "xn--rksmrgs-5wao1o.example"),
        ("XN--RKSMRGS-5WAO1O.Example", "xn--rksmrgs-5wao1o.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("com", None),
        ("a..b", None),
    ],
)
def test_names_compare_as_a_labels_in_lower_case(name: str, comparable: str | None) -> None:
    assert comparable_name(name) == comparable


def test_a_domain_is_called_by_all_that_is_known_of_it() -> None:
    assert Domain("11790").label == "11790"
    assert Domain(None, "example.com").label == "example.com"
    assert Domain("dom_a", "example.com").label == "example.com (dom_a)"
