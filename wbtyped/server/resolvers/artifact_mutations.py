"""Resolvers for changes to collections and versions of artifacts."""

import sqlite3
from collections.abc import Mapping

from ariadne import MutationType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import TypeAdapter

from ..access import Level, permission_denied
from ..context import Context, get_context
from ..http_errors import HttpError, not_found
from ..node_ids import node_id, parse_node_id
from .artifact_nodes import artifact_node, collection_node, membership_node, tag_node, type_node
from .collections import require_collection
from .files import require_run
from .nodes import Node, run_node
from .protected_aliases import check_aliases, check_all_aliases, check_version_aliases

Input = Mapping[str, object]
mutation: MutationType = MutationType()
_inputs = TypeAdapter(list[dict[str, object]])
_aliases = TypeAdapter(list[str])
TTL_DISABLED, TTL_INHERITED = -2, -1
"""Special values of a time to live: no expiry, and the default of the project."""


def input_list(value: object) -> list[dict[str, object]]:
    """Return a list of input objects; empty if omitted."""
    return _inputs.validate_python(value or [])


def optional_string(value: object) -> str | None:
    """Return a string, or None if omitted."""
    return None if value is None else str(value)


def require_version(context: Context, opaque: object) -> sqlite3.Row:
    """Return the version that a mutation names by id, or raise HttpError."""
    row = context.versions.by_id(parse_node_id("Artifact", str(opaque)))
    if row is None or not context.access.version(row["id"]):
        raise not_found(f"artifact {opaque}")
    return row


def require_named_version(context: Context, given: Input) -> sqlite3.Row:
    """Return the version that a mutation names by its id, or by the one that a client gave it."""
    if given.get("artifactID") is None and given.get("clientID") is not None:
        found = context.drafts.find_by_client_id(str(given["clientID"]))
        return require_version(context, node_id("Artifact", found or 0))
    return require_version(context, given.get("artifactID"))


def require_writable_version(context: Context, opaque: object) -> sqlite3.Row:
    """Return the version that a mutation changes; raise HttpError if the user may not."""
    row = require_version(context, opaque)
    sequence = context.collections.by_id(row["sequence_id"])
    assert sequence is not None  # noqa: S101 - a version is deleted with its sequence
    if context.access.project(sequence["project_id"]) < Level.WRITE:
        raise permission_denied()
    return row


def require_collection_by_path(context: Context, given: Input) -> tuple[str, sqlite3.Row]:
    """Return entity and collection that a mutation names by path, or raise HttpError."""
    entity, project = str(given["entityName"]), str(given["projectName"])
    owner = context.projects.find(entity, project)
    name = str(given["artifactCollectionName"])
    row = context.collections.named(owner["id"], name) if owner else None
    if row is None:
        raise not_found(f"collection {entity}/{project}/{name}")
    if context.access.project(row["project_id"]) < Level.WRITE:
        raise permission_denied()
    return entity, row


def ttl_columns(ttl: object) -> dict[str, object]:
    """Return the columns for a time to live in seconds; none if omitted."""
    if not isinstance(ttl, int):
        return {}
    if ttl not in {TTL_DISABLED, TTL_INHERITED} and ttl <= 0:
        raise HttpError("ttlDurationSeconds must be positive, -1 or -2", status=400)
    return {
        "ttl": TTL_DISABLED if ttl == TTL_INHERITED else ttl,
        "ttl_inherited": ttl == TTL_INHERITED,
    }


# Types and collections.


def require_type(context: Context, opaque: object) -> sqlite3.Row:
    """Return the artifact type that a mutation names by id, or raise HttpError."""
    row = context.collections.find_type(parse_node_id("ArtifactType", str(opaque)))
    if row is None:
        raise not_found(f"artifact type {opaque}")
    found = context.access.project(row["project_id"])
    context.access.check(Level.WRITE, found, f"artifact type {opaque}")
    return row


@mutation.field("createArtifactType")
def create_type(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Create an artifact type of a project, or return the one with this name."""
    context = get_context(info)
    owner = context.projects.require_writable(str(input["entityName"]), str(input["projectName"]))
    description = optional_string(input.get("description"))
    found = context.collections.ensure_type(owner["id"], str(input["name"]), description)
    return {"artifactType": type_node(found)}


@mutation.field("updateArtifactType")
def update_type(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Change the description of an artifact type."""
    context = get_context(info)
    row = require_type(context, input["artifactTypeID"])
    context.collections.describe_type(row["id"], optional_string(input.get("description")))
    return {"artifactType": type_node(context.collections.type_by_id(row["id"]))}


@mutation.field("createArtifactSequence")
@mutation.field("createArtifactPortfolio")
def create_collection(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Create an empty collection, or return the one with this name."""
    context = get_context(info)
    owner = context.projects.require_writable(str(input["entityName"]), str(input["projectName"]))
    artifact_type = require_type(context, input["artifactTypeID"])
    kind = "SEQUENCE" if info.field_name == "createArtifactSequence" else "PORTFOLIO"
    row = context.collections.ensure(
        owner["id"], artifact_type["name"], str(input["name"]), kind,
        optional_string(input.get("description")),
    )  # fmt: skip
    return {"artifactCollection": collection_node(row)}


@mutation.field("updateArtifactSequence")
@mutation.field("updateArtifactPortfolio")
def update_collection(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Change the name or description of a collection."""
    collections = get_context(info).collections
    kind = "SEQUENCE" if "artifactSequenceID" in input else "PORTFOLIO"
    opaque = input.get("artifactSequenceID", input.get("artifactPortfolioID"))
    row = require_collection(get_context(info), opaque, kind)
    collections.update(
        row["id"], optional_string(input.get("name")), optional_string(input.get("description"))
    )
    changed = collections.by_id(row["id"])
    return {"artifactCollection": collection_node(changed) if changed else None}


@mutation.field("moveArtifactSequence")
def move_sequence(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Give a sequence another type."""
    context = get_context(info)
    row = require_collection(context, input["artifactSequenceID"], "SEQUENCE")
    context.collections.move(row, str(input["destinationArtifactTypeName"]))
    moved = context.collections.by_id(row["id"])
    return {"artifactCollection": collection_node(moved) if moved else None}


@mutation.field("deleteArtifactSequence")
@mutation.field("deleteArtifactPortfolio")
def delete_collection(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Delete a sequence with its versions, or a portfolio with its links."""
    context = get_context(info)
    kind = "SEQUENCE" if "artifactSequenceID" in input else "PORTFOLIO"
    opaque = input.get("artifactSequenceID", input.get("artifactPortfolioID"))
    row = require_collection(context, opaque, kind)
    # Built now, since the row is gone afterwards.
    shown = collection_node(row) | {"state": "DELETED"}
    members = context.versions.memberships(row["id"]) if kind == "SEQUENCE" else []
    check_all_aliases(context, row)
    for member in members:
        check_version_aliases(context, member["id"])
    for member in members:
        context.versions.delete(member["id"], with_aliases=True)
    context.collections.delete(row["id"])
    return {"artifactCollection": shown}


@mutation.field("createArtifactCollectionTagAssignments")
def add_collection_tags(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Add tags to a collection."""
    context = get_context(info)
    entity, row = require_collection_by_path(context, input)
    names = [str(tag["tagName"]) for tag in input_list(input["tags"])]
    added = context.collections.add_tags(row["id"], entity, names)
    return {"tags": [tag_node(tag) for tag in added]}


@mutation.field("createArtifactCollectionTagAssignment")
def add_collection_tag(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Add one tag to a collection."""
    context = get_context(info)
    entity, row = require_collection_by_path(context, input)
    (tag,) = context.collections.add_tags(row["id"], entity, [str(input["tagName"])])
    return {"tag": tag_node(tag)}


@mutation.field("deleteArtifactCollectionTagAssignment")
def delete_collection_tag(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Remove one tag from a collection."""
    context = get_context(info)
    _entity, row = require_collection_by_path(context, input)
    context.collections.remove_tags(row["id"], [str(input["tagName"])])
    return {"success": True}


@mutation.field("deleteArtifactCollectionTagAssignments")
def delete_collection_tags(
    _: object,
    info: GraphQLResolveInfo,
    input: Input,  # noqa: A002
) -> Node:
    """Remove tags from a collection."""
    context = get_context(info)
    _entity, row = require_collection_by_path(context, input)
    names = [str(tag["tagName"]) for tag in input_list(input["tags"])]
    context.collections.remove_tags(row["id"], names)
    return {"success": True}


@mutation.field("addProtectedAliases")
@mutation.field("removeProtectedAliases")
def protect_aliases(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Reserve aliases of an entity for its administrators, or set them free."""
    context, entity = get_context(info), str(input["entityName"])
    organizations, aliases = context.organizations, _aliases.validate_python(input["aliases"])
    if context.access.entity(entity) < Level.ADMIN and not context.access.viewer.admin:
        raise permission_denied()
    organizations.protect_aliases(entity, aliases, protect=info.field_name == "addProtectedAliases")
    return {"aliases": organizations.protected_aliases(entity)}


# Versions.


@mutation.field("createClientIDMapping")
def add_client_id(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Record an id that a client gave to a version."""
    context, client_id = get_context(info), str(input["clientID"])
    row = require_writable_version(context, input["serverID"])
    context.drafts.add_client_id(client_id, row["id"])
    node = artifact_node(row)
    return {"clientIDMapping": {"clientID": client_id, "serverID": node["id"], "entry": node}}


@mutation.field("updateArtifact")
def update_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Change description, metadata, time to live and tags of a version."""
    context = get_context(info)
    row = require_writable_version(context, input["artifactID"])
    changes: dict[str, object] = {
        column: input[column] for column in ("description", "metadata") if column in input
    }
    changes |= ttl_columns(input.get("ttlDurationSeconds"))
    if changes:
        context.versions.update(row["id"], changes)
    sequence = context.collections.by_id(row["sequence_id"])
    owner = context.projects.by_id(sequence["project_id"]) if sequence else None
    if sequence is not None and input.get("aliases") is not None:
        replace_aliases(context, row, sequence, input_list(input["aliases"]))
    added = [str(tag["tagName"]) for tag in input_list(input.get("tagsToAdd"))]
    removed = [str(tag["tagName"]) for tag in input_list(input.get("tagsToDelete"))]
    context.versions.change_tags(row["id"], owner["entity"] if owner else "", added, removed)
    return {"artifact": artifact_node(require_version(context, input["artifactID"]))}


def replace_aliases(
    context: Context, row: sqlite3.Row, sequence: sqlite3.Row, given: list[dict[str, object]]
) -> None:
    """Give a version these aliases in its sequence, and no others."""
    other = [each for each in given if each["artifactCollectionName"] != sequence["name"]]
    if other:
        raise not_found(f"artifact in the collection {other[0]['artifactCollectionName']}")
    wanted = [str(each["alias"]) for each in given]
    for found in context.versions.aliases("memberships.artifact_id", row["id"]):
        if found["collection_id"] == sequence["id"] and found["alias"] not in wanted:
            context.versions.remove_alias(sequence["id"], row["id"], found["alias"])
    for alias in wanted:
        context.versions.add_alias(sequence["id"], row["id"], alias)


@mutation.field("deleteArtifact")
def delete_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Delete a version; one with aliases only if `deleteAliases` is set."""
    context = get_context(info)
    row = require_writable_version(context, input["artifactID"])
    check_version_aliases(context, row["id"])
    context.versions.delete(row["id"], with_aliases=bool(input.get("deleteAliases")))
    return {"artifact": artifact_node(require_version(context, input["artifactID"]))}


@mutation.field("addAliases")
def add_aliases(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Give a version aliases in collections of which it is a member."""
    context = get_context(info)
    row = require_version(context, input["artifactID"])
    for collection, alias in named_aliases(context, input):
        context.versions.add_alias(collection["id"], row["id"], alias)
    return {"success": True, "artifact": artifact_node(row), "aliases": []}


@mutation.field("deleteAliases")
def delete_aliases(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Remove aliases from a version."""
    context = get_context(info)
    row = require_version(context, input["artifactID"])
    for collection, alias in named_aliases(context, input):
        context.versions.remove_alias(collection["id"], row["id"], alias)
    return {"success": True}


def named_aliases(context: Context, given: Input) -> list[tuple[sqlite3.Row, str]]:
    """Return the collections and aliases that a mutation names; raise HttpError for any denied."""
    found: list[tuple[sqlite3.Row, str]] = []
    for each in input_list(given["aliases"]):
        _entity, collection = require_collection_by_path(context, each)
        check_aliases(context, collection, [str(each["alias"])])
        found.append((collection, str(each["alias"])))
    return found


# Links.


@mutation.field("linkArtifact")
def link_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Link a version into a portfolio, created if it is new."""
    context = get_context(info)
    row = require_named_version(context, input)
    portfolio = ensure_portfolio(context, row, input)
    aliases = [str(alias["alias"]) for alias in input_list(input.get("aliases"))]
    check_aliases(context, portfolio, aliases)
    membership = context.versions.link(row["id"], portfolio["id"], aliases)
    return {
        "versionIndex": membership["member_index"],
        "artifactMembership": membership_node(membership),
        "artifactID": node_id("Artifact", row["id"]),
        "artifactCollectionID": node_id("ArtifactCollection", portfolio["id"]),
        "createdAt": membership["member_created_at"],
        "aliases": [],
    }


def ensure_portfolio(context: Context, row: sqlite3.Row, given: Input) -> sqlite3.Row:
    """Return the portfolio to link into, created if it is new."""
    if given.get("artifactPortfolioID"):
        return require_collection(context, given["artifactPortfolioID"], "PORTFOLIO")
    sequence = context.collections.by_id(row["sequence_id"])
    assert sequence is not None  # noqa: S101 - a version is deleted with its sequence
    entity = str(given.get("entityName") or context.default_entity)
    owner, _ = context.projects.upsert(entity, str(given.get("projectName") or "uncategorized"))
    artifact_type = context.collections.type_by_id(sequence["type_id"])["name"]
    accepted = context.projects.allows_all_types(owner["id"])
    if not accepted and context.collections.type_named(owner["id"], artifact_type) is None:
        raise HttpError(
            f"registry {entity}/{owner['name']} does not accept artifacts of type {artifact_type}"
        )
    name = str(given.get("artifactPortfolioName") or "")
    return context.collections.ensure(owner["id"], artifact_type, name, "PORTFOLIO")


@mutation.field("unlinkArtifact")
def unlink_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Remove a version from a portfolio; the version itself stays."""
    context = get_context(info)
    row = require_version(context, input["artifactID"])
    portfolio = require_collection(context, input["artifactPortfolioID"], "PORTFOLIO")
    check_version_aliases(context, row["id"], portfolio)
    context.versions.unlink(row["id"], portfolio["id"])
    return {"artifactID": input["artifactID"], "success": True}


@mutation.field("useArtifact")
def use_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Record that a run used a version."""
    context = get_context(info)
    row, run = require_version(context, input["artifactID"]), require_run(context, input)
    context.versions.use(run["id"], row["id"], optional_string(input.get("usedAs")))
    return {"artifact": artifact_node(row), "run": run_node(run)}


BINDABLES: list[SchemaBindable] = [mutation]
