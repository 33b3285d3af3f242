"""Which rows of a list have changed since it was read; triggers write it down.

Each change gets a stamp, which counts up within its list. A row has one stamp, that of its last
change, and keeps it when it is deleted.
"""

from typing import Literal

from .database import Database

ListKind = Literal["runs", "versions", "catalog"]
"""The runs of a project, or the versions in a collection, by the ids of their memberships.

The catalog stands for all lists of projects, of collections, and of versions in several of them. It
has one stamp, and no rows.
"""


LENGTH = """
SELECT coalesce(max(length), 0) FROM list_counts WHERE kind = ? AND parent_id = ?
"""


def list_length(database: Database, kind: ListKind, parent_id: int) -> int:
    """Return the number of rows of a list."""
    return int(database.connection.execute(LENGTH, (kind, parent_id)).fetchone()[0])


class Changes:
    """The table `changes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self, kind: ListKind, parent_id: int) -> int:
        """Return the stamp of the last change of a list."""
        query = "SELECT max(stamp) FROM changes WHERE kind = ? AND parent_id = ?"
        found = self._database.connection.execute(query, (kind, parent_id)).fetchone()[0]
        return int(found or 0)

    def between(self, kind: ListKind, parent_id: int, after: int, last: int) -> list[int] | None:
        """Return the rows of a list that changed after a stamp, up to the last one.

        None for the catalog, whose lists are short enough to be read again.
        """
        if kind == "catalog":
            return None
        query = (
            "SELECT row_id FROM changes"
            " WHERE kind = ? AND parent_id = ? AND stamp > ? AND stamp <= ?"
        )
        values = (kind, parent_id, after, last)
        return [int(row[0]) for row in self._database.connection.execute(query, values)]
