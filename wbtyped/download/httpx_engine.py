"""Moves bytes with httpx: threads, each with connections of its own."""

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx

from ..transport import USER_AGENT, Transport, tls_context, transport_errors
from .transfer import Abandoned

if TYPE_CHECKING:
    from .schedule import Attempt, Schedule

IDLE = 0.2
"""Seconds after which a thread without work looks whether there is an end."""


class HttpxEngine:
    """Worker threads with one client each: one pool for all collapses above 16 connections."""

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
            threading.Thread(target=self._with_own_client, args=(schedule,), daemon=True)
            for _ in range(self._at_once)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _with_own_client(self, schedule: "Schedule") -> None:
        # A thread with nothing to do opens no connection.
        with httpx.Client(headers={"User-Agent": USER_AGENT}, verify=tls_context()) as client:
            self._work(schedule, client)

    def _work(self, schedule: "Schedule", client: httpx.Client) -> None:
        while not schedule.finished:
            attempt = schedule.take(IDLE)
            if attempt is None:
                continue
            try:
                self._move(schedule, client, attempt)
            except Exception as error:
                schedule.ended(attempt, error)
            except BaseException:
                schedule.ended(attempt, Abandoned())
                raise
            else:
                schedule.complete(attempt)

    def _move(self, schedule: "Schedule", client: httpx.Client, attempt: "Attempt") -> None:
        """Ask once, and take what comes."""
        transfer, receiver = attempt.transfer, attempt.receiver
        timeout = self._transport.settings.timeout
        with (
            transport_errors(transfer.label),
            client.stream(
                "GET", transfer.url, headers=receiver.headers(), follow_redirects=True,
                timeout=timeout,
            ) as response,
        ):  # fmt: skip
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
