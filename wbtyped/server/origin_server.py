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
from .tcp_connection import ClosableProtocol

LISTEN_BACKLOG = 512
KEEP_ALIVE_SECONDS = 75
"""Time until an idle connection is closed, as nginx has it; the server's end closes them too.

uvicorn's 5 s are less than a client with 64 workers on two cores may let pass between two requests,
and one that has just begun to send finds the connection closed.
"""
SHUTDOWN_SECONDS = 2.0
"""Time for responses in progress to finish when the server stops."""
FILE_CLOSE_SECONDS = 0.2
"""Time for responses without a client to close the files that they were sending."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise OSError that names a port which cannot be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio disables Nagle's algorithm only if the socket's protocol is TCP. With the algorithm, a
    # body that follows its headers waits 40 ms for the client's acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(LISTEN_BACKLOG)
    except OSError as error:
        listener.close()
        reason = f"port {port} of {host} cannot be used: {error.strerror}"
        raise OSError(error.errno, f"{reason}; use another port, or 0 for a free one") from error
    return listener


def origin_url(host: str, listener: socket.socket) -> str:
    """Return the URL of the origin behind a socket."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"


class OriginServer(uvicorn.Server):
    """Serves one application on one socket until told to stop.

    uvicorn's own server polls every 100 ms whether to stop and then waits some more, which every
    test with its own server would pay for.
    """

    def __init__(self, app: ASGIApp, stopping: asyncio.Event, aborting: asyncio.Event) -> None:
        super().__init__(uvicorn_config(app))
        self._stopping = stopping
        self._aborting = aborting
        self.ready: asyncio.Event = asyncio.Event()
        """Set once the server accepts requests."""

    async def serve_on(self, listener: socket.socket) -> None:
        """Serve until told to stop."""
        await self.serve(sockets=[listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving."""
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Wait until told to stop; `on_tick` updates the Date header meanwhile."""
        while not self._stopping.is_set():
            await self.on_tick(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1)

    async def shutdown(self, sockets: Sequence[socket.socket] | None = None) -> None:
        """Stop listening, finish responses that a client waits for, and cancel slow ones."""
        for server in self.servers:
            server.close()
        connections = list(self.server_state.connections)
        for connection in connections:
            connection.shutdown()
        if self.server_state.tasks:
            # Connections without a response in progress are closing now.
            waiting = any(c.transport and not c.transport.is_closing() for c in connections)
            tasks = [*self.server_state.tasks]
            # Responses that no client reads any more still need a moment to close their files.
            await self._wait_for_tasks(
                tasks, self._aborting.wait() if waiting else pause(FILE_CLOSE_SECONDS)
            )
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for sock in sockets or ():
            sock.close()

    async def _wait_for_tasks(
        self, tasks: Sequence[asyncio.Task[None]], limit: Coroutine[object, object, object]
    ) -> None:
        """Wait for responses, but no longer than for `limit`."""
        time_up = asyncio.ensure_future(limit)
        first_of: set[asyncio.Future[Any]] = {
            asyncio.gather(*tasks, return_exceptions=True),
            time_up,
        }
        await asyncio.wait(first_of, return_when=asyncio.FIRST_COMPLETED)
        time_up.cancel()


def uvicorn_config(app: ASGIApp) -> uvicorn.Config:
    """Return the uvicorn configuration of an origin."""
    return uvicorn.Config(
        app,
        http=ClosableProtocol,
        ws="none",
        lifespan="off",
        # Log levels are global to the process, which may run its own uvicorn.
        log_config=None,
        log_level=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        # The application must see the real connection, not what a proxy claims.
        proxy_headers=False,
    )
