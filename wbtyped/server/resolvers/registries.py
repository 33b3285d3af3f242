"""Resolvers for registries: projects of an organization's own entity, and what is in them."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import TypedDict, Unpack

from ariadne import ObjectType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import Context, get_context
from ..sorted_views import Source
from .artifact_nodes import membership_node
from .collections import collection_source, record_node
from .filtered_pages import catalog_page, matching
from .nodes import Node, get_row, organization_entity, project_prefix
from .pagination import reject_unsupported
from .records import (
    COLLECTION_FIELDS,
    PROJECT_FIELDS,
    VERSION_FIELDS,
    CollectionRecord,
    ProjectRecord,
    VersionRecord,
)

entity: ObjectType = ObjectType("Entity")
organization: ObjectType = ObjectType("Organization")
project: ObjectType = ObjectType("Project")


class CollectionsArguments(TypedDict, total=False):
    """The arguments of a list of collections."""

    after: str | None
    first: int | None
    filters: str | None
    order: str | None
    collectionTypes: Sequence[str] | None


@project.field("allowAllArtifactTypesInRegistry")
def allows_all_types(node: Node, info: GraphQLResolveInfo) -> bool:
    """Resolve whether a registry accepts versions of any type."""
    return get_context(info).projects.allows_all_types(get_row(node)["id"])


def collection_records(
    node: Node, context: Context, project_filters: str | None
) -> Iterator[CollectionRecord]:
    """Return the collections in those projects of an entity that match a filter."""
    rows = context.projects.with_prefix(str(node["name"]), project_prefix(node))
    owners = list(matching(map(ProjectRecord, rows), PROJECT_FIELDS, project_filters))
    return (
        CollectionRecord(row, context)
        for owner in owners
        for row in context.collections.list_by("project_id", owner.id)
    )


@entity.field("artifactCollections")
def collections_of_entity(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    filters: str | None = None,
    order: str | None = None,
    collectionTypes: Sequence[str] | None = None,  # noqa: N803 - the schema's name
    projectFilters: str | None = None,  # noqa: N803
    **other: object,
) -> Node:
    """Resolve a page of the collections in projects of an entity, newest first by default."""
    reject_unsupported(other)
    context, kinds = get_context(info), collectionTypes

    def scan() -> Iterator[CollectionRecord]:
        found = collection_records(node, context, projectFilters)
        return (record for record in found if kinds is None or record.row["kind"] in kinds)

    return catalog_page(
        context, collection_source(context, scan), COLLECTION_FIELDS, record_node,
        chosen_by=("collections of", *entity_key(node), kinds, projectFilters),
        order=order, default_order="-id", filters=filters, after=after, first=first,
    )  # fmt: skip


def entity_key(node: Node) -> tuple[str, str]:
    """Return what chooses the projects of an entity."""
    return str(node["name"]), project_prefix(node)


@organization.field("artifactCollections")
def collections_of_organization(
    node: Node, info: GraphQLResolveInfo, **arguments: Unpack[CollectionsArguments]
) -> Node:
    """Resolve a page of the collections in the registries of an organization."""
    found: Node = collections_of_entity(organization_entity(node), info, **arguments)
    return found


@organization.field("artifactSequences")
def sequences_of_organization(
    node: Node, info: GraphQLResolveInfo, **arguments: Unpack[CollectionsArguments]
) -> Node:
    """Resolve a page of those collections that hold versions of their own."""
    arguments["collectionTypes"] = ["SEQUENCE"]
    found: Node = collections_of_entity(organization_entity(node), info, **arguments)
    return found


@entity.field("artifactMemberships")
def memberships_of_entity(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    filters: str | None = None,
    order: str | None = None,
    collectionFilters: str | None = None,  # noqa: N803 - the schema's name
    projectFilters: str | None = None,  # noqa: N803
) -> Node:
    """Resolve a page of the versions in projects of an entity, the last linked first by default."""
    context = get_context(info)

    def scan() -> Iterator[VersionRecord]:
        found = collection_records(node, context, projectFilters)
        for record in list(matching(found, COLLECTION_FIELDS, collectionFilters)):
            rows = context.versions.scan_memberships(record.id)
            yield from version_records(context, rows, [record.row])

    def by_ids(ids: Sequence[int]) -> Iterator[VersionRecord]:
        rows = context.versions.members_by_ids(ids)
        collections = context.collections.by_ids([row["collection_id"] for row in rows])
        return version_records(context, rows, collections)

    return catalog_page(
        context, Source("catalog", 0, scan, by_ids),
        VERSION_FIELDS, lambda record: membership_node(record.row),
        chosen_by=("versions of", *entity_key(node), projectFilters, collectionFilters),
        order=order, default_order="-linked_at", filters=filters, after=after, first=first,
    )  # fmt: skip


def version_records(
    context: Context, members: Iterable[sqlite3.Row], collections: Iterable[sqlite3.Row]
) -> Iterator[VersionRecord]:
    """Return those members of collections that still have their content."""
    names = {collection["id"]: collection["name"] for collection in collections}
    for row in members:
        # A collection may be deleted after its members were read.
        name = names.get(row["collection_id"])
        if name is not None and row["state"] == "COMMITTED":
            yield VersionRecord(row, name, context)


BINDABLES: list[SchemaBindable] = [entity, organization, project]
