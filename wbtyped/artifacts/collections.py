"""Lists of collections: those of a type, and those of a project."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import ARTIFACT_COLLECTIONS_GQL, PROJECT_ARTIFACT_COLLECTIONS_GQL

from .. import arguments
from ..accounts.projects import missing_project, missing_type
from ..errors import UsageError
from ..transport.client import Client
from ..transport.pagination import SizedPaginator
from .collection import ArtifactCollection

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


FILTERING = "ARTIFACT_COLLECTIONS_FILTERING_SORTING"
ORDER = re.compile(r"[+-]?[A-Za-z_]\w*")


def filter_text(filters: Mapping[str, object] | None) -> str | None:
    """Return filters as they are sent: JSON in a text."""
    if arguments.optional_mapping("filters", filters) is None:
        return None
    try:
        return json.dumps(filters)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"filters cannot be written as JSON: {error}") from None


def checked_order(order: str | None) -> str | None:
    """Return an order with its sign, or raise UsageError."""
    if arguments.optional_string("order", order) is None or order is None:
        return None
    if not ORDER.fullmatch(order):
        raise UsageError(f"order {order!r} is not a field name with '+' or '-' before it")
    return order if order[0] in "+-" else f"+{order}"


class ArtifactCollections(
    SizedPaginator["Result", fragments.ArtifactCollection, "ArtifactCollection"]
):
    """The collections of one type, fetched page by page (query ArtifactCollections).

    Sequences and portfolios come together. `filters` is a MongoDB-style condition such as `{"name":
    {"$regex": "^mnist"}}`, `order` a field such as `name`, with `-` before it for downwards; both
    raise UnsupportedServerError on a server that lacks them. `len()` counts what the filter leaves.
    """

    __slots__ = ("entity", "filters", "order", "project", "type_name")

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
        arguments.check_strings(entity=entity, project=project)
        filter_text(filters)
        self.entity = entity
        self.project = project
        self.type_name: str = arguments.string("type_name", type_name)
        self.filters = filters
        self.order: str | None = checked_order(order)
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<ArtifactCollections {self.entity}/{self.project} ({self.type_name})>"

    def _required(self) -> str | None:
        return FILTERING if self.filters is not None or self.order is not None else None

    def _operation(self, cursor: str | None) -> Operation["Result"]:
        return calls.artifact_collections(
            entity=self.entity,
            project=self.project,
            type_name=self.type_name,
            cursor=cursor,
            per_page=self.per_page,
            filters=filter_text(self.filters),
            order=self.order,
        )

    def _connection(self, result: "Result") -> "Page":
        if result.project is None:
            raise missing_project(self.entity, self.project)
        found = result.project.artifact_type
        if found is None or found.artifact_collections is None:
            raise missing_type(self.entity, self.project, self.type_name)
        return found.artifact_collections

    def _total(self, result: "Result") -> int:
        return self._connection(result).total_count

    def _item(self, node: fragments.ArtifactCollection) -> "ArtifactCollection":
        return ArtifactCollection(
            self.client,
            self.entity,
            self.project,
            node.name,
            node.default_artifact_type.name,
            attrs=node,
        )


class ProjectArtifactCollections(
    SizedPaginator["ProjectResult", fragments.ArtifactCollection, "ArtifactCollection"]
):
    """The collections of all types of a project (query ProjectArtifactCollections).

    `filters`, `order` and `len()` are as with `ArtifactCollections`.
    """

    __slots__ = ("entity", "filters", "order", "project")

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
        arguments.check_strings(entity=entity, project=project)
        filter_text(filters)
        self.entity = entity
        self.project = project
        self.filters = filters
        self.order: str | None = checked_order(order)
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<ProjectArtifactCollections {self.entity}/{self.project}>"

    def _required(self) -> str | None:
        return FILTERING if self.filters is not None or self.order is not None else None

    def _operation(self, cursor: str | None) -> Operation["ProjectResult"]:
        asked = calls.project_artifact_collections(
            entity=self.entity,
            project=self.project,
            cursor=cursor,
            per_page=self.per_page,
            filters=filter_text(self.filters),
            order=self.order,
        )
        return asked.without("filters") if self.filters is None else asked

    def _connection(self, result: "ProjectResult") -> "ProjectPage":
        if result.project is None or result.project.artifact_collections is None:
            raise missing_project(self.entity, self.project)
        return result.project.artifact_collections

    def _total(self, result: "ProjectResult") -> int:
        return self._connection(result).total_count

    def _item(self, node: fragments.ArtifactCollection) -> "ArtifactCollection":
        return ArtifactCollection(
            self.client,
            self.entity,
            self.project,
            node.name,
            node.default_artifact_type.name,
            attrs=node,
        )
