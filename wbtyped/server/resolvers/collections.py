"""Types and collections of artifacts."""

import sqlite3

from ariadne import ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import TypeAdapter

from ..context import Context, context_of
from ..filters import Record
from ..manifests import MD5
from ..refusals import missing
from ..relay import connection, number_after, number_of, page_size, refuse_other
from .artifact_nodes import (
    alias_node,
    artifact_node,
    collection_node,
    collection_record,
    membership_node,
    tag_node,
    type_node,
    version_record,
)
from .nodes import Node, project_node
from .pages import filtered_page
from .runs import row_of

query: QueryType = QueryType()
project: ObjectType = ObjectType("Project")
artifact_type: ObjectType = ObjectType("ArtifactType")
sequence: ObjectType = ObjectType("ArtifactSequence")
portfolio: ObjectType = ObjectType("ArtifactPortfolio")
_edges = TypeAdapter(list[dict[str, object]])
COLLECTION_ORDERS = {
    name: name for name in ("id", "name", "created_at", "updated_at", "createdAt", "updatedAt")
}
VERSION_ORDERS = {
    name: name
    for name in (
        "version_index", "versionIndex", "created_at", "createdAt", "updated_at", "updatedAt",
        "size", "name", "id",
    )
}  # fmt: skip


def collection_of(context: Context, opaque: object, kind: str | None = None) -> sqlite3.Row:
    """Return the collection that a mutation names by id, or refuse."""
    row = context.collections.by_id(number_of("ArtifactCollection", str(opaque)))
    if row is None or (kind and row["kind"] != kind):
        raise missing(f"collection {opaque}")
    return row


@query.field("artifactCollection")
@query.field("artifactSequence")
def collection_by_id(_: object, info: GraphQLResolveInfo, id: str) -> Node | None:  # noqa: A002
    """Resolve a collection by its id."""
    row = context_of(info).collections.by_id(number_of("ArtifactCollection", id))
    return collection_node(row) if row else None


# Types.


@project.field("artifactTypes")
def types_of_project(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    includeAll: bool | None = None,  # noqa: N803, ARG001 - all types are shown anyway
    **other: object,
) -> Node:
    """Resolve a page of types, in the order they were made."""
    refuse_other(other)
    start, size = number_after(after), page_size(first)
    rows, more = context_of(info).collections.types(row_of(node)["id"], start, size)
    keys = [str(row["id"]) for row in rows]
    return connection([type_node(row) for row in rows], keys, more=more, start=start)


@project.field("artifactType")
def type_of_project(node: Node, info: GraphQLResolveInfo, name: str) -> Node | None:
    """Resolve a type by name."""
    row = context_of(info).collections.type_named(row_of(node)["id"], name)
    return type_node(row) if row else None


@artifact_type.field("project")
@sequence.field("project")
@portfolio.field("project")
def project_of(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the project that something belongs to."""
    return project_node(context_of(info).projects.by_id(row_of(node)["project_id"]))


# Lists of collections.


@artifact_type.field("artifactCollections")
@project.field("artifactCollections")
def collections_page(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    filters: str | None = None,
    order: str | None = None,
    **other: object,
) -> Node:
    """Resolve a page of the collections of a type or a project; the newest come first."""
    refuse_other(other)
    collections = context_of(info).collections
    column = "type_id" if info.parent_type.name == "ArtifactType" else "project_id"

    def record(row: sqlite3.Row) -> Record:
        # Tags cost a query each, so only a filter that may ask for them pays for it.
        tags = collections.tags_of(row["id"]) if filters else ()
        return collection_record(row, [tag["name"] for tag in tags])

    page, _ = filtered_page(
        collections.all_of(column, row_of(node)["id"]), record, collection_node,
        order=(order, COLLECTION_ORDERS, "-id"), filters=filters, after=after, first=first,
    )  # fmt: skip
    return page


@artifact_type.field("artifactCollection")
@artifact_type.field("artifactSequence")
def collection_of_type(node: Node, info: GraphQLResolveInfo, name: str) -> Node | None:
    """Resolve a collection by name; null when it is of another type."""
    row = row_of(node)
    found = context_of(info).collections.named(row["project_id"], name)
    if found is None or found["type_id"] != row["id"]:
        return None
    wants_sequence = info.field_name == "artifactSequence"
    return None if wants_sequence and found["kind"] != "SEQUENCE" else collection_node(found)


@project.field("artifactCollection")
def collection_of_project(node: Node, info: GraphQLResolveInfo, name: str) -> Node | None:
    """Resolve a collection of a project by name."""
    found = context_of(info).collections.named(row_of(node)["id"], name)
    return collection_node(found) if found else None


# One collection.


@sequence.field("defaultArtifactType")
@portfolio.field("defaultArtifactType")
def type_of_collection(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the type of a collection."""
    return type_node(context_of(info).collections.type_by_id(row_of(node)["type_id"]))


@sequence.field("tags")
@portfolio.field("tags")
def tags_of_collection(
    node: Node, info: GraphQLResolveInfo, first: int | None = None, **_: object
) -> Node:
    """Resolve the tags of a collection; they are few, so all of them come at once."""
    rows = context_of(info).collections.tags_of(row_of(node)["id"])[:first]
    return connection([tag_node(row) for row in rows], [row["name"] for row in rows], more=False)


@sequence.field("aliases")
@portfolio.field("aliases")
def aliases_of_collection(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    **other: object,
) -> Node:
    """Resolve a page of the aliases in a collection."""
    refuse_other(other)
    context, start = context_of(info), number_after(after)
    rows = context.versions.aliases("aliases.collection_id", row_of(node)["id"])
    left = [row for row in rows if start is None or row["id"] > start]
    page = left[: page_size(first)]
    nodes, keys = [alias_node(row, context) for row in page], [str(row["id"]) for row in page]
    return connection(nodes, keys, more=len(left) > len(page), start=start)


@sequence.field("artifacts")
@portfolio.field("artifacts")
def versions_of_collection(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    filters: str | None = None,
    order: str | None = None,
    **other: object,
) -> Node:
    """Resolve a page of versions; the newest come first."""
    refuse_other(other)
    context, row = context_of(info), row_of(node)
    versions = context.versions

    def record(found: sqlite3.Row) -> Record:
        needed = filters is not None and ("alias" in filters or "tag" in filters)
        place, number = found["membership_id"], found["id"]
        aliases = versions.aliases("membership_id", place) if needed else ()
        tags = versions.tags_of(number) if needed else ()
        names = [alias["alias"] for alias in aliases], [tag["name"] for tag in tags]
        return version_record(found, row["name"], *names)

    page, rows = filtered_page(
        versions.members(row["id"]), record, artifact_node,
        order=(order, VERSION_ORDERS, "-version_index"), filters=filters, after=after, first=first,
    )  # fmt: skip
    edges = [
        {**edge, "version": f"v{found['member_index']}"}
        for edge, found in zip(_edges.validate_python(page["edges"]), rows, strict=True)
    ]
    return page | {"edges": edges}


@sequence.field("latestArtifact")
def latest_of_sequence(node: Node, info: GraphQLResolveInfo) -> Node | None:
    """Resolve the newest committed version."""
    members = context_of(info).versions.members(row_of(node)["id"])
    committed = [row for row in members if row["state"] == "COMMITTED"]
    newest = max(committed, key=lambda row: int(row["member_index"]), default=None)
    return artifact_node(newest) if newest else None


@sequence.field("digestAlgorithm")
def digest_algorithm_of_sequence(node: Node, info: GraphQLResolveInfo) -> str:
    """Resolve how the files of the newest version are digested."""
    members = context_of(info).versions.members(row_of(node)["id"])
    newest = max(members, key=lambda row: int(row["member_index"]), default=None)
    return str(newest["digest_algorithm"]) if newest else MD5


@sequence.field("artifactMembership")
@portfolio.field("artifactMembership")
def membership_of_collection(
    node: Node,
    info: GraphQLResolveInfo,
    aliasName: str,  # noqa: N803 - the schema's name
) -> Node | None:
    """Resolve the version that an alias or `vN` names in a collection."""
    found = context_of(info).versions.member_named(row_of(node)["id"], aliasName)
    return membership_node(found) if found else None


BINDABLES: list[SchemaBindable] = [query, project, artifact_type, sequence, portfolio]
