"""Many plain requests at a time in one thread, over few connections."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from ssl import SSLCertVerificationError
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from ..clock import monotonic
from ..errors import WbtypedError
from ..urls import DEFAULT_PORTS
from .plain_connection import Origin, PlainConnection, PlainResponse
from .tls import Tls

POLL_SECONDS = 0.02
"""Seconds between looks for requests while connections are free."""

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class Lane(Protocol[T_contra]):
    """Whoever has requests to send, and for each something that it is for."""

    @property
    def finished(self) -> bool:
        """Whether no more requests will follow."""
        ...

    def start(self) -> None:
        """Pass requests to `PlainPool.send`, as many as there is room for."""

    def received(self, item: T_contra, response: PlainResponse, /) -> None:
        """Accept a response."""

    def lost(self, item: T_contra, error: Exception | None, /) -> None:
        """Accept that there is no response; `error` says why, if it is known."""

    def report(self) -> None:
        """Work through what was accepted since the last call."""


class PlainPool(Generic[T]):
    """At most `limit` connections, each for one request at a time."""

    def __init__(self, lane: Lane[T], timeout: float, limit: int) -> None:
        self._lane = lane
        self._timeout = timeout
        self.limit: int = limit
        self._tls = Tls.of_environment()
        self._idle: dict[Origin, list[PlainConnection[T]]] = defaultdict(list)
        self._connections: set[PlainConnection[T]] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._origins: dict[str, Origin] = {}
        """By the beginnings of URLs."""
        self._turn_is_due = False
        self._error: BaseException | None = None

    def run(self) -> None:
        """Send the requests of the lane until it is finished."""
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(self._run())

    async def _run(self) -> None:
        asyncio.get_running_loop().set_exception_handler(self._on_error)
        try:
            while not self._lane.finished:
                if self._error is not None:
                    raise self._error
                self._lane.start()
                self._drop_stalled()
                await asyncio.sleep(POLL_SECONDS)
                self._lane.report()
        finally:
            for connection in list(self._connections):
                connection.abort()
            for task in self._opening:
                task.cancel()

    def _on_error(self, _: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """Keep an unexpected error of a callback, which would only be logged."""
        error = context.get("exception")
        self.fail(error if isinstance(error, Exception) else RuntimeError(context["message"]))

    def fail(self, error: BaseException) -> None:
        """Let `run` raise an unexpected error."""
        self._error = self._error or error

    def _drop_stalled(self) -> None:
        """Close connections over which next to nothing moves."""
        now = monotonic()
        for connection in list(self._connections):
            if connection.is_stalled(now, self._timeout):
                connection.abort()

    # Sending.

    @property
    def room(self) -> int:
        """How many more requests may be sent now."""
        idle = sum(map(len, self._idle.values()))
        return self.limit - (len(self._connections) - idle + len(self._opening))

    def send(self, item: T, server: str, request: bytes, most: int) -> None:
        """Send a request to a server, such as `https://host:port`.

        A response of more than `most` bytes is not accepted. Raises ValueError for a server that no
        connection can lead to.
        """
        origin = self._origins.get(server) or self._origin(server)
        if self._idle[origin]:
            self._idle[origin].pop().start(item, request, most)
            return
        if len(self._connections) + len(self._opening) >= self.limit:
            self._close_idle()
        task = asyncio.ensure_future(self._open(origin, item, request, most))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def _origin(self, server: str) -> Origin:
        url = urlsplit(server)
        port = url.port or DEFAULT_PORTS[url.scheme]
        self._origins[server] = origin = Origin(url.scheme, url.hostname or "", port)
        return origin

    def _close_idle(self) -> None:
        """Close a connection that nothing uses: each server would keep some of its own."""
        for idle in self._idle.values():
            if idle:
                idle.pop().abort()
                return

    async def _open(self, origin: Origin, item: T, request: bytes, most: int) -> None:
        """Open a connection for a request; if that fails, the usual way says why."""
        connection = PlainConnection(self, origin)
        try:
            context = self._tls.context() if origin.scheme == "https" else None
            async with asyncio.timeout(self._timeout):
                await asyncio.get_running_loop().create_connection(
                    lambda: connection, origin.host, origin.port, ssl=context
                )
        except SSLCertVerificationError as error:
            self._lane.lost(item, error)
            return
        except (OSError, ValueError, WbtypedError):  # ValueError: a name that cannot be resolved
            self._lane.lost(item, None)
            return
        self._connections.add(connection)
        connection.start(item, request, most)

    # What connections report.

    def received(self, connection: PlainConnection[T], item: T, response: PlainResponse) -> None:
        """Pass a response on, and use the connection for the next request."""
        self._lane.received(item, response)
        if not connection.is_open:
            return
        self._idle[connection.origin].append(connection)
        if not self._turn_is_due:
            self._turn_is_due = True
            # Once all connections have been read that have received something.
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Send the next requests; then work through the responses, as the server works."""
        self._turn_is_due = False
        self._lane.start()
        self._lane.report()

    def lost(self, connection: PlainConnection[T], item: T | None) -> None:
        """Forget a connection, and hand over what it was to bring."""
        self._connections.discard(connection)
        with suppress(ValueError):
            self._idle[connection.origin].remove(connection)
        if item is not None:
            self._lane.lost(item, None)


def new_loop() -> asyncio.AbstractEventLoop:
    """Return an event loop whose time goes on where a test stops the clock."""
    loop = asyncio.new_event_loop()
    loop.time = monotonic  # type: ignore[method-assign]
    return loop
