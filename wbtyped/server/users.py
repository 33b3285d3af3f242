"""Users of the server, people and service accounts, and their API keys."""

import re
import sqlite3
import threading
from collections.abc import Mapping
from typing import NamedTuple

from .database import Database, now
from .http_errors import HttpError
from .keys import AcceptedKeys, key_hash

MAIN_USER = 1
"""Row id of the account that the server was started for."""
PERSON, SERVICE = "USER", "SERVICE"
FORBIDDEN_IN_NAMES = re.compile(r"[/\\#?%:\s]")
SHOWN_CHARACTERS = 10
"""How much of a key is shown: the prefix, and little of the secret."""
CHANGEABLE = ("display_name", "email", "admin", "default_entity", "photo_url")


class User(NamedTuple):
    """A person or a service account."""

    id: int
    name: str
    display_name: str
    email: str
    kind: str
    admin: bool
    default_entity: str | None
    photo_url: str | None
    created_at: str


NOBODY = User(
    0, "", "", "", "ANONYMOUS", admin=False, default_entity=None, photo_url=None, created_at=""
)
"""Whoever sends a request without a key."""


class Users:
    """All users; they are kept in memory, since every request has one."""

    def __init__(self, database: Database, main: str, keys: AcceptedKeys) -> None:
        self._database = database
        self._keys = keys
        self._lock = threading.Lock()
        self._by_id: dict[int, User] = {}
        self._by_name: dict[str, User] = {}
        self._ensure_main(main)
        self._load()
        query = "SELECT hash, user_id FROM user_keys"
        for row in database.connection.execute(query).fetchall():
            keys.add(row["hash"], row["user_id"])

    def _ensure_main(self, name: str) -> None:
        """Create the main user, or give it another name."""
        query = "SELECT name FROM users WHERE id = ?"
        row = self._database.connection.execute(query, (MAIN_USER,)).fetchone()
        if row is not None and row["name"] == name:
            return
        with self._database.transaction() as connection:
            if row is None:
                insert(connection, MAIN_USER, name, name, PERSON, admin=True)
            else:
                rename(connection, MAIN_USER, name)

    def _load(self) -> None:
        rows = self._database.connection.execute("SELECT * FROM users ORDER BY id").fetchall()
        found = [User(*row)._replace(admin=bool(row["admin"])) for row in rows]
        self._by_id = {user.id: user for user in found}
        self._by_name = {user.name: user for user in found}

    @property
    def several(self) -> bool:
        """Whether there are others than the main user; otherwise nothing has to be checked."""
        return len(self._by_id) > 1

    @property
    def main(self) -> User:
        """The account that the server was started for."""
        return self._by_id[MAIN_USER]

    def all(self) -> list[User]:
        """Return every user, the main one first."""
        return list(self._by_id.values())

    def find(self, name: str | None) -> User | None:
        """Return a user by name."""
        return self._by_name.get(name or "")

    def by_id(self, user_id: int | None) -> User | None:
        """Return a user by row id."""
        return self._by_id.get(user_id or 0)

    def add(
        self, name: str, *, display_name: str = "", kind: str = PERSON, admin: bool = False
    ) -> User:
        """Create a user; reject a name that is taken."""
        check_account_name(name)
        with self._lock, self._database.transaction() as connection:
            if name in self._by_name:
                raise name_taken(name)
            insert(connection, max(self._by_id) + 1, name, display_name or name, kind, admin=admin)
        self._load()
        return self._by_name[name]

    def update(self, user_id: int, changes: Mapping[str, object]) -> User:
        """Change columns of a user."""
        with self._lock, self._database.transaction() as connection:
            for column in CHANGEABLE:
                if changes.get(column) is not None:
                    connection.execute(
                        f"UPDATE users SET {column} = ? WHERE id = ?",  # noqa: S608 - constants
                        (changes[column], user_id),
                    )
        self._load()
        return self._by_id[user_id]

    # Keys besides those that are derived from the secret of the folder.

    def add_key(self, user_id: int, key: str, description: str | None) -> sqlite3.Row:
        """Accept another key of a user; only its hash and its start are stored."""
        hashed = key_hash(key)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO user_keys (user_id, hash, shown, description) VALUES (?, ?, ?, ?)",
                (user_id, hashed, key[:SHOWN_CHARACTERS], description),
            )
        self._keys.add(hashed, user_id)
        query = "SELECT * FROM user_keys WHERE hash = ?"
        row: sqlite3.Row = self._database.connection.execute(query, (hashed,)).fetchone()
        return row

    def keys_of(self, user_id: int) -> list[sqlite3.Row]:
        """Return the keys that were created for a user, oldest first."""
        query = "SELECT * FROM user_keys WHERE user_id = ? ORDER BY id"
        return self._database.rows(query, (user_id,))

    def find_key(self, key_id: int | None) -> sqlite3.Row | None:
        """Return a key that was created for a user."""
        query = "SELECT * FROM user_keys WHERE id = ?"
        row: sqlite3.Row | None = self._database.connection.execute(query, (key_id,)).fetchone()
        return row

    def delete_key(self, key_id: int) -> None:
        """Stop accepting a key."""
        row = self.find_key(key_id)
        if row is not None:
            self._keys.remove(row["hash"])
            with self._database.transaction() as connection:
                connection.execute("DELETE FROM user_keys WHERE id = ?", (key_id,))


def insert(
    connection: sqlite3.Connection, user_id: int, name: str, display_name: str, kind: str, *,
    admin: bool,
) -> None:  # fmt: skip
    """Insert the row of a user."""
    connection.execute(
        "INSERT INTO users (id, name, display_name, email, kind, admin, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (user_id, name, display_name, email_of(name), kind, admin, now()),
    )


def rename(connection: sqlite3.Connection, user_id: int, name: str) -> None:
    """Give a user another name; reject one that is taken."""
    try:
        connection.execute(
            "UPDATE users SET name = ?, display_name = ?, email = ? WHERE id = ?",
            (name, name, email_of(name), user_id),
        )
    except sqlite3.IntegrityError as error:
        raise name_taken(name) from error


def name_taken(name: str) -> HttpError:
    """Return the error for a name that another user has."""
    return HttpError(f"a user named {name} already exists", status=409)


def email_of(name: str) -> str:
    """Return the email address that a new user gets."""
    return f"{name}@localhost"


def check_account_name(name: str) -> None:
    """Reject a name that no user or team can have."""
    if not name or FORBIDDEN_IN_NAMES.search(name) or len(name) > 128:
        raise HttpError(f"invalid name of a user or team: {name!r}", status=400)
