"""Aliases and tags of versions, as rows."""

import sqlite3
from collections.abc import Iterable
from typing import Literal

from .refusals import Refusal

Tagged = Literal["artifact_tags", "collection_tags"]
LATEST = "latest"


def give_alias(rows: sqlite3.Connection, collection_id: int, number: int, alias: str) -> None:
    """Give a version an alias in a collection; another version there loses it."""
    if not alias or len(alias) > 128 or "/" in alias or ":" in alias:
        raise Refusal(f"invalid alias: {alias!r}", status=400)
    rows.execute(
        "INSERT INTO aliases (membership_id, collection_id, alias)"
        " SELECT id, collection_id, ? FROM memberships WHERE collection_id = ? AND artifact_id = ?"
        " ON CONFLICT (collection_id, alias) DO UPDATE SET membership_id = excluded.membership_id",
        (alias, collection_id, number),
    )


def give_tags(
    rows: sqlite3.Connection, table: Tagged, number: int, entity: str, names: Iterable[str]
) -> None:
    """Give a version or collection tags, made when they are new."""
    for name in names:
        rows.execute("INSERT OR IGNORE INTO tags (entity, name) VALUES (?, ?)", (entity, name))
        rows.execute(
            f"INSERT OR IGNORE INTO {table}"  # noqa: S608 - the table is ours
            " SELECT ?, id FROM tags WHERE entity = ? AND name = ?",
            (number, entity, name),
        )
