"""Resolvers for changes to users, their keys, and teams."""

from collections.abc import Mapping

from ariadne import MutationType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..access import Level, permission_denied
from ..context import Context, get_context
from ..database import now
from ..http_errors import HttpError, not_found
from ..keys import new_api_key
from ..node_ids import node_id, parse_node_id
from ..organizations import Organization
from ..users import MAIN_USER, PERSON, SERVICE, User, check_account_name
from .nodes import Node, entity_node, key_node, user_node

Input = Mapping[str, object]
mutation: MutationType = MutationType()


def require_admin(context: Context) -> None:
    """Reject a request of a user that does not administer the server."""
    if not context.access.viewer.admin:
        raise permission_denied()


def require_own_team(context: Context, entity: object) -> str:
    """Return a team that the user administers, or raise HttpError."""
    name = require_name(entity)
    if context.users.find(name) is not None:
        raise HttpError(f"{name} is a user and not a team", status=400)
    if context.access.entity(name) < Level.ADMIN and not context.access.viewer.admin:
        raise permission_denied()
    keep_main_user(context, name)
    return name


def require_name(entity: object) -> str:
    """Return the name of a team that a mutation gives; it is optional in the schema only."""
    if not entity:
        raise HttpError("entityName is missing: name the team", status=400)
    return str(entity)


def keep_main_user(context: Context, team: str) -> None:
    """Create a team of the main user that only occurred in paths, with the main user in it."""
    if not context.members.is_team(team):
        context.members.add_team(team)
        context.members.set_team_role(team, MAIN_USER, "admin")


# Users.


@mutation.field("createUser")
def create_user(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Create a user, who gets the name before the `@` of the email address."""
    context = get_context(info)
    require_admin(context)
    email, kind = str(input["email"]), str(input.get("accountType") or PERSON)
    if kind not in {PERSON, SERVICE}:
        raise HttpError(f"invalid account type {kind!r}; choose {PERSON} or {SERVICE}", status=400)
    user = context.users.add(email.partition("@")[0], kind=kind, admin=bool(input.get("admin")))
    changed = context.users.update(user.id, {"email": email})
    shown = user_node(context, changed)
    return {"user": shown}


@mutation.field("updateUser")
def update_user(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Change the user of the request or, for an administrator, another one."""
    context = get_context(info)
    user = context.access.viewer
    if input.get("id"):
        user = require_user(context, str(input["id"]))
    if user != context.access.viewer or input.get("admin") is not None:
        require_admin(context)
    entity = input.get("defaultEntity")
    if entity is not None and not context.for_user(user).access.entity(str(entity)):
        raise permission_denied()
    changes = {
        "display_name": input.get("name"), "email": input.get("primaryEmail"),
        "admin": input.get("admin"), "default_entity": entity, "photo_url": input.get("photoUrl"),
    }  # fmt: skip
    changed = context.users.update(user.id, changes)
    shown = user_node(context.for_user(changed), changed)
    return {"user": shown}


def require_user(context: Context, opaque: str) -> User:
    """Return a user by its id, or raise HttpError."""
    user = context.users.by_id(parse_node_id("User", opaque))
    if user is None:
        raise not_found(f"user {opaque}")
    return user


# Keys.


@mutation.field("generateApiKey")
def create_key(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Create another key of the user; the response alone has the whole key."""
    context = get_context(info)
    description = input.get("description")
    key = new_api_key()
    row = context.users.add_key(
        context.access.viewer.id, key, None if description is None else str(description)
    )
    shown = {**key_node(row), "name": key}
    return {"apiKey": shown}


@mutation.field("deleteApiKey")
def delete_key(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Revoke a key of the user or, for an administrator, of another one."""
    context = get_context(info)
    row = context.users.find_key(parse_node_id("ApiKey", str(input.get("id"))))
    viewer = context.access.viewer
    if row is None or (row["user_id"] != viewer.id and not viewer.admin):
        raise not_found(f"API key {input.get('id')}")
    context.users.delete_key(row["id"])
    return {"success": True}


# Teams.


@mutation.field("createTeam")
def create_team(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Create a team with one administrator, in an organization if one is named."""
    context = get_context(info)
    name, given = str(input["teamName"]), input.get("teamAdminUserName")
    check_account_name(name)
    organization = own_organization(context, input.get("organizationId"))
    is_taken = context.members.is_team(name) or context.users.find(name) is not None
    if is_taken or context.organizations.find_by_team(name) is not None:
        raise HttpError(f"an entity named {name} already exists", status=409)
    user = context.users.find(str(given)) if given else context.access.viewer
    if user is None:
        raise not_found(f"user {given}")
    if user != context.access.viewer:
        require_admin(context)
    context.members.add_team(name)
    context.members.set_team_role(name, user.id, "admin")
    if input.get("defaultAccess"):
        context.members.set_default_access(name, str(input["defaultAccess"]))
    if organization is not None:
        context.organizations.add(organization.name, organization.entity, [name])
    shown = entity_node(context.for_user(context.access.viewer), name)
    return {"entity": shown}


def own_organization(context: Context, opaque: object) -> Organization | None:
    """Return the organization with an id, whose administrator the user must be; None for null."""
    if opaque is None:
        return None
    row_id = parse_node_id("Organization", str(opaque))
    found = next((o for o in context.organizations_of_user() if o.id == row_id), None)
    if found is None:
        raise not_found(f"organization {opaque}")
    if context.access.entity(found.entity) < Level.ADMIN and not context.access.viewer.admin:
        raise permission_denied()
    return found


@mutation.field("createInvite")
def invite(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Add a user to a team; an invitation needs no answer here."""
    context = get_context(info)
    team = require_own_team(context, input.get("entityName"))
    wanted = input.get("username"), input.get("email")
    user = next((user for user in context.users.all() if user.name == wanted[0]), None)
    user = user or next((user for user in context.users.all() if user.email == wanted[1]), None)
    if user is None:
        raise not_found(f"user {wanted[0] or wanted[1]}")
    role = "admin" if input.get("admin") else str(input.get("role") or "member")
    context.members.set_team_role(team, user.id, role)
    shown = user_node(context, user)
    return {
        "entity": entity_node(context, team),
        "invite": {
            "id": shown["id"], "name": user.display_name, "email": shown["email"],
            "accepted": True, "createdAt": now(), "entity": entity_node(context, team),
            "toUser": shown,
        },
        "success": True
    }  # fmt: skip


@mutation.field("deleteInvite")
def leave_team(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Remove a member from a team."""
    context = get_context(info)
    user = require_user(context, str(input.get("id")))
    team = require_name(input.get("entityName"))
    if user != context.access.viewer:
        require_own_team(context, team)
    removed = context.members.leave_team(team, user.id)
    return {"success": removed}


@mutation.field("createServiceAccount")
def create_service_account(
    _: object,
    info: GraphQLResolveInfo,
    input: Input,  # noqa: A002
) -> Node:
    """Create a service account of a team, named by its description."""
    context = get_context(info)
    team = require_own_team(context, input.get("entityName"))
    description = str(input.get("description") or "service account")
    number = max(user.id for user in context.users.all()) + 1
    user = context.users.add(f"service-{number}", display_name=description, kind=SERVICE)
    context.members.set_team_role(team, user.id, "member")
    user = context.users.update(user.id, {"default_entity": team})
    shown = {**user_node(context, user), "id": node_id("User", user.id)}
    return {"user": shown}


BINDABLES: list[SchemaBindable] = [mutation]
