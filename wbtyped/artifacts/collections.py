"""Lists of collections: those of a type, and those of a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation, ResultT
from wbtyped_graphql.operations import ARTIFACT_COLLECTIONS_GQL, PROJECT_ARTIFACT_COLLECTIONS_GQL

from .. import arguments
from ..accounts.missing import missing_project, missing_type
from ..transport.client import Client
from ..transport.pagination import SizedPaginator
from .filters import FILTERING_FEATURE, checked_order, filters_json
from .lineage import ArtifactCollection

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_collections import (
        ArtifactCollections as Result,
    )
    from wbtyped_graphql.artifact_collections import (
        ArtifactCollectionsProjectArtifactTypeArtifactCollections as Page,
    )
    from wbtyped_graphql.project_artifact_collections import (
        ProjectArtifactCollections as ProjectResult,
    )
    from wbtyped_graphql.project_artifact_collections import (
        ProjectArtifactCollectionsProjectArtifactCollections as ProjectPage,
    )


class CollectionList(SizedPaginator[ResultT, "fragments.ArtifactCollection", ArtifactCollection]):
    """Collections of a project, filtered and sorted by the server."""

    __slots__ = ("entity", "filters", "order", "project")

    def __init__(
        self,
        client: Client,
        entity: str,
        project: str,
        per_page: int,
        filters: Mapping[str, object] | None,
        order: str | None,
        start: str | None,
    ) -> None:
        arguments.check_strings(entity=entity, project=project)
        filters_json(filters)
        self.entity: str = entity
        self.project: str = project
        self.filters: Mapping[str, object] | None = filters
        self.order: str | None = checked_order(order)
        super().__init__(client, per_page=per_page, start=start)

    def _required(self) -> str | None:
        return FILTERING_FEATURE if self.filters is not None or self.order is not None else None

    def _item(self, node: fragments.ArtifactCollection) -> ArtifactCollection:
        type_name = node.default_artifact_type.name
        return ArtifactCollection(
            self.client, self.entity, self.project, node.name, type_name, attrs=node
        )


class ArtifactCollections(CollectionList["Result"]):
    """The collections of one type (query ArtifactCollections).

    Sequences and portfolios are listed together. `filters` is a MongoDB-style condition such as
    `{"name": {"$regex": "^mnist"}}`, `order` a field such as `name`, or `-name` for descending
    order; both raise UnsupportedServerError if the server does not support them. `len()` is the
    number of collections that `filters` selects.

    Example:
        >>> collections = api.artifact_collections("my-team/mnist", "dataset", order="name")
        >>> [collection.name for collection in collections]
        ['digits']
    """

    __slots__ = ("type_name",)

    QUERY: ClassVar[str] = ARTIFACT_COLLECTIONS_GQL

    def __init__(
        self,
        client: Client,
        entity: str,
        project: str,
        type_name: str,
        per_page: int = 50,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> None:
        self.type_name: str = arguments.string("type_name", type_name)
        super().__init__(client, entity, project, per_page, filters, order, start)

    def __repr__(self) -> str:
        return f"<ArtifactCollections {self.entity}/{self.project} ({self.type_name})>"

    def _operation(self, cursor: str | None) -> Operation[Result]:
        return calls.artifact_collections(
            entity=self.entity,
            project=self.project,
            type_name=self.type_name,
            cursor=cursor,
            per_page=self.per_page,
            filters=filters_json(self.filters),
            order=self.order,
        )

    def _connection(self, result: Result) -> Page:
        if result.project is None:
            raise missing_project(self.entity, self.project)
        found = result.project.artifact_type
        if found is None or found.artifact_collections is None:
            raise missing_type(self.entity, self.project, self.type_name)
        return found.artifact_collections

    def _total(self, result: Result) -> int:
        return self._connection(result).total_count


class ProjectArtifactCollections(CollectionList["ProjectResult"]):
    """The collections of all types of a project (query ProjectArtifactCollections).

    `filters`, `order` and `len()` are as for `ArtifactCollections`.

    Example:
        >>> collections = api.project("mnist", "my-team").collections(order="name")
        >>> [(collection.name, collection.type) for collection in collections]
        [('digits', 'dataset'), ('net', 'model')]
    """

    __slots__ = ()

    QUERY: ClassVar[str] = PROJECT_ARTIFACT_COLLECTIONS_GQL

    def __init__(
        self,
        client: Client,
        entity: str,
        project: str,
        per_page: int = 50,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> None:
        super().__init__(client, entity, project, per_page, filters, order, start)

    def __repr__(self) -> str:
        return f"<ProjectArtifactCollections {self.entity}/{self.project}>"

    def _operation(self, cursor: str | None) -> Operation[ProjectResult]:
        operation = calls.project_artifact_collections(
            entity=self.entity,
            project=self.project,
            cursor=cursor,
            per_page=self.per_page,
            filters=filters_json(self.filters),
            order=self.order,
        )
        return operation.without("filters") if self.filters is None else operation

    def _connection(self, result: ProjectResult) -> ProjectPage:
        if result.project is None or result.project.artifact_collections is None:
            raise missing_project(self.entity, self.project)
        return result.project.artifact_collections

    def _total(self, result: ProjectResult) -> int:
        return self._connection(result).total_count
