"""Pages of the server, of entities and of projects."""

from collections.abc import Mapping

from ..context import Context
from ..http_errors import not_found
from .page import Page, link

LARGEST = 50
"""Runs and collections that the page of storage names."""
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
            "collections": context.collections.count("project_id", row["id"]),
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


def key_page(context: Context) -> Page:
    """Return the page that says where the API key is; the key itself is on no page."""
    return Page("key.html", "API key", {"account": context.account}, [HOME])


def trail_to(entity: str, *parts: str) -> list[tuple[str, str]]:
    """Return the pages above one: home, the entity, and so on."""
    names = [entity, *parts]
    return [HOME, *((name, link(names[: n + 1])) for n, name in enumerate(names))]


def storage_page(context: Context, entity: str, project: str) -> Page:
    """Return the page that says what the storage of a project is used for."""
    row = context.projects.require(entity, project)
    total = context.sizes.project_bytes(row["id"])
    run_bytes = context.sizes.run_file_bytes(row["id"])
    values = {
        "entity": entity, "project": project, "tab": "storage", "bytes": total,
        "run_bytes": run_bytes, "artifact_bytes": total - run_bytes,
        "runs": context.sizes.largest_runs(row["id"], LARGEST),
        "collections": [
            {**found, "type": context.collections.type_by_id(found["type_id"])["name"]}
            for found in context.sizes.largest_collections(row["id"], LARGEST)
        ],
    }  # fmt: skip
    return Page("storage.html", f"Storage of {project}", values, trail_to(entity, project))
