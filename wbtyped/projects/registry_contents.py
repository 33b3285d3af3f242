"""What the registries of an organization contain: collections, and versions in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import REGISTRY_COLLECTIONS_GQL, REGISTRY_VERSIONS_GQL

from .. import arguments
from ..accounts.missing import missing_organization
from ..accounts.registries import is_registry
from ..artifacts.filters import FILTERING_FEATURE
from ..artifacts.lineage import Artifact, ArtifactCollection
from ..artifacts.location import ArtifactLocation
from ..errors import SchemaMismatchError, UnsupportedServerError, UsageError
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.pagination import Paginator, SizedPaginator
from .registry_filters import (
    COLLECTION_FIELDS,
    REGISTRY_FIELDS,
    VersionQuery,
    VersionSearch,
    chosen_filters,
    written_filters,
    written_order,
)

if TYPE_CHECKING:
    from wbtyped_graphql.registry_collections import RegistryCollections as CollectionsResult
    from wbtyped_graphql.registry_collections import (
        RegistryCollectionsOrganizationOrgEntityArtifactCollections as CollectionsPage,
    )
    from wbtyped_graphql.registry_versions import RegistryVersions as VersionsResult
    from wbtyped_graphql.registry_versions import (
        RegistryVersionsOrganizationOrgEntityArtifactMemberships as VersionsPage,
    )

SEARCH_FEATURE = "ARTIFACT_REGISTRY_SEARCH"
"""The feature of servers that search the registries of an organization."""


class RegistryCollections(
    SizedPaginator["CollectionsResult", "fragments.ArtifactCollection", ArtifactCollection]
):
    """The collections in the registries of an organization (query RegistryCollections).

    `registry_filters` and `filters` are MongoDB-style conditions on the registry and on the
    collection; `filters` may name `name`, `tag`, `description`, `created_at`, `updated_at` and
    `id`. `order` is `name`, `created_at` or `updated_at`, descending after `-`. `len()` is the
    number of collections that the filters select. Raises UnsupportedServerError if the server
    cannot search registries.

    Example:
        >>> collections = api.registry("model", "acme").collections({"name": {"$regex": "^net"}})
        >>> [(collection.name, collection.type) for collection in collections]
        [('net', 'model')]
    """

    __slots__ = ("filters", "order", "organization", "registry_filters")

    QUERY: ClassVar[str] = REGISTRY_COLLECTIONS_GQL

    def __init__(
        self,
        client: Client,
        organization: str,
        registry_filters: Mapping[str, object] | None = None,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 100,
        start: str | None = None,
    ) -> None:
        self.organization: str = arguments.string("organization", organization)
        written_filters(registry_filters, REGISTRY_FIELDS)
        written_filters(filters, COLLECTION_FIELDS)
        self.registry_filters: Mapping[str, object] | None = registry_filters
        self.filters: Mapping[str, object] | None = filters
        self.order: str | None = written_order(order, what="collections")
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<RegistryCollections {self.organization}>"

    def versions(
        self,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 100,
        start: str | None = None,
        *,
        filter: Mapping[str, object] | None = None,  # noqa: A002 - the official name
    ) -> RegistryVersions:
        """Return the versions in these collections as a lazy list; see `RegistryVersions`."""
        check_unordered(self.order, "collections", "artifacts")
        return RegistryVersions(
            self.client, self.organization, self.registry_filters, self.filters,
            chosen_filters(filters, filter), order, per_page, start,
        )  # fmt: skip

    def _required(self) -> str:
        return SEARCH_FEATURE

    def _operation(self, cursor: str | None) -> Operation[CollectionsResult]:
        return calls.registry_collections(
            organization=self.organization,
            registry_filters=written_filters(self.registry_filters, REGISTRY_FIELDS),
            filters=written_filters(self.filters, COLLECTION_FIELDS),
            order=self.order,
            cursor=cursor,
            per_page=self.per_page,
        )

    def _connection(self, result: CollectionsResult) -> CollectionsPage:
        owner = result.organization.org_entity if result.organization else None
        if owner is None or owner.artifact_collections is None:
            raise missing_organization(self.organization)
        return owner.artifact_collections

    def _total(self, result: CollectionsResult) -> int:
        return self._connection(result).total_count

    def _nodes(self, result: CollectionsResult) -> list[fragments.ArtifactCollection]:
        nodes = super()._nodes(result)
        return [node for node in nodes if node.project and is_registry(node.project.name)]

    def _item(self, node: fragments.ArtifactCollection) -> ArtifactCollection:
        project = node.project
        return ArtifactCollection(
            self.client, project.entity_name if project else "", project.name if project else "",
            node.name, node.default_artifact_type.name, self.organization, attrs=node,
        )  # fmt: skip


class RegistryVersions(Paginator["VersionsResult", "fragments.MemberVersion", Artifact]):
    """The versions in the registries of an organization (query RegistryVersions).

    `registry_filters`, `collection_filters` and `filters` are MongoDB-style conditions on the
    registry, the collection and the version; `filters` may name `alias`, `tag`, `version`,
    `metadata.KEY`, `created_at` and `id`. Where the organization has advanced search, it may also
    name `artifact_size` and `linked_at`, and `order` may be `created_at`, `artifact_size` or
    `linked_at`, descending after `-`; elsewhere these raise UnsupportedServerError, as does every
    search if the server cannot search registries.

    The server does not report a total, so there is no `len()`, and `length` is None.

    Example:
        >>> versions = api.registry("model", "acme").versions({"alias": "best"})
        >>> [version.qualified_name for version in versions]
        ['acme-org/wandb-registry-model/net:v0']
    """

    __slots__ = ("_is_advanced", "_queries", "_query", "filters", "order", "organization")

    QUERY: ClassVar[str] = REGISTRY_VERSIONS_GQL

    def __init__(
        self,
        client: Client,
        organization: str,
        registry_filters: Mapping[str, object] | None = None,
        collection_filters: Mapping[str, object] | None = None,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 100,
        start: str | None = None,
    ) -> None:
        self.organization: str = arguments.string("organization", organization)
        self.filters: Mapping[str, object] | None = filters
        self.order: str | None = order
        search = VersionSearch(registry_filters, collection_filters, filters, order)
        self._queries: dict[bool, VersionQuery] = search.queries()
        self._query: VersionQuery = next(iter(self._queries.values()))
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<RegistryVersions {self.organization}>"

    @property
    def length(self) -> None:
        """Always None: the server does not report the number of versions."""
        return

    def _required(self) -> str:
        return SEARCH_FEATURE

    def _check_feature(self) -> Flow[None]:
        yield from super()._check_feature()
        if self._pages_loaded or self._queries.get(False) == self._queries.get(True):
            return
        advanced = yield from self._has_advanced_search()
        if advanced not in self._queries:
            raise UnsupportedServerError(
                f"{self.client.settings.base_url} cannot search the registries of"
                f" {self.organization} by these fields, or in this order:"
                f" filters={self.filters!r}, order={self.order!r}",
                operation="RegistryVersions",
                feature="advanced search",
            )
        self._query = self._queries[advanced]
        self.update_variables()

    def _has_advanced_search(self) -> Flow[bool]:
        features = yield from self.client.load_features()
        if FILTERING_FEATURE not in features:
            return False
        result = yield from ask(calls.registry_features(organization=self.organization))
        if result.organization is None:
            raise missing_organization(self.organization)
        offered = result.organization.advanced_registry_features
        return offered is not None and offered.advanced_search

    def _operation(self, cursor: str | None) -> Operation[VersionsResult]:
        return calls.registry_versions(
            organization=self.organization,
            registry_filters=self._query.registry_filters,
            collection_filters=self._query.collection_filters,
            filters=self._query.filters,
            order=self._query.order,
            cursor=cursor,
            per_page=self.per_page,
        )

    def _connection(self, result: VersionsResult) -> VersionsPage:
        owner = result.organization.org_entity if result.organization else None
        if owner is None or owner.artifact_memberships is None:
            raise missing_organization(self.organization)
        return owner.artifact_memberships

    def _nodes(self, result: VersionsResult) -> list[fragments.MemberVersion]:
        return [node for node in super()._nodes(result) if in_registry(node)]

    def _item(self, node: fragments.MemberVersion) -> Artifact:
        location, version = ArtifactLocation.of_membership(node), node.artifact
        if location is None or version is None:
            raise SchemaMismatchError(f"{self!r} got a version that the API key may not see")
        return Artifact(self.client, location, version)


def in_registry(node: fragments.MemberVersion) -> bool:
    """Return True for a version in a registry, unless the API key may not see it."""
    location = ArtifactLocation.of_membership(node)
    return location is not None and node.artifact is not None and is_registry(location.project)


def check_unordered(order: str | None, parents: str, method: str) -> None:
    """Raise UsageError for a list in order: the server does not order by it what it contains."""
    if order is not None:
        raise UsageError(
            f"what {parents} contain cannot be listed in the order of the {parents}; write"
            f" `for each in {parents}: each.{method}()`, or list the {parents} without order"
        )
