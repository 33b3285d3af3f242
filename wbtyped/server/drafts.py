"""Versions in the making: from the wish for one to its commit."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from .committing import commit, insert
from .contents import Contents
from .database import Database, now
from .labels import give_alias, give_tags
from .manifests import Entry, artifact_digest
from .refusals import Refusal, missing
from .uploaded_manifest import entries_of, read_manifest, stored_entry

FULL, INCREMENTAL, PATCH = "FULL", "INCREMENTAL", "PATCH"
"""Manifests: all files; those that changed since another version; those of one of many writers."""
_names = TypeAdapter(list[str])
_extra = TypeAdapter(dict[str, object])


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client says of a version before it sends the files."""

    sequence_id: int
    entity: str
    digest: str
    facts: Mapping[str, object]
    """Columns of the version."""
    aliases: Sequence[str]
    tags: Sequence[str]
    client_id: str | None = None
    distributed_id: str | None = None
    deduplicate: bool = False


class Drafts:
    """Versions that are not committed yet; nothing but their ids shows them."""

    def __init__(self, database: Database, contents: Contents) -> None:
        self._database = database
        self._contents = contents

    # Begin.

    def begin(self, wish: Wish) -> int:
        """Return the number of a version in the making, or of the one that has this content."""
        with self._database.writing() as rows:
            known = self._known(rows, wish)
            if known is not None:
                if known["state"] == "COMMITTED":
                    label(rows, known, wish.entity, wish.aliases, wish.tags)
                    log_again(rows, known, wish.facts.get("run_id"))
                return int(known["id"])
            moment = now()
            columns: dict[str, object] = {
                **wish.facts,
                "sequence_id": wish.sequence_id,
                "state": "PENDING",
                "digest": wish.digest,
                "client_id": wish.client_id,
                "distributed_id": wish.distributed_id,
                "created_at": moment,
                "updated_at": moment,
            }
            number = insert(rows, columns)
            rows.execute(
                "INSERT INTO drafts VALUES (?, ?, ?)",
                (number, json.dumps([*wish.aliases]), json.dumps([*wish.tags])),
            )
        return number

    def _known(self, rows: sqlite3.Connection, wish: Wish) -> sqlite3.Row | None:
        """Return the version that is meant when this is no new one."""

        def one(where: str, *values: object) -> sqlite3.Row | None:
            query = f"SELECT * FROM artifacts WHERE {where} ORDER BY id DESC LIMIT 1"  # noqa: S608
            row: sqlite3.Row | None = rows.execute(query, values).fetchone()
            return row

        if wish.client_id is not None:
            row = one("client_id = ?", wish.client_id)
            if row is not None and (row["digest"], row["sequence_id"]) != (
                wish.digest, wish.sequence_id,
            ):  # fmt: skip
                raise Refusal("Invalid Client ID digest", status=409)
            if row is not None:
                return row
        if wish.distributed_id is not None:
            where = "sequence_id = ? AND distributed_id = ?"
            row = one(where, wish.sequence_id, wish.distributed_id)
            if row is not None:
                return row
        # `Run.log_artifact()` of an existing version sends its digest, and no ID for a new one.
        logged_again = wish.facts.get("run_id") is not None and not (
            wish.client_id or wish.distributed_id
        )
        if not (wish.deduplicate or logged_again):
            return None
        where = "sequence_id = ? AND digest = ? AND state = 'COMMITTED'"
        return one(where, wish.sequence_id, wish.digest)

    def by_client_id(self, client_id: str) -> int | None:
        """Return the number of the version that a client gave this id."""
        query = "SELECT id FROM artifacts WHERE client_id = ?"
        row = self._database.reading.execute(query, (client_id,)).fetchone()
        return int(row["id"]) if row else None

    # Manifests.

    def manifest(
        self, number: int, name: str, kind: str, digest: str, base_id: int | None, run_name: str
    ) -> sqlite3.Row:
        """Return the record of a manifest, made or changed.

        Each of many writers has a manifest of its own, told apart by the run.
        """
        writer = run_name if kind == PATCH else ""
        with self._database.writing() as rows:
            self._refuse_committed(rows, number)
            rows.execute(
                "INSERT INTO draft_manifests (artifact_id, run_name, name, kind, base_id, digest)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (artifact_id, name, run_name) DO UPDATE SET"
                " digest = excluded.digest, base_id = coalesce(excluded.base_id, base_id)",
                (number, writer, name, kind, base_id, digest),
            )
            row: sqlite3.Row = rows.execute(
                "SELECT * FROM draft_manifests WHERE artifact_id = ? AND name = ? AND run_name = ?",
                (number, name, writer),
            ).fetchone()
        return row

    def update_manifest(
        self, manifest_id: int | None, digest: str | None, base_id: int | None
    ) -> sqlite3.Row:
        """Change what is given of a manifest."""
        with self._database.writing() as rows:
            rows.execute(
                "UPDATE draft_manifests SET digest = coalesce(?, digest),"
                " base_id = coalesce(?, base_id) WHERE id = ?",
                (digest, base_id, manifest_id),
            )
            row: sqlite3.Row | None = rows.execute(
                "SELECT * FROM draft_manifests WHERE id = ?", (manifest_id,)
            ).fetchone()
        if row is None:
            raise missing("manifest of a version in the making")
        return row

    def _refuse_committed(self, rows: sqlite3.Connection, number: int) -> sqlite3.Row:
        row: sqlite3.Row | None = rows.execute(
            "SELECT * FROM artifacts WHERE id = ?", (number,)
        ).fetchone()
        if row is None or row["state"] != "PENDING":
            raise Refusal("the artifact is not in the making", status=409)
        return row

    # Commit.

    def commit(self, number: int) -> None:
        """Make a version what its manifest says; again, it changes nothing.

        Refused when the manifest names a content that has not come, or has another digest than was
        announced.
        """
        with self._contents.changing:
            with self._database.writing() as rows:
                state = rows.execute("SELECT state FROM artifacts WHERE id = ?", (number,))
                found = state.fetchone()
                if found and found["state"] == "COMMITTED":
                    return
                version = self._refuse_committed(rows, number)
                entries = self._entries(rows, version)
                commit(rows, self._contents, version, list(entries.values()))
                freed = self._finish(rows, version)
            self._contents.free(freed)

    def _finish(self, rows: sqlite3.Connection, version: sqlite3.Row) -> list[str]:
        """Label a version, forget that it was in the making, and return what may go."""
        number = version["id"]
        query = (
            "SELECT drafts.*, entity FROM drafts, collections JOIN projects"
            " ON projects.id = project_id WHERE artifact_id = ? AND collections.id = ?"
        )
        draft = rows.execute(query, (number, version["sequence_id"])).fetchone()
        aliases, tags = (_names.validate_json(draft[column]) for column in ("aliases", "tags"))
        label(rows, version, draft["entity"], aliases, tags)
        blobs = rows.execute(
            "SELECT blob FROM draft_files WHERE artifact_id = ?"
            " UNION SELECT blob FROM draft_manifests WHERE artifact_id = ?"
            " UNION SELECT draft_parts.blob FROM draft_parts JOIN draft_files ON id = file_id"
            " WHERE artifact_id = ?",
            (number, number, number),
        ).fetchall()
        for table in ("draft_files", "draft_manifests", "drafts"):
            rows.execute(f"DELETE FROM {table} WHERE artifact_id = ?", (number,))  # noqa: S608
        return [row["blob"] for row in blobs if row["blob"]]

    def _entries(self, rows: sqlite3.Connection, version: sqlite3.Row) -> Mapping[str, Entry]:
        """Return the files of a version by their paths, from its manifests."""
        number = version["id"]
        manifests: list[sqlite3.Row] = rows.execute(
            "SELECT * FROM draft_manifests WHERE artifact_id = ? AND blob IS NOT NULL ORDER BY id",
            (number,),
        ).fetchall()
        if not manifests:
            raise Refusal("the artifact has no manifest", status=400)

        def content(digest: str, birth_id: int | None) -> tuple[str, str] | None:
            return self._content(rows, number, digest, birth_id)

        entries: dict[str, Entry] = {}
        for manifest in manifests:
            if manifest["kind"] == INCREMENTAL:
                entries |= self._base(rows, manifest["base_id"])
            text = self._contents.blobs.path(manifest["blob"]).read_bytes()
            entries |= entries_of(read_manifest(text), content)
        if manifests[-1]["kind"] == FULL:
            actual = artifact_digest(entries.values(), version["digest_algorithm"])
            if actual != version["digest"]:
                raise Refusal(f"the manifest's digest is {actual}, announced was another")
        return entries

    def _base(self, rows: sqlite3.Connection, base_id: int | None) -> dict[str, Entry]:
        found = rows.execute("SELECT * FROM entries WHERE artifact_id = ?", (base_id,)).fetchall()
        return {e["path"]: stored_entry(e, _extra.validate_json(e["extra"])) for e in found}

    def _content(
        self, rows: sqlite3.Connection, number: int, digest: str, birth_id: int | None
    ) -> tuple[str, str] | None:
        """Return key and MD5 of a content: sent for this version, or kept from another."""
        queries: Iterable[tuple[str, tuple[object, ...]]] = (
            ("SELECT blob, md5 FROM draft_files WHERE artifact_id = ? AND digest = ?"
             " AND blob IS NOT NULL", (number, digest)),
            ("SELECT blob, md5 FROM entries WHERE digest = ? AND birth_id = ?"
             " AND blob IS NOT NULL", (digest, birth_id)),
        )  # fmt: skip
        for query, values in queries:
            row = rows.execute(query, values).fetchone()
            if row:
                return row["blob"], row["md5"]
        return None


def log_again(rows: sqlite3.Connection, version: sqlite3.Row, run_id: object) -> None:
    """Record that a run logged a version which exists; the run that made it stays its creator."""
    if run_id is not None and run_id != version["run_id"]:
        rows.execute(
            "INSERT OR IGNORE INTO artifact_outputs VALUES (?, ?)", (run_id, version["id"])
        )


def label(
    rows: sqlite3.Connection, version: sqlite3.Row, entity: str,
    aliases: Iterable[str], tags: Iterable[str],
) -> None:  # fmt: skip
    """Give a version aliases in its own sequence, and tags."""
    for alias in aliases:
        give_alias(rows, version["sequence_id"], version["id"], alias)
    give_tags(rows, "artifact_tags", version["id"], entity, tags)
