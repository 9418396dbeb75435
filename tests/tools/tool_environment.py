# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment variables that every tool runs with: a private home, real Pythons first, nobody's own settings."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from environment import Environment
from paths import CACHE, COLLECTIONS, ROOT, WORKSPACE

HOME = CACHE / "home"
"""The private home: what tools keep between runs goes here, and nobody's own configuration is read."""

GET_PIP_VERSIONS = ("24_2", "25_2")
"""The names under which ansible-test looks for get-pip: 24_2 for ansible-core 2.18 and 2.19, 25_2 for 2.20 to 2.22."""

_FOREIGN = re.compile(r"(ANSIBLE|COVERAGE|GIT|HOSTUP|MYPY|PYTEST|RUFF)_|(PYTHONHOME|PYTHONPATH|VIRTUAL_ENV)$")
"""Variables of the caller that would change what a tool does."""


def pyenv_folders() -> list[Path]:
    """List the `bin` folders of the Pythons that pyenv has installed, newest first; empty without pyenv.

    pyenv puts a shim for every known version on the PATH, and the shim of a version that is not selected exits with
    127. ansible-test takes the first name that fits, so the real folders must come before the shims.
    """
    if shutil.which("pyenv") is None:
        return []
    root = subprocess.run(["pyenv", "root"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    folders = [folder for folder in Path(root, "versions").glob("*/bin") if re.fullmatch(r"[\d.]+", folder.parent.name)]
    return sorted(folders, key=lambda folder: [int(part) for part in folder.parent.name.split(".")], reverse=True)


def _install_get_pip_stand_in() -> None:
    """Put the stand-in for get-pip where ansible-test looks before it tries to download."""
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in GET_PIP_VERSIONS:
        shutil.copyfile(ROOT / "tests" / "tools" / "get_pip_stand_in.py", cache / f"get_pip_{version}.py")


def _adopt_pip_settings() -> None:
    """Let pip see the caller's own configuration: it may name the only package index within reach."""
    for name in (".config/pip", ".pip"):
        own, link = Path.home() / name, HOME / name
        if own.is_dir() and not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(own)


def prepare_home() -> Path:
    """Make the private home and return it."""
    _install_get_pip_stand_in()
    if Path.home() != HOME:
        _adopt_pip_settings()
    return HOME


def _path(first: Iterable[Path]) -> str:
    """Return a PATH that begins with the folders of `first`."""
    return os.pathsep.join([*map(str, first), os.environ.get("PATH", os.defpath)])


def _locale() -> dict[str, str]:
    """Return what makes the locale UTF-8 where it is not; Ansible refuses to run otherwise."""
    chosen = next((os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    return {} if re.search("utf-?8", chosen, re.IGNORECASE) else {"LC_ALL": "C.UTF-8"}


def ansible_variables(environment: Environment, collections: Path = COLLECTIONS) -> dict[str, str]:
    """Return the environment in which the Ansible commands of `environment` find the collections of `collections`.

    Nothing of the caller's own Ansible or HostUp settings remains in it: with them a demo could reach a real account.
    """
    inherited = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
    return {
        **inherited,
        **_locale(),
        "PATH": _path([environment.bin]),
        "ANSIBLE_CONFIG": str(ROOT / "tests" / "tools" / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_HOME": str(CACHE / "ansible"),
    }


def tool_variables(environment: Environment) -> dict[str, str]:
    """Return the environment for linters and tests: as for Ansible, with a private home and every cache below it."""
    return {
        **ansible_variables(environment),
        **({} if sys.stdout.isatty() else {"NO_COLOR": "1"}),
        "PATH": _path([environment.bin, *pyenv_folders()]),
        "HOME": str(prepare_home()),
        "XDG_CACHE_HOME": str(HOME / ".cache"),
        "XDG_CONFIG_HOME": str(HOME / ".config"),
        "PYTHONPATH": os.pathsep.join([str(COLLECTIONS), str(WORKSPACE / "tests" / "sandbox")]),
        # Bytecode has a folder of its own. A caller's wish for none would make each tool compile itself at every start.
        "PYTHONPYCACHEPREFIX": str(CACHE / "pycache"),
        "PYTHONDONTWRITEBYTECODE": "",
        "COVERAGE_FILE": str(CACHE / "coverage"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(CACHE / "hypothesis"),
        "MYPY_CACHE_DIR": str(CACHE / "mypy"),
        "RUFF_CACHE_DIR": str(CACHE / "ruff"),
    }
