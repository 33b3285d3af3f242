"""Resolvers for changes to runs."""

from collections.abc import Mapping
from sqlite3 import Row

from ariadne import MutationType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..access import Level
from ..context import Context, get_context
from ..filters import compile_filter
from ..http_errors import HttpError, not_found
from .filtered_pages import matching
from .nodes import Node, project_node, run_node
from .protected_aliases import check_version_aliases
from .records import RUN_FIELDS
from .runs import scan_runs

mutation: MutationType = MutationType()
STATE_CHANGES = {
    "pending": {"running", "failed", "crashed", "preempted"},
    "failed": {"pending", "running"},
}
"""The states that `updateRunState` can set, and those that a run may have before."""


def require_run_by_id(context: Context, opaque: object) -> Row:
    """Return the run that a mutation changes, or raise HttpError."""
    row = context.runs.require(str(opaque))
    found = context.access.project(row["project_id"])
    context.access.check(Level.WRITE, found, f"run {opaque}")
    return row


def note_creators(context: Context, row: Row, *, inserted: bool, is_new_project: bool) -> None:
    """Record who created a run, and its project."""
    if inserted:
        context.creators.note("run", row["id"], context.access.viewer)
    if is_new_project:
        context.creators.note("project", row["project_id"], context.access.viewer)


@mutation.field("upsertBucket")
def upsert_run(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Create a run, and its project if it is new, or change the run with this name or id."""
    context = get_context(info)
    known = require_run_by_id(context, input["id"]) if input.get("id") else None
    if known is not None:
        row, inserted = context.runs.upsert(known["project_id"], known["name"], input)
    else:
        entity = str(input.get("entityName") or context.default_entity)
        owner, is_new = context.projects.upsert(
            entity, str(input.get("modelName") or "uncategorized")
        )
        name = str(input["name"]) if input.get("name") else None
        row, inserted = context.runs.upsert(owner["id"], name, input)
        note_creators(context, row, inserted=inserted, is_new_project=is_new)
    return {"inserted": inserted, "bucket": run_node(row)}


@mutation.field("deleteRun")
def delete_run(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Delete a run with its files and history and, if asked, the versions that it created.

    A run that is deleted already stays so: a client that got no response asks again.
    """
    context, opaque = get_context(info), str(input["id"])
    if not context.runs.is_deleted(opaque):
        row = require_run_by_id(context, opaque)
        delete_runs_by_id(context, [row["id"]], with_artifacts=bool(input.get("deleteArtifacts")))
    return {}


@mutation.field("deleteRuns")
def delete_matching_runs(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Delete the runs of a project that match a filter."""
    context = get_context(info)
    owner = context.projects.require_writable(str(input["entityName"]), str(input["projectName"]))
    found = scan_runs(project_node(owner), context)
    ids = [run.id for run in matching(found, RUN_FIELDS, str(input["filters"]))]
    delete_runs_by_id(context, ids, with_artifacts=bool(input.get("deleteArtifacts")))
    return {}


@mutation.field("undeleteRuns")
def undelete_runs(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Fail, since deleted runs are gone; null would look like success."""
    entity, project = str(input["entityName"]), str(input["projectName"])
    get_context(info).projects.require_writable(entity, project)
    compile_filter(str(input["filters"]), RUN_FIELDS)
    raise not_found(f"deleted runs of {entity}/{project}")


def delete_runs_by_id(context: Context, ids: list[int], *, with_artifacts: bool) -> None:
    """Delete runs; the versions that they created first, if asked."""
    run_ids = ids if with_artifacts else []
    versions = [row["id"] for run_id in run_ids for row in context.versions.created_by_run(run_id)]
    for version in versions:
        check_version_aliases(context, version)
    for version in versions:
        context.versions.delete(version, with_aliases=True)
    context.runs.delete(ids)


@mutation.field("stopRun")
def stop_run(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Ask the process behind a run to stop."""
    context = get_context(info)
    context.runs.stop(require_run_by_id(context, input["id"])["id"])
    return {"success": True}


@mutation.field("updateRunState")
def update_run_state(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Set the state of a run, where W&B allows the change."""
    context = get_context(info)
    row, state = require_run_by_id(context, input.get("id")), str(input.get("state"))
    if row["state"] not in STATE_CHANGES.get(state, ()):
        change = f"a run cannot change from {row['state']} to {state}"
        raise HttpError(f"invalid state transition: {change}", status=400)
    context.runs.set_state(row["id"], state)
    return {"success": True}


BINDABLES: list[SchemaBindable] = [mutation]
