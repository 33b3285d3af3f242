"""Projects, which runs and artifacts belong to."""

from wbtyped_graphql import fragments

from .. import arguments
from ..errors import NotFoundError
from ..paths import quoted_parts
from ..transport.client import Client


class Project:
    """A project of an entity (query GetProject)."""

    __slots__ = ("attrs", "client", "entity", "name")

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

    def __repr__(self) -> str:
        return f"<Project {self.full_path}>"

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
    def url(self) -> str:
        """URL of the project's page."""
        return self.client.app_url + "/".join(self.path)


def missing_project(entity: str, project: str) -> NotFoundError:
    """Build the error for a project that does not exist."""
    path = f"{entity}/{project}"
    return NotFoundError(
        f"project {path} does not exist, or the API key may not see it",
        path=path,
        missing="project",
    )


def missing_type(
    entity: str, project: str, type_name: str, collection: str | None = None
) -> NotFoundError:
    """Build the error for an artifact type that does not exist; `collection` was requested."""
    return NotFoundError(
        f"project {entity}/{project} has no artifact type {type_name!r}",
        path=f"{entity}/{project}/{collection or type_name}",
        missing="type",
    )
