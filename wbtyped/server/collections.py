"""Artifact types and collections, as rows."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from .aliases_and_tags import add_tags
from .database import Database, now
from .http_errors import HttpError
from .node_ids import MAX_ROW_ID

SELECT_COLLECTIONS = "SELECT * FROM collections WHERE {where}"
MAX_NAME_CHARACTERS = 128
"""Limit for names of types and collections."""


class Collections:
    """Artifact types, collections, and the tags of collections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Types.

    def types_after(self, project_id: int, after: int | None, limit: int) -> list[sqlite3.Row]:
        """Return artifact types of a project after an id, oldest first."""
        query = "SELECT * FROM artifact_types WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?"
        return self._database.connection.execute(query, (project_id, after or 0, limit)).fetchall()

    def type_named(self, project_id: int, name: str) -> sqlite3.Row | None:
        """Return an artifact type by name."""
        query = "SELECT * FROM artifact_types WHERE project_id = ? AND name = ?"
        return self._database.row(query, (project_id, name))

    def type_by_id(self, type_id: int) -> sqlite3.Row:
        """Return an artifact type that exists."""
        return self._database.rows("SELECT * FROM artifact_types WHERE id = ?", (type_id,))[0]

    def find_type(self, type_id: int | None) -> sqlite3.Row | None:
        """Return an artifact type."""
        return self._database.row("SELECT * FROM artifact_types WHERE id = ?", (type_id,))

    def describe_type(self, type_id: int, description: str | None) -> None:
        """Change the description of an artifact type."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE artifact_types SET description = ? WHERE id = ?", (description, type_id)
            )

    def ensure_type(
        self, project_id: int, name: str, description: str | None = None
    ) -> sqlite3.Row:
        """Return an artifact type, created if it is new."""
        check_name(name)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO artifact_types (project_id, name, description, created_at)"
                " VALUES (?, ?, ?, ?)",
                (project_id, name, description, now()),
            )
        row = self.type_named(project_id, name)
        assert row is not None  # noqa: S101 - it was inserted above
        return row

    # Collections.

    def by_id(self, collection_id: int | None) -> sqlite3.Row | None:
        """Return a collection."""
        return self._one("id = ?", collection_id)

    def named(self, project_id: int, name: str) -> sqlite3.Row | None:
        """Return a collection of a project by name."""
        return self._one("project_id = ? AND name = ?", project_id, name)

    def _one(self, where: str, *values: object) -> sqlite3.Row | None:
        return self._database.row(SELECT_COLLECTIONS.format(where=where), values)

    def list_by(self, column: str, owner_id: int) -> list[sqlite3.Row]:
        """Return all collections of a type (`type_id`) or a project (`project_id`)."""
        query = SELECT_COLLECTIONS.format(where=f"{column} = ?")
        return self._database.connection.execute(query, (owner_id,)).fetchall()

    def by_ids(self, ids: Sequence[int]) -> list[sqlite3.Row]:
        """Return those of some collections that exist."""
        query = SELECT_COLLECTIONS.format(where="id IN (SELECT value FROM json_each(?))")
        return self._database.rows(query, (json.dumps([*ids]),))

    def newest_after(
        self, column: str, owner_id: int, after: int | None, limit: int
    ) -> list[sqlite3.Row]:
        """Return collections of a type or a project after an id, newest first."""
        query = SELECT_COLLECTIONS.format(where=f"{column} = ? AND id < ? ORDER BY id DESC LIMIT ?")
        values = (owner_id, MAX_ROW_ID if after is None else after, limit)
        return self._database.connection.execute(query, values).fetchall()

    def count(self, column: str, owner_id: int) -> int:
        """Return the number of collections of a type or a project."""
        query = f"SELECT count(*) FROM collections WHERE {column} = ?"  # noqa: S608 - a constant
        return int(self._database.connection.execute(query, (owner_id,)).fetchone()[0])

    def ensure(
        self, project_id: int, type_name: str, name: str, kind: str, description: str | None = None
    ) -> sqlite3.Row:
        """Return a collection, created if it is new; reject one of another type or kind."""
        check_name(name)
        artifact_type = self.ensure_type(project_id, type_name)
        with self._database.transaction() as connection:
            moment = now()
            connection.execute(
                "INSERT OR IGNORE INTO collections"
                " (project_id, type_id, kind, name, description, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (project_id, artifact_type["id"], kind, name, description, moment, moment),
            )
        row = self.named(project_id, name)
        assert row is not None  # noqa: S101 - it was inserted above
        if (row["type_id"], row["kind"]) != (artifact_type["id"], kind):
            raise HttpError(
                f"collection {name} already exists with another type or kind", status=409
            )
        return row

    def update(self, collection_id: int, name: str | None, description: str | None) -> None:
        """Change name and description, where given; reject a name that is taken."""
        if name is not None:
            check_name(name)
        try:
            with self._database.transaction() as connection:
                connection.execute(
                    "UPDATE collections SET name = coalesce(?, name),"
                    " description = coalesce(?, description), updated_at = ? WHERE id = ?",
                    (name, description, now(), collection_id),
                )
        except sqlite3.IntegrityError as error:
            raise HttpError(f"a collection named {name} already exists", status=409) from error

    def move(self, row: sqlite3.Row, type_name: str) -> None:
        """Give a sequence another type, created if it is new."""
        artifact_type = self.ensure_type(row["project_id"], type_name)
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE collections SET type_id = ?, updated_at = ? WHERE id = ?",
                (artifact_type["id"], now(), row["id"]),
            )

    def delete(self, collection_id: int) -> None:
        """Delete a collection: a sequence with its versions, a portfolio with its links."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM collections WHERE id = ?", (collection_id,))

    # Tags.

    def tags_of(self, collection_id: int) -> list[sqlite3.Row]:
        """Return the tags of a collection, ordered by name."""
        query = (
            "SELECT tags.* FROM tags JOIN collection_tags ON tag_id = tags.id"
            " WHERE collection_id = ? ORDER BY tags.name"
        )
        return self._database.rows(query, (collection_id,))

    def tagged(self, tag_id: int | None) -> list[sqlite3.Row]:
        """Return the collections that have a tag, oldest first."""
        query = (
            "SELECT collections.* FROM collections JOIN collection_tags"
            " ON collection_id = collections.id WHERE tag_id = ? ORDER BY collections.id"
        )
        return self._database.connection.execute(query, (tag_id,)).fetchall()

    def add_tags(self, collection_id: int, entity: str, names: Iterable[str]) -> list[sqlite3.Row]:
        """Add tags to a collection and return them."""
        wanted = list(dict.fromkeys(names))
        with self._database.transaction() as connection:
            add_tags(connection, "collection_tags", collection_id, entity, wanted)
        return [row for row in self.tags_of(collection_id) if row["name"] in wanted]

    def remove_tags(self, collection_id: int, names: Iterable[str]) -> None:
        """Remove tags from a collection."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM collection_tags WHERE collection_id = ?"
                " AND tag_id IN (SELECT id FROM tags WHERE name = ?)",
                [(collection_id, name) for name in names],
            )


def check_name(name: str) -> None:
    """Reject a name that no type or collection can have."""
    if not name or len(name) > MAX_NAME_CHARACTERS or "/" in name or ":" in name:
        raise HttpError(f"invalid name: {name!r}", status=400)
