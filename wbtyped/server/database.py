"""The rows behind the server, in SQLite."""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ..errors import DiskError
from .artifact_tables import ARTIFACT_TABLES

TABLES = """
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS organizations (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  entity TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS organization_teams (
  entity TEXT PRIMARY KEY,
  organization_id INTEGER NOT NULL REFERENCES organizations (id)
);
CREATE TABLE IF NOT EXISTS projects (
  id INTEGER PRIMARY KEY,
  entity TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  access TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (entity, name)
);
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  display_name TEXT,
  description TEXT,
  notes TEXT,
  state TEXT NOT NULL DEFAULT 'running',
  config TEXT NOT NULL DEFAULT '{}',
  summary_metrics TEXT NOT NULL DEFAULT '{}',
  tags TEXT NOT NULL DEFAULT '[]',
  group_name TEXT,
  job_type TEXT,
  commit_hash TEXT,
  host TEXT,
  sweep_name TEXT,
  file_count INTEGER NOT NULL DEFAULT 0,
  exitcode INTEGER,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (project_id, name)
);
-- The unique key is also what a page of files is read from, in order.
CREATE TABLE IF NOT EXISTS files (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  blob TEXT NOT NULL,
  size INTEGER NOT NULL,
  md5 TEXT NOT NULL,
  mimetype TEXT,
  updated_at TEXT NOT NULL,
  UNIQUE (run_id, name)
);
-- What runs log, line by line: metrics, events and the console.
CREATE TABLE IF NOT EXISTS stream_lines (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (run_id, name, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_by_blob ON files (blob);
CREATE INDEX IF NOT EXISTS runs_in_order ON runs (project_id, id);
CREATE INDEX IF NOT EXISTS projects_in_order ON projects (entity, id);
-- A run tells its number of files on every page, so it is kept and not counted.
CREATE TRIGGER IF NOT EXISTS file_added AFTER INSERT ON files BEGIN
  UPDATE runs SET file_count = file_count + 1 WHERE id = new.run_id;
END;
CREATE TRIGGER IF NOT EXISTS file_removed AFTER DELETE ON files BEGIN
  UPDATE runs SET file_count = file_count - 1 WHERE id = old.run_id;
END;
"""
FORMAT = 2
"""Grows when tables change in a way that older data does not fit."""


def now() -> str:
    """Return the present moment as the server writes it: ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Database:
    """SQLite in write-ahead mode: what was committed survives a killed process.

    Every thread has a connection of its own, so that a long page does not hold up an upload.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        """Make the tables of a new database; refuse one that another version made."""
        found = self.reading.execute("PRAGMA user_version").fetchone()[0]
        new = not self.reading.execute("SELECT 1 FROM sqlite_master").fetchone()
        if not new and found != FORMAT:
            raise DiskError(
                f"{self._path} has the format {found} of another wbtyped, this one writes {FORMAT};"
                " choose another data folder"
            )
        self.reading.executescript(f"{TABLES}{ARTIFACT_TABLES}PRAGMA user_version = {FORMAT}")

    @property
    def reading(self) -> sqlite3.Connection:
        """The connection of this thread."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False
            )
            with self._lock:
                self._opened.append(connection)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            # SQLite's own LIKE folds the case of ASCII letters only.
            connection.create_function("lowered", 1, str.lower, deterministic=True)
            self._local.connection = connection
        return connection

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """Open a transaction: all of it happens, or nothing."""
        connection = self.reading
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def secret(self, name: str, fresh: str) -> str:
        """Return a secret that outlives restarts; `fresh` becomes it where there is none yet."""
        with self.writing() as rows:
            rows.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, fresh))
            found = rows.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
        return str(found["value"])

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()
