"""HTTP/1.1 connections that an application may cut."""

import asyncio
from contextvars import ContextVar

from uvicorn.protocols.http.h11_impl import H11Protocol

_transport: ContextVar[asyncio.Transport | None] = ContextVar("transport", default=None)


class Connection(H11Protocol):
    """Lets the application behind it reach its own TCP connection."""

    def data_received(self, data: bytes) -> None:
        """Take bytes; the task that answers them inherits the variable."""
        _transport.set(self.transport)
        super().data_received(data)


def cut_after(content: bytes) -> None:
    """Send bytes past the protocol, and close the connection."""
    transport = _transport.get()
    if transport is not None:
        transport.write(content)
        transport.close()


def cut() -> None:
    """Close the TCP connection of the request being answered, once what was written is out."""
    transport = _transport.get()
    if transport is not None:
        transport.close()
