"""The files of runs, as rows and as the nodes that queries see."""

import hashlib
import mimetypes
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from .blobs import Blob, Incoming
from .contents import Contents
from .database import Database, now
from .refusals import missing
from .relay import number_of

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


def matching(pattern: str | None) -> tuple[str, list[str]]:
    """Return a condition for a pattern of MySQL's LIKE, and what it takes.

    There letters match in either case, a backslash takes the next character literally, and one at
    the end stands for itself.
    """
    if not pattern:
        return "", []
    literal = len(pattern) - len(pattern.rstrip("\\"))
    pattern += "\\" * (literal % 2)
    if pattern.isascii():
        return r"AND name LIKE ? ESCAPE '\'", [pattern]
    return r"AND lowered(name) LIKE ? ESCAPE '\'", [pattern.lower()]


class Files:
    """Files of runs: rows in the database, contents in the blob store."""

    def __init__(self, database: Database, contents: Contents) -> None:
        self._database = database
        self._contents = contents

    def page(
        self, run_id: int, after: str | None, size: int, pattern: str | None
    ) -> tuple[list[sqlite3.Row], bool]:
        """Return the files after a name, and whether more follow. Costs the same anywhere."""
        condition, given = matching(pattern)
        # No name is empty, so every name comes after the empty one.
        values: list[object] = [run_id, after or "", *given, size + 1]
        query = PAGE.format(matching=condition)
        rows = self._database.reading.execute(query, values).fetchall()
        return rows[:size], len(rows) > size

    def count(self, run_id: int, pattern: str | None) -> int:
        """Return how many files match; that of all files is kept in the row of the run."""
        condition, given = matching(pattern)
        query = COUNT.format(matching=condition)
        return int(self._database.reading.execute(query, (run_id, *given)).fetchone()[0])

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
        with self._contents.changing:
            self._write(run_id, {name: content.finish(self._contents.blobs)})

    def put(self, run_id: int, contents: Mapping[str, bytes]) -> None:
        """Give many files their contents at once; many may be equal."""
        known: dict[bytes, Blob] = {}
        stored: dict[str, Blob] = {}
        with self._contents.changing:
            for name, content in contents.items():
                digest = hashlib.sha256(content).digest()
                if digest not in known:
                    known[digest] = self._contents.blobs.put(content)
                stored[name] = known[digest]
            self._write(run_id, stored)

    def _write(self, run_id: int, contents: Mapping[str, Blob]) -> None:
        moment = now()
        with self._database.writing() as rows:
            replaced = self.named(run_id, contents).values()
            rows.executemany(
                UPSERT,
                [
                    (run_id, n, b.key, b.size, b.md5, mimetypes.guess_type(n)[0], moment)
                    for n, b in contents.items()
                ],
            )
        self._contents.free(row["blob"] for row in replaced)

    def delete(self, ids: Sequence[str], project_id: int | None) -> None:
        """Delete files by their ids: all of them or, when one is unknown, none."""
        doomed: list[sqlite3.Row] = []
        with self._contents.changing:
            with self._database.writing() as rows:
                for opaque in ids:
                    values = (number_of("File", opaque), project_id, project_id)
                    row = rows.execute(OWNED, values).fetchone()
                    if row is None:
                        raise missing(f"file {opaque}")
                    doomed.append(row)
                rows.executemany("DELETE FROM files WHERE id = ?", [(r["id"],) for r in doomed])
            self._contents.free(row["blob"] for row in doomed)
