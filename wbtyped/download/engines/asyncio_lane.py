"""A fast lane for small files without libcurl: HTTP/1.1 over asyncio, parsed by httptools.

A GET by httpx costs ten times as much; it remains for everything that is not plain.
"""

import asyncio
from collections import defaultdict
from concurrent.futures import Executor
from contextlib import suppress
from ssl import SSLCertVerificationError
from typing import NamedTuple
from urllib.parse import urlsplit

import httptools

from ...clock import monotonic
from ...errors import TransportError, WbtypedError
from ...transport.http import USER_AGENT
from ...transport.retries import SLOWEST_BYTES_PER_SECOND
from ...transport.tls import Tls, certificate_refused
from ...urls import DEFAULT_PORTS
from ..schedule import Schedule, SmallFile
from ..small_files import server_of
from ..transfer import Transfer
from .small_finisher import SmallFinisher

MAX_EXTRA_BYTES = 256 * 1024
"""Bytes that a response may have beside its content: headers, chunk sizes."""
POLL_SECONDS = 0.02
"""Seconds between looks for files while connections are free."""
HEADERS = f"User-Agent: {USER_AGENT}\r\nAccept: */*\r\nAccept-Encoding: identity\r\n\r\n"


class Origin(NamedTuple):
    """Where a connection leads."""

    scheme: str
    host: str
    port: int


def new_loop() -> asyncio.AbstractEventLoop:
    """Return an event loop whose time goes on where a test stops the clock."""
    loop = asyncio.new_event_loop()
    loop.time = monotonic  # type: ignore[method-assign]
    return loop


class LaneConnection(asyncio.Protocol):
    """A connection that requests one file after another."""

    def __init__(self, lane: "AsyncioLane", origin: Origin) -> None:
        self._lane = lane
        self.origin: Origin = origin
        self.transfer: Transfer | None = None
        self.started_at: float = 0.0
        self.received: int = 0
        """Bytes of the body of the current file."""
        self._size = 0
        self._bytes_left = 0
        self._blocks: list[bytes] = []
        self._headers: dict[str, str] = {}
        self._parser = httptools.HttpResponseParser(self)
        self._socket: asyncio.Transport | None = None

    def start(self, transfer: Transfer, request: bytes) -> None:
        """Request a file."""
        self.transfer, self._size = transfer, transfer.size or 0
        self._bytes_left = self._size + MAX_EXTRA_BYTES
        self.received, self._blocks, self._headers = 0, [], {}
        self.started_at = monotonic()
        if self._socket is None or self._socket.is_closing():
            self.connection_lost(None)
        else:
            self._socket.write(request)

    def abort(self) -> None:
        """Close the connection, which hands its file over."""
        if self._socket is not None:
            self._socket.abort()

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
            self._lane.fail(error.__context__ or error)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Hand the file over that has not been received whole."""
        transfer, self.transfer = self.transfer, None
        self._lane.lost(self, transfer)

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the one header that counts."""
        if name.lower() == b"retry-after":
            self._headers["retry-after"] = value.decode("iso-8859-1")

    def on_body(self, block: bytes) -> None:
        """Keep a block of the body; a body that is too long ends the connection."""
        self.received += len(block)
        if self.received > self._size:
            self.abort()
        else:
            self._blocks.append(block)

    def on_message_complete(self) -> None:
        """Pass the file on, and take the next."""
        status = self._parser.get_status_code()
        transfer = self.transfer
        if status < 200 or transfer is None or self._socket is None or self._socket.is_closing():
            return
        self.transfer = None
        if status == 200:
            self._lane.received(transfer, self._blocks)
        else:
            self._lane.refused(transfer, status, self._headers)
        if self._parser.should_keep_alive():
            self._lane.idle(self)
        else:
            self.abort()


class AsyncioLane:
    """Moves the small files of a schedule, over at most `limit` connections, in its own thread."""

    def __init__(self, schedule: Schedule, timeout: float, limit: int, finishers: Executor) -> None:
        self._schedule = schedule
        self._timeout = timeout
        self._limit = limit
        self._finisher = SmallFinisher(schedule, finishers)
        self._tls = Tls.of_environment()
        self._idle: dict[Origin, list[LaneConnection]] = defaultdict(list)
        self._connections: set[LaneConnection] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._origins: dict[str, Origin] = {}
        """By the beginnings of URLs."""
        self._turn_is_due = False
        self._waiting: list[Transfer] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        """Work until the schedule is finished."""
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(self._run())

    def _on_error(self, _: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """Keep an unexpected error of a callback, which would only be logged."""
        error = context.get("exception")
        self.fail(error if isinstance(error, Exception) else RuntimeError(context["message"]))

    def fail(self, error: BaseException) -> None:
        """Let `run` raise an unexpected error."""
        self._error = self._error or error

    async def _run(self) -> None:
        asyncio.get_running_loop().set_exception_handler(self._on_error)
        try:
            while not self._schedule.finished:
                if self._error is not None:
                    raise self._error
                self._start()
                self._drop_stalled()
                await asyncio.sleep(POLL_SECONDS)
                self._finisher.report()
        finally:
            for connection in list(self._connections):
                connection.abort()
            for task in self._opening:
                task.cancel()

    # Starting.

    def _busy(self) -> int:
        idle = sum(map(len, self._idle.values()))
        return len(self._connections) - idle + len(self._opening)

    def _start(self) -> None:
        """Request as many files as connections allow."""
        while self._busy() < self._limit:
            if not self._waiting:
                self._waiting = self._schedule.take_small(self._limit)[::-1]
            if not self._waiting:
                return
            self._request(self._waiting.pop())

    def _request(self, transfer: Transfer) -> None:
        server = server_of(transfer)
        try:
            origin = self._origins.get(server) or self._origin(server)
        except ValueError:  # no such port
            self._finisher.hand_over(transfer)
            return
        target, host = transfer.url[len(server) :], server.partition("://")[2]
        request = f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{HEADERS}".encode("ascii")
        if self._idle[origin]:
            self._idle[origin].pop().start(transfer, request)
            return
        if len(self._connections) + len(self._opening) >= self._limit:
            self._close_idle()
        task = asyncio.ensure_future(self._open(origin, transfer, request))
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

    async def _open(self, origin: Origin, transfer: Transfer, request: bytes) -> None:
        """Open a connection for a file; if that fails, the usual way says why."""
        connection = LaneConnection(self, origin)
        try:
            context = self._tls.context() if origin.scheme == "https" else None
            async with asyncio.timeout(self._timeout):
                await asyncio.get_running_loop().create_connection(
                    lambda: connection, origin.host, origin.port, ssl=context
                )
        except SSLCertVerificationError as error:
            reason = f"cannot connect to {origin.scheme}://{origin.host}:{origin.port}: {error}"
            self._finisher.hand_over(
                transfer, TransportError(certificate_refused(f"{transfer.label}: {reason}"))
            )
            return
        except (OSError, ValueError, WbtypedError):  # ValueError: a name that cannot be resolved
            self._finisher.hand_over(transfer)
            return
        self._connections.add(connection)
        connection.start(transfer, request)

    def _drop_stalled(self) -> None:
        """Close connections that receive next to nothing."""
        now = monotonic()
        for connection in list(self._connections):
            seconds = now - connection.started_at
            if (
                connection.transfer is not None
                and seconds > self._timeout
                and connection.received < SLOWEST_BYTES_PER_SECOND * seconds
            ):
                connection.abort()

    # What connections report.

    def received(self, transfer: Transfer, blocks: list[bytes]) -> None:
        """Verify and write a file."""
        self._finisher.add(SmallFile(transfer, b"".join(blocks)))

    def refused(self, transfer: Transfer, status: int, headers: dict[str, str]) -> None:
        """Hand a file over whose response has no content."""
        self._finisher.hand_over_status(transfer, status, headers)

    def idle(self, connection: LaneConnection) -> None:
        """Use a connection for the next file."""
        self._idle[connection.origin].append(connection)
        if not self._turn_is_due:
            self._turn_is_due = True
            # Once all connections have been read that have received something.
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Request the next files; then write those that have arrived, as the server works."""
        self._turn_is_due = False
        self._start()
        self._finisher.report()

    def lost(self, connection: LaneConnection, transfer: Transfer | None) -> None:
        """Forget a connection, and hand its file over."""
        self._connections.discard(connection)
        with suppress(ValueError):
            self._idle[connection.origin].remove(connection)
        if transfer is not None:
            self._finisher.hand_over(transfer)
