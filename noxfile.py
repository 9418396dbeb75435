# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of nox: all that checks this collection. `make` installs nox and runs them; see CONTRIBUTING.md.

Each session has an environment, a copy of the tree and a home of its own, all of them outside the checkout, so that
sessions can run side by side and nobody's own settings change what they do.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import antsibull_nox
import nox
from antsibull_fileutils.copier import Copier, GitCopier

CORES = {"2.19.14": "3.11", "2.20.10": "3.12", "2.21.5": "3.13", "2.22.0rc1": "3.13"}
"""The supported versions of ansible-core, oldest first, and a Python that runs each. Most sessions use that of
tests/requirements/runtime.txt, the newest release; `make test` also tries the oldest, `make test-all` each of them."""

OLDEST = next(iter(CORES))

TEST = (
    *("targets", "playbooks", "sanity", "scenarios", "unit", f"core-{OLDEST}", "artifact", "sandbox", "docs", "tools"),
    *("typing", "ansible-lint", "docs-lint", "lint", "license-check", "extra-checks"),
)
"""What `make test` runs, side by side: long sessions first, so that no long one is left over at the end."""

TEST_ALL = (
    *(f"core-targets-{core}" for core in CORES),
    *(f"core-{core}" for core in CORES),
    "seeded-faults",
    "properties",
    *TEST,
)

ROOT = Path(__file__).resolve().parent
REQUIREMENTS = ROOT / "tests" / "requirements"
CONSTRAINTS = REQUIREMENTS / "constraints.txt"
SNAPSHOT = "COLLECTION_SNAPSHOT"
"""The environment variable that names the copy of the tree to test, where the checkout may be edited meanwhile."""

FOREIGN = r"(ANSIBLE|COVERAGE|GIT|HOSTUP|MYPY|PYTEST|RUFF)_|PYTHON[A-Z]+$|LC_ALL$"
"""Settings of the caller that would change what a tool does."""

SEEDED = ["--seed"]
"""ansible-test installs requirements with the pip of its environment, of which uv makes none unless asked to."""

BOUND_TO_CORE = ("ansible-core==", "resolvelib==")
"""The pins that belong to the version of ansible-core in runtime.txt."""


def pyenv_folders() -> list[str]:
    """Return the `bin` folders of pyenv's Pythons, newest first; its shims come before them, and most exit with 127."""
    if shutil.which("pyenv") is None:
        return []
    root = subprocess.run(["pyenv", "root"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    folders = [path for path in Path(root, "versions").glob("3.*/bin") if re.fullmatch(r"[\d.]+", path.parent.name)]
    return [str(path) for path in sorted(folders, key=lambda path: int(path.parent.name.split(".")[1]), reverse=True)]


def folder_outside() -> Path:
    """Return the folder for the environments, copies and caches of this checkout.

    ansible-doc finds nothing below `ansible_collections`, and ansible-test starts nothing below a path with a space.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    if "ansible_collections" in cache.parts or " " in str(cache):
        cache = Path(tempfile.gettempdir()) / f"cache-{os.getuid()}"
    return cache / "hostup.cloud" / hashlib.sha256(bytes(ROOT)).hexdigest()[:12]


def copy_tree(copy: Path) -> Path:
    """Copy what git tracks or would track to the folder `copy`, as a repository of its own, and return it.

    Without one, tools that ask git for the files would find a repository around it, and in that no file at all.
    """
    source = Path(os.environ.get(SNAPSHOT, ROOT))
    shutil.rmtree(copy, ignore_errors=True)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copier = GitCopier() if (source / ".git").exists() else Copier()
    copier.copy(source, copy, exclude_root=[".git", ".cache", ".nox", ".venv", ".venv-nox"])
    if shutil.which("git"):
        subprocess.run(["git", "-c", "init.defaultBranch=main", "init", "--quiet", copy], check=True)
    return copy


def prepare(session: nox.Session, *requirements: str, core: str = "") -> Path:
    """Install pinned requirements, copy the tree to where Ansible finds it, go there, and return that folder."""
    constraints = CONSTRAINTS.relative_to(ROOT)
    if core:
        lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines(keepends=True)
        constraints = Path(session.create_tmp()) / "constraints.txt"
        constraints.write_text("".join(line for line in lines if not line.startswith(BOUND_TO_CORE)), encoding="utf-8")
    files = [f"--requirement=tests/requirements/{name}.txt" for name in requirements]
    session.install(*files, f"--constraint={constraints}", *([f"ansible-core=={core}"] if core else []))
    home = CACHE / session.name / "home"
    collections = CACHE / session.name / "collections"
    tree = copy_tree(collections / "ansible_collections" / "hostup" / "cloud")
    session.env.update(
        ANSIBLE_COLLECTIONS_PATH=str(collections),
        ANSIBLE_CONFIG=str(tree / "tests" / "tools" / "ansible.cfg"),
        ANSIBLE_HOME=str(home / ".ansible"),
        COVERAGE_FILE=str(home / ".coverage"),
        HOME=str(home),
        HYPOTHESIS_STORAGE_DIRECTORY=str(home / ".hypothesis"),
        MYPY_CACHE_DIR=str(home / ".mypy_cache"),
        PYTEST_ADDOPTS=f"-o 'cache_dir={home / '.pytest_cache'}'",
        PYTHONPATH=os.pathsep.join([str(collections), str(tree / "tests" / "sandbox")]),
        PYTHONPYCACHEPREFIX=str(home / ".pycache"),
        RUFF_CACHE_DIR=str(home / ".ruff_cache"),
        XDG_CACHE_HOME=str(home / ".cache"),
        XDG_CONFIG_HOME=str(home / ".config"),
    )
    if not sys.stdout.isatty():
        session.env["NO_COLOR"] = "1"
    # ansible-test runs pip, whose user may have configured the only package index within reach.
    configuration, own = home / ".config" / "pip", Path.home() / ".config" / "pip"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    if own.is_dir() and not configuration.is_symlink():
        configuration.symlink_to(own)
    session.chdir(tree)
    return tree


def run_each(session: nox.Session, *commands: Sequence[str], env: Mapping[str, str] | None = None) -> None:
    """Run all the commands, also when some of them fail, and name those at the end."""
    failed = []
    for command in commands:
        try:
            session.run(*command, env=env)
        except nox.command.CommandFailed:
            failed.append(" ".join(command[:2]))
    if failed:
        session.error(", ".join(failed))


def run_pytest(session: nox.Session, *arguments: str) -> None:
    """Run pytest, with two processes for a whole suite where no other session runs beside it."""
    workers = () if session.parallel or session.posargs else ("-n", "2", "--dist", "loadfile")
    session.run("pytest", *workers, *arguments, *session.posargs)


def run_together(session: nox.Session, names: Sequence[str]) -> None:
    """Run sessions side by side on one state of the tree, whatever becomes of each, and name those that failed."""
    report = CACHE / f"{session.name}.json"
    report.unlink(missing_ok=True)
    snapshot = copy_tree(CACHE / session.name / "snapshot")
    command = [sys.executable, "-m", "nox", "--parallel", "auto", "--report", str(report), "--session", *names]
    session.run(*command, env={SNAPSHOT: str(snapshot)}, external=True, success_codes=(0, 1))
    ended = json.loads(report.read_text(encoding="utf-8"))["sessions"] if report.exists() else []
    failed = [one["name"] for one in ended if one["result"] not in ("success", "skipped")]
    if failed or not ended:
        session.error(f"{len(failed)} of {len(ended)} sessions failed: {', '.join(failed)}")


# -- All at once ------------------------------------------------------------------------------------------------------


@nox.session(python=False)
def test(session: nox.Session) -> None:
    """Run everything that CI runs; sessions named behind -- are run instead."""
    run_together(session, session.posargs or TEST)


@nox.session(name="test-all", python=False)
def test_all(session: nox.Session) -> None:
    """Run the same, every supported ansible-core, and the long search for counterexamples."""
    run_together(session, TEST_ALL)


@nox.session
def quick(session: nox.Session) -> None:
    """Run what answers within half a minute: style, unit tests, and scenarios but for the slow ones."""
    prepare(session, "runtime", "test", "lint")
    slow = ("exchanges", "fault_matrix", "killed_runs", "random_worlds")
    whole = ("-n", "4", *(f"--deselect=tests/scenarios/test_{name}.py" for name in slow))
    run_each(
        session,
        ("ruff", "check", "--output-format", "concise", "."),
        ("ruff", "format", "--check", "."),
        ("pytest", "tests/unit", "tests/scenarios", "-q", *(session.posargs or whole)),
    )


# -- Without running the collection -----------------------------------------------------------------------------------


@nox.session
def lint(session: nox.Session) -> None:
    """Look at formatting, style, spelling, YAML, shell and the changelog."""
    prepare(session, "lint")
    run_each(
        session,
        ("ruff", "check", "--output-format", "concise", "."),
        ("ruff", "format", "--check", "."),
        ("codespell",),
        ("yamllint", "--strict", "."),
        ("shellcheck", ".ci/run"),
        ("antsibull-changelog", "lint"),
    )


@nox.session
def typing(session: nox.Session) -> None:
    """Run mypy."""
    tree = prepare(session, "runtime", "test", "lint")
    mypy = ("mypy", "--config-file", str(tree / "pyproject.toml"))
    session.chdir(tree.parents[2])
    folders = ("plugins", "tests/tools", "tests/sandbox/hostup_sandbox", "tests/scenarios", "tests/seeded_faults")
    run_each(
        session,
        (*mypy, *(f"ansible_collections/hostup/cloud/{folder}" for folder in folders)),
        (*mypy, "ansible_collections/hostup/cloud/tests/benchmarks"),
        (*mypy, "--python-executable", sys.executable, "ansible_collections/hostup/cloud/noxfile.py"),
    )


@nox.session(name="ansible-lint")
def ansible_lint(session: nox.Session) -> None:
    """Run ansible-lint with its production profile: on roles and playbooks, and on the integration targets."""
    prepare(session, "runtime", "lint")
    run_each(
        session, ("ansible-lint",), ("ansible-lint", "--config-file", "tests/ansible-lint.yml", "tests/integration")
    )


@nox.session
def sanity(session: nox.Session) -> None:
    """Run ansible-test sanity, where a check left out is a failure."""
    prepare(session, "runtime", "lint")
    session.run("python", "tests/tools/ansible_test.py", "sanity", *session.posargs)


@nox.session(name="docs-lint")
def docs_lint(session: nox.Session) -> None:
    """Look at the documentation of modules and roles and at the guides."""
    prepare(session, "runtime", "lint")
    options = ("--plugin-docs", "--validate-collection-refs=self", "--check-extra-docs-refs")
    session.run("antsibull-docs", "lint-collection-docs", *options, ".")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation site in .cache/docs/html, without a network; warnings are errors."""
    prepare(session, "runtime", "lint", "docs")
    session.run("python", "tests/tools/build_docs.py", str(ROOT / ".cache" / "docs"))


# -- Tests ------------------------------------------------------------------------------------------------------------


@nox.session
def unit(session: nox.Session) -> None:
    """Run the unit tests; with branch coverage, unless arguments choose some of them."""
    prepare(session, "runtime", "test")
    run_pytest(session, "tests/unit", *(() if session.posargs else ("--cov=plugins", "--cov-branch")))


@nox.session
def properties(session: nox.Session) -> None:
    """Search long for edits that the comparison gets wrong, and for worlds in which a promise is broken."""
    prepare(session, "runtime", "test")
    run_each(
        session,
        ("pytest", "tests/unit", "--hypothesis-profile=slow", "-k", "never_equal"),
        ("pytest", "tests/scenarios/test_random_worlds.py", "--hypothesis-show-statistics"),
        env={"WORLDS": "5000"},
    )


@nox.session
def scenarios(session: nox.Session) -> None:
    """Run the modules in process against the sandbox."""
    prepare(session, "runtime", "test")
    run_pytest(session, "tests/scenarios")


@nox.session
def tools(session: nox.Session) -> None:
    """Run the tests of tests/tools, of the benchmarks and of this file."""
    prepare(session, "runtime", "test", "docs")
    # noxfile.py needs the packages of nox, which are not those of a session.
    beside_nox = "tests/tools/tests/test_noxfile.py"
    session.run(sys.executable, "-m", "pytest", "-q", beside_nox, external=True)
    run_pytest(session, "tests/tools/tests", "tests/benchmarks/tests", f"--ignore={beside_nox}")


@nox.session
def sandbox(session: nox.Session) -> None:
    """Run the tests of the sandbox, with a fuzzer that reads its OpenAPI document."""
    prepare(session, "runtime", "test")
    run_pytest(session, "tests/sandbox/tests")


@nox.session
def playbooks(session: nox.Session) -> None:
    """Run what only the real ansible-playbook can show."""
    prepare(session, "runtime", "test", "packaging")
    run_pytest(session, "tests/integration")


@nox.session(venv_params=SEEDED)
def targets(session: nox.Session) -> None:
    """Run ansible-test integration; the modules run on the oldest Python that is found."""
    prepare(session, "runtime", "test")
    session.run("python", "tests/tools/ansible_test.py", "integration", *session.posargs)


@nox.session(name="seeded-faults")
def seeded_faults(session: nox.Session) -> None:
    """Change one line of the engine at a time, and see whether a test fails."""
    prepare(session, "runtime", "test")
    session.run("python", "tests/seeded_faults/run.py", *session.posargs)


@nox.session
def artifact(session: nox.Session) -> None:
    """Build the tarball, look into it, import and install it, follow a guide and play the demo with it."""
    prepare(session, "runtime", "test", "lint", "packaging")
    session.run("python", "tests/tools/check_artifact.py")


def with_core(core: str, session: nox.Session) -> None:
    """Run in process what depends on ansible-core, the documented examples, and the restoring of a backup."""
    prepare(session, "test", core=core)
    integration = ("tests/integration/test_documentation.py", "tests/integration/test_restore.py")
    # Worlds and killed runs do not depend on ansible-core.
    others = ("--deselect=tests/scenarios/test_killed_runs.py", "--deselect=tests/scenarios/test_random_worlds.py")
    run_pytest(session, *(() if session.posargs else ("tests/unit", "tests/scenarios", *integration, *others)))


def targets_with_core(core: str, session: nox.Session) -> None:
    """Run ansible-test integration with another ansible-core."""
    prepare(session, "test", core=core)
    session.run("python", "tests/tools/ansible_test.py", "integration", *session.posargs)


for _core, _python in CORES.items():
    for _name, _function in (("core", with_core), ("core-targets", targets_with_core)):
        _bound = functools.update_wrapper(functools.partial(_function, _core), _function)
        nox.session(python=_python, name=f"{_name}-{_core}", venv_params=SEEDED)(_bound)


# -- What writes files of the checkout --------------------------------------------------------------------------------


@nox.session
def guides(session: nox.Session) -> None:
    """Run the commands of the guides, and write what they print into them."""
    prepare(session, "runtime", "test")
    session.run("python", str(ROOT / "tests" / "tools" / "write_guide_outputs.py"), *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the speed, and write docs/benchmarks.md."""
    prepare(session, "runtime", "test")
    session.run("python", str(ROOT / "tests" / "benchmarks" / "bench.py"), *session.posargs)


@nox.session(python=False)
def clean(_session: nox.Session) -> None:
    """Remove the copies and caches outside the checkout; make clean also removes what is inside."""
    shutil.rmtree(CACHE, ignore_errors=True)


@nox.session(python=False)
def pins(session: nox.Session) -> None:
    """Pin again everything that the requirement files lead to, for every supported Python at once."""
    header = "".join((REQUIREMENTS / "runtime.txt").read_text(encoding="utf-8").splitlines(keepends=True)[:3])
    uv = str(Path(sys.executable).with_name("uv"))
    compiler = (uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--upgrade")
    for written, names in (
        (CONSTRAINTS, ("runtime", "test", "lint", "docs", "packaging")),
        # nox and galaxy-importer need different versions of attrs.
        (REQUIREMENTS / "nox-constraints.txt", ("nox",)),
    ):
        files = [str(REQUIREMENTS / f"{name}.txt") for name in names]
        pinned = session.run(*compiler, "--no-header", "--no-annotate", *files, silent=True, stderr=None, external=True)
        written.write_text(f"{header}\n# Written by make pins from the other files of this folder.\n\n{pinned}")


os.environ["PATH"] = os.pathsep.join([*pyenv_folders(), os.environ.get("PATH", os.defpath)])
os.environ["UV_PYTHON_DOWNLOADS"] = "never"
# As pip does: a company may have a certificate authority of its own.
os.environ.setdefault("UV_SYSTEM_CERTS", "true")
for _setting in [name for name in os.environ if re.match(FOREIGN, name)]:
    del os.environ[_setting]
CACHE = folder_outside()
nox.options.envdir = str(CACHE / "nox")
# A SIGTERM ends all that was started, as an interrupt does.
signal.signal(signal.SIGTERM, signal.default_int_handler)

nox.needs_version = ">=2026.10"
nox.options.allow_parallel = True
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["quick"]
antsibull_nox.load_antsibull_nox_toml()
