"""Runs, as rows."""

import json
import random
import secrets
import sqlite3
import string
from collections.abc import Iterator, Mapping, Sequence

from pydantic import TypeAdapter

from .changes import list_length
from .database import Database, now
from .http_errors import HttpError, not_found
from .node_ids import MAX_ROW_ID, parse_node_id
from .tracked_blobs import TrackedBlobs

RUN_ID_CHARACTERS = string.ascii_lowercase + string.digits
ADJECTIVES = ("amber", "brisk", "calm", "dusty", "eager", "fresh", "gentle", "hazy", "icy", "jolly")
NOUNS = ("brook", "cloud", "dune", "field", "grove", "haze", "lake", "meadow", "river", "sun")
# Inputs of upsertBucket that are stored unchanged, and their columns.
RUN_COLUMNS = {
    "displayName": "display_name",
    "description": "description",
    "notes": "notes",
    "state": "state",
    "config": "config",
    "summaryMetrics": "summary_metrics",
    "groupName": "group_name",
    "jobType": "job_type",
    "commit": "commit_hash",
    "host": "host",
    "sweep": "sweep_name",
}
BLOBS = """
SELECT blob FROM files WHERE run_id = :id
UNION SELECT blob FROM history_exports WHERE run_id = :id
"""
INSERT = """
INSERT OR IGNORE INTO runs (id, project_id, name, display_name, created_at, updated_at) VALUES (
  1 + max(
    (SELECT coalesce(max(id), 0) FROM runs), (SELECT coalesce(max(run_id), 0) FROM deleted_runs)
  ), ?, ?, ?, ?, ?
)
"""

_tags = TypeAdapter(list[str | None])


class Runs:
    """Runs of projects."""

    def __init__(self, database: Database, blobs: TrackedBlobs) -> None:
        self._database = database
        self._blobs = blobs

    def after(
        self, project_id: int, after: int | None, limit: int, *, newest_first: bool
    ) -> list[sqlite3.Row]:
        """Return runs of a project after an id, in the order they were created or its reverse."""
        where = "SELECT * FROM runs WHERE project_id = ?"
        if newest_first:
            query, start = f"{where} AND id < ? ORDER BY id DESC LIMIT ?", MAX_ROW_ID
        else:
            query, start = f"{where} AND id > ? ORDER BY id LIMIT ?", 0
        values = (project_id, start if after is None else after, limit)
        return self._database.connection.execute(query, values).fetchall()

    def count(self, project_id: int) -> int:
        """Return the number of runs of a project."""
        return list_length(self._database, "runs", project_id)

    def require(self, opaque: str) -> sqlite3.Row:
        """Return a run by its node id, or raise HttpError."""
        query = "SELECT * FROM runs WHERE id = ?"
        values = (parse_node_id("Run", opaque),)
        row: sqlite3.Row | None = self._database.connection.execute(query, values).fetchone()
        if row is None:
            raise not_found(f"run {opaque}")
        return row

    def is_deleted(self, opaque: str) -> bool:
        """Return True if a node id is that of a run that was deleted."""
        query = "SELECT 1 FROM deleted_runs WHERE run_id = ?"
        values = (parse_node_id("Run", opaque),)
        return self._database.connection.execute(query, values).fetchone() is not None

    def find(self, project_id: int, name: str) -> sqlite3.Row | None:
        """Return a run of a project by name."""
        query = "SELECT * FROM runs WHERE project_id = ? AND name = ?"
        row: sqlite3.Row | None = self._database.connection.execute(
            query, (project_id, name)
        ).fetchone()
        return row

    def by_path(self, entity: str, project: str, run: str) -> sqlite3.Row | None:
        """Return a run by its path."""
        query = (
            "SELECT runs.* FROM runs JOIN projects ON projects.id = project_id"
            " WHERE entity = ? AND projects.name = ? AND runs.name = ?"
        )
        row: sqlite3.Row | None = self._database.connection.execute(
            query, (entity, project, run)
        ).fetchone()
        return row

    def scan(self, project_id: int) -> Iterator[sqlite3.Row]:
        """Return the runs of a project, oldest first, one at a time."""
        query = "SELECT * FROM runs WHERE project_id = ? ORDER BY id"
        return iter(self._database.connection.execute(query, (project_id,)))

    def by_ids(self, ids: Sequence[int]) -> list[sqlite3.Row]:
        """Return those of some runs that exist, in the order of their ids."""
        query = "SELECT * FROM runs WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        return self._database.connection.execute(query, (json.dumps([*ids]),)).fetchall()

    def upsert(
        self, project_id: int, name: str | None, changes: Mapping[str, object]
    ) -> tuple[sqlite3.Row, bool]:
        """Create or change a run; the second value is True if it is new.

        Fields that are null in `changes` stay as they are.
        """
        name = name or "".join(secrets.choice(RUN_ID_CHARACTERS) for _ in range(8))
        if "/" in name:
            raise HttpError(f"invalid run name: {name!r}", status=400)
        given = {
            column: changes[field]
            for field, column in RUN_COLUMNS.items()
            if changes.get(field) is not None
        }
        if changes.get("tags") is not None:
            tags = _tags.validate_python(changes["tags"])
            given["tags"] = json.dumps([tag for tag in tags if tag is not None])
        with self._database.transaction() as connection:
            moment = now()
            done = connection.execute(
                INSERT,
                (project_id, name, generate_display_name(name), moment, moment),
            )
            assigned = "".join(f"{column} = ?, " for column in given)
            connection.execute(
                f"UPDATE runs SET {assigned} updated_at = ?"  # noqa: S608 - column names are constants
                " WHERE project_id = ? AND name = ?",
                (*given.values(), moment, project_id, name),
            )
            if "state" in given:
                connection.execute(
                    "DELETE FROM stopped_runs WHERE run_id ="
                    " (SELECT id FROM runs WHERE project_id = ? AND name = ?)",
                    (project_id, name),
                )
        row = self.find(project_id, name)
        assert row is not None  # noqa: S101 - it was inserted above
        return row, done.rowcount > 0

    def set_state(self, run_id: int, state: str) -> None:
        """Set the state of a run."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE runs SET state = ?, updated_at = ? WHERE id = ?", (state, now(), run_id)
            )

    def stop(self, run_id: int) -> None:
        """Ask the process behind a run to stop; without effect once the run has ended."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO stopped_runs"
                " SELECT id FROM runs WHERE id = ? AND state = 'running'",
                (run_id,),
            )

    def is_stopped(self, run_id: int) -> bool:
        """Return True if the process behind a run was asked to stop."""
        query = "SELECT 1 FROM stopped_runs WHERE run_id = ?"
        return self._database.connection.execute(query, (run_id,)).fetchone() is not None

    def storage_bytes(self, run_id: int) -> int:
        """Return the size of the files of a run."""
        query = "SELECT coalesce(sum(bytes), 0) FROM run_sizes WHERE run_id = ?"
        return int(self._database.connection.execute(query, (run_id,)).fetchone()[0])

    def delete(self, ids: Sequence[int]) -> None:
        """Delete runs with their files and history; versions that they logged stay."""
        with self._blobs.lock:
            blobs: list[str] = []
            with self._database.transaction() as connection:
                for run_id in ids:
                    rows = connection.execute(BLOBS, {"id": run_id})
                    blobs += [row["blob"] for row in rows]
                    connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))
            self._blobs.remove_unreferenced(blobs)


def generate_display_name(name: str) -> str:
    """Return a random display name, always the same for one run name."""
    chooser = random.Random(name)  # noqa: S311 - decoration
    return f"{chooser.choice(ADJECTIVES)}-{chooser.choice(NOUNS)}-{chooser.randrange(1, 100)}"
