# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""HTTP, and nothing but HTTP: documents and streams of JSON. Raises; never prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ansible_collections.hostup.cloud.plugins.module_utils._http.answers import (
    is_json,
    read_document,
    read_json,
    unusable,
)
from ansible_collections.hostup.cloud.plugins.module_utils._http.clock import Clock, Deadline
from ansible_collections.hostup.cloud.plugins.module_utils._http.request import Connection, Request
from ansible_collections.hostup.cloud.plugins.module_utils._http.retry import Budget, RetryPolicy
from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import Transport, arriving_pieces

if TYPE_CHECKING:
    import requests
    from requests.auth import AuthBase

MAX_STREAM_BYTES = 128 * 1024 * 1024
MAX_LINE_BYTES = 1024 * 1024


def never() -> bool:
    """Return false: a stream is read to its end."""
    return False


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
        deadline: Deadline | None = None,
        *,
        budget: Budget | None = None,
        is_enough: Callable[[], bool] = never,
    ) -> Iterator[Any]:
        """Yield the JSON value of each line of a newline-delimited answer, as it arrives.

        A stream that breaks off just ends: whoever reads knows what is missing, and whether to request it again.

        :param deadline: no retry is started that would only begin after it.
        :param budget: of the logical request that this one is a part of.
        :param is_enough: whether no further line is to be waited for; what has arrived already is still yielded.
        :raises RequestFailed: when there is no stream, as in the table of :class:`RetryPolicy`.
        """
        response = self._retry.repeat(
            request, lambda: self._transport.send(request, self._transport.request_deadline()), deadline, budget
        )
        with response:
            yield from self._lines(request, response, is_enough)

    def pause_before_retry(self, budget: Budget, cause: str, deadline: Deadline | None = None) -> bool:
        """See :meth:`RetryPolicy.pause`."""
        return self._retry.pause(budget, cause, deadline)

    def _document(self, request: Request) -> Any:
        request_deadline = self._transport.request_deadline()
        with self._transport.send(request, request_deadline) as response:
            body = self._transport.read_body(request, response, request_deadline)
        return read_document(request, body, response.status_code, response.headers)

    def _lines(self, request: Request, response: requests.Response, is_enough: Callable[[], bool]) -> Iterator[Any]:
        """Yield the value of each line; the first must be JSON, a later one that is none is passed over."""
        is_first = True
        for line in self._raw_lines(request, response, is_enough):
            if is_first:
                yield read_json(request, line, response.status_code)
                is_first = False
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                continue
            yield value

    def _raw_lines(
        self, request: Request, response: requests.Response, is_enough: Callable[[], bool]
    ) -> Iterator[bytes]:
        """Yield complete, non-blank lines. A last line without its line feed counts if it is whole JSON."""
        received, rest = 0, b""
        line_deadline = self._transport.request_deadline()
        try:
            for piece in arriving_pieces(response):
                received += len(piece)
                *lines, rest = (rest + piece).split(b"\n")
                if received > MAX_STREAM_BYTES or len(rest) > MAX_LINE_BYTES:
                    raise unusable(request, "the answer was too large.", http_status=response.status_code)
                complete = [line for line in lines if line.strip()]
                yield from complete
                if is_enough():
                    self._transport.finish(response)
                    return
                if complete:
                    line_deadline = self._transport.request_deadline()
                elif line_deadline.expired():
                    return
        except OSError:
            return
        if rest.strip() and (is_json(rest) or rest.lstrip().startswith(b"<")):
            yield rest
