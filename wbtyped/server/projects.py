"""Projects and runs, as rows and as the nodes that queries see."""

import json
import random
import re
import secrets
import sqlite3
import string
from collections.abc import Mapping

from pydantic import TypeAdapter

from .database import Database, now
from .refusals import Refusal, missing
from .relay import LARGEST_ROW, number_of

# None of these may stand in a path or an address without meaning something else.
FORBIDDEN = re.compile(r"[/\\#?%:\r\n]")
RUN_ID = string.ascii_lowercase + string.digits
ADJECTIVES = ("amber", "brisk", "calm", "dusty", "eager", "fresh", "gentle", "hazy", "icy", "jolly")
NOUNS = ("brook", "cloud", "dune", "field", "grove", "haze", "lake", "meadow", "river", "sun")
# Inputs of upsertBucket that are kept as they are, and their columns.
RUN_COLUMNS = {
    "displayName": "display_name",
    "description": "description",
    "notes": "notes",
    "state": "state",
    "config": "config",
    "summaryMetrics": "summary_metrics",
    "groupName": "group_name",
    "jobType": "job_type",
    "commit": "commit_hash",
    "host": "host",
    "sweep": "sweep_name",
}

_tags = TypeAdapter(list[str | None])


class Projects:
    """Projects and their runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, entity: str, name: str) -> sqlite3.Row | None:
        """Return the row of a project."""
        query = "SELECT * FROM projects WHERE entity = ? AND name = ?"
        row: sqlite3.Row | None = self._database.reading.execute(query, (entity, name)).fetchone()
        return row

    def by_id(self, number: int) -> sqlite3.Row:
        """Return the row of a project that exists."""
        query = "SELECT * FROM projects WHERE id = ?"
        row: sqlite3.Row = self._database.reading.execute(query, (number,)).fetchone()
        return row

    def entities(self) -> list[str]:
        """Return the names of all entities that have a project."""
        rows = self._database.reading.execute("SELECT DISTINCT entity FROM projects ORDER BY 1")
        return [row["entity"] for row in rows]

    def page(self, entity: str, after: int, limit: int) -> list[sqlite3.Row]:
        """Return the projects of an entity that were made after one."""
        query = "SELECT * FROM projects WHERE entity = ? AND id > ? ORDER BY id LIMIT ?"
        return self._database.reading.execute(query, (entity, after, limit)).fetchall()

    def run_page(
        self, project_id: int, after: int | None, limit: int, *, newest_first: bool
    ) -> list[sqlite3.Row]:
        """Return the runs of a project that follow one."""
        where = "SELECT * FROM runs WHERE project_id = ?"
        if newest_first:
            query, start = f"{where} AND id < ? ORDER BY id DESC LIMIT ?", LARGEST_ROW
        else:
            query, start = f"{where} AND id > ? ORDER BY id LIMIT ?", 0
        values = (project_id, start if after is None else after, limit)
        return self._database.reading.execute(query, values).fetchall()

    def run_count(self, project_id: int) -> int:
        """Return how many runs a project has."""
        query = "SELECT count(*) FROM runs WHERE project_id = ?"
        return int(self._database.reading.execute(query, (project_id,)).fetchone()[0])

    def run_by_id(self, opaque: str) -> sqlite3.Row:
        """Return the run with an id; refuses an unknown one."""
        query = "SELECT * FROM runs WHERE id = ?"
        values = (number_of("Run", opaque),)
        row: sqlite3.Row | None = self._database.reading.execute(query, values).fetchone()
        if row is None:
            raise missing(f"run {opaque}")
        return row

    def find_run(self, project_id: int, name: str) -> sqlite3.Row | None:
        """Return the row of a run."""
        query = "SELECT * FROM runs WHERE project_id = ? AND name = ?"
        row: sqlite3.Row | None = self._database.reading.execute(
            query, (project_id, name)
        ).fetchone()
        return row

    def run_at(self, entity: str, project: str, run: str) -> sqlite3.Row | None:
        """Return the row of a run by its path."""
        owner = self.find(entity, project)
        return self.find_run(owner["id"], run) if owner else None

    def upsert(
        self, entity: str, name: str, changes: Mapping[str, object] | None = None
    ) -> tuple[sqlite3.Row, bool]:
        """Create or change a project; tells whether it is new."""
        if not name or FORBIDDEN.search(name) or len(name) > 128:
            raise Refusal(f"invalid project name: {name!r}", status=400)
        if not entity or "/" in entity:
            raise Refusal(f"invalid entity name: {entity!r}", status=400)
        with self._database.writing() as rows:
            moment = now()
            done = rows.execute(
                "INSERT OR IGNORE INTO projects (entity, name, created_at, updated_at)"
                " VALUES (?, ?, ?, ?)",
                (entity, name, moment, moment),
            )
            for column in ("description", "access"):
                if changes and changes.get(column) is not None:
                    rows.execute(
                        f"UPDATE projects SET {column} = ?, updated_at = ?"  # noqa: S608
                        " WHERE entity = ? AND name = ?",
                        (changes[column], moment, entity, name),
                    )
        row = self.find(entity, name)
        assert row is not None  # noqa: S101 - it was inserted above
        return row, done.rowcount > 0

    def upsert_run(
        self, project_id: int, name: str | None, changes: Mapping[str, object]
    ) -> tuple[sqlite3.Row, bool]:
        """Create or change a run; tells whether it is new. What is null in `changes` stays."""
        name = name or "".join(secrets.choice(RUN_ID) for _ in range(8))
        if "/" in name:
            raise Refusal(f"invalid run name: {name!r}", status=400)
        given = {
            RUN_COLUMNS[k]: v for k, v in changes.items() if k in RUN_COLUMNS and v is not None
        }
        if changes.get("tags") is not None:
            tags = _tags.validate_python(changes["tags"])
            given["tags"] = json.dumps([tag for tag in tags if tag is not None])
        with self._database.writing() as rows:
            moment = now()
            done = rows.execute(
                "INSERT OR IGNORE INTO runs"
                " (project_id, name, display_name, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
                (project_id, name, invented_title(name), moment, moment),
            )
            assigned = "".join(f"{column} = ?, " for column in given)
            rows.execute(
                f"UPDATE runs SET {assigned} updated_at = ?"  # noqa: S608 - columns are ours
                " WHERE project_id = ? AND name = ?",
                (*given.values(), moment, project_id, name),
            )
        row = self.find_run(project_id, name)
        assert row is not None  # noqa: S101 - it was inserted above
        return row, done.rowcount > 0


def invented_title(name: str) -> str:
    """Return a title for a run that nobody has named; the same run gets the same."""
    choose = random.Random(name)  # noqa: S311 - decoration
    return f"{choose.choice(ADJECTIVES)}-{choose.choice(NOUNS)}-{choose.randrange(1, 100)}"
