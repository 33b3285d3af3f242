"""Resolvers for artifact types and collections."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from ariadne import ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..access import Level
from ..context import Context, get_context
from ..filters import compile_filter, compile_order
from ..http_errors import not_found
from ..manifests import MD5
from ..node_ids import parse_node_id
from ..sorted_views import Source
from .artifact_nodes import (
    alias_node,
    artifact_node,
    collection_node,
    membership_node,
    tag_node,
    type_node,
)
from .filtered_pages import catalog_page, view_page
from .nodes import Node, get_row, project_node
from .pagination import (
    connection,
    counted_page,
    page,
    parse_id_cursor,
    reject_unsupported,
    row_id,
)
from .records import COLLECTION_FIELDS, VERSION_FIELDS, CollectionRecord, VersionRecord
from .visibility import THROUGH_VERSION, through_version

query: QueryType = QueryType()
project: ObjectType = ObjectType("Project")
artifact_type: ObjectType = ObjectType("ArtifactType")
sequence: ObjectType = ObjectType("ArtifactSequence")
portfolio: ObjectType = ObjectType("ArtifactPortfolio")
tag: ObjectType = ObjectType("Tag")
artifact: ObjectType = ObjectType("Artifact")
version_edge: ObjectType = ObjectType("VersionedArtifactEdge")
VERSION_NUMBER_KEYS = {"version_index", "versionIndex"}
"""Fields that order versions as an index does."""


def require_collection(context: Context, opaque: object, kind: str | None = None) -> sqlite3.Row:
    """Return the collection that a mutation names by id, or raise HttpError."""
    row = context.collections.by_id(parse_node_id("ArtifactCollection", str(opaque)))
    if row is None or (kind and row["kind"] != kind):
        raise not_found(f"collection {opaque}")
    found = context.access.project(row["project_id"])
    context.access.check(Level.WRITE, found, f"collection {opaque}")
    return row


@query.field("artifactCollection")
@query.field("artifactSequence")
def collection_by_id(_: object, info: GraphQLResolveInfo, id: str) -> Node | None:  # noqa: A002
    """Resolve a collection by its node id."""
    row = get_context(info).collections.by_id(parse_node_id("ArtifactCollection", id))
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
    """Resolve a page of artifact types, oldest first."""
    reject_unsupported(other)
    rows_after = partial(get_context(info).collections.types_after, get_row(node)["id"])
    return page(rows_after, type_node, row_id, after=parse_id_cursor(after), first=first)


@project.field("artifactType")
def type_of_project(node: Node, info: GraphQLResolveInfo, name: str) -> Node | None:
    """Resolve an artifact type by name."""
    row = get_context(info).collections.type_named(get_row(node)["id"], name)
    return type_node(row) if row else None


@artifact_type.field("project")
@sequence.field("project")
@portfolio.field("project")
def project_of(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the project of a type or collection."""
    return project_node(get_context(info).projects.by_id(get_row(node)["project_id"]))


# Lists of collections.


@artifact_type.field("artifactCollections")
@artifact_type.field("artifactSequences")
@project.field("artifactCollections")
def collections_page(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    filters: str | None = None,
    order: str | None = None,
    collectionTypes: Sequence[str] | None = None,  # noqa: N803 - the schema's name
    **other: object,
) -> Node:
    """Resolve a page of the collections of a type or project, newest first by default."""
    reject_unsupported(other)
    context = get_context(info)
    column = "type_id" if info.parent_type.name == "ArtifactType" else "project_id"
    kinds = ["SEQUENCE"] if info.field_name == "artifactSequences" else collectionTypes
    owner_id = get_row(node)["id"]
    if not (filters or order or kinds):
        rows_after = partial(context.collections.newest_after, column, owner_id)
        count = partial(context.collections.count, column, owner_id)
        return counted_page(rows_after, count, collection_node, after=after, first=first)

    def scan() -> Iterator[CollectionRecord]:
        rows = context.collections.list_by(column, owner_id)
        return (CollectionRecord(r, context) for r in rows if kinds is None or r["kind"] in kinds)

    return catalog_page(
        context, collection_source(context, scan), COLLECTION_FIELDS, record_node,
        chosen_by=("collections", column, owner_id, kinds), order=order, default_order="-id",
        filters=filters, after=after, first=first,
    )  # fmt: skip


def collection_source(
    context: Context, scan: Callable[[], Iterable[CollectionRecord]]
) -> Source[CollectionRecord]:
    """Return where a list of collections comes from."""

    def by_ids(ids: Sequence[int]) -> Iterator[CollectionRecord]:
        return (CollectionRecord(row, context) for row in context.collections.by_ids(ids))

    return Source("catalog", 0, scan, by_ids)


def record_node(record: CollectionRecord) -> Node:
    """Return the node of a collection."""
    return collection_node(record.row)


@artifact_type.field("artifactCollection")
@artifact_type.field("artifactSequence")
def collection_of_type(node: Node, info: GraphQLResolveInfo, name: str) -> Node | None:
    """Resolve a collection by name; null if it has another type."""
    row = get_row(node)
    found = get_context(info).collections.named(row["project_id"], name)
    if found is None or found["type_id"] != row["id"]:
        return None
    wants_sequence = info.field_name == "artifactSequence"
    return None if wants_sequence and found["kind"] != "SEQUENCE" else collection_node(found)


@project.field("artifactCollection")
def collection_of_project(node: Node, info: GraphQLResolveInfo, name: str) -> Node | None:
    """Resolve a collection of a project by name."""
    found = get_context(info).collections.named(get_row(node)["id"], name)
    return collection_node(found) if found else None


@artifact.field("artifactActions")
@artifact_type.field("artifactActions")
@sequence.field("aliasActionHistory")
@sequence.field("artifactActions")
@sequence.field("artifactCollectionActions")
@portfolio.field("aliasActionHistory")
@portfolio.field("artifactActions")
@portfolio.field("artifactCollectionActions")
def no_actions(_: Node, __: GraphQLResolveInfo, **___: object) -> Node:
    """Resolve an empty history: who changed what is not recorded."""
    return connection([], [])


# One collection.


@sequence.field("defaultArtifactType")
@portfolio.field("defaultArtifactType")
def type_of_collection(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the type of a collection."""
    shown = type_node(get_context(info).collections.type_by_id(get_row(node)["type_id"]))
    return through_version(shown) if THROUGH_VERSION in node else shown


@sequence.field("tags")
@portfolio.field("tags")
def tags_of_collection(
    node: Node, info: GraphQLResolveInfo, first: int | None = None, **_: object
) -> Node:
    """Resolve the tags of a collection; there are few, so they are not paginated."""
    rows = get_context(info).collections.tags_of(get_row(node)["id"])[:first]
    return connection([tag_node(row) for row in rows], [row["name"] for row in rows])


@tag.field("objects")
def collections_with_tag(
    node: Node, info: GraphQLResolveInfo, first: int | None = None, **_: object
) -> Node:
    """Resolve the collections that have a tag; there are few, so they are not paginated."""
    context = get_context(info)
    tagged = context.collections.tagged(parse_node_id("Tag", str(node["id"])))
    rows = context.access.visible(tagged)[:first]
    return connection([collection_node(row) for row in rows], [str(row["id"]) for row in rows])


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
    reject_unsupported(other)
    context = get_context(info)
    versions, collection_id = context.versions, get_row(node)["id"]
    return counted_page(
        partial(versions.aliases_after, collection_id),
        partial(versions.count_aliases, collection_id),
        partial(alias_node, context=context), after=after, first=first,
    )  # fmt: skip


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
    """Resolve a page of versions, newest first by default."""
    reject_unsupported(other)
    context, row = get_context(info), get_row(node)
    sorting = compile_order(order, VERSION_FIELDS, "-version_index")
    matches = compile_filter(filters, VERSION_FIELDS)
    if matches is None and sorting.key in VERSION_NUMBER_KEYS:
        rows_after = partial(
            context.versions.memberships_after, row["id"], newest_first=sorting.descending
        )
        count = partial(context.versions.count, row["id"])
        return counted_page(
            rows_after, count, member_node, after=after, first=first, key=member_index
        )
    source = version_source(context, row)
    view = context.views.view(source, filters, matches, sorting)
    found = view_page(view, source, after=after, first=first)
    nodes = [member_node(record.row) for record in found.records]
    shown = connection(nodes, found.cursors, has_next=found.has_next, after=after)
    return shown | {"totalCount": found.total}


def version_source(context: Context, collection: sqlite3.Row) -> Source[VersionRecord]:
    """Return where the versions of a collection come from."""
    collection_id, name = collection["id"], collection["name"]

    def by_ids(ids: Sequence[int]) -> Iterator[VersionRecord]:
        rows = context.versions.memberships_by_ids(collection_id, ids)
        return (VersionRecord(row, name, context) for row in rows)

    def scan() -> Iterator[VersionRecord]:
        rows = context.versions.scan_memberships(collection_id)
        return (VersionRecord(row, name, context) for row in rows)

    return Source("versions", collection_id, scan, by_ids)


def member_node(row: sqlite3.Row) -> Node:
    """Return a version as a member of a collection."""
    return artifact_node(row) | {"member": f"v{row['member_index']}"}


def member_index(row: sqlite3.Row) -> int:
    """Return the key of members that are ordered by their numbers."""
    return int(row["member_index"])


@version_edge.field("version")
def version_of_edge(edge: Mapping[str, Node], _: GraphQLResolveInfo) -> object:
    """Resolve the name of a version in its collection."""
    return edge["node"]["member"]


@sequence.field("artifactMemberships")
@portfolio.field("artifactMemberships")
def memberships_of_collection(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    **other: object,
) -> Node:
    """Resolve a page of the members of a collection, the first one first."""
    reject_unsupported(other)
    versions, collection_id = get_context(info).versions, get_row(node)["id"]
    return counted_page(
        partial(versions.memberships_added_after, collection_id),
        partial(versions.count, collection_id),
        membership_node, after=after, first=first, key=membership_id,
    )  # fmt: skip


def membership_id(row: sqlite3.Row) -> int:
    """Return the key of members that are ordered by the time they were added."""
    return int(row["membership_id"])


@sequence.field("latestArtifact")
def latest_of_sequence(node: Node, info: GraphQLResolveInfo) -> Node | None:
    """Resolve the newest committed version."""
    newest = get_context(info).versions.newest_committed(get_row(node)["id"])
    return artifact_node(newest) if newest else None


@sequence.field("digestAlgorithm")
def digest_algorithm_of_sequence(node: Node, info: GraphQLResolveInfo) -> str:
    """Resolve the digest algorithm of the newest version."""
    versions, collection_id = get_context(info).versions, get_row(node)["id"]
    newest = versions.memberships_after(collection_id, None, 1, newest_first=True)
    return str(newest[0]["digest_algorithm"]) if newest else MD5


@sequence.field("artifactMembership")
@portfolio.field("artifactMembership")
def membership_of_collection(
    node: Node,
    info: GraphQLResolveInfo,
    aliasName: str,  # noqa: N803 - the schema's name
) -> Node | None:
    """Resolve the member of a collection that an alias or `vN` names."""
    found = get_context(info).versions.find_membership(get_row(node)["id"], aliasName)
    return membership_node(found) if found else None


BINDABLES: list[SchemaBindable] = [
    query, project, artifact_type, sequence, portfolio, tag, artifact, version_edge,
]  # fmt: skip
