"""The page of a project: its runs with configuration and summary, filtered and sorted."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from ..context import Context
from ..filters import compile_filter, compile_order
from ..node_ids import parse_row_id
from ..resolvers.filtered_pages import found_page
from ..resolvers.nodes import project_node
from ..resolvers.records import RUN_FIELDS, RunRecord
from ..resolvers.runs import CREATION_KEYS, run_record, run_source
from .page import Page
from .projects import trail_to
from .values import flatten

RUNS_PER_PAGE = 50
SHOWN_COLUMNS = 8
"""Columns of configuration and of summary in a table of runs."""
STATES = ("running", "finished", "failed", "crashed", "killed")
NEWEST_FIRST = "-created_at"
SPECIAL_CHARACTER = re.compile(r"[\\.+*?()|\[\]{}^$#&~-]")
"""What has a meaning in a pattern."""


class Column(NamedTuple):
    """A column that runs can be sorted by."""

    name: str
    key: str
    """As orders name it."""
    kind: str = ""


PLAIN_COLUMNS = (
    Column("Run", "display_name"), Column("State", "state"), Column("Created", "created_at"),
)  # fmt: skip


class RunChoice(NamedTuple):
    """Which runs to show, and in which order."""

    name: str = ""
    state: str = ""
    tag: str = ""
    order: str = NEWEST_FIRST

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "RunChoice":
        """Return what a query string chooses."""
        given = {name: query[name].strip() for name in cls._fields if query.get(name, "").strip()}
        return cls(**given)

    def filters(self) -> str | None:
        """Return the filter, or None if all runs are shown."""
        clauses: list[JsonValue] = []
        if self.name:
            pattern = "(?i)" + SPECIAL_CHARACTER.sub(r"\\\g<0>", self.name)
            names = ("display_name", "name")
            clauses.append({"$or": [{name: {"$regex": pattern}} for name in names]})
        if self.state:
            clauses.append({"state": self.state})
        if self.tag:
            clauses.append({"tags": self.tag})
        return json.dumps({"$and": clauses}) if clauses else None

    def sorted_by(self, key: str) -> str:
        """Return `ascending` or `descending` if the runs are sorted by a key, or nothing."""
        if self.order.lstrip("+-") != key:
            return ""
        return "descending" if self.order.startswith("-") else "ascending"

    def order_by(self, key: str) -> str:
        """Return the order that a column offers: from the largest, then from the smallest."""
        return f"+{key}" if self.order == f"-{key}" else f"-{key}"


def project_page(context: Context, entity: str, project: str, query: Mapping[str, str]) -> Page:
    """Return the page of a project: a page of its runs, with configuration and summary."""
    row = context.projects.require(entity, project)
    choice = RunChoice.from_query(query)
    after = query.get("after") or None
    records, next_after, count = find_runs(context, project_node(row), choice, after)
    configs = [flatten(record.plain_config) for record in records]
    summaries = [flatten(record.summary) for record in records]
    columns = [
        *(Column(key, f"summary_metrics.{key}", "summary") for key in common_keys(summaries)),
        *(Column(key, f"config.{key}", "config") for key in common_keys(configs)),
    ]
    values = {
        "entity": entity, "project": project, "tab": "runs", "choice": choice,
        "plain_columns": PLAIN_COLUMNS, "columns": columns, "states": STATES,
        "runs": list(zip(records, configs, summaries, strict=True)),
        "count": count, "after": after, "next": next_after,
    }  # fmt: skip
    return Page("project.html", project, values, trail_to(entity))


def find_runs(
    context: Context, node: dict[str, object], choice: RunChoice, after: str | None
) -> tuple[Sequence[RunRecord], str | None, int]:
    """Return a page of runs, what the next page starts after, and the number of all."""
    source, filters = run_source(node, context), choice.filters()
    sorting = compile_order(choice.order, RUN_FIELDS, NEWEST_FIRST)
    if filters is None and sorting.key in CREATION_KEYS:
        rows = context.runs.after(
            source.parent_id, parse_row_id(after or ""), RUNS_PER_PAGE + 1,
            newest_first=sorting.descending,
        )  # fmt: skip
        records = [run_record(row, context) for row in rows[:RUNS_PER_PAGE]]
        more = str(records[-1].id) if len(rows) > RUNS_PER_PAGE else None
        return records, more, context.runs.count(source.parent_id)
    view = context.views.view(source, filters, compile_filter(filters, RUN_FIELDS), sorting)
    found = found_page(view, source, after, RUNS_PER_PAGE)
    return found.records, found.cursors[-1] if found.has_next else None, found.total


def common_keys(values: Sequence[Mapping[str, JsonValue]]) -> list[str]:
    """Return the keys that most of some objects have, most frequent first."""
    counts: dict[str, int] = {}
    for each in values:
        for key in each:
            counts[key] = counts.get(key, 0) + 1
    return sorted(counts, key=lambda key: -counts[key])[:SHOWN_COLUMNS]
