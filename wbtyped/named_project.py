"""A project whose names type checkers and editors know."""

from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar, overload

from . import arguments
from .api import Api
from .artifacts.collections import ArtifactCollections
from .artifacts.lineage import Artifact, ArtifactCollection, Artifacts, find_artifact
from .artifacts.typed_versions import TypedArtifacts, versions_as
from .artifacts.types import ArtifactType
from .errors import NotFoundError, UsageError
from .projects.registry import Registry
from .transport.flow import Flow
from .typed_values import ModelOf, ValuesT

TypeT = TypeVar("TypeT", bound=str)
CollectionT = TypeVar("CollectionT", bound=str)
VersionT = TypeVar("VersionT", bound=str)
RegistryT = TypeVar("RegistryT", bound=str)


class NamedProject(Generic[TypeT, CollectionT, VersionT, RegistryT]):
    """One project, whose names have Literal types: editors complete them, checkers refuse others.

    `wbtyped codegen --project entity/project --out names.py` writes a subclass with the names that
    the project has. Its methods are those of `Api`, with names in place of paths.

    Example:
        >>> from typing import Literal
        >>> Type, Collection = Literal["dataset"], Literal["digits"]
        >>> class Names(NamedProject[Type, Collection, Literal["digits:latest"], Literal["model"]]):
        ...     entity, project, organization = "my-team", "mnist", "acme"
        ...     types = {"digits": "dataset"}
        >>> names = Names(api)
        >>> names.artifact("digits:latest")
        <Artifact my-team/mnist/digits:v1>
        >>> names.artifact("digits", version=0)
        <Artifact my-team/mnist/digits:v0>
        >>> len(names.artifacts("digits"))
        2
        >>> names.registry("model")
        <Registry acme/wandb-registry-model>
    """

    __slots__ = ("__weakref__", "api")

    entity: ClassVar[str]
    """The owner of the project."""
    project: ClassVar[str]
    """The name of the project."""
    organization: ClassVar[str | None] = None
    """The organization of its registries; None if the owner belongs to none."""
    types: ClassVar[Mapping[str, str]]
    """The type of each collection."""

    def __init__(self, api: Api) -> None:
        if type(self) is NamedProject:
            raise UsageError(
                "NamedProject has no names; `wbtyped codegen --project` writes a subclass that has"
            )
        arguments.instance("api", api, Api)
        self.api: Api = api

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.entity}/{self.project}>"

    @overload
    def artifact(self, name: CollectionT | VersionT) -> Artifact: ...
    @overload
    def artifact(self, name: CollectionT, version: int) -> Artifact: ...
    def artifact(self, name: str, version: int | None = None) -> Artifact:
        """Load a version by `collection:alias`, or by collection and number.

        A collection alone is its latest version. Raises NotFoundError.
        """
        return self.api.client.run(self._find_artifact(name, version))

    @overload
    async def aartifact(self, name: CollectionT | VersionT) -> Artifact: ...
    @overload
    async def aartifact(self, name: CollectionT, version: int) -> Artifact: ...
    async def aartifact(self, name: str, version: int | None = None) -> Artifact:
        """Asynchronous form of `artifact`."""
        return await self.api.client.arun(self._find_artifact(name, version))

    def _find_artifact(self, name: str, version: int | None) -> Flow[Artifact]:
        arguments.check_strings(name=name)
        if version is not None:
            if ":" in name:
                raise UsageError(
                    f"{name} names a version; pass version with a collection, or only the name"
                )
            name = f"{name}:v{arguments.whole_number('version', version, 0)}"
        elif ":" not in name:
            name = f"{name}:latest"
        return find_artifact(self.api.client, self.entity, self.project, name)

    @overload
    def artifacts(
        self,
        name: CollectionT,
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
        metadata: None = None,
    ) -> Artifacts: ...
    @overload
    def artifacts(
        self,
        name: CollectionT,
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
        metadata: ModelOf[ValuesT],
    ) -> TypedArtifacts[ValuesT]: ...
    def artifacts(
        self,
        name: str,
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
        metadata: ModelOf[ValuesT] | None = None,
    ) -> Artifacts | TypedArtifacts[ValuesT]:
        """List the versions in a collection, as `Api.artifacts` does; sends nothing before use."""
        listed = Artifacts(
            self.api.client, self.entity, self.project, name, self._type_of(name), filters, order,
            per_page, tags, start=start,
        )  # fmt: skip
        return listed if metadata is None else versions_as(listed, metadata, start)

    def artifact_collection(self, name: CollectionT) -> ArtifactCollection:
        """Load a collection; raises NotFoundError."""
        return self.api.client.run(self._find_collection(name))

    async def aartifact_collection(self, name: CollectionT) -> ArtifactCollection:
        """Asynchronous form of `artifact_collection`."""
        return await self.api.client.arun(self._find_collection(name))

    def _find_collection(self, name: str) -> Flow[ArtifactCollection]:
        kind = self._type_of(name)
        return ArtifactCollection.find(self.api.client, self.entity, self.project, name, kind)

    def artifact_collections(
        self, type_name: TypeT, per_page: int = 50, *, start: str | None = None
    ) -> ArtifactCollections:
        """List the collections of a type; sends nothing before use."""
        return ArtifactCollections(
            self.api.client, self.entity, self.project, type_name, per_page, start=start
        )

    def artifact_type(self, type_name: TypeT) -> ArtifactType:
        """Load an artifact type; raises NotFoundError."""
        return self.api.client.run(self._find_type(type_name))

    async def aartifact_type(self, type_name: TypeT) -> ArtifactType:
        """Asynchronous form of `artifact_type`."""
        return await self.api.client.arun(self._find_type(type_name))

    def _find_type(self, type_name: str) -> Flow[ArtifactType]:
        return ArtifactType.find(self.api.client, self.entity, self.project, type_name)

    def registry(self, name: RegistryT) -> Registry:
        """Load a registry of the organization; raises NotFoundError."""
        return self.api.registry(name, self.organization)

    async def aregistry(self, name: RegistryT) -> Registry:
        """Asynchronous form of `registry`."""
        return await self.api.aregistry(name, self.organization)

    def _type_of(self, collection: str) -> str:
        arguments.check_strings(name=collection)
        if found := self.types.get(collection):
            return found
        raise NotFoundError(
            f"collection {self.entity}/{self.project}/{collection} is not among the names of"
            f" {type(self).__name__}: it does not exist, or `wbtyped codegen --project` ran before",
            path=f"{self.entity}/{self.project}/{collection}",
            missing="collection",
        )
