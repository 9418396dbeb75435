# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs over time."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_client import SandboxClient


def poll(api: SandboxClient, job_id: str) -> Any:
    return api.get(f"/api/jobs/{job_id}").json["data"]


def v1_job(api: SandboxClient, **contacts: str) -> str:
    return str(api.write_v1(["11790", "11791"], contacts or {"city": "Lund"}).json["data"]["jobId"])


def test_a_job_waits_runs_and_completes(api: SandboxClient) -> None:
    api.set(job_seconds=8)
    job_id = v1_job(api)
    flags = []
    for seconds in (0, 1.9, 0.2, 5.8, 0.2):
        api.clock.advance(seconds)
        job = poll(api, job_id)
        flags.append([name for name in ("isWaiting", "isRunning", "isCompleted", "isFailed") if job[name]])
    assert flags == [["isWaiting"], ["isWaiting"], ["isRunning"], ["isRunning"], ["isCompleted"]]


def test_a_running_job_reports_its_progress(api: SandboxClient) -> None:
    api.set(job_seconds=8)
    job_id = v1_job(api)
    api.clock.advance(6)
    job = poll(api, job_id)
    assert job["progress"] == 75
    assert job["progressDetails"] == {"percentage": 75, "message": "Updating contacts", "current": 1, "total": 2}
    assert (job["result"], job["finishedAt"]) == (None, None)


def test_the_values_arrive_when_the_job_ends(api: SandboxClient) -> None:
    api.set(job_seconds=2)
    v1_job(api)
    api.clock.advance(1.9)
    assert api.registrant("11790")["city"] == "Göteborg"
    api.clock.advance(0.1)
    assert api.registrant("11790")["city"] == "Lund"


def test_a_completed_job_has_a_result_with_two_levels(api: SandboxClient) -> None:
    job_id = v1_job(api)
    api.finish_jobs()
    job = poll(api, job_id)
    assert (job["state"], job["status"], job["progress"]) == ("completed", "completed", 100)
    assert job["finishedAt"] == "2027-01-15T08:00:00.300Z"
    assert job["result"]["success"] is True
    assert job["result"]["result"] == {"success": True}


def test_jobs_are_carried_out_in_the_order_of_their_ends(api: SandboxClient) -> None:
    api.set(job_seconds=5)
    v1_job(api, city="Lund")
    api.set(job_seconds=1)
    v1_job(api, city="Umeå")
    api.finish_jobs()
    assert api.registrant("11790")["city"] == "Lund"


def test_a_later_write_does_not_change_a_job_that_is_queued(api: SandboxClient) -> None:
    v1_job(api, city="Lund")
    api.write_one_v2("example.com", {"registrant": {"city": "Umeå", "postalCode": "222 22"}})
    api.finish_jobs()
    assert (api.registrant("11790")["city"], api.registrant("11790")["postcode"]) == ("Lund", "222 22")


def test_a_v2_job_is_polled_under_v1(api: SandboxClient) -> None:
    operation = api.write_v2(["example.com"], {"city": "Lund"}).json["operation"]
    api.finish_jobs()
    answer = api.get(operation["pollUrl"]).json
    assert answer["success"] is True
    assert answer["data"]["isCompleted"] is True


@pytest.mark.parametrize("job_id", ["dbj_unknown", "bulk_contacts-2000-1770000000000"])
def test_an_unknown_job_is_a_404(api: SandboxClient, job_id: str) -> None:
    answer = api.get(f"/api/jobs/{job_id}")
    assert (answer.status_code, answer.json["code"]) == (404, "NOT_FOUND")


def test_resetting_forgets_the_jobs(api: SandboxClient) -> None:
    job_id = v1_job(api)
    api.control("POST", "/reset")
    api.finish_jobs()
    assert api.get(f"/api/jobs/{job_id}").status_code == 404
    assert api.registrant("11790")["city"] == "Göteborg"
