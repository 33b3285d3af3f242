"""The one account, and entities: its own, and teams for every other name."""

from ariadne import ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import Context, context_of
from ..relay import node_id

query: QueryType = QueryType()
project: ObjectType = ObjectType("Project")


def entity_node(context: Context, name: str) -> dict[str, object]:
    """Return an entity as queries see it."""
    own = name == context.account
    return {
        "id": node_id("Entity", name),
        "name": name,
        "isTeam": not own,
        "available": False,
        "readOnly": False,
        "xxhashDigestsEnabled": False,
    }


@query.field("viewer")
def viewer(_: object, info: GraphQLResolveInfo, **__: object) -> dict[str, object]:
    """Resolve the account; without the right key no query gets here."""
    context = context_of(info)
    name = context.account
    return {
        "id": node_id("User", 1),
        "name": name,
        "username": name,
        "email": f"{name}@localhost",
        "entity": name,
        "admin": True,
        "flags": "{}",
        "teams": {"edges": []},
        "apiKeys": {"edges": []},
        "userEntity": entity_node(context, name),
        "organizations": [],
    }


@query.field("entity")
def entity(
    _: object, info: GraphQLResolveInfo, name: str | None = None, **__: object
) -> dict[str, object]:
    """Resolve an entity; any name is one."""
    context = context_of(info)
    return entity_node(context, name or context.account)


@project.field("entity")
def entity_of_project(node: dict[str, object], info: GraphQLResolveInfo) -> dict[str, object]:
    """Resolve the owner of a project."""
    return entity_node(context_of(info), str(node["entityName"]))


BINDABLES: list[SchemaBindable] = [query, project]
