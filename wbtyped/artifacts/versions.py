"""Lists of artifact versions: those of a collection, and those of a run."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, TypeVar

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation, ResultT
from wbtyped_graphql.operations import ARTIFACTS_GQL, RUN_ARTIFACTS_GQL

from .. import arguments
from ..accounts.missing import missing_project, missing_type
from ..runs.ref import RunRef, missing_run
from ..transport.client import Client
from ..transport.pagination import SizedPaginator
from .artifact import StandaloneArtifact
from .collection import missing_collection
from .filters import checked_order, filters_json
from .location import ArtifactLocation
from .validation import checked_tags

if TYPE_CHECKING:
    from wbtyped_graphql.artifacts import Artifacts as Result
    from wbtyped_graphql.artifacts import (
        ArtifactsProjectArtifactTypeArtifactCollectionArtifacts as Page,
    )
    from wbtyped_graphql.run_artifacts import RunArtifacts as RunResult
    from wbtyped_graphql.run_artifacts import (
        RunArtifactsProjectRunInputArtifacts as Used,
    )
    from wbtyped_graphql.run_artifacts import (
        RunArtifactsProjectRunOutputArtifacts as Logged,
    )

ArtifactT = TypeVar("ArtifactT", bound=StandaloneArtifact)
COMMITTED: Mapping[str, object] = {"state": "COMMITTED"}


class VersionList(SizedPaginator[ResultT, "fragments.Artifact", ArtifactT]):
    """A list of versions, independent of their class."""

    __slots__ = ()

    @abstractmethod
    def _version(self, location: ArtifactLocation, node: fragments.Artifact) -> ArtifactT:
        """Build the public object for a version."""

    def _item(self, node: fragments.Artifact) -> ArtifactT:
        return self._version(ArtifactLocation.of_source(node), node)


class CollectionVersions(VersionList["Result", ArtifactT]):
    """The versions in a collection (query Artifacts), independent of their class."""

    __slots__ = ("collection_name", "entity", "filters", "order", "project", "tags", "type")

    QUERY: ClassVar[str] = ARTIFACTS_GQL

    def __init__(
        self,
        client: Client,
        entity: str,
        project: str,
        collection_name: str,
        type: str,  # noqa: A002 - the documented name
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 50,
        tags: str | Iterable[str] | None = None,
        *,
        start: str | None = None,
    ) -> None:
        arguments.check_strings(
            entity=entity, project=project, collection_name=collection_name, type=type
        )
        filters_json(filters)
        self.entity: str = entity
        self.project: str = project
        self.collection_name: str = collection_name
        self.type: str = type
        self.filters: Mapping[str, object] = COMMITTED if filters is None else filters
        self.order: str | None = checked_order(order)
        self.tags: list[str] = checked_tags([] if tags is None else tags)
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<Artifacts {self.entity}/{self.project}/{self.collection_name}>"

    def _operation(self, cursor: str | None) -> Operation[Result]:
        return calls.artifacts(
            entity=self.entity,
            project=self.project,
            type_name=self.type,
            collection=self.collection_name,
            cursor=cursor,
            per_page=self.per_page,
            order=self.order,
            filters=filters_json(self.filters),
        )

    def _connection(self, result: Result) -> Page:
        if result.project is None:
            raise missing_project(self.entity, self.project)
        if result.project.artifact_type is None:
            raise missing_type(self.entity, self.project, self.type, self.collection_name)
        found = result.project.artifact_type.artifact_collection
        if found is None or found.artifacts is None:
            raise missing_collection(self.entity, self.project, self.collection_name)
        return found.artifacts

    def _total(self, result: Result) -> int:
        return self._connection(result).total_count

    def _items(self, result: Result) -> list[ArtifactT]:
        # The version number in this collection is on the edge; that on the node is the source's.
        collection = self.entity, self.project, self.collection_name
        locations = {
            edge.node.id: ArtifactLocation(*collection, edge.version)
            for edge in self._connection(result).edges
        }
        versions = [self._version(locations[node.id], node) for node in self._nodes(result)]
        return [version for version in versions if self._keeps(version)]

    def _keeps(self, item: ArtifactT) -> bool:
        return set(self.tags) <= set(item.tags)

    def _drops_items(self) -> bool:
        return bool(self.tags)


class RunVersions(VersionList["RunResult", ArtifactT]):
    """The versions that a run logged or used (query RunArtifacts), independent of their class."""

    __slots__ = ("mode", "run")

    QUERY: ClassVar[str] = RUN_ARTIFACTS_GQL

    def __init__(
        self,
        client: Client,
        run: RunRef,
        mode: str = "logged",
        per_page: int = 50,
        *,
        start: str | None = None,
    ) -> None:
        arguments.instance("run", run, "Run")
        arguments.one_of("mode", mode, ("logged", "used"))
        self.run: RunRef = run
        self.mode: str = mode
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<RunArtifacts {self.run.full_path} ({self.mode})>"

    def _operation(self, cursor: str | None) -> Operation[RunResult]:
        return calls.run_artifacts(
            entity=self.run.entity,
            project=self.run.project,
            name=self.run.id,
            logged=self.mode == "logged",
            used=self.mode == "used",
            cursor=cursor,
            per_page=self.per_page,
        )

    def _connection(self, result: RunResult) -> Logged | Used:
        if result.project is None:
            raise missing_run(self.run, "project")
        if result.project.run is None:
            raise missing_run(self.run, "run")
        run = result.project.run
        found = run.output_artifacts if self.mode == "logged" else run.input_artifacts
        if found is None:
            raise missing_run(self.run, "artifacts")
        return found

    def _total(self, result: RunResult) -> int:
        return self._connection(result).total_count

    def _keeps(self, item: ArtifactT) -> bool:
        return bool(item.entity)

    def _drops_items(self) -> bool:
        return True
