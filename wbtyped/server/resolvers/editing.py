"""Changes to collections and versions of artifacts."""

import sqlite3
from collections.abc import Mapping

from ariadne import MutationType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import TypeAdapter

from ..context import Context, context_of
from ..refusals import Refusal, missing
from ..relay import node_id, number_of
from .artifact_nodes import artifact_node, collection_node, membership_node, tag_node
from .collections import collection_of
from .nodes import Node

Input = Mapping[str, object]
mutation: MutationType = MutationType()
_inputs = TypeAdapter(list[dict[str, object]])
DISABLED, INHERITED = -2, -1
"""Values of a time to live that mean: none, and that of the project."""


def inputs(value: object) -> list[dict[str, object]]:
    """Return a list of input objects; empty when it was left out."""
    return _inputs.validate_python(value or [])


def optional_text(value: object) -> str | None:
    """Return a text, or None when it was left out."""
    return None if value is None else str(value)


def version_of(context: Context, opaque: object) -> sqlite3.Row:
    """Return the version that a mutation names by id, or refuse."""
    row = context.versions.by_id(number_of("Artifact", str(opaque)))
    if row is None:
        raise missing(f"artifact {opaque}")
    return row


def named_collection(context: Context, given: Input) -> tuple[str, sqlite3.Row]:
    """Return the entity and the collection that a mutation names by path, or refuse."""
    entity, project = str(given["entityName"]), str(given["projectName"])
    owner = context.projects.find(entity, project)
    name = str(given["artifactCollectionName"])
    row = context.collections.named(owner["id"], name) if owner else None
    if row is None:
        raise missing(f"collection {entity}/{project}/{name}")
    return entity, row


def columns_of_ttl(ttl: object) -> dict[str, object]:
    """Return the columns that a time to live in seconds sets; none when it was left out."""
    if not isinstance(ttl, int):
        return {}
    if ttl not in {DISABLED, INHERITED} and ttl <= 0:
        raise Refusal("ttlDurationSeconds must be positive, -1 or -2", status=400)
    return {"ttl": DISABLED if ttl == INHERITED else ttl, "ttl_inherited": ttl == INHERITED}


# Collections.


@mutation.field("updateArtifactSequence")
@mutation.field("updateArtifactPortfolio")
def update_collection(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Change the name or description of a collection."""
    collections = context_of(info).collections
    kind = "SEQUENCE" if "artifactSequenceID" in input else "PORTFOLIO"
    opaque = input.get("artifactSequenceID", input.get("artifactPortfolioID"))
    row = collection_of(context_of(info), opaque, kind)
    name, description = optional_text(input.get("name")), optional_text(input.get("description"))
    collections.update(row["id"], name, description)
    changed = collections.by_id(row["id"])
    return {"artifactCollection": collection_node(changed) if changed else None}


@mutation.field("moveArtifactSequence")
def move_sequence(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Give a sequence another type."""
    context = context_of(info)
    row = collection_of(context, input["artifactSequenceID"], "SEQUENCE")
    context.collections.move(row, str(input["destinationArtifactTypeName"]))
    moved = context.collections.by_id(row["id"])
    return {"artifactCollection": collection_node(moved) if moved else None}


@mutation.field("deleteArtifactSequence")
@mutation.field("deleteArtifactPortfolio")
def delete_collection(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Delete a sequence with its versions, or a portfolio with its links alone."""
    context = context_of(info)
    kind = "SEQUENCE" if "artifactSequenceID" in input else "PORTFOLIO"
    opaque = input.get("artifactSequenceID", input.get("artifactPortfolioID"))
    row = collection_of(context, opaque, kind)
    shown = collection_node(row) | {"state": "DELETED"}
    # Resolved now: afterwards there is nothing left to look at.
    for member in context.versions.members(row["id"]) if kind == "SEQUENCE" else ():
        context.versions.delete(member["id"], with_aliases=True)
    context.collections.delete(row["id"])
    return {"artifactCollection": shown}


@mutation.field("createArtifactCollectionTagAssignments")
def add_collection_tags(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Give a collection tags."""
    context = context_of(info)
    entity, row = named_collection(context, input)
    names = [str(tag["tagName"]) for tag in inputs(input["tags"])]
    added = context.collections.add_tags(row["id"], entity, names)
    return {"tags": [tag_node(tag) for tag in added]}


@mutation.field("deleteArtifactCollectionTagAssignments")
def delete_collection_tags(
    _: object,
    info: GraphQLResolveInfo,
    input: Input,  # noqa: A002
) -> Node:
    """Take tags off a collection."""
    context = context_of(info)
    _entity, row = named_collection(context, input)
    names = [str(tag["tagName"]) for tag in inputs(input["tags"])]
    context.collections.remove_tags(row["id"], names)
    return {"success": True}


# Versions.


@mutation.field("updateArtifact")
def update_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Change description, metadata, time to live and tags of a version."""
    context = context_of(info)
    row = version_of(context, input["artifactID"])
    changes: dict[str, object] = {
        column: input[column] for column in ("description", "metadata") if column in input
    }
    changes |= columns_of_ttl(input.get("ttlDurationSeconds"))
    if changes:
        context.versions.update(row["id"], changes)
    home = context.collections.by_id(row["sequence_id"])
    owner = context.projects.by_id(home["project_id"]) if home else None
    added = [str(tag["tagName"]) for tag in inputs(input.get("tagsToAdd"))]
    removed = [str(tag["tagName"]) for tag in inputs(input.get("tagsToDelete"))]
    context.versions.change_tags(row["id"], owner["entity"] if owner else "", added, removed)
    return {"artifact": artifact_node(version_of(context, input["artifactID"]))}


@mutation.field("deleteArtifact")
def delete_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Delete a version; one with aliases only when they may go too."""
    context = context_of(info)
    row = version_of(context, input["artifactID"])
    context.versions.delete(row["id"], with_aliases=bool(input.get("deleteAliases")))
    return {"artifact": artifact_node(version_of(context, input["artifactID"]))}


@mutation.field("addAliases")
def add_aliases(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Give a version aliases in collections that it is in."""
    context = context_of(info)
    row = version_of(context, input["artifactID"])
    for alias in inputs(input["aliases"]):
        _entity, collection = named_collection(context, alias)
        context.versions.add_alias(collection["id"], row["id"], str(alias["alias"]))
    return {"success": True, "artifact": artifact_node(row), "aliases": []}


@mutation.field("deleteAliases")
def delete_aliases(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Take aliases off a version."""
    context = context_of(info)
    row = version_of(context, input["artifactID"])
    for alias in inputs(input["aliases"]):
        _entity, collection = named_collection(context, alias)
        context.versions.remove_alias(collection["id"], row["id"], str(alias["alias"]))
    return {"success": True}


# Links.


@mutation.field("linkArtifact")
def link_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Link a version into a portfolio, made when it is new."""
    context = context_of(info)
    row = version_of(context, input["artifactID"])
    portfolio = portfolio_of_input(context, row, input)
    aliases = [str(alias["alias"]) for alias in inputs(input.get("aliases"))]
    place = context.versions.link(row["id"], portfolio["id"], aliases)
    return {
        "versionIndex": place["member_index"],
        "artifactMembership": membership_node(place),
        "artifactID": node_id("Artifact", row["id"]),
        "artifactCollectionID": node_id("ArtifactCollection", portfolio["id"]),
        "createdAt": place["member_created_at"],
        "aliases": [],
    }


def portfolio_of_input(context: Context, row: sqlite3.Row, given: Input) -> sqlite3.Row:
    """Return the portfolio that a link goes to, made when it is new."""
    if given.get("artifactPortfolioID"):
        return collection_of(context, given["artifactPortfolioID"], "PORTFOLIO")
    home = context.collections.by_id(row["sequence_id"])
    assert home is not None  # noqa: S101 - a version goes with its sequence
    entity = str(given.get("entityName") or context.account)
    owner, _ = context.projects.upsert(entity, str(given.get("projectName") or "uncategorized"))
    kind = context.collections.type_by_id(home["type_id"])
    name = str(given.get("artifactPortfolioName") or "")
    return context.collections.ensure(owner["id"], kind["name"], name, "PORTFOLIO")


@mutation.field("unlinkArtifact")
def unlink_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Take a version out of a portfolio; the version itself stays."""
    context = context_of(info)
    row = version_of(context, input["artifactID"])
    portfolio = collection_of(context, input["artifactPortfolioID"], "PORTFOLIO")
    context.versions.unlink(row["id"], portfolio["id"])
    return {"artifactID": input["artifactID"], "success": True}


@mutation.field("useArtifact")
def use_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Record that a run used a version."""
    from .files import run_of_input
    from .nodes import run_node

    context = context_of(info)
    row, user = version_of(context, input["artifactID"]), run_of_input(context, input)
    context.versions.use(user["id"], row["id"], optional_text(input.get("usedAs")))
    return {"artifact": artifact_node(row), "run": run_node(user)}


BINDABLES: list[SchemaBindable] = [mutation]
