"""Pages of artifacts: types, collections, versions, their files, lineage and differences."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..access import Level
from ..context import Context
from ..http_errors import not_found
from .page import Page, link
from .previews import preview
from .projects import trail_to
from .runs import versions_of

FILES_PER_PAGE = 100
DIFFERENCES = 1_000
"""Files that a comparison shows."""
DIFF_PAGE = 5_000


class VersionPath(NamedTuple):
    """The names in the URL path of a version."""

    entity: str
    project: str
    type: str
    collection: str
    alias: str

    @property
    def parts(self) -> Sequence[str]:
        """The parts of the URL path."""
        return (self.entity, self.project, "artifacts", *self[2:])


def types_page(context: Context, entity: str, project: str, artifact_type: str | None) -> Page:
    """Return the page of the collections of a project, or those of one type."""
    row = context.projects.require(entity, project)
    rows = context.collections.list_by("project_id", row["id"])
    shown = [collection_row(context, found) for found in rows]
    wanted = [each for each in shown if artifact_type in {None, each["type"]}]
    values = {"entity": entity, "project": project, "collections": wanted}
    return Page("artifacts.html", artifact_type or "Artifacts", values, trail_to(entity, project))


def collection_row(context: Context, row: sqlite3.Row) -> Mapping[str, object]:
    """Return a collection with the number of its versions."""
    members = context.versions.memberships(row["id"])
    return {
        "name": row["name"], "description": row["description"], "versions": len(members),
        "type": context.collections.type_by_id(row["type_id"])["name"],
        "kind": "portfolio" if row["kind"] == "PORTFOLIO" else "sequence",
        "bytes": sum(member["size"] for member in members if member["state"] == "COMMITTED"),
        "updated": row["updated_at"],
    }  # fmt: skip


def require_collection(context: Context, entity: str, project: str, name: str) -> sqlite3.Row:
    """Return a collection, or raise HttpError."""
    row = context.collections.named(context.projects.require(entity, project)["id"], name)
    if row is None:
        raise not_found(f"collection {entity}/{project}/{name}")
    return row


def collection_page(context: Context, entity: str, project: str, kind: str, name: str) -> Page:
    """Return the page of the versions of a collection, newest first."""
    row = require_collection(context, entity, project, name)
    members = sorted(
        context.versions.memberships(row["id"]), key=lambda member: -int(member["member_index"])
    )
    versions = [version_row(context, member) for member in members]
    values = {
        "entity": entity, "project": project, "type": kind, "collection": row,
        "versions": versions,
        "tags": [tag["name"] for tag in context.collections.tags_of(row["id"])],
    }  # fmt: skip
    return Page("collection.html", name, values, trail_to(entity, project, "artifacts"))


def version_row(context: Context, member: sqlite3.Row) -> Mapping[str, object]:
    """Return a version as a member of a collection."""
    aliases = context.versions.aliases("membership_id", member["membership_id"])
    return {
        "version": f"v{member['member_index']}",
        "state": member["state"].lower(),
        "aliases": [alias["alias"] for alias in aliases],
        "bytes": member["size"],
        "files": member["file_count"],
        "created": member["created_at"],
    }


def version_page(context: Context, path: VersionPath, other: str | None) -> Page:
    """Return the page of a version; with `other`, also what differs from that version."""
    row = require_collection(context, path.entity, path.project, path.collection)
    member = require_member(context, row, path.alias)
    creator = context.versions.run_by_id(member["run_id"]) if member["run_id"] else None
    if creator is not None and not context.access.project(creator["project_id"]):
        creator = None
    values = {
        "path": path.parts,
        "version": version_row(context, member),
        "description": member["description"],
        "metadata": json.dumps(json.loads(member["metadata"] or "{}"), indent=2),
        "digest": member["digest"],
        "tags": [tag["name"] for tag in context.versions.tags_of(member["id"])],
        "created_by": run_link(context, creator) if creator else None,
        "used_by": [
            run_link(context, run)
            for run in context.access.visible(context.versions.runs_using(member["id"]))
        ],
        "inputs": inputs_of(context, creator),
        "others": [f"v{each['member_index']}" for each in context.versions.memberships(row["id"])],
        "compared": other,
        "differences": other and differences(context, member, require_member(context, row, other)),
        **files_values(context, member, ""),
    }
    title = f"{path.collection}:{path.alias}"
    return Page("version.html", title, values, trail_of(path, path.parts[:-1]))


def trail_of(path: VersionPath, above: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pages above that of a version or one of its files."""
    name = ":".join(above[4:])
    return [*trail_to(path.entity, path.project, "artifacts"), (name, link(above))]


def require_member(context: Context, row: sqlite3.Row, alias: str) -> sqlite3.Row:
    """Return the member of a collection that an alias names, or raise HttpError."""
    member = context.versions.find_membership(row["id"], alias)
    if member is None:
        raise not_found(f"version {row['name']}:{alias}")
    return member


def run_link(context: Context, run: sqlite3.Row) -> Mapping[str, object]:
    """Return the name of a run and the URL path of its page."""
    owner = context.projects.by_id(run["project_id"])
    href = link((owner["entity"], owner["name"], "runs", run["name"]))
    return {"name": run["display_name"] or run["name"], "href": href}


def inputs_of(context: Context, run: sqlite3.Row | None) -> Sequence[Mapping[str, object]]:
    """Return the versions that the creator of a version used."""
    return versions_of(context, context.versions.used_by_run(run["id"])) if run else ()


def files_values(context: Context, version: sqlite3.Row, after: str) -> Mapping[str, object]:
    """Return a page of the files of a version."""
    rows = context.versions.entries_after(version["id"], after, FILES_PER_PAGE + 1)
    shown = rows[:FILES_PER_PAGE]
    return {"files": shown, "next": shown[-1]["path"] if len(rows) > FILES_PER_PAGE else None}


def more_files(context: Context, path: VersionPath, after: str) -> Page:
    """Return further rows of the table of files."""
    row = require_collection(context, path.entity, path.project, path.collection)
    member = require_member(context, row, path.alias)
    values = {"path": path.parts, **files_values(context, member, after)}
    return Page("version_files.html", path.collection, values)


def file_page(context: Context, path: VersionPath, file: str) -> Page:
    """Return the page of a file of a version."""
    row = require_collection(context, path.entity, path.project, path.collection)
    member = require_member(context, row, path.alias)
    context.access.check(Level.READ, context.access.version(member["id"]), f"file {file}")
    entry = context.versions.entry(member["id"], file)
    if entry is None:
        raise not_found(f"file {file} of version {path.collection}:{path.alias}")
    values: dict[str, object] = {
        "name": file, "bytes": entry["size"] or 0, "updated": member["created_at"],
        "digest": entry["digest"], "reference": entry["ref"],
    }  # fmt: skip
    if entry["blob"]:
        blob = context.blobs.store.path(entry["blob"])
        values["content"] = context.blob_url(entry["blob"], file)
        values["preview"] = preview(file, blob, entry["size"] or 0)
    return Page("file.html", file, values, trail_of(path, path.parts))


def differences(
    context: Context, version: sqlite3.Row, other: sqlite3.Row
) -> list[tuple[str, str, int]]:
    """Return the files that differ from another version: what happened, name and size."""
    new, old = (dict(digests(context, each)) for each in (version, other))
    found = [
        ("added" if name not in old else "changed", name, size)
        for name, (digest, size) in new.items()
        if name not in old or old[name][0] != digest
    ]
    found += [("removed", name, size) for name, (_, size) in old.items() if name not in new]
    return sorted(found, key=lambda each: each[1])[:DIFFERENCES]


def digests(context: Context, version: sqlite3.Row) -> list[tuple[str, tuple[str, int]]]:
    """Return names, digests and sizes of the files of a version."""
    found: list[tuple[str, tuple[str, int]]] = []
    after = ""
    while rows := context.versions.entries_after(version["id"], after, DIFF_PAGE):
        found += [(row["path"], (row["digest"], row["size"] or 0)) for row in rows]
        after = rows[-1]["path"]
    return found
