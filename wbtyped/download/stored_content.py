"""The content of one file in storage: read whole or in ranges, and verified."""

import base64
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from ..errors import ChecksumError, TransportError
from ..transport.client import Client
from ..transport.flow import Flow
from .disk.digests import Algorithm, new_hash
from .range_request import RangeRequest
from .recorded_reference import Recorded
from .target import Target
from .transfer import Piece, Transfer, UrlExpired

PIECE_BYTES = 64 * 1024 * 1024
"""The most bytes of one request, each of which has a retry budget of its own."""
MAX_RENEWALS = 2
"""How often an expired URL is renewed for one request."""
NOWHERE = Target("", "", "")
"""The target of what stays in memory."""


class ContentUrl(NamedTuple):
    """Where a content can be read, and the headers to send there."""

    url: str
    headers: Mapping[str, str] = {}


class FindUrl(Protocol):
    """Returns the URL of a content; a new one in place of an expired one."""

    def __call__(self, expired: str | None, /) -> Flow[ContentUrl]:
        """Return a URL other than `expired`."""
        ...


class StoredContent:
    """The content of a file in storage.

    `label` names it in errors. `size` is in bytes, and `digest` in base64; None if the server does
    not know them. `recorded` is what an artifact recorded of a reference to another server.

    Whole contents are verified by digest, ranges by the size and the ETag of the whole file. A file
    of unknown size, and one on another server, is always read whole.
    """

    __slots__ = (
        "_etag", "_whole", "algorithm", "client", "digest", "find_url", "label", "recorded",
        "size",
    )  # fmt: skip

    def __init__(
        self,
        client: Client,
        label: str,
        find_url: FindUrl,
        *,
        size: int | None,
        digest: str | None,
        algorithm: Algorithm = "MD5",
        recorded: Recorded | None = None,
    ) -> None:
        self.client: Client = client
        self.label: str = label
        self.size: int | None = size
        self.digest: str | None = digest
        self.algorithm: Algorithm = algorithm
        self.recorded: Recorded | None = recorded
        self.find_url: FindUrl = find_url
        self._etag = ""
        self._whole: bytes | None = None
        """The whole content, kept if it cannot be read in ranges."""

    @property
    def has_ranges(self) -> bool:
        """Whether a part can be read without the rest."""
        return self.size is not None and self.recorded is None

    def load_size(self) -> Flow[int]:
        """Return the size in bytes; one that the server does not know takes the content to find."""
        if self.size is not None and self.has_ranges:
            return self.size
        return len((yield from self.read_whole()))

    def read(self, start: int = 0, end: int | None = None) -> Flow[bytes]:
        """Return the bytes from `start` up to, not including, `end`, as a slice would."""
        if self.size is None or not self.has_ranges:
            return (yield from self.read_whole())[start:end]
        first, last, _ = slice(start, end).indices(self.size)
        if last <= first:
            return b""
        if (first, last) == (0, self.size):
            return (yield from self.read_whole())
        return (yield from self._read_pieces(first, last))

    def read_whole(self) -> Flow[bytes]:
        """Return the whole content, verified; corrupt content is fetched again once."""
        if self.size == 0 and self.has_ranges:
            return b""
        if self._whole is not None:
            return self._whole
        content = yield from self._fetch_whole()
        if self._actual_digest(content) != self.digest:
            content = yield from self._fetch_whole()
            actual = self._actual_digest(content)
            if actual != self.digest:
                raise ChecksumError(
                    f"{self.label}: storage sent content with the {self.algorithm} {actual}"
                    f" instead of {self.digest}",
                    expected=self.digest or "",
                    actual=actual or "",
                )
        if not self.has_ranges:
            self._whole = content
        return content

    def _actual_digest(self, content: bytes) -> str | None:
        if self.digest is None:
            return None
        digest = new_hash(self.algorithm)
        digest.update(content)
        return base64.b64encode(digest.digest()).decode()

    def _fetch_whole(self) -> Flow[bytes]:
        if self.size is not None and self.has_ranges and self.size > PIECE_BYTES:
            return (yield from self._read_pieces(0, self.size))
        return (yield from self._fetch(None))

    def _read_pieces(self, start: int, stop: int) -> Flow[bytes]:
        total = self.size or 0
        pieces: list[bytes] = []
        for first in range(start, stop, PIECE_BYTES):
            piece = Piece(first, min(first + PIECE_BYTES, stop), total)
            pieces.append((yield from self._fetch(piece)))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _fetch(self, piece: Piece | None) -> Flow[bytes]:
        """Send one request, again with a new URL if that has expired."""
        expired: str | None = None
        for _ in range(MAX_RENEWALS + 1):
            found = yield from self.find_url(expired)
            # What was recorded of a reference is that of one encoding of its content.
            total = self.size if self.has_ranges else None
            request = RangeRequest(self.client, self._transfer(found, piece), total, self._etag)
            try:
                yield request
            except UrlExpired:
                expired = found.url
                continue
            self._etag = request.etag if self.has_ranges else ""
            return request.content
        raise TransportError(
            f"{self.label}: storage refuses every URL that the server signs", status=403
        )

    def _transfer(self, found: ContentUrl, piece: Piece | None) -> Transfer:
        is_md5 = self.algorithm == "MD5"
        return Transfer(
            url=self.client.transport.absolute(found.url),
            target=NOWHERE,
            size=self.size if piece is None else piece.stop - piece.start,
            md5=self.digest if is_md5 else None,
            xxh128=None if is_md5 else self.digest,
            recorded=self.recorded,
            label=self.label,
            headers=found.headers,
            piece=piece,
        )
