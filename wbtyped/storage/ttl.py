"""Set the time to live of many versions at once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, TypeAlias

from pydantic import JsonValue
from wbtyped_graphql import calls
from wbtyped_graphql.input_types import UpdateArtifactInput

from .. import arguments
from ..artifacts.artifact import TTL_DISABLED, TTL_INHERITED, ArtifactTTL, is_inherited
from ..artifacts.collections import ProjectArtifactCollections
from ..artifacts.lineage import Artifact, Artifacts
from ..download.paced_flows import paced_flows
from ..errors import AuthenticationError, UsageError, WbtypedError
from ..notebook import Record
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.parallel_flows import ParallelFlows
from .retention import checked_duration, duration_text
from .scan import COLLECTIONS_PER_PAGE, VERSIONS_PER_PAGE
from .stored_version import Collection
from .targets import Target

TtlOption: TypeAlias = timedelta | ArtifactTTL | str | None
"""A duration, as such or as a string like `30d`; None or `none` for ever; or the default."""


@dataclass(slots=True)
class TtlResult(Record):
    """The outcome of setting a time to live, by the paths of the versions."""

    changed: list[str] = field(default_factory=list[str])
    unchanged: list[str] = field(default_factory=list[str])
    """Versions that had it already."""
    refused: dict[str, str] = field(default_factory=dict[str, str])
    """Versions that the server would delete at once, since they are older."""
    failed: dict[str, str] = field(default_factory=dict[str, str])

    __columns__: ClassVar[tuple[str, ...]] = ("changed", "unchanged", "refused", "failed")

    @property
    def complete(self) -> bool:
        """Whether every version has it now."""
        return not self.refused and not self.failed

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {
            "changed": [*self.changed],
            "unchanged": [*self.unchanged],
            "refused": {**self.refused},
            "failed": {**self.failed},
        }


TtlCallback: TypeAlias = Callable[[str, str, str], object]
"""Called with `changed`, `unchanged`, `refused` or `failed`, a path, and the reason."""


@dataclass(frozen=True, slots=True)
class TtlChange:
    """The time to live to set, in the server's seconds, and for which versions."""

    seconds: int
    include_expired: bool = False

    def refuses(self, version: Artifact, now: datetime) -> str:
        """Return why a version is left as it is; empty if it is not."""
        age = now - version.attrs.created_at
        if self.seconds <= 0 or self.include_expired or age.total_seconds() < self.seconds:
            return ""
        lifetime = duration_text(timedelta(seconds=self.seconds))
        return f"it is older than {lifetime}, so the server would delete it"

    def is_set(self, version: Artifact) -> bool:
        """Return True if a version has this time to live already."""
        if self.seconds == TTL_INHERITED:
            return version.attrs.ttl_is_inherited
        return (
            not version.attrs.ttl_is_inherited
            and version.attrs.ttl_duration_seconds == self.seconds
        )


def checked_ttl(ttl: TtlOption, *, include_expired: bool) -> TtlChange:
    """Return the change that an option stands for, or raise UsageError."""
    arguments.check_flags(include_expired=include_expired)
    if ttl is None or ttl == "none":
        return TtlChange(TTL_DISABLED)
    if ttl == "inherit" or is_inherited(ttl):
        return TtlChange(TTL_INHERITED)
    seconds = int(checked_duration("ttl", ttl).total_seconds())
    if seconds < 1:
        raise UsageError(f"ttl must be at least a second, got {ttl}")
    return TtlChange(seconds, include_expired)


def set_ttl(
    client: Client,
    target: Target | Artifact,
    change: TtlChange,
    jobs: int,
    report: TtlCallback | None,
) -> Flow[TtlResult]:
    """Give every committed version of a target a time to live."""
    setting = TtlSetting(client, change, paced_flows(client, jobs), report)
    if isinstance(target, Artifact):
        setting.consider(target)
    else:
        for entity, project in (yield from target.find_projects(client)):
            listed = ProjectArtifactCollections(client, entity, project, COLLECTIONS_PER_PAGE)
            for found in (yield from listed.load_items(slice(None))):
                collection = Collection(entity, project, found.name, found.type)
                if found.is_sequence() and target.covers(collection):
                    setting.work.add(setting.read(collection))
    yield setting.work
    return setting.result


class TtlSetting:
    """The flows that set times to live, and the outcome for each version so far."""

    def __init__(
        self, client: Client, change: TtlChange, work: ParallelFlows, report: TtlCallback | None
    ) -> None:
        self.result: TtlResult = TtlResult()
        self.work: ParallelFlows = work
        self._client = client
        self._change = change
        self._report = report
        self._now = datetime.now(UTC)
        self._lock = threading.Lock()

    def read(self, collection: Collection) -> Flow[None]:
        """Read the versions of a collection, and add the flows that change them."""
        listed = Artifacts(
            self._client, collection.entity, collection.project, collection.name, collection.type,
            per_page=VERSIONS_PER_PAGE,
        )  # fmt: skip
        for version in (yield from listed.load_items(slice(None))):
            self.consider(version)

    def consider(self, version: Artifact) -> None:
        """Add the flow that changes a version, if it has to be changed and may be."""
        if self._change.is_set(version):
            self._record("unchanged", version)
        elif version.is_link:
            self._record("refused", version, "it is a link; set the time to live of its source")
        elif reason := self._change.refuses(version, self._now):
            self._record("refused", version, reason)
        else:
            self.work.add(self._set(version), first=True)

    def _set(self, version: Artifact) -> Flow[None]:
        update = UpdateArtifactInput(
            artifact_id=version.id, ttl_duration_seconds=self._change.seconds
        )
        try:
            about = f"artifact {version.qualified_name}"
            yield from ask(calls.update_artifact(input=update), about)
        except AuthenticationError:
            raise
        except WbtypedError as error:
            self._record("failed", version, str(error))
        else:
            self._record("changed", version)

    def _record(self, outcome: str, version: Artifact, reason: str = "") -> None:
        path = version.qualified_name
        with self._lock:
            match outcome:
                case "refused":
                    self.result.refused[path] = reason
                case "failed":
                    self.result.failed[path] = reason
                case "changed":
                    self.result.changed.append(path)
                case _:
                    self.result.unchanged.append(path)
            if self._report:
                self._report(outcome, path, reason)
