"""Which bytes a read of an open file requests."""

from collections.abc import Callable
from typing import ClassVar

from .base_classes import BaseCache

SMALL_BYTES = 128 * 1024
"""The size up to which reads are small; a larger one is worth a request of its own."""
MAX_SKIP_BYTES = 1024
"""How far a read may lie behind the one before to continue it: formats align what they store."""
KEPT_BYTES = 1024 * 1024
"""The size up to which what was read stays in memory, for those who step back a little."""
MAX_READAHEAD_BYTES = 8 * 1024 * 1024
"""The most bytes that are requested ahead of what was asked for."""


class SequentialCache(BaseCache):
    """Requests what is asked for, and more only while a file is read in small steps in order.

    Readers of columns jump: readahead multiplies what they load (measured: one column of four
    Parquet files of 8 MB by DuckDB, 125 MB with the default of fsspec, 1.8 MB without). Readers of
    lines take 8 KiB after 8 KiB, each a request without it. So a small read that continues the one
    before loads as much again as was read in order so far.
    """

    name: ClassVar[str] = "sequential"

    def __init__(self, blocksize: int, fetcher: Callable[[int, int], bytes], size: int) -> None:
        super().__init__(blocksize, fetcher, size)
        self._start = 0
        """Where the bytes in memory begin."""
        self._block = b""
        self._expected = 0
        """Where a read begins that continues the one before."""
        self._in_order = 0
        """Bytes that were read in order so far."""

    def _fetch(self, start: int | None, stop: int | None) -> bytes:
        first = 0 if start is None else start
        last = self.size if stop is None else min(stop, self.size)
        if last <= first:
            return b""
        ahead = self._readahead(first, last)
        offset = first - self._start
        held = self._block[offset:] if 0 <= offset < len(self._block) else b""
        if len(held) >= last - first:
            self.hit_count += 1
            return held[: last - first]
        self.miss_count += 1
        fetched = self.fetcher(first + len(held), min(last + ahead, self.size))
        self.total_requested_bytes += len(fetched)
        block = held + fetched if held else fetched
        self._start, self._block = first, block if ahead or len(block) <= KEPT_BYTES else b""
        return block[: last - first]

    def _readahead(self, first: int, last: int) -> int:
        """Return how many bytes to request beyond a read, and note the read."""
        in_memory = self._start <= first < self._start + len(self._block)
        continues = in_memory or 0 <= first - self._expected <= MAX_SKIP_BYTES
        is_small = last - first <= SMALL_BYTES
        ahead = min(self._in_order, MAX_READAHEAD_BYTES) if continues and is_small else 0
        new_bytes = max(0, last - max(first, self._expected)) if continues else last - first
        self._in_order = (self._in_order if continues else 0) + new_bytes
        self._expected = last
        return ahead
