"""File streams: what runs log line by line, such as metrics, events and the console."""

import json
import random
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, Field, JsonValue, ValidationError

from .database import Database, now
from .http_errors import HttpError
from .limits import STREAM_BODY_BYTES
from .node_ids import MAX_ROW_ID
from .request_body import decode_body
from .user_json import read_object

HISTORY = "wandb-history.jsonl"
EVENTS = "wandb-events.jsonl"
SUMMARY = "wandb-summary.json"
LOG = "output.log"
STEP = "_step"
"""The metric that numbers the steps."""
MAX_OFFSET = 2**62
"""Far below SQLite's largest integer, so that line numbers can grow."""
NEWEST_LINES = 500
"""Lines at the end of a history that may be sent again without it counting as rewritten."""
TAIL_LINES = 1
"""Lines that a client needs to resume a stream."""


class Chunk(BaseModel):
    """Consecutive lines of one file, starting at a line number."""

    offset: Annotated[int, Field(ge=0, lt=MAX_OFFSET)] = 0
    content: list[str] = []


class StreamRequest(BaseModel):
    """What a client sends every few seconds, and when the run ends."""

    files: dict[str, Chunk] | None = None
    complete: bool | None = None
    exitcode: Annotated[int, Field(ge=-MAX_OFFSET, lt=MAX_OFFSET)] | None = None


def read_stream_request(body: bytes, encoding: str = "") -> StreamRequest:
    """Decode and parse a request body, or raise HttpError."""
    content = decode_body(body, encoding, STREAM_BODY_BYTES)
    try:
        return StreamRequest.model_validate_json(content)
    except ValidationError as error:
        raise HttpError(f"invalid file stream: {error.errors()[0]['msg']}", status=400) from error


class Streams:
    """The logged lines of all runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rewrites: Counter[int] = Counter()

    def rewrites(self, run_id: int) -> int:
        """Return how often other lines of a run's history than the newest ones were replaced."""
        return self._rewrites[run_id]

    def receive(self, run_id: int, request: StreamRequest) -> None:
        """Store lines, replacing earlier lines of the same numbers, and update the run's state."""
        changes: dict[str, object] = {"updated_at": now()}
        if request.complete:
            changes["state"] = "failed" if request.exitcode else "finished"
            changes["exitcode"] = request.exitcode or 0
        files = request.files or {}
        summary = files.get(SUMMARY)
        if summary is not None and summary.content:
            changes["summary_metrics"] = summary.content[-1]
        is_rewritten = False
        with self._database.transaction() as connection:
            for name, chunk in files.items():
                if name == HISTORY:
                    is_rewritten = replaces_older(connection, run_id, chunk)
                if name != SUMMARY:
                    self._write(connection, run_id, name, chunk)
                if name == HISTORY:
                    drop_exports(connection, run_id, chunk.offset)
            assigned = ", ".join(f"{column} = ?" for column in changes)
            connection.execute(
                f"UPDATE runs SET {assigned} WHERE id = ?",  # noqa: S608 - column names are constants
                (*changes.values(), run_id),
            )
            if request.complete:
                connection.execute("DELETE FROM stopped_runs WHERE run_id = ?", (run_id,))
        # Last, so that whoever has read older lines notices.
        self._rewrites[run_id] += is_rewritten

    def _write(self, connection: sqlite3.Connection, run_id: int, name: str, chunk: Chunk) -> None:
        numbered = enumerate(chunk.content, start=chunk.offset)
        connection.executemany(
            "INSERT OR REPLACE INTO stream_lines VALUES (?, ?, ?, ?)",
            [(run_id, name, number, line) for number, line in numbered],
        )

    def count(self, run_id: int, name: str) -> int:
        """Return the number of lines of a file, which is the offset of the next one."""
        query = "SELECT max(number) AS last FROM stream_lines WHERE run_id = ? AND name = ?"
        last = self._database.connection.execute(query, (run_id, name)).fetchone()["last"]
        return 0 if last is None else int(last) + 1

    def tail(self, run_id: int, name: str) -> str:
        """Return the last lines of a file, as a JSON list of strings."""
        query = (
            "SELECT line FROM stream_lines WHERE run_id = ? AND name = ? ORDER BY number DESC"
            " LIMIT ?"
        )
        rows = self._database.connection.execute(query, (run_id, name, TAIL_LINES)).fetchall()
        return json.dumps([row["line"] for row in reversed(rows)])

    def lines_after(
        self, run_id: int, name: str, after: int | None, limit: int
    ) -> list[sqlite3.Row]:
        """Return lines of a file after a number, in order."""
        query = (
            "SELECT number, line FROM stream_lines WHERE run_id = ? AND name = ? AND number > ?"
            " ORDER BY number LIMIT ?"
        )
        values = (run_id, name, -1 if after is None else after, limit)
        return self._database.connection.execute(query, values).fetchall()

    def lines_before(
        self, run_id: int, name: str, before: int | None, limit: int
    ) -> list[sqlite3.Row]:
        """Return the last lines of a file, or those before a number, in order."""
        query = (
            "SELECT number, line FROM stream_lines WHERE run_id = ? AND name = ? AND number < ?"
            " ORDER BY number DESC LIMIT ?"
        )
        values = (run_id, name, MAX_ROW_ID if before is None else before, limit)
        return self._database.connection.execute(query, values).fetchall()[::-1]

    def rewind(self, run_id: int, step: int) -> None:
        """Forget the steps after one; the summary becomes that of the last step that is kept."""
        steps = enumerate(self.objects(run_id, HISTORY))
        numbered = [(found.get(STEP, number), number, found) for number, found in steps]
        kept = [(n, found) for at, n, found in numbered if isinstance(at, int) and at <= step]
        summary: dict[str, object] = {}
        for _, found in kept:
            summary.update(found)
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM stream_lines WHERE run_id = ? AND name = ? AND number > ?",
                (run_id, HISTORY, kept[-1][0] if kept else -1),
            )
            drop_exports(connection, run_id, kept[-1][0] + 1 if kept else 0)
            connection.execute(
                "UPDATE runs SET summary_metrics = ?, updated_at = ? WHERE id = ?",
                (json.dumps(summary), now(), run_id),
            )
        self._rewrites[run_id] += 1

    def steps(
        self, run_id: int, first: int = 0, limit: int = -1
    ) -> tuple[list[Mapping[str, JsonValue]], int]:
        """Return the steps in some lines, each with its number, and the line after the last."""
        rows = self.lines_after(run_id, HISTORY, first - 1, limit)
        found: list[Mapping[str, JsonValue]] = [
            {STEP: row["number"], **read_object(row["line"])} for row in rows
        ]
        steps = [step for step in found if isinstance(step[STEP], int)]
        return steps, rows[-1]["number"] + 1 if rows else first

    def sampled(self, run_id: int, name: str, most: int) -> list[Mapping[str, JsonValue]]:
        """Return the JSON objects in at most so many lines of a file, each with its number.

        Of a longer file, one line of each of as many equal parts, at a place that varies, since
        many metrics are logged every so many steps; and the last line.
        """
        length = self.count(run_id, name)
        if length <= most:
            rows = self.lines_after(run_id, name, None, -1)
        else:
            chooser = random.Random(length)  # noqa: S311 - the same lines each time
            starts = [part * (length - 1) // (most - 1) for part in range(most)]
            chosen = [chooser.randrange(*part) for part in pairwise(starts)]
            query = (
                "SELECT number, line FROM stream_lines WHERE run_id = ? AND name = ?"
                " AND number IN (SELECT value FROM json_each(?)) ORDER BY number"
            )
            values = (run_id, name, json.dumps([*chosen, length - 1]))
            rows = self._database.connection.execute(query, values).fetchall()
        return [{STEP: row["number"], **read_object(row["line"])} for row in rows]

    def objects(
        self, run_id: int, name: str, numbers: Sequence[int] | None = None
    ) -> list[Mapping[str, JsonValue]]:
        """Return the JSON objects in lines of a file, or in all; what is no object is empty."""
        where, values = "run_id = ? AND name = ?", [run_id, name]
        if numbers is not None:
            where += " AND number IN (SELECT value FROM json_each(?))"
            values.append(json.dumps([*numbers]))
        query = f"SELECT line FROM stream_lines WHERE {where} ORDER BY number"  # noqa: S608 - constants
        rows = self._database.connection.execute(query, values)
        return [read_object(row["line"]) for row in rows]


def replaces_older(connection: sqlite3.Connection, run_id: int, chunk: Chunk) -> bool:
    """Return True if lines of a history come before or replace others than the newest ones."""
    query = (
        "SELECT number FROM stream_lines WHERE run_id = ? AND name = ? AND number >= ?"
        " ORDER BY number LIMIT 1 OFFSET ?"
    )
    values = (run_id, HISTORY, chunk.offset, NEWEST_LINES)
    return connection.execute(query, values).fetchone() is not None


def drop_exports(connection: sqlite3.Connection, run_id: int, line: int) -> None:
    """Forget exported files that have a line which is replaced, or a later one."""
    connection.execute(
        "DELETE FROM history_exports WHERE run_id = ? AND next_line > ?", (run_id, line)
    )
