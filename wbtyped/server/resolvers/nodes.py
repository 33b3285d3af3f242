"""Nodes of accounts, projects, runs and files: mappings with the schema's field names.

A field that is expensive to compute is a function, called if a query selects it.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from pydantic import TypeAdapter

from ..access import Level
from ..context import Context, RunPath
from ..media_types import guess_media_type
from ..node_ids import node_id
from ..organizations import Organization
from ..users import MAIN_USER, User

Node = dict[str, object]
_node = TypeAdapter(dict[str, object])
ONE_PAGE: Node = {"hasNextPage": False, "hasPreviousPage": False}
"""The `pageInfo` of a connection that is never more than one page."""
REGISTRY_PREFIX = "wandb-registry-"
"""Projects whose names start with this are registries."""
DEFAULT_ACCESS = "PRIVATE"
"""Who sees a project that says nothing else."""
PUBLIC_ACCESS = {"USER_READ", "USER_WRITE"}
"""Kinds of access that let everybody read."""


def get_row(node: Mapping[str, object]) -> sqlite3.Row:
    """Return the row that a node was made from."""
    row = node["row"]
    assert isinstance(row, sqlite3.Row)  # noqa: S101 - every node with such a field has one
    return row


def user_node(context: Context, user: User) -> Node:
    """Return a user; email address and keys are for the user itself and administrators."""
    entity = entity_node(context, user.name)
    default = user.default_entity or user.name
    is_private = context.access.viewer != user and not context.access.viewer.admin

    def teams(_: object, **__: object) -> Node:
        found = teams_of(context, user)
        edges = [{"node": entity_node(context, e), "cursor": e} for e in found]
        return {"edges": edges, "pageInfo": ONE_PAGE}

    def api_keys(_: object, **__: object) -> Node:
        found = [] if is_private else context.users.keys_of(user.id)
        edges = [{"node": key_node(row), "cursor": str(row["id"])} for row in found]
        return {"edges": edges, "pageInfo": ONE_PAGE}

    def organizations(_: object, **__: object) -> list[Node]:
        found = context.for_user(user).organizations_of_user()
        return [organization_node(context, each) for each in found]

    return {
        "id": node_id("User", user.id),
        "name": user.display_name,
        "username": user.name,
        "email": None if is_private else user.email,
        "entity": default,
        "admin": user.admin,
        "flags": "{}",
        "photoUrl": user.photo_url,
        "teams": teams,
        "apiKeys": api_keys,
        "accountType": user.kind,
        "createdAt": entity["createdAt"] if user.id == MAIN_USER else user.created_at,
        "defaultEntity": entity_node(context, default),
        "userEntity": entity,
        "organizations": organizations,
    }


def teams_of(context: Context, user: User) -> list[str]:
    """Return the entity of a user and its teams, as W&B does.

    Teams that only occur in paths belong to the main user.
    """
    found = {row["entity"] for row in context.members.teams_of(user.id)}
    if user.id == MAIN_USER:
        of_user = context.for_user(user)
        with_projects = of_user.projects.entities()
        found |= {name for name in with_projects if of_user.access.entity(name)}
    return [user.name, *sorted(found - {user.name})]


def key_node(row: sqlite3.Row) -> Node:
    """Return an API key without its secret."""
    return {
        "id": node_id("ApiKey", row["id"]),
        "name": row["shown"],
        "description": row["description"],
        "ips": [],
    }


def entity_number(name: str) -> int:
    """Return the number in the id of an entity: the official client takes numbers only."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6])


def entity_node(context: Context, name: str) -> Node:
    """Return an entity: the account's own, or a team."""

    def first_moment(_: object) -> str:
        return context.projects.first_moment(name)

    return {
        "id": node_id("Entity", entity_number(name)),
        "name": name,
        "isTeam": context.users.find(name) is None,
        "entityType": entity_type(context, name),
        "available": False,
        "readOnly": context.access.entity(name) < Level.WRITE,
        "readOnlyAdmin": False,
        "privateOnly": False,
        "isPaid": False,
        "codeSavingEnabled": True,
        "defaultAccess": context.members.default_access(name) or DEFAULT_ACCESS,
        "tagCategories": [],
        "createdAt": first_moment,
        "xxhashDigestsEnabled": "ARTIFACT_DIGEST_ALGORITHM" in context.features,
    }


def organization_node(context: Context, organization: Organization) -> Node:
    """Return an organization, with the entity that owns its registries."""

    def teams(_: object) -> list[Node]:
        return [entity_node(context, team) for team in context.organizations.teams(organization)]

    return {
        "id": node_id("Organization", organization.id),
        "name": organization.name,
        "available": False,
        "orgType": "ORGANIZATION",
        "advancedRegistryFeatures": {"advancedSearch": False},
        # Registries are the only projects of an organization itself.
        "orgEntity": entity_node(context, organization.entity) | {"prefix": REGISTRY_PREFIX},
        "teams": teams,
    }


def organization_entity(node: Mapping[str, object]) -> Node:
    """Return the entity of an organization's node."""
    return _node.validate_python(node["orgEntity"])


def entity_type(context: Context, name: str) -> str:
    """Return the kind of an entity."""
    if context.organizations.owned_by(name) is not None:
        return "organization"
    return "team" if context.users.find(name) is None else "user"


def project_prefix(node: Mapping[str, object]) -> str:
    """Return what the names of the projects start with that an entity shows."""
    return str(node.get("prefix", ""))


def project_node(row: sqlite3.Row) -> Node:
    """Return a project."""
    return {
        "row": row,
        "id": node_id("Project", row["id"]),
        "internalId": node_id("ProjectInternalId", row["id"]),
        "name": row["name"],
        "entityName": row["entity"],
        "description": row["description"],
        "access": row["access"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "isBenchmark": False,
        "isPublished": False,
        "public": row["access"] in PUBLIC_ACCESS,
        "readOnly": False,
    }


def run_node(row: sqlite3.Row) -> Node:
    """Return a run."""
    tags: list[str] = json.loads(row["tags"])
    return {
        "row": row,
        "id": node_id("Run", row["id"]),
        "projectId": str(row["project_id"]),
        "name": row["name"],
        "displayName": row["display_name"],
        "description": row["description"],
        "notes": row["notes"],
        "state": row["state"],
        "config": row["config"],
        "wandbConfig": row["config"],
        "summaryMetrics": row["summary_metrics"],
        "systemMetrics": "{}",
        "tags": tags,
        "group": row["group_name"],
        "jobType": row["job_type"],
        "commit": row["commit_hash"],
        "host": row["host"],
        "sweepName": row["sweep_name"],
        "readOnly": False,
        "running": row["state"] == "running",
        "failed": row["state"] == "failed",
        "pendingUpdates": False,
        "computeSeconds": seconds_between(row["created_at"], row["updated_at"]),
        "tagColors": [{"name": name, "colorIndex": 0} for name in tags],
        "exitcode": row["exitcode"],
        "fileCount": row["file_count"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "heartbeatAt": row["updated_at"],
    }


def seconds_between(start: str, end: str) -> float:
    """Return the seconds between two times as they are stored."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def file_node(row: sqlite3.Row, path: RunPath) -> Node:
    """Return a file of a run; its URLs are made when a query selects them."""
    return {
        "run_path": path,
        "blob": row["blob"],
        "id": node_id("File", row["id"]),
        "name": row["name"],
        "displayName": row["name"],
        "sizeBytes": row["size"],
        "mimetype": row["mimetype"],
        "updatedAt": row["updated_at"],
        "createdAt": row["updated_at"],
        "md5": row["md5"],
        "digest": row["md5"],
        "exists": True,
        "isReference": False,
        "uploadHeaders": (),
    }


def absent_node(name: str, path: RunPath) -> Node:
    """Return the node for a name without a file: something to upload to."""
    return {
        "run_path": path,
        "blob": None,
        "id": node_id("AbsentFile", name),
        "name": name,
        "displayName": name,
        "sizeBytes": 0,
        "mimetype": guess_media_type(name),
        "updatedAt": None,
        "createdAt": None,
        "md5": None,
        "digest": None,
        "exists": False,
        "isReference": False,
        "uploadHeaders": (),
    }
