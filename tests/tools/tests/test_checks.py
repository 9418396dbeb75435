# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of make test that are our own find what they look for, and pass what is right."""

from __future__ import annotations

from pathlib import Path

import ansible_test
import pytest
from check_artifact import IMPORTED, LINTED, complaints, importer_complaints, introspection_complaints, strip

SOURCES = {"LICENSE", "README.md", "Makefile", "plugins/modules/a.py", "tests/unit/test_a.py"}
SHIPPED = {"FILES.json", "MANIFEST.json", "LICENSE", "README.md", "plugins/modules/a.py"}
PYTHON_MISSING = 'WARNING: Skipping sanity test "import" on Python 3.12 because it could not be found.\n'


def test_a_tarball_with_the_right_files_is_not_complained_about() -> None:
    assert complaints(SHIPPED, SOURCES) == []


@pytest.mark.parametrize("path", ["tests/output/a", ".cache/a", ".venv/bin/python", "plugins/modules/a.pyc"])
def test_a_file_that_is_no_source_is_complained_about(path: str) -> None:
    assert [sentence.split()[0] for sentence in complaints(SHIPPED | {path}, SOURCES)] == [path]


def test_a_file_for_developers_in_the_tarball_is_complained_about() -> None:
    assert [sentence.split()[0] for sentence in complaints(SHIPPED | {"Makefile"}, SOURCES)] == ["Makefile"]


def test_a_source_that_is_missing_in_the_tarball_is_complained_about() -> None:
    assert complaints(SHIPPED - {"LICENSE"}, SOURCES) == ["LICENSE is not in the tarball."]


GOOD_IMPORT = f"Importing\n{LINTED}\n{IMPORTED}\n"


def test_an_import_without_complaint_is_good() -> None:
    assert importer_complaints(GOOD_IMPORT) == []


@pytest.mark.parametrize("line", ["WARNING: No changelog found.", "ERROR: a", "CRITICAL: b", "Traceback (most recent)"])
def test_a_complaint_of_the_importer_counts(line: str) -> None:
    assert importer_complaints(f"{line}\n{GOOD_IMPORT}") == [line]


@pytest.mark.parametrize("line", [LINTED, IMPORTED])
def test_an_import_that_left_something_out_is_not_good(line: str) -> None:
    assert importer_complaints(GOOD_IMPORT.replace(f"{line}\n", "")) == [f"galaxy-importer did not say {line!r}."]


GOOD_INTROSPECTION = "---\npython:\n- 'requests  # from collection hostup.cloud'\nsystem: []\n"


def test_what_an_execution_environment_needs_is_the_library_of_the_modules() -> None:
    assert introspection_complaints(GOOD_INTROSPECTION) == []


@pytest.mark.parametrize(
    "printed",
    [
        "---\npython: []\nsystem: []\n",
        GOOD_INTROSPECTION.replace("requests", "ansible-core"),
        GOOD_INTROSPECTION.replace("system: []", "system:\n- 'gcc  # from collection hostup.cloud'"),
        GOOD_INTROSPECTION.replace("system", "- 'flask  # from collection hostup.cloud'\nsystem"),
    ],
)
def test_anything_else_that_it_would_install_is_complained_about(printed: str) -> None:
    assert len(introspection_complaints(printed)) == 1


def test_what_is_not_needed_at_run_time_is_taken_away(tmp_path: Path) -> None:
    for path in ("plugins/modules/a.py", "meta/runtime.yml", "docs/a.md", "changelogs/changelog.yaml", "README.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    strip(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["meta", "plugins"]


@pytest.mark.parametrize(
    "line",
    [
        'WARNING: Required program "shellcheck" not found.\n',
        "WARNING: All targets skipped.\n",
        'WARNING: Excluding tests marked "needs/root" which require --allow-root: a\n',
        'WARNING: Skipping sanity test "pslint" because pwsh was not found.\n',
    ],
)
def test_that_ansible_test_left_something_out_is_serious(line: str) -> None:
    assert ansible_test.serious_warnings(["Running\n", line, line], ()) == [line.strip()]


@pytest.mark.parametrize(
    "line",
    [
        'WARNING: Using locale "C.UTF-8" instead of "en_US.UTF-8".\n',
        "WARNING: Running pip as the 'root' user can result in broken permissions\n",
        'Running sanity test "WARNING: Skipping"\n',
        PYTHON_MISSING,
    ],
)
def test_other_warnings_are_not_serious(line: str) -> None:
    assert ansible_test.serious_warnings([line], ()) == []


def test_a_python_that_is_required_and_missing_is_serious() -> None:
    assert ansible_test.serious_warnings([PYTHON_MISSING], ("3.11", "3.12")) == [PYTHON_MISSING.strip()]
    assert ansible_test.serious_warnings([PYTHON_MISSING], ("3.11",)) == []


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def test_the_oldest_python_that_runs_is_the_target(tmp_path: Path) -> None:
    script(tmp_path / "python3.8", "#!/bin/sh\nexit 0\n")
    script(tmp_path / "python3.9", "#!/bin/sh\nexit 127\n")
    script(tmp_path / "python3.10", "#!/bin/sh\nexit 0\n")
    script(tmp_path / "python3.12", "#!/bin/sh\nexit 0\n")
    assert ansible_test.oldest_target_python(str(tmp_path)) == "3.10"


def test_no_python_that_runs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"none of Python 3\.9"):
        ansible_test.oldest_target_python(str(tmp_path))
