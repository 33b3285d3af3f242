"""The page of a project: its runs with configuration and summary, filtered and sorted."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pydantic import JsonValue
from starlette.datastructures import QueryParams

from ..context import Context
from ..resolvers.nodes import seconds_between
from ..resolvers.records import RunRecord
from .page import Page
from .projects import trail_to
from .run_choice import COMPARISONS, STATES, RunChoice, find_runs
from .values import flatten

RUNS_PER_PAGE = 50
SHOWN_COLUMNS = 8
"""Columns of configuration and of summary, unless some are chosen."""
OFFERED_COLUMNS = 200
"""Columns of each kind that can be chosen; others can be written into the URL."""


class Column(NamedTuple):
    """A column that runs can be sorted by."""

    name: str
    key: str
    """As orders name it."""
    kind: str = ""


PLAIN_COLUMNS = (
    Column("Run", "display_name"), Column("State", "state"), Column("Created", "created_at"),
    Column("Duration", "duration"), Column("User", "username"),
)  # fmt: skip
PREFIXES = {"summary": "summary_metrics.", "config": "config."}


class RunRow(NamedTuple):
    """A run with its configuration and summary under dotted keys."""

    run: RunRecord
    config: Mapping[str, JsonValue]
    summary: Mapping[str, JsonValue]

    @property
    def seconds(self) -> float:
        """How long the run was active."""
        return seconds_between(self.run.row["created_at"], self.run.row["updated_at"])

    def value(self, column: Column) -> JsonValue:
        """Return the value in a column."""
        return (self.config if column.kind == "config" else self.summary).get(column.name, "")


def project_page(context: Context, entity: str, project: str, query: QueryParams) -> Page:
    """Return the page of a project: a page of its runs, with configuration and summary."""
    row = context.projects.require(entity, project)
    choice, after = RunChoice.from_query(query), query.get("after") or None
    records, next_after, count = find_runs(context, row, choice, after, RUNS_PER_PAGE)
    rows = [RunRow(each, flatten(each.plain_config), flatten(each.summary)) for each in records]
    asked = [column for key in query.getlist("column") if (column := column_of(key))]
    offered = offered_columns(rows, [*asked, *filter(None, [column_of(choice.where)])])
    columns = asked or common_columns(offered)
    values = {
        **choice_values(row, choice, offered), "tab": "runs",
        "plain_columns": PLAIN_COLUMNS, "offered": offered, "asked": asked,
        "kept": [column.key for column in asked],
        "columns": columns, "runs": rows,
        "numeric": {"duration", *(c.key for c in columns if is_numeric(rows, c))},
        "count": count, "after": after, "next": next_after,
    }  # fmt: skip
    return Page("project.html", project, values, trail_to(entity))


def choice_values(
    project: sqlite3.Row, choice: RunChoice, offered: Sequence[Column]
) -> Mapping[str, object]:
    """Return what the form needs that filters runs."""
    compared = [*PLAIN_COLUMNS[1:], *offered]
    return {
        "entity": project["entity"], "project": project["name"], "choice": choice,
        "states": STATES, "comparisons": COMPARISONS, "compared_columns": compared,
    }  # fmt: skip


def column_of(key: str) -> Column | None:
    """Return the column of a summary or configuration that a key names."""
    for kind, prefix in PREFIXES.items():
        if key.startswith(prefix) and len(key) > len(prefix):
            return Column(key.removeprefix(prefix), key, kind)
    return None


def offered_columns(rows: Sequence[RunRow], asked: Iterable[Column]) -> list[Column]:
    """Return the columns that can be chosen, most frequent first; `asked` are among them."""
    offered: list[Column] = []
    for kind, objects in (
        ("summary", (row.summary for row in rows)), ("config", (row.config for row in rows)),
    ):  # fmt: skip
        counts = Counter(key for each in objects for key in each)
        names = [name for name, _ in counts.most_common(OFFERED_COLUMNS)]
        names += [column.name for column in asked if column.kind == kind]
        offered += [Column(n, f"{PREFIXES[kind]}{n}", kind) for n in dict.fromkeys(names)]
    return offered


def common_columns(offered: Sequence[Column]) -> list[Column]:
    """Return the columns that are shown unless some are chosen."""
    return [
        column
        for kind in PREFIXES
        for column in [each for each in offered if each.kind == kind][:SHOWN_COLUMNS]
    ]


def is_numeric(rows: Sequence[RunRow], column: Column) -> bool:
    """Return True if a column has numbers only."""
    found = [value for row in rows if (value := row.value(column)) != ""]
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in found)
