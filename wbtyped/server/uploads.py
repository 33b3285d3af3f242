"""Uploads for versions that are not committed yet."""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .access import Access
from .blobs import IncomingBlob
from .database import Database
from .http_errors import HttpError, not_found
from .manifests import MD5, XXH128, hex_digest
from .tracked_blobs import TrackedBlobs

COPY_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class AnnouncedFile:
    """A file that a client is about to upload; digests are base64, those of parts hex."""

    path: str
    digest: str
    md5: str
    algorithm: str
    parts: Mapping[int, str]


class Uploads:
    """Files, parts of files, and manifests as clients upload them."""

    def __init__(self, database: Database, blobs: TrackedBlobs) -> None:
        self._database = database
        self._blobs = blobs
        self._joins: dict[int, threading.Lock] = {}
        """By files whose parts are being joined."""

    def announce(
        self, artifact_id: int, files: Sequence[AnnouncedFile], access: Access
    ) -> list[sqlite3.Row]:
        """Return the rows of files, in order; a file that has a `blob` need not be uploaded.

        That is so if the user may read a version that contains it.
        """
        # A blob that exists already must not be removed before a row references it.
        with self._blobs.lock, self._database.transaction() as connection:
            row = connection.execute(
                "SELECT state FROM artifacts WHERE id = ?", (artifact_id,)
            ).fetchone()
            if row is None or row["state"] != "PENDING":
                raise HttpError("the artifact is already committed or deleted", status=409)
            rows = [self._announce(connection, artifact_id, file, access) for file in files]
            freed = [
                blob
                for row, file in zip(rows, files, strict=True)
                for blob in announce_parts(connection, row["id"], file.parts)
            ]
        with self._blobs.lock:
            self._blobs.remove_unreferenced(freed)
        return rows

    def _announce(
        self, connection: sqlite3.Connection, artifact_id: int, file: AnnouncedFile, access: Access
    ) -> sqlite3.Row:
        query = "SELECT * FROM draft_files WHERE artifact_id = ? AND path = ?"
        row: sqlite3.Row | None = connection.execute(query, (artifact_id, file.path)).fetchone()
        if row and row["blob"] and (row["digest"], row["md5"]) == (file.digest, file.md5):
            return row
        stored = connection.execute(
            "SELECT artifact_id, blob, birth_id FROM entries"
            " WHERE md5 = ? AND digest = ? AND blob IS NOT NULL",
            (file.md5, file.digest),
        )
        existing = access.first_readable(stored)
        blob, birth_id = (
            (existing["blob"], existing["birth_id"]) if existing else (None, artifact_id)
        )
        connection.execute(
            "INSERT INTO draft_files"
            " (artifact_id, path, digest, algorithm, expected_md5, birth_id, blob, md5)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (artifact_id, path) DO UPDATE SET"
            " digest = excluded.digest, algorithm = excluded.algorithm,"
            " expected_md5 = excluded.expected_md5, birth_id = excluded.birth_id,"
            " blob = excluded.blob, md5 = excluded.md5",
            (artifact_id, file.path, file.digest, file.algorithm, file.md5, birth_id, blob,
             file.md5 if blob else None),
        )  # fmt: skip
        saved: sqlite3.Row = connection.execute(query, (artifact_id, file.path)).fetchone()
        return saved

    # Uploads.

    def file(self, file_id: int) -> sqlite3.Row | None:
        """Return the row of an announced file."""
        row: sqlite3.Row | None = self._database.connection.execute(
            "SELECT * FROM draft_files WHERE id = ?", (file_id,)
        ).fetchone()
        return row

    def begin(self, file: sqlite3.Row) -> IncomingBlob:
        """Open a blob for a file."""
        return self._blobs.store.new_blob(xxh128=file["algorithm"] == XXH128)

    def receive(self, file: sqlite3.Row, blob: IncomingBlob) -> None:
        """Store an uploaded file, or reject it if a digest differs from the announced one."""
        check_digests(file, blob)
        self._store("draft_files", "id = ?", (file["id"],), blob)

    def receive_part(self, file_id: int, part: int, blob: IncomingBlob) -> None:
        """Store one part of a large file."""
        where, key = "file_id = ? AND number = ?", (file_id, part)
        expected = self._expected("draft_parts", where, key)
        if blob.hex_md5 != expected:
            raise HttpError("BadDigest", status=400)
        self._store("draft_parts", where, key, blob)

    def receive_manifest(self, manifest_id: int, blob: IncomingBlob) -> None:
        """Store a manifest."""
        query = "SELECT digest FROM draft_manifests WHERE id = ?"
        row = self._database.connection.execute(query, (manifest_id,)).fetchone()
        if row is None:
            raise not_found("manifest")
        if row["digest"] and row["digest"] != blob.md5:
            raise HttpError("BadDigest", status=400)
        self._store("draft_manifests", "id = ?", (manifest_id,), blob)

    def _expected(self, table: str, where: str, key: tuple[int, ...]) -> str:
        query = f"SELECT expected_md5 FROM {table} WHERE {where}"  # noqa: S608 - constants
        row = self._database.connection.execute(query, key).fetchone()
        if row is None:
            raise not_found("upload")
        return str(row["expected_md5"])

    def _store(self, table: str, where: str, key: tuple[int, ...], incoming: IncomingBlob) -> None:
        """Put a blob in place, and reference it in the row that waits for it."""
        incoming.sync()
        with self._blobs.lock:
            blob = incoming.finish(self._blobs.store)
            with self._database.transaction() as connection:
                old = connection.execute(f"SELECT blob FROM {table} WHERE {where}", key).fetchone()  # noqa: S608
                connection.execute(
                    f"UPDATE {table} SET blob = ?, md5 = ? WHERE {where}",  # noqa: S608
                    (blob.key, blob.md5, *key),
                )
            # Without a row, which was deleted meanwhile, nothing references the new blob.
            replaced = old["blob"] if old else blob.key
            self._blobs.remove_unreferenced([replaced] if replaced else [])

    # Large files.

    def assemble(self, file_id: int, done: Mapping[int, str]) -> str:
        """Join the parts of a file, whose hex MD5s are given; return its digest.

        Clients ask again if it takes long; then they wait for the same join.
        """
        with self._joins.setdefault(file_id, threading.Lock()):
            return self._join(file_id, done)

    def _join(self, file_id: int, done: Mapping[int, str]) -> str:
        file = self.file(file_id)
        if file is None:
            raise not_found("upload")
        if file["blob"] is None:
            parts = self._parts(file_id, done)
            blob = self.begin(file)
            try:
                for part in parts:
                    self._append(blob, part["blob"])
                self.receive(file, blob)
            finally:
                blob.discard()
            self._remove_parts(file_id, parts)
        return str(file["digest"])

    def _parts(self, file_id: int, done: Mapping[int, str]) -> list[sqlite3.Row]:
        query = "SELECT * FROM draft_parts WHERE file_id = ? ORDER BY number"
        rows = self._database.connection.execute(query, (file_id,)).fetchall()
        received = {row["number"]: hex_digest(row["md5"] or "") for row in rows}
        if not rows or received != dict(done):
            raise HttpError("InvalidPart: the parts uploaded are not the parts listed", status=400)
        return rows

    def _append(self, blob: IncomingBlob, key: str) -> None:
        with self._blobs.store.path(key).open("rb") as stream:
            while block := stream.read(COPY_BLOCK_BYTES):
                blob.write(block)

    def _remove_parts(self, file_id: int, parts: Sequence[sqlite3.Row]) -> None:
        with self._blobs.lock:
            with self._database.transaction() as connection:
                connection.execute("DELETE FROM draft_parts WHERE file_id = ?", (file_id,))
            self._blobs.remove_unreferenced(part["blob"] for part in parts)


def announce_parts(
    connection: sqlite3.Connection, file_id: int, parts: Mapping[int, str]
) -> list[str]:
    """Replace the parts of a file; those that are the same keep what was uploaded of them.

    Returns the blobs that are no longer needed. A file announced as a whole keeps its parts.
    """
    if not parts:
        return []
    query = "SELECT * FROM draft_parts WHERE file_id = ?"
    obsolete = [
        row
        for row in connection.execute(query, (file_id,)).fetchall()
        if parts.get(row["number"]) != row["expected_md5"]
    ]
    connection.executemany(
        "DELETE FROM draft_parts WHERE file_id = ? AND number = ?",
        [(file_id, row["number"]) for row in obsolete],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO draft_parts (file_id, number, expected_md5) VALUES (?, ?, ?)",
        [(file_id, number, md5) for number, md5 in parts.items()],
    )
    return [row["blob"] for row in obsolete if row["blob"]]


def check_digests(file: sqlite3.Row, blob: IncomingBlob) -> None:
    """Reject a blob whose digests are not those announced."""
    if blob.md5 != file["expected_md5"]:
        raise HttpError("BadDigest", status=400)
    actual = blob.md5 if file["algorithm"] == MD5 else blob.xxh128
    if actual != file["digest"]:
        raise HttpError("BadDigest", status=400)
