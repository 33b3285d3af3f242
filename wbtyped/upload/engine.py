"""Start as many threads as there is work for; each sends uploads of a schedule."""

import threading
from collections.abc import Callable
from contextlib import closing

from ..clock import monotonic
from ..download.engines.choice import has_fast_lane
from ..download.worker import TransferCancelled, Worker
from ..transport.http import Transport
from .batch_options import BatchOptions
from .schedule import Upload, UploadSchedule
from .senders import Senders

POLL_SECONDS = 0.2
"""Seconds until an idle thread looks again whether the schedule is finished."""
FEW_FILES = 8
"""Small files that threads send: what the fast lane needs takes longer to import."""


class UploadEngine:
    """Threads that send one upload at a time, and one that sends many small ones at a time."""

    def __init__(
        self,
        transport: Transport,
        schedule: UploadSchedule,
        options: BatchOptions,
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self._transport = transport
        self._schedule = schedule
        self._options = options
        self._on_crash = on_crash
        self._threads: list[Worker] = []
        self._lane: Worker | None = None
        self._growing = threading.Lock()
        # The lane sends plain requests over asyncio, as that of httpx for downloads does.
        self._has_lane = has_fast_lane("httpx", None)

    def grow(self) -> None:
        """Start threads for the uploads that are not finished, if there are too few."""
        small, large = self._schedule.unfinished()
        with self._growing:
            if self._has_lane and small > FEW_FILES and self._lane is None:
                self._lane = self._start(self._run_lane)
            wanted = min(self._options.jobs, large if self._lane else small + large)
            while len(self._threads) < wanted:
                self._threads.append(self._start(self._send_one_by_one))

    def join(self, seconds: float) -> None:
        """Wait until all threads have ended, but not longer."""
        until = monotonic() + seconds
        for thread in [*self._threads, *([self._lane] if self._lane else [])]:
            thread.ended.wait(max(0.0, until - monotonic()))

    def _start(self, work: Callable[[], None]) -> Worker:
        thread = Worker(lambda: self._guarded(work))
        thread.start()
        return thread

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self._on_crash(error)

    def _run_lane(self) -> None:
        from .small_uploads import SmallUploads  # needs httptools, which may be missing

        most, timeout = self._options.small_jobs, self._transport.settings.timeout
        SmallUploads(self._schedule, self._hand_over, timeout, most).run()

    def _hand_over(self, upload: Upload) -> None:
        """Let a thread send a small upload, and say why it cannot be sent if it cannot."""
        self._schedule.hand_over(upload)
        self.grow()

    def _send_one_by_one(self) -> None:
        schedule = self._schedule
        with closing(Senders(self._transport, schedule, self._options.engine)) as senders:
            while not schedule.finished:
                upload = schedule.take(POLL_SECONDS, or_small=self._lane is None)
                if upload is None:
                    continue
                try:
                    status, headers = senders.send(upload)
                except Exception as error:
                    schedule.fail(upload, error)
                except BaseException:
                    schedule.fail(upload, TransferCancelled())
                    raise
                else:
                    schedule.respond(upload, status, headers)
