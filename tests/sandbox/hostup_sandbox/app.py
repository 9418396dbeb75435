# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web application: its routes, and what stands around them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask
from flask.typing import ResponseReturnValue

from . import answers, control, gate, v1, v2
from .contract import shared_contract
from .errors import ApiError
from .state import EXTENSION, SandboxState, sandbox_state


class SandboxApp(Flask):
    """Routes run one at a time, on jobs carried out up to now."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the route under the sandbox's lock."""
        state = sandbox_state()
        with state.lock:
            state.jobs.record_outcome(state.clock())
            return super().dispatch_request()


def create_app(
    seed: Path | str | None = None,
    switches: Mapping[str, object] | None = None,
    validate: bool = True,
    clock: Callable[[], float] = time.time,
) -> Flask:
    """The sandbox as a WSGI application.

    ``seed`` is a seed file (None: the one that comes along), ``switches`` the positions to start with, ``validate``
    checks every call against the OpenAPI document, ``clock`` returns epoch seconds.
    Raises ``SwitchError`` and ``SeedError``.
    """
    app = SandboxApp("hostup_sandbox", static_folder=None)
    app.url_map.merge_slashes = False
    app.url_map.converters["domain_id"] = v2.DomainIdConverter
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions[EXTENSION] = SandboxState(seed, switches, shared_contract() if validate else None, clock)
    app.register_blueprint(control.blueprint)
    app.register_blueprint(v1.blueprint)
    app.register_blueprint(v2.blueprint)
    app.before_request(gate.admit)
    app.after_request(gate.finish)
    app.register_error_handler(ApiError, answers.api_error)
    app.register_error_handler(Exception, answers.other_error)
    return app
