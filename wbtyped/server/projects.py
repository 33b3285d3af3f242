"""Projects, as rows."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence

from .access import Access, Level, permission_denied
from .database import Database, now
from .http_errors import HttpError, not_found
from .tracked_blobs import TrackedBlobs

# Characters with a special meaning in paths or URLs.
FORBIDDEN_IN_NAMES = re.compile(r"[/\\#?%:\r\n]")

BLOBS_OF_PROJECT = """
WITH versions AS (
  SELECT artifacts.id, manifest_blob FROM artifacts
  JOIN collections ON collections.id = sequence_id WHERE project_id = :id
)
SELECT blob FROM files JOIN runs ON runs.id = run_id WHERE project_id = :id
UNION SELECT blob FROM history_exports JOIN runs ON runs.id = run_id WHERE project_id = :id
UNION SELECT manifest_blob FROM versions
UNION SELECT blob FROM entries WHERE artifact_id IN (SELECT id FROM versions)
UNION SELECT blob FROM draft_manifests WHERE artifact_id IN (SELECT id FROM versions)
UNION SELECT blob FROM draft_files WHERE artifact_id IN (SELECT id FROM versions)
UNION SELECT draft_parts.blob FROM draft_parts JOIN draft_files ON draft_files.id = file_id
WHERE artifact_id IN (SELECT id FROM versions)
"""


class Projects:
    """Projects, as far as a user may see and change them."""

    def __init__(self, database: Database, blobs: TrackedBlobs, access: Access) -> None:
        self._database = database
        self._blobs = blobs
        self._access = access

    def find(self, entity: str, name: str) -> sqlite3.Row | None:
        """Return a project by entity and name; None if the user may not see it."""
        row = self._named(entity, name)
        return row if row and self._access.project(row["id"]) else None

    def _named(self, entity: str, name: str) -> sqlite3.Row | None:
        query = "SELECT * FROM projects WHERE entity = ? AND name = ?"
        return self._database.row(query, (entity, name))

    def require(self, entity: str, name: str) -> sqlite3.Row:
        """Return a project by entity and name, or raise HttpError."""
        row = self.find(entity, name)
        if row is None:
            raise not_found(f"project {entity}/{name}")
        return row

    def require_writable(self, entity: str, name: str) -> sqlite3.Row:
        """Return a project that the user may change, or raise HttpError."""
        row = self.require(entity, name)
        self._access.check(Level.WRITE, self._access.project(row["id"]), f"project {entity}/{name}")
        return row

    def by_id(self, project_id: int) -> sqlite3.Row:
        """Return a project that exists."""
        return self._database.rows("SELECT * FROM projects WHERE id = ?", (project_id,))[0]

    def entities(self) -> list[str]:
        """Return the names of all entities that have a project which the user may see."""
        if self._access.limited:
            every = self._database.rows("SELECT id, entity FROM projects", ())
            return sorted({row["entity"] for row in every if self._access.project(row["id"])})
        query = "SELECT DISTINCT entity FROM projects ORDER BY 1"
        return [row["entity"] for row in self._database.rows(query, ())]

    def has_owner(self, entity: str) -> bool:
        """Return True if an entity has a project which the user may see."""
        # All of them are looked at only where some may be hidden.
        query = "SELECT id FROM projects WHERE entity = ? ORDER BY id"
        rows = self._database.rows(query + ("" if self._access.limited else " LIMIT 1"), (entity,))
        return any(self._access.project(row["id"]) for row in rows)

    def first_moment(self, entity: str) -> str:
        """Return when an entity got its first project; now if it has none."""
        query = "SELECT min(created_at) AS first FROM projects WHERE entity = ?"
        found = self._database.connection.execute(query, (entity,)).fetchone()["first"]
        return str(found or now())

    def with_prefix(self, entity: str, prefix: str) -> list[sqlite3.Row]:
        """Return projects of an entity whose names start with a prefix, oldest first."""
        query = (
            "SELECT * FROM projects WHERE entity = ? AND substr(name, 1, length(?)) = ? ORDER BY id"
        )
        rows = self._database.connection.execute(query, (entity, prefix, prefix)).fetchall()
        return [row for row in rows if self._access.project(row["id"])]

    def by_ids(self, ids: Sequence[int]) -> list[sqlite3.Row]:
        """Return those of some projects that exist."""
        query = "SELECT * FROM projects WHERE id IN (SELECT value FROM json_each(?))"
        return self._database.rows(query, (json.dumps([*ids]),))

    def allow_all_types(self, project_id: int, *, allowed: bool) -> None:
        """Set whether a registry accepts versions of any type, or of its own types only."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO registries VALUES (?, ?)", (project_id, allowed)
            )

    def allows_all_types(self, project_id: int) -> bool:
        """Return True unless a project is a registry that accepts its own types only."""
        query = "SELECT allow_all_types FROM registries WHERE project_id = ?"
        row = self._database.connection.execute(query, (project_id,)).fetchone()
        return row is None or bool(row["allow_all_types"])

    def rename(self, project_id: int, name: str) -> None:
        """Give a project another name; reject one that is taken."""
        check_project_name(name)
        try:
            with self._database.transaction() as connection:
                connection.execute(
                    "UPDATE projects SET name = ?, updated_at = ? WHERE id = ?",
                    (name, now(), project_id),
                )
        except sqlite3.IntegrityError as error:
            raise HttpError(f"a project named {name} already exists", status=409) from error

    def delete(self, project_id: int | None) -> bool:
        """Delete a project with all that is in it; return False if it does not exist."""
        with self._blobs.lock:
            rows = self._database.connection.execute(BLOBS_OF_PROJECT, {"id": project_id})
            blobs = [row["blob"] for row in rows if row["blob"]]
            with self._database.transaction() as connection:
                done = connection.execute("DELETE FROM projects WHERE id = ?", (project_id,))
            self._blobs.remove_unreferenced(blobs)
        return done.rowcount > 0

    def upsert(
        self, entity: str, name: str, changes: Mapping[str, object] | None = None
    ) -> tuple[sqlite3.Row, bool]:
        """Create or change a project; the second value is True if it is new."""
        check_project_name(name)
        if not entity or "/" in entity:
            raise HttpError(f"invalid entity name: {entity!r}", status=400)
        self._check_upsert(entity, name)
        with self._database.transaction() as connection:
            moment = now()
            done = connection.execute(
                "INSERT OR IGNORE INTO projects (entity, name, access, created_at, updated_at)"
                " VALUES (?, ?, (SELECT access FROM team_access WHERE entity = ?), ?, ?)",
                (entity, name, entity, moment, moment),
            )
            for column in ("description", "access"):
                if changes and changes.get(column) is not None:
                    connection.execute(
                        f"UPDATE projects SET {column} = ?, updated_at = ?"  # noqa: S608
                        " WHERE entity = ? AND name = ?",
                        (changes[column], moment, entity, name),
                    )
        row = self._named(entity, name)
        assert row is not None  # noqa: S101 - it was inserted above
        return row, done.rowcount > 0

    def _check_upsert(self, entity: str, name: str) -> None:
        """Reject a change, or a new project, that the user may not make."""
        if not self._access.limited:
            return
        row = self._named(entity, name)
        in_organization = self._access.organization(entity)
        if (self._access.project(row["id"]) if row else in_organization) < Level.WRITE:
            raise permission_denied()


def check_project_name(name: str) -> None:
    """Reject a name that no project can have."""
    if not name or FORBIDDEN_IN_NAMES.search(name) or len(name) > 128:
        raise HttpError(f"invalid project name: {name!r}", status=400)
