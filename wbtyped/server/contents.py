"""Contents and the rows that name them: what no row names goes."""

import sqlite3
import threading
from collections.abc import Iterable

from .blobs import BlobStore
from .database import Database


class Contents:
    """The blob store together with the tables that name blobs.

    A content must not be freed between arriving and being named by a row: whoever does either holds
    `changing`.
    """

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self.blobs = blobs
        self.changing: threading.Lock = threading.Lock()
        self._database = database

    def _row(self, key: str) -> sqlite3.Row | None:
        query = "SELECT md5 FROM named_blobs WHERE blob = ? LIMIT 1"
        row: sqlite3.Row | None = self._database.reading.execute(query, (key,)).fetchone()
        return row

    def md5_of(self, key: str) -> str | None:
        """Return the MD5 of a content, in base64, or None when nothing has it."""
        row = self._row(key)
        return str(row["md5"]) if row else None

    def free(self, keys: Iterable[str]) -> None:
        """Delete contents that no row names any more, once the rows are gone for good."""
        for key in set(keys):
            if self._row(key) is None:
                self.blobs.remove(key)

    def tidy(self) -> None:
        """Delete contents that were in place before their row when a server was killed."""
        with self.changing:
            self.free(self.blobs.keys())
