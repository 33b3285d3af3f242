"""Aliases that only administrators may set or remove, in portfolios of the entity that has them."""

import sqlite3
from collections.abc import Iterable

from ..access import Level, permission_denied
from ..context import Context


def check_aliases(context: Context, collection: sqlite3.Row, aliases: Iterable[str]) -> None:
    """Raise HttpError if an alias of a collection is one that the user may not set or remove."""
    found = reserved_aliases(context, collection).intersection(aliases)
    if found:
        raise permission_denied(f"alias {min(found)} is protected")


def check_all_aliases(context: Context, collection: sqlite3.Row) -> None:
    """Raise HttpError if the user may not remove all aliases of a collection."""
    rows = context.versions.aliases("aliases.collection_id", collection["id"])
    check_aliases(context, collection, (row["alias"] for row in rows))


def check_version_aliases(
    context: Context, artifact_id: int, collection: sqlite3.Row | None = None
) -> None:
    """Raise HttpError if the user may not remove a version from a collection, or from all."""
    for row in context.versions.aliases("memberships.artifact_id", artifact_id):
        home = context.collections.by_id(row["collection_id"])
        if home is not None and (collection is None or home["id"] == collection["id"]):
            check_aliases(context, home, [row["alias"]])


def reserved_aliases(context: Context, collection: sqlite3.Row) -> set[str]:
    """Return the aliases that the user may not set or remove in a collection."""
    if not context.access.limited or collection["kind"] != "PORTFOLIO":
        return set()
    if context.access.project(collection["project_id"]) >= Level.ADMIN:
        return set()
    owner = context.projects.by_id(collection["project_id"])
    return set(context.organizations.protected_aliases(owner["entity"]))
