#!/bin/sh
# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: with_python.sh SCRIPT [ARGUMENTS]
# Runs a script of this folder with the newest of Python 3.13, 3.12 and 3.11 that really works, or with $PYTHON.
# Everything else that the Makefile needs is written in Python; this is the part that finds one.

set -eu

tools=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# A pyenv shim exists for every version and exits 127 for most; Debian's Python may lack ensurepip: only trying tells.
works() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

pyenv_root() {
    pyenv root 2>/dev/null || printf '%s\n' "${PYENV_ROOT:-/nonexistent}"
}

find_python() {
    root=$(pyenv_root)
    for version in 3.13 3.12 3.11; do
        for candidate in "$root/versions/$version"*/bin/python3 "$(command -v "python$version" || true)"; do
            if [ -x "$candidate" ] && works "$candidate"; then
                printf '%s\n' "$candidate"
                return
            fi
        done
    done
    # A newer Python than the ones above is better than none.
    candidate=$(command -v python3 || true)
    if [ -n "$candidate" ] && works "$candidate"; then
        printf '%s\n' "$candidate"
        return
    fi
    echo "Python 3.11, 3.12 or 3.13 with its venv module is needed, and none was found." >&2
    echo "Install one (on Debian and Ubuntu also python3-venv), or name one: make demo PYTHON=/path/to/python3" >&2
    return 1
}

if [ -n "${PYTHON:-}" ]; then
    if ! works "$PYTHON"; then
        echo "PYTHON=$PYTHON does not run, is older than 3.11, or lacks the venv or the ensurepip module." >&2
        exit 1
    fi
    python=$PYTHON
else
    python=$(find_python) || exit 1
fi

script=$1
shift
exec "$python" "$tools/$script" "$@"
