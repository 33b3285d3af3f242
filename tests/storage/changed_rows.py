"""Change versions in ways that no client can."""

import sqlite3
from contextlib import closing

from wbtyped.server import WandbServer


def age_versions(server: WandbServer, created_at: str, where: str = "1") -> None:
    """Change when versions were created; `where` is SQL."""
    change(server, "created_at", created_at, where)


def set_state(server: WandbServer, state: str, where: str) -> None:
    """Change the state of versions; `where` is SQL."""
    change(server, "state", state, where)


def change(server: WandbServer, column: str, value: str, where: str) -> None:
    with closing(sqlite3.connect(server.data / "server.sqlite")) as connection, connection:
        connection.execute(f"UPDATE artifacts SET {column} = ? WHERE {where}", (value,))
