# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which versions of ansible-core the tests run with."""

from __future__ import annotations

import re
from pathlib import Path

import cores
import pytest
import run_cores
import yaml
from paths import ROOT


def as_numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def test_the_oldest_version_is_the_one_that_the_collection_requires() -> None:
    required = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["requires_ansible"]
    major_and_minor = as_numbers(cores.supported()[0])[:2]
    assert as_numbers(required)[:2] == major_and_minor


def test_the_versions_are_in_order_and_only_the_last_may_be_no_release() -> None:
    versions = cores.supported()
    assert sorted(versions, key=as_numbers) == versions
    assert [cores.is_prerelease(version) for version in versions[:-1]] == [False] * (len(versions) - 1)


def test_the_newest_release_is_the_one_that_all_other_tests_run_with() -> None:
    newest = [version for version in cores.supported() if not cores.is_prerelease(version)][-1]
    runtime = (ROOT / "tests" / "requirements" / "runtime.txt").read_text()
    assert f"ansible-core=={newest};" in runtime


def test_what_a_version_decides_on_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "CACHE", tmp_path)
    env = cores.environment_of("2.18.19")
    (requirements,), (constraints,) = env.requirement_files, env.constraint_files
    lines = requirements.read_text().splitlines()
    assert [line for line in lines if line.startswith("ansible-core")] == ["ansible-core==2.18.19"]
    assert any(line.startswith("pytest==") for line in lines)
    assert any(line.startswith("requests==") for line in lines)
    assert "resolvelib" not in constraints.read_text()
    assert "jinja2==" in constraints.read_text()


def test_a_version_that_is_not_supported_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORE", "2.9.27")
    with pytest.raises(SystemExit, match=r"CORE=2\.9\.27 is not one of oldest, 2\.18"):
        cores.for_tests()


def test_only_a_prerelease_may_fail() -> None:
    passed, failed = run_cores.Result("2.18.19", 0, 1), run_cores.Result("2.21.5", 2, 1)
    prerelease = run_cores.Result("2.22.0rc1", 2, 1)
    assert run_cores.status([passed, prerelease]) == 0
    assert run_cores.status([passed, failed]) == 1
    assert "2.22.0rc1" in run_cores.table([passed, prerelease])
    assert "failed, which a pre-release may" in run_cores.table([prerelease])
