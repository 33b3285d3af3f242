"""Make versions older than any client could."""

import sqlite3
from contextlib import closing

from wbtyped.server import WandbServer


def age_versions(server: WandbServer, created_at: str, where: str = "1") -> None:
    """Change when versions were created; `where` is SQL."""
    with closing(sqlite3.connect(server.data / "server.sqlite")) as connection, connection:
        connection.execute(f"UPDATE artifacts SET created_at = ? WHERE {where}", (created_at,))
