"""Resolvers for numbers about entities and projects: sizes, times, counts of runs and tags."""

import json
from collections import Counter
from collections.abc import Iterator

from ariadne import ObjectType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import get_context
from .filtered_pages import filtered_page, matching
from .nodes import Node, get_row, project_node, run_node, seconds_between
from .pagination import reject_unsupported
from .records import RUN_FIELDS, RunRecord
from .runs import scan_runs

entity: ObjectType = ObjectType("Entity")
project: ObjectType = ObjectType("Project")
runs: ObjectType = ObjectType("RunConnection")
SECONDS_PER_HOUR = 3600


def matching_runs(node: Node, info: GraphQLResolveInfo, filters: str | None) -> Iterator[RunRecord]:
    """Return the runs of a project that match a filter."""
    return matching(scan_runs(node, get_context(info)), RUN_FIELDS, filters)


def runs_of(node: Node, info: GraphQLResolveInfo) -> Iterator[RunRecord]:
    """Return the runs of an entity, project by project."""
    context = get_context(info)
    for row in context.projects.with_prefix(str(node["name"]), ""):
        yield from scan_runs(project_node(row), context)


def run_time(record: RunRecord) -> float:
    """Return for how many seconds a run has been active."""
    return seconds_between(record.row["created_at"], record.row["updated_at"])


# Entities.


@entity.field("storageBytes")
def bytes_of_entity(node: Node, info: GraphQLResolveInfo) -> int:
    """Resolve the size of what an entity stores; 0 for those who do not belong to it."""
    context, name = get_context(info), str(node["name"])
    return context.sizes.entity_bytes(name) if context.access.entity(name) else 0


@entity.field("referenceBytes")
def reference_bytes(node: Node, info: GraphQLResolveInfo) -> int:
    """Resolve the size of what the versions of an entity refer to."""
    context, name = get_context(info), str(node["name"])
    return context.sizes.reference_bytes(name) if context.access.entity(name) else 0


@entity.field("runCount")
def runs_of_entity_count(node: Node, info: GraphQLResolveInfo, filters: str | None = None) -> int:
    """Resolve the number of runs of an entity, or of those that match a filter."""
    return sum(1 for _ in matching(runs_of(node, info), RUN_FIELDS, filters))


@entity.field("runs")
def runs_of_entity(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
    **other: object,
) -> Node:
    """Resolve a page of the runs of an entity, oldest first by default."""
    reject_unsupported(other)
    return filtered_page(
        runs_of(node, info), RUN_FIELDS, lambda record: run_node(record.row),
        order=order, default_order="created_at", filters=None, after=after, first=first,
    )  # fmt: skip


@entity.field("organizationId")
def organization_id(node: Node, info: GraphQLResolveInfo) -> int | None:
    """Resolve the row id of the organization of a team."""
    found = get_context(info).organizations.find_by_team(str(node["name"]))
    return found.id if found else None


# Projects.


@project.field("storageBytes")
def bytes_of_project(node: Node, info: GraphQLResolveInfo) -> int:
    """Resolve the size of what a project stores."""
    return get_context(info).sizes.project_bytes(get_row(node)["id"])


@project.field("computeHours")
def compute_hours(node: Node, info: GraphQLResolveInfo) -> float:
    """Resolve for how many hours the runs of a project have been active."""
    return sum(map(run_time, matching_runs(node, info, None))) / SECONDS_PER_HOUR


@project.field("totalRunTime")
def total_run_time(node: Node, info: GraphQLResolveInfo) -> float:
    """Resolve for how many seconds the runs of a project have been active."""
    return sum(map(run_time, matching_runs(node, info, None)))


@project.field("lastActive")
def last_active(node: Node, info: GraphQLResolveInfo) -> object:
    """Resolve when a run of a project last sent something; null without runs."""
    moments = (str(run.row["updated_at"]) for run in matching_runs(node, info, None))
    return max(moments, default=None)


@project.field("bucketCount")
@project.field("totalRuns")
def total_runs(node: Node, info: GraphQLResolveInfo) -> int:
    """Resolve the number of runs of a project."""
    return get_context(info).runs.count(get_row(node)["id"])


@project.field("runActiveCount")
def active_runs(node: Node, info: GraphQLResolveInfo, filters: str | None = None) -> int:
    """Resolve the number of runs that are running."""
    return sum(run.row["state"] == "running" for run in matching_runs(node, info, filters))


@project.field("runOutputArtifactsCount")
def logged_versions(node: Node, info: GraphQLResolveInfo, filters: str | None = None) -> int:
    """Resolve the number of versions that runs of a project created."""
    context = get_context(info)
    if filters is None:
        return context.sizes.logged_versions(get_row(node)["id"])
    found = matching_runs(node, info, filters)
    return sum(len(context.versions.created_by_run(run.id)) for run in found)


@project.field("tagCounts")
def tag_counts(node: Node, info: GraphQLResolveInfo, filters: str | None = None) -> list[Node]:
    """Resolve the tags of the runs of a project, and how many runs have each."""
    tags: Counter[str] = Counter()
    for run in matching_runs(node, info, filters):
        tags.update(json.loads(run.row["tags"]))
    return [{"name": name, "count": count} for name, count in sorted(tags.items())]


@project.field("tags")
def tags_of_project(node: Node, info: GraphQLResolveInfo) -> list[Node]:
    """Resolve the tags of the runs of a project."""
    return [{"name": tag["name"], "colorIndex": 0} for tag in tag_counts(node, info)]


@runs.field("totalCountApprox")
def total_count_range(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the range that the number of runs is in; it is exact here."""
    counted = node["totalCount"]
    exact = counted(info) if callable(counted) else counted
    return {"min": exact, "max": exact}


BINDABLES: list[SchemaBindable] = [entity, project, runs]
