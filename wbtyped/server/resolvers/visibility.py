"""Which nodes a user may not see, whatever way a query found them."""

import sqlite3
from collections.abc import Mapping

from ..context import Context

OF_PROJECT = frozenset({"ArtifactPortfolio", "ArtifactSequence", "ArtifactType", "Run"})
"""Types of nodes whose row has the id of their project."""
OF_VERSION = frozenset({"Artifact", "ArtifactCollectionMembership"})
GUARDED_TYPES = OF_PROJECT | OF_VERSION | {"Project"}
"""Types whose nodes are null for users who may not see them."""


def is_visible(context: Context, type_name: str, node: Mapping[str, object]) -> bool:
    """Return True if the user may see a node of a guarded type."""
    row = node.get("row")
    if not isinstance(row, sqlite3.Row):
        return True
    if type_name in OF_VERSION:
        return bool(context.access.version(row["id"]))
    project_id = row["id"] if type_name == "Project" else row["project_id"]
    return bool(context.access.project(project_id))
