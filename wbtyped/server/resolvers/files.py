"""Files of runs."""

import sqlite3
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from ariadne import MutationType, ObjectType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import TypeAdapter

from ..context import Context, Place, context_of
from ..manifests import hex_of
from ..refusals import missing
from ..relay import connection, key_after, node_id, page_size, refuse_other
from .nodes import Node, absent_node, file_node
from .runs import row_of

_names = TypeAdapter(list[str])
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
    """Resolve a page of files, by name; every requested name gets a node, there or not."""
    refuse_other(other)
    context, row = context_of(info), row_of(node)
    place = place_of(context, row)
    start, size = key_after(after), page_size(first)
    if names:
        return named_page(context, row["id"], place, {n for n in names if n}, start, size)
    rows, more = context.files.page(row["id"], start, size, pattern)
    nodes, keys = [file_node(found, place) for found in rows], [found["name"] for found in rows]

    def total(_: object) -> int:
        return context.files.count(row["id"], pattern) if pattern else row["file_count"]

    page = connection(nodes, keys, more=more, start=start)
    return page | {"totalCount": total, "uploadHeaders": ()}


def named_page(
    context: Context, run_id: int, place: Place, names: set[str], start: str | None, size: int
) -> Node:
    """Return a page of the files with these names, in the order of names."""
    left = sorted(name for name in names if start is None or name > start)
    page = left[:size]
    found = context.files.named(run_id, page)
    nodes = [
        file_node(found[name], place) if name in found else absent_node(name, place)
        for name in page
    ]
    shown = connection(nodes, page, more=len(left) > size, start=start)
    return shown | {"totalCount": len(names), "uploadHeaders": ()}


def place_of(context: Context, run: sqlite3.Row) -> Place:
    """Return the entity, project and name of a run."""
    owner = context.projects.by_id(run["project_id"])
    return Place(owner["entity"], owner["name"], run["name"])


def place_in(node: Mapping[str, object]) -> Place:
    """Return the place that a node of a file was made with."""
    place = node["place"]
    assert isinstance(place, Place)  # noqa: S101 - every node of ours has one
    return place


@file.field("url")
def url(node: Node, info: GraphQLResolveInfo, upload: bool | None = None) -> str:
    """Resolve the address on the API's origin, or the one that takes the content."""
    context = context_of(info)
    if "place" not in node:
        return artifact_url(context, node)
    address = context.upload_url if upload else context.file_url
    return address(place_in(node), str(node["name"]))


def artifact_url(context: Context, node: Node) -> str:
    """Return the address of a file of a version, or of its manifest."""
    entry, version = node.get("entry"), node.get("version")
    if not isinstance(entry, sqlite3.Row) or not isinstance(version, sqlite3.Row):
        return context.blob_url(str(node["blob"]), str(node["name"]))
    if entry["ref"] is not None:
        return str(entry["ref"])
    home = context.collections.by_id(version["sequence_id"])
    owner = context.projects.by_id(home["project_id"]) if home else None
    if home is None or owner is None:
        return context.blob_url("absent", str(node["name"]))
    birth = node_id("Artifact", entry["birth_id"])
    digest, name = hex_of(entry["digest"]), entry["path"].rpartition("/")[2]
    place = (owner["entity"], owner["name"], home["name"], birth, digest, name)
    return f"{context.api_url}/artifactsV2/default/" + "/".join(
        quote(str(p), safe="") for p in place
    )


@file.field("uploadUrl")
def upload_url(node: Node, info: GraphQLResolveInfo) -> object:
    """Resolve the address that takes the content; null when it need not be sent."""
    if "uploadUrl" in node:
        return node["uploadUrl"]
    return context_of(info).upload_url(place_in(node), str(node["name"]))


@file.field("directUrl")
def direct_url(node: Node, info: GraphQLResolveInfo) -> str:
    """Resolve the signed address in storage; that of an absent file leads nowhere."""
    entry = node.get("entry")
    if isinstance(entry, sqlite3.Row) and entry["ref"] is not None:
        return str(entry["ref"])
    return context_of(info).blob_url(str(node["blob"] or "absent"), str(node["name"]))


def run_of_input(context: Context, given: Mapping[str, object]) -> sqlite3.Row:
    """Return the run that a mutation names, or refuse."""
    entity, project = given.get("entityName") or context.account, given.get("projectName")
    owner = context.projects.find(str(entity), str(project))
    if owner is None:
        raise missing(f"project {entity}/{project}")
    row = context.projects.find_run(owner["id"], str(given.get("runName")))
    if row is None:
        raise missing(f"run {entity}/{project}/{given.get('runName')}")
    return row


def names_of_input(given: Mapping[str, object]) -> list[str]:
    """Return the file names in the input of a mutation."""
    return _names.validate_python(given.get("files") or [])


@mutation.field("createRunFiles")
def create_run_files(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Resolve where to send new files; nothing exists before its content has come."""
    context = context_of(info)
    row = run_of_input(context, input)
    place = place_of(context, row)
    return {
        "runID": node_id("Run", row["id"]),
        "uploadHeaders": (),
        "files": [absent_node(name, place) for name in names_of_input(input)],
    }


@mutation.field("markRunFilesUploaded")
def mark_run_files_uploaded(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Confirm files whose content has come."""
    context = context_of(info)
    row = run_of_input(context, input)
    for name in names_of_input(input):
        if context.files.find(row["id"], name) is None:
            raise missing(f"content of file {name}")
    return {"success": True}


@mutation.field("deleteFiles")
def delete_files(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Delete files by their ids, all or none."""
    project = input.get("projectId")
    context_of(info).files.delete(
        names_of_input(input), project if isinstance(project, int) else None
    )
    return {"success": True, "clientMutationId": input.get("clientMutationId")}


BINDABLES: list[SchemaBindable] = [mutation, run, file]
