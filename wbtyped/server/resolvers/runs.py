"""Resolvers for projects and runs."""

import json
from collections.abc import Mapping, Sequence
from sqlite3 import Row

from ariadne import MutationType, ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import get_context
from ..http_errors import HttpError
from ..user_json import read_object
from .nodes import Node, get_row, project_node, run_node
from .pagination import page, parse_id_cursor, reject_unsupported, row_id

NEWEST_FIRST = {"+created_at": False, "created_at": False, "-created_at": True}
query: QueryType = QueryType()
mutation: MutationType = MutationType()
project: ObjectType = ObjectType("Project")
run: ObjectType = ObjectType("Run")


def reject_filters(filters: str | None) -> None:
    """Reject filters of runs, which this server does not support."""
    if filters and json.loads(filters):
        raise HttpError("the embedded server does not filter runs", status=501)


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
    row = context.projects.find(entityName or context.account, name or "")
    return project_node(row) if row else None


@project.field("run")
@project.field("bucket")
def run_by_name(node: Node, info: GraphQLResolveInfo, name: str, **_: object) -> Node | None:
    """Resolve a run of a project; null if it does not exist."""
    row = get_context(info).projects.find_run(get_row(node)["id"], name)
    return run_node(row) if row else None


@project.field("runCount")
def run_count(node: Node, info: GraphQLResolveInfo, filters: str | None = None) -> int:
    """Resolve the number of runs of a project."""
    reject_filters(filters)
    return get_context(info).projects.run_count(get_row(node)["id"])


@project.field("runs")
def runs_of_project(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    filters: str | None = None,
    order: str | None = None,
    **other: object,
) -> Node:
    """Resolve a page of runs, by creation time."""
    reject_filters(filters)
    reject_unsupported(other)
    if order and order not in NEWEST_FIRST:
        raise HttpError(f"the embedded server does not sort runs by {order}", status=501)
    projects, project_id = get_context(info).projects, get_row(node)["id"]

    def rows_after(start: int | None, limit: int) -> Sequence[Row]:
        newest_first = NEWEST_FIRST[order or "created_at"]
        return projects.runs_after(project_id, start, limit, newest_first=newest_first)

    def total_count(_: object) -> int:
        return projects.run_count(project_id)

    shown = page(rows_after, run_node, row_id, after=parse_id_cursor(after), first=first)
    return shown | {"totalCount": total_count}


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


@mutation.field("upsertModel")
def upsert_project(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Create or change a project."""
    context = get_context(info)
    name = input.get("name")
    if not isinstance(name, str):
        raise HttpError("upsertModel needs a name")
    entity = str(input.get("entityName") or context.account)
    row, inserted = context.projects.upsert(entity, name, input)
    node = project_node(row)
    return {
        "inserted": inserted,
        "project": node,
        "model": node,
        "entityName": entity,
        "clientMutationId": input.get("clientMutationId"),
    }


@mutation.field("upsertBucket")
def upsert_run(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Create a run, and its project if it is new, or change the run with this name or id."""
    context = get_context(info)
    known = context.projects.run_by_id(str(input["id"])) if input.get("id") else None
    if known is not None:
        row, inserted = context.projects.upsert_run(known["project_id"], known["name"], input)
    else:
        entity = str(input.get("entityName") or context.account)
        owner, _new = context.projects.upsert(
            entity, str(input.get("modelName") or "uncategorized")
        )
        name = str(input["name"]) if input.get("name") else None
        row, inserted = context.projects.upsert_run(owner["id"], name, input)
    return {
        "inserted": inserted,
        "bucket": run_node(row),
        "clientMutationId": input.get("clientMutationId"),
    }


BINDABLES: list[SchemaBindable] = [query, mutation, project, run]
