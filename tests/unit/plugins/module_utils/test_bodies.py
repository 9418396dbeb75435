# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The body of an answer: decompressed a little at a time, and never more of it than its limit."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3.response import HTTPResponse

from ansible_collections.hostup.cloud.plugins.module_utils._http.bodies import (
    PIECE_BYTES,
    TooLarge,
    arriving_pieces,
)

MANY = 1_000_000_000


class Dripping(io.BytesIO):
    """A body of which so many bytes come at a time."""

    def __init__(self, body: bytes, size: int) -> None:
        super().__init__(body)
        self._size = size

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(min(size or -1, self._size) if size and size > 0 else self._size)


def answer(body: bytes, coding: str = "", size: int = PIECE_BYTES) -> requests.Response:
    response = requests.Response()
    response.raw = HTTPResponse(Dripping(body, size), preload_content=False)
    if coding:
        response.headers["Content-Encoding"] = coding
    return response


def pieces(body: bytes, coding: str = "gzip", size: int = PIECE_BYTES, most_bytes: int = MANY) -> Iterator[bytes]:
    return arriving_pieces(answer(body, coding, size), most_bytes)


@given(st.lists(st.binary(max_size=200_000), max_size=3), st.integers(1, 100_000))
def test_compressed_members_in_pieces_of_any_size_are_read(members: list[bytes], size: int) -> None:
    body = b"".join(gzip.compress(member, 1) for member in members)
    assert b"".join(pieces(body, size=size)) == b"".join(members)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", " GZIP "])
def test_the_names_of_the_compression(coding: str) -> None:
    assert b"".join(pieces(gzip.compress(b"{}"), coding)) == b"{}"


@pytest.mark.parametrize("coding", ["", "identity", "deflate", "br", "zstd", "gzip, gzip", "gzip,identity"])
def test_what_was_not_asked_for_is_left_as_it_is(coding: str) -> None:
    body = gzip.compress(b"{}")
    assert b"".join(pieces(body, coding)) == body


@given(st.data())
def test_compressed_data_that_is_cut_off_is_trouble(data: st.DataObject) -> None:
    whole = gzip.compress(b'{"data": []}' * 100)
    cut = whole[: data.draw(st.integers(1, len(whole) - 1))]
    with pytest.raises(requests.exceptions.ConnectionError):
        list(pieces(cut))


@given(st.binary(min_size=1).filter(lambda body: not body.startswith(b"\x1f")))
def test_what_is_not_compressed_at_all_is_trouble(body: bytes) -> None:
    with pytest.raises(requests.exceptions.ConnectionError):
        list(pieces(body))


def test_an_empty_body_is_empty_whatever_its_compression() -> None:
    assert list(pieces(b"")) == []


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_body_may_have_just_as_many_bytes_as_its_limit(coding: str) -> None:
    body = bytes(range(256)) * 400
    sent = gzip.compress(body) if coding else body
    assert b"".join(pieces(sent, coding, most_bytes=len(body))) == body
    with pytest.raises(TooLarge):
        list(pieces(sent, coding, most_bytes=len(body) - 1))


def test_the_limit_counts_before_decompression_too() -> None:
    # A member without content is twenty bytes of nothing.
    with pytest.raises(TooLarge):
        list(pieces(gzip.compress(b"") * 10_000, most_bytes=100_000))


def test_a_thousand_bytes_that_stand_for_a_million_come_in_small_pieces() -> None:
    bomb = gzip.compress(bytes(100_000_000))
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        longest = max(map(len, pieces(bomb)))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert longest == PIECE_BYTES
    assert peak < 4_000_000


def test_a_bomb_inside_a_bomb_is_not_opened() -> None:
    bomb = gzip.compress(gzip.compress(bytes(100_000_000)))
    assert len(bomb) < 1_000
    assert b"".join(pieces(bomb, "gzip, gzip")) == bomb


def test_a_stream_is_decompressed_as_it_arrives() -> None:
    compressor = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    sent = [compressor.compress(line) + compressor.flush(zlib.Z_SYNC_FLUSH) for line in (b"1\n", b"2\n")]

    class Stream(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            assert size
            return sent.pop(0)

    response = answer(b"", "gzip")
    response.raw = HTTPResponse(Stream(), preload_content=False)
    arriving = arriving_pieces(response, MANY)
    assert [next(arriving), len(sent)] == [b"1\n", 1]
    assert [next(arriving), len(sent)] == [b"2\n", 0]
