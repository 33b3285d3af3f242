"""Projects, as rows."""

import re
import sqlite3
from collections.abc import Mapping

from .database import Database, now
from .http_errors import HttpError

# Characters with a special meaning in paths or URLs.
FORBIDDEN_IN_NAMES = re.compile(r"[/\\#?%:\r\n]")


class Projects:
    """Projects."""

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

    def with_prefix(self, entity: str, prefix: str) -> list[sqlite3.Row]:
        """Return projects of an entity whose names start with a prefix, oldest first."""
        query = (
            "SELECT * FROM projects WHERE entity = ? AND substr(name, 1, length(?)) = ? ORDER BY id"
        )
        return self._database.connection.execute(query, (entity, prefix, prefix)).fetchall()

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
