"""Resolvers for projects and runs."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from sqlite3 import Row

from ariadne import ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import Context, get_context
from ..filters import Order, compile_filter, compile_order
from ..sorted_views import Source
from ..time_limit import check_time_limit
from ..user_json import read_object
from .filtered_pages import view_page
from .nodes import Node, get_row, project_node, run_node
from .pagination import connection, page, parse_id_cursor, reject_unsupported, row_id
from .records import RUN_FIELDS, RunRecord

CREATION_KEYS = {"created_at", "createdAt"}
"""Fields that order runs as their ids do."""
OLDEST_FIRST: Order[RunRecord] = compile_order("created_at", RUN_FIELDS, "")
"""The usual order of a list of runs, so that its view serves to count them, too."""
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
    return count_runs(node, get_context(info), filters)


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
    matches = compile_filter(filters, RUN_FIELDS)
    if matches is None and sorting.key in CREATION_KEYS:
        shown = page_by_creation(node, context, after, first, newest_first=sorting.descending)
    else:
        source = run_source(node, context)
        view = context.views.view(source, filters, matches, sorting)
        found = view_page(view, source, after=after, first=first)
        nodes = [run_node(record.row) for record in found.records]
        shown = connection(nodes, found.cursors, has_next=found.has_next, after=after)

    def total_count(_: object) -> int:
        return count_runs(node, context, filters)

    return shown | {"totalCount": total_count}


def count_runs(node: Node, context: Context, filters: str | None) -> int:
    """Return the number of runs of a project that match a filter."""
    matches = compile_filter(filters, RUN_FIELDS)
    if matches is None:
        return context.runs.count(get_row(node)["id"])
    return context.views.count(run_source(node, context), filters, matches, OLDEST_FIRST)


def run_source(node: Node, context: Context) -> Source[RunRecord]:
    """Return where the runs of a project come from."""
    project_id = get_row(node)["id"]

    def by_ids(ids: Sequence[int]) -> Iterator[RunRecord]:
        rows = context.runs.by_ids(ids)
        return (run_record(r, context) for r in rows if r["project_id"] == project_id)

    return Source("runs", project_id, lambda: scan_runs(node, context), by_ids)


def scan_runs(node: Node, context: Context) -> Iterator[RunRecord]:
    """Return the runs of a project, oldest first."""
    for row in context.runs.scan(get_row(node)["id"]):
        check_time_limit()
        yield run_record(row, context)


def run_record(row: Row, context: Context) -> RunRecord:
    """Return what filters and orders see of a run."""
    return RunRecord(row, context.creators.find("run", row["id"]).name)


def page_by_creation(
    node: Node, context: Context, after: str | None, first: int | None, *, newest_first: bool
) -> Node:
    """Return a page of runs by their ids, which reads no other runs."""
    rows_after = partial(context.runs.after, get_row(node)["id"], newest_first=newest_first)
    return page(rows_after, run_node, row_id, after=parse_id_cursor(after), first=first)


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
