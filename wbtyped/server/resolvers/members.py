"""Resolvers for members of teams and registries."""

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from ariadne import MutationType, ObjectType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import TypeAdapter

from ..access import Level
from ..context import Context, get_context
from ..http_errors import HttpError, not_found
from ..node_ids import parse_node_id
from ..users import User
from .nodes import Node, entity_node, entity_number, get_row, user_node

Input = Mapping[str, object]
mutation: MutationType = MutationType()
entity: ObjectType = ObjectType("Entity")
project: ObjectType = ObjectType("Project")
_ids = TypeAdapter(list[str])


# Teams.


@entity.field("members")
def members_of_team(node: Node, info: GraphQLResolveInfo) -> list[Node]:
    """Resolve the members of an entity, for those who belong to it; a user is alone in its own."""
    context, name = get_context(info), str(node["name"])
    if not context.access.entity(name):
        return []
    user = context.users.find(name)
    if user is not None:
        return [team_member_node(context, user, "admin")]
    rows = context.members.of_team(name)
    found = [member_node(context, row) for row in rows]
    # Entities that nobody created are teams of the main user.
    return found or [team_member_node(context, context.users.main, "admin")]


def member_node(context: Context, row: sqlite3.Row) -> Node:
    """Return a member of a team."""
    user = context.users.by_id(row["user_id"])
    assert user is not None  # noqa: S101 - users are not deleted
    return team_member_node(context, user, row["role"])


def team_member_node(context: Context, user: User, role: str) -> Node:
    """Return a user as a member of a team."""
    shown = user_node(context, user)
    fields = ("id", "name", "username", "email", "photoUrl")
    return {
        **{field: shown[field] for field in fields},
        "accountType": user.kind,
        "admin": role == "admin",
        "apiKey": None,
        "pending": False,
        "role": role,
    }


# Projects.


@project.field("members")
def members_of_project(node: Node, info: GraphQLResolveInfo) -> list[Node]:
    """Resolve the users that were added to a project."""
    context = get_context(info)
    nodes: list[Node] = []
    for row in context.members.users_of_project(get_row(node)["id"]):
        user = context.users.by_id(row["user_id"])
        if user is not None:
            shown = user_node(context, user)
            fields = {field: shown[field] for field in ("id", "name", "username", "email")}
            nodes.append({**fields, "role": {"name": row["role"]}})
    return nodes


@project.field("teamMembers")
def teams_of_project(node: Node, info: GraphQLResolveInfo) -> list[Node]:
    """Resolve the teams that were added to a project."""
    context = get_context(info)
    rows = context.members.teams_of_project(get_row(node)["id"])
    return [
        {"team": entity_node(context, row["entity"]), "role": {"name": row["role"]}} for row in rows
    ]


# Changes to the members of projects.


class GivenMembers(NamedTuple):
    """The project and the members that a mutation names."""

    project_id: int
    user_ids: list[int]
    teams: list[str]


def require_administered(context: Context, opaque: object) -> int:
    """Return the row id of a project whose members the user may change, or raise HttpError."""
    project_id = parse_node_id("Project", str(opaque)) or 0
    context.access.check(Level.ADMIN, context.access.project(project_id), f"project {opaque}")
    return project_id


def require_user(context: Context, opaque: str) -> int:
    """Return the row id of a user by its id, or raise HttpError."""
    user = context.users.by_id(parse_node_id("User", opaque))
    if user is None:
        raise not_found(f"user {opaque}")
    return user.id


def require_team(context: Context, opaque: str) -> str:
    """Return the name of a team by its id, or raise HttpError."""
    number = parse_node_id("Entity", opaque)
    organizations = context.organizations.all()
    known = {
        *context.members.teams(),
        *context.projects.entities(),
        *(team for each in organizations for team in context.organizations.teams(each)),
    }
    for name in known:
        if entity_number(name) == number and context.users.find(name) is None:
            return name
    raise not_found(f"team {opaque}")


def given_members(context: Context, given: Input) -> GivenMembers:
    """Return what a mutation names; raise HttpError for anything unknown."""
    users = _ids.validate_python(given.get("userIds") or [])
    teams = _ids.validate_python(given.get("teamIds") or [])
    return GivenMembers(
        require_administered(context, given["projectId"]),
        [require_user(context, opaque) for opaque in users],
        [require_team(context, opaque) for opaque in teams],
    )


@mutation.field("createProjectMembers")
def add_members(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Add users and teams to a project."""
    context = get_context(info)
    context.members.add_to_project(*given_members(context, input))
    return {"success": True}


@mutation.field("deleteProjectMembers")
def remove_members(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Remove users and teams from a project."""
    context = get_context(info)
    context.members.remove_from_project(*given_members(context, input))
    return {"success": True}


@mutation.field("updateProjectMember")
def set_user_role(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Give a user in a project another role."""
    context = get_context(info)
    project_id = require_administered(context, input["projectId"])
    user_id = require_user(context, str(input["userId"]))
    if not context.members.set_user_role(project_id, user_id, str(input["userProjectRole"])):
        raise HttpError(f"user {input['userId']} is not a member", status=404)
    return {"success": True}


@mutation.field("updateProjectTeamMember")
def set_team_role(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Give a team in a project another role."""
    context = get_context(info)
    project_id = require_administered(context, input["projectId"])
    team = require_team(context, str(input["teamId"]))
    if not context.members.set_role_of_team(project_id, team, str(input["teamProjectRole"])):
        raise HttpError(f"team {team} is not a member", status=404)
    return {"success": True}


BINDABLES: list[SchemaBindable] = [mutation, entity, project]
