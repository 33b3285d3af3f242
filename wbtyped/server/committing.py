"""The moment in which a version comes into being: number, files, manifest, place."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence

from .contents import Contents
from .database import now
from .manifests import Entry, artifact_digest, manifest_json


def next_index(rows: sqlite3.Connection, collection_id: int) -> int:
    """Return the version number that comes next in a collection; numbers are never used again."""
    query = "SELECT max(version_index) AS last FROM memberships WHERE collection_id = ?"
    last = rows.execute(query, (collection_id,)).fetchone()["last"]
    return 0 if last is None else int(last) + 1


def join(rows: sqlite3.Connection, collection_id: int, number: int) -> None:
    """Make a version a member of a collection, under the next number there."""
    rows.execute(
        "INSERT INTO memberships (collection_id, artifact_id, version_index, created_at)"
        " VALUES (?, ?, ?, ?)",
        (collection_id, number, next_index(rows, collection_id), now()),
    )


def insert(rows: sqlite3.Connection, columns: Mapping[str, object]) -> int:
    """Insert a version and return its number."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    done = rows.execute(
        f"INSERT INTO artifacts ({names}) VALUES ({marks})",  # noqa: S608 - columns are ours
        tuple(columns.values()),
    )
    return int(done.lastrowid or 0)


def commit(
    rows: sqlite3.Connection, contents: Contents, version: sqlite3.Row, entries: Sequence[Entry]
) -> None:
    """Give a version its files, and all that follows from them.

    Whoever calls this holds `contents.changing`, so that no content goes before it is named.
    """
    number, home = version["id"], version["sequence_id"]
    text = manifest_json(entries, number, version["storage_layout"], version["storage_region"])
    manifest = contents.blobs.put(text, lasting=True)
    digest = artifact_digest(entries, version["digest_algorithm"])
    facts = {
        "state": "COMMITTED",
        "version_index": next_index(rows, home),
        "digest": digest,
        "commit_hash": hashlib.sha256(f"{number}:{digest}".encode()).hexdigest()[:20],
        "size": sum(entry.size or 0 for entry in entries),
        "file_count": len(entries),
        "manifest_blob": manifest.key,
        "manifest_md5": manifest.md5,
        "manifest_size": manifest.size,
        "updated_at": now(),
    }
    assigned = ", ".join(f"{column} = ?" for column in facts)
    rows.execute(
        f"UPDATE artifacts SET {assigned} WHERE id = ?",  # noqa: S608 - columns are ours
        (*facts.values(), number),
    )
    rows.executemany(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (number, e.path, e.digest, e.size, e.ref, json.dumps(dict(e.extra)), e.blob, e.md5,
             e.birth_id or number)
            for e in entries
        ],
    )  # fmt: skip
    join(rows, home, number)
