# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""A request and the connection that carries it, described apart from the sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Connection:
    """Where the API is and how to talk to it.

    :ivar origin: scheme, host and port, without a trailing slash.
    :ivar verify: true, false, or the path of a CA bundle.
    :ivar timeout: seconds for one request, from looking up the host to the end of its answer; of a stream, to its next
        line that is wanted.
    :ivar max_retries: how many times one logical request may be sent again, its parts included.
    :ivar pool_size: how many connections may be open at once.
    """

    origin: str
    api_key: str = field(repr=False)
    verify: bool | str = True
    timeout: float = 30.0
    max_retries: int = 5
    pool_size: int = 8
