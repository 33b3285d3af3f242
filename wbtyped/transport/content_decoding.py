"""Decode compressed response bodies in pieces of bounded size."""

import zlib
from collections.abc import Iterator, Mapping
from typing import IO

from ..errors import TransportError
from .response_headers import content_encodings

DECODED_PIECE_BYTES = 1024 * 1024
"""A few bytes can decode to a thousand times as many, so they are decoded piece by piece."""
GZIP, ZLIB, RAW_DEFLATE = 31, 15, -15
"""Values of `wbits`. HTTP's deflate is the zlib format; some servers send raw deflate instead."""


class BrokenBody(Exception):  # noqa: N818 - never leaves the package
    """The body cannot be decoded."""


class Decoder:
    """Decode one body, compressed with gzip or deflate."""

    def __init__(self, encoding: str) -> None:
        self._gzip = encoding == "gzip"
        self._inflate = zlib.decompressobj(GZIP if self._gzip else ZLIB)
        self._begun = False

    def decode(self, block: bytes) -> Iterator[bytes]:
        """Yield the decoded bytes of a block; raises BrokenBody."""
        if not self._begun and block and not self._gzip and not is_zlib(block[0]):
            self._inflate = zlib.decompressobj(RAW_DEFLATE)
        self._begun = self._begun or bool(block)
        while block:
            if self._inflate.eof:
                if not self._gzip:
                    return
                # A gzip file may have several members.
                self._inflate = zlib.decompressobj(GZIP)
            try:
                plain = self._inflate.decompress(block, DECODED_PIECE_BYTES)
            except zlib.error as error:
                raise BrokenBody(str(error)) from error
            yield plain
            block = self._inflate.unconsumed_tail or self._inflate.unused_data

    def finish(self) -> None:
        """Raise BrokenBody if the body is truncated; an empty one is complete."""
        if self._begun and not self._inflate.eof:
            raise BrokenBody("it is truncated")


def is_zlib(first_byte: int) -> bool:
    """Return True if data with this first byte can be in the zlib format (RFC 1950)."""
    return first_byte & 0x0F == 8 and first_byte >> 4 <= 7


def decoder_for(headers: Mapping[str, str], what: str) -> Decoder | None:
    """Return the decoder for a body; None if it is not compressed.

    Raises TransportError for encodings that were not requested, and for more than one, whose only
    use is to hide the size of the decoded body.
    """
    names = content_encodings(headers)
    if not names:
        return None
    name = names[0].removeprefix("x-")
    if len(names) > 1 or name not in {"gzip", "deflate"}:
        shown = ", ".join(names)[:100]
        raise TransportError(
            f"{what}: the response has the content encoding {shown!r}; only gzip or deflate, once,"
            " is supported"
        )
    return Decoder(name)


class BoundedBody:
    """Collect a body, decoded and of at most `limit` bytes: in memory, or in the stream `into`."""

    def __init__(
        self, headers: Mapping[str, str], limit: int, what: str, into: IO[bytes] | None = None
    ) -> None:
        self._decoder = decoder_for(headers, what)
        self._limit = limit
        self._what = what
        self._blocks: list[bytes] = []
        self._keep = self._blocks.append if into is None else into.write
        self._size = 0

    def add(self, block: bytes) -> None:
        """Add a block as received; raises TransportError if the body exceeds the limit."""
        for plain in (block,) if self._decoder is None else self._decoder.decode(block):
            self._size += len(plain)
            if self._size > self._limit:
                raise TransportError(
                    f"{self._what}: the response is larger than {self._limit:,} bytes; if that is"
                    " expected, raise the limit with Api(limits=ResponseLimits(...))"
                )
            self._keep(plain)

    def complete(self) -> bytes:
        """Return the whole body, empty if it is in a stream; raises BrokenBody."""
        if self._decoder is not None:
            self._decoder.finish()
        return b"".join(self._blocks)
