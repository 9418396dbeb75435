# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drift report: what it says, that nothing in it is ever markup, and that everybody can read it."""

from __future__ import annotations

import base64
import dataclasses
import fcntl
import itertools
import json
import os
import re
import select
import shutil
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from markdown_it import MarkdownIt

COLLECTION = Path(__file__).resolve().parents[2]
TEMPLATES = COLLECTION / "roles" / "domain_contacts" / "templates"

COMPANY = {
    "firstname": "Anna",
    "lastname": "Svensson",
    "companyname": "Example AB",
    "email": "domains@example.com",
    "phonenumber": "+46700000000",
    "address1": "Examplegatan 1",
    "city": "Stockholm",
    "postcode": "123 45",
    "country": "SE",
}

HOSTILE_STORED = {
    "firstname": "<script>alert(1)</script>",
    "lastname": "{{ 77777*7 }}{% raw %}",
    "companyname": "\"A\" & 'B' &lt;b&gt; | c \\| d",
    "address1": "``x` [y](https://evil.example) **z** `" + 200 * "W",
    "address2": "line\nbreak\ttab",
    "city": "\u202egnp.exe\u200b",
    "state": "www.evil.example @nobody #1 <https://evil.example>",
}
"""What a stranger may have stored; nobody checks it."""
AS_SHOWN = {
    **HOSTILE_STORED,
    "address2": "line⟨U+000A⟩break⟨U+0009⟩tab",
    "city": "⟨U+202E⟩gnp.exe⟨U+200B⟩",
}
HOSTILE_DECLARED = {
    "firstname": "<img src=x onerror=alert(2)>",
    "lastname": "{{ 66666*7 }}",
    "companyname": "`|` </td></table>",
    "address1": "--> <!-- ]]>",
    "address2": "",
    "city": "| --- |",
    "state": "\\`\\|",
}
HOSTILE_PROFILE = "<i>co|m`pany</i>"
HOSTILE_TAG = "</style><script>alert(3)</script>"
HOSTILE_FINDINGS = [
    {"id": "dom_x", "name": "<b>x</b>.example", "findings": [{"field": "city", "kind": "x", "message": "| <u>&amp;"}]},
    {"id": "dom_y", "name": "y.example", "findings": []},
]


class Unsafe(str):
    """A text that Ansible must not take for a template."""

    __slots__ = ()


class VariablesDumper(yaml.SafeDumper):
    """Writes variable files."""


VariablesDumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style='"'))


@dataclass(frozen=True)
class Reports:
    """What one run left behind."""

    run: Any
    html_file: Path
    markdown_file: Path
    json_file: Path

    @property
    def html(self) -> str:
        return self.html_file.read_text(encoding="utf-8")

    @property
    def markdown(self) -> str:
        return self.markdown_file.read_text(encoding="utf-8")

    @property
    def json(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.json_file.read_text(encoding="utf-8"))
        return content


def make_reports(runner: Any, variables: dict[str, Any], *arguments: str, **environment: str | None) -> Reports:
    """Run the playbook drift_report with these variables."""
    files = [runner.folder / name for name in ("drift-report.html", "drift-report.md", "drift-report.json")]
    for file in files:
        file.unlink(missing_ok=True)
    given = runner.folder / "portfolio.yml"
    given.write_text(yaml.dump(variables, Dumper=VariablesDumper, allow_unicode=True), encoding="utf-8")
    plays = [{"ansible.builtin.import_playbook": "hostup.cloud.drift_report"}]
    run = runner(plays, "-e", f"@{given}", *arguments, **{"PWD": str(runner.folder), **environment})
    return Reports(run, *files)


def apart(runner: Any, name: str) -> Any:
    """A runner with a folder below that of the other one: several tests look at what a run has left there."""
    folder = runner.folder / name
    folder.mkdir()
    return dataclasses.replace(runner, folder=folder)


def portfolio(**assigned: list[str]) -> dict[str, Any]:
    """Variables with the profiles company and shop, and the domains that they are for."""
    return {
        "domain_contacts_profiles": {"company": COMPANY, "shop": {"base": "company", "email": "shop@example.com"}},
        "domain_contacts_assignments": [{"profile": name, "domains": names} for name, names in assigned.items()],
    }


# -- reading what was written -----------------------------------------------------------------------------------------


@dataclass
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str | None]
    children: list[Element | str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield the elements below this one, in the order of the page; those of these tags, or all."""
        for child in self.children:
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    yield child
                yield from child.all(*tags)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class Page(HTMLParser):
    """A page as a tree. It is stricter than a browser: every element must be closed by hand, in order."""

    VOID = frozenset({"meta", "link"})

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]
        self.comments: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == [self.root], f"not closed: {[element.tag for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self._open[-1].children.append(element)
        if tag not in self.VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag, tag

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def one(self, tag: str) -> Element:
        (found,) = self.root.all(tag)
        return found


def rows(page: Page, caption: str) -> list[list[str]]:
    """The rows of the one table whose caption begins so, as the texts of their cells."""
    (table,) = [t for t in page.root.all("table") if next(t.all("caption")).text.startswith(caption)]
    (body,) = table.all("tbody")
    return [[cell.text for cell in row.all("th", "td")] for row in body.all("tr")]


def markdown_tokens(source: str) -> list[Any]:
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(source)
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def markdown_rows(source: str) -> list[list[str]]:
    """The rows of all tables, as the texts of their cells."""
    found: list[list[str]] = []
    in_cell = False
    for token in MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(source):
        if token.type == "tr_open":
            found.append([])
        elif token.type in {"td_open", "th_open"}:
            in_cell = True
        elif token.type == "inline" and in_cell:
            found[-1].append("".join(child.content for child in token.children or ()))
            in_cell = False
    return found


def changed_rows(source: str) -> list[list[str]]:
    """The rows of the table of changes: the field and its values."""
    found = markdown_rows(source)
    start = next(number for number, row in enumerate(found) if row[:2] == ["#", "Domains"]) + 1
    width = len(found[start - 1])
    return [row[3:] for row in itertools.takewhile(lambda row: len(row) == width, found[start:])]


# -- what it says -----------------------------------------------------------------------------------------------------


KEY = "sandbox-full-access"


@pytest.fixture(scope="module")
def drifted(shared_runner: Any, running_sandbox: Any) -> Reports:
    """Three of four domains differ; everything that Ansible can print is printed, and the key is a variable."""
    running_sandbox.reset()
    variables = portfolio(company=["example.com", "example.net", "shop.example"], shop=["oslo.example"])
    variables["domain_contacts_api_key"] = "{{ halves | join('-') }}"
    arguments = ["-e", '{"halves": ["sandbox-full", "access"]}', "-vvvv", "--diff"]
    made = make_reports(apart(shared_runner, "drifted"), variables, *arguments, HOSTUP_API_KEY=None)
    assert made.run.status == 0, made.run.output
    assert running_sandbox.requests("read") != []
    assert running_sandbox.requests("write") == []
    return made


def test_the_report_reports_domains_by_status_and_the_differing_values_and_nothing_is_written(
    drifted: Reports, running_sandbox: Any
) -> None:
    page = Page(drifted.html)
    (verdict,) = [p for p in page.root.all("p") if "verdict" in (p.attributes.get("class") or "")]
    assert verdict.text == "3 of 4 domains have drifted."
    assert verdict.attributes["class"] == "verdict drift"
    assert rows(page, "The contact profiles") == [
        ["company", "3", "2 drifted, 1 in sync"],
        ["shop", "1", "1 drifted"],
    ]
    assert [h.text for h in page.root.all("h2")] == ["Drifted: 3 of 4", "Warnings", "Profiles", "In sync: 1 of 4"]
    # Both differ in the same way and are reported once.
    differing = rows(page, "What differs for example.com and 1 more")
    assert ["city", "Göteborg", "Stockholm"] in differing
    assert ["email", "erik@gamla-bolaget.example", "domains@example.com"] in differing
    assert running_sandbox.id_of("shop.example") in drifted.html
    facts = dict(zip([dt.text for dt in page.root.all("dt")], [dd.text for dd in page.root.all("dd")], strict=True))
    assert facts["API"] == running_sandbox.url
    assert facts["Updates sent"] == "none, nothing was written"
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", facts["Made"])
    assert ["city", "Göteborg", "Stockholm"] in changed_rows(drifted.markdown)
    files = (drifted.html_file, drifted.markdown_file, drifted.json_file)
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600, 0o600]


def test_a_script_reads_the_verdict_the_counts_and_the_changes(drifted: Reports) -> None:
    report = drifted.json
    assert (report["verdict"], report["counts"]["drifted"], report["counts"]["unchanged"]) == ("drift", 3, 1)
    (alike,) = [change for change in report["changes"] if len(change["domains"]) == 2]
    assert [domain["name"] for domain in alike["domains"]] == ["example.com", "shop.example"]
    assert {"field": "city", "before": "Göteborg", "after": "Stockholm"} in alike["fields"]


def test_the_api_key_is_nowhere_at_the_highest_verbosity(drifted: Reports) -> None:
    assert KEY not in drifted.html + drifted.markdown
    assert KEY not in drifted.run.output


@pytest.fixture(scope="module")
def in_sync(shared_runner: Any, running_sandbox: Any) -> Reports:
    """A nightly job that finds no drift, started by a program that sets no PWD."""
    running_sandbox.reset()
    runner = apart(shared_runner, "in_sync")
    return make_reports(runner, portfolio(company=["example.net"]), "-e", "drift_report_fail=true", PWD=None)


def test_a_report_without_drift_says_so_and_a_nightly_job_passes(in_sync: Reports) -> None:
    assert in_sync.run.status == 0, in_sync.run.output
    assert "The domain is in sync." in in_sync.html
    assert "**The domain is in sync.**" in in_sync.markdown
    assert "changed=0" in in_sync.run.output


def test_without_a_shell_the_reports_are_in_the_current_folder(in_sync: Reports) -> None:
    assert in_sync.run.status == 0, in_sync.run.output
    assert in_sync.html_file.exists()
    assert in_sync.markdown_file.exists()


@pytest.fixture(scope="module")
def night(shared_runner: Any, running_sandbox: Any) -> Reports:
    """A nightly job that finds drift, with one report, which it calls by another name."""
    running_sandbox.reset()
    arguments = ["domain_contacts_report=tonight.html", "domain_contacts_report_markdown=", "drift_report_fail=true"]
    flags = [word for argument in arguments for word in ("-e", argument)]
    return make_reports(apart(shared_runner, "night"), portfolio(company=["example.com"]), *flags)


def test_a_nightly_job_fails_on_drift_after_the_reports_were_written(night: Reports) -> None:
    assert night.run.status != 0
    assert night.run.task("Fail if anything differs").result["msg"] == "1 of 1 domain has drifted."
    written = night.html_file.with_name("tonight.html").read_text(encoding="utf-8")
    assert "1 of 1 domain has drifted." in written


def test_a_relative_path_of_a_report_counts_from_the_current_folder(night: Reports) -> None:
    reported = night.run.task("Report where they are").result["msg"]
    report = night.html_file.with_name("tonight.html")
    assert reported == ["1 of 1 domain has drifted.", str(report), str(night.json_file)]
    assert report.exists()
    assert not night.markdown_file.exists()


@pytest.fixture(scope="module")
def audited(shared_runner: Any, running_sandbox: Any) -> Reports:
    """An audit that finds something about one domain and cannot read another."""
    running_sandbox.reset()
    running_sandbox.change_domain("oslo.example", {"registrant": {"city": "test"}})
    unreadable = {"read_error": {"code": "x_failed", "detail": "Not now."}}
    running_sandbox.change_domain("shop.example", {"attributes": unreadable})
    runner = apart(shared_runner, "audited")
    return make_reports(runner, portfolio(company=["example.net"]), "-e", "drift_report_audit=true")


def test_the_report_reports_what_an_audit_found(audited: Reports) -> None:
    found = ["city", "city looks like a placeholder."]
    assert found in rows(Page(audited.html), "Findings for oslo.example")
    assert found in [row[1:] for row in markdown_rows(audited.markdown)]


def test_what_cannot_be_audited_is_reported_in_the_report_and_fails_afterwards(audited: Reports) -> None:
    assert audited.run.status != 0
    assert "shop.example" in audited.run.task("Fail if something could not be audited").result["msg"]
    (reported,) = [p.text for p in Page(audited.html).root.all("p") if p.text.startswith("Not audited")]
    assert reported.startswith("Not audited: shop.example: ")
    assert "x_failed" in reported
    assert "**Not audited:** `shop.example`: `" in audited.markdown


def test_an_audit_talks_to_the_api_as_the_portfolio_does(run_playbook: Any, sandbox: Any) -> None:
    variables = portfolio()
    variables["domain_contacts_assignments"] = [{"profile": "company", "domain_ids": ["11792"]}]

    made = make_reports(run_playbook, variables, "-e", "drift_report_audit=true")

    assert made.run.status == 0, made.run.output
    assert "outlier" not in made.markdown
    assert "differs from the contact that" in made.markdown
    assert sandbox.requests()
    assert [entry["path"] for entry in sandbox.requests() if entry["path"].startswith("/api/v2")] == []


def test_an_audit_sends_nothing_for_a_portfolio_that_is_refused(run_playbook: Any, sandbox: Any) -> None:
    made = make_reports(
        run_playbook, portfolio(company=["x.example"], shop=["x.example"]), "-e", "drift_report_audit=true"
    )

    assert made.run.status != 0
    assert "one profile only" in made.run.output
    assert sandbox.requests() == []


def test_a_report_that_is_null_is_not_written_and_one_that_cannot_be_written_does_not_hide_what_failed(
    run_tasks: Any, sandbox: Any
) -> None:
    role = {"ansible.builtin.import_role": {"name": "hostup.cloud.domain_contacts"}}
    nowhere = {"domain_contacts_report": None, "domain_contacts_report_markdown": "{{ nowhere | default(none) }}"}
    null = {**portfolio(company=["example.net"]), **nowhere}
    bad = {**portfolio(company=["unknown.example"]), "domain_contacts_report": "/nonexistent/report.html"}
    done = {"name": "The first is done", "ansible.builtin.debug": {}}

    run = run_tasks([{**role, "vars": null}, done, {**role, "vars": bad}])

    assert not run.task("The first is done").failed
    assert run.status != 0
    assert "/nonexistent" in run.output
    (reported,) = [task for task in run.tasks if task.failed and task.name.endswith(": Report how it ended")]
    assert "no domain named unknown.example" in reported.result["msg"]


def test_the_report_of_a_run_reports_jobs_failures_and_what_is_stored_instead(run_tasks: Any, sandbox: Any) -> None:
    sandbox.change_domain("example.com", {"attributes": {"ignored_fields": ["city"]}})
    variables = portfolio(company=["example.com", "shop.example"], shop=["moving.example"])
    variables["domain_contacts_report"] = "{{ playbook_dir }}/run.html"
    variables["domain_contacts_report_markdown"] = "{{ playbook_dir }}/run.md"
    variables["domain_contacts_options"] = {"on_blocked": "skip"}
    role = {"name": "Run the role", "ansible.builtin.import_role": {"name": "hostup.cloud.domain_contacts"}}
    where = {"name": "Where", "ansible.builtin.debug": {"msg": "{{ playbook_dir }}"}}

    asked = {"HOSTUP_API_BASE": sandbox.url}
    run = run_tasks([where, {**role, "vars": variables, "environment": asked}], HOSTUP_API_BASE="http://127.0.0.1:1")

    assert run.status != 0
    folder = Path(run.task("Where").result["msg"])
    page, source = Page((folder / "run.html").read_text()), (folder / "run.md").read_text()
    assert [h.text for h in page.root.all("h2")] == [
        "Not stored: 1 of 3",
        "Drifted, and blocked: 1 of 3",
        "Updated: 1 of 3",
        "Warnings",
        "Profiles",
        "Jobs",
    ]
    (table,) = [t for t in page.root.all("table") if next(t.all("caption")).text == "What differs for example.com"]
    assert [th.text for th in next(table.all("thead")).all("th")] == [
        "Field",
        "Stored before",
        "Declared",
        "Stored now",
    ]
    refused = [row for row in rows(page, "What differs for example.com") if row[3]]
    assert refused == [["city", "Göteborg", "Stockholm", "Göteborg"]]
    assert [dd.text for dd in page.root.all("dd") if dd.text.startswith("http")] == [sandbox.url]
    ((job, *facts),) = rows(page, "The jobs")
    assert job.startswith("dbj_")
    assert facts == ["completed, 100 %", "2"]
    (failure,) = [p.text for p in page.root.all("p") if p.text.startswith("Why it failed: ")]
    assert "example.com: Not stored as declared: city." in failure
    (reason,) = [p.text for p in page.root.all("p") if p.text.startswith("It cannot be edited now")]
    assert "A transfer is in progress" in reason
    assert ["city", "Göteborg", "Stockholm", "Göteborg"] in changed_rows(source)


def test_hundreds_of_domains_that_differ_alike_are_one_table(run_playbook: Any, sandbox: Any) -> None:
    names = sandbox.make_portfolio(count=300, suffix="example")["names"]
    sandbox.forget_requests()

    made = make_reports(run_playbook, portfolio(company=names))

    assert made.run.status == 0, made.run.output
    page = Page(made.html)
    listed = [li.text for li in page.one("main").all("li")]
    assert [name for name in names if not any(text.startswith(name) for text in listed)] == []
    assert len([t for t in page.root.all("table") if "fields" in (t.attributes.get("class") or "")]) <= 4
    assert len(made.html) < 60_000


# -- a report is not a write ------------------------------------------------------------------------------------------


GUARDS = {"max_changed": 0, "canary": 1, "on_blocked": "fail", "material_changes": "deny"}


def test_no_guard_of_a_write_fails_a_report_and_a_domain_that_is_blocked_differs(
    run_playbook: Any, sandbox: Any
) -> None:
    variables = portfolio(company=["moving.example", "example.com", "example.net"])
    variables["domain_contacts_options"] = GUARDS

    made = make_reports(run_playbook, variables)

    assert made.run.status == 0, made.run.output
    assert made.json["headline"] == "2 of 3 domains have drifted, 1 of them cannot be edited now."
    assert made.json["verdict"] == "drift"
    blocked = [change for change in made.json["changes"] if change["state"] == "blocked"]
    assert [domain["name"] for change in blocked for domain in change["domains"]] == ["moving.example"]
    assert "A transfer is in progress" in blocked[0]["reason"]
    assert "could not be read" not in made.html + made.markdown + made.run.output
    assert sandbox.requests("write") == []


def test_a_report_does_without_what_can_be_edited_where_that_cannot_be_learned(run_playbook: Any, sandbox: Any) -> None:
    sandbox.add_faults({"method": "GET", "path": "/api/v2/domains/*/contacts", "status": 404, "times": 0})

    made = make_reports(run_playbook, portfolio(company=["moving.example", "example.com"]))

    assert made.run.status == 0, made.run.output
    assert made.json["headline"] == "2 of 2 domains have drifted."
    assert [warning for warning in made.json["warnings"] if "Could not ask whether" in warning] != []


def test_what_could_not_be_read_is_reported_as_that_and_fails_afterwards(run_playbook: Any, sandbox: Any) -> None:
    unreadable = {"read_error": {"code": "x_failed", "detail": "Not now."}}
    sandbox.change_domain("shop.example", {"attributes": unreadable})

    made = make_reports(run_playbook, portfolio(company=["shop.example", "example.com"]))

    assert made.run.status != 0
    assert made.json["headline"] == "The run failed. 1 of 2 domains could not be read. 1 of 2 domains was not compared."
    assert "Not read: 1 of 2" in made.html
    assert made.run.task("Report where they are").result["msg"][1:] == [
        str(file) for file in (made.html_file, made.markdown_file, made.json_file)
    ]


# -- where it is, and what it is asked --------------------------------------------------------------------------------


def test_an_inventory_says_where_the_reports_are_and_a_folder_gets_a_file_of_a_sensible_name(
    run_playbook: Any, sandbox: Any
) -> None:
    folder = run_playbook.folder
    (folder / "reports").mkdir()
    (folder / "inventory").mkdir()
    (folder / "inventory" / "hosts").write_text("localhost ansible_connection=local\n", encoding="utf-8")
    (folder / "inventory" / "group_vars").mkdir()
    finding = {"field": "city", "kind": "empty", "message": "city is empty."}
    variables = {
        "domain_contacts_report": "reports",
        "domain_contacts_report_markdown": "",
        "domain_contacts_report_findings": [{"id": "1", "name": "known.example", "findings": [finding]}],
    }
    (folder / "inventory" / "group_vars" / "all.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")

    made = make_reports(run_playbook, portfolio(company=["example.net"]), "-i", "inventory", PWD="/")

    assert made.run.status == 0, made.run.output
    reported = made.run.task("Report where they are").result["msg"][1:]
    assert reported == [str(folder / "reports" / "drift-report.html"), str(made.json_file)]
    assert "known.example" in Path(reported[0]).read_text(encoding="utf-8")
    assert made.json["audit"]["audited"] == 1


def test_a_relative_path_counts_from_where_the_command_was_started_for_the_role_too(
    run_playbook: Any, sandbox: Any
) -> None:
    below = run_playbook.folder / "plays"
    below.mkdir()
    variables = {**portfolio(company=["example.net"]), "domain_contacts_report_json": "report.json"}
    play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "roles": ["hostup.cloud.domain_contacts"]}
    (below / "inner.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")

    run = run_playbook([{"ansible.builtin.import_playbook": "plays/inner.yml"}])

    assert run.status == 0, run.output
    assert json.loads((run_playbook.folder / "report.json").read_text(encoding="utf-8"))["verdict"] == "good"


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (["-e", "drift_report_fial=true"], "drift_report_fial is no variable of this playbook"),
        (["-e", "domain_contacts_report_redcat=true"], "domain_contacts_report_redcat is no variable of this playbook"),
        (["-e", "drift_report_fail=maybe"], "drift_report_fail must be true or false."),
        (["-e", "domain_contacts_report_redact=maybe"], "domain_contacts_report_redact must be true or false."),
    ],
)
def test_a_variable_that_is_misspelt_is_one_sentence_with_the_cure(
    arguments: list[str], cure: str, run_playbook: Any, sandbox: Any
) -> None:
    made = make_reports(run_playbook, portfolio(company=["example.net"]), *arguments)

    assert made.run.status != 0
    (failed,) = [task for task in made.run.tasks if task.failed]
    assert failed.result["msg"].startswith(cure)
    assert "\n" not in failed.result["msg"].strip()
    assert sandbox.requests() == []


def test_a_vaulted_contact_is_reported_as_any_other(run_playbook: Any, sandbox: Any) -> None:
    password = run_playbook.folder / "password"
    password.write_text("only for this test\n", encoding="utf-8")
    vault = VaultLib([("default", VaultSecret(b"only for this test"))])
    lines = vault.encrypt("Kiruna", VaultSecret(b"only for this test")).decode().splitlines()
    vaulted = run_playbook.folder / "vaulted.yml"
    given = portfolio(company=["example.net"])
    given["domain_contacts_profiles"]["company"] = {name: COMPANY[name] for name in COMPANY if name != "city"}
    source = yaml.safe_dump(given).replace("    companyname:", "    city: !vault |\n      CIPHER\n    companyname:", 1)
    vaulted.write_text(source.replace("CIPHER", "\n      ".join(lines)), encoding="utf-8")
    arguments = ["-e", f"@{vaulted}", "--vault-password-file", str(password)]

    made = make_reports(run_playbook, {}, *arguments)

    assert made.run.status == 0, made.run.output
    (change,) = made.json["changes"]
    assert change["fields"] == [{"field": "city", "before": "Stockholm", "after": "Kiruna"}]


# -- what must not happen ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(shared_runner: Any, running_sandbox: Any) -> Reports:
    """A report in which everything that somebody else may have chosen is hostile."""
    running_sandbox.reset()
    running_sandbox.change_domain("example.com", {"registrant": HOSTILE_STORED})
    # Ansible makes null of an empty text that is !unsafe.
    contact = {name: value and Unsafe(value) for name, value in HOSTILE_DECLARED.items()}
    variables = {
        "domain_contacts_profiles": {HOSTILE_PROFILE: contact},
        "domain_contacts_assignments": [
            {"profile": HOSTILE_PROFILE, "domains": ["example.com", "example.net"], "tags": [HOSTILE_TAG]}
        ],
        "domain_contacts_report_findings": HOSTILE_FINDINGS,
    }
    made = make_reports(apart(shared_runner, "hostile"), variables)
    assert made.run.status == 0, made.run.output
    return made


def test_a_hostile_value_is_text_in_the_page(hostile: Reports) -> None:
    page = Page(hostile.html)
    reported = {row[0]: row[1:] for row in rows(page, "What differs for example.com")}

    assert {name: values[0] for name, values in reported.items()} == AS_SHOWN
    assert {name: values[1] for name, values in reported.items()} == {**HOSTILE_DECLARED, "address2": "empty"}
    assert rows(page, "Findings for <b>x</b>.example") == [["city", "| <u>&amp;"]]
    assert rows(page, "The contact profiles")[0][0] == HOSTILE_PROFILE
    assert HOSTILE_TAG in page.one("main").text
    assert not list(page.root.all("script", "img", "i", "b", "u", "iframe", "object", "form"))
    assert len(list(page.root.all("style"))) == 1
    assert page.comments == []


def test_a_hostile_value_is_text_in_markdown(hostile: Reports) -> None:
    found = markdown_rows(hostile.markdown)
    # Of two changes of one domain each, that of example.com is the first.
    reported = {row[0]: row[1:] for row in changed_rows(hostile.markdown)[: len(HOSTILE_STORED)]}

    assert {name: values[0] for name, values in reported.items()} == AS_SHOWN
    assert {name: values[1] for name, values in reported.items()} == {**HOSTILE_DECLARED, "address2": "empty"}
    assert ["<b>x</b>.example", "city", "| <u>&amp;"] in found
    tokens = markdown_tokens(hostile.markdown)
    assert {token.type for token in tokens}.isdisjoint({"html_inline", "link_open", "image", "fence", "code_block"})
    own = re.compile(r"(<details><summary>[\w :]+</summary>|</details>)\n?")
    assert [token.content for token in tokens if token.type == "html_block" and not own.fullmatch(token.content)] == []
    # Every line that looks like a row of a table is one.
    assert len(found) == sum(line.startswith("|") and "---" not in line[:6] for line in hostile.markdown.splitlines())


def test_nothing_hostile_was_taken_for_a_template(hostile: Reports) -> None:
    for text in (hostile.html, hostile.markdown):
        assert "{{ 77777*7 }}{% raw %}" in text
        assert "{{ 66666*7 }}" in text
        assert not re.search(r"\b(544439|466662)\b", text)


def test_nobody_can_put_out_anything_unescaped_by_mistake() -> None:
    html = (TEMPLATES / "drift-report.html").read_text(encoding="utf-8")
    of_html = re.findall(r"\{\{ (.*?) \}\}", html)
    assert len(of_html) > 20
    own = r"(cell_text|domain_list|table_of|block_of)\([\w.]+\)"
    assert [code for code in of_html if not re.search(rf"\| e$|^{own}$", code)] == []
    assert not re.search(r"=\{\{|\| *safe|autoescape", html)


@pytest.fixture(scope="module", params=["the report", "the module"])
def redacted(request: pytest.FixtureRequest, shared_runner: Any, running_sandbox: Any) -> tuple[Reports, set[str]]:
    """A redacted report, and the contact values that are not to be seen."""
    running_sandbox.reset()
    stored = running_sandbox.stored()["example.com"]
    variables = portfolio(company=["example.com"])
    runner, arguments = apart(shared_runner, f"redacted_by_{request.param}"), []
    if request.param == "the report":
        variables["domain_contacts_report_redact"] = True
    else:
        variables["domain_contacts_options"] = {"redact": True}
        arguments = ["-v", "--diff"]
        # Older versions of Ansible keep the options of a task in its result.
        (runner.folder / "ansible.cfg").write_text("[defaults]\ninject_invocation = true\n", encoding="utf-8")
    made = make_reports(runner, variables, *arguments)
    assert made.run.status == 0, made.run.output
    values = {str(value) for contact in (stored, COMPANY) for value in contact.values() if value and len(value) > 2}
    return made, values


def test_a_redacted_report_holds_no_contact_value(redacted: tuple[Reports, set[str]]) -> None:
    made, values = redacted
    for text in (made.html, made.markdown, json.dumps(made.json, ensure_ascii=False)):
        assert [value for value in values if value in text] == []
    assert ["city", "withheld", "withheld"] in rows(Page(made.html), "What differs for example.com")
    assert ["city", "withheld", "withheld"] in changed_rows(made.markdown)
    assert "personal data" not in made.html


@pytest.mark.parametrize("redacted", ["the module"], indirect=True)
def test_a_redacted_run_of_the_role_shows_no_contact_value(redacted: tuple[Reports, set[str]]) -> None:
    made, values = redacted
    assert [value for value in values if value in made.run.output] == []


# -- everybody can read it --------------------------------------------------------------------------------------------


def test_the_page_is_made_for_assistive_technology(hostile: Reports) -> None:
    page = Page(hostile.html)
    assert hostile.html.startswith('<!doctype html>\n<html lang="en">')
    assert page.one("title").text.startswith("Domain contacts: ")
    assert [len(list(page.root.all(tag))) for tag in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    assert page.one("nav").attributes["aria-label"] == "Sections"
    levels = [int(h.tag[1]) for h in page.root.all("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    tables = list(page.root.all("table"))
    assert len(tables) == 4
    for table in tables:
        assert next(table.all("caption")).text
        assert {th.attributes.get("scope") for th in table.all("th")} == {"col", "row"}
        assert all(next(row.all("th", "td")).tag == "th" for row in table.all("tr"))
    ids = [e.attributes["id"] for e in page.root.all() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    targets = [a.attributes["href"] for a in page.root.all("a")]
    assert targets[0] == "#main"
    assert {target.removeprefix("#") for target in targets if target} <= set(ids)
    assert {s.attributes["aria-labelledby"] for s in page.root.all("section")} <= set(ids)


def test_the_page_needs_nothing_else_and_runs_nothing(hostile: Reports) -> None:
    page = Page(hostile.html)
    names = {name for element in page.root.all() for name in element.attributes}
    assert names.isdisjoint({"src", "srcset", "style", "action", "background"})
    assert [name for name in names if name.startswith("on")] == []
    assert {e.attributes["href"] for e in page.root.all("link")} == {"data:,"}
    style = page.one("style").text
    assert "url(" not in style
    assert "@import" not in style
    policies = [m.attributes["content"] for m in page.root.all("meta") if m.attributes.get("http-equiv")]
    assert policies
    assert str(policies[0]).startswith("default-src 'none'; style-src 'unsafe-inline'")


# -- in a browser -----------------------------------------------------------------------------------------------------

BROWSERS = ("chromium", "chromium-browser", "chromium-headless-shell", "google-chrome")
PATIENCE = 30
"""Seconds for one answer of the browser."""


class Browser:
    """A headless Chromium with one page, driven by the Chrome DevTools Protocol through two pipes."""

    def __init__(self, executable: str, profile: Path) -> None:
        quiet = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        quiet += ["--disable-component-update", "--disable-sync", "--disable-quic", f"--user-data-dir={profile}"]
        if os.geteuid() == 0:
            quiet.append("--no-sandbox")
        (theirs_in, self._out), (self._in, theirs_out) = os.pipe(), os.pipe()
        # Chromium reads from 3 and writes to 4; the ends must not have these numbers before they are put there.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (theirs_in, theirs_out)]
        actions: list[Any] = [(os.POSIX_SPAWN_DUP2, end, number) for end, number in zip(ends, (3, 4), strict=True)]
        actions += [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
        command = [executable, *quiet, "--remote-debugging-pipe", "about:blank"]
        self._process = os.posix_spawn(executable, command, os.environ, file_actions=actions, setpgroup=0)
        for end in (theirs_in, theirs_out, *ends):
            os.close(end)
        self._received = b""
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """End the browser with all its processes."""
        os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._out)
        os.close(self._in)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def _receive(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._received:
            readable, _out, _err = select.select([self._in], [], [], max(0, deadline - time.monotonic()))
            assert readable, "the browser does not answer"
            chunk = os.read(self._in, 1 << 20)
            assert chunk, "the browser has ended"
            self._received += chunk
        message, self._received = self._received.split(b"\0", 1)
        answer: dict[str, Any] = json.loads(message)
        return answer

    def show(self, file: Path, *, width: int, scheme: str = "light", media: str = "screen") -> None:
        """Load a page anew, as a device of this width with these preferences shows it."""
        self.events.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        self.call("Page.navigate", url=file.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive())

    def evaluate(self, script: str) -> Any:
        """Return what a JavaScript expression is in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press_tab(self) -> None:
        """Move the focus on."""
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)

    def reported(self, *methods: str) -> list[dict[str, Any]]:
        """The parameters of the events of these kinds since the page was shown."""
        return [event["params"] for event in self.events if event.get("method") in methods]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.skip("needs Chromium on the PATH, for example from apt-get install chromium")
    with closing(Browser(executable, tmp_path_factory.mktemp("browser"))) as opened:
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_loads_nothing_complains_of_nothing_and_fits_the_screen(
    browser: Browser, hostile: Reports, width: int, scheme: str
) -> None:
    browser.show(hostile.html_file, width=width, scheme=scheme)

    root = "document.documentElement"
    # Where the content is too wide, a phone shows a wider page than its screen.
    assert browser.evaluate(f"[{root}.scrollWidth - {root}.clientWidth, innerWidth]") == [0, width]
    sticking_out = "[...document.body.querySelectorAll('*')].filter(e => e.className != 'skip' &&"
    sticking_out += f" (e.getBoundingClientRect().right > {width} || e.getBoundingClientRect().left < 0))"
    assert browser.evaluate(f"{sticking_out}.map(e => e.outerHTML.slice(0, 80))") == []
    asked_for = {event["request"]["url"] for event in browser.reported("Network.requestWillBeSent")}
    assert {url for url in asked_for if not url.startswith("data:")} == {hostile.html_file.as_uri()}
    assert browser.reported("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []


def test_no_name_of_a_field_is_broken_on_a_phone(browser: Browser, hostile: Reports) -> None:
    browser.show(hostile.html_file, width=360, scheme="light")
    names = "[...document.querySelectorAll('.fields tbody th bdi')]"
    assert browser.evaluate(f"{names}.length") > 0
    # A text that goes over several lines has a rectangle on each of them.
    assert browser.evaluate(f"{names}.filter(e => e.getClientRects().length > 1).map(e => e.textContent)") == []


CONTRAST = """
(() => {
  const numbers = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => { const c = numbers(getComputedStyle(e).backgroundColor);
    return c.length == 4 && c[3] == 0 ? (e.parentElement ? ground(e.parentElement) : [255, 255, 255]) : c; };
  const reported = [];
  for (const e of document.body.querySelectorAll('*')) {
    if (![...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim())) continue;
    const [a, b] = [light(numbers(getComputedStyle(e).color)), light(ground(e))];
    const text = e.textContent.slice(0, 30);
    reported.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.tagName, e.className, text]);
  }
  return reported;
})()
"""
"""The contrast of every text, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 23, 27)")])
def test_every_text_has_enough_contrast_in_either_scheme(
    browser: Browser, hostile: Reports, scheme: str, ground: str
) -> None:
    browser.show(hostile.html_file, width=800, scheme=scheme)

    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == ground
    contrasts = browser.evaluate(CONTRAST)
    assert len(contrasts) > 50
    assert [entry for entry in contrasts if entry[0] < 4.5] == []


def test_the_keyboard_reaches_the_report_past_the_navigation(browser: Browser, hostile: Reports) -> None:
    browser.show(hostile.html_file, width=800)
    focus = "[document.activeElement.textContent, document.activeElement.getBoundingClientRect().left >= 0]"

    browser.press_tab()
    assert browser.evaluate(focus) == ["Skip to the report", True]
    browser.press_tab()
    first = next(Page(hostile.html).one("nav").all("a")).text
    assert browser.evaluate(focus) == [first, True]
    assert browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_page_prints_without_navigation_and_without_dark_grounds(browser: Browser, hostile: Reports) -> None:
    browser.show(hostile.html_file, width=800, scheme="dark", media="print")

    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert [entry for entry in browser.evaluate(CONTRAST) if entry[0] < 7] == []
    assert base64.b64decode(browser.call("Page.printToPDF")["data"]).startswith(b"%PDF-")


def test_a_script_that_got_into_the_page_would_not_run(browser: Browser, hostile: Reports, tmp_path: Path) -> None:
    attacked = tmp_path / "attacked.html"
    script = "<script>document.title = 'attacked'</script><img src=x onerror=\"document.title = 'attacked'\">"
    attacked.write_text(hostile.html.replace("</main>", f"{script}</main>"), encoding="utf-8")

    browser.show(attacked, width=800)

    assert browser.evaluate("document.title").startswith("Domain contacts")
    # This also shows that the browser's complaints are heard.
    refused = [entry["entry"]["text"] for entry in browser.reported("Log.entryAdded")]
    assert len([text for text in refused if "Content Security Policy" in text]) >= 2
