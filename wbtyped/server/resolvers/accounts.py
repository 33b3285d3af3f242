"""Resolvers for users, entities, organizations and projects of an entity.

Every entity that has a project and is no user is a team.
"""

from collections.abc import Callable, Sequence
from functools import partial

from ariadne import ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import Context, get_context
from ..node_ids import node_id, parse_node_id
from ..sorted_views import Source
from .filtered_pages import catalog_page
from .nodes import (
    Node,
    entity_node,
    get_row,
    organization_entity,
    organization_node,
    project_node,
    project_prefix,
    user_node,
)
from .pagination import list_page, page, parse_cursor, reject_unsupported
from .records import PROJECT_FIELDS, ProjectRecord

query: QueryType = QueryType()
entity: ObjectType = ObjectType("Entity")
organization: ObjectType = ObjectType("Organization")
project: ObjectType = ObjectType("Project")
run: ObjectType = ObjectType("Run")


@query.field("viewer")
def viewer(_: object, info: GraphQLResolveInfo, **__: object) -> Node | None:
    """Resolve the user that the request has the key of; null without one."""
    context = get_context(info)
    return None if context.access.is_anonymous else user_node(context, context.access.viewer)


@project.field("user")
def creator_of_project(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the user that created a project."""
    context = get_context(info)
    return user_node(context, context.creators.find("project", get_row(node)["id"]))


@run.field("user")
def creator_of_run(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the user that created a run."""
    context = get_context(info)
    return user_node(context, context.creators.find("run", get_row(node)["id"]))


@query.field("user")
def user_by_name(
    _: object,
    info: GraphQLResolveInfo,
    userName: str | None = None,  # noqa: N803 - the schema's name
    id: str | None = None,  # noqa: A002 - the schema's name
) -> Node | None:
    """Resolve a user by name or id; null if there is none."""
    context = get_context(info)
    found = context.users.find(userName) or context.users.by_id(parse_node_id("User", id or ""))
    return user_node(context, found) if found and not context.access.is_anonymous else None


@query.field("users")
def users(
    _: object,
    info: GraphQLResolveInfo,
    query: str | None = None,
    usernames: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Node:
    """Resolve the users that match: by a part of their name or email address, names or ids."""
    context = get_context(info)
    part = (query or "").casefold()
    shown = [
        user_node(context, user)
        for user in ([] if context.access.is_anonymous else context.users.all())
        if (part in user.name.casefold() or part in user.email.casefold())
        and (usernames is None or user.name in usernames)
        and (ids is None or node_id("User", user.id) in ids)
    ]
    return list_page(shown, after=after, first=first)


@query.field("entities")
def entities(
    _: object,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    **other: object,
) -> Node:
    """Resolve a page of the entities that have projects, and the account's, by name."""
    reject_unsupported(other)
    context = get_context(info)
    names = sorted({context.account, *context.projects.entities()} - {""})
    return page(
        after_name(names), partial(entity_node, context), str,
        after=parse_cursor(after), first=first,
    )  # fmt: skip


def after_name(names: Sequence[str]) -> Callable[[str | None, int], Sequence[str]]:
    """Page through sorted names."""
    return lambda start, limit: [n for n in names if start is None or n > start][:limit]


@query.field("entity")
def entity_by_name(
    _: object, info: GraphQLResolveInfo, name: str | None = None, **__: object
) -> Node | None:
    """Resolve an entity; null if it has no projects and is not in an organization."""
    context = get_context(info)
    if context.access.is_anonymous:
        return entity_node(context, name) if name and context.projects.has_owner(name) else None
    if not name:
        return entity_node(context, context.default_entity)
    is_account = context.users.find(name) is not None or context.members.is_team(name)
    if is_account or context.projects.has_owner(name):
        return entity_node(context, name)
    found = context.organizations.find_by_team(name)
    return (
        entity_node(context, name) if found and context.access.organization(found.entity) else None
    )


@project.field("entity")
def entity_of_project(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the owner of a project."""
    return entity_node(get_context(info), str(node["entityName"]))


@query.field("organization")
def organization_by_name(
    _: object,
    info: GraphQLResolveInfo,
    name: str | None = None,
    id: str | None = None,  # noqa: A002 - the schema's name
) -> Node | None:
    """Resolve an organization by name or id; null if it does not exist."""
    context = get_context(info)
    row_id = parse_node_id("Organization", id or "")
    found = [o for o in context.organizations_of_user() if name == o.name or row_id == o.id]
    return organization_node(context, found[0]) if found else None


@query.field("organizations")
def organizations(
    _: object,
    info: GraphQLResolveInfo,
    query: str | None = None,
    ids: Sequence[str] | None = None,
    first: int | None = None,
    after: str | None = None,
    **other: object,
) -> Node:
    """Resolve the organizations, or those that match a part of their name, or ids."""
    reject_unsupported(other)
    context = get_context(info)
    found = [organization_node(context, each) for each in context.organizations_of_user()]
    shown = [
        node
        for node in found
        if (query or "").casefold() in str(node["name"]).casefold()
        and (ids is None or node["id"] in ids)
    ]
    return list_page(shown, after=after, first=first)


@organization.field("projects")
def projects_of_organization(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
    **other: object,
) -> Node:
    """Resolve the registries of an organization, oldest first by default."""
    reject_unsupported(other)
    owner = organization_entity(node)
    return projects_page(
        get_context(info), str(owner["name"]), after, first, order, prefix=project_prefix(owner)
    )


@entity.field("organization")
def organization_of_entity(node: Node, info: GraphQLResolveInfo) -> Node | None:
    """Resolve the organization of a team; null if it belongs to none."""
    context = get_context(info)
    found = context.organizations.find_by_team(str(node["name"]))
    shown = found is not None and context.access.organization(found.entity)
    return organization_node(context, found) if found and shown else None


@entity.field("protectedAliases")
def protected_aliases(node: Node, info: GraphQLResolveInfo, **_: object) -> list[str]:
    """Resolve the aliases that an entity has reserved."""
    context, name = get_context(info), str(node["name"])
    return context.organizations.protected_aliases(name) if context.access.entity(name) else []


@entity.field("user")
def user_of_entity(node: Node, info: GraphQLResolveInfo) -> Node | None:
    """Resolve the user behind an entity; null for a team."""
    context = get_context(info)
    found = context.users.find(str(node["name"]))
    return user_node(context, found) if found else None


@entity.field("project")
def project_of_entity(node: Node, info: GraphQLResolveInfo, name: str | None = None) -> Node | None:
    """Resolve a project of an entity; null if it does not exist."""
    row = get_context(info).projects.find(str(node["name"]), name or "")
    return project_node(row) if row else None


@entity.field("projects")
def projects_of_entity(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
    filters: str | None = None,
    **other: object,
) -> Node:
    """Resolve the projects of an entity, oldest first by default."""
    reject_unsupported(other)
    return projects_page(
        get_context(info), str(node["name"]), after, first, order, filters,
        prefix=project_prefix(node),
    )  # fmt: skip


@query.field("projects")
@query.field("models")
def projects_by_entity(
    _: object,
    info: GraphQLResolveInfo,
    entityName: str | None = None,  # noqa: N803 - the schema's name
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
    **other: object,
) -> Node:
    """Resolve the projects of an entity, by default the account's."""
    reject_unsupported(other)
    context = get_context(info)
    return projects_page(context, entityName or context.default_entity, after, first, order)


def projects_page(
    context: Context, name: str, after: str | None, first: int | None, order: str | None = None,
    filters: str | None = None, *, prefix: str = "",
) -> Node:  # fmt: skip
    """Return a page of the projects of an entity whose names start with a prefix."""
    projects = context.projects
    source: Source[ProjectRecord] = Source(
        "catalog", 0,
        lambda: map(ProjectRecord, projects.with_prefix(name, prefix)),
        lambda ids: map(ProjectRecord, projects.by_ids(ids)),
    )  # fmt: skip
    return catalog_page(
        context, source, PROJECT_FIELDS, lambda record: project_node(record.row),
        chosen_by=("projects", name, prefix), order=order, default_order="created_at",
        filters=filters, after=after, first=first,
    )  # fmt: skip


BINDABLES: list[SchemaBindable] = [query, entity, organization, project, run]
