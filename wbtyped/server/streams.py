"""What runs log while they run, line by line: metrics, events, the console."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from .database import Database, now
from .refusals import Refusal

HISTORY = "wandb-history.jsonl"
EVENTS = "wandb-events.jsonl"
SUMMARY = "wandb-summary.json"
LOG = "output.log"
LARGEST_OFFSET = 2**62
"""Far from what SQLite can hold, so that lines may follow."""
TAIL = 1
"""Lines that a client gets to go on from where it stopped."""


class Chunk(BaseModel):
    """Lines of one file, from a line number on."""

    offset: Annotated[int, Field(ge=0, lt=LARGEST_OFFSET)] = 0
    content: list[str] = []


class StreamRequest(BaseModel):
    """What a client sends now and then, and at the end."""

    files: dict[str, Chunk] | None = None
    complete: bool | None = None
    exitcode: Annotated[int, Field(ge=-LARGEST_OFFSET, lt=LARGEST_OFFSET)] | None = None


def read_stream_request(body: bytes) -> StreamRequest:
    """Parse what a client sent, or refuse it."""
    try:
        return StreamRequest.model_validate_json(body)
    except ValidationError as error:
        raise Refusal(f"invalid file stream: {error.errors()[0]['msg']}", status=400) from error


class Streams:
    """The lines of all runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receive(self, run_id: int, request: StreamRequest) -> None:
        """Keep lines, in place of those that had their numbers, and note what became of the run."""
        changes: dict[str, object] = {"updated_at": now()}
        if request.complete:
            changes["state"] = "failed" if request.exitcode else "finished"
            changes["exitcode"] = request.exitcode or 0
        files = request.files or {}
        summary = files.get(SUMMARY)
        if summary is not None and summary.content:
            changes["summary_metrics"] = summary.content[-1]
        with self._database.writing() as rows:
            for name, chunk in files.items():
                if name != SUMMARY:
                    self._write(rows, run_id, name, chunk)
            assigned = ", ".join(f"{column} = ?" for column in changes)
            rows.execute(
                f"UPDATE runs SET {assigned} WHERE id = ?",  # noqa: S608 - columns are ours
                (*changes.values(), run_id),
            )

    def _write(self, rows: sqlite3.Connection, run_id: int, name: str, chunk: Chunk) -> None:
        numbered = enumerate(chunk.content, start=chunk.offset)
        rows.executemany(
            "INSERT OR REPLACE INTO stream_lines VALUES (?, ?, ?, ?)",
            [(run_id, name, number, line) for number, line in numbered],
        )

    def count(self, run_id: int, name: str) -> int:
        """Return the number that the next line of a file has."""
        query = "SELECT max(number) AS last FROM stream_lines WHERE run_id = ? AND name = ?"
        last = self._database.reading.execute(query, (run_id, name)).fetchone()["last"]
        return 0 if last is None else int(last) + 1

    def tail(self, run_id: int, name: str) -> str:
        """Return the last lines of a file, as a JSON list of texts."""
        query = (
            "SELECT line FROM stream_lines WHERE run_id = ? AND name = ? ORDER BY number DESC"
            " LIMIT ?"
        )
        rows = self._database.reading.execute(query, (run_id, name, TAIL)).fetchall()
        return json.dumps([row["line"] for row in reversed(rows)])

    def history(self, run_id: int) -> list[Mapping[str, object]]:
        """Return the metrics that a run logged, by step."""
        query = "SELECT line FROM stream_lines WHERE run_id = ? AND name = ? ORDER BY number"
        rows = self._database.reading.execute(query, (run_id, HISTORY))
        return [json.loads(row["line"]) for row in rows]
