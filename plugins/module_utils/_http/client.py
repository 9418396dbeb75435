# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""HTTP, and nothing but HTTP: documents and streams of JSON. Raises; never prints."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import (
    is_json,
    read_document,
    read_json,
    unusable,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.bodies import TooLarge, arriving_pieces
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection, Request
from ansible_collections.hostup.cloud.plugins.module_utils._http.retry import Budget, RetryPolicy
from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import Transport

if TYPE_CHECKING:
    import requests
    from requests.auth import AuthBase

MAX_STREAM_BYTES = 128 * 1024 * 1024
MAX_LINE_BYTES = 1024 * 1024

FINISH_SECONDS = 0.05
"""How long the end of a stream is waited for that holds nothing more of interest, to use its connection again."""


class Client:
    """Sends requests to one origin, over one session, and repeats them by the table of :class:`RetryPolicy`.

    :param auth: puts the key on a request.
    :param random_unit: returns a number in [0, 1), for jitter.
    """

    def __init__(self, connection: Connection, auth: AuthBase, clock: Clock, random_unit: Callable[[], float]) -> None:
        self.connection = connection
        self.clock = clock
        self._transport = Transport(connection, auth, clock)
        self._retry = RetryPolicy(connection.max_retries, clock, random_unit)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *unused_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    @property
    def calls(self) -> dict[str, int]:
        """How many requests were sent, retries included, by the values of :class:`Kind`."""
        return self._transport.calls

    @property
    def retries(self) -> dict[str, int]:
        """What made retries necessary, in a few words, to how often it did."""
        return self._retry.causes

    def fetch(self, request: Request, deadline: Deadline | None = None) -> Any:
        """Return the JSON document that answers the request.

        :param deadline: no retry is started that would only begin after it.
        :raises RequestFailed: one of its subclasses, as in the table of :class:`RetryPolicy`.
        """
        return self._retry.repeat(request, lambda: self._document(request), deadline)

    def stream(
        self,
        request: Request,
        missing: Callable[[], int],
        deadline: Deadline | None = None,
        *,
        budget: Budget | None = None,
    ) -> Iterator[Any]:
        """Yield the JSON value of each line of a newline-delimited answer, as it arrives.

        A stream that breaks off just ends: whoever reads knows what is missing, and whether to request it again.

        :param missing: how many of the lines that are wanted are still to come. The time-out is that of the next one;
            after the last, nothing is waited for, but what has arrived already is still yielded.
        :param deadline: no retry is started that would only begin after it.
        :param budget: of the logical request that this one is a part of.
        :raises RequestFailed: when there is no stream, as in the table of :class:`RetryPolicy`.
        """
        request_deadline, response = self._retry.repeat(request, lambda: self._opened(request), deadline, budget)
        with response:
            yield from self._lines(request, response, request_deadline, missing)

    def pause_before_retry(self, budget: Budget, cause: str, deadline: Deadline | None = None) -> bool:
        """See :meth:`RetryPolicy.pause`."""
        return self._retry.pause(budget, cause, deadline)

    def _opened(self, request: Request) -> tuple[Deadline, requests.Response]:
        request_deadline = self._transport.request_deadline()
        return request_deadline, self._transport.send(request, request_deadline)

    def _document(self, request: Request) -> Any:
        _deadline, response = self._opened(request)
        with response:
            body = self._transport.read_body(request, response)
        return read_document(request, body, response.status_code, response.headers)

    def _lines(
        self,
        request: Request,
        response: requests.Response,
        request_deadline: Deadline,
        missing: Callable[[], int],
    ) -> Iterator[Any]:
        """Yield the value of each line; the first must be JSON, a later one that is none is passed over."""
        is_first = True
        try:
            for line in self._raw_lines(response, request_deadline, missing):
                if is_first:
                    yield read_json(request, line, response.status_code)
                    is_first = False
                    continue
                try:
                    value = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                yield value
        except TooLarge:
            raise unusable(request, "the answer was too large.", http_status=response.status_code) from None

    def _raw_lines(
        self, response: requests.Response, request_deadline: Deadline, missing: Callable[[], int]
    ) -> Iterator[bytes]:
        """Yield complete, non-blank lines. A last line without its line feed counts if it is whole JSON."""
        rest = b""
        still_missing = missing()
        pieces = arriving_pieces(response, MAX_STREAM_BYTES)
        try:
            for piece in pieces:
                *lines, rest = (rest + piece).split(b"\n")
                if len(rest) > MAX_LINE_BYTES:
                    raise TooLarge
                yield from (line for line in lines if line.strip())
                if not missing():
                    request_deadline.move(FINISH_SECONDS)
                    with contextlib.suppress(OSError, TooLarge):
                        next(pieces, None)
                    return
                if missing() < still_missing:
                    still_missing = missing()
                    request_deadline.move(self.connection.timeout)
        except OSError:
            return
        if rest.strip() and (is_json(rest) or rest.lstrip().startswith(b"<")):
            yield rest
