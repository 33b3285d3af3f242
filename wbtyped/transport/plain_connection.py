"""A connection for many plain requests, one after another: HTTP/1.1 on asyncio, by httptools.

A request by httpx costs ten times as much CPU; it remains for everything that is not plain.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

import httptools

from ..clock import monotonic
from .retries import SLOWEST_BYTES_PER_SECOND

MAX_EXTRA_BYTES = 256 * 1024
"""Bytes that a response may have beside its content: headers, chunk sizes."""
WANTED_HEADERS = frozenset({b"etag", b"retry-after"})
"""The headers of responses that somebody reads, in lower case."""

T = TypeVar("T")


class Origin(NamedTuple):
    """Where a connection leads."""

    scheme: str
    host: str
    port: int


class PlainResponse(NamedTuple):
    """A whole response; of the headers only those in `WANTED_HEADERS`."""

    status: int
    headers: Mapping[str, str]
    blocks: Sequence[bytes]
    """The body."""


class Receiver(Protocol[T]):
    """What a connection reports to; `T` is what its requests are for."""

    def received(
        self, connection: "PlainConnection[T]", item: T, response: PlainResponse, /
    ) -> None:
        """Accept a response. The connection is free, unless it is closed."""

    def lost(self, connection: "PlainConnection[T]", item: T | None, /) -> None:
        """Forget a connection that has been closed, perhaps before the response to a request."""

    def fail(self, error: BaseException, /) -> None:
        """Accept an error that nobody expected."""


class PlainConnection(asyncio.Protocol, Generic[T]):
    """A connection that sends one request after another."""

    def __init__(self, receiver: Receiver[T], origin: Origin) -> None:
        self._receiver = receiver
        self.origin: Origin = origin
        self.item: T | None = None
        """What the current request is for."""
        self._started_at = self._moved_at = 0.0
        self._request_bytes = self._moved_bytes = 0
        self._received = 0
        """Bytes of the body of the response."""
        self._most = 0
        self._bytes_left = 0
        self._blocks: list[bytes] = []
        self._headers: dict[str, str] = {}
        self._parser = httptools.HttpResponseParser(self)
        self._socket: asyncio.Transport | None = None

    def start(self, item: T, request: bytes, most: int) -> None:
        """Send a request; a response with more than `most` bytes ends the connection."""
        self.item, self._most = item, most
        self._bytes_left = most + MAX_EXTRA_BYTES
        self._received, self._blocks, self._headers = 0, [], {}
        self._request_bytes, self._moved_bytes = len(request), 0
        self._started_at = self._moved_at = monotonic()
        if self._socket is None or self._socket.is_closing():
            self.connection_lost(None)
        else:
            self._socket.write(request)

    def abort(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.abort()

    def is_stalled(self, now: float, timeout: float) -> bool:
        """Return True if for `timeout` seconds next to nothing was sent or received."""
        if self.item is None or self._socket is None:
            return False
        moved = self._request_bytes - self._socket.get_write_buffer_size() + self._received
        if moved > self._moved_bytes:
            self._moved_at, self._moved_bytes = now, moved
        seconds = now - self._started_at
        is_slow = seconds > timeout and moved < SLOWEST_BYTES_PER_SECOND * seconds
        return is_slow or now - self._moved_at > timeout

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the socket."""
        if isinstance(transport, asyncio.Transport):
            self._socket = transport

    def data_received(self, data: bytes) -> None:
        """Parse bytes; whatever is not HTTP, or has no end, ends the connection."""
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            self.abort()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            # The parser wraps errors of our own methods, which it calls.
            self._receiver.fail(error.__context__ or error)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Report it, with what has not been received whole."""
        item, self.item = self.item, None
        self._receiver.lost(self, item)

    # What the parser calls.

    def on_message_begin(self) -> None:
        """End the connection if nobody has asked for the response: it says nothing of the next."""
        if self.item is None:
            self.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the headers that count."""
        if name.lower() in WANTED_HEADERS:
            self._headers[name.lower().decode()] = value.decode("iso-8859-1")

    def on_body(self, block: bytes) -> None:
        """Keep a block of the body; a body that is too long ends the connection."""
        self._received += len(block)
        if self._received > self._most:
            self.abort()
        else:
            self._blocks.append(block)

    def on_message_complete(self) -> None:
        """Pass the response on."""
        status = self._parser.get_status_code()
        item = self.item
        if status < 200 or item is None or self._socket is None or self._socket.is_closing():
            return
        self.item = None
        if not self._parser.should_keep_alive():
            self.abort()
        self._receiver.received(self, item, PlainResponse(status, self._headers, self._blocks))

    @property
    def is_open(self) -> bool:
        """Whether it can send another request."""
        return self._socket is not None and not self._socket.is_closing()
