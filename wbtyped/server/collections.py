"""Types of artifacts and collections of versions, as rows."""

import sqlite3
from collections.abc import Iterable

from .database import Database, now
from .labels import give_tags
from .refusals import Refusal

FOUND = "SELECT * FROM collections WHERE {where}"
NAME_LIMIT = 128
"""Characters in the name of a type or collection."""


class Collections:
    """Types of artifacts, collections, and the tags of collections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Types.

    def types(
        self, project_id: int, after: int | None, size: int
    ) -> tuple[list[sqlite3.Row], bool]:
        """Return types in the order they were made, and whether more follow."""
        query = "SELECT * FROM artifact_types WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?"
        values = (project_id, after or 0, size + 1)
        rows = self._database.reading.execute(query, values).fetchall()
        return rows[:size], len(rows) > size

    def type_named(self, project_id: int, name: str) -> sqlite3.Row | None:
        """Return one type."""
        query = "SELECT * FROM artifact_types WHERE project_id = ? AND name = ?"
        row: sqlite3.Row | None = self._database.reading.execute(
            query, (project_id, name)
        ).fetchone()
        return row

    def type_by_id(self, number: int) -> sqlite3.Row:
        """Return a type that exists."""
        query = "SELECT * FROM artifact_types WHERE id = ?"
        row: sqlite3.Row = self._database.reading.execute(query, (number,)).fetchone()
        return row

    def ensure_type(
        self, project_id: int, name: str, description: str | None = None
    ) -> sqlite3.Row:
        """Return a type, made when it is new."""
        refuse_name(name)
        with self._database.writing() as rows:
            rows.execute(
                "INSERT OR IGNORE INTO artifact_types (project_id, name, description, created_at)"
                " VALUES (?, ?, ?, ?)",
                (project_id, name, description, now()),
            )
        row = self.type_named(project_id, name)
        assert row is not None  # noqa: S101 - it was inserted above
        return row

    # Collections.

    def by_id(self, number: int | None) -> sqlite3.Row | None:
        """Return the collection with a number."""
        return self._one("id = ?", number)

    def named(self, project_id: int, name: str) -> sqlite3.Row | None:
        """Return the collection of a project with a name."""
        return self._one("project_id = ? AND name = ?", project_id, name)

    def _one(self, where: str, *values: object) -> sqlite3.Row | None:
        query = FOUND.format(where=where)
        row: sqlite3.Row | None = self._database.reading.execute(query, values).fetchone()
        return row

    def all_of(self, column: str, number: int) -> list[sqlite3.Row]:
        """Return all collections of a type (`type_id`) or a project (`project_id`)."""
        query = FOUND.format(where=f"{column} = ?")
        return self._database.reading.execute(query, (number,)).fetchall()

    def ensure(
        self, project_id: int, type_name: str, name: str, kind: str, description: str | None = None
    ) -> sqlite3.Row:
        """Return a collection, made when it is new; one of another type or kind is refused."""
        refuse_name(name)
        wanted = self.ensure_type(project_id, type_name)
        with self._database.writing() as rows:
            moment = now()
            rows.execute(
                "INSERT OR IGNORE INTO collections"
                " (project_id, type_id, kind, name, description, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (project_id, wanted["id"], kind, name, description, moment, moment),
            )
        row = self.named(project_id, name)
        assert row is not None  # noqa: S101 - it was inserted above
        if (row["type_id"], row["kind"]) != (wanted["id"], kind):
            raise Refusal(f"collection {name} exists as another type or kind", status=409)
        return row

    def update(self, number: int, name: str | None, description: str | None) -> None:
        """Change what is given; a name that another collection has is refused."""
        if name is not None:
            refuse_name(name)
        try:
            with self._database.writing() as rows:
                rows.execute(
                    "UPDATE collections SET name = coalesce(?, name),"
                    " description = coalesce(?, description), updated_at = ? WHERE id = ?",
                    (name, description, now(), number),
                )
        except sqlite3.IntegrityError as error:
            raise Refusal(f"a collection named {name} exists already", status=409) from error

    def move(self, row: sqlite3.Row, type_name: str) -> None:
        """Give a sequence another type, made when it is new."""
        wanted = self.ensure_type(row["project_id"], type_name)
        with self._database.writing() as rows:
            rows.execute(
                "UPDATE collections SET type_id = ?, updated_at = ? WHERE id = ?",
                (wanted["id"], now(), row["id"]),
            )

    def delete(self, number: int) -> None:
        """Delete a collection: a sequence with its versions, a portfolio with its links."""
        with self._database.writing() as rows:
            rows.execute("DELETE FROM collections WHERE id = ?", (number,))

    # Tags.

    def tags_of(self, number: int) -> list[sqlite3.Row]:
        """Return the tags of a collection, by name."""
        query = (
            "SELECT tags.* FROM tags JOIN collection_tags ON tag_id = tags.id"
            " WHERE collection_id = ? ORDER BY tags.name"
        )
        return self._database.reading.execute(query, (number,)).fetchall()

    def add_tags(self, number: int, entity: str, names: Iterable[str]) -> list[sqlite3.Row]:
        """Give a collection tags, made when they are new, and return those."""
        wanted = list(dict.fromkeys(names))
        with self._database.writing() as rows:
            give_tags(rows, "collection_tags", number, entity, wanted)
        return [row for row in self.tags_of(number) if row["name"] in wanted]

    def remove_tags(self, number: int, names: Iterable[str]) -> None:
        """Take tags off a collection."""
        with self._database.writing() as rows:
            rows.executemany(
                "DELETE FROM collection_tags WHERE collection_id = ?"
                " AND tag_id IN (SELECT id FROM tags WHERE name = ?)",
                [(number, name) for name in names],
            )


def refuse_name(name: str) -> None:
    """Refuse a name that no type or collection can have."""
    if not name or len(name) > NAME_LIMIT or "/" in name or ":" in name:
        raise Refusal(f"invalid name: {name!r}", status=400)
