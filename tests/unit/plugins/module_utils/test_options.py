# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shared options: which values are accepted, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostup.cloud.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._http.origin import DEFAULT_API_URL, read_origin
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection
from ansible_collections.hostup.cloud.plugins.module_utils._task.connection import (
    connection_argument_spec,
    read_api_key,
    read_connection,
)
from ansible_collections.hostup.cloud.plugins.module_utils._task.options import (
    RANGES,
    check_ranges,
    contacts_argument_spec,
    read_together,
)

SPEC = {**connection_argument_spec(), **contacts_argument_spec()}


def parameters(**given_values: Any) -> dict[str, Any]:
    """Return a module's parameters: the defaults, and what the task gives."""
    defaults = {name: option.get("default") for name, option in SPEC.items()}
    return {**defaults, "api_key": "abc", **given_values}


def problems_of(**given_values: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_connection(parameters(**given_values))
    return caught.value.problems


# -- the specification -----------------------------------------------------------------------------------------------


def test_the_defaults_are_those_of_the_design() -> None:
    assert {name: option["default"] for name, option in SPEC.items() if "default" in option} == {
        "api_url": "https://cloud.hostup.se",
        "api_version": "auto",
        "validate_certs": True,
        "timeout": 30,
        "max_retries": 5,
        "preflight": "each",
        "on_blocked": "fail",
        "material_changes": "warn",
        "holder_fields": "try",
        "canary": 0,
        "wait": True,
        "wait_timeout": 900,
        "poll_interval": 2,
        "verify": True,
        "verify_timeout": 30,
        "batch_size": 100,
        "concurrency": 8,
        "strict": False,
        "redact": False,
        "backup": False,
    }


@pytest.mark.parametrize(
    ("option", "variable"),
    [
        ("api_key", "HOSTUP_API_KEY"),
        ("api_url", "HOSTUP_API_BASE"),
        ("api_version", "HOSTUP_API_VERSION"),
        ("plan_secret", "HOSTUP_PLAN_SECRET"),
    ],
)
def test_the_variables_of_the_environment(option: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, names = SPEC[option]["fallback"]
    monkeypatch.setenv(variable, "from the environment")
    assert function(*names) == "from the environment"


def test_the_key_and_the_secret_are_never_logged() -> None:
    assert SPEC["api_key"]["no_log"] is True
    assert SPEC["plan_secret"]["no_log"] is True


def test_every_number_has_a_range_that_holds_its_default() -> None:
    numbers = {name for name, option in SPEC.items() if option["type"] in ("int", "float")}
    assert numbers == set(RANGES)
    check_ranges(parameters())


def test_every_connection_option_is_documented() -> None:
    documented = ModuleDocFragment.DOCUMENTATION
    assert [name for name in connection_argument_spec() if f"\n  {name}:\n" not in documented] == []


# -- ranges ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("option", "limits"), RANGES.items())
def test_both_ends_of_a_range_are_accepted(option: str, limits: tuple[float, float]) -> None:
    for value in limits:
        check_ranges({option: value})


@pytest.mark.parametrize(("option", "limits"), RANGES.items())
def test_what_lies_outside_a_range_is_refused(option: str, limits: tuple[float, float]) -> None:
    step = 0.01 if option == "poll_interval" else 1
    for value in (limits[0] - step, limits[1] + step, -limits[1], float("nan"), float("inf")):
        with pytest.raises(InvalidInput, match=f"{option}: .*must be between {limits[0]} and {limits[1]}"):
            check_ranges({option: value})


def test_all_ranges_are_checked_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_ranges(dict.fromkeys(RANGES, -1))
    assert [problem.partition(":")[0] for problem in caught.value.problems] == list(RANGES)


def test_a_number_that_another_module_does_not_have_is_not_missed() -> None:
    check_ranges({"timeout": 1, "batch_size": None})


# -- the API's address -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (DEFAULT_API_URL, "https://cloud.hostup.se"),
        ("https://cloud.hostup.se/", "https://cloud.hostup.se"),
        ("https://cloud.hostup.se/api", "https://cloud.hostup.se"),
        ("https://cloud.hostup.se/api/", "https://cloud.hostup.se"),
        (" https://cloud.hostup.se\n", "https://cloud.hostup.se"),
        ("HTTPS://Cloud.HostUp.SE", "https://cloud.hostup.se"),
        ("https://cloud.hostup.se:8443", "https://cloud.hostup.se:8443"),
        ("https://cloud.hostup.se:443/", "https://cloud.hostup.se"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://127.0.0.1:443", "http://127.0.0.1:443"),
        ("https://hostup", "https://hostup"),
        ("https://hostup_test.example.com", "https://hostup_test.example.com"),
        ("https://cloud.hostup.se.", "https://cloud.hostup.se."),
        ("https://värd.example.com", "https://värd.example.com"),
        ("https://192.0.2.7", "https://192.0.2.7"),
        ("https://[2001:db8::7]:8443/api", "https://[2001:db8::7]:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:8080/api", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_that_is_accepted(url: str, origin: str) -> None:
    assert read_origin(url) == origin


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "is not the address of an API"),
        ("cloud.hostup.se", "is not the address of an API"),
        ("//cloud.hostup.se", "is not the address of an API"),
        ("https://", "is not the address of an API"),
        ("https:///api", "is not the address of an API"),
        ("ftp://cloud.hostup.se", "is not the address of an API"),
        ("file:///etc/passwd", "is not the address of an API"),
        ("https://cloud.hostup.se?x=1", "is not the address of an API"),
        ("https://cloud.hostup.se#x", "is not the address of an API"),
        ("https://cloud.hostup.se/api/v2", 'has the path "/api/v2"'),
        ("https://cloud.hostup.se//api", 'has the path "//api"'),
        ("https://cloud.hostup.se:99999", "is not a URL"),
        ("https://cloud.hostup.se:port", "is not a URL"),
        ("https://[::1", "is not a URL"),
        ("https://anna@cloud.hostup.se", "a user name or a password"),
        ("https://anna:s3cret@cloud.hostup.se", "a user name or a password"),
        ("https://:s3cret@cloud.hostup.se", "a user name or a password"),
        ("https://cloud..hostup.se", "not the name or the IP address of a host"),
        ("https://cloud hostup.se", "not the name or the IP address of a host"),
        ("https://*.hostup.se", "not the name or the IP address of a host"),
        ("https://-cloud.hostup.se", "not the name or the IP address of a host"),
        ("https://cloud.hostup.se\\.example.com", "not the name or the IP address of a host"),
        (f"https://{'a' * 64}.se", "not the name or the IP address of a host"),
        (f"https://{'a.' * 127}se", "not the name or the IP address of a host"),
        ("https://v\u00e4rd..se", "not the name or the IP address of a host"),
    ],
)
def test_an_address_that_is_refused(url: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=r"^api_url: ") as caught:
        read_origin(url)
    assert reason in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://cloud.hostup.se",
        "http://192.168.0.1",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://[::2]",
        "http://0.0.0.0",
        "http://127.1",
    ],
)
def test_plain_http_is_for_loopback_only(url: str) -> None:
    with pytest.raises(InvalidInput, match="is not encrypted"):
        read_origin(url)


@given(st.text() | st.text(alphabet="htps:/[]@.%?#\\a1 -", max_size=20) | st.text().map("https://".__add__))
def test_any_text_is_an_origin_or_invalid_input(text: str) -> None:
    try:
        origin = read_origin(text)
    except InvalidInput:
        return
    assert origin.startswith(("https://", "http://127.", "http://localhost", "http://["))
    assert read_origin(origin) == origin


# -- the key ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["abc", " abc ", "abc\n", "\tabc\r\n", "\u00a0abc\u2003"])
def test_white_space_around_the_key_is_stripped(value: str) -> None:
    assert read_api_key(value) == "abc"


@pytest.mark.parametrize("value", ["", " ", "\n"])
def test_an_empty_key_is_refused(value: str) -> None:
    with pytest.raises(
        InvalidInput, match="api_key: there is no key, neither here nor in the environment variable HOSTUP_API_KEY"
    ):
        read_api_key(value)


@pytest.mark.parametrize(
    "value", ["k3y k3y", "k3y\nX-Evil: 1", "k3y\x00", "k3y\x7f", "k3yå", "k3y\u200bk3y", "k3y\ud800"]
)
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be sent in an HTTP header") as caught:
        read_api_key(value)
    assert "k3y" not in str(caught.value)


@given(st.text())
def test_every_accepted_key_is_visible_ascii(value: str) -> None:
    try:
        key = read_api_key(value)
    except InvalidInput:
        return
    assert key
    assert all(33 <= ord(char) <= 126 for char in key)


# -- all together ----------------------------------------------------------------------------------------------------


def test_the_connection_of_the_defaults() -> None:
    assert read_connection(parameters(api_key="abc\n")) == Connection(
        origin="https://cloud.hostup.se", api_key="abc", verify=True, timeout=30, max_retries=5, pool_size=8
    )


@pytest.mark.parametrize(
    ("validate_certs", "ca_path", "verify"),
    [
        (True, None, True),
        (True, "/etc/ca.pem", "/etc/ca.pem"),
        (False, None, False),
        (False, "/etc/ca.pem", False),
        (True, "", True),
    ],
)
def test_how_certificates_are_verified(validate_certs: bool, ca_path: str | None, verify: bool | str) -> None:
    connection = read_connection(parameters(validate_certs=validate_certs, ca_path=ca_path))
    assert connection.verify == verify


def test_there_is_a_connection_for_each_parallel_request() -> None:
    assert read_connection(parameters(concurrency=32)).pool_size == 32
    without = parameters()
    del without["concurrency"]
    assert read_connection(without).pool_size == 1


def test_all_problems_are_reported_at_once() -> None:
    problems = problems_of(api_url="ftp://x", api_key="a b", timeout=0, concurrency=33)
    assert [problem.partition(":")[0] for problem in problems] == ["api_url", "api_key", "timeout", "concurrency"]


def test_the_key_is_not_in_the_representation() -> None:
    connection = read_connection(parameters(api_key="k3y-that-no-one-may-see"))
    assert "k3y" not in repr(connection)
    assert "k3y" not in str(connection)


def test_reading_together_keeps_the_order_and_collects_every_problem() -> None:
    def bad(*problems: str) -> Any:
        raise InvalidInput(*problems)

    assert read_together(lambda: 1, lambda: "two") == [1, "two"]
    with pytest.raises(InvalidInput) as caught:
        read_together(lambda: bad("One."), lambda: 2, lambda: bad("Three.", "Four."))
    assert caught.value.problems == ["One.", "Three.", "Four."]
    assert str(caught.value).split() == ["One.", "Three.", "Four."]
