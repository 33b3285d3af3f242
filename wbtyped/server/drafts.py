"""Uncommitted versions, from the request for one to its commit."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from .access import Access
from .aliases_and_tags import add_tags, set_alias
from .commit import commit_version, insert_version
from .database import Database, now, stored_time
from .http_errors import HttpError, not_found
from .manifests import Entry, artifact_digest
from .tracked_blobs import TrackedBlobs
from .uploaded_manifest import manifest_entries, read_manifest, stored_entry

DRAFT_LIFETIME_SECONDS = 7 * 24 * 3600.0
"""Time until an uncommitted version that nobody works on is deleted."""
FULL, INCREMENTAL, PATCH = "FULL", "INCREMENTAL", "PATCH"
"""Kinds of manifests: all files, changes to a base version, or the files of one parallel writer."""
_names = TypeAdapter(list[str])
_extra = TypeAdapter(dict[str, object])


@dataclass(frozen=True, slots=True)
class VersionRequest:
    """What a client sends about a version before it uploads the files."""

    sequence_id: int
    entity: str
    digest: str
    columns: Mapping[str, object]
    """Columns of the version."""
    aliases: Sequence[str]
    tags: Sequence[str]
    client_id: str | None = None
    distributed_id: str | None = None
    deduplicate: bool = False


class Drafts:
    """Versions that are not committed yet; they can be found by their ids only."""

    def __init__(
        self,
        database: Database,
        blobs: TrackedBlobs,
        lifetime: float = DRAFT_LIFETIME_SECONDS,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._lifetime = lifetime

    # Create.

    def begin(self, request: VersionRequest) -> int:
        """Return the row id of a new version, or of the existing one with this content.

        Deletes versions that were begun long ago and never committed.
        """
        self.collect()
        with self._database.transaction() as connection:
            existing = self._find_existing(connection, request)
            if existing is not None:
                if existing["state"] == "COMMITTED":
                    add_aliases_and_tags(
                        connection, existing, request.entity, request.aliases, request.tags
                    )
                    record_output(connection, existing, request.columns.get("run_id"))
                else:
                    touch(connection, existing["id"])
                return int(existing["id"])
            moment = now()
            columns: dict[str, object] = {
                **request.columns,
                "sequence_id": request.sequence_id,
                "state": "PENDING",
                "digest": request.digest,
                "client_id": request.client_id,
                "distributed_id": request.distributed_id,
                "created_at": moment,
                "updated_at": moment,
            }
            artifact_id = insert_version(connection, columns)
            connection.execute(
                "INSERT INTO drafts VALUES (?, ?, ?)",
                (artifact_id, json.dumps([*request.aliases]), json.dumps([*request.tags])),
            )
        return artifact_id

    def _find_existing(
        self, connection: sqlite3.Connection, request: VersionRequest
    ) -> sqlite3.Row | None:
        """Return the existing version that a request is about, or None if it is for a new one."""

        def one(where: str, *values: object) -> sqlite3.Row | None:
            query = f"SELECT * FROM artifacts WHERE {where} ORDER BY id DESC LIMIT 1"  # noqa: S608
            row: sqlite3.Row | None = connection.execute(query, values).fetchone()
            return row

        if request.client_id is not None:
            row = one("client_id = ?", request.client_id)
            if row is not None and (row["digest"], row["sequence_id"]) != (
                request.digest, request.sequence_id,
            ):  # fmt: skip
                raise HttpError("Invalid Client ID digest", status=409)
            if row is not None:
                return row
        if request.distributed_id is not None:
            where = "sequence_id = ? AND distributed_id = ?"
            row = one(where, request.sequence_id, request.distributed_id)
            if row is not None:
                return row
        # `Run.log_artifact()` of an existing version sends its digest, and no ID for a new one.
        logged_again = request.columns.get("run_id") is not None and not (
            request.client_id or request.distributed_id
        )
        if not (request.deduplicate or logged_again):
            return None
        where = "sequence_id = ? AND digest = ? AND state = 'COMMITTED'"
        return one(where, request.sequence_id, request.digest)

    def add_client_id(self, client_id: str, artifact_id: int) -> None:
        """Record an id that a client gave to a version."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO client_ids VALUES (?, ?)", (client_id, artifact_id)
            )

    def find_by_client_id(self, client_id: str) -> int | None:
        """Return the row id of the version to which a client gave this id."""
        query = (
            "SELECT id FROM artifacts WHERE client_id = :id"
            " UNION SELECT artifact_id FROM client_ids WHERE client_id = :id"
        )
        row = self._database.connection.execute(query, {"id": client_id}).fetchone()
        return int(row["id"]) if row else None

    # Manifests.

    def manifest(
        self,
        artifact_id: int,
        name: str,
        kind: str,
        digest: str,
        base_id: int | None,
        run_name: str,
    ) -> sqlite3.Row:
        """Create or change a manifest and return its row.

        Parallel writers each have a manifest of their own, identified by the run.
        """
        writer = run_name if kind == PATCH else ""
        with self._database.transaction() as connection:
            self._require_pending(connection, artifact_id)
            touch(connection, artifact_id)
            connection.execute(
                "INSERT INTO draft_manifests (artifact_id, run_name, name, kind, base_id, digest)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (artifact_id, name, run_name) DO UPDATE SET"
                " digest = excluded.digest, base_id = coalesce(excluded.base_id, base_id)",
                (artifact_id, writer, name, kind, base_id, digest),
            )
            row: sqlite3.Row = connection.execute(
                "SELECT * FROM draft_manifests WHERE artifact_id = ? AND name = ? AND run_name = ?",
                (artifact_id, name, writer),
            ).fetchone()
        return row

    def version_of_manifest(self, manifest_id: int | None) -> int | None:
        """Return the row id of the version that a manifest was announced for."""
        query = "SELECT artifact_id FROM draft_manifests WHERE id = ?"
        row = self._database.connection.execute(query, (manifest_id,)).fetchone()
        return int(row["artifact_id"]) if row else None

    def update_manifest(
        self, manifest_id: int | None, digest: str | None, base_id: int | None
    ) -> sqlite3.Row:
        """Change digest and base version of a manifest, where given."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE draft_manifests SET digest = coalesce(?, digest),"
                " base_id = coalesce(?, base_id) WHERE id = ?",
                (digest, base_id, manifest_id),
            )
            row: sqlite3.Row | None = connection.execute(
                "SELECT * FROM draft_manifests WHERE id = ?", (manifest_id,)
            ).fetchone()
        if row is None:
            raise not_found("manifest of an uncommitted version")
        return row

    def _require_pending(self, connection: sqlite3.Connection, artifact_id: int) -> sqlite3.Row:
        row: sqlite3.Row | None = connection.execute(
            "SELECT * FROM artifacts WHERE id = ?", (artifact_id,)
        ).fetchone()
        if row is None or row["state"] != "PENDING":
            raise HttpError("the artifact is already committed or deleted", status=409)
        return row

    # Commit.

    def commit(self, artifact_id: int, access: Access) -> None:
        """Commit a version with the files in its manifest; do nothing if it is committed already.

        Rejected if the manifest lists a file that was neither uploaded nor is in a version that the
        user may read, or has another digest than announced.
        """
        with self._blobs.lock:
            with self._database.transaction() as connection:
                state = connection.execute(
                    "SELECT state FROM artifacts WHERE id = ?", (artifact_id,)
                )
                found = state.fetchone()
                if found and found["state"] == "COMMITTED":
                    return
                version = self._require_pending(connection, artifact_id)
                entries = self._entries(connection, version, access)
                commit_version(connection, self._blobs, version, list(entries.values()))
                freed = self._clear_draft(connection, version)
            self._blobs.remove_unreferenced(freed)

    def _clear_draft(self, connection: sqlite3.Connection, version: sqlite3.Row) -> list[str]:
        """Add aliases and tags, delete the draft, and return blobs that it referenced."""
        artifact_id = version["id"]
        query = (
            "SELECT drafts.*, entity FROM drafts, collections JOIN projects"
            " ON projects.id = project_id WHERE artifact_id = ? AND collections.id = ?"
        )
        draft = connection.execute(query, (artifact_id, version["sequence_id"])).fetchone()
        aliases, tags = (_names.validate_json(draft[column]) for column in ("aliases", "tags"))
        add_aliases_and_tags(connection, version, draft["entity"], aliases, tags)
        blobs = blobs_of(connection, artifact_id)
        for table in ("draft_files", "draft_manifests", "drafts"):
            connection.execute(f"DELETE FROM {table} WHERE artifact_id = ?", (artifact_id,))  # noqa: S608
        return blobs

    # Delete.

    def collect(self) -> int:
        """Delete versions that nobody works on any more; return how many bytes that freed.

        Contents that are also in a version, or in another upload, stay.
        """
        before = stored_time(datetime.now(UTC) - timedelta(seconds=self._lifetime))
        query = (
            "SELECT artifacts.id FROM drafts JOIN artifacts ON artifacts.id = artifact_id"
            " WHERE state = 'PENDING' AND updated_at < ?"
        )
        # Most of the time there is none, which is found out without a lock.
        if self._database.connection.execute(query, (before,)).fetchone() is None:
            return 0
        freed: list[str] = []
        with self._blobs.lock:
            with self._database.transaction() as connection:
                for row in connection.execute(query, (before,)).fetchall():
                    freed += blobs_of(connection, row["id"])
                    connection.execute("DELETE FROM artifacts WHERE id = ?", (row["id"],))
            return self._blobs.remove_unreferenced(freed)

    def _entries(
        self, connection: sqlite3.Connection, version: sqlite3.Row, access: Access
    ) -> Mapping[str, Entry]:
        """Return the files of a version by path, from its manifests."""
        artifact_id = version["id"]
        manifests: list[sqlite3.Row] = connection.execute(
            "SELECT * FROM draft_manifests WHERE artifact_id = ? AND blob IS NOT NULL ORDER BY id",
            (artifact_id,),
        ).fetchall()
        if not manifests:
            raise HttpError("the artifact has no manifest", status=400)

        def content(digest: str, birth_id: int | None) -> tuple[str, str] | None:
            return self._content(connection, artifact_id, digest, birth_id, access)

        entries: dict[str, Entry] = {}
        for manifest in manifests:
            if manifest["kind"] == INCREMENTAL:
                entries |= self._base(connection, manifest["base_id"])
            text = self._blobs.store.path(manifest["blob"]).read_bytes()
            entries |= manifest_entries(read_manifest(text), content)
        if manifests[-1]["kind"] == FULL:
            actual = artifact_digest(entries.values(), version["digest_algorithm"])
            if actual != version["digest"]:
                raise HttpError(
                    f"the manifest's digest is {actual}, not {version['digest']} as announced"
                )
        return entries

    def _base(self, connection: sqlite3.Connection, base_id: int | None) -> dict[str, Entry]:
        found = connection.execute(
            "SELECT * FROM entries WHERE artifact_id = ?", (base_id,)
        ).fetchall()
        return {e["path"]: stored_entry(e, _extra.validate_json(e["extra"])) for e in found}

    def _content(
        self, connection: sqlite3.Connection, artifact_id: int, digest: str, birth_id: int | None,
        access: Access,
    ) -> tuple[str, str] | None:  # fmt: skip
        """Return key and MD5 of a blob: uploaded for this version, or for an earlier one."""
        row = connection.execute(
            "SELECT blob, md5 FROM draft_files WHERE artifact_id = ? AND digest = ?"
            " AND blob IS NOT NULL",
            (artifact_id, digest),
        ).fetchone()
        row = row or access.first_readable(
            connection.execute(
                "SELECT artifact_id, blob, md5 FROM entries WHERE digest = ? AND birth_id = ?"
                " AND blob IS NOT NULL",
                (digest, birth_id),
            )
        )
        return (row["blob"], row["md5"]) if row else None


def blobs_of(connection: sqlite3.Connection, artifact_id: int) -> list[str]:
    """Return the blobs that were uploaded for an uncommitted version."""
    rows = connection.execute(
        "SELECT blob FROM draft_files WHERE artifact_id = :id"
        " UNION SELECT blob FROM draft_manifests WHERE artifact_id = :id"
        " UNION SELECT draft_parts.blob FROM draft_parts JOIN draft_files ON id = file_id"
        " WHERE artifact_id = :id",
        {"id": artifact_id},
    ).fetchall()
    return [row["blob"] for row in rows if row["blob"]]


def touch(connection: sqlite3.Connection, artifact_id: int) -> None:
    """Record that somebody works on an uncommitted version."""
    connection.execute("UPDATE artifacts SET updated_at = ? WHERE id = ?", (now(), artifact_id))


def record_output(connection: sqlite3.Connection, version: sqlite3.Row, run_id: object) -> None:
    """Record that a run logged an existing version; its creator stays the same."""
    if run_id is not None and run_id != version["run_id"]:
        connection.execute(
            "INSERT OR IGNORE INTO artifact_outputs VALUES (?, ?)", (run_id, version["id"])
        )


def add_aliases_and_tags(
    connection: sqlite3.Connection, version: sqlite3.Row, entity: str,
    aliases: Iterable[str], tags: Iterable[str],
) -> None:  # fmt: skip
    """Add aliases, in the version's own sequence, and tags."""
    for alias in aliases:
        set_alias(connection, version["sequence_id"], version["id"], alias)
    add_tags(connection, "artifact_tags", version["id"], entity, tags)
