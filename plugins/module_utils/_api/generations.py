# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The generations of the API: what each can do, and how to open it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ansible_collections.hostup.cloud.plugins.module_utils._api.base import Api
from ansible_collections.hostup.cloud.plugins.module_utils._api.listed import V1, V2
from ansible_collections.hostup.cloud.plugins.module_utils._api.v1 import ApiV1
from ansible_collections.hostup.cloud.plugins.module_utils._api.v2 import ApiV2
from ansible_collections.hostup.cloud.plugins.module_utils._http.client import Client
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection
from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import ApiKeyAuth, BearerAuth


@dataclass(frozen=True)
class Generation:
    """One generation of the API: its routes, and how a request carries the key."""

    api: type[Api]
    auth: type[ApiKeyAuth | BearerAuth]


GENERATIONS: Mapping[str, Generation] = {V1: Generation(ApiV1, ApiKeyAuth), V2: Generation(ApiV2, BearerAuth)}


def open_api(
    generation: str,
    connection: Connection,
    clock: Clock,
    random_unit: Callable[[], float],
    *,
    batch_size: int,
    concurrency: int,
) -> Api:
    """Return the API of a generation; nothing is sent yet.

    :param random_unit: returns a number in [0, 1), for jitter.
    """
    chosen = GENERATIONS[generation]
    client = Client(connection, chosen.auth(connection.api_key), clock, random_unit)
    return chosen.api(client, batch_size=batch_size, concurrency=concurrency)


def has_edit_gates(generation: str) -> bool:
    """Return whether this generation can say which domains can be edited."""
    return GENERATIONS[generation].api.has_edit_gates


def sends_complete_contact(generation: str) -> bool:
    """Return whether an update of this generation carries the complete contact."""
    return GENERATIONS[generation].api.sends_complete_contact
