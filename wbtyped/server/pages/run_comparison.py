"""Pages of several runs of a project: their metrics in one chart each, and what differs."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from pydantic import JsonValue
from starlette.datastructures import QueryParams

from ..context import Context
from ..resolvers.records import RunRecord
from ..streams import HISTORY
from .charts import AXES, Charts
from .page import Page, cell, link, minute
from .projects import trail_to
from .run_choice import RunChoice, chosen_runs
from .run_table import choice_values
from .values import compare_values, flatten

CHARTED_RUNS = 10
"""More lines than this in a chart cannot be told apart."""
COMPARED_RUNS = 20
CHARTS = 12
LINES_READ = 2_000
"""Logged steps that are read of each run."""
POINTS = 250


class Charted(NamedTuple):
    """A run in the legend of charts."""

    name: str
    href: str
    state: object


def charts_page(context: Context, entity: str, project: str, query: QueryParams) -> Page:
    """Return the page of the metrics of some runs: a chart for each, a line for each run."""
    row = context.projects.require(entity, project)
    choice = RunChoice.from_query(query)
    records, count = chosen_runs(context, row, query, CHARTED_RUNS)
    charts = Charts(AXES.get(query.get("axis", ""), AXES["step"]))
    shown: list[Charted] = []
    for color, record in enumerate(records):
        name, href = names_of(record, entity, project)
        shown.append(Charted(name, href, record.row["state"]))
        charts.add_run(color, name, href, context.streams.sampled(record.id, HISTORY, LINES_READ))
    metric = query.get("metric", "").strip()
    found = charts.named(metric)
    values = {
        **choice_values(row, choice, ()), "tab": "charts", "axes": AXES.values(),
        "axis": charts.axis, "metric": metric, "charts": found[:CHARTS], "points": POINTS,
        "metric_count": len(found), "runs": shown, "count": count,
        "chosen": [*dict.fromkeys(query.getlist("run"))],
    }  # fmt: skip
    return Page("charts.html", f"Charts of {project}", values, trail_to(entity, project))


def comparison_page(context: Context, entity: str, project: str, query: QueryParams) -> Page:
    """Return the page that has configurations and summaries of some runs side by side."""
    row = context.projects.require(entity, project)
    records, count = chosen_runs(context, row, query, COMPARED_RUNS)
    everything = bool(query.get("all"))
    tables = [
        (title, compare_values([read(record) for record in records], everything=everything))
        for title, read in TABLES.items()
    ]
    values = {
        "entity": entity, "project": project, "tab": "compare", "count": count,
        "runs": [names_of(record, entity, project) for record in records],
        "everything": everything, "tables": tables,
        "toggled": [
            *((name, value) for name, value in query.multi_items() if name != "all"),
            *([] if everything else [("all", "1")]),
        ],
    }  # fmt: skip
    return Page("comparison.html", "Comparison of runs", values, trail_to(entity, project))


def names_of(record: RunRecord, entity: str, project: str) -> tuple[str, str]:
    """Return the name of a run that people know, and the URL path of its page."""
    name = record.row["name"]
    return record.row["display_name"] or name, link((entity, project, "runs", name))


def details(record: RunRecord) -> dict[str, JsonValue]:
    """Return what is known of a run besides what it logged."""
    row = record.row
    return {
        "Run": row["name"], "State": row["state"], "User": record.account,
        "Created": minute(row["created_at"]), "Tags": ", ".join(map(cell, record.tags)),
        "Group": row["group_name"],
        "Job type": row["job_type"], "Host": row["host"], "Commit": row["commit_hash"],
    }  # fmt: skip


TABLES: Mapping[str, Callable[[RunRecord], Mapping[str, JsonValue]]] = {
    "Configuration": lambda record: flatten(record.plain_config),
    "Summary": lambda record: flatten(record.summary),
    "Details": details,
}
