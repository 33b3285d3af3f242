# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from ..base_model import BaseModel


class User(BaseModel, frozen=True):
    """The account behind the API key.

    Used by: User"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    name: str
    "Name as the person writes it, may contain spaces. Not unique."
    username: str | None
    "Unique short name, as in paths and URLs."
    email: str | None
    "Email address; null if the caller may not see it."
    entity: str | None
    "Name of the entity that new runs go to when none is named: the one clients put into short paths."
    admin: bool | None
    "Whether the account administers the whole server."
    teams: Optional["UserTeams"]
    "Entities that the account may log to."


class UserTeams(BaseModel, frozen=True):
    """A page of entities."""

    edges: list["UserTeamsEdges"]
    "The entities of this page. There is no `pageInfo`: use the cursor of the last edge to continue."


class UserTeamsEdges(BaseModel, frozen=True):
    """An entity on a page, with its position in the list."""

    node: Optional["UserTeamsEdgesNode"]
    "The entity itself. May be null; skip such an edge."


class UserTeamsEdgesNode(BaseModel, frozen=True):
    """An owner of projects: a user account, a team, or an organization's own entity that holds its
    registries."""

    name: str
    "Unique short name, the first part of a path."
