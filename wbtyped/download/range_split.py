"""A large file over several connections, where one is slower than the machine.

What came over the first connection is the beginning. The rest is fetched in pieces, each to a file
of its own, which are appended in order: so what is complete is at any moment the beginning of the
content, as with one connection, and a later call can continue it.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from ..clock import monotonic
from ..errors import WbtypedError
from .attempt import Attempt, Settled
from .disk.atomic import disk_errors
from .disk.digests import BLOCK_BYTES
from .disk.folder_tree import FolderTree
from .transfer import Piece, Transfer, TransferCancelled

PIECE_BYTES = 32 * 1024 * 1024
"""Bytes of a piece."""
MIN_PIECES = 4
"""Pieces that are to be left, or it is not worth it."""
MAX_PIECES = 8
"""Pieces of one file that are under way or wait to be appended."""
SLOW_BYTES_PER_SECOND = 125e6
"""Bytes a second from which on one connection is enough."""
AFTER = 1.0
"""Seconds after which a connection has shown how fast it is."""


class PieceQueue(Protocol):
    """Where a split has its pieces fetched; the schedule of the batch."""

    cancelled: bool
    """Whether the batch is cancelled."""
    tree: FolderTree
    """The folders that the batch writes to."""

    def attempt(self, transfer: Transfer, settled: Settled | None = None) -> Attempt:
        """Prepare a transfer; `settled` is called when it has ended."""
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
    """Tell whether a transfer would gain by further connections, as far as one can see."""
    transfer, receiver, sink = attempt.transfer, attempt.receiver, attempt.sink
    if attempt.whole or transfer.size is None or transfer.digest is None or not receiver.ranges:
        return False
    if transfer.size - sink.written < MIN_PIECES * PIECE_BYTES:
        return False
    since, before = receiver.began
    spent = monotonic() - since
    return spent >= AFTER and 0 < (sink.written - before) / spent < SLOW_BYTES_PER_SECOND


class Split:
    """The rest of one file, in pieces."""

    def __init__(self, schedule: PieceQueue, main: Attempt) -> None:
        self._schedule = schedule
        self._main = main
        self._size = main.transfer.size or 0
        self._asked = main.sink.written
        self._complete: dict[int, Path] = {}
        self._under_way: list[Attempt] = []
        self._lock = threading.Lock()
        self._appending = False
        self._over = False

    def begin(self, jobs: int) -> None:
        """Have the first pieces fetched."""
        with self._lock:
            self._ask(max(2, min(MAX_PIECES, jobs)))

    def _ask(self, count: int) -> None:
        asked: list[Attempt] = []
        while self._asked < self._size and len(asked) < count:
            piece = Piece(self._asked, min(self._asked + PIECE_BYTES, self._size), self._size)
            self._asked = piece.stop
            main = self._main.transfer
            transfer = replace(
                main,
                target=self._main.sink.sibling(),
                size=piece.stop - piece.start,
                md5=None,
                xxh128=None,
                label=f"{main.label} (bytes {piece.start}-{piece.stop - 1})",
                replace=True,
                piece=piece,
            )
            asked.append(self._schedule.attempt(transfer, self._settled))
        self._under_way += asked
        self._schedule.requeue_first(asked)

    def _settled(self, transfer: Transfer, error: Exception | None) -> None:
        """Take a piece, or what it ended with."""
        with self._lock:
            self._under_way = [each for each in self._under_way if each.transfer is not transfer]
            if error is not None and not self._over:
                self._end()
                # Whoever is appending hands it back when the piece at hand is complete.
                if not self._appending:
                    self._schedule.requeue(self._main)
            if self._over:
                self._remove(transfer.target)
                return
            if transfer.piece is not None:
                self._complete[transfer.piece.start] = transfer.target
            if self._appending:
                return
            self._appending = True
        self._append()

    def _end(self) -> None:
        """Take no more pieces; one connection, if any, goes on and says what is wrong."""
        self._over = True
        for attempt in self._under_way:
            attempt.receiver.divert()
        for path in self._complete.values():
            self._remove(path)
        self._complete.clear()

    def _append(self) -> None:
        """Append every piece whose turn it is; other threads only note theirs meanwhile."""
        sink = self._main.sink
        try:
            while True:
                with self._lock:
                    path = self._complete.pop(sink.written, None)
                    if path is None:
                        # Said under the lock, so that of several threads one alone goes on.
                        self._appending = False
                        over, complete = self._over, sink.written >= self._size
                        break
                try:
                    with disk_errors(self._main.transfer.target):
                        self._copy(path)
                finally:
                    self._remove(path)
                with self._lock:
                    if not self._over:
                        self._ask(1)
        except (WbtypedError, TransferCancelled) as error:
            with self._lock:
                self._end()
            self._schedule.finish_attempt(self._main, error)
            return
        if complete:
            self._schedule.complete(self._main)
        elif over:
            self._schedule.requeue(self._main)

    def _copy(self, path: Path) -> None:
        with self._schedule.tree.read(path) as piece:
            while block := piece.read(BLOCK_BYTES):
                if self._schedule.cancelled:
                    raise TransferCancelled
                self._main.sink.write(block)

    def _remove(self, path: Path) -> None:
        with suppress(OSError, WbtypedError):
            self._schedule.tree.remove(path)

    def close(self) -> None:
        """Remove what has not been appended."""
        with self._lock:
            self._end()
