# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups: where they go, what they hold, and that they are whole and private."""

from __future__ import annotations

import json
import os
import pwd
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ansible_collections.hostup.cloud.plugins.module_utils._contact.declared import read_condition, read_declared
from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import Contact
from ansible_collections.hostup.cloud.plugins.module_utils._contact.invalid_input import HostUpError, InvalidInput
from ansible_collections.hostup.cloud.plugins.module_utils._engine import backup
from ansible_collections.hostup.cloud.plugins.module_utils._engine.backup import (
    Backup,
    BackupPlace,
    backup_content,
    read_backup_place,
    write_backup,
)
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Comparison, Plan
from ansible_collections.hostup.cloud.plugins.module_utils._result.report import Report
from ansible_collections.hostup.cloud.tests.unit.plugins.module_utils.conftest import (
    COMPLETE_CONTACT,
    FakeClock,
    plan_for,
    whole,
)

MOMENT = datetime(2026, 11, 23, 8, 15, 0, tzinfo=timezone.utc)


def place_of(path: Path | str | None, *, backup: bool = True) -> BackupPlace | None:
    return read_backup_place({"backup": backup, "backup_path": None if path is None else str(path)})


def plan_of(declared: Contact, *stored: Contact) -> Plan:
    domains = [Domain(f"dom_{index}", f"{index}.example") for index in range(len(stored))]
    return plan_for(domains, {d.id or "": whole(c) for d, c in zip(domains, stored)}, declared, Comparison())


def content_of(plan: Plan) -> dict[str, Any]:
    return backup_content(plan.changing, origin="https://cloud.hostup.se", generation="v2", moment=MOMENT)


# -- where it goes -----------------------------------------------------------------------------------------------------


def test_without_backup_there_is_no_place(tmp_path: Path) -> None:
    assert place_of(tmp_path, backup=False) is None


def test_an_existing_folder_gets_a_file_with_a_name_of_its_own(tmp_path: Path) -> None:
    assert place_of(tmp_path) == BackupPlace(tmp_path)


def test_a_final_slash_means_a_folder_that_may_be_missing(tmp_path: Path) -> None:
    assert place_of(f"{tmp_path}/new/deep/") == BackupPlace(tmp_path / "new" / "deep")


def test_anything_else_is_the_name_of_a_new_file(tmp_path: Path) -> None:
    assert place_of(tmp_path / "backup") == BackupPlace(tmp_path, "backup")


def test_without_a_path_backups_go_to_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place_of(None) == BackupPlace(tmp_path / "hostup-backups")


def test_an_existing_file_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    (tmp_path / "link.json").symlink_to(tmp_path / "nowhere")
    for name in ("old.json", "link.json"):
        with pytest.raises(InvalidInput, match="backup_path: there is such a file"):
            place_of(tmp_path / name)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (f"{tmp_path}/file/", f"{tmp_path}/file/backup.json"):
        with pytest.raises(InvalidInput, match="backup_path: nothing can be written there"):
            place_of(path)


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write everywhere, so permissions alone would show nothing where tests run as root.
    monkeypatch.setattr(backup.os, "access", lambda path, _mode: path != tmp_path)
    with pytest.raises(InvalidInput, match="backup_path: nothing can be written there"):
        place_of(f"{tmp_path}/new/")


def test_a_folder_that_this_user_may_not_enter_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path, **_options: object) -> os.stat_result:
        if tmp_path in path.parents:
            raise PermissionError(13, "Permission denied")
        return real_stat(path)

    real_stat = Path.stat
    monkeypatch.setattr(backup.os, "access", lambda path, _mode: path != tmp_path)
    monkeypatch.setattr(Path, "stat", denied)
    with pytest.raises(InvalidInput, match="backup_path: nothing can be written there"):
        place_of(tmp_path / "backups")


# -- writing -----------------------------------------------------------------------------------------------------------


def test_a_backup_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = Path(write_backup(BackupPlace(tmp_path / "new"), {"city": "Malmö"}, MOMENT))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.name.startswith("hostup-contacts-20261123T081500Z-")
    assert path.suffix == ".json"
    assert json.loads(path.read_text(encoding="utf-8")) == {"city": "Malmö"}
    assert "Malmö" in path.read_text(encoding="utf-8")
    assert list(path.parent.iterdir()) == [path]


def test_two_backups_of_the_same_second_are_two_files(tmp_path: Path) -> None:
    assert write_backup(BackupPlace(tmp_path), {}, MOMENT) != write_backup(BackupPlace(tmp_path), {}, MOMENT)


def test_a_file_that_came_into_being_in_the_meantime_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("precious")
    with pytest.raises(HostUpError, match="Nothing was written to any domain") as caught:
        write_backup(BackupPlace(tmp_path, "mine.json"), {}, MOMENT)
    assert caught.value.code == "backup_failed"
    assert [path.read_text() for path in tmp_path.iterdir()] == ["precious"]


def test_a_backup_that_cannot_be_finished_leaves_nothing_behind(tmp_path: Path, fill_disk: Callable[[], None]) -> None:
    fill_disk()
    with pytest.raises(HostUpError, match="No space left on device"):
        write_backup(BackupPlace(tmp_path, "mine.json"), {}, MOMENT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["{folder}/{long}", "{folder}/{long}/"])
def test_a_name_that_is_too_long_is_reported_and_leaves_nothing_behind(path: str, tmp_path: Path) -> None:
    place = place_of(path.format(folder=tmp_path, long="x" * 300))
    assert place
    with pytest.raises(HostUpError, match=r"File name too long.*Check backup_path") as caught:
        write_backup(place, {}, MOMENT)
    assert caught.value.code == "backup_failed"
    assert list(tmp_path.iterdir()) == []


# -- what it holds -----------------------------------------------------------------------------------------------------


def test_only_the_domains_about_to_change_are_saved_each_with_all_that_is_stored() -> None:
    other = {**COMPLETE_CONTACT, "city": "Uppsala", "orgno": "[SE]556000-0000"}
    content = content_of(plan_of({"city": "Stockholm"}, COMPLETE_CONTACT, other))
    assert content["domains"] == [
        {"id": "dom_1", "name": "1.example", "contact": {**COMPLETE_CONTACT, "city": "Uppsala"}}
    ]
    assert "556000" not in json.dumps(content)
    assert (content["format"], content["created_at"]) == (1, "2026-11-23T08:15:00Z")
    assert (content["api_url"], content["api_version"]) == ("https://cloud.hostup.se", "v2")


def test_domains_that_are_undone_alike_are_one_group() -> None:
    uppsala, lund = {**COMPLETE_CONTACT, "city": "Uppsala"}, {**COMPLETE_CONTACT, "city": "Lund"}
    groups = content_of(plan_of({"city": "Stockholm"}, uppsala, lund, uppsala))["restore"]
    assert groups == [
        {
            "domain_ids": ["dom_0", "dom_2"],
            "names": ["0.example", "2.example"],
            "contacts": {"city": "Uppsala"},
            "when_current": {"city": "Stockholm"},
            "accept_stored": {},
            "left_out": [],
        },
        {
            "domain_ids": ["dom_1"],
            "names": ["1.example"],
            "contacts": {"city": "Lund"},
            "when_current": {"city": "Stockholm"},
            "accept_stored": {},
            "left_out": [],
        },
    ]


def test_a_value_that_could_not_be_declared_is_named_instead() -> None:
    stored = {**COMPLETE_CONTACT, "city": "", "phonenumber": "0700-1", "state": "", "companyname": "Gamla AB"}
    declared = {"city": "Lund", "phonenumber": "+46700000001", "state": "X", "companyname": "Nya AB"}
    (group,) = content_of(plan_of(declared, stored))["restore"]
    assert group["left_out"] == ["phonenumber", "city"]
    assert group["contacts"] == {"companyname": "Gamla AB", "state": ""}
    assert group["when_current"] == declared


def test_what_a_backup_holds_is_accepted_by_the_task_that_restores_it() -> None:
    stored = {**COMPLETE_CONTACT, "postcode": "0150", "country": "NO", "firstname": "{{ 7 * 7 }}", "state": ""}
    declared = {"postcode": "123 45", "country": "SE", "firstname": "Anna", "state": "X"}
    (group,) = json.loads(json.dumps(content_of(plan_of(declared, stored))))["restore"]
    assert read_declared(group["contacts"]) == {
        "firstname": "{{ 7 * 7 }}",
        "postcode": "0150",
        "state": "",
        "country": "NO",
    }
    assert read_condition(group["when_current"], "when_current") == declared


# -- in a run ----------------------------------------------------------------------------------------------------------


def backup_in(place: BackupPlace | None) -> tuple[Backup, Report]:
    report = Report(check_mode=False)
    return Backup(place, report, "https://cloud.hostup.se", "v2", FakeClock()), report


def saved_in(report: Report) -> dict[str, str]:
    assert report.backup_file
    content = json.loads(Path(report.backup_file).read_text(encoding="utf-8"))
    return {domain["id"]: domain["contact"]["city"] for domain in content["domains"]}


def test_two_stages_of_a_run_are_saved_in_one_file_with_what_was_stored_last(tmp_path: Path) -> None:
    saving, report = backup_in(BackupPlace(tmp_path))
    saving.save(plan_of({"city": "Lund"}, {"city": "Umeå"}, {"city": "Visby"}))
    file = report.backup_file
    second = plan_of({"city": "Lund"}, {"city": "Umeå"}, {"city": "Kiruna"})
    saving.save(Plan(second.entries[1:]))
    assert report.backup_file == file
    assert saved_in(report) == {"dom_0": "Umeå", "dom_1": "Kiruna"}
    assert [str(path) for path in tmp_path.iterdir()] == [file]
    assert stat.S_IMODE(Path(file or "").stat().st_mode) == 0o600


def test_the_union_of_two_stages_can_be_put_back_as_a_whole(tmp_path: Path) -> None:
    saving, _report = backup_in(BackupPlace(tmp_path, "mine.json"))
    plan = plan_of({"city": "Lund"}, {"city": "Umeå"}, {"city": "Visby"}, {"city": "Umeå"})
    saving.save(Plan(plan.entries[:1]))
    saving.save(Plan(plan.entries[1:]))
    groups = json.loads((tmp_path / "mine.json").read_text(encoding="utf-8"))["restore"]
    assert [(group["domain_ids"], group["contacts"], group["when_current"]) for group in groups] == [
        (["dom_0", "dom_2"], {"city": "Umeå"}, {"city": "Lund"}),
        (["dom_1"], {"city": "Visby"}, {"city": "Lund"}),
    ]


def test_a_stage_with_nothing_new_leaves_the_file_alone(tmp_path: Path) -> None:
    saving, report = backup_in(BackupPlace(tmp_path))
    plan = plan_of({"city": "Lund"}, {"city": "Umeå"}, {"city": "Lund"})
    saving.save(plan)
    before = Path(report.backup_file or "").stat()
    saving.save(plan)
    saving.save(Plan(plan.entries[1:]))
    after = Path(report.backup_file or "").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_is_held_back_is_not_saved(tmp_path: Path) -> None:
    saving, report = backup_in(BackupPlace(tmp_path))
    saving.save(plan_of({"city": "Lund"}, {"city": "Umeå"}, {"city": "Visby"}).without(["dom_0"]))
    assert saved_in(report) == {"dom_1": "Visby"}


def test_a_second_stage_that_cannot_be_saved_leaves_the_file_of_the_first(
    tmp_path: Path, fill_disk: Callable[[], None]
) -> None:
    saving, report = backup_in(BackupPlace(tmp_path))
    plan = plan_of({"city": "Lund"}, {"city": "Umeå"}, {"city": "Visby"})
    saving.save(Plan(plan.entries[:1]))
    fill_disk()
    with pytest.raises(HostUpError, match="No space left on device") as caught:
        saving.save(Plan(plan.entries[1:]))
    assert caught.value.code == "backup_failed"
    assert saved_in(report) == {"dom_0": "Umeå"}
    assert [str(path) for path in tmp_path.iterdir()] == [report.backup_file]


def test_a_run_that_saves_again_replaces_its_own_file_and_never_that_of_another(tmp_path: Path) -> None:
    plan = plan_of({"city": "Lund"}, {"city": "Umeå"}, {"city": "Visby"})
    others = plan_of({"city": "Lund"}, {"city": "Kiruna"})
    place = place_of(tmp_path / "mine.json")
    mine, report = backup_in(place)
    mine.save(Plan(plan.entries[:1]))
    for stage in (plan.entries[1:], plan.entries[:1]):
        other, report_of_other = backup_in(place)
        with pytest.raises(HostUpError) as caught:
            other.save(others)
        assert (caught.value.code, report_of_other.backup_file) == ("backup_failed", None)
        mine.save(Plan(stage))
    assert saved_in(report) == {"dom_0": "Umeå", "dom_1": "Visby"}
    assert [path.name for path in tmp_path.iterdir()] == ["mine.json"]


def test_of_many_runs_at_once_with_one_folder_each_has_a_file_of_its_own(tmp_path: Path) -> None:
    def save(number: int) -> Report:
        saving, report = backup_in(place_of(f"{tmp_path}/new/"))
        plan = plan_of({"city": "Lund"}, {"city": f"City {number}"}, {"city": f"Town {number}"})
        saving.save(Plan(plan.entries[:1]))
        saving.save(Plan(plan.entries[1:]))
        return report

    with ThreadPoolExecutor(12) as pool:
        reports = list(pool.map(save, range(12)))
    assert [saved_in(report) for report in reports] == [
        {"dom_0": f"City {number}", "dom_1": f"Town {number}"} for number in range(12)
    ]
    assert sorted(str(path) for path in (tmp_path / "new").iterdir()) == sorted(r.backup_file or "" for r in reports)


@pytest.mark.parametrize(("is_asked_for", "city"), [(False, "Umeå"), (True, "Lund")])
def test_without_a_place_or_a_change_nothing_is_saved(tmp_path: Path, city: str, *, is_asked_for: bool) -> None:
    saving, report = backup_in(BackupPlace(tmp_path) if is_asked_for else None)
    saving.save(plan_of({"city": "Lund"}, {"city": city}))
    assert report.backup_file is None
    assert list(tmp_path.iterdir()) == []


def test_of_many_runs_at_once_with_one_path_one_gets_the_file_and_keeps_it(tmp_path: Path) -> None:
    def save(number: int) -> int | None:
        saving, report = backup_in(BackupPlace(tmp_path, "mine.json"))
        try:
            saving.save(plan_of({"city": "Lund"}, {"city": f"City {number}"}))
        except HostUpError:
            return None
        assert report.backup_file == str(tmp_path / "mine.json")
        return number

    with ThreadPoolExecutor(12) as pool:
        (winner,) = [number for number in pool.map(save, range(12)) if number is not None]
    content = json.loads((tmp_path / "mine.json").read_text(encoding="utf-8"))
    assert content["domains"][0]["contact"]["city"] == f"City {winner}"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.json"]


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_every_folder_that_is_made_is_private_whatever_the_umask(umask: int, tmp_path: Path) -> None:
    saving, report = backup_in(place_of(f"{tmp_path}/a/b/c/"))
    tmp_path.chmod(0o755)
    before = os.umask(umask)
    try:
        saving.save(plan_of({"city": "Lund"}, {"city": "Umeå"}))
    finally:
        os.umask(before)
    folders = [tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o700] * 3
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755, "a folder that was there stays as it is"
    assert Path(report.backup_file or "").parent == folders[-1]


def test_a_user_without_a_home_is_asked_for_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nobody(_id: int) -> NoReturn:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match=r"^backup_path: the user of this task has no home folder\. Give a folder"):
        place_of(None)
    assert place_of(None, backup=False) is None
    assert place_of(tmp_path) == BackupPlace(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_behind_a_canary_a_backup_that_fails_says_what_was_written(
    tmp_path: Path, fill_disk: Callable[[], None]
) -> None:
    saving, report = backup_in(BackupPlace(tmp_path))
    plan = plan_of({"city": "Lund"}, {"city": "Umeå"}, {"city": "Visby"})
    saving.save(Plan(plan.entries[:1]))
    report.sending(["dom_0"])
    fill_disk()
    with pytest.raises(HostUpError, match=r"No space left on device\. Only the canary \(1 domain\) was written\."):
        saving.save(Plan(plan.entries[1:]))
