"""Moves bytes with httpx: threads, each with connections of its own."""

import socket
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import TYPE_CHECKING
from urllib.request import getproxies

import httpx

from ..time_limits import heed_limits, response_limit
from ..transport import (
    USER_AGENT,
    ExactUrl,
    Transport,
    drop_redirect_body,
    limited_client,
    tls_context,
    transport_errors,
)
from ..urls import WebUrl
from .transfer import Abandoned

if TYPE_CHECKING:
    from .attempt import Attempt
    from .schedule import Schedule

IDLE = 0.2
"""Seconds after which a thread without work looks whether there is an end."""


class Opener:
    """How one thread asks for files: over connections of its own, or those of a client.

    A client of httpx keeps cookies and looks for redirects, which takes a third of the time of a
    small file, so it is asked only where there are proxies.
    """

    def __init__(self, timeout: float, client: httpx.Client | None = None) -> None:
        self._timeout = httpx.Timeout(timeout)
        self._head_limit = timeout
        self._lent = client is not None
        self._client = client
        self._direct = None
        if client is None and not getproxies().keys() - {"no"}:
            self._direct = httpx.HTTPTransport(verify=tls_context())
            heed_limits(self._direct)

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
            if self._direct is not None:
                return self._direct.handle_request(request)
            if self._client is None:
                self._client = limited_client(self._head_limit)
            return self._client.send(request, stream=True)

    def drop(self, response: httpx.Response) -> None:
        """Take the body of a redirect, in the time that a head has."""
        with response_limit(self._head_limit):
            drop_redirect_body(response)

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
                            raise Abandoned
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
