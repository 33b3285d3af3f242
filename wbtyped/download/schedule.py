"""Decide which transfer is next, and what follows from how each one ended."""

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..clock import monotonic
from ..config.hosts import HostPolicy
from ..config.settings import DEFAULT_TIMEOUT
from ..errors import AuthenticationError, ChecksumError, NotFoundError, WbtypedError
from ..transport.retries import TransientError
from .attempt import Attempt, OnSettled
from .concurrency import AdaptiveLimit
from .disk.folder_tree import FolderTree
from .disk.verified_writer import VerifiedWriter
from .range_split import Split, is_worth_splitting
from .response import ResponseHandler
from .small_files import is_small, server_of
from .transfer import SplitRequested, Transfer, UrlExpired
from .worker import TransferCancelled

QUEUE_FILES = 512
"""Files that may wait to be downloaded, so that memory does not grow with their number."""
SMALL_BYTES = 32 * 1024 * 1024
"""Bytes of small files that may be in memory: no more are begun until some are in place."""
MAX_URL_REFRESHES = 3
"""Times that the URL of one file is refreshed."""


class SmallFile(NamedTuple):
    """A small file that has been received, and its content."""

    transfer: Transfer
    content: bytes


OnPlaced = Callable[[Sequence[SmallFile]], None]
"""Called with small files that are in place."""


class OddFile(NamedTuple):
    """A small file that the fast lane could not move, and why; None if that is to be found out."""

    transfer: Transfer
    error: Exception | None


@dataclass
class Schedule:
    """The transfers of a batch: given to an engine, taken back, retried.

    Safe to use from many threads. At most `limit` transfers run at a time, or `small_limit` if they
    are small; an overloaded server lowers both for a while. `tree` holds the folders that files are
    written to; `release` closes it.
    """

    limit: int
    budget: float
    on_settled: OnSettled
    tree: FolderTree
    fsync: bool = False
    small_limit: int = 0
    stall_timeout: float = DEFAULT_TIMEOUT
    """Seconds without noticeable progress after which a transfer is stopped."""
    hosts: HostPolicy | None = None
    """The hosts that references and redirects may lead to; None for any."""
    reached: set[str] = field(default_factory=set[str])
    """The servers that have responded so far; also to others, if the set is shared."""
    on_placed: OnPlaced | None = None
    """Called with the small files that the engine took by `take_small`; None if it takes none."""
    _ready: deque[Attempt] = field(default_factory=deque[Attempt], init=False)
    _delayed: list[tuple[float, int, Attempt]] = field(
        default_factory=list[tuple[float, int, Attempt]], init=False
    )
    _expired: list[Attempt] = field(default_factory=list[Attempt], init=False)
    _active: dict[int, Attempt] = field(default_factory=dict[int, Attempt], init=False)

    def __post_init__(self) -> None:
        # `add` waits on its own condition, or every transfer that ends would wake it for nothing.
        guard = threading.Lock()
        self._lock = threading.Condition(guard)
        self._room = threading.Condition(guard)
        self._small: deque[Transfer] = deque()
        self._small_active = 0
        self._small_bytes = 0
        self._engine_waits = False
        self._splits: dict[int, Split] = {}
        self._tie_breakers = itertools.count()
        self._limit = AdaptiveLimit(self.limit, self.small_limit, self.budget)
        self._resumed = 0
        self._all_added = False
        self.cancelled: bool = False

    # Adding transfers.

    def attempt(self, transfer: Transfer, on_settled: OnSettled | None = None) -> Attempt:
        """Prepare a transfer; `on_settled` replaces the common callback for it."""
        writer = VerifiedWriter(
            transfer.target,
            size=transfer.size,
            md5=transfer.md5,
            xxh128=transfer.xxh128,
            label=transfer.label,
            fsync=self.fsync,
            tree=self.tree,
        )
        handler = ResponseHandler(transfer, writer, self.stall_timeout, self.hosts)
        return Attempt(transfer, writer, handler, on_settled or self.on_settled, self.reached)

    def add(self, transfer: Transfer) -> None:
        """Queue a transfer; blocks while the queue is full."""
        if self.on_placed is not None and is_small(transfer):
            self._add_small(transfer)
            return
        attempt = self.attempt(transfer)
        with self._lock:
            while len(self._ready) >= QUEUE_FILES and not self.cancelled:
                self._room.wait(1)
            if self.cancelled:
                raise TransferCancelled
            self._ready.append(attempt)
            self._lock.notify()

    def _add_small(self, transfer: Transfer) -> None:
        # Without the lock, which would cost more than all the rest: a deque is safe by itself.
        if len(self._small) >= QUEUE_FILES:
            with self._lock:
                while len(self._small) >= QUEUE_FILES and not self.cancelled:
                    self._room.wait(1)
        if self.cancelled:
            raise TransferCancelled
        self._small.append(transfer)
        if self._engine_waits:
            with self._lock:
                self._lock.notify()

    def finish(self) -> None:
        """Declare that all transfers have been added."""
        with self._lock:
            self._all_added = True
            self._lock.notify_all()

    def cancel(self) -> None:
        """Start no more transfers; running ones end at their next block."""
        with self._lock:
            self.cancelled = True
            self._lock.notify_all()
            self._room.notify_all()

    # What an engine takes.

    @property
    def finished(self) -> bool:
        """Whether nothing is left to transfer, now or later."""
        with self._lock:
            return self._finished()

    def _finished(self) -> bool:
        if self.cancelled:
            return True
        left = self._ready or self._delayed or self._active or self._expired
        return self._all_added and not (left or self._small or self._small_active)

    def has_work(self) -> bool:
        """Wait until there is something to transfer; return False if there will be nothing."""
        with self._lock:
            self._engine_waits = True
            self._lock.wait_for(lambda: self._ready or self._small or self._finished())
            self._engine_waits = False
            return not self._finished()

    def take(self, wait: float, *, or_small: bool = False) -> Attempt | None:
        """Return what to transfer next; None if there is nothing within `wait` seconds.

        With `or_small`, it does not wait while there are files for `take_small`.
        """
        until = monotonic() + wait
        with self._lock:
            while not self._finished():
                now = monotonic()
                attempt, due = self._next(now)
                if attempt is not None:
                    self._active[id(attempt)] = attempt
                    break
                if now >= until:
                    return None
                # Set before the queue is looked at, or a file added in between would go unnoticed.
                self._engine_waits = or_small
                if not (or_small and self._small and self._small_room(now)):
                    self._lock.wait(min(until, due) - now)
                self._engine_waits = False
                if or_small and self._small and self._small_room(now):
                    return None
            else:
                return None
        return self._begin(attempt)

    def take_small(self, most: int) -> list[Transfer]:
        """Return the small files that may be transferred now, at most so many."""
        with self._lock:
            taken: list[Transfer] = []
            room = 0 if self.cancelled else min(most, self._small_room(monotonic()))
            while self._small and len(taken) < room and self._small_bytes < SMALL_BYTES:
                transfer = self._small.popleft()
                self._small_bytes += transfer.size or 0
                taken.append(transfer)
            self._small_active += len(taken)
            if taken and len(self._small) <= QUEUE_FILES // 2:
                self._room.notify_all()
            return taken

    def _small_room(self, now: float) -> int:
        """Return how many small files may be begun now."""
        if now < self._limit.paused_until or self._small_bytes >= SMALL_BYTES:
            return 0
        return max(0, self._limit.small_available(self._connections()))

    def finish_small(self, done: Sequence[SmallFile], odd: Sequence[OddFile]) -> None:
        """Record which files of `take_small` are in place; the others become attempts."""
        for file in odd:
            self._start_over(file)
        if self.on_placed is not None and done:
            self.reached.update({server_of(small_file.transfer) for small_file in done})
            self.on_placed(done)
        with self._lock:
            self._limit.record_successes(len(done))
            self._small_active -= len(done) + len(odd)
            for small_file in itertools.chain[SmallFile | OddFile](done, odd):
                self._small_bytes -= small_file.transfer.size or 0
            if self._engine_waits or self._finished():
                self._lock.notify_all()

    def _start_over(self, file: OddFile) -> None:
        """Make an attempt of a small file, whose first try may have failed already."""
        attempt = self.attempt(file.transfer)
        with self._lock:
            self._active[id(attempt)] = attempt
        if file.error is None:
            self.requeue(attempt)
            return
        attempt.begin()
        error = file.error
        try:
            attempt.handler.request()  # as if sent by it: it knows the server now
        except WbtypedError as unusable:
            error = unusable
        self.finish_attempt(attempt, error)

    def _next(self, now: float) -> tuple[Attempt | None, float]:
        """Return the attempt that may start now, or None and when to look again."""
        if now < self._limit.paused_until:
            return None, self._limit.paused_until
        active = self._connections()
        if self._delayed and self._delayed[0][0] <= now:
            if self._limit.is_full(active, self._delayed[0][2].transfer.size):
                return None, now + 60
            return heapq.heappop(self._delayed)[2], now
        if self._ready and not self._limit.is_full(active, self._ready[0].transfer.size):
            if len(self._ready) == QUEUE_FILES // 2:
                self._room.notify_all()
            return self._ready.popleft(), now
        return None, self._delayed[0][0] if self._delayed else now + 60

    def _connections(self) -> int:
        """Return how many running attempts use a connection.

        One that was split uses none. If it counted, a server that answers 429 could bring the limit
        down to that one alone, and its pieces, which it waits for, would never start.
        """
        return len(self._active) - len(self._splits) + self._small_active

    def _begin(self, attempt: Attempt) -> Attempt | None:
        if attempt.tries == 0 and not attempt.writer.written:
            try:
                attempt.writer.resume()
            except WbtypedError as error:
                self.finish_attempt(attempt, error)
                return None
        attempt.begin()
        return attempt

    # What an engine reports.

    def complete(self, attempt: Attempt) -> None:
        """Verify the file, rename it into place, and finish the attempt."""
        error: Exception | None = None
        try:
            attempt.handler.end()
            attempt.writer.commit(replace=attempt.transfer.replace)
            if attempt.transfer.size is None:
                attempt.transfer.size = attempt.writer.written
        except Exception as caught:
            error = caught
        self.finish_attempt(attempt, error)

    def finish_attempt(self, attempt: Attempt, error: BaseException | None) -> None:
        """Record how an attempt ended, and decide whether to retry."""
        if isinstance(error, SplitRequested) and attempt.transfer.piece is None:
            self._start_split(attempt)
            return
        if not (isinstance(error, TransientError) and error.unsent):
            self.reached.add(attempt.handler.server)
        expired = may_refresh_url(attempt, error)
        delay = self._retry_delay(attempt, error)
        with self._lock:
            self._leave(attempt)
            if self.cancelled and error is not None:
                delay, expired, error = None, False, TransferCancelled()
            if expired:
                attempt.url_refreshes += 1
                self._expired.append(attempt)
            elif delay is not None:
                entry = monotonic() + delay, next(self._tie_breakers), attempt
                heapq.heappush(self._delayed, entry)
            self._limit.record_result(error)
            # One slot is free, for one other: waking all threads would cost more than a file.
            if self._finished():
                self._lock.notify_all()
            elif self._ready or self._delayed:
                self._lock.notify()
        if not expired and delay is None:
            self._settle(attempt, error)

    def _retry_delay(self, attempt: Attempt, error: BaseException | None) -> float | None:
        """Return the seconds until a retry, or None if there is none."""
        if not isinstance(error, TransientError | ChecksumError):
            return None
        attempt.handler.interrupted()
        if isinstance(error, ChecksumError):
            attempt.writer.restart()
        return attempt.retry_delay(error, self.budget)

    def _leave(self, attempt: Attempt) -> None:
        """Remove an attempt from the running ones, and its split, which has ended."""
        self._active.pop(id(attempt), None)
        self._splits.pop(id(attempt), None)

    def _settle(self, attempt: Attempt, error: BaseException | None) -> None:
        attempt.writer.keep_part = isinstance(error, TransientError | TransferCancelled)
        attempt.writer.close()
        if isinstance(error, TransferCancelled):
            return
        if error is None and attempt.writer.resumed:
            with self._lock:
                self._resumed += attempt.writer.resumed
        attempt.on_settled(attempt.transfer, public_error(error))

    # Large files over several connections.

    def split_slow(self) -> None:
        """Split a slow transfer into pieces, while connections are left."""
        with self._lock:
            available = self._limit.available(self._connections())
            slow = [attempt for attempt in self._active.values() if is_worth_splitting(attempt)]
        # A split takes at least two connections. One at a time, so that no two count on the same.
        if available >= 2 and slow and not self._ready and not self._small:
            slow[0].single_connection = True
            slow[0].handler.request_stop()

    def _start_split(self, attempt: Attempt) -> None:
        split = Split(self, attempt)
        with self._lock:
            self._splits[id(attempt)] = split
            available = self._limit.available(self._connections())
        try:
            split.begin(available)
        except WbtypedError as error:
            split.close()
            self.finish_attempt(attempt, error)

    def requeue_first(self, attempts: Sequence[Attempt]) -> None:
        """Queue attempts before all others."""
        with self._lock:
            self._ready.extendleft(reversed(attempts))
            self._lock.notify_all()

    def requeue(self, attempt: Attempt) -> None:
        """Queue an attempt that counted as running meanwhile."""
        with self._lock:
            self._leave(attempt)
            self._ready.append(attempt)
            self._lock.notify()

    # Expired signed URLs.

    def take_expired(self) -> list[Attempt]:
        """Return the attempts whose URL has expired; the caller has to refresh or finish each."""
        with self._lock:
            expired, self._expired = self._expired, []
            # They count as running, or the batch would end without them.
            self._active |= {id(attempt): attempt for attempt in expired}
            return expired

    def url_refreshed(self, attempt: Attempt, url: str | None) -> None:
        """Resume a transfer at its new URL; None if the file no longer exists."""
        if url is None:
            label = attempt.transfer.label
            error = NotFoundError(f"{label} no longer exists", path=label, missing="file")
            self.finish_attempt(attempt, error)
            return
        attempt.transfer.url = url
        self.requeue(attempt)

    # Progress.

    def partial_bytes(self) -> int:
        """Return the bytes received for files that are not complete."""
        with self._lock:
            return sum(map(self._received, self._outstanding()))

    def _received(self, attempt: Attempt) -> int:
        split = self._splits.get(id(attempt))
        return attempt.writer.written if split is None else split.received

    def resumed_bytes(self) -> int:
        """Return the bytes that earlier calls received, of complete files and others."""
        with self._lock:
            partial = sum(attempt.writer.resumed for attempt in self._outstanding())
            return self._resumed + partial

    def resumable_files(self) -> int:
        """Return the number of partial files that a later call can resume."""
        with self._lock:
            kept = sum(a.writer.resumable and a.writer.written > 0 for a in self._outstanding())
            return self.tree.kept_parts + kept

    def _outstanding(self) -> list[Attempt]:
        # Queued ones may have begun, too, before their URL was refreshed.
        delayed = [attempt for _, _, attempt in self._delayed]
        return [*self._active.values(), *self._ready, *self._expired, *delayed]

    def release(self) -> None:
        """Release all outstanding attempts; call only after the engine has stopped."""
        with self._lock:
            outstanding = self._outstanding()
            self._active.clear()
            self._ready.clear()
            self._expired.clear()
            self._delayed.clear()
            self._small.clear()
            splits = list(self._splits.values())
            self._splits.clear()
        for split in splits:
            split.close()
        for attempt in outstanding:
            attempt.writer.keep_part = True
            attempt.writer.close()
        self.tree.close()


def may_refresh_url(attempt: Attempt, error: BaseException | None) -> bool:
    """Return True if the attempt failed because its URL has expired, and may get a new one."""
    if not isinstance(error, UrlExpired) or attempt.transfer.refresh_urls is None:
        return False
    return attempt.url_refreshes < MAX_URL_REFRESHES


def public_error(error: BaseException | None) -> Exception | None:
    """Return the error to report for how a transfer ended; None if it succeeded."""
    if isinstance(error, TransientError):
        final = error.to_public_error()
        final.__cause__ = error
        return final
    if isinstance(error, UrlExpired):
        return AuthenticationError(str(error))
    return error if isinstance(error, Exception) else None
