"""Which versions contain which contents: a table that SQLite keeps on disk if it is large."""

import threading
import weakref
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from .content_list import ContentList

MEMORY_KIB = 65536
"""What SQLite may keep in memory; the rest is in a temporary file of its own."""


class SharedContent(NamedTuple):
    """A content and the numbers of all versions that contain it."""

    size: int
    versions: Sequence[int]
    births: Sequence[int]
    """For each of these, the hash of the version that the content was uploaded for."""


class ContentTable:
    """Contents by the numbers of the versions that hold them; any thread may add to it."""

    def __init__(self) -> None:
        import sqlite3  # imported late, for a short start-up time

        # An empty name is a temporary file, which SQLite removes.
        self._connection = sqlite3.connect("", check_same_thread=False)
        # Also if a scan is interrupted, which may end in any thread.
        self._close = weakref.finalize(self, self._connection.close)
        self._connection.execute(f"PRAGMA cache_size = -{MEMORY_KIB}")
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute(
            "CREATE TABLE holdings (content BLOB, size INTEGER, birth INTEGER, version INTEGER)"
        )
        self._lock = threading.Lock()

    def add(self, version: int, contents: ContentList) -> None:
        """Add the contents of a version."""
        rows = [(*content, version) for content in contents]
        with self._lock:
            self._connection.executemany("INSERT INTO holdings VALUES (?, ?, ?, ?)", rows)

    def __iter__(self) -> Iterator[SharedContent]:
        """Yield each content once."""
        query = "SELECT content, size, version, birth FROM holdings ORDER BY content, version"
        rows: Iterator[tuple[bytes, int, int, int]] = iter(self._connection.execute(query))
        for _, holdings in groupby(rows, key=itemgetter(0)):
            _, sizes, versions, births = zip(*holdings, strict=True)
            yield SharedContent(sizes[0], versions, births)

    def close(self) -> None:
        """Remove the table."""
        self._close()
