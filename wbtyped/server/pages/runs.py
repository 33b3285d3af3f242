"""Pages of runs: metrics, configuration, files and console."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict

from starlette.datastructures import QueryParams

from ..access import Level
from ..context import Context, RunPath
from ..http_errors import not_found
from ..resolvers.nodes import seconds_between
from ..resolvers.records import RunRecord
from ..streams import EVENTS, HISTORY, LOG
from .charts import AXES, Charts
from .page import Page, link
from .previews import preview
from .projects import trail_to
from .values import flatten

SHOWN_VERSIONS = 50
"""Versions of each kind that a run shows."""
CHARTS = 24
"""Metrics that are drawn; a run may have thousands."""
CHART_POINTS = 500
LINES_READ = 5_000
"""Logged steps that are read for the charts; of more, a sample."""
FILES_PER_PAGE = 100
CONSOLE_LINES = 200


def require_run(context: Context, entity: str, project: str, run: str) -> sqlite3.Row:
    """Return a run, or raise HttpError."""
    row = context.runs.find(context.projects.require(entity, project)["id"], run)
    if row is None:
        raise not_found(f"run {entity}/{project}/{run}")
    return row


def run_page(context: Context, entity: str, project: str, run: str, query: QueryParams) -> Page:
    """Return the page of a run."""
    row, versions = require_run(context, entity, project, run), context.versions
    record = RunRecord(row, context.creators.find("run", row["id"]).name)
    logged = Neighbours(versions.logged_by_run, versions.count_logged_by_run)
    used = Neighbours(versions.used_by_run, versions.count_used_by_run)
    start = query.get("from", "").strip()
    values = {
        "path": RunPath(entity, project, run), "entity": entity, "project": project,
        "values": [
            ("Summary", flatten(record.summary)),
            ("Configuration", flatten(record.plain_config)),
        ],
        "run": record,
        **metric_values(context, row, query),
        "console": context.streams.lines_before(row["id"], LOG, None, CONSOLE_LINES),
        "console_count": context.streams.count(row["id"], LOG),
        "artifacts": [
            ("Logged artifacts", *versions_next_to(context, row["id"], logged, SHOWN_VERSIONS)),
            ("Used artifacts", *versions_next_to(context, row["id"], used, SHOWN_VERSIONS)),
        ],
        "bytes": context.runs.storage_bytes(row["id"]),
        "duration": seconds_between(row["created_at"], row["updated_at"]),
        "start": start, **files_from(context, row, start),
    }  # fmt: skip
    title = str(row["display_name"] or run)
    return Page("run.html", title, values, trail_to(entity, project))


def metric_values(context: Context, row: sqlite3.Row, query: QueryParams) -> Mapping[str, object]:
    """Return the charts of a run: of its metrics, and of what the machine did meanwhile."""
    charts, system = Charts(AXES.get(query.get("axis", ""), AXES["step"])), Charts(AXES["runtime"])
    name, streams = str(row["display_name"] or row["name"]), context.streams
    charts.add_run(0, name, "", streams.sampled(row["id"], HISTORY, LINES_READ))
    system.add_run(0, name, "", streams.sampled(row["id"], EVENTS, LINES_READ))
    metric = query.get("metric", "").strip()
    found = charts.named(metric)
    return {
        "charts": found[:CHARTS], "metric_count": len(found), "metric": metric,
        "axes": AXES.values(), "axis": charts.axis, "points": CHART_POINTS,
        "system_charts": system.named()[:CHARTS], "system_axis": system.axis,
        "line_count": streams.count(row["id"], HISTORY), "lines_read": LINES_READ,
    }  # fmt: skip


Visible = Callable[[Iterable[sqlite3.Row]], list[sqlite3.Row]]
"""Returns those rows that the user may see."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What is next to a run or a version: how to read it by pages, and to count it."""

    rows_after: Callable[[int, int | None, int], list[sqlite3.Row]]
    count: Callable[[int], int]

    def first(
        self, row_id: int, limit: int, visible: Visible, *, limited: bool
    ) -> tuple[list[sqlite3.Row], int]:
        """Return the first of those that the user may see, and how many more there are."""
        if limited:
            found = visible(self.rows_after(row_id, None, -1))
            return found[:limit], max(len(found) - limit, 0)
        return self.rows_after(row_id, None, limit), max(self.count(row_id) - limit, 0)


def versions_next_to(
    context: Context, run_id: int, found: Neighbours, limit: int
) -> tuple[list[Mapping[str, object]], int]:
    """Return the first versions next to a run, and how many more there are."""
    access = context.access
    rows, more = found.first(run_id, limit, access.visible_versions, limited=access.limited)
    return [version_names(context, row) for row in rows], more


def version_names(context: Context, row: sqlite3.Row) -> Mapping[str, object]:
    """Return the names that a version is found by."""
    sequence = context.collections.by_id(row["sequence_id"])
    assert sequence is not None  # noqa: S101 - a version is deleted with its sequence
    owner = context.projects.by_id(sequence["project_id"])
    artifact_type = context.collections.type_by_id(sequence["type_id"])["name"]
    version = f"v{row['version_index']}"
    parts = (owner["entity"], owner["name"], "artifacts", artifact_type, sequence["name"], version)
    return {
        "name": f"{sequence['name']}:{version}", "type": artifact_type, "href": link(parts),
        "bytes": row["size"], "id": row["id"],
    }  # fmt: skip


def run_link(context: Context, run: sqlite3.Row) -> Mapping[str, object]:
    """Return the name of a run and the URL path of its page."""
    owner = context.projects.by_id(run["project_id"])
    href = link((owner["entity"], owner["name"], "runs", run["name"]))
    return {"name": run["display_name"] or run["name"], "href": href}


class FilesOfPage(TypedDict):
    """Rows of a table of files, and what the next ones come after."""

    files: list[sqlite3.Row]
    next: str | None


def files_from(context: Context, row: sqlite3.Row, start: str) -> FilesOfPage:
    """Return a page of the files of a run from a name on."""
    exact = context.files.find(row["id"], start) if start else None
    found = files_values(context, row, start)
    return {"files": [*([exact] if exact else []), *found["files"]], "next": found["next"]}


def files_values(context: Context, row: sqlite3.Row, after: str) -> FilesOfPage:
    """Return a page of the files of a run."""
    rows = context.files.files_after(row["id"], after, FILES_PER_PAGE + 1, None)
    shown = rows[:FILES_PER_PAGE]
    return {"files": shown, "next": shown[-1]["name"] if len(rows) > FILES_PER_PAGE else None}


def more_files(context: Context, entity: str, project: str, run: str, after: str) -> Page:
    """Return further rows of the table of files."""
    row = require_run(context, entity, project, run)
    values = {"path": RunPath(entity, project, run), **files_values(context, row, after)}
    return Page("run_files.html", run, values)


def file_page(context: Context, entity: str, project: str, run: str, name: str) -> Page:
    """Return the page of a file of a run."""
    row = require_run(context, entity, project, run)
    context.access.check(Level.READ, context.access.project(row["project_id"]), f"run {run}")
    found = context.files.find(row["id"], name)
    if found is None:
        raise not_found(f"file {name} of run {entity}/{project}/{run}")
    blob = context.blobs.store.path(found["blob"])
    values = {
        "name": name, "bytes": found["size"], "updated": found["updated_at"],
        "digest": found["md5"], "content": context.blob_url(found["blob"], name),
        "preview": preview(name, blob, found["size"]),
    }  # fmt: skip
    trail = [*trail_to(entity, project), (run, link((entity, project, "runs", run)))]
    return Page("file.html", name, values, trail)
