# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schemathesis makes requests out of the OpenAPI document and judges every answer by it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from sandbox_client import FULL

from hostup_sandbox import Sandbox
from hostup_sandbox.contract import DOCUMENT

SEED = "20260301"

# Shapes that a client must cope with, all at once
OTHER_SHAPES: dict[str, object] = {
    "v1_read_nesting": "flat",
    "v1_read_address2": True,
    "v1_empty_as": "null",
    "v1_first_page": 1,
    "v1_pagination": "absent",
    "v1_list_id_key": "domainid",
    "v1_error_codes": "status",
    "v2_empty_as": "absent",
    "v2_other_roles": "present",
    "v2_contact_type": True,
    "update_outcome_unblocked": "absent",
    "domain_name_on_read": "unicode",
    "read_contact_identifier": True,
    "read_line_order": "shuffled",
    "phone_on_read": "epp",
    "postcode_on_read": "compact",
    "email_domain_on_read": "a_label",
    "text_on_store": "strip_accents",
    "poll_shape": "bare",
    "job_result_detail": "per_domain",
    "problem_content_type": "application/json",
    "problem_extensions": "present",
    "unknown_domain_answer": "403",
    "v1_unknown_id_answer": "403",
    "unknown_id_answer": "403_pointer",
    "bulk_submit_shape": "completed_at_once",
}


def fuzz(sandbox: Sandbox, folder: Path, phases: str, examples: int) -> Any:
    """One run with all checks; returns its report. Fails with the findings when there are any."""
    report = folder / "report.json"
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(DOCUMENT), "--url", sandbox.url),
            *("--header", f"Authorization: Bearer {FULL}", "--checks", "all", "--phases", phases),
            *("--max-examples", str(examples), "--seed", SEED, "--no-color"),
            *("--report", "json", "--report-json-path", str(report)),
        ],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    return json.loads(report.read_text(encoding="utf-8"))


def operations_that_succeeded(sandbox: Sandbox) -> set[tuple[str, str]]:
    """Every documented operation that answered 2xx at least once."""
    record = requests.get(f"{sandbox.url}/_sandbox/requests", timeout=30).json()["requests"]
    good = {(entry["method"], entry["path"]) for entry in record if entry["status"] and entry["status"] < 300}
    return {
        (method, template)
        for method, template in documented_operations()
        for good_method, path in good
        if method == good_method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
    }


def documented_operations() -> set[tuple[str, str]]:
    paths = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["paths"]
    return {(method.upper(), path) for path, item in paths.items() for method in item if method != "parameters"}


def violations(sandbox: Sandbox) -> Any:
    return requests.get(f"{sandbox.url}/_sandbox/violations", timeout=30).json()["violations"]


def test_the_likeliest_api_withstands_all_checks_in_all_phases(server: Sandbox, tmp_path: Path) -> None:
    report = fuzz(server, tmp_path, "examples,coverage,fuzzing,stateful", examples=20)
    assert {phase: outcome["status"] for phase, outcome in report["phases"].items()} == dict.fromkeys(
        ("examples", "coverage", "fuzzing", "stateful"), "success"
    )
    assert report["operations"]["tested"] == len(documented_operations())
    assert report["test_cases"]["generated"] > 500
    assert violations(server) == []
    assert operations_that_succeeded(server) == documented_operations()


def test_an_api_of_other_shapes_withstands_all_checks(tmp_path: Path) -> None:
    with Sandbox(switches=OTHER_SHAPES) as sandbox:
        fuzz(sandbox, tmp_path, "examples,fuzzing", examples=10)
        assert violations(sandbox) == []


def test_the_checks_find_an_answer_that_breaks_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this, a run that checks nothing would pass for a good one."""
    monkeypatch.setattr("hostup_sandbox.v1._status", lambda _domain: 7)
    with Sandbox(validate=False) as sandbox, pytest.raises(AssertionError, match="7 is not of type"):
        fuzz(sandbox, tmp_path, "examples", examples=1)
