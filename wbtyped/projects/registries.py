"""The registries of an organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import REGISTRIES_GQL

from .. import arguments
from ..accounts.missing import missing_organization
from ..accounts.registries import is_registry
from ..transport.client import Client
from ..transport.pagination import Paginator
from .registry import Registry
from .registry_contents import (
    SEARCH_FEATURE,
    RegistryCollections,
    RegistryVersions,
    check_unordered,
)
from .registry_filters import REGISTRY_FIELDS, chosen_filters, written_filters, written_order

if TYPE_CHECKING:
    from wbtyped_graphql.registries import Registries as Result
    from wbtyped_graphql.registries import RegistriesOrganizationOrgEntityProjects as Page


class Registries(Paginator["Result", "fragments.Project", Registry]):
    """The registries of an organization, fetched page by page (query Registries).

    `filters` is a MongoDB-style condition such as `{"name": {"$regex": "model"}}`. It may name
    `name` (with or without the prefix `wandb-registry-`), `description`, `created_at`, `updated_at`
    and `id`. `order` is `name`, `created_at` or `updated_at`, descending after `-`. Both raise
    UnsupportedServerError if the server cannot search registries.

    `collections` and `versions` list what these registries contain, without loading the registries.
    The server does not report a total, so there is no `len()`, and `length` is None.

    Example:
        >>> [registry.name for registry in api.registries("acme", order="name")]
        ['model']
        >>> best = api.registries("acme").versions({"alias": "best"})
        >>> [version.qualified_name for version in best]
        ['acme-org/wandb-registry-model/net:v0']
    """

    __slots__ = ("filters", "order", "organization")

    QUERY: ClassVar[str] = REGISTRIES_GQL

    def __init__(
        self,
        client: Client,
        organization: str,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 100,
        start: str | None = None,
    ) -> None:
        self.organization: str = arguments.string("organization", organization)
        written_filters(filters, REGISTRY_FIELDS)
        self.filters: Mapping[str, object] | None = filters
        self.order: str | None = written_order(order)
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<Registries {self.organization}>"

    @property
    def length(self) -> None:
        """Always None: the server does not report the number of registries."""
        return

    def collections(
        self,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 100,
        start: str | None = None,
        *,
        filter: Mapping[str, object] | None = None,  # noqa: A002 - the official name
    ) -> RegistryCollections:
        """Return the collections in these registries as a lazy list; see `RegistryCollections`."""
        check_unordered(self.order, "registries", "collections")
        return RegistryCollections(
            self.client, self.organization, self.filters, chosen_filters(filters, filter), order,
            per_page, start,
        )  # fmt: skip

    def versions(
        self,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 100,
        start: str | None = None,
        *,
        filter: Mapping[str, object] | None = None,  # noqa: A002 - the official name
    ) -> RegistryVersions:
        """Return the versions in these registries as a lazy list; see `RegistryVersions`."""
        check_unordered(self.order, "registries", "versions")
        return RegistryVersions(
            self.client, self.organization, self.filters, None, chosen_filters(filters, filter),
            order, per_page, start,
        )  # fmt: skip

    def _required(self) -> str | None:
        return SEARCH_FEATURE if self.filters is not None or self.order is not None else None

    def _operation(self, cursor: str | None) -> Operation[Result]:
        operation = calls.registries(
            organization=self.organization,
            filters=written_filters(self.filters, REGISTRY_FIELDS),
            order=self.order,
            cursor=cursor,
            per_page=self.per_page,
        )
        return operation.without("filters") if self.filters is None else operation

    def _connection(self, result: Result) -> Page:
        owner = result.organization.org_entity if result.organization else None
        if owner is None or owner.projects is None:
            raise missing_organization(self.organization)
        return owner.projects

    def _nodes(self, result: Result) -> list[fragments.Project]:
        return [node for node in super()._nodes(result) if is_registry(node.name)]

    def _item(self, node: fragments.Project) -> Registry:
        return Registry(self.client, self.organization, node)
