# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection keeps what Ansible asks of a collection, as far as no other check of make test looks.

https://docs.ansible.com/projects/ansible/latest/community/collection_contributors/collection_requirements.html
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from check_artifact import source_files
from module_texts import texts_of

ROOT = Path(__file__).resolve().parents[3]
MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))
ROLES = sorted(path for path in (ROOT / "roles").glob("*") if path.is_dir())
FRAGMENTS = sorted((ROOT / "plugins" / "doc_fragments").glob("*.py"))
GALAXY: dict[str, Any] = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")

README_SECTIONS = [
    "Description",
    "Requirements",
    "Installation",
    "Use cases",
    "Testing",
    "Contributing",
    "Support",
    "Release notes",
    "Related information",
    "License",
]
"""The sections of the template for certified collections, in its order."""

KINDS_OF_PLUGINS = {"doc_fragments", "filter", "module_utils", "modules"}
"""The folders of plugins/; another kind of plugin is welcome, and belongs into this list and the README."""

WORDS_OF_A_TASK = {
    *("name", "register", "when", "loop", "loop_control", "until", "retries", "delay", "vars", "args", "tags"),
    *("check_mode", "diff", "ignore_errors", "changed_when", "failed_when", "no_log", "delegate_to", "run_once"),
    *("environment", "module_defaults", "block", "rescue", "always", "notify", "become", "connection", "throttle"),
}


def documentation_of(module: Path) -> dict[str, Any]:
    documented: dict[str, Any] = yaml.safe_load(texts_of(module)["DOCUMENTATION"])
    return documented


def actions(content: Any) -> Iterator[str]:
    """Yield the action of every task in a list of plays, blocks and tasks."""
    for entry in content or ():
        if "hosts" not in entry:
            yield from (key for key in entry if key not in WORDS_OF_A_TASK)
        for key in ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"):
            yield from actions(entry.get(key))


def version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split("."))


def newest_version() -> tuple[int, ...]:
    """Return the version that is released, or, once changes wait for it, the next major one."""
    released = version(GALAXY["version"])
    has_changes = any((ROOT / "changelogs" / "fragments").glob("*.yml"))
    return (released[0] + 1, 0, 0) if has_changes else released


# -- galaxy.yml -------------------------------------------------------------------------------------------------------


def test_the_collection_says_what_it_is() -> None:
    assert (GALAXY["namespace"], GALAXY["name"]) == ("hostup", "cloud")
    assert re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", GALAXY["version"])
    assert GALAXY["license"] == ["GPL-3.0-or-later"]
    assert GALAXY["readme"] == "README.md"
    assert GALAXY["dependencies"] == {}
    assert GALAXY["authors"]
    assert 10 < len(GALAXY["description"]) <= 100


@pytest.mark.parametrize("key", ["repository", "documentation", "homepage", "issues"])
def test_the_links_of_the_collection_are_https(key: str) -> None:
    address = urlsplit(GALAXY[key])
    assert (address.scheme, bool(address.netloc)) == ("https", True)


def test_the_tags_are_words_that_galaxy_takes() -> None:
    assert 1 <= len(GALAXY["tags"]) <= 20
    assert [tag for tag in GALAXY["tags"] if not re.fullmatch(r"[a-z][a-z0-9]*", tag)] == []
    # Galaxy and Automation Hub want at least one of the tags by which they sort.
    assert "cloud" in GALAXY["tags"]


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["CHANGELOG.md", "CONTRIBUTING.md", "changelogs/config.yaml", "changelogs/changelog.yaml", "meta/runtime.yml"],
)
def test_a_file_that_every_collection_has_is_there(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip()


def test_the_license_is_the_text_of_the_gpl() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 29 June 2007" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_oldest_ansible_is_said_in_one_way() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    (oldest,) = re.findall(r">=(\d+\.\d+)\.0", runtime["requires_ansible"])
    assert f"| ansible-core | {oldest} or newer |" in README


def test_a_folder_of_plugins_is_one_that_ansible_knows_and_modules_are_not_in_subfolders() -> None:
    folders = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == KINDS_OF_PLUGINS
    assert {path.suffix for path in (ROOT / "plugins" / "modules").iterdir()} - {""} == {".py"}


def test_no_source_is_a_link_a_large_file_or_a_leftover_of_a_test() -> None:
    sources = source_files(ROOT)
    assert sources
    assert [path for path in sources if (ROOT / path).is_symlink()] == []
    assert [path for path in sources if (ROOT / path).stat().st_size > 300_000] == []
    assert [path for path in sources if path.startswith("tests/output/")] == []


@pytest.mark.parametrize(
    "path",
    ["tests/output/a", "tests/integration/inventory", ".ansible/a", "collections/a", ".cache/docs/html/index.html"],
)
def test_what_tools_write_is_ignored_by_git_and_by_the_build(path: str, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    ignored = subprocess.run(["git", "-C", str(tmp_path), "check-ignore", "--quiet", path], check=False)
    assert ignored.returncode == 0
    assert path.split("/", maxsplit=1)[0] in GALAXY["build_ignore"]


# -- modules and roles ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_is_documented_as_ansible_asks(module: Path) -> None:
    documented = documentation_of(module)
    assert documented["module"] == module.stem
    assert version(documented["version_added"]) <= newest_version()
    assert re.match(r"[A-Z]", documented["short_description"])
    assert not documented["short_description"].endswith(".")
    assert [author for author in documented["author"] if not re.fullmatch(r".+ \(@[\w-]+\)", author)] == []
    assert "hostup.cloud.attributes" in documented["extends_documentation_fragment"]
    assert texts_of(module)["RETURN"].strip()
    assert [name for name in documented.get("options", {}) if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_sentence_of_a_documentation_ends(module: Path) -> None:
    documented = documentation_of(module)
    texts = [
        *documented["description"],
        *(line for option in documented.get("options", {}).values() for line in lines_of(option)),
    ]
    assert [text for text in texts if not text.rstrip().endswith((".", ":", "?"))] == []


def lines_of(option: dict[str, Any]) -> list[str]:
    described = option["description"]
    return described if isinstance(described, list) else [described]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_examples_have_names_and_call_everything_by_its_full_name(module: Path) -> None:
    examples = yaml.safe_load(texts_of(module)["EXAMPLES"])
    assert [entry for entry in examples if not re.match("[A-Z]", entry.get("name", ""))] == []
    called = list(actions(examples))
    assert f"hostup.cloud.{module.stem}" in called
    assert [action for action in called if action.count(".") < 2] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_an_info_module_is_named_so_and_cannot_change_anything(module: Path) -> None:
    fragments = documentation_of(module)["extends_documentation_fragment"]
    assert module.stem.endswith("_info") == ("hostup.cloud.attributes.info_module" in fragments)


@pytest.mark.parametrize("plugin", [*MODULES, *FRAGMENTS], ids=lambda path: path.stem)
def test_a_plugin_is_not_executable(plugin: Path) -> None:
    assert not plugin.stat().st_mode & 0o111


def test_there_are_modules() -> None:
    assert len(MODULES) >= 2


def test_a_role_has_all_that_galaxy_shows() -> None:
    for role in ROLES:
        for name in ("README.md", "meta/argument_specs.yml", "meta/main.yml"):
            assert (role / name).is_file(), f"{role.name}/{name}"


# -- README -----------------------------------------------------------------------------------------------------------


def test_the_readme_has_the_sections_of_the_template_in_its_order() -> None:
    assert re.findall(r"^## (.*)$", README, re.MULTILINE) == README_SECTIONS


def test_the_readme_names_every_module_role_and_guide() -> None:
    names = [f"`hostup.cloud.{path.stem}`" for path in MODULES] + [f"`hostup.cloud.{path.name}`" for path in ROLES]
    guides = [f"/docs/docsite/rst/{path.name})" for path in (ROOT / "docs" / "docsite" / "rst").glob("*.rst")]
    assert [name for name in [*names, *guides] if name not in README] == []


def test_the_readme_lists_every_guide_once_and_by_its_title() -> None:
    listed = re.findall(r"^- \[(.+)\]\(\S+/docs/docsite/rst/(\S+)\)$", README, re.MULTILINE)
    guides = [(title_of(path), path.name) for path in (ROOT / "docs" / "docsite" / "rst").glob("*.rst")]
    assert sorted(listed) == sorted(guides)


def title_of(guide: Path) -> str:
    (title,) = re.findall(r"^(\S.*)\n=+$", guide.read_text(encoding="utf-8"), re.MULTILINE)
    return re.sub(r"``(.+?)``", r"\1", title)


def test_every_guide_is_in_the_table_of_contents_once() -> None:
    extra = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    listed = [name for section in extra["sections"] for name in section["toctree"]]
    assert sorted(listed) == sorted(path.stem for path in (ROOT / "docs" / "docsite" / "rst").glob("*.rst"))


def test_the_links_of_the_readme_work_on_galaxy_where_no_other_file_is() -> None:
    targets = re.findall(r"\]\((.+?)\)", README)
    assert targets
    assert [target for target in targets if not target.startswith("https://")] == []
    own = "https://github.com/hostup-cloud/hostup.cloud/blob/main/"
    files = [target.removeprefix(own) for target in targets if target.startswith(own)]
    assert [name for name in files if not (ROOT / name).is_file()] == []
