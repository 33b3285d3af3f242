"""Many files at once: listed, fetched, and accounted for."""

import asyncio
import os
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, get_args

from .. import arguments
from ..clock import monotonic
from ..config.cache import cache_folder, cache_links
from ..config.settings import Settings
from ..errors import UsageError, WbtypedError
from ..user_warnings import in_thread, warn_user
from .attempt import Attempt
from .cache.store import Cache
from .disk.digests import Algorithm
from .disk.folder_tree import FolderTree
from .engines.choice import Engine, choose
from .local_files import LocalFiles, SkippedFile
from .options import DownloadOptions, EngineName, OnError
from .progress import DownloadProgress, Progress, ProgressReporter, check_progress, reporter
from .results import DownloadResult, FailedFile
from .schedule import Schedule
from .transfer import Source, Transfer, TransferCancelled

if TYPE_CHECKING:
    from ..transport.http import Transport

CACHE_QUEUE_FILES = 512
"""Fetched files that may wait to be taken into the cache, so that memory stays bounded."""
POLL_SECONDS = 0.1
"""Seconds between looks at how far it is."""
SHUTDOWN_SECONDS = 0.8
"""Seconds that a cancelled batch gives its threads to end."""


PlannedFile = Transfer | SkippedFile | FailedFile
"""What a list of files comes down to, file by file."""


class Observer(Protocol):
    """Told of every file as it is settled, from any thread, one at a time."""

    def expect(self, files: int, size: int) -> None:
        """Take how many more files there will be, and their bytes."""

    def finish(self, status: str, name: str, size: int) -> None:
        """Take a file that is there; `status` is `fetched`, `kept` or `cached`."""

    def fail(self, name: str, reason: object) -> None:
        """Take a file that is not there."""


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a batch is run."""

    on_error: OnError = "raise"
    progress: Progress = None
    engine: EngineName | None = None
    jobs: int | None = None
    fsync: bool = False
    observer: Observer | None = None
    cache: Cache | None = None

    def local_files(self, tree: FolderTree) -> LocalFiles:
        """Where files need no fetching, below the root of `tree`."""
        return LocalFiles(tree, self.cache, self.fsync)


def build_options(
    settings: Settings, options: DownloadOptions, on_error: OnError = "raise"
) -> BatchOptions:
    """Build the options of a batch from public keyword arguments; raises UsageError."""
    unknown = sorted(options.keys() - DownloadOptions.__annotations__.keys())
    if unknown:
        allowed = ", ".join(sorted(DownloadOptions.__annotations__.keys() - {"at_once"}))
        raise UsageError(f"unknown download options {unknown}; allowed are {allowed}")
    arguments.one_of("on_error", on_error, get_args(OnError))
    progress, fsync = options.get("progress"), options.get("fsync", False)
    engine, jobs = options.get("engine"), jobs_option(options)
    arguments.check_flags(fsync=fsync)
    check_progress(progress)
    choose(engine, jobs)
    folder = cache_folder(options.get("cache"), settings.cache)
    cache = None if folder is None else Cache(folder, links=cache_links(os.environ))
    return BatchOptions(on_error, progress, engine, jobs, fsync, cache=cache)


def jobs_option(options: DownloadOptions) -> int | None:
    """Return the number of parallel downloads, also under its former name."""
    if "at_once" not in options:
        return options.get("jobs")
    warn_user("at_once is deprecated: use jobs", DeprecationWarning)
    return options.get("jobs", options["at_once"])


@dataclass
class Batch:
    """One download of many files, or of one; it is run once.

    `tree` is at the root of the download. `plan` yields the files as they are listed, `list_name`
    says in errors what was being listed. `expected` are files and bytes, where they are known
    beforehand.
    """

    transport: "Transport"
    tree: FolderTree
    options: BatchOptions
    plan: Iterable[PlannedFile]
    list_name: str
    expected: tuple[int, int] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _error: BaseException | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.result: DownloadResult = DownloadResult(self.tree.root)
        choice = choose(self.options.engine, self.options.jobs)
        self._engine: Engine = choice.make(self.transport)
        budget = self.transport.retries.budget
        self._schedule = Schedule(
            choice.jobs,
            budget,
            self._settled,
            self.tree,
            self.options.fsync,
            choice.small_jobs,
            self.transport.settings.timeout,
            self.transport.hosts,
        )
        self._process = os.getpid()
        self._cancelled = threading.Event()
        self._fetched: queue.Queue[Transfer | None] = queue.Queue(CACHE_QUEUE_FILES)
        self._cache_error: OSError | None = None

    # Running.

    def run(self) -> DownloadResult:
        """Fetch what is planned, while it is still being planned; returns what became of it."""
        report = reporter(self.options.progress)
        threads = [
            threading.Thread(target=self._guarded, args=(work,), daemon=True)
            for work in (self._plan, self._refresh_urls, self._move, *self._cache_workers())
        ]
        try:
            for thread in threads:
                thread.start()
            self._wait(threads, report)
        except BaseException:
            self._stop(threads)
            raise
        finally:
            if report is not None:
                report.close(self._progress())
        self._schedule.release()
        if self._error is not None:
            raise self._error
        if self._cache_error is not None and self.options.cache is not None:
            folder = self.options.cache.folder
            warn_user(f"{folder} did not take every file: {self._cache_error}")
        return self.result

    async def arun(self) -> DownloadResult:
        """Do the same from a coroutine, in a thread; cancelling it ends the batch."""
        running = asyncio.ensure_future(in_thread(self.run))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            self._cancelled.set()
            # What it ends with is the cancel itself, which nobody asks about.
            await asyncio.gather(running, return_exceptions=True)
            raise

    def _wait(self, threads: Sequence[threading.Thread], report: ProgressReporter | None) -> None:
        planner, renewer, *movers = threads
        while working := [thread for thread in movers if thread.is_alive()]:
            working[0].join(POLL_SECONDS)
            if self._cancelled.is_set():
                raise TransferCancelled
            if report is not None:
                report.tick(self._progress())
        for thread in (planner, renewer):
            thread.join(SHUTDOWN_SECONDS)

    def _stop(self, threads: Sequence[threading.Thread]) -> None:
        """End everything soon; a thread that the network holds is left behind, and does no harm."""
        if os.getpid() != self._process:
            # Forked from a callback: threads, connections and files are those of the parent.
            return
        self._schedule.cancel()
        self._engine.interrupt()
        until = monotonic() + SHUTDOWN_SECONDS
        for thread in threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - monotonic()))
        if not any(thread.is_alive() for thread in threads):
            self._schedule.release()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run one of the threads; whatever it does not expect ends the batch."""
        try:
            work()
        except TransferCancelled:
            pass
        except BaseException as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._error = self._error or error
        self._schedule.cancel()
        self._engine.interrupt()

    # What the threads do.

    def _cache_workers(self) -> Sequence[Callable[[], None]]:
        return [] if self.options.cache is None else [self._fill_cache]

    def _move(self) -> None:
        try:
            self.tree.sweep()
            self._engine.run(self._schedule)
        finally:
            self._fetched.put(None)

    def _fill_cache(self) -> None:
        """Take what was fetched into the cache; the download is right without it."""
        while (transfer := self._fetched.get()) is not None:
            digest = transfer.digest
            if self.options.cache is None or digest is None or self._schedule.cancelled:
                continue
            try:
                algorithm: Algorithm = "XXH128" if transfer.xxh128 else "MD5"
                self.options.cache.add(transfer.target, digest, algorithm, self.tree)
            except OSError as error:
                self._cache_error = self._cache_error or error

    def _plan(self) -> None:
        try:
            for planned in self.plan:
                self._expect(planned)
                if isinstance(planned, Transfer):
                    self._schedule.add(planned)
                elif isinstance(planned, SkippedFile):
                    self._record_skipped(planned)
                else:
                    self._record_failure(planned)
                if self._schedule.cancelled:
                    return
        except WbtypedError as error:
            # What was listed is fetched all the same.
            self._record_failure(FailedFile(self.list_name, error))
        finally:
            self._schedule.finish()

    def _refresh_urls(self) -> None:
        """Ask for new addresses in place of those that have run out, many at a time.

        And look for large files that come too slowly over one connection.
        """
        while not self._schedule.finished:
            self._schedule.split_slow()
            by_source: dict[Source, list[Attempt]] = defaultdict(list)
            for attempt in self._schedule.expired():
                if attempt.transfer.source is not None:
                    by_source[attempt.transfer.source].append(attempt)
            for source, attempts in by_source.items():
                self._refresh_urls_from(source, attempts)
            if not by_source:
                time.sleep(POLL_SECONDS / 2)

    def _refresh_urls_from(self, source: Source, attempts: Sequence[Attempt]) -> None:
        try:
            found = source([attempt.transfer.source_name for attempt in attempts])
        except WbtypedError as error:
            for attempt in attempts:
                self._schedule.finish_attempt(attempt, error)
            return
        for attempt in attempts:
            self._schedule.renewed(attempt, found.get(attempt.transfer.source_name))

    # What became of each file.

    def _settled(self, transfer: Transfer, error: Exception | None) -> None:
        if error is not None:
            self._record_failure(FailedFile(transfer.name, error))
            return
        size = transfer.size or 0
        with self._lock:
            self.result.written.append(transfer.name)
            if transfer.recorded is not None and transfer.recorded.unverified:
                self.result.unverified[transfer.name] = transfer.recorded.unverified
            self.result.size += size
            if self.options.observer is not None:
                self.options.observer.finish("fetched", transfer.name, size)
        if self.options.cache is not None:
            self._fetched.put(transfer)

    def _expect(self, planned: PlannedFile) -> None:
        if self.options.observer is not None:
            size = 0 if isinstance(planned, FailedFile) else planned.size
            with self._lock:
                self.options.observer.expect(1, size or 0)

    def _record_skipped(self, kept: SkippedFile) -> None:
        with self._lock:
            (self.result.cached if kept.cached else self.result.kept).append(kept.name)
            self.result.size += kept.size
            if self.options.observer is not None:
                word = "cached" if kept.cached else "kept"
                self.options.observer.finish(word, kept.name, kept.size)

    def _record_failure(self, failed: FailedFile) -> None:
        if self.options.on_error == "raise" or not isinstance(failed.error, WbtypedError):
            self._fail(failed.error)
            return
        with self._lock:
            self.result.failed.append(failed)
            if self.options.observer is not None:
                self.options.observer.fail(failed.name, failed.error)

    def _progress(self) -> DownloadProgress:
        result = self.result
        files, size = self.expected or (None, None)
        return DownloadProgress(
            files=len(result.written) + len(result.cached) + len(result.kept),
            failed=len(result.failed),
            size=result.size + self._schedule.underway(),
            files_expected=files,
            size_expected=size,
        )
