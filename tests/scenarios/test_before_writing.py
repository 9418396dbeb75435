# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task does before its first write: it waits for earlier jobs, and saves what it is about to change.

These are no scenarios of data/, because they need the result of an earlier run, or a folder of their own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from in_process import Ended, run_module

from hostup_sandbox.controlled import FULL_ACCESS_KEY, ControlledSandbox


def update(sandbox: ControlledSandbox, *, check_mode: bool = False, **options: Any) -> Ended:
    """Declare another city for example.com."""
    return run_module(
        "hostup_domain_contacts",
        {"domains": ["example.com"], "contacts": {"city": "Stockholm"}, **options},
        check_mode=check_mode,
        environment={"HOSTUP_API_BASE": sandbox.url, "HOSTUP_API_KEY": FULL_ACCESS_KEY},
    )


def test_a_job_of_an_earlier_run_is_waited_for(sandbox: ControlledSandbox) -> None:
    sandbox.reset(job_seconds=0.5)
    earlier = update(sandbox, wait=False)
    assert [entry["status"] for entry in earlier.result["domains"]] == ["queued"]
    ended = update(sandbox, pending_jobs=[job["id"] for job in earlier.result["jobs"]])
    assert [entry["status"] for entry in ended.result["domains"]] == ["unchanged"]
    assert len(sandbox.requests("write")) == 1


def test_a_backup_holds_what_was_stored_and_check_mode_makes_none(sandbox: ControlledSandbox, tmp_path: Path) -> None:
    before = sandbox.stored()["example.com"]
    planned = update(sandbox, backup=True, backup_path=f"{tmp_path}/", check_mode=True)
    assert "backup_file" not in planned.result
    assert list(tmp_path.iterdir()) == []
    ended = update(sandbox, backup=True, backup_path=f"{tmp_path}/")
    assert [str(path) for path in tmp_path.iterdir()] == [ended.result["backup_file"]]
    (domain,) = json.loads(Path(ended.result["backup_file"]).read_text(encoding="utf-8"))["domains"]
    assert (domain["name"], domain["contact"]["city"]) == ("example.com", before["city"])
    assert sandbox.stored()["example.com"]["city"] == "Stockholm"
