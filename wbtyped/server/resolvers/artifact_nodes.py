"""Nodes of artifact types, collections and versions, and their records for filters."""

import sqlite3

from ..context import Context
from ..database import now
from ..node_ids import node_id
from ..uploads import AnnouncedFile
from .nodes import Node

COLLECTION_TYPES = {"SEQUENCE": "ArtifactSequence", "PORTFOLIO": "ArtifactPortfolio"}


def type_node(row: sqlite3.Row) -> Node:
    """Return an artifact type."""
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
        "__typename": COLLECTION_TYPES[row["kind"]],
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
    """Return the membership of a version in a collection."""
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
    """Return an alias and its collection."""
    collection = context.collections.by_id(row["collection_id"])
    return {
        "id": node_id("ArtifactAlias", row["id"]),
        "alias": row["alias"],
        "artifactCollection": collection_node(collection) if collection else None,
        "artifactCollectionName": collection["name"] if collection else "",
    }


def entry_node(row: sqlite3.Row, version: sqlite3.Row, url_prefix: str) -> Node:
    """Return a file of a version; its URLs and its type are made when a query selects them."""
    created, ref, path = version["created_at"], row["ref"], row["path"]
    return {
        "entry": row,
        "url_prefix": url_prefix,
        "blob": row["blob"],
        "id": node_id("ArtifactFile", f"{row['artifact_id']}:{path}"),
        "name": path,
        "displayName": path,
        "sizeBytes": row["size"] or 0,
        "updatedAt": created,
        "createdAt": created,
        "digest": row["digest"],
        "md5": row["md5"],
        "storagePath": ref or f"wandb_artifacts/{row['birth_id']}/{row['digest']}",
        "exists": True,
        "isReference": ref is not None,
        "uploadHeaders": (),
    }


def manifest_node(version: sqlite3.Row) -> Node:
    """Return the manifest of a version."""
    return {
        "id": node_id("ArtifactManifest", version["id"]),
        "artifactID": node_id("Artifact", version["id"]),
        "digest": version["manifest_md5"],
        "type": "FULL",
        "createdAt": version["created_at"],
        "file": {
            "version": version,
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


def draft_manifest_node(row: sqlite3.Row, context: Context) -> Node:
    """Return the manifest of an uncommitted version, with its upload URL."""
    return {
        "id": node_id("DraftManifest", row["id"]),
        "artifactID": node_id("Artifact", row["artifact_id"]),
        "digest": row["digest"],
        "type": row["kind"],
        "createdAt": now(),
        "file": {
            "blob": row["blob"],
            "id": node_id("DraftManifestFile", row["id"]),
            "name": row["name"],
            "displayName": row["name"],
            "sizeBytes": 0,
            "exists": row["blob"] is not None,
            "isReference": False,
            "uploadUrl": context.draft_manifest_url(row["id"]),
            "uploadHeaders": upload_headers(row["digest"], "application/json"),
        },
    }


def upload_node(row: sqlite3.Row, file: AnnouncedFile, mimetype: object, context: Context) -> Node:
    """Return an announced file, with its upload URLs."""
    file_id, is_stored = row["id"], row["blob"] is not None
    parts = [
        {"partNumber": part, "uploadUrl": context.draft_file_url(file_id, part)}
        for part in sorted(file.parts)
    ]
    multipart = {"uploadID": node_id("Upload", file_id), "uploadUrlParts": parts} if parts else None
    return {
        "blob": row["blob"],
        "id": node_id("Upload", file_id),
        "name": file.path,
        "displayName": file.path,
        "sizeBytes": 0,
        "mimetype": mimetype,
        "digest": file.digest,
        "md5": file.md5,
        "storagePath": f"wandb_artifacts/{row['birth_id']}/{file.digest}",
        "exists": is_stored,
        "isReference": False,
        "uploadUrl": None if is_stored else context.draft_file_url(file_id),
        "uploadHeaders": upload_headers("" if parts else file.md5, str(mimetype or "")),
        "uploadMultipartUrls": None if is_stored else multipart,
        "artifact": {"id": node_id("Artifact", row["birth_id"])},
    }


def upload_headers(md5: str, mimetype: str) -> list[str]:
    """Return the headers to send with an upload."""
    headers = {"Content-MD5": md5, "Content-Type": mimetype}
    return [f"{name}:{value}" for name, value in headers.items() if value]
