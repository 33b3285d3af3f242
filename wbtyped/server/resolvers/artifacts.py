"""Versions of artifacts: their facts, files and lineage."""

import sqlite3
from collections.abc import Mapping, Sequence

from ariadne import ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import Context, context_of
from ..labels import LATEST
from ..relay import connection, key_after, number_after, number_of, page_size, refuse_other
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
from .nodes import Node, run_node, user_node
from .runs import row_of

query: QueryType = QueryType()
project: ObjectType = ObjectType("Project")
artifact_type: ObjectType = ObjectType("ArtifactType")
run: ObjectType = ObjectType("Run")
artifact: ObjectType = ObjectType("Artifact")
membership: ObjectType = ObjectType("ArtifactCollectionMembership")


def member_of(context: Context, project_id: int, name: str) -> sqlite3.Row | None:
    """Return the place of `collection:alias` in a project; without an alias, of the latest."""
    collection, _, alias = name.partition(":")
    found = context.collections.named(project_id, collection)
    return context.versions.member_named(found["id"], alias or LATEST) if found else None


# Finding versions.


@query.field("artifact")
def artifact_by_id(_: object, info: GraphQLResolveInfo, id: str) -> Node | None:  # noqa: A002
    """Resolve a version by its id."""
    row = context_of(info).versions.by_id(number_of("Artifact", id))
    return artifact_node(row) if row else None


@project.field("artifactCollectionMembership")
def membership_of_project(node: Node, info: GraphQLResolveInfo, name: str) -> Node | None:
    """Resolve the place that a name means."""
    found = member_of(context_of(info), row_of(node)["id"], name)
    return membership_node(found) if found else None


@project.field("artifact")
def artifact_of_project(
    node: Node, info: GraphQLResolveInfo, name: str, **_: object
) -> Node | None:
    """Resolve the version that a name means."""
    found = member_of(context_of(info), row_of(node)["id"], name)
    return artifact_node(found) if found else None


@artifact_type.field("artifact")
def artifact_of_type(node: Node, info: GraphQLResolveInfo, name: str) -> Node | None:
    """Resolve the version that a name means; null when it is of another type."""
    context, row = context_of(info), row_of(node)
    found = member_of(context, row["project_id"], name)
    home = context.collections.by_id(found["sequence_id"]) if found else None
    return artifact_node(found) if found and home and home["type_id"] == row["id"] else None


def versions_page(rows: Sequence[sqlite3.Row], after: str | None, first: int | None) -> Node:
    """Return a page of versions, in the order of their numbers."""
    start = number_after(after)
    left = [row for row in rows if start is None or row["id"] > start]
    page = left[: page_size(first)]
    nodes, keys = [artifact_node(row) for row in page], [str(row["id"]) for row in page]
    shown = connection(nodes, keys, more=len(left) > len(page), start=start)
    return shown | {"totalCount": len(rows)}


@run.field("outputArtifacts")
@run.field("inputArtifacts")
def artifacts_of_run(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    **other: object,
) -> Node:
    """Resolve a page of the versions that a run made or used."""
    refuse_other(other)
    versions, number = context_of(info).versions, row_of(node)["id"]
    made = info.field_name == "outputArtifacts"
    rows = versions.logged_by_run(number) if made else versions.used_by_run(number)
    return versions_page(rows, after, first)


# Facts of a version.


@artifact.field("artifactSequence")
def sequence_of_artifact(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the sequence that a version was made in."""
    found = context_of(info).collections.by_id(row_of(node)["sequence_id"])
    assert found is not None  # noqa: S101 - a version goes with its sequence
    return collection_node(found)


@artifact.field("artifactType")
def type_of_artifact(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the type of a version."""
    context = context_of(info)
    home = context.collections.by_id(row_of(node)["sequence_id"])
    assert home is not None  # noqa: S101 - a version goes with its sequence
    return type_node(context.collections.type_by_id(home["type_id"]))


@artifact.field("versionIndex")
def version_index(
    node: Node,
    info: GraphQLResolveInfo,
    artifactCollectionName: str | None = None,  # noqa: N803 - the schema's name
) -> int | None:
    """Resolve the number of a version, in its own sequence or another collection."""
    row, context = row_of(node), context_of(info)
    if artifactCollectionName is None:
        return None if row["version_index"] is None else int(row["version_index"])
    for place in context.versions.memberships_of(row["id"]):
        collection = context.collections.by_id(place["collection_id"])
        if collection and collection["name"] == artifactCollectionName:
            return int(place["member_index"])
    return None


@artifact.field("commitHash")
def commit_hash(node: Node, _: GraphQLResolveInfo, **__: object) -> object:
    """Resolve the commit that a version was made from."""
    return row_of(node)["commit_hash"]


@artifact.field("aliases")
def aliases_of_artifact(
    node: Node,
    info: GraphQLResolveInfo,
    artifactCollectionName: str | None = None,  # noqa: N803 - the schema's name
) -> list[Node]:
    """Resolve the aliases of a version, in all collections or one."""
    context = context_of(info)
    rows = context.versions.aliases("memberships.artifact_id", row_of(node)["id"])
    nodes = [alias_node(row, context) for row in rows]
    wanted = artifactCollectionName
    return [n for n in nodes if wanted is None or n["artifactCollectionName"] == wanted]


@artifact.field("tags")
def tags_of_artifact(node: Node, info: GraphQLResolveInfo) -> list[Node]:
    """Resolve the tags of a version."""
    return [tag_node(row) for row in context_of(info).versions.tags_of(row_of(node)["id"])]


@artifact.field("currentManifest")
def manifest_of_artifact(node: Node, _: GraphQLResolveInfo) -> Node | None:
    """Resolve the manifest; a deleted version has none to give."""
    row = row_of(node)
    return manifest_node(row) if row["manifest_blob"] else None


@artifact.field("artifactMemberships")
def memberships_of_artifact(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve every place of a version."""
    rows = context_of(info).versions.memberships_of(row_of(node)["id"])
    keys = [str(row["membership_id"]) for row in rows]
    return connection([membership_node(row) for row in rows], keys, more=False)


# Lineage.


@artifact.field("createdBy")
def creator_of_artifact(node: Node, info: GraphQLResolveInfo) -> Node | None:
    """Resolve the run that made a version, or else the account."""
    context, number = context_of(info), row_of(node)["run_id"]
    row = context.versions.run_by_id(number) if number else None
    if row is not None:
        return {"__typename": "Run"} | run_node(row)
    return {"__typename": "User"} | user_node(context)


@artifact.field("usedBy")
def users_of_artifact(node: Node, info: GraphQLResolveInfo, **_: object) -> Node:
    """Resolve the runs that used a version."""
    rows = context_of(info).versions.runs_using(row_of(node)["id"])
    keys = [str(row["id"]) for row in rows]
    shown = connection([run_node(row) for row in rows], keys, more=False)
    return shown | {"totalCount": len(rows)}


# Files.


def files_page(
    context: Context,
    number: int,
    names: Sequence[str] | None,
    after: str | None,
    first: int | None,
) -> Node:
    """Return a page of the files of a version, by path."""
    version = context.versions.by_id(number)
    assert version is not None  # noqa: S101 - the caller has it

    def total(_: object) -> int:
        return context.versions.count_named(number, names) if names else version["file_count"]

    start, size = key_after(after), page_size(first)
    rows, more = context.versions.entries(number, start, size, names or None)
    nodes, keys = [entry_node(row, version) for row in rows], [row["path"] for row in rows]
    shown = connection(nodes, keys, more=more, start=start)
    return shown | {"totalCount": total, "uploadHeaders": ()}


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
    """Resolve a page of files; names that do not exist are simply not there."""
    refuse_other(other)
    return files_page(context_of(info), row_of(node)["id"], names, after, first)


@artifact.field("filesByManifestEntries")
def files_by_entries(
    node: Node,
    info: GraphQLResolveInfo,
    entries: Sequence[Mapping[str, object]] | None = None,
    **_: object,
) -> Node:
    """Resolve the files that a client names by their entries in the manifest."""
    names = [str(entry["name"]) for entry in entries or ()]
    return files_page(context_of(info), row_of(node)["id"], names or [""], None, len(names))


@membership.field("artifact")
def artifact_of_membership(node: Node, _: GraphQLResolveInfo) -> Node:
    """Resolve the version in a place."""
    return artifact_node(row_of(node))


@membership.field("artifactCollection")
def collection_of_membership(node: Node, info: GraphQLResolveInfo) -> Node | None:
    """Resolve the collection that a place is in."""
    found = context_of(info).collections.by_id(row_of(node)["collection_id"])
    return collection_node(found) if found else None


@membership.field("aliases")
def aliases_of_membership(node: Node, info: GraphQLResolveInfo) -> list[Node]:
    """Resolve the aliases of a place."""
    context = context_of(info)
    rows = context.versions.aliases("membership_id", row_of(node)["membership_id"])
    return [alias_node(row, context) for row in rows]


BINDABLES: list[SchemaBindable] = [query, project, artifact_type, run, artifact, membership]
