"""Resolvers for files of runs, and for URLs of all files."""

import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from urllib.parse import quote

from ariadne import MutationType, ObjectType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import TypeAdapter

from ..access import Level, permission_denied
from ..context import VERSION_FILES, Context, RunPath, get_context
from ..http_errors import not_found
from ..manifests import hex_digest
from ..media_types import guess_media_type
from ..node_ids import node_id
from ..plain_fields import plain_resolver
from ..signed_urls import quoted
from .nodes import Node, absent_node, file_node, get_row
from .pagination import connection, page, parse_cursor, reject_unsupported

_names = TypeAdapter(list[str])
_optional_names = TypeAdapter(list[str | None])
mutation: MutationType = MutationType()
run: ObjectType = ObjectType("Run")
file: ObjectType = ObjectType("File")


@run.field("files")
def files_of_run(
    node: Node,
    info: GraphQLResolveInfo,
    names: Sequence[str | None] | None = None,
    pattern: str | None = None,
    after: str | None = None,
    first: int | None = None,
    **other: object,
) -> Node:
    """Resolve a page of files by name; every requested name gets a node, even without a file."""
    reject_unsupported(other)
    context, row = get_context(info), get_row(node)
    start, path = parse_cursor(after), run_path(context, row)
    if names:
        return named_files_page(context, row["id"], path, {n for n in names if n}, start, first)

    def rows_after(start: str | None, limit: int) -> Sequence[sqlite3.Row]:
        return context.files.files_after(row["id"], start, limit, pattern)

    def total_count(_: object) -> int:
        return context.files.count(row["id"], pattern) if pattern else row["file_count"]

    shown = page(
        rows_after, partial(file_node, path=path), itemgetter("name"), after=start, first=first
    )
    return shown | {"totalCount": total_count, "uploadHeaders": ()}


def named_files_page(
    context: Context,
    run_id: int,
    path: RunPath,
    names: set[str],
    after: str | None,
    first: int | None,
) -> Node:
    """Return a page of the files with these names, ordered by name."""
    ordered = sorted(names)

    def names_after(start: str | None, limit: int) -> list[str]:
        return [name for name in ordered if start is None or name > start][:limit]

    def to_node(name: str) -> Node:
        row = context.files.find(run_id, name)
        return file_node(row, path) if row else absent_node(name, path)

    shown = page(names_after, to_node, str, after=after, first=first)
    return shown | {"totalCount": len(names), "uploadHeaders": ()}


def run_path(context: Context, run: sqlite3.Row) -> RunPath:
    """Return the path of a run."""
    owner = context.projects.by_id(run["project_id"])
    return RunPath(owner["entity"], owner["name"], run["name"])


def node_run_path(node: Mapping[str, object]) -> RunPath:
    """Return the path of the run that a file node belongs to."""
    path = node["run_path"]
    assert isinstance(path, RunPath)  # noqa: S101 - every node of a run file has one
    return path


def check_content(context: Context, node: Node) -> None:
    """Reject a request for the URL of a content that the user may not see."""
    if not context.access.limited:
        return
    version = node.get("version")
    if isinstance(version, sqlite3.Row):
        found = context.access.version(version["id"])
    elif "run_path" in node:
        path = node_run_path(node)
        row = context.runs.by_path(path.entity, path.project, path.run)
        found = context.access.project(row["project_id"] if row else 0)
    else:
        return
    if found < Level.READ:
        raise permission_denied()


@file.field("url")
@plain_resolver
def url(node: Node, info: GraphQLResolveInfo, upload: bool | None = None) -> str:
    """Resolve the file's URL on the API origin, or with `upload` its upload URL."""
    context = get_context(info)
    check_content(context, node)
    if "run_path" not in node:
        return artifact_url(context, node)
    make_url = context.upload_url if upload else context.file_url
    return make_url(node_run_path(node), str(node["name"]))


def artifact_url(context: Context, node: Node) -> str:
    """Return the URL of a file of a version, or of its manifest."""
    entry = node.get("entry")
    if not isinstance(entry, sqlite3.Row):
        return context.blob_url(str(node["blob"]), str(node["name"]))
    if entry["ref"] is not None:
        return str(entry["ref"])
    name = quoted(entry["path"].rpartition("/")[2])
    birth = quoted_node_id("Artifact", entry["birth_id"])
    return f"{node['url_prefix']}{birth}/{hex_digest(entry['digest'])}/{name}"


@lru_cache(maxsize=1024)
def quoted_node_id(kind: str, row_id: int) -> str:
    """Return a node id as URL paths have it; the files of a version have few different ones."""
    return quote(node_id(kind, row_id), safe="")


@file.field("mimetype")
@plain_resolver
def mimetype(node: Node, _: GraphQLResolveInfo) -> object:
    """Resolve the media type of a file; that of a file of a version follows from its name."""
    return guess_media_type(str(node["name"])) if "entry" in node else node.get("mimetype")


@file.field("uploadUrl")
@plain_resolver
def upload_url(node: Node, info: GraphQLResolveInfo) -> object:
    """Resolve the upload URL; null if the file need not be uploaded."""
    if "uploadUrl" in node or "run_path" not in node:
        return node.get("uploadUrl")
    return get_context(info).upload_url(node_run_path(node), str(node["name"]))


@file.field("directUrl")
@plain_resolver
def direct_url(node: Node, info: GraphQLResolveInfo) -> str:
    """Resolve the signed storage URL; that of an absent file returns 404."""
    entry = node.get("entry")
    if isinstance(entry, sqlite3.Row) and entry["ref"] is not None:
        return str(entry["ref"])
    check_content(get_context(info), node)
    folder = "blobs" if entry is None else VERSION_FILES
    return get_context(info).blob_url(str(node["blob"] or "absent"), str(node["name"]), folder)


def require_run(context: Context, given: Mapping[str, object]) -> sqlite3.Row:
    """Return the run that a mutation names, or raise HttpError."""
    entity, project = given.get("entityName") or context.default_entity, given.get("projectName")
    owner = context.projects.require_writable(str(entity), str(project))
    row = context.runs.find(owner["id"], str(given.get("runName")))
    if row is None:
        raise not_found(f"run {entity}/{project}/{given.get('runName')}")
    return row


def input_files(given: Mapping[str, object]) -> list[str]:
    """Return the file names in the input of a mutation."""
    return _names.validate_python(given.get("files") or [])


@mutation.field("createRunFiles")
def create_run_files(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Resolve upload URLs for new files; a file appears once it is uploaded."""
    context = get_context(info)
    row = require_run(context, input)
    path = run_path(context, row)
    return {
        "runID": node_id("Run", row["id"]),
        "uploadHeaders": (),
        "files": [absent_node(name, path) for name in input_files(input)],
    }


@mutation.field("addFiles")
def add_files(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Resolve upload URLs for new files, as old clients ask for them."""
    context = get_context(info)
    owner = {"projectName": input["modelName"], "runName": input.get("bucketName")}
    path = run_path(context, require_run(context, {**input, **owner}))
    names = _optional_names.validate_python(input["names"])
    nodes = [absent_node(name, path) for name in names if name]
    files = connection(nodes, [str(node["name"]) for node in nodes])
    return {"files": files | {"uploadHeaders": (), "totalCount": len(nodes)}}


@mutation.field("markRunFilesUploaded")
def mark_run_files_uploaded(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Check that files have been uploaded."""
    context = get_context(info)
    row = require_run(context, input)
    for name in input_files(input):
        if context.files.find(row["id"], name) is None:
            raise not_found(f"uploaded file {name}")
    return {"success": True}


def check_files(context: Context, ids: Sequence[str], level: Level) -> None:
    """Reject a mutation of files by their ids if the user may not use one of them so."""
    for opaque in ids if context.access.limited else ():
        project_id = context.files.project_of(opaque)
        found = context.access.project(project_id or 0)
        context.access.check(level, found, f"file {opaque}")


@mutation.field("copyFile")
def copy_file(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Copy a file to another run, replacing one with its name; the content is stored once."""
    context = get_context(info)
    target = require_run(context, input)
    check_files(context, [str(input["id"])], Level.READ)
    context.files.copy(str(input["id"]), target["id"])
    return {}


@mutation.field("deleteFiles")
def delete_files(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Delete files by their ids, all or none."""
    project = input.get("projectId")
    check_files(get_context(info), input_files(input), Level.WRITE)
    get_context(info).files.delete(
        input_files(input), project if isinstance(project, int) else None
    )
    return {"success": True}


BINDABLES: list[SchemaBindable] = [mutation, run, file]
