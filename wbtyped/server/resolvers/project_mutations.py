"""Resolvers for changes to projects, some of which are registries."""

from collections.abc import Mapping

from ariadne import MutationType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import TypeAdapter

from ..access import Level
from ..context import get_context
from ..http_errors import HttpError, not_found
from ..node_ids import parse_node_id
from .nodes import REGISTRY_PREFIX, Node, project_node

mutation: MutationType = MutationType()
_types = TypeAdapter(list[dict[str, str | None]])


@mutation.field("upsertModel")
def upsert_project(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Create or change a project; for a registry also the artifact types that it accepts."""
    context = get_context(info)
    name = input.get("name")
    if not isinstance(name, str):
        raise HttpError("upsertModel needs a name")
    entity = str(input.get("entityName") or context.default_entity)
    row, inserted = context.projects.upsert(entity, name, input)
    if inserted:
        context.creators.note("project", row["id"], context.access.viewer)
        if name.startswith(REGISTRY_PREFIX):
            viewer = context.access.viewer.id
            context.members.add_to_project(row["id"], [viewer], [])
            context.members.set_user_role(row["id"], viewer, "admin")
    allow_all = input.get("allowAllArtifactTypesInRegistry")
    if isinstance(allow_all, bool):
        context.projects.allow_all_types(row["id"], allowed=allow_all)
    for given in _types.validate_python(input.get("artifactTypes") or []):
        context.collections.ensure_type(row["id"], given["name"] or "", given.get("description"))
    node = project_node(row)
    return {"inserted": inserted, "project": node, "model": node, "entityName": entity}


@mutation.field("renameProject")
def rename_project(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Give a project another name."""
    projects, entity = get_context(info).projects, str(input["entityName"])
    owner = projects.require_writable(entity, str(input["oldProjectName"]))
    projects.rename(owner["id"], str(input["newProjectName"]))
    node = project_node(projects.by_id(owner["id"]))
    return {"inserted": False, "project": node, "model": node, "entityName": entity}


@mutation.field("deleteModel")
def delete_project(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Delete a project with its runs, collections and versions."""
    context = get_context(info)
    project_id = parse_node_id("Project", str(input["id"]))
    found = context.access.project(project_id or 0)
    context.access.check(Level.WRITE, found, f"project {input['id']}")
    if not context.projects.delete(project_id):
        raise not_found(f"project {input['id']}")
    return {"success": True}


BINDABLES: list[SchemaBindable] = [mutation]
