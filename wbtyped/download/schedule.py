"""Which transfer comes next, and what follows from how each one ended."""

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..clock import monotonic
from ..config.hosts import HostPolicy
from ..config.settings import DEFAULT_TIMEOUT
from ..errors import AuthenticationError, ChecksumError, NotFoundError, WbtypedError
from ..transport.retries import TransientError
from .attempt import Attempt, Settled
from .concurrency import AdaptiveLimit
from .disk.folder_tree import FolderTree
from .disk.verified_writer import VerifiedWriter
from .range_split import Split, is_worth_splitting
from .response import ResponseHandler
from .transfer import SplitRequested, Transfer, TransferCancelled, UrlExpired

QUEUE_FILES = 512
"""Files that wait to be fetched, so that memory does not grow with their number."""
MAX_URL_REFRESHES = 3
"""Times that an address of one file is asked for again."""


@dataclass
class Schedule:
    """The transfers of a batch: handed out to an engine, taken back, tried again.

    Safe to use from many threads. `limit` is how many run at once at most, `small_limit` how many
    when they are small; a server that has too much of it brings both down for a while. `tree` holds
    the folders that files are put into; `abandon` closes it.
    """

    limit: int
    budget: float
    settled: Settled
    tree: FolderTree
    fsync: bool = False
    small_limit: int = 0
    window: float = DEFAULT_TIMEOUT
    """Seconds in which a body has to bring something."""
    hosts: HostPolicy | None = None
    """Where references and redirects may lead; None for anywhere."""
    _ready: deque[Attempt] = field(default_factory=deque[Attempt], init=False)
    _later: list[tuple[float, int, Attempt]] = field(
        default_factory=list[tuple[float, int, Attempt]], init=False
    )
    _expired: list[Attempt] = field(default_factory=list[Attempt], init=False)
    _active: dict[int, Attempt] = field(default_factory=dict[int, Attempt], init=False)

    def __post_init__(self) -> None:
        # Whoever adds waits apart, or every transfer that ends would wake it for nothing.
        guard = threading.Lock()
        self._lock = threading.Condition(guard)
        self._room = threading.Condition(guard)
        self._splits: dict[int, Split] = {}
        self._numbers = itertools.count()
        self._limit = AdaptiveLimit(self.limit, self.small_limit, self.budget)
        self._fed = False
        self.cancelled: bool = False

    # What comes in.

    def attempt(self, transfer: Transfer, settled: Settled | None = None) -> Attempt:
        """Return what a transfer needs; whoever hands it in may want to be told of it alone."""
        sink = VerifiedWriter(
            transfer.target,
            size=transfer.size,
            md5=transfer.md5,
            xxh128=transfer.xxh128,
            label=transfer.label,
            fsync=self.fsync,
            tree=self.tree,
        )
        receiver = ResponseHandler(transfer, sink, self.window, self.hosts)
        return Attempt(transfer, sink, receiver, settled or self.settled)

    def add(self, transfer: Transfer) -> None:
        """Add a transfer; waits while many others wait."""
        attempt = self.attempt(transfer)
        with self._lock:
            while len(self._ready) >= QUEUE_FILES and not self.cancelled:
                self._room.wait(1)
            if self.cancelled:
                raise TransferCancelled
            self._ready.append(attempt)
            self._lock.notify()

    def finish(self) -> None:
        """Say that no more transfers come."""
        with self._lock:
            self._fed = True
            self._lock.notify_all()

    def cancel(self) -> None:
        """Hand out nothing any more; what is under way ends at its next block."""
        with self._lock:
            self.cancelled = True
            self._lock.notify_all()
            self._room.notify_all()

    # What an engine takes.

    @property
    def finished(self) -> bool:
        """Whether nothing is left to hand out, now or later."""
        with self._lock:
            return self._finished()

    def _finished(self) -> bool:
        if self.cancelled:
            return True
        left = self._ready or self._later or self._active or self._expired
        return self._fed and not left

    def take(self, wait: float) -> Attempt | None:
        """Return what to fetch next; None when there is nothing within `wait` seconds."""
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
                self._lock.wait(min(until, due) - now)
            else:
                return None
        return self._begun(attempt)

    def _next(self, now: float) -> tuple[Attempt | None, float]:
        """Return what may start now, or when to look again."""
        if now < self._limit.paused_until:
            return None, self._limit.paused_until
        active = self._connections()
        if self._later and self._later[0][0] <= now:
            if self._limit.is_full(active, self._later[0][2].transfer.size):
                return None, now + 60
            return heapq.heappop(self._later)[2], now
        if self._ready and not self._limit.is_full(active, self._ready[0].transfer.size):
            if len(self._ready) == QUEUE_FILES // 2:
                self._room.notify_all()
            return self._ready.popleft(), now
        return None, self._later[0][0] if self._later else now + 60

    def _connections(self) -> int:
        """Return how many transfers use a connection.

        One that was split uses none: if it counted, a server that wants fewer requests could bring
        the limit down to it alone, and its pieces, for which it waits, would never be fetched.
        """
        return len(self._active) - len(self._splits)

    def _begun(self, attempt: Attempt) -> Attempt | None:
        if attempt.tries == 0 and not attempt.sink.written:
            try:
                attempt.sink.resume()
            except WbtypedError as error:
                self.finish_attempt(attempt, error)
                return None
        attempt.begin()
        return attempt

    # What an engine says.

    def complete(self, attempt: Attempt) -> None:
        """Put in place what came, and take the transfer back."""
        error: Exception | None = None
        try:
            attempt.receiver.end()
            attempt.sink.commit(replace=attempt.transfer.replace)
        except Exception as caught:
            error = caught
        self.finish_attempt(attempt, error)

    def finish_attempt(self, attempt: Attempt, error: BaseException | None) -> None:
        """Take a transfer back, with what it ended with."""
        if isinstance(error, SplitRequested) and attempt.transfer.piece is None:
            self._divert(attempt)
            return
        retry: float | None = None
        expired = False
        if isinstance(error, UrlExpired):
            expired = attempt.transfer.source is not None and attempt.renewals < MAX_URL_REFRESHES
        elif isinstance(error, TransientError | ChecksumError):
            attempt.receiver.broken()
            if isinstance(error, ChecksumError):
                attempt.sink.restart()
            retry = attempt.wait(error, self.budget)
        with self._lock:
            self._leave(attempt)
            if self.cancelled and error is not None:
                retry, expired, error = None, False, TransferCancelled()
            if expired:
                attempt.renewals += 1
                self._expired.append(attempt)
            elif retry is not None:
                entry = monotonic() + retry, next(self._numbers), attempt
                heapq.heappush(self._later, entry)
            self._limit.record_result(error)
            # One place is free for one other; to wake all who wait would cost more than a file.
            if self._finished():
                self._lock.notify_all()
            elif self._ready or self._later:
                self._lock.notify()
        if not expired and retry is None:
            self._settle(attempt, error)

    def _leave(self, attempt: Attempt) -> None:
        """Count an attempt no more among those under way, nor its split, which is over."""
        self._active.pop(id(attempt), None)
        self._splits.pop(id(attempt), None)

    def _settle(self, attempt: Attempt, error: BaseException | None) -> None:
        attempt.sink.keep_part = isinstance(error, TransientError | TransferCancelled)
        attempt.sink.close()
        if isinstance(error, TransferCancelled):
            return
        if isinstance(error, TransientError):
            final: Exception | None = with_cause(error.to_public_error(), error)
        elif isinstance(error, UrlExpired):
            final = AuthenticationError(str(error))
        else:
            final = error if isinstance(error, Exception) else None
        attempt.settled(attempt.transfer, final)

    # Large files over several connections.

    def split_slow(self) -> None:
        """Have the rest of slow transfers fetched in pieces, while there are connections left."""
        with self._lock:
            spare = self._limit.room(self._connections())
            slow = [each for each in self._active.values() if is_worth_splitting(each)]
        # A split takes at least two connections, and so that no two count the same, one at a time.
        if spare >= 2 and slow and not self._ready:
            slow[0].whole = True
            slow[0].receiver.divert()

    def _divert(self, attempt: Attempt) -> None:
        split = Split(self, attempt)
        with self._lock:
            self._splits[id(attempt)] = split
            spare = self._limit.room(self._connections())
        try:
            split.begin(spare)
        except WbtypedError as error:
            split.close()
            self.finish_attempt(attempt, error)

    def requeue_first(self, attempts: Sequence[Attempt]) -> None:
        """Add attempts that go before all others."""
        with self._lock:
            self._ready.extendleft(reversed(attempts))
            self._lock.notify_all()

    def requeue(self, attempt: Attempt) -> None:
        """Go on with an attempt that counted as under way meanwhile."""
        with self._lock:
            self._leave(attempt)
            self._ready.append(attempt)
            self._lock.notify()

    # Signed addresses that have run out.

    def expired(self) -> list[Attempt]:
        """Return the transfers that wait for a new address, which become the caller's."""
        with self._lock:
            taken, self._expired = self._expired, []
            # They count as under way, or the batch would end without them.
            self._active |= {id(attempt): attempt for attempt in taken}
            return taken

    def renewed(self, attempt: Attempt, url: str | None) -> None:
        """Go on with a transfer at a new address; None gives it up."""
        if url is None:
            label = attempt.transfer.label
            error = NotFoundError(f"{label} does not exist any more", path=label, missing="file")
            self.finish_attempt(attempt, error)
            return
        attempt.transfer.url = url
        self.requeue(attempt)

    def underway(self) -> int:
        """Return the bytes that have come of files that are not complete."""
        with self._lock:
            return sum(attempt.sink.written for attempt in self._active.values())

    def release(self) -> None:
        """Let go of everything that was handed out or waits, once no engine runs any more."""
        with self._lock:
            # Those that are ready may have begun before their URL was refreshed.
            left = [*self._active.values(), *self._ready, *self._expired]
            left += [each[2] for each in self._later]
            self._active.clear()
            self._ready.clear()
            self._expired.clear()
            self._later.clear()
            splits = list(self._splits.values())
            self._splits.clear()
        for split in splits:
            split.close()
        for attempt in left:
            attempt.sink.keep_part = True
            attempt.sink.close()
        self.tree.close()


def with_cause(error: Exception, cause: BaseException) -> Exception:
    """Return an error with what led to it."""
    error.__cause__ = cause
    return error
