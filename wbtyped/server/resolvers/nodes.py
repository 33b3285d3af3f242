"""Nodes of accounts, projects, runs and files: mappings with the schema's field names.

A field that is expensive to compute is a function, called if a query selects it.
"""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from pydantic import TypeAdapter

from ..context import Context, RunPath
from ..media_types import guess_media_type
from ..node_ids import node_id
from ..organizations import Organization

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


def user_node(context: Context) -> Node:
    """Return the one account."""
    name = context.account

    def teams(_: object, **__: object) -> Node:
        found = [e for e in context.projects.entities() if e != name]
        edges = [{"node": entity_node(context, e), "cursor": e} for e in found]
        return {"edges": edges, "pageInfo": ONE_PAGE}

    entity = entity_node(context, name)
    return {
        "id": node_id("User", 1),
        "name": name,
        "username": name,
        "email": f"{name}@localhost",
        "entity": name,
        "admin": True,
        "flags": "{}",
        "teams": teams,
        "apiKeys": {"edges": [], "pageInfo": ONE_PAGE},
        "accountType": "USER",
        "createdAt": entity["createdAt"],
        "defaultEntity": entity,
        "userEntity": entity,
        "organizations": [organization_node(context, o) for o in context.organizations.all()],
    }


def entity_node(context: Context, name: str) -> Node:
    """Return an entity: the account's own, or a team."""

    def first_moment(_: object) -> str:
        return context.projects.first_moment(name)

    return {
        "id": node_id("Entity", name),
        "name": name,
        "isTeam": name != context.account,
        "entityType": entity_type(context, name),
        "available": False,
        "readOnly": False,
        "readOnlyAdmin": False,
        "privateOnly": False,
        "defaultAccess": DEFAULT_ACCESS,
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
    if any(found.entity == name for found in context.organizations.all()):
        return "organization"
    return "user" if name == context.account else "team"


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
