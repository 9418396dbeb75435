# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""One request, described apart from its sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import Exchange


class Kind(Enum):
    """What a request is for; the values are the keys of ``api_calls`` in a task's result."""

    READ = "read"
    WRITE = "write"
    POLL = "poll"


@dataclass(frozen=True)
class Request:
    """One request, described apart from its sending.

    :ivar path: an absolute path of the API's own origin, already percent-encoded.
    :ivar purpose: what it is for, as it reads after "Could not".
    """

    method: str
    path: str
    kind: Kind
    purpose: str
    params: Mapping[str, str] | None = None
    body: Any = None
    accept: str = "application/json"

    @property
    def exchange(self) -> Exchange:
        return Exchange(self.method, self.path, self.purpose)
