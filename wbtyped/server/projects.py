"""Projects and runs, as rows."""

import json
import random
import re
import secrets
import sqlite3
import string
from collections.abc import Mapping

from pydantic import TypeAdapter

from .database import Database, now
from .http_errors import HttpError, not_found
from .node_ids import MAX_ROW_ID, parse_node_id

# Characters with a special meaning in paths or URLs.
FORBIDDEN_IN_NAMES = re.compile(r"[/\\#?%:\r\n]")
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

_tags = TypeAdapter(list[str | None])


class Projects:
    """Projects and their runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, entity: str, name: str) -> sqlite3.Row | None:
        """Return a project by entity and name."""
        query = "SELECT * FROM projects WHERE entity = ? AND name = ?"
        row: sqlite3.Row | None = self._database.connection.execute(
            query, (entity, name)
        ).fetchone()
        return row

    def by_id(self, project_id: int) -> sqlite3.Row:
        """Return a project that exists."""
        query = "SELECT * FROM projects WHERE id = ?"
        row: sqlite3.Row = self._database.connection.execute(query, (project_id,)).fetchone()
        return row

    def entities(self) -> list[str]:
        """Return the names of all entities that have a project."""
        rows = self._database.connection.execute("SELECT DISTINCT entity FROM projects ORDER BY 1")
        return [row["entity"] for row in rows]

    def projects_after(self, entity: str, after: int | None, limit: int) -> list[sqlite3.Row]:
        """Return projects of an entity after an id, oldest first."""
        query = "SELECT * FROM projects WHERE entity = ? AND id > ? ORDER BY id LIMIT ?"
        return self._database.connection.execute(query, (entity, after or 0, limit)).fetchall()

    def runs_after(
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

    def run_count(self, project_id: int) -> int:
        """Return the number of runs of a project."""
        query = "SELECT count(*) FROM runs WHERE project_id = ?"
        return int(self._database.connection.execute(query, (project_id,)).fetchone()[0])

    def run_by_id(self, opaque: str) -> sqlite3.Row:
        """Return a run by its node id, or raise HttpError."""
        query = "SELECT * FROM runs WHERE id = ?"
        values = (parse_node_id("Run", opaque),)
        row: sqlite3.Row | None = self._database.connection.execute(query, values).fetchone()
        if row is None:
            raise not_found(f"run {opaque}")
        return row

    def find_run(self, project_id: int, name: str) -> sqlite3.Row | None:
        """Return a run of a project by name."""
        query = "SELECT * FROM runs WHERE project_id = ? AND name = ?"
        row: sqlite3.Row | None = self._database.connection.execute(
            query, (project_id, name)
        ).fetchone()
        return row

    def run_by_path(self, entity: str, project: str, run: str) -> sqlite3.Row | None:
        """Return a run by its path."""
        owner = self.find(entity, project)
        return self.find_run(owner["id"], run) if owner else None

    def upsert(
        self, entity: str, name: str, changes: Mapping[str, object] | None = None
    ) -> tuple[sqlite3.Row, bool]:
        """Create or change a project; the second value is True if it is new."""
        if not name or FORBIDDEN_IN_NAMES.search(name) or len(name) > 128:
            raise HttpError(f"invalid project name: {name!r}", status=400)
        if not entity or "/" in entity:
            raise HttpError(f"invalid entity name: {entity!r}", status=400)
        with self._database.transaction() as connection:
            moment = now()
            done = connection.execute(
                "INSERT OR IGNORE INTO projects (entity, name, created_at, updated_at)"
                " VALUES (?, ?, ?, ?)",
                (entity, name, moment, moment),
            )
            for column in ("description", "access"):
                if changes and changes.get(column) is not None:
                    connection.execute(
                        f"UPDATE projects SET {column} = ?, updated_at = ?"  # noqa: S608
                        " WHERE entity = ? AND name = ?",
                        (changes[column], moment, entity, name),
                    )
        row = self.find(entity, name)
        assert row is not None  # noqa: S101 - it was inserted above
        return row, done.rowcount > 0

    def upsert_run(
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
                "INSERT OR IGNORE INTO runs"
                " (project_id, name, display_name, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
                (project_id, name, generate_display_name(name), moment, moment),
            )
            assigned = "".join(f"{column} = ?, " for column in given)
            connection.execute(
                f"UPDATE runs SET {assigned} updated_at = ?"  # noqa: S608 - column names are constants
                " WHERE project_id = ? AND name = ?",
                (*given.values(), moment, project_id, name),
            )
        row = self.find_run(project_id, name)
        assert row is not None  # noqa: S101 - it was inserted above
        return row, done.rowcount > 0


def generate_display_name(name: str) -> str:
    """Return a random display name, always the same for one run name."""
    chooser = random.Random(name)  # noqa: S311 - decoration
    return f"{chooser.choice(ADJECTIVES)}-{chooser.choice(NOUNS)}-{chooser.randrange(1, 100)}"
