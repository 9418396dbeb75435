# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m hostup_sandbox``: the sandbox in the foreground."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from .access import FULL_ACCESS_KEY, SCOPES_BY_KEY
from .control import PREFIX
from .server import Sandbox, log_requests
from .switches import parse_assignments


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or Ctrl-C; returns the exit status: 0 after a clean end, 2 for wrong arguments."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.tls_cert is None) != (options.tls_key is None):
        parser.error("--tls-cert and --tls-key need each other")
    if options.verbose:
        logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_unused: stopped.set())
    try:
        sandbox = Sandbox(
            seed=options.seed,
            switches=parse_assignments(options.set),
            validate=not options.no_validate,
            host=options.host,
            port=options.port,
            tls=(options.tls_cert, options.tls_key) if options.tls_cert else None,
            lean=options.lean,
            wrap=log_requests if options.verbose else lambda app: app,
        ).start()
    except (OSError, ValueError) as error:
        print(f"hostup_sandbox: {error}", file=sys.stderr)
        return 2
    print(_greeting(sandbox.url), flush=True)
    stopped.wait()
    sandbox.stop()
    return 0


def _greeting(url: str) -> str:
    keys = "\n".join(f"#   {key}: {', '.join(sorted(scopes)) or 'no scopes'}" for key, scopes in SCOPES_BY_KEY.items())
    return (
        f"export HOSTUP_API_BASE={url} HOSTUP_API_KEY={FULL_ACCESS_KEY}\n"
        f"# HostUp sandbox. Paste the line above into another shell. Keys:\n{keys}\n"
        f"# Control plane: {url}{PREFIX}/switches  /domains  /requests  /portfolio  /faults  /reset\n"
        "# Stop with Ctrl-C."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hostup_sandbox", description="A stand-in for the HostUp API on loopback.")
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one (default)")
    parser.add_argument("--seed", type=Path, help="seed file with the domains (default: the one that comes along)")
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate chain, PEM; the sandbox speaks TLS")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="private key of the certificate, PEM")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="set a switch; may be given several times"
    )
    parser.add_argument("--no-validate", action="store_true", help="do not check calls against the OpenAPI document")
    parser.add_argument("--lean", action="store_true", help="a short way to the commonest reads, for benchmarks")
    parser.add_argument("--verbose", action="store_true", help="log each request to standard error")
    return parser


if __name__ == "__main__":
    sys.exit(main())
