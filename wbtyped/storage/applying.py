"""Apply a plan: check each version once more, and delete it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import ClassVar, TypeAlias

from pydantic import JsonValue
from wbtyped_graphql import calls
from wbtyped_graphql.stored_version_by_id import StoredVersionByIdArtifact as CurrentNode

from .. import arguments
from ..errors import AuthenticationError, DiskError, NotFoundError, UsageError, WbtypedError
from ..notebook import Record
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.nodes import iso
from .deletion_log import DeletionLog
from .parallel_flows import ParallelFlows, check_jobs
from .prune_plan import PlannedVersion, PrunePlan, read_plan
from .retention import listed
from .stored_version import COMMITTED, Collection, StoredVersion, stored_version

DEFAULT_JOBS = 32


@dataclass(slots=True)
class PruneResult(Record):
    """What became of the deletions of a plan, by the paths of the versions.

    Example:
        >>> plan = api.plan_prune("my-team/mnist/digits", keep_last=1)
        >>> result = api.apply_plan(plan)
        >>> result.deleted, result.refused, result.failed
        (['my-team/mnist/digits:v0'], {}, {})
    """

    deleted: list[str] = field(default_factory=list[str])
    """Versions that were deleted now."""
    gone: list[str] = field(default_factory=list[str])
    """Versions that were deleted before."""
    refused: dict[str, str] = field(default_factory=dict[str, str])
    """Versions that were not deleted because they have changed since the plan, and how."""
    failed: dict[str, str] = field(default_factory=dict[str, str])
    """Versions that could not be deleted, and why."""
    freed_size: int = 0
    """What the plan says that deleting `deleted` frees, in bytes; less, if some were refused."""

    __columns__: ClassVar[tuple[str, ...]] = ("deleted", "gone", "refused", "failed", "freed_size")

    @property
    def complete(self) -> bool:
        """Whether everything is gone that the plan would delete."""
        return not self.refused and not self.failed

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {
            "deleted": [*self.deleted],
            "gone": [*self.gone],
            "refused": {**self.refused},
            "failed": {**self.failed},
            "freed_size": self.freed_size,
        }


OutcomeCallback: TypeAlias = Callable[[str, str, str], object]
"""Called with `deleted`, `gone`, `refused` or `failed`, a path, and the reason."""


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
    jobs: int = DEFAULT_JOBS,
    report: OutcomeCallback | None = None,
) -> Flow[PruneResult]:
    """Delete what a plan says, `jobs` versions at a time; return what became of each."""
    check_plan(plan, client)
    deletions = DeletionLog(log)
    applying = Applying(deletions, report)
    work = ParallelFlows(client, jobs)
    for version in plan.deletions:
        if version.id in deletions.deleted:
            applying.record("gone", version)
        else:
            work.add(applying.delete(version))
    try:
        yield work
    finally:
        deletions.close()
    return applying.result


class Applying:
    """The flows that delete versions, and what became of them so far."""

    def __init__(self, log: DeletionLog, report: OutcomeCallback | None) -> None:
        self.result = PruneResult()
        self._log = log
        self._report = report
        self._lock = threading.Lock()

    def delete(self, version: PlannedVersion) -> Flow[None]:
        """Delete a version if nothing has changed that matters."""
        try:
            yield from self._delete(version)
        except (AuthenticationError, DiskError):
            raise
        except NotFoundError:
            self._log_gone(version)
            self.record("gone", version)
        except WbtypedError as error:
            self.record("failed", version, str(error))

    def _delete(self, version: PlannedVersion) -> Flow[None]:
        about = f"artifact {version.path}"
        result = yield from ask(calls.stored_version_by_id(id=version.id), about)
        node = result.artifact
        if node is None or node.state.value != COMMITTED:
            self._log_gone(version)
            self.record("gone", version)
            return
        changes = "; ".join(changes_since(version, node))
        if changes:
            self.record("refused", version, changes)
            return
        # Without aliases in the plan, the server refuses if there is a new one at the last moment.
        has_aliases = bool(version.aliases or version.other_aliases)
        yield from ask(calls.delete_artifact(id=version.id, delete_aliases=has_aliases), about)
        self._log_gone(version)
        self.record("deleted", version)

    def _log_gone(self, version: PlannedVersion) -> None:
        moment = iso(datetime.now(UTC))
        self._log.add({"id": version.id, "path": version.path, "deleted_at": moment})

    def record(self, outcome: str, version: PlannedVersion, reason: str = "") -> None:
        """Record what became of a version."""
        with self._lock:
            match outcome:
                case "refused":
                    self.result.refused[version.path] = reason
                case "failed":
                    self.result.failed[version.path] = reason
                case "deleted":
                    self.result.deleted.append(version.path)
                    self.result.freed_size += version.freed_size
                case _:
                    self.result.gone.append(version.path)
            if self._report:
                self._report(outcome, version.path, reason)


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
