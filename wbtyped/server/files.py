"""The files of runs, as rows and as the nodes that queries see."""

import mimetypes
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence

from .blobs import Blob, BlobStore, Incoming
from .database import Database, now
from .refusals import missing
from .relay import node_id, number_of

PAGE = """
SELECT id, name, blob, size, md5, mimetype, updated_at FROM files
WHERE run_id = ? AND name > ? {matching} ORDER BY name LIMIT ?
"""
# MySQL's LIKE: a backslash takes a wildcard literally, and letters match in either case.
MATCHING = r"AND name LIKE ? ESCAPE '\'"
UPSERT = """
INSERT INTO files (run_id, name, blob, size, md5, mimetype, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id, name) DO UPDATE SET blob = excluded.blob, size = excluded.size,
  md5 = excluded.md5, mimetype = excluded.mimetype, updated_at = excluded.updated_at
"""
OWNED = """
SELECT files.id, blob FROM files JOIN runs ON runs.id = run_id
WHERE files.id = ? AND (? IS NULL OR project_id = ?)
"""


class Files:
    """Files of runs: rows in the database, contents in the blob store."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs
        # A content must not be freed between arriving and being named by a row.
        self._changing = threading.Lock()

    def page(
        self, run_id: int, after: str | None, size: int, pattern: str | None
    ) -> tuple[list[sqlite3.Row], bool]:
        """Return the files after a name, and whether more follow. Costs the same anywhere."""
        query = PAGE.format(matching=MATCHING if pattern else "")
        # No name is empty, so every name comes after the empty one.
        values: list[object] = [run_id, after or "", *([pattern] if pattern else []), size + 1]
        rows = self._database.reading.execute(query, values).fetchall()
        return rows[:size], len(rows) > size

    def named(self, run_id: int, names: Iterable[str]) -> dict[str, sqlite3.Row]:
        """Return the files that have one of the names."""
        found: dict[str, sqlite3.Row] = {}
        for name in names:
            row = self.find(run_id, name)
            if row is not None:
                found[name] = row
        return found

    def find(self, run_id: int, name: str) -> sqlite3.Row | None:
        """Return one file."""
        query = "SELECT * FROM files WHERE run_id = ? AND name = ?"
        row: sqlite3.Row | None = self._database.reading.execute(query, (run_id, name)).fetchone()
        return row

    def receive(self, run_id: int, name: str, content: Incoming) -> None:
        """Give a file its content, in place of a former one."""
        content.settle()
        with self._changing:
            self._write(run_id, {name: content.finish(self._blobs)})

    def put(self, run_id: int, contents: Mapping[str, bytes]) -> None:
        """Give many files their contents at once."""
        with self._changing:
            self._write(run_id, {name: self._blobs.put(c) for name, c in contents.items()})

    def _write(self, run_id: int, contents: Mapping[str, Blob]) -> None:
        moment = now()
        former: list[str] = []
        with self._database.writing() as rows:
            for name in contents:
                row = self.find(run_id, name)
                if row is not None:
                    former.append(row["blob"])
            rows.executemany(
                UPSERT,
                [
                    (run_id, n, b.key, b.size, b.md5, mimetypes.guess_type(n)[0], moment)
                    for n, b in contents.items()
                ],
            )
        self._free(former)

    def delete(self, ids: Sequence[str], project_id: int | None) -> None:
        """Delete files by their ids: all of them or, when one is unknown, none."""
        doomed: list[sqlite3.Row] = []
        with self._changing:
            with self._database.writing() as rows:
                for opaque in ids:
                    values = (number_of("File", opaque), project_id, project_id)
                    row = rows.execute(OWNED, values).fetchone()
                    if row is None:
                        raise missing(f"file {opaque}")
                    doomed.append(row)
                rows.executemany("DELETE FROM files WHERE id = ?", [(r["id"],) for r in doomed])
            self._free(row["blob"] for row in doomed)

    def _free(self, keys: Iterable[str]) -> None:
        """Delete contents that no file names any more, once the rows are gone for good."""
        named = "SELECT 1 FROM files WHERE blob = ? LIMIT 1"
        for key in set(keys):
            if self._database.reading.execute(named, (key,)).fetchone() is None:
                self._blobs.remove(key)


def file_node(row: sqlite3.Row, run: Mapping[str, object]) -> dict[str, object]:
    """Return a file as queries see it; its addresses are made when they are asked for."""
    return {
        "run": run,
        "blob": row["blob"],
        "id": node_id("File", row["id"]),
        "name": row["name"],
        "displayName": row["name"],
        "sizeBytes": row["size"],
        "mimetype": row["mimetype"],
        "updatedAt": row["updated_at"],
        "createdAt": row["updated_at"],
        "md5": row["md5"],
        "digest": row["md5"],
        "exists": True,
        "isReference": False,
        "uploadHeaders": [],
    }


def absent_node(name: str, run: Mapping[str, object]) -> dict[str, object]:
    """Return the node for a name that no file has: something to upload to."""
    return {
        "run": run,
        "blob": None,
        "id": node_id("AbsentFile", name),
        "name": name,
        "displayName": name,
        "sizeBytes": 0,
        "mimetype": mimetypes.guess_type(name)[0],
        "updatedAt": None,
        "md5": None,
        "digest": None,
        "exists": False,
        "isReference": False,
        "uploadHeaders": [],
    }
