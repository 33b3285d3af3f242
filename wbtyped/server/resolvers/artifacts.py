"""Resolvers for versions of artifacts: their fields, files and lineage."""

import sqlite3
from collections.abc import Mapping, Sequence
from functools import partial
from operator import itemgetter
from urllib.parse import quote

from ariadne import ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..aliases_and_tags import LATEST
from ..context import Context, get_context
from ..node_ids import parse_node_id
from .artifact_nodes import (
    alias_node,
    artifact_node,
    collection_node,
    entry_node,
    manifest_node,
    membership_node,
    tag_node,
    type_node,
)
from .nodes import Node, get_row
from .pagination import (
    connection,
    counted_page,
    page,
    parse_cursor,
    reject_unsupported,
    rows_page,
)
from .visibility import through_version

query: QueryType = QueryType()
project: ObjectType = ObjectType("Project")
artifact_type: ObjectType = ObjectType("ArtifactType")
run: ObjectType = ObjectType("Run")
input_edge: ObjectType = ObjectType("InputArtifactEdge")
artifact: ObjectType = ObjectType("Artifact")
membership: ObjectType = ObjectType("ArtifactCollectionMembership")


def find_membership(context: Context, project_id: int, name: str) -> sqlite3.Row | None:
    """Return the member that `collection:alias` names; the alias defaults to `latest`."""
    collection, _, alias = name.partition(":")
    found = context.collections.named(project_id, collection)
    return context.versions.find_membership(found["id"], alias or LATEST) if found else None


# Find versions.


@query.field("artifact")
def artifact_by_id(_: object, info: GraphQLResolveInfo, id: str) -> Node | None:  # noqa: A002
    """Resolve a version by its node id."""
    row = get_context(info).versions.by_id(parse_node_id("Artifact", id))
    return artifact_node(row) if row else None


@project.field("artifactCollectionMembership")
def membership_of_project(node: Node, info: GraphQLResolveInfo, name: str) -> Node | None:
    """Resolve the membership that `collection:alias` names."""
    found = find_membership(get_context(info), get_row(node)["id"], name)
    return membership_node(found) if found else None


@project.field("artifact")
def artifact_of_project(
    node: Node, info: GraphQLResolveInfo, name: str, **_: object
) -> Node | None:
    """Resolve the version that `collection:alias` names."""
    found = find_membership(get_context(info), get_row(node)["id"], name)
    return artifact_node(found) if found else None


@artifact_type.field("artifact")
def artifact_of_type(node: Node, info: GraphQLResolveInfo, name: str) -> Node | None:
    """Resolve the version that `collection:alias` names; null if it has another type."""
    context, row = get_context(info), get_row(node)
    found = find_membership(context, row["project_id"], name)
    sequence = context.collections.by_id(found["sequence_id"]) if found else None
    return artifact_node(found) if found and sequence and sequence["type_id"] == row["id"] else None


@run.field("outputArtifacts")
@run.field("inputArtifacts")
def artifacts_of_run(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    **other: object,
) -> Node:
    """Resolve a page of the versions that a run logged or used."""
    reject_unsupported(other)
    context = get_context(info)
    versions, run_id = context.versions, get_row(node)["id"]
    if info.field_name == "outputArtifacts":
        rows_after, count = versions.logged_by_run, versions.count_logged_by_run
    else:
        rows_after, count = versions.used_by_run, versions.count_used_by_run
    if context.access.limited:
        rows = context.access.visible_versions(rows_after(run_id))
        return rows_page(rows, used_node, after=after, first=first)
    return counted_page(
        partial(rows_after, run_id), partial(count, run_id), used_node, after=after, first=first
    )


def used_node(row: sqlite3.Row) -> Node:
    """Return a version, with the names under which a run used it."""
    used_as = row["used_as"] if "used_as" in row.keys() else None  # noqa: SIM118 - a row is no dict
    return artifact_node(row) | {"usedAs": [used_as] if used_as else []}


@input_edge.field("usedAs")
def used_as_of_edge(edge: Mapping[str, Node], _: GraphQLResolveInfo) -> object:
    """Resolve the names under which a run used a version."""
    return edge["node"]["usedAs"]


# Fields of a version.


@artifact.field("artifactSequence")
def sequence_of_artifact(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the sequence that a version was created in."""
    found = get_context(info).collections.by_id(get_row(node)["sequence_id"])
    assert found is not None  # noqa: S101 - a version is deleted with its sequence
    return through_version(collection_node(found))


@artifact.field("artifactType")
def type_of_artifact(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the type of a version."""
    context = get_context(info)
    sequence = context.collections.by_id(get_row(node)["sequence_id"])
    assert sequence is not None  # noqa: S101 - a version is deleted with its sequence
    return through_version(type_node(context.collections.type_by_id(sequence["type_id"])))


@artifact.field("versionIndex")
def version_index(
    node: Node,
    info: GraphQLResolveInfo,
    artifactCollectionName: str | None = None,  # noqa: N803 - the schema's name
) -> int | None:
    """Resolve the number of a version, in its own sequence or another collection."""
    row, context = get_row(node), get_context(info)
    if artifactCollectionName is None:
        return None if row["version_index"] is None else int(row["version_index"])
    for member in context.versions.memberships_of(row["id"]):
        collection = context.collections.by_id(member["collection_id"])
        if collection and collection["name"] == artifactCollectionName:
            return int(member["member_index"])
    return None


@artifact.field("commitHash")
def commit_hash(node: Node, _: GraphQLResolveInfo, **__: object) -> object:
    """Resolve the commit hash of a version."""
    return get_row(node)["commit_hash"]


@artifact.field("aliases")
def aliases_of_artifact(
    node: Node,
    info: GraphQLResolveInfo,
    artifactCollectionName: str | None = None,  # noqa: N803 - the schema's name
) -> list[Node]:
    """Resolve the aliases of a version, in all collections or in one."""
    context = get_context(info)
    rows = context.versions.aliases("memberships.artifact_id", get_row(node)["id"])
    nodes = [alias_node(row, context) for row in rows if visible_collection(context, row)]
    wanted = artifactCollectionName
    return [n for n in nodes if wanted is None or n["artifactCollectionName"] == wanted]


@artifact.field("tags")
def tags_of_artifact(node: Node, info: GraphQLResolveInfo) -> list[Node]:
    """Resolve the tags of a version."""
    return [tag_node(row) for row in get_context(info).versions.tags_of(get_row(node)["id"])]


@artifact.field("currentManifest")
def manifest_of_artifact(node: Node, _: GraphQLResolveInfo) -> Node | None:
    """Resolve the manifest; null for a deleted version."""
    row = get_row(node)
    return manifest_node(row) if row["manifest_blob"] else None


def visible_collection(context: Context, row: sqlite3.Row) -> sqlite3.Row | None:
    """Return the collection of a membership or an alias; None if the user may not see it."""
    found = context.collections.by_id(row["collection_id"])
    return found if found and context.access.project(found["project_id"]) else None


@artifact.field("artifactMemberships")
def memberships_of_artifact(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve all memberships of a version."""
    context = get_context(info)
    members = context.versions.memberships_of(get_row(node)["id"])
    rows = [row for row in members if visible_collection(context, row) is not None]
    keys = [str(row["membership_id"]) for row in rows]
    return connection([membership_node(row) for row in rows], keys)


@artifact.field("artifactCollections")
def collections_of_artifact(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the collections that a version is in."""
    context = get_context(info)
    members = context.versions.memberships_of(get_row(node)["id"])
    found = [visible_collection(context, member) for member in members]
    rows = [row for row in found if row is not None]
    shown = connection([collection_node(row) for row in rows], [str(row["id"]) for row in rows])
    return shown | {"totalCount": len(rows)}


@artifact.field("storageBytes")
def storage_bytes(node: Node, info: GraphQLResolveInfo) -> int:
    """Resolve the size of the contents that were uploaded for a version itself."""
    return get_context(info).sizes.version_bytes(get_row(node)["id"])


# Files.


def version_url(context: Context, version: sqlite3.Row) -> str:
    """Return what the URLs of the files of a version start with."""
    sequence = context.collections.by_id(version["sequence_id"])
    assert sequence is not None  # noqa: S101 - a version is deleted with its sequence
    owner = context.projects.by_id(sequence["project_id"])
    names = (owner["entity"], owner["name"], sequence["name"])
    quoted = "/".join(quote(name, safe="") for name in names)
    return f"{context.api_url}/artifactsV2/default/{quoted}/"


def files_page(
    context: Context,
    artifact_id: int,
    names: Sequence[str] | None,
    after: str | None,
    first: int | None,
) -> Node:
    """Return a page of the files of a version, ordered by path."""
    version = context.versions.by_id(artifact_id)
    assert version is not None  # noqa: S101 - the caller has it

    def rows_after(start: str | None, limit: int) -> Sequence[sqlite3.Row]:
        if names:
            return context.versions.named_entries_after(artifact_id, start, limit, names)
        return context.versions.entries_after(artifact_id, start, limit)

    def total_count(_: object) -> int:
        if names:
            return context.versions.count_entries(artifact_id, names)
        return int(version["file_count"])

    prefix = version_url(context, version)
    to_node = partial(entry_node, version=version, url_prefix=prefix)
    shown = page(rows_after, to_node, itemgetter("path"), after=parse_cursor(after), first=first)
    return shown | {"totalCount": total_count, "uploadHeaders": ()}


@artifact.field("files")
@membership.field("files")
def files_of_artifact(
    node: Node,
    info: GraphQLResolveInfo,
    names: Sequence[str] | None = None,
    after: str | None = None,
    first: int | None = None,
    **other: object,
) -> Node:
    """Resolve a page of files; names that do not exist are left out."""
    reject_unsupported(other)
    return files_page(get_context(info), get_row(node)["id"], names, after, first)


@artifact.field("filesByManifestEntries")
def files_by_entries(
    node: Node,
    info: GraphQLResolveInfo,
    entries: Sequence[Mapping[str, object]] | None = None,
    **_: object,
) -> Node:
    """Resolve the files that a client names by their manifest entries."""
    names = [str(entry["name"]) for entry in entries or ()]
    return files_page(get_context(info), get_row(node)["id"], names or [""], None, len(names))


@membership.field("artifact")
def artifact_of_membership(node: Node, _: GraphQLResolveInfo) -> Node:
    """Resolve the version of a membership."""
    return artifact_node(get_row(node))


@membership.field("artifactCollection")
def collection_of_membership(node: Node, info: GraphQLResolveInfo) -> Node | None:
    """Resolve the collection of a membership."""
    found = get_context(info).collections.by_id(get_row(node)["collection_id"])
    return collection_node(found) if found else None


@membership.field("aliases")
def aliases_of_membership(node: Node, info: GraphQLResolveInfo) -> list[Node]:
    """Resolve the aliases of a membership."""
    context = get_context(info)
    rows = context.versions.aliases("membership_id", get_row(node)["membership_id"])
    return [alias_node(row, context) for row in rows]


BINDABLES: list[SchemaBindable] = [
    query, project, artifact_type, run, input_edge, artifact, membership,
]  # fmt: skip
