"""Contents on their way to a version in the making."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .blobs import Incoming
from .contents import Contents
from .database import Database
from .manifests import MD5, XXH128, hex_of
from .refusals import Refusal, missing

BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that a client is about to send; digests are base64, those of parts in hex."""

    path: str
    digest: str
    md5: str
    algorithm: str
    parts: Mapping[int, str]


class Uploads:
    """Files, parts of files, and manifests as clients send them."""

    def __init__(self, database: Database, contents: Contents) -> None:
        self._database = database
        self._contents = contents

    def expect(self, number: int, files: Sequence[Announced]) -> list[sqlite3.Row]:
        """Return the records of files, in their order; one with a `blob` need not be sent."""
        # Contents that are known already must not go before a row names them.
        with self._contents.changing, self._database.writing() as rows:
            row = rows.execute("SELECT state FROM artifacts WHERE id = ?", (number,)).fetchone()
            if row is None or row["state"] != "PENDING":
                raise Refusal("the artifact is not in the making", status=409)
            return [self._expect(rows, number, file) for file in files]

    def _expect(self, rows: sqlite3.Connection, number: int, file: Announced) -> sqlite3.Row:
        query = "SELECT * FROM draft_files WHERE artifact_id = ? AND path = ?"
        row: sqlite3.Row | None = rows.execute(query, (number, file.path)).fetchone()
        if row and row["blob"] and (row["digest"], row["md5"]) == (file.digest, file.md5):
            return row
        known = rows.execute(
            "SELECT blob, birth_id FROM entries WHERE md5 = ? AND digest = ? AND blob IS NOT NULL"
            " LIMIT 1",
            (file.md5, file.digest),
        ).fetchone()
        blob, birth_id = (known["blob"], known["birth_id"]) if known else (None, number)
        rows.execute(
            "INSERT INTO draft_files"
            " (artifact_id, path, digest, algorithm, expected_md5, birth_id, blob, md5)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (artifact_id, path) DO UPDATE SET"
            " digest = excluded.digest, algorithm = excluded.algorithm,"
            " expected_md5 = excluded.expected_md5, birth_id = excluded.birth_id,"
            " blob = excluded.blob, md5 = excluded.md5",
            (number, file.path, file.digest, file.algorithm, file.md5, birth_id, blob,
             file.md5 if blob else None),
        )  # fmt: skip
        made: sqlite3.Row = rows.execute(query, (number, file.path)).fetchone()
        rows.executemany(
            "INSERT OR REPLACE INTO draft_parts (file_id, number, expected_md5) VALUES (?, ?, ?)",
            [(made["id"], part, md5) for part, md5 in file.parts.items()],
        )
        return made

    # Arrival.

    def file(self, file_id: int) -> sqlite3.Row | None:
        """Return the record of a file."""
        row: sqlite3.Row | None = self._database.reading.execute(
            "SELECT * FROM draft_files WHERE id = ?", (file_id,)
        ).fetchone()
        return row

    def begin(self, file: sqlite3.Row) -> Incoming:
        """Begin the content of a file."""
        return self._contents.blobs.incoming(xxh128=file["algorithm"] == XXH128)

    def receive(self, file: sqlite3.Row, content: Incoming) -> None:
        """Give a file its content, or refuse one that is not what was announced."""
        refuse_other_content(file, content)
        self._name("draft_files", "id = ?", (file["id"],), content)

    def receive_part(self, file_id: int, part: int, content: Incoming) -> None:
        """Take one part of a large file."""
        where, key = "file_id = ? AND number = ?", (file_id, part)
        expected = self._expected("draft_parts", where, key)
        if content.hex_md5 != expected:
            raise Refusal("BadDigest", status=400)
        self._name("draft_parts", where, key, content)

    def receive_manifest(self, manifest_id: int, content: Incoming) -> None:
        """Take a manifest."""
        query = "SELECT digest FROM draft_manifests WHERE id = ?"
        row = self._database.reading.execute(query, (manifest_id,)).fetchone()
        if row is None:
            raise missing("manifest")
        if row["digest"] and row["digest"] != content.md5:
            raise Refusal("BadDigest", status=400)
        self._name("draft_manifests", "id = ?", (manifest_id,), content)

    def _expected(self, table: str, where: str, key: tuple[int, ...]) -> str:
        query = f"SELECT expected_md5 FROM {table} WHERE {where}"  # noqa: S608 - both are ours
        row = self._database.reading.execute(query, key).fetchone()
        if row is None:
            raise missing("upload")
        return str(row["expected_md5"])

    def _name(self, table: str, where: str, key: tuple[int, ...], content: Incoming) -> None:
        """Put a content in place, and in the row that waits for it."""
        content.settle()
        with self._contents.changing:
            blob = content.finish(self._contents.blobs)
            with self._database.writing() as rows:
                old = rows.execute(f"SELECT blob FROM {table} WHERE {where}", key).fetchone()  # noqa: S608
                rows.execute(
                    f"UPDATE {table} SET blob = ?, md5 = ? WHERE {where}",  # noqa: S608
                    (blob.key, blob.md5, *key),
                )
            replaced = [old["blob"]] if old and old["blob"] else []
            self._contents.free([*replaced, blob.key])

    # Large files.

    def assemble(self, file_id: int, done: Mapping[int, str]) -> str:
        """Put the parts of a file together, whose MD5 in hex are given; returns its digest."""
        file = self.file(file_id)
        if file is None:
            raise missing("upload")
        if file["blob"] is None:
            parts = self._parts(file_id, done)
            content = self.begin(file)
            try:
                for part in parts:
                    self._append(content, part["blob"])
                self.receive(file, content)
            finally:
                content.discard()
            self._forget_parts(file_id, parts)
        return str(file["digest"])

    def _parts(self, file_id: int, done: Mapping[int, str]) -> list[sqlite3.Row]:
        query = "SELECT * FROM draft_parts WHERE file_id = ? ORDER BY number"
        rows = self._database.reading.execute(query, (file_id,)).fetchall()
        come = {row["number"]: hex_of(row["md5"] or "") for row in rows}
        if not rows or come != dict(done):
            raise Refusal("InvalidPart: the parts that came are not those named", status=400)
        return rows

    def _append(self, content: Incoming, key: str) -> None:
        with self._contents.blobs.path(key).open("rb") as stream:
            while block := stream.read(BLOCK):
                content.write(block)

    def _forget_parts(self, file_id: int, parts: Sequence[sqlite3.Row]) -> None:
        with self._contents.changing:
            with self._database.writing() as rows:
                rows.execute("DELETE FROM draft_parts WHERE file_id = ?", (file_id,))
            self._contents.free(part["blob"] for part in parts)


def refuse_other_content(file: sqlite3.Row, content: Incoming) -> None:
    """Refuse a content whose digests are not those announced."""
    if content.md5 != file["expected_md5"]:
        raise Refusal("BadDigest", status=400)
    actual = content.md5 if file["algorithm"] == MD5 else content.xxh128
    if actual != file["digest"]:
        raise Refusal("BadDigest", status=400)
