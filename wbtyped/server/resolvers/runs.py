"""Resolvers for projects and runs."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from sqlite3 import Row

from ariadne import ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import Context, get_context
from ..filters import Order, compile_filter, compile_order
from ..time_limit import check_time_limit
from ..user_json import read_object
from .filtered_pages import sorted_page
from .nodes import Node, get_row, project_node, run_node
from .pagination import (
    connection,
    page,
    page_size,
    parse_cursor,
    parse_id_cursor,
    reject_unsupported,
    row_id,
)
from .records import RUN_FIELDS, RunRecord

CREATION_KEYS = {"created_at", "createdAt"}
"""Fields that order runs as their ids do."""
KEPT_RUNS = 1_000
"""Runs that are kept between counting and showing them; their JSON may be large."""
query: QueryType = QueryType()
project: ObjectType = ObjectType("Project")
run: ObjectType = ObjectType("Run")


@query.field("project")
@query.field("model")
def project_by_name(
    _: object,
    info: GraphQLResolveInfo,
    name: str | None = None,
    entityName: str | None = None,  # noqa: N803 - the schema's name
) -> Node | None:
    """Resolve a project; null if it does not exist."""
    context = get_context(info)
    row = context.projects.find(entityName or context.default_entity, name or "")
    return project_node(row) if row else None


@project.field("run")
@project.field("bucket")
def run_by_name(node: Node, info: GraphQLResolveInfo, name: str, **_: object) -> Node | None:
    """Resolve a run of a project; null if it does not exist."""
    row = get_context(info).runs.find(get_row(node)["id"], name)
    return run_node(row) if row else None


@project.field("runCount")
def run_count(node: Node, info: GraphQLResolveInfo, filters: str | None = None) -> int:
    """Resolve the number of runs of a project, or of those that match a filter."""
    context = get_context(info)
    found = matching_runs(node, context, filters)
    return context.runs.count(get_row(node)["id"]) if found is None else len(found.ids)


@project.field("runs")
@project.field("buckets")
def runs_of_project(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    filters: str | None = None,
    order: str | None = None,
    **other: object,
) -> Node:
    """Resolve a page of runs, oldest first by default."""
    reject_unsupported(other)
    context = get_context(info)
    sorting = compile_order(order, RUN_FIELDS, "created_at")
    found = matching_runs(node, context, filters)
    if sorting.key in CREATION_KEYS:
        ids, newest_first = found.ids if found else None, sorting.descending
        shown = page_by_creation(node, context, ids, after, first, newest_first=newest_first)
    else:
        runs = found.records(node, context) if found else scan_runs(node, context)
        shown = page_by_value(runs, sorting, after, first)

    def total_count(_: object) -> int:
        return context.runs.count(get_row(node)["id"]) if found is None else len(found.ids)

    return shown | {"totalCount": total_count}


class MatchingRuns:
    """The runs that match a filter, in the order of their ids; few are kept with their JSON."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self._kept: list[RunRecord] = []

    def add(self, run: RunRecord) -> None:
        """Add a run."""
        self.ids.append(run.id)
        if len(self._kept) < KEPT_RUNS:
            self._kept.append(run)

    def records(self, node: Node, context: Context) -> Iterator[RunRecord]:
        """Return the runs; those that were not kept are read again."""
        yield from self._kept
        if len(self._kept) < len(self.ids):
            others = frozenset(self.ids[len(self._kept) :])
            yield from (run for run in scan_runs(node, context) if run.id in others)


def matching_runs(node: Node, context: Context, filters: str | None) -> MatchingRuns | None:
    """Return the runs that match a filter; None without a filter.

    A page of runs asks for their number, too: the runs are read once for both.
    """
    matches = compile_filter(filters, RUN_FIELDS)
    if matches is None:
        return None
    key = f"runs that match {filters}"
    known = node.get(key)
    if not isinstance(known, MatchingRuns):
        known = node[key] = MatchingRuns()
        for run in scan_runs(node, context):
            if matches(run):
                known.add(run)
    return known


def scan_runs(node: Node, context: Context) -> Iterator[RunRecord]:
    """Return the runs of a project, oldest first."""
    for row in context.runs.scan(get_row(node)["id"]):
        check_time_limit()
        yield RunRecord(row, context.creators.find("run", row["id"]).name)


def page_by_creation(
    node: Node, context: Context, ids: Sequence[int] | None, after: str | None, first: int | None,
    *, newest_first: bool,
) -> Node:  # fmt: skip
    """Return a page of runs by their ids, which reads no other runs."""
    project_id = get_row(node)["id"]

    def rows_after(start: int | None, limit: int) -> Sequence[Row]:
        if ids is None:
            return context.runs.after(project_id, start, limit, newest_first=newest_first)
        if newest_first:
            end = len(ids) if start is None else bisect_left(ids, start)
            return context.runs.by_ids(ids[max(end - limit, 0) : end])[::-1]
        begin = 0 if start is None else bisect_right(ids, start)
        return context.runs.by_ids(ids[begin : begin + limit])

    return page(rows_after, run_node, row_id, after=parse_id_cursor(after), first=first)


def page_by_value(
    runs: Iterable[RunRecord], sorting: Order[RunRecord], after: str | None, first: int | None
) -> Node:
    """Return a page of runs by a value, such as a metric; it reads all of them."""
    cursor = parse_cursor(after)
    found = sorted_page(runs, sorting, cursor, page_size(first))
    nodes = [run_node(record.row) for record in found.records]
    return connection(nodes, found.cursors, has_next=found.has_next, after=cursor)


@run.field("stopped")
@run.field("shouldStop")
def is_stopped(node: Node, info: GraphQLResolveInfo) -> bool:
    """Resolve whether the process behind a run was asked to stop."""
    return get_context(info).runs.is_stopped(get_row(node)["id"])


@run.field("storageBytes")
def storage_bytes(node: Node, info: GraphQLResolveInfo) -> int:
    """Resolve the size of the files of a run."""
    return get_context(info).runs.storage_bytes(get_row(node)["id"])


@run.field("project")
@run.field("model")
def project_of_run(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the project of a run."""
    return project_node(get_context(info).projects.by_id(get_row(node)["project_id"]))


@run.field("config")
@run.field("wandbConfig")
@run.field("summaryMetrics")
def stored_json(
    node: Node, info: GraphQLResolveInfo, keys: list[str] | None = None, **_: object
) -> object:
    """Resolve a JSON field of a run, or the part of it under the requested keys."""
    text = node[info.field_name]
    if keys is None or not isinstance(text, str):
        return text
    values = read_object(text)
    if info.field_name == "wandbConfig":
        # Clients store information about themselves under this key of the config.
        noted = values.get("_wandb")
        inner = noted.get("value") if isinstance(noted, dict) else None
        values = inner if isinstance(inner, dict) else {}
    return json.dumps({key: values[key] for key in keys if key in values})


BINDABLES: list[SchemaBindable] = [query, project, run]
