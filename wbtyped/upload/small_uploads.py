"""A fast lane for small uploads: plain PUTs over asyncio, whatever sends the large ones."""

from collections.abc import Callable

from ..errors import WbtypedError
from ..transport.http import USER_AGENT
from ..transport.plain_connection import PlainResponse
from ..transport.plain_pool import PlainPool
from ..transport.redirects import REDIRECT_BODY_BYTES
from .schedule import Upload, UploadSchedule

FIRST_CONNECTIONS = 8
"""Connections to begin with; each further one costs a handshake, and is worth it if responses are
slow."""


class SmallUploads:
    """Sends the small uploads of a schedule: one thread, many at a time over few connections."""

    def __init__(
        self,
        schedule: UploadSchedule,
        hand_over: Callable[[Upload], None],
        timeout: float,
        most: int,
    ) -> None:
        self._schedule = schedule
        self._hand_over = hand_over
        self._most = most
        self._pool: PlainPool[Upload] = PlainPool(self, timeout, min(most, FIRST_CONNECTIONS))
        self._sent: list[Upload] = []

    def run(self) -> None:
        """Work until the schedule is finished."""
        self._pool.run()

    @property
    def finished(self) -> bool:
        """Whether nothing is left to upload."""
        return self._schedule.finished

    def start(self) -> None:
        """Send as many uploads as there are connections."""
        room = self._pool.room
        for upload in self._schedule.take_small(room) if room > 0 else ():
            self._send(upload)

    def _send(self, upload: Upload) -> None:
        try:
            body = upload.body.read()
        except WbtypedError as error:
            self._schedule.fail(upload, error)
            return
        server = upload.url.server
        lines = [
            f"PUT {upload.url.target} HTTP/1.1",
            f"Host: {server.partition('://')[2]}",
            f"User-Agent: {USER_AGENT}",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in upload.headers.items()),
        ]
        head = "\r\n".join(lines).encode("ascii")
        try:
            self._pool.send(upload, server, head + b"\r\n\r\n" + body, REDIRECT_BODY_BYTES)
        except ValueError:  # no such port
            self._hand_over(upload)

    def received(self, upload: Upload, response: PlainResponse) -> None:
        """Record the response to an upload."""
        if 200 <= response.status < 300 and not upload.part:
            self._sent.append(upload)
        else:
            self._schedule.respond(upload, response.status, response.headers)

    def lost(self, upload: Upload, error: Exception | None) -> None:  # noqa: ARG002
        """Send an upload in the usual way, which says why that is not possible."""
        self._hand_over(upload)

    def report(self) -> None:
        """Record the uploads that storage has; without any, use more connections."""
        sent, self._sent = self._sent, []
        if sent:
            self._schedule.end_small(sent)
        elif self._pool.room <= 0:
            self._pool.limit = min(self._most, 2 * self._pool.limit)
