"""HTTP/1.1 connections that the application behind them can close."""

import asyncio
from contextvars import ContextVar
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .limits import HEADER_BYTES

_transport: ContextVar[asyncio.Transport | None] = ContextVar("transport", default=None)


class JoinedWrites:
    """A transport that sends what is written in one step of the event loop at once.

    uvicorn writes headers and body separately. Sending a small body with its headers halves the
    system calls, each of which may wake the client; together they are a fifth of a request.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, content: bytes) -> None:
        """Send bytes soon."""
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(content)

    def close(self) -> None:
        """Send what is waiting, and close the connection."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        content = b"".join(self._waiting)
        self._waiting.clear()
        if content:
            self._transport.write(content)


class ClosableProtocol(HttpToolsProtocol):
    """Lets the application reach its own TCP connection, and limits the size of headers."""

    _header_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a connection."""
        joined = JoinedWrites(cast("asyncio.Transport", transport), self.loop)
        super().connection_made(cast("asyncio.Transport", joined))

    def data_received(self, data: bytes) -> None:
        """Process bytes; the task that handles the request inherits the variable."""
        _transport.set(self.transport)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._header_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Receive a part of the URL."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Receive a header."""
        self._count(name + value)
        super().on_header(name, value)

    def _count(self, part: bytes) -> None:
        """Let the parser fail once a request has too many headers."""
        self._header_bytes += len(part)
        if self._header_bytes > HEADER_BYTES:
            raise ValueError("the headers are too large")


def write_and_close(content: bytes) -> None:
    """Write bytes to the socket, bypassing HTTP, and close the connection."""
    transport = _transport.get()
    if transport is not None:
        transport.write(content)
        transport.close()


def close() -> None:
    """Close the TCP connection of the current request, once written bytes are flushed."""
    transport = _transport.get()
    if transport is not None:
        transport.close()
