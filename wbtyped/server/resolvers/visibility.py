"""Which nodes a user may not see, whatever way a query found them."""

import sqlite3
from collections.abc import Callable, Mapping

from graphql import GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from ..access import permission_denied
from ..context import Context, get_context
from .nodes import Node

Resolver = Callable[..., object]
OF_PROJECT = frozenset({"ArtifactPortfolio", "ArtifactSequence", "ArtifactType", "Run"})
"""Types of nodes whose row has the id of their project."""
OF_VERSION = frozenset({"Artifact", "ArtifactCollectionMembership"})
GUARDED_TYPES = OF_PROJECT | OF_VERSION | {"Project"}
"""Types whose nodes are null for users who may not see them."""


THROUGH_VERSION = "through_version"
"""Key of a sequence or type that was reached from one of its versions.

A version may be open by a link from a registry while its own project is not. Its nodes need name
and type then, and nothing else that the project holds.
"""
OPEN_FIELDS = {"defaultArtifactType", "project"}
"""Fields that are resolved nevertheless; a project that is not open is null."""


def through_version(node: Node) -> Node:
    """Mark a sequence or type as reached from one of its versions."""
    return node | {THROUGH_VERSION: True}


def guard_sources(schema: GraphQLSchema) -> None:
    """Let sequences and types that were reached from a version show what they are, only."""
    for type_name in ("ArtifactSequence", "ArtifactType"):
        object_type = schema.type_map[type_name]
        assert isinstance(object_type, GraphQLObjectType)  # noqa: S101 - so it is in the schema
        for name, field in object_type.fields.items():
            if field.resolve is not None and name not in OPEN_FIELDS:
                field.resolve = for_members(field.resolve, type_name)


def for_members(resolve: Resolver, type_name: str) -> Resolver:
    """Return a resolver that rejects those who may not see the project of its node."""

    def resolve_for_members(node: Node, info: GraphQLResolveInfo, **given: object) -> object:
        if THROUGH_VERSION in node and not is_visible(
            get_context(info), type_name, {**node, THROUGH_VERSION: False}
        ):
            raise permission_denied()
        return resolve(node, info, **given)

    return resolve_for_members


def is_visible(context: Context, type_name: str, node: Mapping[str, object]) -> bool:
    """Return True if the user may see a node of a guarded type."""
    row = node.get("row")
    if not isinstance(row, sqlite3.Row) or node.get(THROUGH_VERSION):
        return True
    if type_name in OF_VERSION:
        return bool(context.access.version(row["id"]))
    project_id = row["id"] if type_name == "Project" else row["project_id"]
    return bool(context.access.project(project_id))
