"""The SQLite database of the server."""

import os
import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ..errors import DiskError, UsageError
from .account_tables import ACCOUNT_TABLES
from .artifact_tables import ARTIFACT_TABLES
from .change_tables import CHANGE_TABLES
from .keys import key_hash
from .private_files import make_private_file

TABLES = """
-- Keys from an older format of the folder: still accepted, never shown again.
CREATE TABLE IF NOT EXISTS former_keys (hash TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS organizations (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  entity TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS organization_teams (
  entity TEXT PRIMARY KEY,
  organization_id INTEGER NOT NULL REFERENCES organizations (id)
);
-- Aliases that only administrators may set.
CREATE TABLE IF NOT EXISTS protected_aliases (
  entity TEXT NOT NULL,
  alias TEXT NOT NULL,
  PRIMARY KEY (entity, alias)
) WITHOUT ROWID;
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
-- The index of the unique key also serves pages of files, in order.
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
-- What runs log line by line: metrics, events and the console.
CREATE TABLE IF NOT EXISTS stream_lines (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (run_id, name, number)
) WITHOUT ROWID;
-- Parquet files with the histories of runs that have ended: the lines that each has.
CREATE TABLE IF NOT EXISTS history_exports (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  first_line INTEGER NOT NULL,
  next_line INTEGER NOT NULL,
  blob TEXT NOT NULL,
  md5 TEXT NOT NULL,
  PRIMARY KEY (run_id, first_line)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS history_exports_by_blob ON history_exports (blob);
-- Registries that were created with the artifact types that they accept.
CREATE TABLE IF NOT EXISTS registries (
  project_id INTEGER PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
  allow_all_types INTEGER NOT NULL
);
-- Ids of deleted runs, which no later run gets: a client may still have them.
CREATE TABLE IF NOT EXISTS deleted_runs (run_id INTEGER PRIMARY KEY);
CREATE TRIGGER IF NOT EXISTS run_id_kept AFTER DELETE ON runs BEGIN
  INSERT OR IGNORE INTO deleted_runs VALUES (old.id);
END;
-- Runs whose processes were asked to stop.
CREATE TABLE IF NOT EXISTS stopped_runs (
  run_id INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE
);
-- Adding up a million files takes 0.3 s, so the sum is stored; a run without files has no row.
CREATE TABLE IF NOT EXISTS run_sizes (
  run_id INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  bytes INTEGER NOT NULL
);
INSERT INTO run_sizes SELECT run_id, sum(size) FROM files
  WHERE NOT EXISTS (SELECT 1 FROM run_sizes) GROUP BY run_id;
CREATE INDEX IF NOT EXISTS files_by_blob ON files (blob);
CREATE INDEX IF NOT EXISTS runs_in_order ON runs (project_id, id);
CREATE INDEX IF NOT EXISTS projects_in_order ON projects (entity, id);
-- Every page of files has the number of files of the run, so it is stored instead of counted.
CREATE TRIGGER IF NOT EXISTS file_added AFTER INSERT ON files BEGIN
  UPDATE runs SET file_count = file_count + 1 WHERE id = new.run_id;
END;
CREATE TRIGGER IF NOT EXISTS file_size_added AFTER INSERT ON files BEGIN
  INSERT INTO run_sizes VALUES (new.run_id, new.size)
    ON CONFLICT (run_id) DO UPDATE SET bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER IF NOT EXISTS file_size_changed AFTER UPDATE OF size ON files BEGIN
  UPDATE run_sizes SET bytes = bytes + new.size - old.size WHERE run_id = new.run_id;
END;
CREATE TRIGGER IF NOT EXISTS file_size_removed AFTER DELETE ON files BEGIN
  UPDATE run_sizes SET bytes = bytes - old.size WHERE run_id = old.run_id;
END;
CREATE TRIGGER IF NOT EXISTS file_removed AFTER DELETE ON files BEGIN
  UPDATE runs SET file_count = file_count - 1 WHERE id = old.run_id;
END;
"""
FORMAT_VERSION = 3
"""Incremented when the tables change incompatibly."""
PLAINTEXT_KEYS_VERSION = 2
"""The format that stored the API key and the signing secret in a table."""


def now() -> str:
    """Return the current time as the server stores it: ISO 8601 in UTC."""
    return stored_time(datetime.now(UTC))


def stored_time(moment: datetime) -> str:
    """Return a time in UTC as the server stores it; earlier ones sort before later ones."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


class Database:
    """SQLite in write-ahead mode: committed transactions survive a killed process.

    Every thread has its own connection, so that a long query does not block an upload. Unless the
    database is `lasting`, nothing waits for the disk.
    """

    def __init__(self, path: Path, *, lasting: bool = True) -> None:
        self._path = path
        self._synchronous = "NORMAL" if lasting else "OFF"
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._process = os.getpid()
        make_private_file(path)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        """Create the tables of a new database; reject one with an unknown format."""
        found = self.connection.execute("PRAGMA user_version").fetchone()[0]
        new = not self.connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        if not new and found not in {FORMAT_VERSION, PLAINTEXT_KEYS_VERSION}:
            raise DiskError(
                f"{self._path} has the format {found} of another wbtyped version, this one uses"
                f" {FORMAT_VERSION}; choose another data folder"
            )
        tables = (
            f"{TABLES}{ARTIFACT_TABLES}{ACCOUNT_TABLES}{CHANGE_TABLES}"
            f"PRAGMA user_version = {FORMAT_VERSION};"
        )
        self.connection.executescript(f"BEGIN IMMEDIATE;{tables}COMMIT")
        self._hash_former_keys()

    def _hash_former_keys(self) -> None:
        """Replace a key that an older format stored in clear by its hash."""
        has_plaintext_keys = "SELECT 1 FROM sqlite_master WHERE name = 'secrets'"
        if not self.connection.execute(has_plaintext_keys).fetchone():
            return
        # Overwrite what is deleted, in the database and in its log.
        self.connection.execute("PRAGMA secure_delete = ON")
        with self.transaction() as connection:
            for row in connection.execute(
                "SELECT value FROM secrets WHERE name = 'api-key'"
            ).fetchall():
                hashed = key_hash(row["value"])
                connection.execute("INSERT OR IGNORE INTO former_keys VALUES (?)", (hashed,))
            connection.execute("DROP TABLE secrets")
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection of this thread."""
        if self._process != os.getpid():
            # SQLite forbids it: the processes would not see each other's locks.
            raise UsageError(
                f"this server runs in process {self._process}; a forked process must use its URL"
            )
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False
            )
            with self._lock:
                self._connections.append(connection)
            connection.row_factory = sqlite3.Row
            # First, since a change of the journal mode waits for the disk otherwise, about 14 ms.
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = ON")
            # SQLite's LIKE ignores the case of ASCII letters only.
            connection.create_function("lowered", 1, str.lower, deterministic=True)
            self._local.connection = connection
        return connection

    def rows(self, query: str, values: Sequence[object]) -> list[sqlite3.Row]:
        """Return the rows of a query; in `reading_once` the same rows if it is asked again."""
        known: dict[object, list[sqlite3.Row]] | None = getattr(self._local, "known", None)
        if known is None:
            return self.connection.execute(query, values).fetchall()
        question = (query, *values)
        found = known.get(question)
        if found is None:
            found = known[question] = self.connection.execute(query, values).fetchall()
        return found

    def row(self, query: str, values: Sequence[object]) -> sqlite3.Row | None:
        """Return the first row of a query that has at most one, as `rows` does."""
        found = self.rows(query, values)
        return found[0] if found else None

    @contextmanager
    def reading_once(self) -> Generator[None]:
        """Let `rows` answer each question once, for work in this thread that changes nothing.

        A page of 50 versions asks 1,000 times for the same few collections and projects.
        """
        self._local.known = {}
        try:
            yield
        finally:
            self._local.known = None

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """Run a transaction: commit on success, roll back on any exception."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def former_keys(self) -> list[str]:
        """Return the hashes of keys that this folder had in an older format."""
        return [row["hash"] for row in self.connection.execute("SELECT hash FROM former_keys")]

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()
