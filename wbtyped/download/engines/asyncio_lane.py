"""A fast lane for small files without libcurl: plain GETs over asyncio."""

from concurrent.futures import Executor

from ...errors import TransportError
from ...transport.http import USER_AGENT
from ...transport.plain_connection import PlainResponse
from ...transport.plain_pool import PlainPool
from ...transport.tls import certificate_refused
from ..schedule import Schedule, SmallFile
from ..small_files import server_of
from ..transfer import Transfer
from .small_finisher import SmallFinisher

HEADERS = f"User-Agent: {USER_AGENT}\r\nAccept: */*\r\nAccept-Encoding: identity\r\n\r\n"


class AsyncioLane:
    """Moves the small files of a schedule, over at most `limit` connections, in its own thread."""

    def __init__(self, schedule: Schedule, timeout: float, limit: int, finishers: Executor) -> None:
        self._schedule = schedule
        self._limit = limit
        self._finisher = SmallFinisher(schedule, finishers)
        self._pool: PlainPool[Transfer] = PlainPool(self, timeout, limit)
        self._waiting: list[Transfer] = []

    def run(self) -> None:
        """Work until the schedule is finished."""
        self._pool.run()

    @property
    def finished(self) -> bool:
        """Whether nothing is left to download."""
        return self._schedule.finished

    def start(self) -> None:
        """Request as many files as there are connections."""
        while self._pool.room > 0:
            if not self._waiting:
                self._waiting = self._schedule.take_small(self._limit)[::-1]
            if not self._waiting:
                return
            self._request(self._waiting.pop())

    def _request(self, transfer: Transfer) -> None:
        server = server_of(transfer)
        target, host = transfer.url[len(server) :], server.partition("://")[2]
        request = f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{HEADERS}".encode("ascii")
        try:
            self._pool.send(transfer, server, request, transfer.size or 0)
        except ValueError:  # no such port
            self._finisher.hand_over(transfer)

    def received(self, transfer: Transfer, response: PlainResponse) -> None:
        """Keep a file; without its content, hand it over."""
        if response.status == 200:
            self._finisher.add(SmallFile(transfer, b"".join(response.blocks)))
        else:
            self._finisher.hand_over_status(transfer, response.status, response.headers)

    def lost(self, transfer: Transfer, error: Exception | None) -> None:
        """Hand a file over whose connection failed."""
        if error is not None:
            reason = f"{transfer.label}: cannot connect to {server_of(transfer)}: {error}"
            error = TransportError(certificate_refused(reason))
        self._finisher.hand_over(transfer, error)

    def report(self) -> None:
        """Verify and write the files that have been received."""
        self._finisher.report()
