"""Upload many files concurrently, while a flow still asks for further URLs."""

import os
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from ..download.collector import seldom_collected
from ..download.progress import DownloadProgress, RateMeter, progress_reporter
from ..download.results import FailedFile
from ..errors import TransportError, WbtypedError
from ..transport.blocking import in_flow
from ..transport.flow import Flow
from ..transport.http import Transport, check_headers
from ..urls import WebUrl, web_url
from .batch_options import BatchOptions
from .engine import UploadEngine
from .results import UploadResult
from .schedule import QUEUE_UPLOADS, Upload, UploadSchedule

PROGRESS_SECONDS = 0.1
"""Seconds between progress updates."""
SHUTDOWN_SECONDS = 0.8
"""Seconds that threads without work have to end."""
ABANDON_SECONDS = 0.05
"""Seconds that threads of a cancelled batch have to end."""


class UploadBatch:
    """One upload of any number of files. Use it in a `with` statement, inside of a flow.

    `add` starts uploads at once; `wait_for_room` and `finish` let the flow wait for them. Whoever
    adds uploads reports by `file_done` and `file_failed` what they mean for a file.
    """

    def __init__(self, transport: Transport, options: BatchOptions) -> None:
        self.result: UploadResult = UploadResult()
        self.options: BatchOptions = options
        self.transport: Transport = transport
        self._schedule = UploadSchedule(
            options.jobs, options.small_jobs, transport.retries.budget, transport.retries.reached
        )
        self._engine = UploadEngine(transport, self._schedule, options, self.abort)
        self._reporter = progress_reporter(options.progress)
        self._meter = RateMeter()
        self.lock: threading.RLock = threading.RLock()
        self._error: BaseException | None = None
        self._expected_files = self._expected_size = 0
        self._parts_size = 0
        self._resumed_size = 0
        self._totals_final = False
        self._process = os.getpid()

    def __enter__(self) -> Self:
        self._collector = seldom_collected()
        self._collector.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        self._collector.__exit__(kind, error, traceback)
        if os.getpid() != self._process:
            # Forked from a callback: threads and connections are those of the parent.
            return
        if error is not None:
            self._schedule.cancel()
        self._schedule.finish()
        # On an event loop, nothing may wait long; threads that are left over end by themselves.
        self._engine.join(SHUTDOWN_SECONDS if error is None else ABANDON_SECONDS)
        self._report(done=True)

    # Adding.

    def expect(self, files: int, size: int) -> None:
        """Announce all files, and their bytes."""
        self._expected_files, self._expected_size, self._totals_final = files, size, True

    def target(
        self, what: str, url: str | None, assigned: Mapping[str, str]
    ) -> tuple[WebUrl, Mapping[str, str]]:
        """Return an assigned URL and headers, ready to be sent; raises TransportError.

        Only the API's own origin gets the key.
        """
        self.transport.check_online(what)
        if url is None:
            raise TransportError(f"{what}: the server assigned no upload URL")
        check_headers(what, assigned)
        target = web_url(self.transport.absolute(url), what)
        return target, {**assigned, **self.transport.authorization_for(target)}

    def add(self, uploads: Sequence[Upload]) -> None:
        """Start uploads."""
        self._schedule.add(uploads)
        self._engine.grow()

    # Waiting.

    def wait_for_room(self) -> Flow[None]:
        """Wait until further uploads may be added; raises the error that ended the batch."""
        yield from in_flow(lambda: self._wait(QUEUE_UPLOADS), self._schedule.cancel)

    def finish(self) -> Flow[None]:
        """Wait for all uploads that were added; raises the error that ended the batch."""
        yield from in_flow(lambda: self._wait(1), self._schedule.cancel)

    def _wait(self, most: int) -> None:
        try:
            while not self._schedule.wait_below(most, PROGRESS_SECONDS):
                self._report()
        except BaseException:
            self._schedule.cancel()
            raise
        if self._error is not None:
            raise self._error
        self._report()

    # Outcomes, from any thread.

    def file_done(self, status: str, name: str, size: int) -> None:
        """Record a file that the server has; `status` is `uploaded` or `skipped`."""
        with self.lock:
            result = self.result
            (result.uploaded if status == "uploaded" else result.skipped).append(name)
            result.size += size
            if status == "uploaded":
                result.sent += size
            if self.options.observer is not None:
                self._observe(status, name, size)

    def _observe(self, status: str, name: str, size: int) -> None:
        """Tell the observer; an error of its own ends the batch."""
        try:
            if self.options.observer is not None:
                self.options.observer.finish(status, name, size)
        except Exception as error:
            self.abort(error)

    def part_done(self, size: int, *, resumed: bool = False) -> None:
        """Record a part of a file that is not complete yet, or was sent by an earlier call."""
        with self.lock:
            self._parts_size += size
            self._resumed_size += size if resumed else 0

    def parts_joined(self, size: int) -> None:
        """Record that the parts of a file count as the file now."""
        with self.lock:
            self._parts_size -= size

    def file_failed(self, name: str, error: Exception) -> None:
        """Record a file that failed, which ends the batch unless errors are collected."""
        if self.options.on_error == "raise" or not isinstance(error, WbtypedError):
            self.abort(error)
            return
        with self.lock:
            self.result.failed.append(FailedFile(name, error))
            try:
                if self.options.observer is not None:
                    self.options.observer.fail(name, error)
            except Exception as unexpected:
                self.abort(unexpected)

    def abort(self, error: BaseException) -> None:
        """End the batch with an error."""
        with self.lock:
            self._error = self._error or error
        self._schedule.cancel()

    # Progress.

    def _report(self, *, done: bool = False) -> None:
        observer = self.options.observer
        if self._reporter is None and observer is None:
            return
        progress = self._progress(done=done)
        if observer is not None:
            observer.tick(progress)
        if self._reporter is not None:
            (self._reporter.close if done else self._reporter.tick)(progress)

    def _progress(self, *, done: bool) -> DownloadProgress:
        result = self.result
        size = result.size + self._parts_size + self._schedule.sent_bytes()
        skipped = result.size - result.sent
        sent = max(0, size - skipped - self._resumed_size)
        return DownloadProgress(
            files=len(result.uploaded) + len(result.skipped),
            failed=len(result.failed),
            size=size,
            files_expected=self._expected_files if self._totals_final else None,
            size_expected=self._expected_size if self._totals_final else None,
            rate=self._meter.mean(sent) if done else self._meter.rate(sent),
            done=done,
            totals_final=self._totals_final,
        )
