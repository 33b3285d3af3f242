"""Versions of artifacts, as rows: contents, aliases, links, tags, lineage."""

import json
import sqlite3
from collections.abc import Iterable, Mapping

from .committing import commit, insert, join
from .contents import Contents
from .database import Database, now
from .labels import LATEST, give_alias, give_tags
from .manifests import MD5, Entry
from .refusals import Refusal, missing
from .relay import row_number

MEMBERS = """
SELECT artifacts.*, memberships.id AS membership_id, memberships.version_index AS member_index,
  memberships.collection_id AS collection_id, memberships.created_at AS member_created_at
FROM memberships JOIN artifacts ON artifacts.id = artifact_id WHERE {where}
"""


ALIASES = """
SELECT aliases.*, memberships.artifact_id AS artifact_id
FROM aliases JOIN memberships ON memberships.id = membership_id
WHERE {where} = ? ORDER BY aliases.id
"""


class Versions:
    """Versions of artifacts."""

    def __init__(self, database: Database, contents: Contents) -> None:
        self._database = database
        self._contents = contents

    def _all(self, query: str, *values: object) -> list[sqlite3.Row]:
        return self._database.reading.execute(query, values).fetchall()

    def _one(self, query: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._database.reading.execute(query, values).fetchone()
        return row

    # Making.

    def add(
        self, sequence_id: int, contents: Mapping[str, bytes], references: Iterable[Entry],
        facts: Mapping[str, object],
    ) -> int:  # fmt: skip
        """Commit a version with these files and columns; returns its number."""
        moment = now()
        columns: dict[str, object] = {
            "state": "PENDING",
            "digest": "",
            "digest_algorithm": MD5,
            "storage_layout": "V2",
            "created_at": moment,
            "updated_at": moment,
            **facts,
            "sequence_id": sequence_id,
        }
        with self._contents.changing:
            entries = [*self._stored(contents), *references]
            with self._database.writing() as rows:
                number = insert(rows, columns)
                found = rows.execute("SELECT * FROM artifacts WHERE id = ?", (number,)).fetchone()
                commit(rows, self._contents, found, entries)
        return number

    def _stored(self, contents: Mapping[str, bytes]) -> Iterable[Entry]:
        for path, content in contents.items():
            blob = self._contents.blobs.put(content)
            yield Entry(path, blob.md5, blob.size, blob=blob.key, md5=blob.md5)

    def link(self, number: int, portfolio_id: int, aliases: Iterable[str]) -> sqlite3.Row:
        """Put a version into a portfolio, where it becomes the latest; returns the membership."""
        with self._database.writing() as rows:
            row = rows.execute(
                "SELECT id FROM memberships WHERE collection_id = ? AND artifact_id = ?",
                (portfolio_id, number),
            ).fetchone()
            if row is None:
                join(rows, portfolio_id, number)
        for alias in dict.fromkeys([*aliases, LATEST]):
            self.add_alias(portfolio_id, number, alias)
        found = self.membership(portfolio_id, number)
        assert found is not None  # noqa: S101 - it was made above
        return found

    def unlink(self, number: int, portfolio_id: int) -> None:
        """Take a version out of a portfolio; the version itself stays."""
        if self.membership(portfolio_id, number) is None:
            raise missing("link")
        with self._database.writing() as rows:
            rows.execute(
                "DELETE FROM memberships WHERE collection_id = ? AND artifact_id = ?",
                (portfolio_id, number),
            )

    def use(self, run_id: int, number: int, used_as: str | None = None) -> None:
        """Record that a run used a version."""
        with self._database.writing() as rows:
            rows.execute(
                "INSERT OR REPLACE INTO artifact_uses VALUES (?, ?, ?)", (run_id, number, used_as)
            )

    # Reading.

    def by_id(self, number: int | None) -> sqlite3.Row | None:
        """Return a version."""
        return self._one("SELECT * FROM artifacts WHERE id = ?", number)

    def members(self, collection_id: int) -> list[sqlite3.Row]:
        """Return the versions in a collection, each with its place there."""
        return self._all(MEMBERS.format(where="memberships.collection_id = ?"), collection_id)

    def memberships_of(self, number: int) -> list[sqlite3.Row]:
        """Return the places of a version, its own sequence first."""
        query = MEMBERS.format(where="memberships.artifact_id = ?") + " ORDER BY memberships.id"
        return self._all(query, number)

    def membership(self, collection_id: int, number: int) -> sqlite3.Row | None:
        """Return the place of a version in a collection."""
        where = "memberships.collection_id = ? AND artifact_id = ?"
        return self._one(MEMBERS.format(where=where), collection_id, number)

    def member_named(self, collection_id: int, alias: str) -> sqlite3.Row | None:
        """Return the place in a collection that an alias, a `vN` or a commit hash names."""
        index = row_number(alias[1:]) if alias.startswith("v") else None
        if index is not None:
            where = "memberships.collection_id = ? AND memberships.version_index = ?"
            found = self._one(MEMBERS.format(where=where), collection_id, index)
            if found is not None:
                return found
        where = (
            "memberships.id ="
            " (SELECT membership_id FROM aliases WHERE collection_id = ? AND alias = ?)"
        )
        found = self._one(MEMBERS.format(where=where), collection_id, alias)
        if found is not None:
            return found
        where = "memberships.collection_id = ? AND commit_hash = ?"
        return self._one(MEMBERS.format(where=where), collection_id, alias)

    def entries(
        self, number: int, after: str | None, size: int, names: Iterable[str] | None
    ) -> tuple[list[sqlite3.Row], bool]:
        """Return files of a version after a path, and whether more follow; `names` picks some."""
        if names is not None:
            wanted = sorted(name for name in set(names) if after is None or name > after)
            rows = [row for name in wanted[: size + 1] if (row := self.entry(number, name))]
            return rows[:size], len(wanted) > size
        query = "SELECT * FROM entries WHERE artifact_id = ? AND path > ? ORDER BY path LIMIT ?"
        rows = self._all(query, number, after or "", size + 1)
        return rows[:size], len(rows) > size

    def count_named(self, number: int, paths: Iterable[str]) -> int:
        """Return how many of the paths are files of a version."""
        query = (
            "SELECT count(*) AS found FROM entries WHERE artifact_id = ?"
            " AND path IN (SELECT value FROM json_each(?))"
        )
        row = self._one(query, number, json.dumps([*paths]))
        return int(row["found"]) if row else 0

    def entry(self, number: int, path: str) -> sqlite3.Row | None:
        """Return one file of a version."""
        return self._one("SELECT * FROM entries WHERE artifact_id = ? AND path = ?", number, path)

    def content(self, digest: str, birth_id: int | None) -> str | None:
        """Return the key of a content by its digest in base64, and the version it came with."""
        query = "SELECT blob FROM entries WHERE digest = ? AND blob IS NOT NULL"
        row = self._one(
            query + (" AND birth_id = ?" if birth_id else "") + " LIMIT 1",
            *((digest, birth_id) if birth_id else (digest,)),
        )
        return str(row["blob"]) if row else None

    def logged_by_run(self, run_id: int) -> list[sqlite3.Row]:
        """Return the versions that a run logged, new ones or not; drafts do not show."""
        query = (
            "SELECT * FROM artifacts WHERE state != 'PENDING' AND (run_id = ? OR id IN"
            " (SELECT artifact_id FROM artifact_outputs WHERE run_id = ?)) ORDER BY id"
        )
        return self._all(query, run_id, run_id)

    def used_by_run(self, run_id: int) -> list[sqlite3.Row]:
        """Return the versions that a run used."""
        query = "SELECT artifacts.* FROM artifacts JOIN artifact_uses ON artifact_id = artifacts.id"
        return self._all(f"{query} WHERE artifact_uses.run_id = ? ORDER BY artifacts.id", run_id)

    def runs_using(self, number: int) -> list[sqlite3.Row]:
        """Return the runs that used a version."""
        query = "SELECT runs.* FROM runs JOIN artifact_uses ON artifact_uses.run_id = runs.id"
        return self._all(f"{query} WHERE artifact_uses.artifact_id = ? ORDER BY runs.id", number)

    def run_by_id(self, number: int) -> sqlite3.Row | None:
        """Return a run."""
        return self._one("SELECT * FROM runs WHERE id = ?", number)

    # Aliases and tags.

    def aliases(self, where: str, number: int) -> list[sqlite3.Row]:
        """Return aliases of a membership, collection or artifact (`where` is the column)."""
        return self._all(ALIASES.format(where=where), number)

    def add_alias(self, collection_id: int, number: int, alias: str) -> None:
        """Give a version an alias in a collection; another version there loses it."""
        if self.membership(collection_id, number) is None:
            raise missing("artifact in the collection")
        with self._database.writing() as rows:
            give_alias(rows, collection_id, number, alias)

    def remove_alias(self, collection_id: int, number: int, alias: str) -> None:
        """Take an alias off a version."""
        place = self.membership(collection_id, number)
        if place is None:
            raise missing("artifact in the collection")
        with self._database.writing() as rows:
            rows.execute(
                "DELETE FROM aliases WHERE membership_id = ? AND alias = ?",
                (place["membership_id"], alias),
            )

    def tags_of(self, number: int) -> list[sqlite3.Row]:
        """Return the tags of a version, by name."""
        query = "SELECT tags.* FROM tags JOIN artifact_tags ON tag_id = tags.id"
        return self._all(f"{query} WHERE artifact_id = ? ORDER BY tags.name", number)

    def change_tags(
        self, number: int, entity: str, added: Iterable[str], removed: Iterable[str]
    ) -> None:
        """Give a version tags and take others off."""
        with self._database.writing() as rows:
            give_tags(rows, "artifact_tags", number, entity, added)
            rows.executemany(
                "DELETE FROM artifact_tags WHERE artifact_id = ?"
                " AND tag_id IN (SELECT id FROM tags WHERE name = ?)",
                [(number, name) for name in removed],
            )

    # Changing.

    def update(self, number: int, changes: Mapping[str, object]) -> None:
        """Change columns of a version."""
        given = {**changes, "updated_at": now()}
        assigned = ", ".join(f"{column} = ?" for column in given)
        with self._database.writing() as rows:
            rows.execute(
                f"UPDATE artifacts SET {assigned} WHERE id = ?",  # noqa: S608 - columns are ours
                (*given.values(), number),
            )

    def delete(self, number: int, *, with_aliases: bool) -> None:
        """Delete a version; one that has aliases stays unless they may go too."""
        if not with_aliases and self.aliases("memberships.artifact_id", number):
            raise Refusal(
                "artifact has aliases; delete them first or pass deleteAliases", status=400
            )
        with self._contents.changing:
            blobs = self._all("SELECT blob FROM entries WHERE artifact_id = ?", number)
            with self._database.writing() as rows:
                home = rows.execute(
                    "SELECT sequence_id FROM artifacts WHERE id = ?", (number,)
                ).fetchone()["sequence_id"]
                rows.execute(
                    "DELETE FROM aliases WHERE membership_id IN"
                    " (SELECT id FROM memberships WHERE artifact_id = ?)",
                    (number,),
                )
                rows.execute(
                    "DELETE FROM memberships WHERE artifact_id = ? AND collection_id != ?",
                    (number, home),
                )
                rows.execute("DELETE FROM entries WHERE artifact_id = ?", (number,))
                rows.execute(
                    "UPDATE artifacts SET state = 'DELETED', updated_at = ? WHERE id = ?",
                    (now(), number),
                )
            self._contents.free(row["blob"] for row in blobs if row["blob"])
