"""Types, collections and versions of artifacts as queries see them."""

import json
import mimetypes
import sqlite3

from pydantic import JsonValue, TypeAdapter

from ..context import Context
from ..filters import Record
from ..relay import node_id
from .nodes import Node

KINDS = {"SEQUENCE": "ArtifactSequence", "PORTFOLIO": "ArtifactPortfolio"}
_metadata = TypeAdapter(dict[str, JsonValue])


def type_node(row: sqlite3.Row) -> Node:
    """Return a type of artifacts."""
    return {
        "row": row,
        "id": node_id("ArtifactType", row["id"]),
        "name": row["name"],
        "description": row["description"],
        "createdAt": row["created_at"],
    }


def collection_node(row: sqlite3.Row) -> Node:
    """Return a sequence or portfolio."""
    return {
        "__typename": KINDS[row["kind"]],
        "row": row,
        "id": node_id("ArtifactCollection", row["id"]),
        "name": row["name"],
        "description": row["description"],
        "state": "READY",
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
    }


def artifact_node(row: sqlite3.Row) -> Node:
    """Return a version."""
    return {
        "__typename": "Artifact",
        "row": row,
        "id": node_id("Artifact", row["id"]),
        "state": row["state"],
        "digest": row["digest"],
        "digestAlgorithm": row["digest_algorithm"],
        "description": row["description"],
        "metadata": row["metadata"],
        "size": row["size"],
        "fileCount": row["file_count"],
        "ttlDurationSeconds": row["ttl"],
        "ttlIsInherited": bool(row["ttl_inherited"]),
        "historyStep": row["history_step"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
    }


def membership_node(row: sqlite3.Row) -> Node:
    """Return the place of a version in a collection."""
    return {
        "__typename": "ArtifactCollectionMembership",
        "row": row,
        "id": node_id("ArtifactCollectionMembership", row["membership_id"]),
        "versionIndex": row["member_index"],
        "commitHash": row["commit_hash"],
        "createdAt": row["member_created_at"],
    }


def tag_node(row: sqlite3.Row) -> Node:
    """Return a tag."""
    return {
        "id": node_id("Tag", row["id"]),
        "name": row["name"],
        "tagCategoryName": "",
        "attributes": "{}",
    }


def alias_node(row: sqlite3.Row, context: Context) -> Node:
    """Return an alias, with the collection it belongs to."""
    collection = context.collections.by_id(row["collection_id"])
    return {
        "id": node_id("ArtifactAlias", row["id"]),
        "alias": row["alias"],
        "artifactCollection": collection_node(collection) if collection else None,
        "artifactCollectionName": collection["name"] if collection else "",
    }


def entry_node(row: sqlite3.Row, version: sqlite3.Row) -> Node:
    """Return a file of a version; a reference has the address of what it refers to."""
    return {
        "entry": row,
        "version": version,
        "blob": row["blob"],
        "id": node_id("ArtifactFile", f"{row['artifact_id']}:{row['path']}"),
        "name": row["path"],
        "displayName": row["path"],
        "sizeBytes": row["size"],
        "mimetype": mimetypes.guess_type(row["path"])[0],
        "updatedAt": version["created_at"],
        "createdAt": version["created_at"],
        "digest": row["digest"],
        "md5": row["md5"],
        "storagePath": row["ref"] or f"wandb_artifacts/{row['birth_id']}/{row['digest']}",
        "exists": True,
        "isReference": row["ref"] is not None,
        "uploadHeaders": (),
    }


def manifest_node(version: sqlite3.Row) -> Node:
    """Return the manifest of a version."""
    return {
        "id": node_id("ArtifactManifest", version["id"]),
        "digest": version["manifest_md5"],
        "type": "FULL",
        "createdAt": version["created_at"],
        "file": {
            "blob": version["manifest_blob"],
            "id": node_id("ArtifactManifestFile", version["id"]),
            "name": "wandb_manifest.json",
            "displayName": "wandb_manifest.json",
            "sizeBytes": version["manifest_size"],
            "md5": version["manifest_md5"],
            "digest": version["manifest_md5"],
            "exists": True,
            "isReference": False,
            "uploadHeaders": (),
        },
    }


def collection_record(row: sqlite3.Row, tags: list[str]) -> Record:
    """Return what filters and orders of collections may name."""
    return {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "tag": [*tags],
    }


def version_record(
    row: sqlite3.Row, collection: str, aliases: list[str], tags: list[str]
) -> Record:
    """Return what filters and orders of versions may name."""
    return {
        "id": row["id"],
        "name": f"{collection}:v{row['member_index']}",
        "version": row["member_index"],
        "version_index": row["member_index"],
        "versionIndex": row["member_index"],
        "state": row["state"],
        "digest": row["digest"],
        "size": row["size"],
        "description": row["description"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "alias": [*aliases],
        "tag": [*tags],
        "metadata": metadata_of(row["metadata"]),
    }


def metadata_of(text: str | None) -> dict[str, JsonValue]:
    """Return metadata parsed; what is no JSON object has no fields."""
    try:
        return _metadata.validate_python(json.loads(text or "{}"))
    except ValueError:
        return {}
