"""HTTP/1.1 connections that the application behind them can close."""

import asyncio
from contextvars import ContextVar

from uvicorn.protocols.http.h11_impl import H11Protocol

_transport: ContextVar[asyncio.Transport | None] = ContextVar("transport", default=None)


class ClosableProtocol(H11Protocol):
    """Lets the application reach its own TCP connection."""

    def data_received(self, data: bytes) -> None:
        """Process bytes; the task that handles the request inherits the variable."""
        _transport.set(self.transport)
        super().data_received(data)


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
