"""Files of runs."""

import sqlite3
from collections.abc import Mapping, Sequence

from ariadne import MutationType, ObjectType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import TypeAdapter

from ..context import Context, context_of
from ..files import absent_node, file_node
from ..refusals import missing
from ..relay import connection, key_after, node_id, page_size
from .runs import row_of

_names = TypeAdapter(list[str])
mutation: MutationType = MutationType()
run: ObjectType = ObjectType("Run")
file: ObjectType = ObjectType("File")


@run.field("files")
def files_of_run(
    node: dict[str, object],
    info: GraphQLResolveInfo,
    names: Sequence[str | None] | None = None,
    pattern: str | None = None,
    after: str | None = None,
    first: int | None = None,
    **_: object,
) -> dict[str, object]:
    """Resolve a page of files, by name; every requested name gets a node, there or not."""
    context, run_id = context_of(info), row_of(node)["id"]
    start, size = key_after(after), page_size(first)
    wanted = sorted({name for name in names or [] if name})
    if not wanted:
        rows, more = context.files.page(run_id, start, size, pattern)
        nodes = [file_node(row, node) for row in rows]
        return connection(nodes, [row["name"] for row in rows], more=more)
    left = [name for name in wanted if start is None or name > start]
    page = left[:size]
    found = context.files.named(run_id, page)
    nodes = [
        file_node(found[name], node) if name in found else absent_node(name, node) for name in page
    ]
    return connection(nodes, page, more=len(left) > size)


def place(context: Context, node: Mapping[str, object]) -> tuple[str, str, str]:
    """Return the entity, project and name of a run."""
    row = row_of(node)
    owner = context.projects.by_id(row["project_id"])
    return str(owner["entity"]), str(owner["name"]), str(row["name"])


@file.field("url")
def url(
    node: Mapping[str, Mapping[str, object]], info: GraphQLResolveInfo, upload: bool | None = None
) -> str:
    """Resolve the address on the API's origin, or the one that takes the content."""
    context = context_of(info)
    address = context.upload_url if upload else context.file_url
    return address(*place(context, node["run"]), str(node["name"]))


@file.field("uploadUrl")
def upload_url(node: Mapping[str, Mapping[str, object]], info: GraphQLResolveInfo) -> str:
    """Resolve the address that takes the content."""
    context = context_of(info)
    return context.upload_url(*place(context, node["run"]), str(node["name"]))


@file.field("directUrl")
def direct_url(node: Mapping[str, object], info: GraphQLResolveInfo) -> str:
    """Resolve the signed address in storage; that of an absent file leads nowhere."""
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
) -> dict[str, object]:
    """Resolve where to send new files; nothing exists before its content has come."""
    from ..projects import run_node

    context = context_of(info)
    row = run_of_input(context, input)
    node = run_node(row)
    return {
        "runID": node_id("Run", row["id"]),
        "uploadHeaders": [],
        "files": [absent_node(name, node) for name in names_of_input(input)],
    }


@mutation.field("markRunFilesUploaded")
def mark_run_files_uploaded(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> dict[str, object]:
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
) -> dict[str, object]:
    """Delete files by their ids, all or none."""
    project = input.get("projectId")
    context_of(info).files.delete(
        names_of_input(input), project if isinstance(project, int) else None
    )
    return {"success": True}


BINDABLES: list[SchemaBindable] = [mutation, run, file]
