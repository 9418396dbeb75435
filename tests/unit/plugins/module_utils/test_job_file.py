# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of updates that are under way: what it holds at each moment, and what is accepted as one."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._api.jobs import Job, JobStatus
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._engine.job_file import JobFile, open_job_file

ORIGIN = "https://cloud.hostup.se"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.json"


def jobs_in(path: Path) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["jobs"]
    return jobs


def test_an_update_is_in_the_file_from_before_its_request_until_its_outcome_is_known(path: Path) -> None:
    file = open_job_file(str(path), ORIGIN)
    assert not path.exists()
    file.begin(["dom_a", "dom_b"])
    assert jobs_in(path) == [{"id": None, "status": "sending", "progress": None, "domain_ids": ["dom_a", "dom_b"]}]
    file.update([Job("dbj_1", "/x", ("dom_a", "dom_b"), JobStatus.RUNNING, 40)])
    assert jobs_in(path) == [{"id": "dbj_1", "status": "running", "progress": 40, "domain_ids": ["dom_a", "dom_b"]}]
    file.end(["dom_a"])
    assert len(jobs_in(path)) == 1
    file.end(["dom_a", "dom_b"])
    assert not path.exists()


def test_it_is_private_and_replaced_in_one_step(path: Path) -> None:
    before = os.umask(0)
    try:
        file = open_job_file(str(path), ORIGIN)
        file.begin(["dom_a"])
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["jobs.json"]


def test_what_an_earlier_run_has_left_stays_until_it_is_accounted_for(path: Path) -> None:
    killed = open_job_file(str(path), ORIGIN)
    killed.begin(["dom_a"])
    killed.update([Job("dbj_1", "/x", ("dom_a",))])
    killed.begin(["dom_b"])

    file = open_job_file(str(path), ORIGIN)
    assert [(job.id, job.poll_path, job.domain_ids) for job in file.earlier_jobs] == [
        ("dbj_1", "/api/jobs/dbj_1", ("dom_a",))
    ]
    assert file.sent_without_answer == {"dom_b"}
    file.begin(["dom_c"])
    assert len(jobs_in(path)) == 3
    file.forget_earlier()
    assert [job["domain_ids"] for job in jobs_in(path)] == [["dom_c"]]
    file.end(["dom_c"])
    assert not path.exists()


def test_without_a_path_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = JobFile(None, ORIGIN)
    file.begin(["dom_a"])
    file.update([Job("dbj_1", "/x", ("dom_a",))])
    file.end(["dom_a"])
    file.forget_earlier()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_stops_the_next_update(path: Path, fill_disk: Callable[[], None]) -> None:
    file = open_job_file(str(path), ORIGIN)
    fill_disk()
    with pytest.raises(
        HostUpError, match=r"Could not write job_file: No space left on device\. Nothing more"
    ) as caught:
        file.begin(["dom_a"])
    assert caught.value.code == "job_file_failed"
    assert list(path.parent.iterdir()) == []


def test_a_folder_that_is_gone_stops_the_next_update_and_not_the_end_of_one(path: Path) -> None:
    file = open_job_file(str(path), ORIGIN)
    file.begin(["dom_a"])
    path.unlink()
    path.parent.rmdir()
    with pytest.raises(HostUpError, match="Could not write job_file: No such file or directory") as caught:
        file.begin(["dom_b"])
    assert caught.value.code == "job_file_failed"
    file.end(["dom_a", "dom_b"])


GOOD = {"format": 1, "api_url": ORIGIN, "jobs": [{"id": "dbj_1", "status": "queued", "domain_ids": ["dom_a"]}]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        "7",
        json.dumps({**GOOD, "format": 2}),
        json.dumps({**GOOD, "jobs": None}),
        json.dumps({**GOOD, "jobs": [{}]}),
        json.dumps({**GOOD, "jobs": [{"id": "../keys", "status": "queued", "domain_ids": []}]}),
        json.dumps({**GOOD, "jobs": [{"id": 7, "status": "queued", "domain_ids": []}]}),
        "[" * 100_000,
    ],
)
def test_anything_else_is_refused_and_stays_as_it_is(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"^job_file: this is no file of jobs"):
        open_job_file(str(path), ORIGIN)
    assert path.read_text(encoding="utf-8") == text


def test_jobs_of_another_address_are_refused(path: Path) -> None:
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    assert len(open_job_file(str(path), ORIGIN).earlier_jobs) == 1
    with pytest.raises(InvalidInput, match="another address"):
        open_job_file(str(path), "http://127.0.0.1:8080")


def test_a_folder_and_a_place_where_nothing_can_be_written_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="it cannot be read"):
        open_job_file(str(tmp_path), ORIGIN)
    with pytest.raises(InvalidInput, match="nothing can be written there"):
        open_job_file(str(tmp_path / "new" / "jobs.json"), ORIGIN)
