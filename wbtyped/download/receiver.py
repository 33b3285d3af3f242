"""What an answer means for a transfer, whichever engine brought it."""

import re
import time
import zlib
from collections.abc import Mapping
from typing import NoReturn, Protocol

from ..errors import AuthenticationError, ChecksumError, NotFoundError, TransportError
from ..retries import Passing, is_passing
from .recorded import ENCODINGS
from .sink import Sink
from .transfer import Diverted, Expired, Transfer

CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
ANY_ENCODING = 47
"""Tells zlib to find out by itself whether a content is gzip or deflate."""


class Decoder(Protocol):
    """What zlib decompresses with."""

    @property
    def eof(self) -> bool:
        """Whether the content is complete."""
        ...

    def decompress(self, data: bytes, /) -> bytes:
        """Return what a block stands for."""
        ...

    def flush(self) -> bytes:
        """Return what is left."""
        ...


class Receiver:
    """Judges the head of an answer, and takes its body to the sink."""

    def __init__(self, transfer: Transfer, sink: Sink) -> None:
        self._transfer = transfer
        self._sink = sink
        self._etag = ""
        self._measured = False
        self._size = transfer.size
        self._come = 0
        self._diverted = False
        self.ranges: bool = False
        """Whether the server has said that it sends parts of this content, just as it is."""
        self.began: tuple[float, int] = (0.0, 0)
        """When the last answer began, and how many bytes were there before."""
        self._decoder: Decoder | None = None

    def headers(self) -> dict[str, str]:
        """Return what to ask with: from where on, and of which content."""
        sent = {"Accept-Encoding": "identity", **self._transfer.headers}
        piece = self._transfer.piece
        if piece is not None:
            sent["Range"] = f"bytes={piece.start + self._sink.written}-{piece.stop - 1}"
            return sent
        if not self._sink.written:
            if self._transfer.recorded is not None:
                sent["Accept-Encoding"] = ENCODINGS
            return sent
        if not self._etag and self._transfer.digest is None:
            # Nothing would tell whether the rest is of the same content.
            self._sink.restart()
            return sent
        sent["Range"] = f"bytes={self._sink.written}-"
        if self._etag:
            sent["If-Range"] = self._etag
        return sent

    def begin(self, status: int, headers: Mapping[str, str], *, redirected: bool) -> None:
        """Take the head of an answer; raises what speaks against its body.

        `headers` has names in lower case.
        """
        if status == 206:
            self._continue(headers)
        elif status == 200 and self._transfer.piece is not None:
            raise TransportError(f"{self._transfer.label}: the server sends the whole", status=200)
        elif status == 200:
            # Also the answer of a server that does not know ranges, or has another content now.
            self._sink.restart()
        else:
            if status in {412, 416}:
                self._sink.restart()
            refuse(
                self._transfer.label, status, headers,
                signed=redirected or not self._transfer.headers, redirected=redirected,
            )  # fmt: skip
        etag = headers.get("etag", "")
        self._check_recorded(etag)
        self._etag = "" if etag.startswith("W/") else etag
        self._measured = "content-length" in headers
        encoded = headers.get("content-encoding", "identity") != "identity"
        self._decoder = zlib.decompressobj(ANY_ENCODING) if encoded else None
        self._expect(encoded=encoded)
        self.ranges = not encoded and (status == 206 or headers.get("accept-ranges") == "bytes")
        self.began = time.monotonic(), self._sink.written

    def _continue(self, headers: Mapping[str, str]) -> None:
        found = CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
        start, _, size = self._transfer.piece or (0, 0, self._size)
        fits = (
            found is not None
            and int(found[1]) == start + self._sink.written
            and (size is None or found[2] in {"*", str(size)})
            and "content-encoding" not in headers
        )
        if not fits:
            self._sink.restart()
            raise Passing(f"{self._transfer.label}: the server sent another part than asked for")

    def _check_recorded(self, etag: str) -> None:
        """Raise when what a reference refers to is not what it was."""
        recorded = self._transfer.recorded
        if recorded is not None and (reason := recorded.mismatch(etag)):
            raise ChecksumError(
                f"{self._transfer.label}: {shown(self._transfer.url)}: {reason}",
                expected=recorded.etag or "",
                actual=etag,
            )

    def _expect(self, *, encoded: bool) -> None:
        """Say how many bytes have to come, once it is known whether they are encoded.

        The size of a reference was that of the response, encoded or not, so it is compared as the
        bytes come only where neither that response nor this one may have been encoded.
        """
        recorded = self._transfer.recorded
        if recorded is None:
            return
        self._come = 0
        self._size = None if encoded or not recorded.size_is_exact else recorded.size
        self._sink.expect(self._size)

    def write(self, block: bytes) -> None:
        """Take a part of the body."""
        if self._diverted:
            self._diverted = False
            raise Diverted
        self._come += len(block)
        if self._decoder is None:
            self._sink.write(block)
            return
        try:
            plain = self._decoder.decompress(block)
        except zlib.error as error:
            raise Passing(f"{self._transfer.label}: the compressed content is broken") from error
        self._sink.write(plain)

    def end(self) -> None:
        """Take the end of the body; raises when it came too early."""
        if self._decoder is None:
            size = self._size
            if not self._measured and size is not None and self._sink.written < size:
                # Nothing but the end of the connection said that this is the end.
                raise Passing(f"{self._transfer.label}: the content was cut off")
            return
        if not self._decoder.eof:
            raise Passing(f"{self._transfer.label}: the compressed content was cut off")
        self._sink.write(self._decoder.flush())
        self._check_encoded_size()

    def _check_encoded_size(self) -> None:
        """Raise when nothing but its size was recorded of a reference, and it has another now."""
        recorded = self._transfer.recorded
        if recorded is None or recorded.etag is not None or recorded.size is None:
            return
        if recorded.size not in {self._come, self._sink.written}:
            raise ChecksumError(
                f"{self._transfer.label}: it has changed since it was referred to:"
                f" {recorded.size} bytes then, {self._come} now ({self._sink.written} decoded)",
                expected=str(recorded.size),
                actual=str(self._come),
            )

    def divert(self) -> None:
        """Have the transfer end at its next block."""
        self._diverted = True

    def broken(self) -> None:
        """Note that the body broke off; what was compressed cannot be continued."""
        if self._decoder is not None:
            self._sink.restart()


def shown(url: str) -> str:
    """Return a URL for a message: without what may be a permission."""
    return url.partition("?")[0]


def refuse(
    label: str, status: int, headers: Mapping[str, str], *, signed: bool, redirected: bool = False
) -> NoReturn:
    """Raise what the status of an answer means that brings no content.

    `signed` tells that the address carried its own permission, which may have run out.
    """
    if status in {412, 416}:
        raise Passing(f"{label}: what came before is not of use any more")
    if is_passing(status):
        raise Passing(f"{label}: HTTP {status}", status=status, headers=headers)
    if status == 404:
        raise NotFoundError(f"{label} does not exist in storage", path=label, missing="file")
    if status == 403 and redirected:
        # Asking again where the redirect came from brings a new signature.
        raise Passing(f"{label}: storage refused the signed address", status=status)
    if status in {401, 403}:
        error = f"{label}: the API key does not allow to read it (HTTP {status})"
        raise Expired(error) if signed else AuthenticationError(error)
    raise TransportError(f"{label}: HTTP {status} instead of the content", status=status)
