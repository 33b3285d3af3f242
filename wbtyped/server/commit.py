"""Commit a version: assign its number, files, manifest and membership in its sequence."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence

from .database import now
from .manifests import Entry, artifact_digest, manifest_json
from .tracked_blobs import TrackedBlobs


def next_version_index(connection: sqlite3.Connection, collection_id: int) -> int:
    """Return the next version number of a collection; numbers are never reused."""
    query = "SELECT max(version_index) AS last FROM memberships WHERE collection_id = ?"
    last = connection.execute(query, (collection_id,)).fetchone()["last"]
    return 0 if last is None else int(last) + 1


def add_membership(connection: sqlite3.Connection, collection_id: int, artifact_id: int) -> None:
    """Make a version a member of a collection, under the next number there."""
    connection.execute(
        "INSERT INTO memberships (collection_id, artifact_id, version_index, created_at)"
        " VALUES (?, ?, ?, ?)",
        (collection_id, artifact_id, next_version_index(connection, collection_id), now()),
    )


def insert_version(connection: sqlite3.Connection, columns: Mapping[str, object]) -> int:
    """Insert a version and return its row id."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    done = connection.execute(
        f"INSERT INTO artifacts ({names}) VALUES ({marks})",  # noqa: S608 - column names are constants
        tuple(columns.values()),
    )
    return done.lastrowid or 0


def commit_version(
    connection: sqlite3.Connection,
    blobs: TrackedBlobs,
    version: sqlite3.Row,
    entries: Sequence[Entry],
) -> None:
    """Commit a version with these files.

    The caller holds `blobs.lock`, so that no blob is removed before a row references it.
    """
    artifact_id, sequence_id = version["id"], version["sequence_id"]
    content = manifest_json(
        entries, artifact_id, version["storage_layout"], version["storage_region"]
    )
    manifest = blobs.store.put(content, durable=True)
    digest = artifact_digest(entries, version["digest_algorithm"])
    columns = {
        "state": "COMMITTED",
        "version_index": next_version_index(connection, sequence_id),
        "digest": digest,
        "commit_hash": hashlib.sha256(f"{artifact_id}:{digest}".encode()).hexdigest()[:20],
        "size": sum(entry.size or 0 for entry in entries),
        "file_count": len(entries),
        "manifest_blob": manifest.key,
        "manifest_md5": manifest.md5,
        "manifest_size": manifest.size,
        "updated_at": now(),
    }
    assigned = ", ".join(f"{column} = ?" for column in columns)
    connection.execute(
        f"UPDATE artifacts SET {assigned} WHERE id = ?",  # noqa: S608 - column names are constants
        (*columns.values(), artifact_id),
    )
    connection.executemany(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (artifact_id, entry.path, entry.digest, entry.size, entry.ref,
             json.dumps(dict(entry.extra)), entry.blob, entry.md5, entry.birth_id or artifact_id)
            for entry in entries
        ],
    )  # fmt: skip
    add_membership(connection, sequence_id, artifact_id)
