"""Aliases and tags, as rows."""

import sqlite3
from collections.abc import Iterable
from typing import Literal

from .http_errors import HttpError

TagTable = Literal["artifact_tags", "collection_tags"]
LATEST = "latest"


def set_alias(
    connection: sqlite3.Connection, collection_id: int, artifact_id: int, alias: str
) -> None:
    """Give a version an alias in a collection; another version there loses it."""
    if not alias or len(alias) > 128 or "/" in alias or ":" in alias:
        raise HttpError(f"invalid alias {alias!r}", status=400)
    connection.execute(
        "INSERT INTO aliases (membership_id, collection_id, alias)"
        " SELECT id, collection_id, ? FROM memberships WHERE collection_id = ? AND artifact_id = ?"
        " ON CONFLICT (collection_id, alias) DO UPDATE SET membership_id = excluded.membership_id",
        (alias, collection_id, artifact_id),
    )


def add_tags(
    connection: sqlite3.Connection,
    table: TagTable,
    tagged_id: int,
    entity: str,
    names: Iterable[str],
) -> None:
    """Add tags to a version or collection, created if they are new."""
    for name in names:
        connection.execute(
            "INSERT OR IGNORE INTO tags (entity, name) VALUES (?, ?)", (entity, name)
        )
        connection.execute(
            f"INSERT OR IGNORE INTO {table}"  # noqa: S608 - table is a constant
            " SELECT ?, id FROM tags WHERE entity = ? AND name = ?",
            (tagged_id, entity, name),
        )
