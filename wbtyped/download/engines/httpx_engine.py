"""Move bytes with httpx: threads, each with its own connections."""

import socket
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

from ...transport.http import (
    USER_AGENT,
    ExactUrl,
    Transport,
    drop_redirect_body,
    transport_errors,
)
from ...transport.httpx_import import httpx
from ...transport.routes import RoutedTransport
from ...transport.time_limits import response_limit
from ...urls import WebUrl
from ..attempt import Attempt
from ..schedule import Schedule
from ..worker import TransferCancelled
from .small_finisher import FINISHER_THREADS

POLL_SECONDS = 0.2
"""Seconds until an idle thread looks again whether the schedule is finished."""


class HttpxConnection:
    """How one thread sends requests: over its own connections, or those of a client.

    An httpx client handles cookies and redirects, which takes a third of the time of a small file.
    So a client is used only where its connections are to be reused.
    """

    def __init__(self, timeout: float, client: httpx.Client | None = None) -> None:
        self._timeout = httpx.Timeout(timeout)
        self._headers_timeout = timeout
        self._client = client
        self._own = RoutedTransport()

    def open(self, url: WebUrl, headers: Mapping[str, str]) -> httpx.Response:
        """Send the request and return the response as soon as its headers have arrived."""
        request = httpx.Request(
            "GET",
            str(url),
            headers={"User-Agent": USER_AGENT, **headers},
            extensions={"timeout": self._timeout.as_dict()},
        )
        request.url = ExactUrl(url)
        with response_limit(self._headers_timeout):
            if self._client is not None:
                return self._client.send(request, stream=True)
            return self._own.handle_request(request)

    def drop(self, response: httpx.Response) -> None:
        """Read the body of a redirect, within the time limit of its headers."""
        with response_limit(self._headers_timeout):
            drop_redirect_body(response)

    def close(self) -> None:
        """Close the connections, unless they are those of a client."""
        self._own.close()


class HttpxEngine:
    """Worker threads with their own connections: a shared pool collapses above 16 threads."""

    def __init__(self, transport: Transport, jobs: int, lane_jobs: int) -> None:
        self._transport = transport
        self._jobs = jobs
        self._sockets: dict[int, socket.socket] = {}
        self._lock = threading.Lock()
        self._lane_jobs = lane_jobs
        """How many small files the fast lane moves at a time; 0 if there is none."""

    def run(self, schedule: Schedule) -> None:
        """Work until the schedule is finished; with one job, in the calling thread."""
        if self._jobs == 1:
            self._work(schedule, self._transport.http)
            return
        threads = [
            threading.Thread(target=self._work, args=(schedule,), daemon=True)
            for _ in range(self._jobs)
        ]
        for thread in threads:
            thread.start()
        if self._lane_jobs:
            self._run_lane(schedule)
        for thread in threads:
            thread.join()

    def _run_lane(self, schedule: Schedule) -> None:
        from .asyncio_lane import AsyncioLane  # needs httptools, which may be missing

        with ThreadPoolExecutor(FINISHER_THREADS) as finishers:
            timeout = self._transport.settings.timeout
            AsyncioLane(schedule, timeout, self._lane_jobs, finishers).run()

    def _work(self, schedule: Schedule, client: httpx.Client | None = None) -> None:
        with closing(HttpxConnection(self._transport.settings.timeout, client)) as connection:
            while not schedule.finished:
                attempt = schedule.take(POLL_SECONDS)
                if attempt is None:
                    continue
                try:
                    self._move(schedule, connection, attempt)
                except Exception as error:
                    schedule.finish_attempt(attempt, error)
                except BaseException:
                    schedule.finish_attempt(attempt, TransferCancelled())
                    raise
                else:
                    schedule.complete(attempt)

    def _move(self, schedule: Schedule, connection: HttpxConnection, attempt: Attempt) -> None:
        """Send one request, following redirects, and pass the response to the handler."""
        handler = attempt.handler
        with transport_errors(attempt.transfer.label):
            while True:
                with closing(connection.open(*handler.request())) as response:
                    if not handler.begin(response.status_code, response.headers):
                        connection.drop(response)
                        continue
                    self._watch(response)
                    # Without a chunk size, blocks are passed on as received: no copy is made.
                    for block in response.iter_raw():
                        if schedule.cancelled:
                            raise TransferCancelled
                        handler.write(block)
                    return

    def _watch(self, response: httpx.Response) -> None:
        """Remember the socket, so that a cancel can interrupt a wait for bytes."""
        stream = response.extensions.get("network_stream")
        found = stream.get_extra_info("socket") if stream else None
        if isinstance(found, socket.socket):
            with self._lock:
                self._sockets[threading.get_ident()] = found

    def interrupt(self) -> None:
        """Shut the sockets down, which ends every wait for bytes."""
        with self._lock:
            for watched in self._sockets.values():
                with suppress(OSError):
                    watched.shutdown(socket.SHUT_RDWR)
