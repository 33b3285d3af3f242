"""Projects and runs."""

import sqlite3
from collections.abc import Mapping

from ariadne import MutationType, ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import context_of
from ..projects import project_node, run_node
from ..refusals import Refusal

query: QueryType = QueryType()
mutation: MutationType = MutationType()
project: ObjectType = ObjectType("Project")
run: ObjectType = ObjectType("Run")


def row_of(node: Mapping[str, object]) -> sqlite3.Row:
    """Return the row that a node was made from."""
    row = node["row"]
    assert isinstance(row, sqlite3.Row)  # noqa: S101 - every node of ours has one
    return row


@query.field("project")
@query.field("model")
def project_by_name(
    _: object,
    info: GraphQLResolveInfo,
    name: str | None = None,
    entityName: str | None = None,  # noqa: N803 - the schema's name
) -> dict[str, object] | None:
    """Resolve a project; null when it does not exist."""
    context = context_of(info)
    row = context.projects.find(entityName or context.account, name or "")
    return project_node(row) if row else None


@project.field("run")
@project.field("bucket")
def run_by_name(
    node: dict[str, object], info: GraphQLResolveInfo, name: str, **_: object
) -> dict[str, object] | None:
    """Resolve a run of a project; null when it does not exist."""
    row = context_of(info).projects.find_run(row_of(node)["id"], name)
    return run_node(row) if row else None


@run.field("project")
@run.field("model")
def project_of_run(node: dict[str, object], info: GraphQLResolveInfo) -> dict[str, object]:
    """Resolve the project that a run belongs to."""
    return project_node(context_of(info).projects.by_id(row_of(node)["project_id"]))


@run.field("config")
@run.field("wandbConfig")
@run.field("summaryMetrics")
def stored_json(node: dict[str, object], info: GraphQLResolveInfo, **_: object) -> object:
    """Resolve a JSON text of a run, whatever keys were asked."""
    return node[info.field_name]


@mutation.field("upsertModel")
def upsert_project(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> dict[str, object]:
    """Create or change a project."""
    context = context_of(info)
    name = input.get("name")
    if not isinstance(name, str):
        raise Refusal("upsertModel needs a name")
    entity = str(input.get("entityName") or context.account)
    row, inserted = context.projects.upsert(entity, name, input)
    node = project_node(row)
    return {"inserted": inserted, "project": node, "model": node, "entityName": entity}


@mutation.field("upsertBucket")
def upsert_run(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> dict[str, object]:
    """Create or change a run, and its project on demand."""
    context = context_of(info)
    entity = str(input.get("entityName") or context.account)
    owner, _inserted = context.projects.upsert(
        entity, str(input.get("modelName") or "uncategorized")
    )
    name = input.get("name")
    row, inserted = context.projects.upsert_run(
        owner["id"], name if isinstance(name, str) else None, input
    )
    return {"inserted": inserted, "bucket": run_node(row)}


BINDABLES: list[SchemaBindable] = [query, mutation, project, run]
