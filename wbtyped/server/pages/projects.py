"""Pages of the server, of entities and of projects."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from ..context import Context
from ..http_errors import not_found
from ..resolvers.records import RunRecord
from .page import Page, link

RUNS_PER_PAGE = 50
SHOWN_COLUMNS = 8
"""Columns of configuration and of summary in a table of runs."""
HOME = ("Projects", "/")


def home_page(context: Context) -> Page:
    """Return the page of all projects."""
    names = sorted({context.account, *context.projects.entities()})
    return Page("home.html", "Projects", {"entities": [entity_row(context, n) for n in names]})


def entity_row(context: Context, name: str) -> Mapping[str, object]:
    """Return an entity with its projects and what they store."""
    rows = context.projects.with_prefix(name, "")
    projects = [
        {
            "name": row["name"],
            "runs": context.runs.count(row["id"]),
            "collections": len(context.collections.list_by("project_id", row["id"])),
            "bytes": context.sizes.project_bytes(row["id"]),
            "updated": row["updated_at"],
        }
        for row in rows
    ]
    largest = max((project["bytes"] for project in projects), default=0)
    return {"name": name, "projects": projects, "largest": largest}


def entity_page(context: Context, entity: str) -> Page:
    """Return the page of one entity; raises HttpError if it has no projects."""
    shown = entity_row(context, entity)
    if not shown["projects"] and entity != context.account:
        raise not_found(f"entity {entity}")
    return Page("home.html", entity, {"entities": [shown]}, [HOME])


def trail_to(entity: str, *parts: str) -> list[tuple[str, str]]:
    """Return the pages above one: home, the entity, and so on."""
    names = [entity, *parts]
    return [HOME, *((name, link(names[: n + 1])) for n, name in enumerate(names))]


def project_page(context: Context, entity: str, project: str, after: int | None) -> Page:
    """Return the page of a project: its newest runs, with configuration and summary."""
    row = context.projects.require(entity, project)
    rows = context.runs.after(row["id"], after, RUNS_PER_PAGE + 1, newest_first=True)
    records = [
        RunRecord(found, context.creators.find("run", found["id"]).name)
        for found in rows[:RUNS_PER_PAGE]
    ]
    values = {
        "entity": entity,
        "project": project,
        "runs": records,
        "config_keys": common_keys([record.plain_config for record in records]),
        "summary_keys": common_keys([record.summary for record in records]),
        "count": context.runs.count(row["id"]),
        "bytes": context.sizes.project_bytes(row["id"]),
        "next": records[-1].id if len(rows) > RUNS_PER_PAGE else None,
    }
    return Page("project.html", project, values, trail_to(entity))


def common_keys(values: Sequence[Mapping[str, JsonValue]]) -> list[str]:
    """Return the keys that most of some objects have, most frequent first."""
    counts: dict[str, int] = {}
    for each in values:
        for key in each:
            if not key.startswith("_"):
                counts[key] = counts.get(key, 0) + 1
    return sorted(counts, key=lambda key: -counts[key])[:SHOWN_COLUMNS]
