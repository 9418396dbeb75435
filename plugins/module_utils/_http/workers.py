# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Requests that are under way at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def map_in_threads(action: Callable[[T], R], items: Sequence[T], concurrency: int) -> list[R]:
    """Call ``action`` for every item, several of them in threads, and return the results in the order of the items.

    The first exception ends it: what is under way is waited for, and nothing more is begun.

    :param concurrency: how many calls may be under way at once.
    """
    if len(items) == 1:
        return [action(items[0])]
    with ThreadPoolExecutor(max_workers=max(1, min(concurrency, len(items)))) as pool:
        futures = [pool.submit(action, item) for item in items]
        try:
            for future in as_completed(futures):
                future.result()
        finally:
            for future in futures:
                future.cancel()
        return [future.result() for future in futures]
