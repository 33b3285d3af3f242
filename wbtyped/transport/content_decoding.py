"""Compressed bodies, opened in pieces of bounded size."""

import zlib
from collections.abc import Iterator, Mapping

from ..errors import TransportError
from .response_headers import content_encodings

PIECE_BYTES = 1024 * 1024
"""A few bytes can stand for a thousand times as many, so they come out piece by piece."""
GZIP, ZLIB, BARE = 31, 15, -15
"""How zlib is told to expect gzip, deflate as it should be, and deflate as some servers send it."""


class BrokenBody(Exception):  # noqa: N818 - never leaves the package
    """A body is not what its encoding says."""


class Decoder:
    """Decodes one body in gzip or deflate."""

    def __init__(self, encoding: str) -> None:
        self._gzip = encoding == "gzip"
        self._inflate = zlib.decompressobj(GZIP if self._gzip else ZLIB)
        self._begun = False

    def decode(self, block: bytes) -> Iterator[bytes]:
        """Yield what a block stands for; raises BrokenBody."""
        if not self._begun and block and not self._gzip and not is_zlib(block[0]):
            self._inflate = zlib.decompressobj(BARE)
        self._begun = self._begun or bool(block)
        while block:
            if self._inflate.eof:
                if not self._gzip:
                    return
                # A gzip file may be several, one behind the other.
                self._inflate = zlib.decompressobj(GZIP)
            try:
                plain = self._inflate.decompress(block, PIECE_BYTES)
            except zlib.error as error:
                raise BrokenBody(str(error)) from error
            yield plain
            block = self._inflate.unconsumed_tail or self._inflate.unused_data

    def finish(self) -> None:
        """Raise BrokenBody when the body ended too early; an empty one is whole."""
        if self._begun and not self._inflate.eof:
            raise BrokenBody("it was cut off")


def is_zlib(first: int) -> bool:
    """Tell whether a content with this first byte is in the format of zlib (RFC 1950)."""
    return first & 0x0F == 8 and first >> 4 <= 7


def decoder_for(headers: Mapping[str, str], what: str) -> Decoder | None:
    """Return what decodes a body; None for one that is as it is.

    Raises TransportError for more than one encoding, which serves nobody but who wants to hide how
    large a content is, and for those that were not asked for.
    """
    names = content_encodings(headers)
    if not names:
        return None
    name = names[0].removeprefix("x-")
    if len(names) > 1 or name not in {"gzip", "deflate"}:
        shown = ", ".join(names)[:100]
        raise TransportError(
            f"{what}: the response has the content encoding {shown!r}; at most one of gzip and"
            " deflate can be read"
        )
    return Decoder(name)


class BoundedBody:
    """A body that is kept in memory: decoded, and of at most `limit` bytes."""

    def __init__(self, headers: Mapping[str, str], limit: int, what: str) -> None:
        self._decoder = decoder_for(headers, what)
        self._limit = limit
        self._what = what
        self._blocks: list[bytes] = []
        self._size = 0

    def take(self, block: bytes) -> None:
        """Take a block as it came; raises TransportError for a body that grows too large."""
        for plain in (block,) if self._decoder is None else self._decoder.decode(block):
            self._size += len(plain)
            if self._size > self._limit:
                raise TransportError(
                    f"{self._what}: the response is larger than {self._limit:,} bytes; see"
                    " wbtyped.ResponseLimits if it is meant to be"
                )
            self._blocks.append(plain)

    def complete(self) -> bytes:
        """Return the whole; raises BrokenBody."""
        if self._decoder is not None:
            self._decoder.finish()
        return b"".join(self._blocks)
