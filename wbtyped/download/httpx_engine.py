"""Moves bytes with httpx: threads, each with connections of its own."""

import socket
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import httpx

from ..routes import RoutedTransport
from ..transport import USER_AGENT, Transport, new_client, transport_errors
from .transfer import Abandoned

if TYPE_CHECKING:
    from .attempt import Attempt
    from .schedule import Schedule

IDLE = 0.2
"""Seconds after which a thread without work looks whether there is an end."""


class Opener:
    """How one thread asks for files: over connections of its own, or those of a client.

    A client of httpx keeps cookies and looks for redirects, which takes a third of the time of a
    small file, so it is asked only where there are redirects.
    """

    def __init__(self, timeout: float, client: httpx.Client | None = None) -> None:
        self._timeout = httpx.Timeout(timeout)
        self._lent = client is not None
        self._client = client
        self._direct = RoutedTransport() if client is None else None

    def open(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        """Send the request, and return the answer as soon as its head is there."""
        if self._direct is not None:
            request = httpx.Request(
                "GET",
                url,
                headers={"User-Agent": USER_AGENT, **headers},
                extensions={"timeout": self._timeout.as_dict()},
            )
            response = self._direct.handle_request(request)
            if not response.has_redirect_location:
                return response
            response.close()
        if self._client is None:
            self._client = new_client(self._timeout)
        request = self._client.build_request("GET", url, headers=headers, timeout=self._timeout)
        return self._client.send(request, stream=True, follow_redirects=True)

    def close(self) -> None:
        """Close the connections, unless they are lent."""
        if self._direct is not None:
            self._direct.close()
        if self._client is not None and not self._lent:
            self._client.close()


class HttpxEngine:
    """Worker threads with connections of their own: one pool for all collapses above 16."""

    def __init__(self, transport: Transport, at_once: int) -> None:
        self._transport = transport
        self._at_once = at_once
        self._sockets: dict[int, socket.socket] = {}
        self._lock = threading.Lock()

    def run(self, schedule: "Schedule") -> None:
        """Work until the schedule is finished; a single transfer at a time needs no thread."""
        if self._at_once == 1:
            self._work(schedule, self._transport.http)
            return
        threads = [
            threading.Thread(target=self._work, args=(schedule,), daemon=True)
            for _ in range(self._at_once)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, schedule: "Schedule", client: httpx.Client | None = None) -> None:
        with closing(Opener(self._transport.settings.timeout, client)) as opener:
            while not schedule.finished:
                attempt = schedule.take(IDLE)
                if attempt is None:
                    continue
                try:
                    self._move(schedule, opener, attempt)
                except Exception as error:
                    schedule.ended(attempt, error)
                except BaseException:
                    schedule.ended(attempt, Abandoned())
                    raise
                else:
                    schedule.complete(attempt)

    def _move(self, schedule: "Schedule", opener: Opener, attempt: "Attempt") -> None:
        """Ask once, and take what comes."""
        transfer, receiver = attempt.transfer, attempt.receiver
        with (
            transport_errors(transfer.label),
            closing(opener.open(transfer.url, receiver.headers())) as response,
        ):
            receiver.begin(
                response.status_code, response.headers, redirected=bool(response.history)
            )
            self._watch(response)
            # Without a size, blocks come as they arrived: cutting them anew costs a copy.
            for block in response.iter_raw():
                if schedule.cancelled:
                    raise Abandoned
                receiver.write(block)

    def _watch(self, response: httpx.Response) -> None:
        """Note the connection, so that a cancel can end a wait for bytes."""
        stream = response.extensions.get("network_stream")
        connection = stream.get_extra_info("socket") if stream else None
        if isinstance(connection, socket.socket):
            with self._lock:
                self._sockets[threading.get_ident()] = connection

    def interrupt(self) -> None:
        """Shut the connections down, which ends every wait for bytes."""
        with self._lock:
            for connection in self._sockets.values():
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
