# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undo: the playbook `hostup.cloud.restore` puts back what a task has saved before it changed it.

What the tasks save is what the module does in process; the playbook that reads it is run by `ansible-playbook`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from in_process import run_module

from hostup_sandbox.controlled import FULL_ACCESS_KEY

RESTORE = "- import_playbook: hostup.cloud.restore\n"
TELLING = "Report what was restored and what was left alone"

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

Change = Callable[..., dict[str, Any]]


def changer(sandbox: Any, folder: Path) -> Change:
    """Return what changes contacts with a backup in this folder, and returns the result of the task."""

    def change(**options: Any) -> dict[str, Any]:
        given = {
            "domains": DOMAINS,
            "contacts": CONTACT,
            "poll_interval": 0.1,
            "material_changes": "allow",
            "backup": True,
            "backup_path": f"{folder}/backups/",
            **options,
        }
        return run_module(
            "hostup_domain_contacts",
            {name: value for name, value in given.items() if value is not None},
            environment={"HOSTUP_API_BASE": sandbox.url, "HOSTUP_API_KEY": FULL_ACCESS_KEY},
        ).result

    return change


@pytest.fixture
def change(sandbox: Any, tmp_path: Path) -> Change:
    return changer(sandbox, tmp_path)


@pytest.fixture
def restore(run_playbook: Callable[..., Any], sandbox: Any) -> Callable[..., Any]:
    """Run the playbook; the requests are counted anew."""

    def run(backup_file: str, *arguments: str) -> Any:
        sandbox.forget_requests()
        return run_playbook(RESTORE, "-e", json.dumps({"backup_file": str(backup_file)}), *arguments)

    return run


def reported(run: Any) -> dict[str, Any]:
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
    assert reported(plan)["restored"] == ids_of(sandbox, *CHANGED)
    assert sandbox.requests("write") == []
    assert meaning(sandbox) == changed

    run = restore(backup_file)

    assert run.status == 0, run.output
    assert reported(run) == {
        "restored": ids_of(sandbox, *CHANGED),
        "as_saved_already": [],
        "left_alone": {},
        "not_restorable": [],
    }
    assert meaning(sandbox) == before

    again = restore(backup_file)

    assert again.status == 0, again.output
    assert reported(again)["restored"] == []
    assert reported(again)["as_saved_already"] == ids_of(sandbox, *CHANGED)
    assert sandbox.requests("write") == []


# -- one restore of domains to which different things have happened ----------------------------------------------------

TEMPLATES = {"companyname": "{{ 7 * 7 }} AB", "city": "{% raw %} & 'Co' \"x\" #1"}


@dataclass(frozen=True)
class Restored:
    """One run of the playbook, what was stored before the change and after the run, and the ids of the domains."""

    run: Any
    before: dict[str, dict[str, Any]]
    after: dict[str, dict[str, Any]]
    """Like `before` without the notation of phone numbers."""
    stored: dict[str, dict[str, Any]]
    ids: dict[str, str]

    def ids_of(self, *names: str) -> list[str]:
        return [self.ids[name] for name in names]


@pytest.fixture(scope="module")
def restored(running_sandbox: Any, shared_runner: Any) -> Restored:
    sandbox = running_sandbox
    sandbox.reset()
    sandbox.change_domain("example.com", {"registrant": TEMPLATES})
    sandbox.change_domain("räksmörgås.example", {"registrant": {"city": "", "phonenumber": "none"}})
    before = meaning(sandbox)
    names = [*DOMAINS, "räksmörgås.example"]
    backup_file = changer(sandbox, shared_runner.folder)(domains=names)["backup_file"]
    sandbox.change_domain("private.test", {"registrant": {"city": "Lund"}})
    sandbox.change_domain("shop.example", {"registrant": {"phonenumber": "+46.700000000", "postcode": "12345"}})
    sandbox.forget_requests()

    run = shared_runner(RESTORE, "-e", json.dumps({"backup_file": str(backup_file), "restore_partial": True}))

    assert run.status == 0, run.output
    ids = {name: sandbox.id_of(name) for name in names}
    return Restored(run, before, meaning(sandbox), sandbox.stored(), ids)


def test_what_somebody_else_has_changed_since_is_reported_and_left_alone(restored: Restored) -> None:
    assert sorted(reported(restored.run)["restored"]) == sorted(
        restored.ids_of("example.com", "shop.example", "räksmörgås.example")
    )
    assert reported(restored.run)["left_alone"] == {
        restored.ids["private.test"]: "Left alone, because its stored city differs from what was saved and written.",
    }
    stored = restored.after["private.test"]
    assert (stored["city"], stored["firstname"]) == ("Lund", "Anna")
    assert restored.after["shop.example"]["city"] == "Göteborg"


def test_another_notation_is_not_somebody_elses_change(restored: Restored) -> None:
    assert restored.ids["shop.example"] in reported(restored.run)["restored"]
    assert restored.after["shop.example"] == restored.before["shop.example"]
    assert restored.after["shop.example"]["phonenumber"] == "46700000099"


def test_a_value_that_looks_like_a_template_is_put_back_as_it_was(restored: Restored) -> None:
    assert "49 AB" not in restored.run.output
    assert restored.after["example.com"].items() >= TEMPLATES.items()
    assert restored.after["example.com"] == restored.before["example.com"]


def test_a_value_that_cannot_be_declared_is_named(restored: Restored) -> None:
    assert reported(restored.run)["not_restorable"] == restored.ids_of("räksmörgås.example")
    stored = restored.stored["räksmörgås.example"]
    assert (stored["city"], stored["phonenumber"]) == ("Stockholm", "+46700000000")
    assert (stored["firstname"], stored["companyname"]) == ("Erik", "Gamla Bolaget AB")


# -- one thing at a time ----------------------------------------------------------------------------------------------


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
    assert sorted(reported(run)["restored"]) == sorted(ids_of(sandbox, *updated))
    assert sorted(reported(run)["as_saved_already"]) == sorted(ids_of(sandbox, *untouched))
    assert meaning(sandbox) == before


def test_a_contact_that_was_half_applied_is_put_back(change: Any, restore: Any, sandbox: Any) -> None:
    before = meaning(sandbox)
    sandbox.change_domain("example.com", {"attributes": {"ignored_fields": ["city", "email"]}})
    ended = change(verify_timeout=0)
    assert {entry["name"]: entry["status"] for entry in ended["domains"]}["example.com"] == "not_applied"
    sandbox.change_domain("example.com", {"attributes": {"ignored_fields": []}})

    run = restore(ended["backup_file"])

    assert run.status == 0, run.output
    assert sorted(reported(run)["restored"]) == sorted(ids_of(sandbox, *CHANGED))
    assert meaning(sandbox) == before


def test_a_spelling_that_accept_stored_let_pass_is_put_back(change: Any, restore: Any, sandbox: Any) -> None:
    before = meaning(sandbox)
    sandbox.switch(text_on_store="strip_accents")
    accepted = {"accept_stored": {"city": ["Malmo"]}}
    ended = change(domains=["example.com"], contacts={"city": "Malmö"}, **accepted)
    assert ended["domains"][0]["status"] == "updated"
    sandbox.switch(text_on_store="as_sent")

    run = restore(ended["backup_file"])

    assert run.status == 0, run.output
    assert reported(run)["restored"] == ids_of(sandbox, "example.com")
    assert meaning(sandbox) == before


def test_a_restore_that_fails_for_some_says_so_and_goes_on_with_the_others(
    change: Any, restore: Any, sandbox: Any, run_playbook: Any
) -> None:
    before = meaning(sandbox)
    backup_file = change()["backup_file"]
    sandbox.forget_requests()
    # The domains are restored in two groups, because they held two contacts.
    sandbox.add_faults({"method": "POST", "path": "/api/v2/domains/bulk/contacts", "status": 403, "times": 1})

    run = run_playbook(RESTORE, "-e", json.dumps({"backup_file": str(backup_file)}))

    assert run.status != 0
    assert reported(run)["restored"] == ids_of(sandbox, "private.test")
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
    assert reported(run)["restored"] == ["11790", "11795"]
    assert meaning(sandbox) == before
    assert {request["path"] for request in sandbox.requests("write")} == {"/api/domains/bulk/contacts"}


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        '{"format": 2, "restore": []}',
        "not JSON",
        # Without a condition it would replace whatever is stored now.
        '{"format": 1, "restore": [{"domain_ids": ["1"], "contacts": {"city": "Lund"}, "when_current": null}]}',
        '{"format": 1, "restore": [{"domain_ids": ["1"], "contacts": {"city": "Lund"}, "when_current": {}}]}',
    ],
)
def test_a_file_that_is_no_backup_is_refused_in_a_sentence(
    content: str, restore: Any, sandbox: Any, tmp_path: Path
) -> None:
    file = tmp_path / "other.json"
    file.write_text(content)

    run = restore(str(file))

    assert run.status != 0
    assert f"{file} is no backup of hostup_domain_contacts, or it has been edited" in " ".join(run.output.split())
    assert sandbox.requests() == []


def test_a_backup_of_another_address_is_refused(change: Any, restore: Any, sandbox: Any) -> None:
    backup_file = change()["backup_file"]
    content = json.loads(Path(backup_file).read_text(encoding="utf-8"))
    Path(backup_file).write_text(json.dumps({**content, "api_url": "https://cloud.hostup.se"}))

    run = restore(backup_file)

    assert run.status != 0
    assert "The backup is of https://cloud.hostup.se" in " ".join(run.output.split())
    assert sandbox.requests() == []


def test_what_was_left_alone_fails_the_playbook_behind_its_report(change: Any, restore: Any, sandbox: Any) -> None:
    backup_file = change()["backup_file"]
    sandbox.change_domain("private.test", {"registrant": {"city": "Lund"}})

    run = restore(backup_file)

    assert run.status != 0
    assert list(reported(run)["left_alone"]) == ids_of(sandbox, "private.test")
    assert reported(run)["restored"] == ids_of(sandbox, "example.com", "shop.example")
    assert "restore_partial=true" in run.task("Fail if something was left alone").result["msg"]


def test_without_a_file_the_playbook_says_what_it_needs(run_playbook: Any, sandbox: Any) -> None:
    run = run_playbook(RESTORE)

    assert run.status != 0
    assert "Give the file that hostup_domain_contacts returned as backup_file" in run.output
    assert sandbox.requests() == []
