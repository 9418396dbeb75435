# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The body of an answer: in pieces as they arrive, decompressed, and never more than a limit."""

from __future__ import annotations

import contextlib
import http.client
import socket
import zlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

# Without the library no request is made, so nothing of it is needed here.
with contextlib.suppress(ImportError):
    from requests.exceptions import ConnectionError as ConnectionLost
    from requests.exceptions import ReadTimeout

if TYPE_CHECKING:
    import requests

ACCEPT_ENCODING = "gzip"
"""The only compression that is asked for and undone. Of another, or one inside another, the answer is not JSON."""

PIECE_BYTES = 64 * 1024


class TooLarge(Exception):
    """A body has more bytes than it may have, before or after decompression."""


def arriving_pieces(response: requests.Response, most_bytes: int) -> Iterator[bytes]:
    """Yield a body as it arrives, none of its pieces larger than :data:`PIECE_BYTES`.

    At its end the connection can be used again.

    :raises TooLarge: if there are more bytes than that.
    :raises requests.exceptions.RequestException: a time-out, or the body breaks off.
    """
    pieces = _at_most(most_bytes, _raw_pieces(response))
    if response.headers.get("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip"):
        pieces = _at_most(most_bytes, _decompressed(pieces))
    try:
        yield from pieces
    except socket.timeout as error:
        raise ReadTimeout(error) from error
    except (OSError, http.client.HTTPException, zlib.error) as error:
        raise ConnectionLost(error) from error


def _raw_pieces(response: requests.Response) -> Iterator[bytes]:
    # With urllib3 1 and 2.0, only the answer of http.client gives bytes as they arrive.
    body: Any = response.raw._fp
    while piece := body.read1(PIECE_BYTES):
        yield piece
    if getattr(body, "length", None):
        raise http.client.IncompleteRead(b"", body.length)
    body.close()
    response.raw.release_conn()


def _at_most(most_bytes: int, pieces: Iterable[bytes]) -> Iterator[bytes]:
    received = 0
    for piece in pieces:
        received += len(piece)
        if received > most_bytes:
            raise TooLarge
        yield piece


def _decompressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Undo gzip, a little at a time: a thousand bytes can stand for a million.

    :raises zlib.error: if it is none, or is cut off.
    """
    decoder = _gzip_decoder()
    is_inside = False
    for piece in pieces:
        compressed, has_more = piece, True
        while has_more:
            text = decoder.decompress(compressed, PIECE_BYTES)
            if text:
                yield text
            if decoder.eof:
                # RFC 1952 section 2.2: several members may follow one another.
                compressed, decoder = decoder.unused_data, _gzip_decoder()
                is_inside = has_more = bool(compressed)
            else:
                compressed, is_inside = decoder.unconsumed_tail, True
                has_more = bool(compressed) or len(text) == PIECE_BYTES
    if is_inside:
        raise zlib.error("the compressed data is cut off")


def _gzip_decoder() -> zlib._Decompress:
    return zlib.decompressobj(16 + zlib.MAX_WBITS)
