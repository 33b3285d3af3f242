"""Projects and runs."""

import json
import sqlite3
from collections.abc import Mapping

from ariadne import MutationType, ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import context_of
from ..refusals import Refusal
from ..relay import connection, number_after, page_size, refuse_other
from ..user_json import read_object
from .nodes import Node, project_node, run_node

ORDERS = {"+created_at": False, "created_at": False, "-created_at": True}
query: QueryType = QueryType()
mutation: MutationType = MutationType()
project: ObjectType = ObjectType("Project")
run: ObjectType = ObjectType("Run")


def row_of(node: Mapping[str, object]) -> sqlite3.Row:
    """Return the row that a node was made from."""
    row = node["row"]
    assert isinstance(row, sqlite3.Row)  # noqa: S101 - every node of ours has one
    return row


def refuse_filters(filters: str | None) -> None:
    """Refuse to choose among runs, which this server cannot do yet, rather than return all."""
    if filters and json.loads(filters):
        raise Refusal("the embedded server does not filter runs", status=501)


@query.field("project")
@query.field("model")
def project_by_name(
    _: object,
    info: GraphQLResolveInfo,
    name: str | None = None,
    entityName: str | None = None,  # noqa: N803 - the schema's name
) -> Node | None:
    """Resolve a project; null when it does not exist."""
    context = context_of(info)
    row = context.projects.find(entityName or context.account, name or "")
    return project_node(row) if row else None


@project.field("run")
@project.field("bucket")
def run_by_name(node: Node, info: GraphQLResolveInfo, name: str, **_: object) -> Node | None:
    """Resolve a run of a project; null when it does not exist."""
    row = context_of(info).projects.find_run(row_of(node)["id"], name)
    return run_node(row) if row else None


@project.field("runCount")
def run_count(node: Node, info: GraphQLResolveInfo, filters: str | None = None) -> int:
    """Resolve the number of runs of a project."""
    refuse_filters(filters)
    return context_of(info).projects.run_count(row_of(node)["id"])


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
    """Resolve a page of runs, by the time they were made."""
    refuse_filters(filters)
    refuse_other(other)
    if order and order not in ORDERS:
        raise Refusal(f"the embedded server does not order runs by {order}", status=501)
    projects, project_id = context_of(info).projects, row_of(node)["id"]
    start, size = number_after(after), page_size(first)
    rows = projects.run_page(
        project_id, start, size + 1, newest_first=ORDERS[order or "created_at"]
    )
    shown = rows[:size]
    nodes, keys = [run_node(row) for row in shown], [str(row["id"]) for row in shown]

    def total(_: object) -> int:
        return projects.run_count(project_id)

    page = connection(nodes, keys, more=len(rows) > size, start=start)
    return page | {"totalCount": total}


@run.field("project")
@run.field("model")
def project_of_run(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the project that a run belongs to."""
    return project_node(context_of(info).projects.by_id(row_of(node)["project_id"]))


@run.field("config")
@run.field("wandbConfig")
@run.field("summaryMetrics")
def stored_json(
    node: Node, info: GraphQLResolveInfo, keys: list[str] | None = None, **_: object
) -> object:
    """Resolve a JSON text of a run, or the part of it under the keys that are asked for."""
    text = node[info.field_name]
    if keys is None or not isinstance(text, str):
        return text
    values = read_object(text)
    if info.field_name == "wandbConfig":
        # What clients note about themselves has a place of its own in the config.
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
    context = context_of(info)
    name = input.get("name")
    if not isinstance(name, str):
        raise Refusal("upsertModel needs a name")
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
    """Create a run, and its project on demand, or change the one with this name or id."""
    context = context_of(info)
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
