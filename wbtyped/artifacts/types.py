"""The types of artifacts in a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import JsonValue
from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import ARTIFACT_TYPES_GQL

from .. import arguments
from ..accounts.missing import missing_project, missing_type
from ..notebook import Record
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.nodes import parse_node
from ..transport.pagination import Paginator
from .collections import ArtifactCollections
from .lineage import ArtifactCollection

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_types import ArtifactTypes as Result
    from wbtyped_graphql.artifact_types import ArtifactTypesProjectArtifactTypes


class ArtifactTypes(Paginator["Result", "fragments.ArtifactType", "ArtifactType"]):
    """The types of artifacts in a project, fetched page by page (query ArtifactTypes).

    The server does not report a total, so there is no `len()`, and `length` is None.

    Example:
        >>> [type.name for type in api.artifact_types("my-team/mnist")]
        ['dataset', 'model']
    """

    __slots__ = ("entity", "project")

    QUERY: ClassVar[str] = ARTIFACT_TYPES_GQL

    def __init__(
        self,
        client: Client,
        entity: str,
        project: str,
        per_page: int = 50,
        *,
        start: str | None = None,
    ) -> None:
        arguments.check_strings(entity=entity, project=project)
        self.entity: str = entity
        self.project: str = project
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<ArtifactTypes {self.entity}/{self.project}>"

    @property
    def length(self) -> None:
        """Always None: the server does not report the number of types."""
        return

    def _operation(self, cursor: str | None) -> Operation[Result]:
        return calls.artifact_types(
            entity=self.entity, project=self.project, cursor=cursor, per_page=self.per_page
        )

    def _connection(self, result: Result) -> ArtifactTypesProjectArtifactTypes:
        if result.project is None:
            raise missing_project(self.entity, self.project)
        return result.project.artifact_types

    def _item(self, node: fragments.ArtifactType) -> ArtifactType:
        return ArtifactType(self.client, self.entity, self.project, node.name, node)


class ArtifactType(Record):
    """A type of artifacts, such as `dataset` (query GetArtifactType).

    `attrs` is the typed node or a mapping with the wire names of its fields; without it the type is
    loaded immediately, and NotFoundError says what is missing.

    Example:
        >>> datasets = api.artifact_type("dataset", "my-team/mnist")
        >>> [collection.name for collection in datasets.collections()]
        ['digits']
    """

    __slots__ = ("__weakref__", "attrs", "client", "entity", "project", "type")

    __columns__: ClassVar[tuple[str, ...]] = ("name", "description")

    def __init__(
        self,
        client: Client,
        entity: str,
        project: str,
        type_name: str,
        attrs: fragments.ArtifactType | Mapping[str, object] | None = None,
    ) -> None:
        arguments.instance("client", client, Client)
        arguments.check_strings(entity=entity, project=project, type_name=type_name)
        self.client: Client = client
        self.entity: str = entity
        self.project: str = project
        self.type: str = type_name
        if attrs is None:
            client.run(self._load())
        else:
            self.attrs: fragments.ArtifactType = parse_node(
                fragments.ArtifactType, attrs, "an ArtifactType"
            )
            """The typed node as the server sent it."""

    def __repr__(self) -> str:
        return f"<ArtifactType {self.type}>"

    def to_dict(self) -> dict[str, JsonValue]:
        """Return entity, project, name and description."""
        return {
            "entity": self.entity,
            "project": self.project,
            "name": self.name,
            "description": self.description,
        }

    @property
    def id(self) -> str:
        """The server's opaque id of the type."""
        return self.attrs.id

    @property
    def name(self) -> str:
        """The name of the type."""
        return self.attrs.name

    @property
    def description(self) -> str | None:
        """The description of the type."""
        return self.attrs.description

    @classmethod
    def find(cls, client: Client, entity: str, project: str, name: str) -> Flow[Self]:
        """Load a type (query GetArtifactType); raises NotFoundError."""
        arguments.instance("client", client, Client)
        arguments.check_strings(entity=entity, project=project, name=name)
        found = cls.__new__(cls)
        found.client, found.entity, found.project, found.type = client, entity, project, name
        yield from found._load()
        return found

    def load(self) -> fragments.ArtifactType:
        """Load the type again, and return the typed node."""
        return self.client.run(self._load())

    async def aload(self) -> fragments.ArtifactType:
        """Asynchronous form of `load`."""
        return await self.client.arun(self._load())

    def _load(self) -> Flow[fragments.ArtifactType]:
        result = yield from ask(
            calls.get_artifact_type(entity=self.entity, project=self.project, type_name=self.type)
        )
        if result.project is None:
            raise missing_project(self.entity, self.project)
        if result.project.artifact_type is None:
            raise missing_type(self.entity, self.project, self.type)
        self.attrs = result.project.artifact_type
        return self.attrs

    def collections(
        self,
        per_page: int = 50,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> ArtifactCollections:
        """Return the collections of this type as a lazy list; see `ArtifactCollections`."""
        return ArtifactCollections(
            self.client, self.entity, self.project, self.type, per_page,
            filters=filters, order=order, start=start,
        )  # fmt: skip

    def collection(self, name: str) -> ArtifactCollection:
        """Return one collection of this type, loaded; raises NotFoundError."""
        return self.client.run(self._find_collection(name))

    async def acollection(self, name: str) -> ArtifactCollection:
        """Asynchronous form of `collection`."""
        return await self.client.arun(self._find_collection(name))

    def _find_collection(self, name: str) -> Flow[ArtifactCollection]:
        return ArtifactCollection.find(self.client, self.entity, self.project, name, self.type)
