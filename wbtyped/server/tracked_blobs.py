"""Blobs that are deleted once no row references them."""

import sqlite3
import threading
from collections.abc import Iterable

from .blobs import BlobStore
from .database import Database


class TrackedBlobs:
    """The blob store, together with the tables that reference its blobs.

    A blob must not be removed between its upload and the row that references it, so both hold
    `lock`.
    """

    def __init__(self, database: Database, store: BlobStore) -> None:
        self.store = store
        self.lock: threading.Lock = threading.Lock()
        self._database = database

    def _find_reference(self, key: str) -> sqlite3.Row | None:
        query = "SELECT md5 FROM named_blobs WHERE blob = ? LIMIT 1"
        row: sqlite3.Row | None = self._database.connection.execute(query, (key,)).fetchone()
        return row

    def md5_of(self, key: str) -> str | None:
        """Return the base64 MD5 of a blob, or None if no row references it."""
        row = self._find_reference(key)
        return str(row["md5"]) if row else None

    def remove_unreferenced(self, keys: Iterable[str]) -> int:
        """Delete blobs that no row references; return their size.

        Call it after the commit that removed the rows.
        """
        orphans = (key for key in set(keys) if self._find_reference(key) is None)
        return sum(self.store.remove(key) for key in orphans)

    def remove_orphans(self) -> int:
        """Delete all blobs that no row references; return their size."""
        with self.lock:
            return self.remove_unreferenced(self.store.keys())
