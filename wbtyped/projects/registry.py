"""One registry of an organization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, Self, TypeAlias

from pydantic import JsonValue
from wbtyped_graphql import calls, fragments

from .. import arguments
from ..accounts.missing import missing_organization, missing_project
from ..accounts.registries import REGISTRY, full_registry_name
from ..errors import UsageError
from ..notebook import Record
from ..paths import quoted_parts
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.nodes import iso
from ..transport.pagination import require
from .registry_contents import RegistryCollections, RegistryVersions
from .registry_filters import chosen_filters

if TYPE_CHECKING:
    from wbtyped_graphql.get_registry import GetRegistryOrganizationOrgEntity as Owner
    from wbtyped_graphql.registry_types import RegistryTypesProject

Visibility: TypeAlias = Literal["organization", "restricted"]
"""Who may see a registry: everyone in the organization, or only its members."""
ACCESS: Mapping[Visibility, str] = {"organization": "PRIVATE", "restricted": "RESTRICTED"}
TYPES_FEATURE = "INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION"
"""The feature of servers whose registries tell which artifact types they accept."""


class Registry(Record):
    """A registry: the collections of an organization that link to versions of its teams.

    Its project is `wandb-registry-NAME` of the organization's own entity. `attrs` is the typed node
    of this project.

    Example:
        >>> registry = api.registry("model", "acme")
        >>> registry.full_name, [collection.name for collection in registry.collections()]
        ('wandb-registry-model', ['net'])
    """

    __slots__ = ("__weakref__", "_details", "attrs", "client", "organization")

    __columns__: ClassVar[tuple[str, ...]] = ("name", "description", "created_at")

    def __init__(self, client: Client, organization: str, attrs: fragments.Project) -> None:
        arguments.instance("client", client, Client)
        arguments.check_strings(organization=organization)
        arguments.instance("attrs", attrs, fragments.Project)
        self.client: Client = client
        self.organization: str = organization
        """The name of the organization."""
        self._accept(attrs)

    def _accept(self, node: fragments.Project) -> None:
        self.attrs: fragments.Project = node
        """The typed node of its project as the server last sent it."""
        self._details: RegistryTypesProject | None = None

    @classmethod
    def find(cls, client: Client, organization: str, name: str) -> Flow[Self]:
        """Load a registry (query GetRegistry); raises NotFoundError."""
        arguments.instance("client", client, Client)
        arguments.check_strings(organization=organization, name=name)
        node = yield from find_registry_node(organization, full_registry_name(name))
        return cls(client, organization, node)

    def __repr__(self) -> str:
        return f"<Registry {self.organization}/{self.full_name}>"

    def to_dict(self) -> dict[str, JsonValue]:
        """Return organization, entity, name, description, created_at and URL."""
        return {
            "organization": self.organization,
            "entity": self.entity,
            "name": self.name,
            "description": self.description,
            "created_at": self.created_at,
            "url": self.url,
        }

    def __page__(self) -> str:
        return self.url

    @property
    def id(self) -> str:
        """The id of its project on the server, opaque."""
        return self.attrs.id

    @property
    def internal_id(self) -> str:
        """Another opaque id of its project."""
        return self.attrs.internal_id

    @property
    def name(self) -> str:
        """The name, without the prefix `wandb-registry-`."""
        return self.attrs.name.removeprefix(REGISTRY)

    @property
    def full_name(self) -> str:
        """The name of its project, `wandb-registry-NAME`."""
        return self.attrs.name

    @property
    def entity(self) -> str:
        """The entity that owns the registries of the organization."""
        return self.attrs.entity_name

    @property
    def full_path(self) -> str:
        """`organization/wandb-registry-NAME`, the beginning of the paths of its versions."""
        return f"{self.organization}/{self.full_name}"

    @property
    def path(self) -> list[str]:
        """Entity and full name."""
        return [self.entity, self.full_name]

    @property
    def url(self) -> str:
        """URL of its page."""
        organization, name = quoted_parts(self.organization, self.name)
        return f"{self.client.app_url}orgs/{organization}/registry/{name}"

    @property
    def description(self) -> str | None:
        """The description, if there is one."""
        return self.attrs.description

    @property
    def visibility(self) -> Visibility:
        """Who may see it: everyone in the organization, or only its members."""
        return "restricted" if self.attrs.access == ACCESS["restricted"] else "organization"

    @property
    def created_at(self) -> str:
        """When it was created: ISO 8601 in UTC."""
        return iso(self.attrs.created_at)

    @property
    def updated_at(self) -> str | None:
        """When it was last changed: ISO 8601 in UTC, or None."""
        return iso(self.attrs.updated_at) if self.attrs.updated_at else None

    @property
    def artifact_types(self) -> list[str]:
        """The artifact types in it; the only ones that it accepts, unless it accepts all.

        Loaded on first access (query RegistryTypes); raises UnsupportedServerError if the server
        does not tell.
        """
        return self.client.run(self._find_types())

    async def aartifact_types(self) -> list[str]:
        """Asynchronous form of `artifact_types`."""
        return await self.client.arun(self._find_types())

    def _find_types(self) -> Flow[list[str]]:
        details = yield from self._load_details()
        return [edge.node.name for edge in details.artifact_types.edges if edge.node]

    @property
    def allow_all_artifact_types(self) -> bool:
        """Whether it accepts every artifact type; loaded like `artifact_types`."""
        return self.client.run(self._find_allow_all())

    async def aallow_all_artifact_types(self) -> bool:
        """Asynchronous form of `allow_all_artifact_types`."""
        return await self.client.arun(self._find_allow_all())

    def _find_allow_all(self) -> Flow[bool]:
        return (yield from self._load_details()).allow_all_artifact_types_in_registry

    def _load_details(self) -> Flow[RegistryTypesProject]:
        if self._details is None:
            require(TYPES_FEATURE, (yield from self.client.load_features()), self.client)
            query = calls.registry_types(entity=self.entity, project=self.full_name)
            result = yield from ask(query, f"registry {self.full_path}")
            if result.project is None:
                raise missing_project(self.organization, self.full_name)
            self._details = result.project
        return self._details

    def load(self) -> None:
        """Load it again and update `attrs` (query GetRegistry)."""
        self.client.run(self._load())

    async def aload(self) -> None:
        """Asynchronous form of `load`."""
        await self.client.arun(self._load())

    def _load(self) -> Flow[None]:
        self._accept((yield from find_registry_node(self.organization, self.full_name)))

    def collections(
        self,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 100,
        start: str | None = None,
        *,
        filter: Mapping[str, object] | None = None,  # noqa: A002 - the official name
    ) -> RegistryCollections:
        """Return its collections as a lazy list; see `RegistryCollections`.

        Example:
            >>> [c.name for c in api.registry("model", "acme").collections(order="name")]
            ['net']
        """
        return RegistryCollections(
            self.client, self.organization, {"name": self.full_name},
            chosen_filters(filters, filter), order, per_page, start,
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
        """Return the versions in it as a lazy list; see `RegistryVersions`.

        Example:
            >>> [v.source_name for v in api.registry("model", "acme").versions({"alias": "best"})]
            ['net:v0']
        """
        return RegistryVersions(
            self.client, self.organization, {"name": self.full_name}, None,
            chosen_filters(filters, filter), order, per_page, start,
        )  # fmt: skip


def find_registry_node(organization: str, full_name: str) -> Flow[fragments.Project]:
    """Return the node of a registry's project (query GetRegistry); raises NotFoundError."""
    owner = yield from _find_owner(organization, full_name)
    if owner.project is None:
        raise missing_project(organization, full_name)
    return owner.project


def _find_owner(organization: str, full_name: str) -> Flow[Owner]:
    query = calls.get_registry(organization=organization, project=full_name)
    result = yield from ask(query, f"registry {organization}/{full_name}")
    owner = result.organization.org_entity if result.organization else None
    if owner is None:
        raise missing_organization(organization)
    return owner


def create_registry(
    client: Client,
    organization: str,
    name: str,
    visibility: Visibility,
    description: str | None,
    artifact_types: Sequence[str],
) -> Flow[Registry]:
    """Create a registry (mutation CreateRegistry); raises UsageError if it exists."""
    # Imported late: few programs change anything.
    from wbtyped_graphql.input_types import ArtifactTypeInput

    require(TYPES_FEATURE, (yield from client.load_features()), client)
    full_name = full_registry_name(name)
    owner = yield from _find_owner(organization, full_name)
    if owner.project is not None:
        raise UsageError(f"registry {organization}/{full_name} exists already")
    create = calls.create_registry(
        entity=owner.name,
        project=full_name,
        access=ACCESS[visibility],
        description=description,
        allow_all=not artifact_types,
        types=[ArtifactTypeInput(name=kind) for kind in artifact_types],
    )
    result = yield from ask(create)
    node = result.upsert_model.project if result.upsert_model else None
    if node is None:
        raise missing_project(organization, full_name)
    return Registry(client, organization, node)
