"""Download many files concurrently and report the outcome of each."""

import os
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol, get_args

from .. import arguments
from ..clock import monotonic
from ..config.cache import cache_folder
from ..config.settings import Settings
from ..errors import UsageError, WbtypedError
from ..transport.http import Transport
from ..user_warnings import in_thread, warn_user
from .attempt import Attempt
from .cache.store import Cache, open_cache
from .collector import seldom_collected
from .disk.digests import Algorithm
from .disk.folder_tree import FolderTree
from .engines.choice import MANY_FILES, MAX_JOBS, choose_engine, suggest_libcurl
from .engines.engine import Engine, make_engine
from .engines.small_finisher import INLINE_BYTES
from .local_files import LocalFiles, SkippedFile
from .options import DownloadOptions, EngineName, OnError
from .progress import (
    DownloadProgress,
    Progress,
    ProgressReporter,
    RateMeter,
    check_progress,
    interruption_text,
    progress_reporter,
)
from .results import DownloadResult, FailedFile
from .schedule import Schedule, SmallFile
from .transfer import RefreshUrls, Transfer
from .worker import TransferCancelled, Worker

CACHE_QUEUE_FILES = 512
"""Downloaded files that may wait to be added to the cache, so that memory stays bounded."""
PROGRESS_SECONDS = 0.1
"""Seconds between progress updates, and until a cancel is noticed."""
REFRESH_SECONDS = 0.05
"""Seconds between looks for expired URLs and slow transfers."""
SHUTDOWN_SECONDS = 0.8
"""Seconds that the threads of a cancelled batch have to end."""


PlannedFile = Transfer | SkippedFile | FailedFile
"""What has to be done for a listed file: download it, or nothing more."""


class ListedFiles(NamedTuple):
    """The number of files on a page of a list, and their bytes: what a plan will come to."""

    files: int
    size: int
    is_last: bool
    """Whether the list ends with this page."""


class Observer(Protocol):
    """Receives the outcome of each file; called from any thread, one call at a time."""

    def tick(self, progress: DownloadProgress, /) -> None:
        """Report the progress, about ten times a second."""

    def interrupted(self, left: str, /) -> None:
        """Report what the download leaves behind when it is interrupted."""

    def finish(self, status: str, name: str, size: int, /) -> None:
        """Report a file that is in place; `status` is `fetched`, `kept` or `cached`."""

    def fail(self, name: str, reason: object, /) -> None:
        """Report a file that failed."""


class BatchOptions(NamedTuple):
    """How a batch is run: the checked form of `DownloadOptions`."""

    on_error: OnError = "raise"
    progress: Progress = None
    engine: EngineName | None = None
    jobs: int | None = None
    fsync: bool = False
    observer: Observer | None = None
    cache: Cache | None = None
    multipart: bool = True
    """Whether a large file may be fetched over several connections."""

    def local_files(self, tree: FolderTree) -> LocalFiles:
        """Return what finds files that need no download, below the root of `tree`."""
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
    choose_engine(engine, jobs)
    cache = open_cache(cache_folder(options.get("cache"), settings.cache))
    return BatchOptions(on_error, progress, engine, jobs, fsync, cache=cache)


def jobs_option(options: DownloadOptions) -> int | None:
    """Return the number of parallel downloads, which may be given by its former name."""
    if "at_once" not in options:
        return options.get("jobs")
    if (at_once := options["at_once"]) is not None:
        arguments.whole_number("at_once", at_once, 1, MAX_JOBS)
    warn_user("at_once is deprecated: use jobs", DeprecationWarning)
    return options.get("jobs", at_once)


@dataclass
class Batch:
    """One download of any number of files; it is run once.

    `tree` holds the root of the download. `plan` yields the files while they are being listed, and
    announces them before where their number is not known; `list_name` names that list in errors.
    `expected` are the numbers of files and bytes, if known beforehand.
    """

    transport: Transport
    tree: FolderTree
    options: BatchOptions
    plan: Iterable[PlannedFile | ListedFiles]
    list_name: str
    expected: tuple[int, int] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _observer_lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _error: BaseException | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.result: DownloadResult = DownloadResult(self.tree.root)
        config = choose_engine(self.options.engine, self.options.jobs)
        self._make_engine = partial(make_engine, config, self.transport)
        self._engine: Engine | None = None
        """Made when there is something to transfer."""
        fast = config.has_fast_lane and not self.options.fsync
        fast = fast and not self.transport.settings.offline
        self._schedule = Schedule(
            config.jobs,
            self.transport.retries.budget,
            self._on_settled,
            self.tree,
            self.options.fsync,
            config.small_jobs,
            self.transport.settings.timeout,
            self.transport.hosts,
            self.transport.retries.reached,
            on_placed=self._on_placed if fast else None,
        )
        self._process = os.getpid()
        self._cancelled = threading.Event()
        self._moved = threading.Event()
        """Set once the engine has ended."""
        self._totals_final = self.expected is not None
        self._skipped_bytes = 0
        self._meter = RateMeter()
        self._to_cache: queue.Queue[Transfer | None] = queue.Queue(CACHE_QUEUE_FILES)
        self._cache_error: OSError | None = None

    # Running.

    def run(self) -> DownloadResult:
        """Download the files, while they are still being listed, and return the outcome."""
        with seldom_collected():
            return self._run()

    def _run(self) -> DownloadResult:
        reporter = progress_reporter(self.options.progress)
        # These end with the transfers, or soon after them.
        feeders = [self._thread(self._plan), self._thread(self._refresh_urls)]
        movers = [self._thread(self._run_engine)]
        if self.options.cache is not None:
            movers.append(self._thread(self._fill_cache))
        try:
            for thread in (*feeders, *movers):
                thread.start()
            self._wait(movers, reporter)
            for thread in feeders:
                thread.ended.wait(SHUTDOWN_SECONDS)
        except BaseException as error:
            self._stop([*feeders, *movers])
            if isinstance(error, KeyboardInterrupt):
                self._note_interruption(error)
            raise
        finally:
            self._report(reporter, done=True)
        self.result.resumed = self._schedule.resumed_bytes()
        self._schedule.release()
        if self._error is not None:
            raise self._error
        if self._cache_error is not None and self.options.cache is not None:
            folder = self.options.cache.folder
            warn_user(f"cannot add every file to the cache {folder}: {self._cache_error}")
        return self.result

    async def arun(self) -> DownloadResult:
        """Do the same without blocking, in a thread; cancelling ends the batch."""
        import asyncio  # late, for those who never run an event loop

        running = asyncio.ensure_future(in_thread(self.run))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError as error:
            self._cancelled.set()
            # It ends with the cancel itself, which is raised below.
            await asyncio.gather(running, return_exceptions=True)
            self._note_interruption(error)
            raise

    def _wait(self, movers: Sequence[Worker], reporter: ProgressReporter | None) -> None:
        """Wait for the transfers, reporting progress."""
        while working := [thread for thread in movers if not thread.ended.is_set()]:
            working[0].ended.wait(PROGRESS_SECONDS)
            if self._cancelled.is_set():
                raise TransferCancelled
            self._report(reporter)

    def _report(self, reporter: ProgressReporter | None, *, done: bool = False) -> None:
        observer = self.options.observer
        if reporter is None and observer is None:
            return
        progress = self._progress(done=done)
        if observer is not None:
            observer.tick(progress)
        if reporter is not None:
            (reporter.close if done else reporter.tick)(progress)

    def _note_interruption(self, error: BaseException) -> None:
        """Tell the user what is left of the download; a traceback shows it below the error."""
        progress = self._progress(done=True)
        expected = progress.files_expected if progress.totals_final else None
        left = interruption_text(progress.files, expected, self._schedule.resumable_files())
        error.add_note(f"{left}; call it again to resume")
        if self.options.observer is not None:
            self.options.observer.interrupted(left)

    def _stop(self, threads: Sequence[Worker]) -> None:
        """End everything soon; a thread that waits for the network is abandoned, which is safe."""
        if os.getpid() != self._process:
            # Forked from a callback: threads, connections and files are those of the parent.
            return
        self._schedule.cancel()
        self._interrupt_engine()
        until = monotonic() + SHUTDOWN_SECONDS
        started = [thread for thread in threads if thread.ident is not None]
        for thread in started:
            thread.ended.wait(max(0.0, until - monotonic()))
        if all(thread.ended.is_set() for thread in started):
            self._schedule.release()

    def _thread(self, work: Callable[[], None]) -> Worker:
        return Worker(lambda: self._guarded(work))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run the work of one thread; an unexpected error ends the batch."""
        try:
            work()
        except TransferCancelled:
            pass
        except BaseException as error:
            self._abort(error)

    def _abort(self, error: BaseException) -> None:
        with self._lock:
            self._error = self._error or error
        self._schedule.cancel()
        self._interrupt_engine()

    def _interrupt_engine(self) -> None:
        # One that is made now finds its schedule cancelled.
        if self._engine is not None:
            self._engine.interrupt()

    # The work of the threads.

    def _run_engine(self) -> None:
        try:
            self.tree.sweep()
            if self._schedule.has_work():
                self._engine = self._make_engine()
                self._engine.run(self._schedule)
        finally:
            self._moved.set()
            self._to_cache.put(None)

    def _fill_cache(self) -> None:
        """Add downloaded files to the cache."""
        while (transfer := self._to_cache.get()) is not None:
            self._add_to_cache(transfer)

    def _add_to_cache(self, added: Transfer | SmallFile) -> None:
        """Add a file to the cache; if that fails, the download is complete all the same.

        Errors are kept for a warning at the end.
        """
        try:
            if self.options.cache is not None and not self._schedule.cancelled:
                add_to_cache(self.options.cache, added, self.tree)
        except OSError as error:
            self._cache_error = self._cache_error or error

    def _plan(self) -> None:
        try:
            for planned in self.plan:
                if isinstance(planned, ListedFiles):
                    self._expect(planned)
                elif isinstance(planned, Transfer):
                    self._schedule.add(planned)
                elif isinstance(planned, SkippedFile):
                    self._record_skipped(planned)
                else:
                    self._record_failure(planned)
                if self._schedule.cancelled:
                    return
        except WbtypedError as error:
            # What was listed is downloaded all the same.
            self._record_failure(FailedFile(self.list_name, error))
        finally:
            # Ends the threads of a plan that is abandoned, which read files of the tree.
            self.plan = ()
            self._totals_final = True
            self._schedule.finish()

    def _refresh_urls(self) -> None:
        """Refresh expired signed URLs in batches, and split large transfers that are slow."""
        while not self._schedule.finished:
            if self.options.multipart:
                self._schedule.split_slow()
            attempts_by_refresh: dict[RefreshUrls, list[Attempt]] = defaultdict(list)
            for attempt in self._schedule.take_expired():
                if attempt.transfer.refresh_urls is not None:
                    attempts_by_refresh[attempt.transfer.refresh_urls].append(attempt)
            for refresh, attempts in attempts_by_refresh.items():
                self._refresh_urls_of(attempts, refresh)
            if not attempts_by_refresh:
                self._moved.wait(REFRESH_SECONDS)

    def _refresh_urls_of(self, attempts: Sequence[Attempt], refresh: RefreshUrls) -> None:
        try:
            urls = refresh([attempt.transfer.refresh_name for attempt in attempts])
        except WbtypedError as error:
            for attempt in attempts:
                self._schedule.finish_attempt(attempt, error)
            return
        for attempt in attempts:
            self._schedule.url_refreshed(attempt, urls.get(attempt.transfer.refresh_name))

    # The outcome of each file.

    def _on_settled(self, transfer: Transfer, error: Exception | None) -> None:
        if error is not None:
            self._record_failure(FailedFile(transfer.name, error))
            return
        self._record_written([transfer])
        if self.options.cache is not None:
            self._to_cache.put(transfer)

    def _on_placed(self, files: Sequence[SmallFile]) -> None:
        self._record_written([file.transfer for file in files])
        if self.options.cache is not None:
            for file in files:
                if len(file.content) <= INLINE_BYTES:
                    self._add_to_cache(file)
                else:
                    # Its content would only wait in memory: it is read again.
                    self._to_cache.put(file.transfer)

    def _record_written(self, transfers: Sequence[Transfer]) -> None:
        with self._lock:
            for transfer in transfers:
                self.result.written.append(transfer.name)
                self.result.size += transfer.size or 0
                if transfer.recorded is not None and transfer.recorded.unverified:
                    self.result.unverified[transfer.name] = transfer.recorded.unverified
        if self.options.engine is None and len(self.result.written) > MANY_FILES:
            suggest_libcurl()
        if self.options.observer is not None:
            for transfer in transfers:
                self._observe(partial(report_written, transfer))

    def _observe(self, report: Callable[[Observer], None]) -> None:
        """Tell the observer, one thread at a time; an error of its own ends the batch."""
        if self.options.observer is None:
            return
        try:
            with self._observer_lock:
                report(self.options.observer)
        except Exception as error:
            self._abort(error)

    def _expect(self, listed: ListedFiles) -> None:
        files, size = self.expected or (0, 0)
        self.expected = files + listed.files, size + listed.size
        self._totals_final = listed.is_last

    def _record_skipped(self, skipped: SkippedFile) -> None:
        with self._lock:
            names = self.result.cached if skipped.cached else self.result.kept
            names.append(skipped.name)
            self.result.size += skipped.size
            self._skipped_bytes += skipped.size
        if self.options.observer is not None:
            status = "cached" if skipped.cached else "kept"
            self._observe(lambda observer: observer.finish(status, skipped.name, skipped.size))

    def _record_failure(self, failed: FailedFile) -> None:
        if self.options.on_error == "raise" or not isinstance(failed.error, WbtypedError):
            self._abort(failed.error)
            return
        with self._lock:
            self.result.failed.append(failed)
        self._observe(lambda observer: observer.fail(failed.name, failed.error))

    def _progress(self, *, done: bool = False) -> DownloadProgress:
        result = self.result
        files, size = self.expected or (None, None)
        # Summed up while files are finished by other threads, so it may be off by one of them.
        present = result.size + self._schedule.partial_bytes()
        received = present - self._skipped_bytes - self._schedule.resumed_bytes()
        return DownloadProgress(
            files=len(result.written) + len(result.cached) + len(result.kept),
            failed=len(result.failed),
            size=present,
            files_expected=files,
            size_expected=size,
            rate=self._meter.mean(received) if done else self._meter.rate(received),
            done=done,
            totals_final=self._totals_final,
        )


def report_written(transfer: Transfer, observer: Observer) -> None:
    """Tell an observer about a file that is in place."""
    observer.finish("fetched", transfer.name, transfer.size or 0)


def add_to_cache(cache: Cache, added: Transfer | SmallFile, tree: FolderTree) -> None:
    """Add a file that was just verified to the cache; raises OSError."""
    transfer = added.transfer if isinstance(added, SmallFile) else added
    if transfer.digest is None:
        return
    algorithm: Algorithm = "XXH128" if transfer.xxh128 else "MD5"
    if isinstance(added, SmallFile) and not cache.links:
        cache.add_content(added.content, transfer.digest, algorithm)
    else:
        cache.add(transfer.target, transfer.digest, algorithm, tree)
