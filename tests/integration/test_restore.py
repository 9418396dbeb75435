# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undo: a task saves what it is about to change, and the playbook `hostup.cloud.restore` puts it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MODULE = "hostup.cloud.hostup_domain_contacts"
RESTORE = "- import_playbook: hostup.cloud.restore\n"
TELLING = "Tell what was restored and what was left alone"

CONTACT = {
    "firstname": "Anna",
    "lastname": "Svensson",
    "companyname": "Example AB",
    "email": "domains@example.com",
    "phonenumber": "+46700000000",
    "address1": "Examplegatan 1",
    "address2": "",
    "city": "Stockholm",
    "postcode": "123 45",
    "country": "SE",
}
DOMAINS = ["example.com", "example.net", "shop.example", "private.test"]
CHANGED = ["example.com", "shop.example", "private.test"]


@pytest.fixture
def change(run_tasks: Callable[..., Any], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Change contacts with a backup, and return the result of the task."""

    def run(**options: Any) -> dict[str, Any]:
        task = {
            "domains": DOMAINS,
            "contacts": CONTACT,
            "poll_interval": 0.1,
            "material_changes": "allow",
            "backup": True,
            "backup_path": f"{tmp_path}/backups/",
            **options,
        }
        ended = run_tasks([{"name": "Change", MODULE: task, "ignore_errors": True}]).task("Change")
        return dict(ended.result)

    return run


@pytest.fixture
def restore(run_playbook: Callable[..., Any], sandbox: Any) -> Callable[..., Any]:
    """Run the playbook; the requests are counted anew."""

    def run(backup_file: str, *arguments: str) -> Any:
        sandbox.forget_requests()
        return run_playbook(RESTORE, "-e", f"backup_file={backup_file}", *arguments)

    return run


def told(run: Any) -> dict[str, Any]:
    return dict(run.task(TELLING).result["msg"])


def meaning(sandbox: Any) -> dict[str, dict[str, Any]]:
    """What is stored, without the notation of phone numbers, which the API chooses by itself."""
    return {
        key: {**contact, "phonenumber": "".join(filter(str.isdigit, contact["phonenumber"]))}
        for key, contact in sandbox.stored().items()
    }


def ids_of(sandbox: Any, *names: str) -> list[str]:
    return [sandbox.id_of(name) for name in names]


def test_a_mistake_is_undone_and_can_be_looked_at_before(change: Any, restore: Any, sandbox: Any) -> None:
    before = meaning(sandbox)
    backup_file = change()["backup_file"]
    changed = meaning(sandbox)
    assert [name for name in DOMAINS if changed[name] != before[name]] == CHANGED

    plan = restore(backup_file, "--check", "--diff")

    assert plan.status == 0, plan.output
    assert "+city: Göteborg" in plan.output
    assert told(plan)["restored"] == ids_of(sandbox, *CHANGED)
    assert sandbox.requests("write") == []
    assert meaning(sandbox) == changed

    run = restore(backup_file)

    assert run.status == 0, run.output
    assert told(run) == {
        "restored": ids_of(sandbox, *CHANGED),
        "as_saved_already": [],
        "left_alone": {},
        "not_restorable": [],
    }
    assert meaning(sandbox) == before

    again = restore(backup_file)

    assert again.status == 0, again.output
    assert told(again)["restored"] == []
    assert told(again)["as_saved_already"] == ids_of(sandbox, *CHANGED)
    assert sandbox.requests("write") == []


def test_what_somebody_else_has_changed_since_is_told_and_left_alone(change: Any, restore: Any, sandbox: Any) -> None:
    backup_file = change()["backup_file"]
    sandbox.change_domain("shop.example", {"registrant": {"city": "Lund"}})

    run = restore(backup_file)

    assert run.status == 0, run.output
    assert told(run)["restored"] == ids_of(sandbox, "example.com", "private.test")
    (domain_id,) = ids_of(sandbox, "shop.example")
    assert told(run)["left_alone"] == {
        domain_id: "Left alone, because its stored city differs from when_current.",
    }
    stored = sandbox.stored()
    assert stored["shop.example"]["city"] == "Lund"
    assert stored["shop.example"]["firstname"] == "Anna"
    assert stored["example.com"]["city"] == "Göteborg"


def test_another_notation_is_not_somebody_elses_change(change: Any, restore: Any, sandbox: Any) -> None:
    backup_file = change()["backup_file"]
    sandbox.change_domain("shop.example", {"registrant": {"phonenumber": "+46.700000000", "postcode": "12345"}})

    run = restore(backup_file)

    assert told(run)["restored"] == ids_of(sandbox, *CHANGED)
    assert meaning(sandbox)["shop.example"]["phonenumber"] == "46700000099"


def test_after_a_job_that_failed_half_way_only_what_it_changed_is_put_back(
    change: Any, restore: Any, sandbox: Any
) -> None:
    before = meaning(sandbox)
    sandbox.reset(job_result="failed", job_applies="some")
    ended = change()
    statuses = {entry["name"]: entry["status"] for entry in ended["domains"]}
    updated = [name for name in CHANGED if statuses[name] == "updated"]
    untouched = [name for name in CHANGED if statuses[name] == "failed"]
    assert updated
    assert untouched
    sandbox.switch(job_result="success", job_applies="as_result")

    run = restore(ended["backup_file"])

    assert run.status == 0, run.output
    assert sorted(told(run)["restored"]) == sorted(ids_of(sandbox, *updated))
    assert sorted(told(run)["as_saved_already"]) == sorted(ids_of(sandbox, *untouched))
    assert meaning(sandbox) == before


def test_a_value_that_looks_like_a_template_is_put_back_as_it_was(change: Any, restore: Any, sandbox: Any) -> None:
    hostile = {"companyname": "{{ 7 * 7 }} AB", "city": "{% raw %} & 'Co' \"x\" #1"}
    sandbox.change_domain("shop.example", {"registrant": hostile})
    before = meaning(sandbox)
    backup_file = change()["backup_file"]

    run = restore(backup_file)

    assert run.status == 0, run.output
    assert "49 AB" not in run.output
    assert meaning(sandbox) == before


def test_a_value_that_cannot_be_declared_is_named(change: Any, restore: Any, sandbox: Any) -> None:
    sandbox.change_domain("shop.example", {"registrant": {"city": "", "phonenumber": "none"}})
    backup_file = change()["backup_file"]

    run = restore(backup_file)

    assert run.status == 0, run.output
    assert told(run)["not_restorable"] == ids_of(sandbox, "shop.example")
    stored = sandbox.stored()["shop.example"]
    assert (stored["city"], stored["phonenumber"]) == ("Stockholm", "+46700000000")
    assert (stored["firstname"], stored["companyname"]) == ("Erik", "Gamla Bolaget AB")


def test_a_restore_that_fails_for_some_says_so_and_goes_on_with_the_others(
    change: Any, restore: Any, sandbox: Any, run_playbook: Any
) -> None:
    before = meaning(sandbox)
    backup_file = change()["backup_file"]
    sandbox.forget_requests()
    # The domains are restored in two groups, because they held two contacts.
    sandbox.add_faults({"method": "POST", "path": "/api/v2/domains/bulk/contacts", "status": 403, "times": 1})

    run = run_playbook(RESTORE, "-e", f"backup_file={backup_file}")

    assert run.status != 0
    assert told(run)["restored"] == ids_of(sandbox, "private.test")
    failure = run.task("Fail if something could not be restored")
    assert "2 of 2 domains could not be updated as declared" in failure.result["msg"]
    assert meaning(sandbox)["private.test"] == before["private.test"]

    again = restore(backup_file)

    assert again.status == 0, again.output
    assert meaning(sandbox) == before


def test_the_registration_number_is_neither_saved_nor_touched(change: Any, restore: Any, sandbox: Any) -> None:
    before = meaning(sandbox)
    ended = change(domains=["example.se"], contacts={"city": "Stockholm"})
    saved = Path(ended["backup_file"]).read_text(encoding="utf-8")
    assert "556000" not in saved
    assert "orgno" not in saved

    restore(ended["backup_file"])

    assert meaning(sandbox) == before


def test_a_backup_of_v1_is_put_back_with_v1(change: Any, restore: Any, sandbox: Any) -> None:
    before = meaning(sandbox)
    backup_file = change(domains=None, domain_ids=["11790", "11795"])["backup_file"]

    run = restore(backup_file)

    assert run.status == 0, run.output
    assert told(run)["restored"] == ["11790", "11795"]
    assert meaning(sandbox) == before
    assert {request["path"] for request in sandbox.requests("write")} == {"/api/domains/bulk/contacts"}


@pytest.mark.parametrize("content", ["{}", '{"format": 2, "restore": []}', "not JSON"])
def test_a_file_that_is_no_backup_is_refused(content: str, restore: Any, sandbox: Any, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text(content)

    run = restore(str(file))

    assert run.status != 0
    assert sandbox.requests() == []


def test_without_a_file_the_playbook_says_what_it_needs(run_playbook: Any, sandbox: Any) -> None:
    run = run_playbook(RESTORE)

    assert run.status != 0
    assert "Give the file that hostup_domain_contacts returned as backup_file" in run.output
    assert sandbox.requests() == []
