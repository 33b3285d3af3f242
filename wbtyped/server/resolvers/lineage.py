"""Resolvers for where versions come from and who uses them."""

from collections.abc import Iterator, Mapping
from functools import partial
from sqlite3 import Row

from ariadne import ObjectType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import Context, get_context
from ..node_ids import node_id
from .nodes import Node, get_row, run_node, user_node
from .pagination import counted_page, reject_unsupported, rows_page

artifact: ObjectType = ObjectType("Artifact")
Step = tuple[str, Row]
"""A kind of node, `Artifact` or `Run`, and its row."""
EVERY_USER = 2**31 - 1
"""Runs on a page of `usedBy` when a query does not set `first`."""


@artifact.field("createdBy")
def creator_of_artifact(node: Node, info: GraphQLResolveInfo) -> Node | None:
    """Resolve the run that created a version, or else the account."""
    context, run_id = get_context(info), get_row(node)["run_id"]
    row = context.versions.run_by_id(run_id) if run_id else None
    if row is not None and context.access.project(row["project_id"]):
        return {"__typename": "Run"} | run_node(row)
    user = context.creators.find("version", get_row(node)["id"])
    return {"__typename": "User"} | user_node(context, user)


def visible_users(node: Node, info: GraphQLResolveInfo) -> list[Row]:
    """Return the runs that used a version and that the user may see."""
    context = get_context(info)
    return context.access.visible(context.versions.runs_using(get_row(node)["id"]))


@artifact.field("usedBy")
@artifact.field("usedByApprox")
def users_of_artifact(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    **other: object,
) -> Node:
    """Resolve a page of the runs that used a version."""
    reject_unsupported(other)
    if info.field_name == "usedBy" and first is None:
        first = EVERY_USER
    context, artifact_id = get_context(info), get_row(node)["id"]
    if context.access.limited:
        return rows_page(visible_users(node, info), run_node, after=after, first=first)
    versions = context.versions
    return counted_page(
        partial(versions.runs_using, artifact_id), partial(versions.count_runs_using, artifact_id),
        run_node, after=after, first=first,
    )  # fmt: skip


@artifact.field("usedCount")
def used_count(node: Node, info: GraphQLResolveInfo) -> int:
    """Resolve how many runs used a version."""
    context = get_context(info)
    if context.access.limited:
        return len(visible_users(node, info))
    return context.versions.count_runs_using(get_row(node)["id"])


@artifact.field("artifactLineageDag")
def lineage_dag(
    node: Node,
    info: GraphQLResolveInfo,
    limit: int,
    filterGeneratedArtifacts: bool,  # noqa: N803, ARG001 - none are generated here
) -> Node:
    """Resolve the versions and runs around a version, nearest first, at most `limit` of both."""
    context, start = get_context(info), get_row(node)
    found: dict[tuple[str, int], Step] = {("Artifact", start["id"]): ("Artifact", start)}
    edges: dict[str, Node] = {}
    waiting = list(found.values())
    hit_limit = False
    while waiting:
        step = waiting.pop(0)
        for neighbour, edge in neighbours(context, step):
            if not may_see(context, neighbour):
                continue
            key = neighbour[0], neighbour[1]["id"]
            if key not in found and len(found) >= limit:
                hit_limit = True
                continue
            edges[str(edge["edgeID"])] = edge
            if key not in found:
                found[key] = neighbour
                waiting.append(neighbour)
    versions = [row for kind, row in found.values() if kind == "Artifact"]
    return {
        "artifacts": [dag_artifact(context, row) for row in versions],
        "runs": [dag_run(context, row) for kind, row in found.values() if kind == "Run"],
        "edges": list(edges.values()),
        "hitLimit": hit_limit,
    }


def neighbours(context: Context, step: Step) -> Iterator[tuple[Step, Node]]:
    """Return the nodes next to one, with the edges to them."""
    kind, row = step
    versions = context.versions
    if kind == "Run":
        for version in versions.logged_by_run(row["id"]):
            yield ("Artifact", version), dag_edge(version, row, "TowardArtifact")
        for version in versions.used_by_run(row["id"]):
            yield ("Artifact", version), dag_edge(version, row, "AwayFromArtifact")
        return
    creator = versions.run_by_id(row["run_id"]) if row["run_id"] else None
    if creator is not None:
        yield ("Run", creator), dag_edge(row, creator, "TowardArtifact")
    for user in versions.runs_using(row["id"]):
        yield ("Run", user), dag_edge(row, user, "AwayFromArtifact")


def may_see(context: Context, step: Step) -> bool:
    """Return True if the user may see a version or a run."""
    kind, row = step
    if kind == "Artifact":
        return bool(context.access.version(row["id"]))
    return bool(context.access.project(row["project_id"]))


def dag_edge(version: Row, run: Row, direction: str) -> Node:
    """Return the edge between a version and a run; it points where the data went."""
    return {
        "artifactNodeID": node_id("Artifact", version["id"]),
        "runNodeID": node_id("Run", run["id"]),
        "edgeID": node_id("Edge", f"{direction}:{version['id']}:{run['id']}"),
        "direction": direction,
    }


def owner_names(context: Context, project_id: int) -> Mapping[str, object]:
    """Return the names of a project and its entity."""
    owner = context.projects.by_id(project_id)
    return {"entityName": owner["entity"], "projectName": owner["name"]}


def dag_artifact(context: Context, row: Row) -> Node:
    """Return a version of the graph."""
    sequence = context.collections.by_id(row["sequence_id"])
    assert sequence is not None  # noqa: S101 - a version is deleted with its sequence
    return {
        **owner_names(context, sequence["project_id"]),
        "artifactNodeID": node_id("Artifact", row["id"]),
        "artifactSequenceName": sequence["name"],
        "artifactTypeName": context.collections.type_by_id(sequence["type_id"])["name"],
        "artifactCommitHash": row["commit_hash"] or "",
        "versionIndex": row["version_index"],
    }


def dag_run(context: Context, row: Row) -> Node:
    """Return a run of the graph."""
    return {
        **owner_names(context, row["project_id"]),
        "runNodeID": node_id("Run", row["id"]),
        "runName": row["name"],
        "displayName": row["display_name"],
        "jobType": row["job_type"],
    }


BINDABLES: list[SchemaBindable] = [artifact]
