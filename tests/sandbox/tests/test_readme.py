# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the README says is so."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from string import Template

import pytest
import requests
from sandbox_client import FULL

from hostup_sandbox import Sandbox
from hostup_sandbox.access import SCOPES_BY_KEY
from hostup_sandbox.faults import Fault
from hostup_sandbox.readme import README as README_FILE
from hostup_sandbox.readme import with_tables
from hostup_sandbox.store import Attributes

README = README_FILE.read_text(encoding="utf-8")


def curl_commands() -> list[str]:
    blocks = re.findall(r"```shell\n(.*?)```", README, re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("curl ")]


def send(command: str, base: str) -> requests.Response:
    """Do what the curl command does; the options are those that the README uses."""
    words = iter(shlex.split(Template(command).substitute(HOSTUP_API_BASE=base, HOSTUP_API_KEY=FULL))[1:])
    method, headers, body, url = "", {}, None, ""
    for word in words:
        if word == "-H":
            name, _colon, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-X":
            method = next(words)
        elif word == "--json":
            body = next(words).encode()
            headers["Content-Type"] = "application/json"
        else:
            assert not word.startswith("-")
            url = word
    return requests.request(method or ("POST" if body else "GET"), url, headers=headers, data=body, timeout=5)


@pytest.mark.parametrize("command", curl_commands())
def test_every_curl_example_succeeds(server: Sandbox, command: str) -> None:
    answer = send(command, server.url)
    assert answer.status_code in (200, 202), answer.text


def test_there_are_examples_for_both_generations_and_the_control_plane() -> None:
    commands = curl_commands()
    for path in ("/api/domains/bulk/contacts", "/api/v2/domains/bulk/contacts", "/_sandbox/faults"):
        assert any(path in command for command in commands)


def test_the_tables_are_those_of_the_code() -> None:
    assert "| `job_result` | success |" in README
    assert "| `lost-answer` | The next bulk write" in README
    assert with_tables(README) == README


def table_names(heading: str) -> Iterator[str]:
    section = README.partition(f"# {heading}\n")[2].partition("\n#")[0]
    for first_cell in re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE):
        yield from re.findall(r"`([^`]+)`", first_cell)


def test_every_key_of_a_fault_is_explained() -> None:
    explained = set(table_names("Faults")) | {"headers", "body", "body_base64", "pause", "part"}
    assert explained == {item.name for item in fields(Fault)}


def test_every_attribute_of_a_domain_is_named() -> None:
    section = README.partition("The attributes:")[2].partition("\n\n")[0]
    assert {item.name for item in fields(Attributes)} <= set(re.findall(r"`([^`]+)`", section))


def test_every_control_route_is_explained(server: Sandbox) -> None:
    explained = " ".join(table_names("The control plane"))
    for rule in server.app.url_map.iter_rules():
        if rule.endpoint.startswith("control."):
            assert rule.rule.partition("/<")[0] in explained


def test_the_keys_are_named() -> None:
    assert all(f"`{key}`" in README for key in SCOPES_BY_KEY)
