"""Files of runs, as rows."""

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence

from .blobs import Blob, IncomingBlob
from .database import Database, now
from .http_errors import not_found
from .media_types import guess_media_type
from .node_ids import parse_node_id
from .tracked_blobs import TrackedBlobs

PAGE = """
SELECT id, name, blob, size, md5, mimetype, updated_at FROM files
WHERE run_id = ? AND name > ? {matching} ORDER BY name LIMIT ?
"""
COUNT = "SELECT count(*) FROM files WHERE run_id = ? {matching}"
UPSERT = """
INSERT INTO files (run_id, name, blob, size, md5, mimetype, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id, name) DO UPDATE SET blob = excluded.blob, size = excluded.size,
  md5 = excluded.md5, mimetype = excluded.mimetype, updated_at = excluded.updated_at
"""
OWNED = """
SELECT files.id, blob FROM files JOIN runs ON runs.id = run_id
WHERE files.id = ? AND (? IS NULL OR project_id = ?)
"""


def like_condition(pattern: str | None) -> tuple[str, list[str]]:
    """Return a SQL condition for a pattern of MySQL's LIKE, and its parameters.

    There, letters match in either case, a backslash escapes the next character, and one at the end
    stands for itself.
    """
    if not pattern:
        return "", []
    literal = len(pattern) - len(pattern.rstrip("\\"))
    pattern += "\\" * (literal % 2)
    if pattern.isascii():
        return r"AND name LIKE ? ESCAPE '\'", [pattern]
    return r"AND lowered(name) LIKE ? ESCAPE '\'", [pattern.lower()]


class Files:
    """Files of runs: rows in the database, content in the blob store."""

    def __init__(self, database: Database, blobs: TrackedBlobs) -> None:
        self._database = database
        self._blobs = blobs

    def files_after(
        self, run_id: int, after: str | None, limit: int, pattern: str | None
    ) -> list[sqlite3.Row]:
        """Return files of a run after a name, ordered by name.

        The last page costs as much as the first.
        """
        condition, given = like_condition(pattern)
        # No name is empty, so every name comes after the empty one.
        values: list[object] = [run_id, after or "", *given, limit]
        query = PAGE.format(matching=condition)
        return self._database.connection.execute(query, values).fetchall()

    def count(self, run_id: int, pattern: str | None) -> int:
        """Return how many files match a pattern; the row of the run has the number of all files."""
        condition, given = like_condition(pattern)
        query = COUNT.format(matching=condition)
        return int(self._database.connection.execute(query, (run_id, *given)).fetchone()[0])

    def find(self, run_id: int, name: str) -> sqlite3.Row | None:
        """Return one file."""
        query = "SELECT * FROM files WHERE run_id = ? AND name = ?"
        row: sqlite3.Row | None = self._database.connection.execute(
            query, (run_id, name)
        ).fetchone()
        return row

    def receive(self, run_id: int, name: str, blob: IncomingBlob) -> None:
        """Store an uploaded file, replacing an earlier one."""
        blob.sync()
        with self._blobs.lock:
            self._write(run_id, {name: blob.finish(self._blobs.store)})

    def put(self, run_id: int, contents: Mapping[str, bytes]) -> None:
        """Store many files in one transaction; equal ones are stored once."""
        known: dict[bytes, Blob] = {}
        stored: dict[str, Blob] = {}
        with self._blobs.lock:
            for name, content in contents.items():
                digest = hashlib.sha256(content).digest()
                if digest not in known:
                    known[digest] = self._blobs.store.put(content)
                stored[name] = known[digest]
            self._write(run_id, stored)

    def _write(self, run_id: int, blobs: Mapping[str, Blob]) -> None:
        moment = now()
        with self._database.transaction() as connection:
            replaced = [row for name in blobs if (row := self.find(run_id, name))]
            connection.executemany(
                UPSERT,
                [
                    (run_id, name, blob.key, blob.size, blob.md5, guess_media_type(name), moment)
                    for name, blob in blobs.items()
                ],
            )
        self._blobs.remove_unreferenced(row["blob"] for row in replaced)

    def project_of(self, opaque: str) -> int | None:
        """Return the row id of the project that a file is in."""
        query = "SELECT project_id FROM files JOIN runs ON runs.id = run_id WHERE files.id = ?"
        values = (parse_node_id("File", opaque),)
        row = self._database.connection.execute(query, values).fetchone()
        return int(row["project_id"]) if row else None

    def copy(self, opaque: str, run_id: int) -> None:
        """Give a run the file that a node id names."""
        with self._blobs.lock, self._database.transaction() as connection:
            query = "SELECT * FROM files WHERE id = ?"
            row = connection.execute(query, (parse_node_id("File", opaque),)).fetchone()
            if row is None:
                raise not_found(f"file {opaque}")
            replaced = self.find(run_id, row["name"])
            columns = ("name", "blob", "size", "md5", "mimetype")
            connection.execute(UPSERT, (run_id, *(row[column] for column in columns), now()))
        self._blobs.remove_unreferenced([replaced["blob"]] if replaced else [])

    def delete(self, ids: Sequence[str], project_id: int | None) -> None:
        """Delete files by their node ids: all of them or, if one is unknown, none."""
        deleted: list[sqlite3.Row] = []
        with self._blobs.lock:
            with self._database.transaction() as connection:
                for opaque in ids:
                    values = (parse_node_id("File", opaque), project_id, project_id)
                    row = connection.execute(OWNED, values).fetchone()
                    if row is None:
                        raise not_found(f"file {opaque}")
                    deleted.append(row)
                connection.executemany(
                    "DELETE FROM files WHERE id = ?", [(row["id"],) for row in deleted]
                )
            self._blobs.remove_unreferenced(row["blob"] for row in deleted)
