"""Pages of artifacts: types, collections, versions, their files, lineage and differences."""

import heapq
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple

from pydantic import JsonValue
from starlette.datastructures import QueryParams

from ..access import Level
from ..context import Context
from ..http_errors import not_found
from ..node_ids import parse_row_id
from ..resolvers.nodes import REGISTRY_PREFIX
from ..user_json import read_object
from .lineage_graph import lineage_graph
from .page import Page, Redirect, link
from .previews import preview
from .projects import trail_to
from .runs import FilesOfPage
from .values import Difference, compare_values, flatten

FILES_PER_PAGE = 100
PER_PAGE = 100
"""Collections and versions of a page."""
OFFERED = 20
"""Versions that a comparison offers; others can be typed."""
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


def types_page(
    context: Context, entity: str, project: str, artifact_type: str | None, query: QueryParams
) -> Page:
    """Return the page of the collections of a project, or those of one type, newest first."""
    row = context.projects.require(entity, project)
    column, owner_id = "project_id", row["id"]
    if artifact_type is not None:
        found_type = context.collections.type_named(row["id"], artifact_type)
        if found_type is None:
            raise not_found(f"artifact type {entity}/{project}/{artifact_type}")
        column, owner_id = "type_id", found_type["id"]
    after = parse_row_id(query.get("after", ""))
    rows = context.collections.newest_after(column, owner_id, after, PER_PAGE + 1)
    shown = rows[:PER_PAGE]
    values = {
        "entity": entity, "project": project, "tab": "artifacts", "type": artifact_type,
        "collections": [collection_row(context, found) for found in shown],
        "count": context.collections.count(column, owner_id),
        "after": after, "next": shown[-1]["id"] if len(rows) > PER_PAGE else None,
    }  # fmt: skip
    registry = project.removeprefix(REGISTRY_PREFIX)
    title = artifact_type or ("Artifacts" if registry == project else f"Registry {registry}")
    above = [] if artifact_type is None else ["artifacts"]
    return Page("artifacts.html", title, values, trail_to(entity, project, *above))


def collection_row(context: Context, row: sqlite3.Row) -> Mapping[str, object]:
    """Return a collection with the number of its versions."""
    return {
        "name": row["name"], "description": row["description"],
        "versions": context.versions.count(row["id"]),
        "type": context.collections.type_by_id(row["type_id"])["name"],
        "kind": "portfolio" if row["kind"] == "PORTFOLIO" else "sequence",
        "updated": row["updated_at"],
    }  # fmt: skip


def require_collection(context: Context, entity: str, project: str, name: str) -> sqlite3.Row:
    """Return a collection, or raise HttpError."""
    row = context.collections.named(context.projects.require(entity, project)["id"], name)
    if row is None:
        raise not_found(f"collection {entity}/{project}/{name}")
    return row


def collection_page(
    context: Context, entity: str, project: str, kind: str, name: str, query: QueryParams
) -> Page:
    """Return the page of the versions of a collection, newest first."""
    row = require_collection(context, entity, project, name)
    after = parse_row_id(query.get("after", ""))
    rows = context.versions.memberships_after(row["id"], after, PER_PAGE + 1, newest_first=True)
    shown = rows[:PER_PAGE]
    values = {
        "entity": entity, "project": project, "type": kind, "collection": row,
        "versions": [version_row(context, member) for member in shown],
        "count": context.versions.count(row["id"]),
        "after": after is not None,
        "next": shown[-1]["member_index"] if len(rows) > PER_PAGE else None,
        "tags": [tag["name"] for tag in context.collections.tags_of(row["id"])],
    }  # fmt: skip
    return Page("collection.html", name, values, trail_to(entity, project, "artifacts", kind))


def linked_page(context: Context, entity: str, project: str, name: str, version: str) -> Redirect:
    """Return where the page of a collection is, or that of a version in it."""
    row = require_collection(context, entity, project, name)
    kind = context.collections.type_by_id(row["type_id"])["name"]
    return Redirect(link((entity, project, "artifacts", kind, name, *([version] * bool(version)))))


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


def version_page(context: Context, path: VersionPath, query: QueryParams) -> Page:
    """Return the page of a version; with `compare`, also what differs from that version."""
    other, start = query.get("compare", "").strip() or None, query.get("from", "").strip()
    row = require_collection(context, path.entity, path.project, path.collection)
    member = require_member(context, row, path.alias)
    compared = member_named(context, row, other) if other else None
    found = (
        list(islice(differences(context, member, compared), DIFFERENCES + 1)) if compared else []
    )
    newest = context.versions.memberships_after(row["id"], None, OFFERED, newest_first=True)
    values = {
        "path": path.parts,
        "version": version_row(context, member),
        "description": member["description"],
        "metadata": metadata_of(member),
        "digest": member["digest"],
        "tags": [tag["name"] for tag in context.versions.tags_of(member["id"])],
        "graph": lineage_graph(context, member),
        "others": [f"v{each['member_index']}" for each in newest],
        "compared": other,
        "unknown": other is not None and compared is None,
        "differences": found[:DIFFERENCES],
        "more_differences": len(found) > DIFFERENCES,
        "changed_metadata": changed_metadata(member, compared) if compared else (),
        "other_path": (*path.parts[:-1], other), "start": start,
        **files_from(context, member, start),
    }  # fmt: skip
    title = f"{path.collection}:{path.alias}"
    return Page("version.html", title, values, trail_of(path, path.parts[:-1]))


def metadata_of(version: sqlite3.Row) -> dict[str, JsonValue]:
    """Return the metadata of a version under dotted keys, those of clients included."""
    return flatten(read_object(version["metadata"]), private=True)


def changed_metadata(version: sqlite3.Row, other: sqlite3.Row) -> Sequence[Difference]:
    """Return the metadata that differ from those of another version: before, and now."""
    found, _ = compare_values([metadata_of(other), metadata_of(version)], everything=False)
    return found


def trail_of(path: VersionPath, above: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pages above that of a version or one of its files."""
    name = ":".join(above[4:])
    return [*trail_to(path.entity, path.project, "artifacts"), (name, link(above))]


def require_member(context: Context, row: sqlite3.Row, alias: str) -> sqlite3.Row:
    """Return the member of a collection that an alias names, or raise HttpError."""
    member = member_named(context, row, alias)
    if member is None:
        raise not_found(f"version {row['name']}:{alias}")
    return member


def member_named(context: Context, row: sqlite3.Row, alias: str) -> sqlite3.Row | None:
    """Return the member of a collection that an alias names."""
    return context.versions.find_membership(row["id"], alias)


def files_values(context: Context, version: sqlite3.Row, after: str) -> FilesOfPage:
    """Return a page of the files of a version."""
    rows = context.versions.entries_after(version["id"], after, FILES_PER_PAGE + 1)
    shown = rows[:FILES_PER_PAGE]
    return {"files": shown, "next": shown[-1]["path"] if len(rows) > FILES_PER_PAGE else None}


def files_from(context: Context, version: sqlite3.Row, start: str) -> FilesOfPage:
    """Return a page of the files of a version from a name on."""
    exact = context.versions.entry(version["id"], start) if start else None
    found = files_values(context, version, start)
    return {"files": [*([exact] if exact else []), *found["files"]], "next": found["next"]}


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
) -> Iterator[tuple[str, str, int]]:
    """Return the files that differ from another version, by name: what happened, name and size."""
    entries = heapq.merge(
        ((row["path"], "added", row) for row in entries_of(context, version)),
        ((row["path"], "removed", row) for row in entries_of(context, other)),
        key=itemgetter(0, 1),
    )
    for path, group in groupby(entries, key=itemgetter(0)):
        (_, change, row), *before = group
        if before and before[0][2]["digest"] == row["digest"]:
            continue
        yield "changed" if before else change, path, row["size"] or 0


def entries_of(context: Context, version: sqlite3.Row) -> Iterator[sqlite3.Row]:
    """Return the files of a version, ordered by path."""
    after = ""
    while rows := context.versions.entries_after(version["id"], after, DIFF_PAGE):
        yield from rows
        after = rows[-1]["path"]
