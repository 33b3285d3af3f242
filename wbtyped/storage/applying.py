"""Apply a plan: check each version once more, and delete it."""

from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path

from wbtyped_graphql import calls
from wbtyped_graphql.stored_version_by_id import StoredVersionByIdArtifact as CurrentNode

from .. import arguments
from ..download.paced_flows import paced_flows
from ..errors import AuthenticationError, DiskError, NotFoundError, UsageError, WbtypedError
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.parallel_flows import check_jobs
from .applied import Applied, OutcomeCallback, PruneResult
from .applying_files import delete_files, file_batches
from .deletion_log import DeletionLog
from .jobs import APPLY_JOBS
from .prune_plan import PlannedFile, PlannedVersion, PrunePlan, read_plan
from .retention import listed
from .stored_version import COMMITTED, Collection, StoredVersion, stored_version


def checked_plan(
    plan: PrunePlan | str | PathLike[str],
    log: str | PathLike[str] | None,
    jobs: int,
    progress: OutcomeCallback | None,
) -> tuple[PrunePlan, Path | None]:
    """Return a plan and the path of its log, or raise UsageError."""
    check_jobs(jobs, progress)
    log_path = arguments.optional_location("log", log)
    if isinstance(plan, PrunePlan):
        return plan, log_path
    source = arguments.location("plan", plan)
    return read_plan(source), log_path or source.with_name(f"{source.name}.log")


def check_plan(plan: PrunePlan, client: Client) -> None:
    """Raise UsageError for a plan that was made for another server."""
    if plan.server != client.settings.base_url:
        raise UsageError(
            f"the plan is for {plan.server}, and the client is connected to"
            f" {client.settings.base_url}"
        )


def apply_plan(
    client: Client,
    plan: PrunePlan,
    log: Path | None,
    jobs: int = APPLY_JOBS,
    report: OutcomeCallback | None = None,
) -> Flow[PruneResult]:
    """Delete what a plan says, `jobs` versions at a time; return the outcome of each."""
    check_plan(plan, client)
    deletions = DeletionLog(log, plan.created_at)
    applied = Applied(deletions, report)
    work = paced_flows(client, jobs)
    for version in plan.deletions:
        if version.id in deletions.deleted:
            applied.record("gone", version)
        else:
            work.add(delete_version(applied, version))
    for batch in file_batches(left_of(applied, plan.file_deletions, deletions)):
        work.add(delete_files(client, applied, batch))
    try:
        yield work
    finally:
        deletions.close()
    return applied.result


def left_of(applied: Applied, files: Iterable[PlannedFile], log: DeletionLog) -> list[PlannedFile]:
    """Return the files that the log does not name; record the others."""
    left: list[PlannedFile] = []
    for file in files:
        if file.id in log.deleted:
            applied.record("gone", file)
        else:
            left.append(file)
    return left


def delete_version(applied: Applied, version: PlannedVersion) -> Flow[None]:
    """Delete a version if nothing has changed that matters."""
    try:
        yield from _delete_version(applied, version)
    except (AuthenticationError, DiskError):
        raise
    except NotFoundError:
        applied.record_gone(version)
    except WbtypedError as error:
        applied.record("failed", version, str(error))


def _delete_version(applied: Applied, version: PlannedVersion) -> Flow[None]:
    about = f"artifact {version.path}"
    result = yield from ask(calls.stored_version_by_id(id=version.id), about)
    node = result.artifact
    if node is None or node.state.value != COMMITTED:
        applied.record_gone(version)
        return
    if changes := "; ".join(changes_since(version, node)):
        applied.record("refused", version, changes)
        return
    # Without aliases in the plan, the server refuses if there is a new one at the last moment.
    has_aliases = bool(version.aliases or version.other_aliases)
    yield from ask(calls.delete_artifact(id=version.id, delete_aliases=has_aliases), about)
    applied.record_deleted(version)


def changes_since(planned: PlannedVersion, node: CurrentNode) -> Iterator[str]:
    """Yield what has changed about a version since the plan, as far as it matters."""
    entity, project, rest = planned.path.split("/", 2)
    current = stored_version(
        node, Collection(entity, project, rest.rpartition(":")[0], planned.type)
    )
    if current.path != planned.path:
        yield f"it is {current.path} now"
    yield from new_names(planned, current)
    if current.has_more_users and not planned.has_more_users:
        yield "it has new users"
    latest = node.artifact_sequence.latest_artifact
    newest = (latest.version_index if latest else None) or 0
    if newest > planned.newest:
        collection = planned.path.rpartition(":")[0]
        yield f"{collection}:v{newest} is newer than the plan"


def new_names(planned: PlannedVersion, current: StoredVersion) -> Iterator[str]:
    """Yield the aliases, tags, users and links that a version did not have."""
    for what, before, now in (
        ("the alias", planned.aliases, current.aliases),
        ("the alias", planned.other_aliases, current.other_aliases),
        ("the tag", planned.tags, current.tags),
        ("the user", planned.used_by, current.used_by),
        ("the running user", planned.running, current.running),
        ("the link", planned.links, current.links),
    ):
        added = [name for name in now if name not in before]
        if added:
            yield f"it has {what} {listed(added)} now"
