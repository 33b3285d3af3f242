"""One project: what it contains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import JsonValue
from wbtyped_graphql import calls, fragments

from .. import arguments
from ..accounts.missing import missing_project
from ..artifacts.collections import ProjectArtifactCollections
from ..artifacts.lineage import Runs
from ..artifacts.types import ArtifactTypes
from ..notebook import Record
from ..paths import quoted_parts
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.nodes import iso


class Project(Record):
    """A project of an entity (query GetProject)."""

    __slots__ = ("attrs", "client", "entity", "name")

    __columns__: ClassVar[tuple[str, ...]] = ("name", "description", "created_at")

    client: Client
    """The client that sends requests."""
    entity: str
    """The user or team that owns the project."""
    name: str
    """The name of the project in paths."""
    attrs: fragments.Project
    """The typed node as the server sent it."""

    def __init__(self, client: Client, entity: str, name: str, attrs: fragments.Project) -> None:
        arguments.instance("client", client, Client)
        arguments.check_strings(entity=entity, name=name)
        arguments.instance("attrs", attrs, fragments.Project)
        self.client = client
        self.entity = entity
        self.name = name
        self.attrs = attrs

    @classmethod
    def find(cls, client: Client, entity: str, name: str) -> Flow[Self]:
        """Load a project (query GetProject); raises NotFoundError."""
        arguments.instance("client", client, Client)
        arguments.check_strings(entity=entity, name=name)
        query = calls.get_project(entity=entity, project=name)
        result = yield from ask(query, f"project {entity}/{name}")
        if result.project is None:
            raise missing_project(entity, name)
        return cls(client, entity, name, result.project)

    def __repr__(self) -> str:
        return f"<Project {self.full_path}>"

    def to_dict(self) -> dict[str, JsonValue]:
        """Return entity, name, description, created_at and URL."""
        return {
            "entity": self.entity,
            "name": self.name,
            "description": self.description,
            "created_at": self.created_at,
            "url": self.url,
        }

    def __page__(self) -> str:
        return self.url

    @property
    def full_path(self) -> str:
        """`entity/project`."""
        return f"{self.entity}/{self.name}"

    @property
    def path(self) -> list[str]:
        """Entity and project, percent-encoded."""
        return quoted_parts(self.entity, self.name)

    @property
    def id(self) -> str:
        """The project's id on the server, opaque."""
        return self.attrs.id

    @property
    def description(self) -> str | None:
        """The description, if there is one."""
        return self.attrs.description

    @property
    def created_at(self) -> str:
        """When the project was created: ISO 8601 in UTC."""
        return iso(self.attrs.created_at)

    @property
    def url(self) -> str:
        """URL of the project's page."""
        return self.client.app_url + "/".join(self.path)

    def runs(
        self,
        filters: Mapping[str, object] | None = None,
        order: str | None = "+created_at",
        per_page: int = 50,
        *,
        lazy: bool = True,
        start: str | None = None,
    ) -> Runs:
        """Return its runs as a lazy list; see `Runs`."""
        return Runs(
            self.client, self.entity, self.name, filters, order, per_page, lazy=lazy, start=start
        )

    def artifacts_types(self, per_page: int = 50, *, start: str | None = None) -> ArtifactTypes:
        """Return its artifact types as a lazy list; see `ArtifactTypes`.

        Example:
            >>> [type.name for type in api.project("mnist", "my-team").artifacts_types()]
            ['dataset', 'model']
        """
        return ArtifactTypes(self.client, self.entity, self.name, per_page, start=start)

    def collections(
        self,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 50,
        *,
        start: str | None = None,
    ) -> ProjectArtifactCollections:
        """Return its collections of all types as a lazy list; see `ProjectArtifactCollections`.

        Example:
            >>> [c.name for c in api.project("mnist", "my-team").collections(order="name")]
            ['digits', 'net']
        """
        return ProjectArtifactCollections(
            self.client, self.entity, self.name, per_page,
            filters=filters, order=order, start=start,
        )  # fmt: skip
