"""One origin: a listening socket, and uvicorn behind it."""

import asyncio
import os
import socket
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from ..clock import pause
from .connection import Connection

BACKLOG = 512
GRACE = 2.0
"""Seconds that answers under way are given when the server stops."""
CLOSING_SECONDS = 0.2
"""Seconds that answers which nobody waits for are given to close the files that they send."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; OSError says which port cannot be used, and why."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the socket says that it is TCP. With it on, a
    # body that follows its headers waits 40 ms for the client's acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        reason = f"port {port} of {host} cannot be used: {error.strerror}"
        raise OSError(error.errno, f"{reason}; take another port, or 0 for a free one") from error
    return listening


def address(host: str, listening: socket.socket) -> str:
    """Return the URL of the origin behind a socket."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"


class OriginServer(uvicorn.Server):
    """Serves one application on one socket, and stops when it is told.

    uvicorn's own server looks for the end every 100 ms and then waits some more, which every test
    with a server of its own would pay.
    """

    def __init__(self, app: ASGIApp, stopping: asyncio.Event, cutting: asyncio.Event) -> None:
        super().__init__(configuration(app))
        self._stopping = stopping
        self._cutting = cutting
        self.ready: asyncio.Event = asyncio.Event()
        """Set when requests are answered."""

    async def run_on(self, listening: socket.socket) -> None:
        """Answer until it is to stop."""
        await self.serve(sockets=[listening])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Wait for the end; the tick in between brings the Date header up to date."""
        while not self._stopping.is_set():
            await self.on_tick(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1)

    async def shutdown(self, sockets: Sequence[socket.socket] | None = None) -> None:
        """Stop listening, let answers end that somebody waits for, and cut off what takes long."""
        for server in self.servers:
            server.close()
        connections = list(self.server_state.connections)
        for connection in connections:
            connection.shutdown()
        if self.server_state.tasks:
            # Those without an answer under way are closing now.
            waiting = any(c.transport and not c.transport.is_closing() for c in connections)
            tasks = [*self.server_state.tasks]
            # Responses that nobody reads any more still close their files, given a moment.
            await self._ended(tasks, self._cutting.wait() if waiting else pause(CLOSING_SECONDS))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for sock in sockets or ():
            sock.close()

    async def _ended(
        self, tasks: Sequence[asyncio.Task[None]], limit: Coroutine[object, object, object]
    ) -> None:
        """Wait for responses, until `limit` is over."""
        over = asyncio.ensure_future(limit)
        either: set[asyncio.Future[Any]] = {asyncio.gather(*tasks, return_exceptions=True), over}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()


def configuration(app: ASGIApp) -> uvicorn.Config:
    """Return how uvicorn serves an origin."""
    return uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        # Levels of loggers belong to the process, which may run a uvicorn of its own.
        log_config=None,
        log_level=None,
        access_log=False,
        # The application must see the connection itself, not a proxy's word for it.
        proxy_headers=False,
    )
