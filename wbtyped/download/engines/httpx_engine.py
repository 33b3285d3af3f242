"""Moves bytes with httpx: threads, each with connections of its own."""

import socket
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import httpx

from ...transport.http import (
    USER_AGENT,
    ExactUrl,
    Transport,
    drop_redirect_body,
    transport_errors,
)
from ...transport.routes import RoutedTransport
from ...transport.time_limits import response_limit
from ...urls import WebUrl
from ..transfer import TransferCancelled

if TYPE_CHECKING:
    from ..attempt import Attempt
    from ..schedule import Schedule

POLL_SECONDS = 0.2
"""Seconds after which a thread without work looks whether there is an end."""


class HttpxConnection:
    """How one thread asks for files: over connections of its own, or those of a client.

    A client of httpx keeps cookies and looks for redirects, which takes a third of the time of a
    small file, so it is asked only where its connections are to be used.
    """

    def __init__(self, timeout: float, client: httpx.Client | None = None) -> None:
        self._timeout = httpx.Timeout(timeout)
        self._head_limit = timeout
        self._client = client
        self._own = RoutedTransport()

    def open(self, url: WebUrl, headers: Mapping[str, str]) -> httpx.Response:
        """Send the request, and return the answer as soon as its head is there."""
        request = httpx.Request(
            "GET",
            str(url),
            headers={"User-Agent": USER_AGENT, **headers},
            extensions={"timeout": self._timeout.as_dict()},
        )
        request.url = ExactUrl(url)
        with response_limit(self._head_limit):
            if self._client is not None:
                return self._client.send(request, stream=True)
            return self._own.handle_request(request)

    def drop(self, response: httpx.Response) -> None:
        """Take the body of a redirect, in the time that a head has."""
        with response_limit(self._head_limit):
            drop_redirect_body(response)

    def close(self) -> None:
        """Close the connections, unless they are lent."""
        self._own.close()


class HttpxEngine:
    """Worker threads with connections of their own: one pool for all collapses above 16."""

    def __init__(self, transport: Transport, jobs: int) -> None:
        self._transport = transport
        self._jobs = jobs
        self._sockets: dict[int, socket.socket] = {}
        self._lock = threading.Lock()

    def run(self, schedule: "Schedule") -> None:
        """Work until the schedule is finished; a single transfer at a time needs no thread."""
        if self._jobs == 1:
            self._work(schedule, self._transport.http)
            return
        threads = [
            threading.Thread(target=self._work, args=(schedule,), daemon=True)
            for _ in range(self._jobs)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, schedule: "Schedule", client: httpx.Client | None = None) -> None:
        with closing(HttpxConnection(self._transport.settings.timeout, client)) as opener:
            while not schedule.finished:
                attempt = schedule.take(POLL_SECONDS)
                if attempt is None:
                    continue
                try:
                    self._move(schedule, opener, attempt)
                except Exception as error:
                    schedule.finish_attempt(attempt, error)
                except BaseException:
                    schedule.finish_attempt(attempt, TransferCancelled())
                    raise
                else:
                    schedule.complete(attempt)

    def _move(self, schedule: "Schedule", opener: HttpxConnection, attempt: "Attempt") -> None:
        """Ask once, and take what comes."""
        receiver = attempt.receiver
        with transport_errors(attempt.transfer.label):
            while True:
                with closing(opener.open(*receiver.request())) as response:
                    if not receiver.begin(response.status_code, response.headers):
                        opener.drop(response)
                        continue
                    self._watch(response)
                    # Without a size, blocks come as they arrived: cutting them anew costs a copy.
                    for block in response.iter_raw():
                        if schedule.cancelled:
                            raise TransferCancelled
                        receiver.write(block)
                    return

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
