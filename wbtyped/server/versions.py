"""Versions of artifacts, as rows: files, aliases, links, tags, lineage."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from .aliases_and_tags import LATEST, add_tags, set_alias
from .changes import list_length
from .commit import add_membership, commit_version, insert_version
from .database import Database, now
from .http_errors import HttpError, not_found
from .manifests import MD5, Entry
from .node_ids import MAX_ROW_ID, parse_row_id
from .tracked_blobs import TrackedBlobs

SELECT_MEMBERSHIPS = """
SELECT artifacts.*, memberships.id AS membership_id, memberships.version_index AS member_index,
  memberships.collection_id AS collection_id, memberships.created_at AS member_created_at
FROM memberships JOIN artifacts ON artifacts.id = artifact_id WHERE {where}
"""


SELECT_ALIASES = """
SELECT aliases.*, memberships.artifact_id AS artifact_id
FROM aliases JOIN memberships ON memberships.id = membership_id
WHERE {where} = ? ORDER BY aliases.id
"""


# Each half uses an index in the order of ids, so that neither reads more than the page has.
LOGGED_IDS = """
SELECT id FROM (
  SELECT * FROM (
    SELECT id FROM artifacts WHERE run_id = ? AND id > ? AND state != 'PENDING'
    ORDER BY id LIMIT ?
  ) UNION SELECT * FROM (
    SELECT artifact_id FROM artifact_outputs CROSS JOIN artifacts ON artifacts.id = artifact_id
    WHERE artifact_outputs.run_id = ? AND artifact_id > ? AND state != 'PENDING'
    ORDER BY artifact_id LIMIT ?
  )
) ORDER BY id LIMIT ?
"""


COUNT_LOGGED = """
SELECT (SELECT count(*) FROM artifacts WHERE run_id = ? AND state != 'PENDING') + (
  SELECT count(*) FROM artifact_outputs CROSS JOIN artifacts ON artifacts.id = artifact_id
  WHERE artifact_outputs.run_id = ? AND artifacts.run_id IS NOT ? AND state != 'PENDING'
) AS found
"""


class Versions:
    """Versions of artifacts."""

    def __init__(self, database: Database, blobs: TrackedBlobs) -> None:
        self._database = database
        self._blobs = blobs

    def _all(self, query: str, *values: object) -> list[sqlite3.Row]:
        return self._database.rows(query, values)

    def _one(self, query: str, *values: object) -> sqlite3.Row | None:
        return self._database.row(query, values)

    def _count(self, query: str, *values: object) -> int:
        """Return the column `found` of the one row of a query."""
        row = self._one(query, *values)
        return int(row["found"]) if row else 0

    # Creating and linking.

    def add(
        self, sequence_id: int, files: Mapping[str, bytes], references: Iterable[Entry],
        columns_given: Mapping[str, object],
    ) -> int:  # fmt: skip
        """Commit a version with these files and columns; return its row id."""
        moment = now()
        columns: dict[str, object] = {
            "state": "PENDING",
            "digest": "",
            "digest_algorithm": MD5,
            "storage_layout": "V2",
            "created_at": moment,
            "updated_at": moment,
            **columns_given,
            "sequence_id": sequence_id,
        }
        with self._blobs.lock:
            entries = [*self._store(files), *references]
            with self._database.transaction() as connection:
                artifact_id = insert_version(connection, columns)
                found = connection.execute(
                    "SELECT * FROM artifacts WHERE id = ?", (artifact_id,)
                ).fetchone()
                commit_version(connection, self._blobs, found, entries)
        return artifact_id

    def _store(self, files: Mapping[str, bytes]) -> Iterable[Entry]:
        for path, content in files.items():
            blob = self._blobs.store.put(content)
            yield Entry(path, blob.md5, blob.size, blob=blob.key, md5=blob.md5)

    def link(self, artifact_id: int, portfolio_id: int, aliases: Iterable[str]) -> sqlite3.Row:
        """Link a version into a portfolio, where it becomes the latest; return the membership."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT id FROM memberships WHERE collection_id = ? AND artifact_id = ?",
                (portfolio_id, artifact_id),
            ).fetchone()
            if row is None:
                add_membership(connection, portfolio_id, artifact_id)
        for alias in dict.fromkeys([*aliases, LATEST]):
            self.add_alias(portfolio_id, artifact_id, alias)
        found = self.membership(portfolio_id, artifact_id)
        assert found is not None  # noqa: S101 - created above
        return found

    def unlink(self, artifact_id: int, portfolio_id: int) -> None:
        """Remove a version from a portfolio; the version itself stays."""
        if self.membership(portfolio_id, artifact_id) is None:
            raise not_found("link")
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM memberships WHERE collection_id = ? AND artifact_id = ?",
                (portfolio_id, artifact_id),
            )

    def use(self, run_id: int, artifact_id: int, used_as: str | None = None) -> None:
        """Record that a run used a version."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO artifact_uses VALUES (?, ?, ?)",
                (run_id, artifact_id, used_as),
            )

    # Queries.

    def by_id(self, artifact_id: int | None) -> sqlite3.Row | None:
        """Return a version."""
        return self._one("SELECT * FROM artifacts WHERE id = ?", artifact_id)

    def memberships(self, collection_id: int) -> list[sqlite3.Row]:
        """Return the versions in a collection, with their membership columns."""
        return self._all(
            SELECT_MEMBERSHIPS.format(where="memberships.collection_id = ?"), collection_id
        )

    def scan_memberships(self, collection_id: int) -> Iterator[sqlite3.Row]:
        """Return the versions in a collection, one at a time."""
        query = SELECT_MEMBERSHIPS.format(where="memberships.collection_id = ?")
        return iter(self._database.connection.execute(query, (collection_id,)))

    def memberships_after(
        self, collection_id: int, after: int | None, limit: int, *, newest_first: bool
    ) -> list[sqlite3.Row]:
        """Return versions in a collection after a version number, or before it if newest first."""
        sign, direction = ("<", "DESC") if newest_first else (">", "ASC")
        start = (MAX_ROW_ID if newest_first else -1) if after is None else after
        where = f"memberships.collection_id = ? AND memberships.version_index {sign} ?"
        order = f" ORDER BY memberships.version_index {direction} LIMIT ?"
        query = SELECT_MEMBERSHIPS.format(where=where) + order
        return self._all(query, collection_id, start, limit)

    def memberships_added_after(
        self, collection_id: int, after: int | None, limit: int
    ) -> list[sqlite3.Row]:
        """Return versions in a collection after a membership, in the order they were added."""
        where = "memberships.collection_id = ? AND memberships.id > ?"
        query = SELECT_MEMBERSHIPS.format(where=where) + " ORDER BY memberships.id LIMIT ?"
        return self._all(query, collection_id, after or 0, limit)

    def memberships_by_ids(self, collection_id: int, ids: Sequence[int]) -> list[sqlite3.Row]:
        """Return those of some memberships of a collection that exist."""
        where = "memberships.id IN (SELECT value FROM json_each(?)) AND +collection_id = ?"
        return self._all(SELECT_MEMBERSHIPS.format(where=where), json.dumps([*ids]), collection_id)

    def members_by_ids(self, ids: Sequence[int]) -> list[sqlite3.Row]:
        """Return those of some memberships, in any collections, that exist."""
        where = "memberships.id IN (SELECT value FROM json_each(?))"
        return self._all(SELECT_MEMBERSHIPS.format(where=where), json.dumps([*ids]))

    def count(self, collection_id: int) -> int:
        """Return the number of versions in a collection."""
        return list_length(self._database, "versions", collection_id)

    def memberships_of(self, artifact_id: int) -> list[sqlite3.Row]:
        """Return the memberships of a version, that in its own sequence first."""
        query = (
            SELECT_MEMBERSHIPS.format(where="memberships.artifact_id = ?")
            + " ORDER BY memberships.id"
        )
        return self._all(query, artifact_id)

    def membership(self, collection_id: int, artifact_id: int) -> sqlite3.Row | None:
        """Return the membership of a version in a collection."""
        where = "memberships.collection_id = ? AND artifact_id = ?"
        return self._one(SELECT_MEMBERSHIPS.format(where=where), collection_id, artifact_id)

    def newest_committed(self, sequence_id: int) -> sqlite3.Row | None:
        """Return the newest committed version of a sequence."""
        query = (
            "SELECT * FROM artifacts WHERE sequence_id = ? AND state = 'COMMITTED'"
            " ORDER BY version_index DESC LIMIT 1"
        )
        return self._one(query, sequence_id)

    def find_membership(self, collection_id: int, alias: str) -> sqlite3.Row | None:
        """Return the member of a collection that an alias, a `vN` or a commit hash names."""
        index = parse_row_id(alias[1:]) if alias.startswith("v") else None
        if index is not None:
            where = "memberships.collection_id = ? AND memberships.version_index = ?"
            found = self._one(SELECT_MEMBERSHIPS.format(where=where), collection_id, index)
            if found is not None:
                return found
        where = (
            "memberships.id ="
            " (SELECT membership_id FROM aliases WHERE collection_id = ? AND alias = ?)"
        )
        found = self._one(SELECT_MEMBERSHIPS.format(where=where), collection_id, alias)
        if found is not None:
            return found
        # The `+` keeps SQLite from reading the whole collection to find one hash.
        where = "+memberships.collection_id = ? AND commit_hash = ?"
        return self._one(SELECT_MEMBERSHIPS.format(where=where), collection_id, alias)

    def entries_after(self, artifact_id: int, after: str | None, limit: int) -> list[sqlite3.Row]:
        """Return files of a version after a path, ordered by path."""
        query = "SELECT * FROM entries WHERE artifact_id = ? AND path > ? ORDER BY path LIMIT ?"
        return self._all(query, artifact_id, after or "", limit)

    def named_entries_after(
        self, artifact_id: int, after: str | None, limit: int, paths: Iterable[str]
    ) -> list[sqlite3.Row]:
        """Return those of some files of a version that exist, after a path, ordered by path."""
        wanted = sorted(path for path in set(paths) if after is None or path > after)
        rows = (self.entry(artifact_id, path) for path in wanted)
        return [*islice((row for row in rows if row is not None), limit)]

    def count_entries(self, artifact_id: int, paths: Iterable[str]) -> int:
        """Return how many of the paths are files of a version."""
        query = (
            "SELECT count(*) AS found FROM entries WHERE artifact_id = ?"
            " AND path IN (SELECT value FROM json_each(?))"
        )
        return self._count(query, artifact_id, json.dumps([*paths]))

    def entry(self, artifact_id: int, path: str) -> sqlite3.Row | None:
        """Return one file of a version."""
        return self._one(
            "SELECT * FROM entries WHERE artifact_id = ? AND path = ?", artifact_id, path
        )

    def find_blob(self, digest: str, birth_id: int | None) -> str | None:
        """Return the key of a blob by base64 digest and the version it was uploaded for."""
        query = "SELECT blob FROM entries WHERE digest = ? AND blob IS NOT NULL"
        row = self._one(
            query + (" AND birth_id = ?" if birth_id else "") + " LIMIT 1",
            *((digest, birth_id) if birth_id else (digest,)),
        )
        return str(row["blob"]) if row else None

    def with_content(self, digest: str, birth_id: int | None) -> list[int]:
        """Return the row ids of the versions that contain what `find_blob` finds."""
        query = "SELECT DISTINCT artifact_id FROM entries WHERE digest = ? AND blob IS NOT NULL"
        rows = self._all(
            query + (" AND birth_id = ?" if birth_id else ""),
            *((digest, birth_id) if birth_id else (digest,)),
        )
        return [row["artifact_id"] for row in rows]

    def logged_by_run(
        self, run_id: int, after: int | None = None, limit: int = -1
    ) -> list[sqlite3.Row]:
        """Return the committed versions that a run logged, as their creator or again, by id.

        A negative limit is none.
        """
        query = f"SELECT * FROM artifacts WHERE id IN ({LOGGED_IDS}) ORDER BY id"  # noqa: S608
        return self._all(query, *[run_id, after or 0, limit] * 2, limit)

    def count_logged_by_run(self, run_id: int) -> int:
        """Return the number of committed versions that a run logged."""
        return self._count(COUNT_LOGGED, run_id, run_id, run_id)

    def created_by_run(self, run_id: int) -> list[sqlite3.Row]:
        """Return the committed versions that a run created."""
        return self._all("SELECT * FROM artifacts WHERE run_id = ? AND state = 'COMMITTED'", run_id)

    def used_by_run(
        self, run_id: int, after: int | None = None, limit: int = -1
    ) -> list[sqlite3.Row]:
        """Return the versions that a run used, by id; a negative limit is none."""
        query = (
            "SELECT artifacts.*, used_as FROM artifact_uses"
            " CROSS JOIN artifacts ON artifacts.id = artifact_id"
            " WHERE artifact_uses.run_id = ? AND artifact_id > ? ORDER BY artifact_id LIMIT ?"
        )
        return self._all(query, run_id, after or 0, limit)

    def count_used_by_run(self, run_id: int) -> int:
        """Return the number of versions that a run used."""
        return self._count("SELECT count(*) AS found FROM artifact_uses WHERE run_id = ?", run_id)

    def runs_using(
        self, artifact_id: int, after: int | None = None, limit: int = -1
    ) -> list[sqlite3.Row]:
        """Return the runs that used a version, by id; a negative limit is none."""
        query = (
            "SELECT runs.* FROM artifact_uses CROSS JOIN runs ON runs.id = run_id"
            " WHERE artifact_id = ? AND run_id > ? ORDER BY run_id LIMIT ?"
        )
        return self._all(query, artifact_id, after or 0, limit)

    def count_runs_using(self, artifact_id: int) -> int:
        """Return the number of runs that used a version."""
        query = "SELECT count(*) AS found FROM artifact_uses WHERE artifact_id = ?"
        return self._count(query, artifact_id)

    def run_by_id(self, run_id: int) -> sqlite3.Row | None:
        """Return a run."""
        return self._one("SELECT * FROM runs WHERE id = ?", run_id)

    # Aliases and tags.

    def aliases(self, where: str, row_id: int) -> list[sqlite3.Row]:
        """Return the aliases of a membership, collection or artifact (`where` is the column)."""
        return self._all(SELECT_ALIASES.format(where=where), row_id)

    def aliases_after(self, collection_id: int, after: int | None, limit: int) -> list[sqlite3.Row]:
        """Return aliases in a collection after an id, by id."""
        query = (
            "SELECT aliases.*, memberships.artifact_id AS artifact_id FROM aliases"
            " CROSS JOIN memberships ON memberships.id = membership_id"
            " WHERE aliases.collection_id = ? AND aliases.id > ? ORDER BY aliases.id LIMIT ?"
        )
        return self._all(query, collection_id, after or 0, limit)

    def count_aliases(self, collection_id: int) -> int:
        """Return the number of aliases in a collection."""
        query = "SELECT count(*) AS found FROM aliases WHERE collection_id = ?"
        return self._count(query, collection_id)

    def add_alias(self, collection_id: int, artifact_id: int, alias: str) -> None:
        """Give a version an alias in a collection; another version there loses it."""
        if self.membership(collection_id, artifact_id) is None:
            raise not_found("artifact in the collection")
        with self._database.transaction() as connection:
            set_alias(connection, collection_id, artifact_id, alias)

    def remove_alias(self, collection_id: int, artifact_id: int, alias: str) -> None:
        """Remove an alias from a version."""
        membership = self.membership(collection_id, artifact_id)
        if membership is None:
            raise not_found("artifact in the collection")
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM aliases WHERE membership_id = ? AND alias = ?",
                (membership["membership_id"], alias),
            )

    def tags_of(self, artifact_id: int) -> list[sqlite3.Row]:
        """Return the tags of a version, ordered by name."""
        query = "SELECT tags.* FROM tags JOIN artifact_tags ON tag_id = tags.id"
        return self._all(f"{query} WHERE artifact_id = ? ORDER BY tags.name", artifact_id)

    def change_tags(
        self, artifact_id: int, entity: str, added: Iterable[str], removed: Iterable[str]
    ) -> None:
        """Add tags to a version and remove others."""
        with self._database.transaction() as connection:
            add_tags(connection, "artifact_tags", artifact_id, entity, added)
            connection.executemany(
                "DELETE FROM artifact_tags WHERE artifact_id = ?"
                " AND tag_id IN (SELECT id FROM tags WHERE name = ?)",
                [(artifact_id, name) for name in removed],
            )

    # Changes.

    def update(self, artifact_id: int, changes: Mapping[str, object]) -> None:
        """Change columns of a version."""
        given = {**changes, "updated_at": now()}
        assigned = ", ".join(f"{column} = ?" for column in given)
        with self._database.transaction() as connection:
            connection.execute(
                f"UPDATE artifacts SET {assigned} WHERE id = ?",  # noqa: S608 - column names are constants
                (*given.values(), artifact_id),
            )

    def delete(self, artifact_id: int, *, with_aliases: bool) -> None:
        """Delete a version; reject one with aliases unless `with_aliases` is set."""
        if not with_aliases and self.aliases("memberships.artifact_id", artifact_id):
            raise HttpError(
                "the artifact has aliases; delete them first, or pass deleteAliases", status=400
            )
        with self._blobs.lock:
            blobs = self._all("SELECT blob FROM entries WHERE artifact_id = ?", artifact_id)
            with self._database.transaction() as connection:
                home = connection.execute(
                    "SELECT sequence_id FROM artifacts WHERE id = ?", (artifact_id,)
                ).fetchone()["sequence_id"]
                connection.execute(
                    "DELETE FROM aliases WHERE membership_id IN"
                    " (SELECT id FROM memberships WHERE artifact_id = ?)",
                    (artifact_id,),
                )
                connection.execute(
                    "DELETE FROM memberships WHERE artifact_id = ? AND collection_id != ?",
                    (artifact_id, home),
                )
                connection.execute("DELETE FROM entries WHERE artifact_id = ?", (artifact_id,))
                connection.execute(
                    "UPDATE artifacts SET state = 'DELETED', updated_at = ? WHERE id = ?",
                    (now(), artifact_id),
                )
            self._blobs.remove_unreferenced(row["blob"] for row in blobs if row["blob"])
