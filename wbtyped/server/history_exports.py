"""Histories of ended runs as Parquet files."""

import sqlite3

from .database import Database
from .parquet import is_parquet_available, write_parquet
from .streams import HISTORY, Streams
from .time_limit import restart_time_limit
from .tracked_blobs import TrackedBlobs

LINES_PER_FILE = 100_000
"""The metrics of so many steps are in memory while a file is written."""


class HistoryExports:
    """Parquet files with the histories of runs, written when they are first asked for.

    A file never changes, since clients cache it by its number: a run that is resumed gets more
    files. Files with lines that were replaced are deleted with them.
    """

    def __init__(self, database: Database, blobs: TrackedBlobs, streams: Streams) -> None:
        self._database = database
        self._blobs = blobs
        self._streams = streams

    def complete(self, run_id: int) -> list[str] | None:
        """Return the blobs that together have the whole history; None if it cannot be exported."""
        if not is_parquet_available():
            return None
        files = self._files(run_id)
        next_line = int(files[-1]["next_line"]) if files else 0
        while next_line < self._streams.count(run_id, HISTORY):
            added = self._add(run_id, next_line)
            if added is None:
                return None
            # A file is written once, which takes about 1 s: not the fault of this query.
            restart_time_limit()
            next_line = added
        return [row["blob"] for row in self._files(run_id)]

    def _files(self, run_id: int) -> list[sqlite3.Row]:
        query = "SELECT * FROM history_exports WHERE run_id = ? ORDER BY first_line"
        return self._database.connection.execute(query, (run_id,)).fetchall()

    def _add(self, run_id: int, first_line: int) -> int | None:
        """Write the file that starts with a line; return the line after its last, if possible."""
        steps, next_line = self._streams.steps(run_id, first_line, LINES_PER_FILE)
        content = write_parquet(steps)
        if content is None:
            return None
        with self._blobs.lock:
            blob = self._blobs.store.put(content, durable=True)
            with self._database.transaction() as connection:
                connection.execute(
                    "INSERT OR IGNORE INTO history_exports VALUES (?, ?, ?, ?, ?)",
                    (run_id, first_line, next_line, blob.key, blob.md5),
                )
            self._blobs.remove_unreferenced([blob.key])
        return next_line
