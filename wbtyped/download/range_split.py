"""Fetch a large file over several connections, where one is slower than the machine.

What came over the first connection is the beginning of the file. The rest is fetched in pieces,
each to a file of its own, which are appended in order: so what is complete is at any moment the
beginning of the file, as with one connection, and a later call can resume it.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from ..clock import monotonic
from ..errors import WbtypedError
from .attempt import Attempt, OnSettled
from .disk.atomic import disk_errors
from .disk.digests import READ_BLOCK_BYTES
from .disk.folder_tree import FolderTree
from .target import Location
from .transfer import Piece, Transfer
from .worker import TransferCancelled

# Chosen values: no measurement of them is on record.
PIECE_BYTES = 32 * 1024 * 1024
MIN_PIECES = 4
"""Pieces that must be left for a split to be worth it."""
MAX_PIECES = 8
"""Pieces of one file that are in progress or wait to be appended."""
SLOW_BYTES_PER_SECOND = 125e6
"""Speed from which one connection is enough: 1 Gbit/s."""
MIN_OBSERVED_SECONDS = 1.0
"""Seconds after which the speed of a connection is known."""


class PieceQueue(Protocol):
    """Where a split has its pieces fetched: the schedule of the batch."""

    cancelled: bool
    """Whether the batch is cancelled."""
    tree: FolderTree
    """The folders that the batch writes to."""

    def attempt(self, transfer: Transfer, on_settled: OnSettled | None = None) -> Attempt:
        """Prepare a transfer; `on_settled` is called when it has ended."""
        ...

    def requeue_first(self, attempts: Sequence[Attempt]) -> None:
        """Queue attempts before all others."""

    def requeue(self, attempt: Attempt) -> None:
        """Continue an attempt that counted as running meanwhile."""

    def complete(self, attempt: Attempt) -> None:
        """Finish an attempt whose content is complete."""

    def finish_attempt(self, attempt: Attempt, error: BaseException | None) -> None:
        """Finish an attempt with an error."""


def is_worth_splitting(attempt: Attempt) -> bool:
    """Return True if a transfer would probably gain from further connections."""
    transfer, handler, writer = attempt.transfer, attempt.handler, attempt.writer
    if attempt.single_connection or not handler.accepts_ranges:
        return False
    if transfer.size is None or transfer.digest is None:
        return False
    if transfer.size - writer.written < MIN_PIECES * PIECE_BYTES:
        return False
    started_at, written_before = handler.body_started
    seconds = monotonic() - started_at
    if seconds < MIN_OBSERVED_SECONDS:
        return False
    return 0 < (writer.written - written_before) / seconds < SLOW_BYTES_PER_SECOND


class Split:
    """The rest of one file, in pieces."""

    def __init__(self, schedule: PieceQueue, main: Attempt) -> None:
        self._schedule = schedule
        self._main = main
        self._size = main.transfer.size or 0
        self._requested = main.writer.written
        """Where the next piece starts."""
        self.received: int = main.writer.written
        """Bytes of the file that have been received, in pieces that are complete."""
        self._complete: dict[int, Location] = {}
        """Pieces that wait to be appended, by where they start."""
        self._running: list[Attempt] = []
        self._lock = threading.Lock()
        self._appending = False
        self._ended = False

    def begin(self, jobs: int) -> None:
        """Queue the first pieces."""
        with self._lock:
            self._request(max(2, min(MAX_PIECES, jobs)))

    def _request(self, count: int) -> None:
        attempts: list[Attempt] = []
        while self._requested < self._size and len(attempts) < count:
            stop = min(self._requested + PIECE_BYTES, self._size)
            piece = Piece(self._requested, stop, self._size)
            self._requested = stop
            attempts.append(self._schedule.attempt(self._transfer(piece), self._on_settled))
        self._running += attempts
        self._schedule.requeue_first(attempts)

    def _transfer(self, piece: Piece) -> Transfer:
        main = self._main.transfer
        return replace(
            main,
            target=self._main.writer.sibling(),
            size=piece.stop - piece.start,
            md5=None,
            xxh128=None,
            label=f"{main.label} (bytes {piece.start}-{piece.stop - 1})",
            replace=True,
            piece=piece,
        )

    def _on_settled(self, transfer: Transfer, error: Exception | None) -> None:
        """Append a piece; after a failure, one connection continues alone."""
        with self._lock:
            self._running = [a for a in self._running if a.transfer is not transfer]
            if error is not None and not self._ended:
                self._end()
                # A thread that is appending requeues it when its piece is complete.
                if not self._appending:
                    self._schedule.requeue(self._main)
            if self._ended:
                self._remove(transfer.target)
                return
            if transfer.piece is not None:
                self.received += transfer.size or 0
                self._complete[transfer.piece.start] = transfer.target
            if self._appending:
                return
            self._appending = True
        self._append()

    def _end(self) -> None:
        """Stop and remove all pieces; a single connection, if any, then reports what is wrong."""
        self._ended = True
        for attempt in self._running:
            attempt.handler.request_stop()
        for path in self._complete.values():
            self._remove(path)
        self._complete.clear()

    def _append(self) -> None:
        """Append every piece whose turn it is; meanwhile, other threads only record theirs."""
        writer = self._main.writer
        try:
            while True:
                with self._lock:
                    path = self._complete.pop(writer.written, None)
                    if path is None:
                        # Set under the lock, so that of several threads only one goes on.
                        self._appending = False
                        ended, complete = self._ended, writer.written >= self._size
                        break
                self._append_piece(path)
        except (WbtypedError, TransferCancelled) as error:
            with self._lock:
                self._end()
            self._schedule.finish_attempt(self._main, error)
            return
        if complete:
            self._schedule.complete(self._main)
        elif ended:
            self._schedule.requeue(self._main)

    def _append_piece(self, path: Location) -> None:
        """Append a piece, remove its file, and request one more."""
        try:
            with disk_errors(self._main.transfer.target):
                self._copy(path)
        finally:
            self._remove(path)
        with self._lock:
            if not self._ended:
                self._request(1)

    def _copy(self, path: Location) -> None:
        with self._schedule.tree.read(path) as piece:
            while block := piece.read(READ_BLOCK_BYTES):
                if self._schedule.cancelled:
                    raise TransferCancelled
                self._main.writer.write(block)

    def _remove(self, path: Location) -> None:
        with suppress(OSError, WbtypedError):
            self._schedule.tree.remove(path)

    def close(self) -> None:
        """Remove the pieces that have not been appended."""
        with self._lock:
            self._end()
