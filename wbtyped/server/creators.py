"""Who created runs, versions and projects."""

from typing import Literal

from .database import Database
from .users import MAIN_USER, User, Users

Kind = Literal["run", "version", "project"]
# Written out, so that no name in SQL comes from outside.
TABLES: dict[Kind, str] = {
    "run": "run_creators", "version": "version_creators", "project": "project_creators",
}  # fmt: skip


class Creators:
    """The users that created something; what nobody is noted for is from the main user."""

    def __init__(self, database: Database, users: Users) -> None:
        self._database = database
        self._users = users

    def note(self, kind: Kind, row_id: int, user: User) -> None:
        """Record who created an object."""
        if user.id != MAIN_USER:
            query = f"INSERT OR IGNORE INTO {TABLES[kind]} VALUES (?, ?)"  # noqa: S608 - constants
            with self._database.transaction() as connection:
                connection.execute(query, (row_id, user.id))

    def find(self, kind: Kind, row_id: int) -> User:
        """Return who created an object."""
        if not self._users.several:
            return self._users.main
        query = f"SELECT user_id FROM {TABLES[kind]} WHERE id = ?"  # noqa: S608 - constants
        row = self._database.connection.execute(query, (row_id,)).fetchone()
        return self._users.by_id(row["user_id"] if row else MAIN_USER) or self._users.main
