"""The one account, and entities: its own, and a team for every other that has a project."""

from ariadne import ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import Context, context_of
from ..relay import connection, number_after, page_size, refuse_other
from .nodes import Node, entity_node, organization_node, project_node, user_node

query: QueryType = QueryType()
entity: ObjectType = ObjectType("Entity")
project: ObjectType = ObjectType("Project")
run: ObjectType = ObjectType("Run")


@query.field("viewer")
@project.field("user")
@run.field("user")
def viewer(_: object, info: GraphQLResolveInfo, **__: object) -> Node:
    """Resolve the account; without its key no query gets here, so it made everything."""
    return user_node(context_of(info))


@query.field("entity")
def entity_by_name(
    _: object, info: GraphQLResolveInfo, name: str | None = None, **__: object
) -> Node | None:
    """Resolve an entity; null when nothing was ever written to it."""
    context = context_of(info)
    known = name in {None, "", context.account} or name in context.projects.entities()
    if known or (name and context.organizations.of_team(name)):
        return entity_node(context, name or context.account)
    return None


@project.field("entity")
def entity_of_project(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the owner of a project."""
    return entity_node(context_of(info), str(node["entityName"]))


@query.field("organization")
def organization_by_name(_: object, info: GraphQLResolveInfo, name: str) -> Node | None:
    """Resolve an organization; null when there is none of this name."""
    context = context_of(info)
    found = [o for o in context.organizations.all() if o.name == name]
    return organization_node(context, found[0]) if found else None


@entity.field("organization")
def organization_of_entity(node: Node, info: GraphQLResolveInfo) -> Node | None:
    """Resolve the organization of a team; null when it belongs to none."""
    context = context_of(info)
    found = context.organizations.of_team(str(node["name"]))
    return organization_node(context, found) if found else None


@entity.field("user")
def user_of_entity(node: Node, info: GraphQLResolveInfo) -> Node | None:
    """Resolve the account behind an entity; a team has none."""
    return None if node["isTeam"] else user_node(context_of(info))


@entity.field("project")
def project_of_entity(node: Node, info: GraphQLResolveInfo, name: str | None = None) -> Node | None:
    """Resolve a project of an entity; null when it does not exist."""
    row = context_of(info).projects.find(str(node["name"]), name or "")
    return project_node(row) if row else None


@entity.field("projects")
def projects_of_entity(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    **other: object,
) -> Node:
    """Resolve the projects of an entity, oldest first."""
    refuse_other(other)
    return project_page(context_of(info), str(node["name"]), after, first)


@query.field("projects")
@query.field("models")
def projects_by_entity(
    _: object,
    info: GraphQLResolveInfo,
    entityName: str | None = None,  # noqa: N803 - the schema's name
    after: str | None = None,
    first: int | None = None,
    **other: object,
) -> Node:
    """Resolve the projects of the entity named, or of the account."""
    refuse_other(other)
    context = context_of(info)
    return project_page(context, entityName or context.account, after, first)


def project_page(context: Context, name: str, after: str | None, first: int | None) -> Node:
    """Return a page of projects."""
    start, size = number_after(after), page_size(first)
    rows = context.projects.page(name, start or 0, size + 1)
    shown = rows[:size]
    nodes, keys = [project_node(row) for row in shown], [str(row["id"]) for row in shown]
    return connection(nodes, keys, more=len(rows) > size, start=start)


BINDABLES: list[SchemaBindable] = [query, entity, project, run]
