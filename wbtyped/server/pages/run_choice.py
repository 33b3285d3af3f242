"""Which runs of a project a page shows: filtered and sorted, or chosen one by one."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import JsonValue
from starlette.datastructures import QueryParams

from ..context import Context
from ..filters import compile_filter, compile_order
from ..node_ids import parse_row_id
from ..resolvers.filtered_pages import found_page
from ..resolvers.nodes import project_node
from ..resolvers.records import RUN_FIELDS, RunRecord
from ..resolvers.runs import CREATION_KEYS, run_record, run_source

STATES = ("running", "finished", "failed", "crashed", "killed")
NEWEST_FIRST = "-created_at"
SPECIAL_CHARACTER = re.compile(r"[\\.+*?()|\[\]{}^$#&~-]")
"""What has a meaning in a pattern."""
COMPARISONS = {
    "eq": "=", "ne": "≠", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤", "contains": "contains",
}  # fmt: skip
"""How values of a column are compared, and how that is written."""


class RunChoice(NamedTuple):
    """Which runs to show, and in which order."""

    name: str = ""
    state: str = ""
    tag: str = ""
    where: str = ""
    """The column that is compared with `value`, as orders name it."""
    is_: str = ""
    value: str = ""
    sweep: str = ""
    group: str = ""
    order: str = NEWEST_FIRST

    @classmethod
    def from_query(cls, query: QueryParams) -> "RunChoice":
        """Return what a query string chooses."""
        given = {name: query.get(name.rstrip("_"), "").strip() for name in cls._fields}
        return cls(**{name: value for name, value in given.items() if value})

    @property
    def parameters(self) -> Mapping[str, str]:
        """The parameters of a query string that chooses these runs."""
        given = {name.rstrip("_"): value for name, value in self._asdict().items()}
        return given if self.compared else {**given, "is": ""}

    @property
    def compared(self) -> bool:
        """Whether the values of a column are compared."""
        return bool(self.where and self.value)

    @property
    def is_filter(self) -> bool:
        """Whether some runs may be left out."""
        return self.filters() is not None

    def filters(self) -> str | None:
        """Return the filter, or None if all runs are shown."""
        clauses: list[JsonValue] = []
        if self.name:
            pattern = contains(self.name)
            clauses.append({"$or": [{name: pattern} for name in ("display_name", "name")]})
        for field, wanted in (
            ("state", self.state), ("tags", self.tag), ("sweep", self.sweep), ("group", self.group),
        ):  # fmt: skip
            if wanted:
                clauses.append({field: wanted})
        if self.compared:
            clauses.append({self.where: comparison(self.is_, self.value)})
        return json.dumps({"$and": clauses}) if clauses else None

    def sorted_by(self, key: str) -> str:
        """Return `ascending` or `descending` if the runs are sorted by a key, or nothing."""
        if self.order.lstrip("+-") != key:
            return ""
        return "descending" if self.order.startswith("-") else "ascending"

    def order_by(self, key: str) -> str:
        """Return the order that a column offers: from the largest, then from the smallest."""
        return f"+{key}" if self.order == f"-{key}" else f"-{key}"


def contains(part: str) -> dict[str, JsonValue]:
    """Return the condition that a string contains another, in any case."""
    return {"$regex": "(?i)" + SPECIAL_CHARACTER.sub(r"\\\g<0>", part)}


def comparison(name: str, value: str) -> dict[str, JsonValue]:
    """Return the condition that a form names; people write numbers as they write strings."""
    if name == "contains":
        return contains(value)
    try:
        read: JsonValue = json.loads(value)
    except (ValueError, RecursionError):
        read = value
    if name in {"gt", "gte", "lt", "lte"}:
        return {f"${name}": read}
    return {"$nin" if name == "ne" else "$in": [read, value]}


def find_runs(
    context: Context, project: sqlite3.Row, choice: RunChoice, after: str | None, most: int
) -> tuple[Sequence[RunRecord], str | None, int]:
    """Return a page of runs, what the next page starts after, and the number of all."""
    source, filters = run_source(project_node(project), context), choice.filters()
    sorting = compile_order(choice.order, RUN_FIELDS, NEWEST_FIRST)
    if filters is None and sorting.key in CREATION_KEYS:
        rows = context.runs.after(
            source.parent_id, parse_row_id(after or ""), most + 1,
            newest_first=sorting.descending,
        )  # fmt: skip
        records = [run_record(row, context) for row in rows[:most]]
        more = str(records[-1].id) if len(rows) > most else None
        return records, more, context.runs.count(source.parent_id)
    view = context.views.view(source, filters, compile_filter(filters, RUN_FIELDS), sorting)
    found = found_page(view, source, after, most)
    return found.records, found.cursors[-1] if found.has_next else None, found.total


def chosen_runs(
    context: Context, project: sqlite3.Row, query: QueryParams, most: int
) -> tuple[Sequence[RunRecord], int]:
    """Return the first of the runs that a query names, or of those that it filters; and how many.

    Names of runs that are gone are left out.
    """
    names = [*dict.fromkeys(query.getlist("run"))]
    if not names:
        records, _, count = find_runs(context, project, RunChoice.from_query(query), None, most)
        return records, count
    found = [row for name in names if (row := context.runs.find(project["id"], name))]
    return [run_record(row, context) for row in found[:most]], len(found)
