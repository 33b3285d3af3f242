"""Decide which upload is next, and what follows from how each one ended."""

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..clock import monotonic
from ..download.concurrency import AdaptiveLimit
from ..download.worker import TransferCancelled
from ..errors import TransportError
from ..transport.retries import RetryPolicy, TransientError, is_retryable, next_try_delay
from ..urls import WebUrl
from .local_body import LocalBody

SMALL_BYTES = 256 * 1024
"""Bytes up to which a body is read at once: so many connections may hold one each."""
QUEUE_UPLOADS = 2048
"""Uploads that may wait, so that memory does not grow with their number."""
EXPIRED_STATUSES = frozenset({401, 403})
"""With these, storage refuses a signed URL that has expired."""

Response = tuple[int, Mapping[str, str]]
"""Status and headers of a response; the names of headers are in lower case."""


@dataclass(slots=True, eq=False)
class Upload:
    """One request that uploads a body; `label` names it in errors, `name` in results."""

    label: str
    name: str
    url: WebUrl
    headers: Mapping[str, str]
    body: LocalBody
    on_settled: Callable[["Upload", Exception | None], None]
    """Called once, from any thread: with None when storage has the body, else with the error."""
    part: int = 0
    """The number of the part that it is, from 1; 0 for a whole file."""
    sent: int = 0
    """Bytes sent so far, in the current try."""
    etag: str = ""
    """What storage called the body."""
    tries: int = 0
    refreshes: int = 0
    """Times that its URL was requested again."""
    policy: RetryPolicy | None = None
    takes_usual_way: bool = False
    """Whether the fast lane has handed it over."""

    @property
    def is_small(self) -> bool:
        """Whether the body is read at once."""
        return self.body.size <= SMALL_BYTES

    @property
    def is_for_lane(self) -> bool:
        """Whether a fast lane may send it."""
        return self.is_small and not self.takes_usual_way


@dataclass
class UploadSchedule:
    """The uploads of a batch: given to an engine, taken back, retried. Safe for many threads.

    At most `limit` run at a time, or `small_limit` if they are small; an overloaded server lowers
    both for a while.
    """

    limit: int
    small_limit: int
    budget: float
    reached: set[str]
    """The servers that have responded so far."""
    _small: deque[Upload] = field(default_factory=deque[Upload], init=False)
    _large: deque[Upload] = field(default_factory=deque[Upload], init=False)
    _delayed: list[tuple[float, int, Upload]] = field(
        default_factory=list[tuple[float, int, Upload]], init=False
    )
    _active: set[Upload] = field(default_factory=set[Upload], init=False)

    def __post_init__(self) -> None:
        guard = threading.RLock()
        self._lock = threading.Condition(guard)
        self._room = threading.Condition(guard)
        self._limit = AdaptiveLimit(self.limit, self.small_limit, self.budget)
        self._tie_breakers = itertools.count()
        self._all_added = False
        self.cancelled: bool = False

    # Adding.

    def add(self, uploads: Iterable[Upload]) -> None:
        """Queue uploads."""
        with self._lock:
            for upload in uploads:
                (self._small if upload.is_for_lane else self._large).append(upload)
            self._lock.notify_all()

    def finish(self) -> None:
        """Declare that all uploads have been added."""
        with self._lock:
            self._all_added = True
            self._lock.notify_all()

    def cancel(self) -> None:
        """Start no more uploads; running ones end at their next block."""
        with self._lock:
            self.cancelled = True
            self._lock.notify_all()
            self._room.notify_all()

    def unfinished(self) -> tuple[int, int]:
        """Return how many small and how many large uploads wait, run, or will be tried again."""
        with self._lock:
            delayed = [upload for _, _, upload in self._delayed]
            started = [*self._active, *delayed]
        small = sum(upload.is_for_lane for upload in started)
        return len(self._small) + small, len(self._large) + len(started) - small

    def wait_below(self, most: int, seconds: float) -> bool:
        """Wait until fewer than `most` uploads are outstanding; False if they still are."""
        with self._lock:
            return self._room.wait_for(
                lambda: self.cancelled or self._outstanding() < most, timeout=seconds
            )

    def _outstanding(self) -> int:
        return len(self._small) + len(self._large) + len(self._delayed) + len(self._active)

    # What an engine takes.

    @property
    def finished(self) -> bool:
        """Whether nothing is left to upload, now or later."""
        with self._lock:
            return self.cancelled or (self._all_added and not self._outstanding())

    def take(self, seconds: float, *, or_small: bool) -> Upload | None:
        """Return the next large upload, or small one; None if none may start within `seconds`."""
        until = monotonic() + seconds
        with self._lock:
            while not self.finished:
                now = monotonic()
                due = self._queue_due(now)
                if now >= self._limit.paused_until and self._limit.available(len(self._active)) > 0:
                    for queue in (self._large, self._small) if or_small else (self._large,):
                        if queue:
                            return self._begin(queue.popleft())
                if now >= until:
                    return None
                self._lock.wait(max(0.0, min(until, due) - now))
            return None

    def take_small(self, most: int, seconds: float = 0.0) -> list[Upload]:
        """Return the small uploads that may start now, at most so many; wait for one if given."""
        until = monotonic() + seconds
        with self._lock:
            while not self.finished:
                now = monotonic()
                due = self._queue_due(now)
                if now >= self._limit.paused_until and self._small:
                    room = min(most, self._limit.small_available(len(self._active)))
                    count = max(0, min(room, len(self._small)))
                    if count:
                        return [self._begin(self._small.popleft()) for _ in range(count)]
                if now >= until:
                    break
                self._lock.wait(max(0.0, min(until, due) - now))
        return []

    def _queue_due(self, now: float) -> float:
        """Queue the uploads whose wait is over; return when to look again."""
        while self._delayed and self._delayed[0][0] <= now:
            upload = heapq.heappop(self._delayed)[2]
            (self._small if upload.is_for_lane else self._large).appendleft(upload)
        next_due = self._delayed[0][0] if self._delayed else now + 60
        return max(next_due, self._limit.paused_until) if self._delayed else next_due

    def _begin(self, upload: Upload) -> Upload:
        self._active.add(upload)
        upload.tries += 1
        upload.sent = 0
        return upload

    # What an engine reports.

    def respond(self, upload: Upload, status: int, headers: Mapping[str, str]) -> None:
        """Record the response to an upload; names of headers are in lower case."""
        self.reached.add(upload.url.server)
        if 200 <= status < 300:
            upload.etag = headers.get("etag", "")
            self._end(upload, None)
            return
        reason = f"{upload.label}: storage responded with HTTP {status}"
        if is_retryable(status):
            self.fail(upload, TransientError(reason, status=status, headers=headers))
        else:
            self.fail(upload, TransportError(reason, status=status))

    def fail(self, upload: Upload, error: Exception) -> None:
        """Record an error, and decide whether to retry."""
        if isinstance(error, TransientError) and not self.cancelled:
            upload.policy = upload.policy or RetryPolicy(
                self.budget, repeatable=True, server=upload.url.server, reached=self.reached
            )
            delay = next_try_delay(upload.policy, error, upload.tries)
            if delay is not None:
                self._retry(upload, error, delay)
                return
        self._end(upload, error)

    def _retry(self, upload: Upload, error: TransientError, delay: float) -> None:
        with self._lock:
            self._active.discard(upload)
            upload.sent = 0
            entry = monotonic() + delay, next(self._tie_breakers), upload
            heapq.heappush(self._delayed, entry)
            self._limit.record_result(error)
            self._lock.notify_all()

    def _end(self, upload: Upload, error: Exception | None) -> None:
        with self._lock:
            cancelled = self.cancelled
        if not cancelled and not isinstance(error, TransferCancelled):
            upload.on_settled(upload, public_error(error))
        with self._lock:
            self._active.discard(upload)
            self._limit.record_result(error)
            self._room.notify_all()
            if self._large or self._delayed or self.finished:
                self._lock.notify_all()

    def hand_over(self, upload: Upload) -> None:
        """Let a thread send a small upload; that was no try of its own."""
        with self._lock:
            self._active.discard(upload)
            upload.takes_usual_way = True
            upload.tries -= 1
            self._large.append(upload)
            self._lock.notify_all()

    def end_small(self, done: Iterable[Upload]) -> None:
        """Record small uploads that storage has, many at a time."""
        done = list(done)
        for upload in done:
            upload.on_settled(upload, None)
        with self._lock:
            self.reached.update({upload.url.server for upload in done})
            self._active.difference_update(done)
            self._limit.record_successes(len(done))
            self._room.notify_all()
            if self.finished:
                self._lock.notify_all()

    def sent_bytes(self) -> int:
        """Return the bytes sent of uploads that are not complete."""
        with self._lock:
            return sum(upload.sent for upload in self._active)


def public_error(error: Exception | None) -> Exception | None:
    """Return the error to report for how an upload ended; None if it succeeded."""
    if isinstance(error, TransientError):
        final = error.to_public_error()
        final.__cause__ = error
        return final
    return error
