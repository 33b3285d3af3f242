"""What a report or a plan is about, and which projects have to be read for it."""

from dataclasses import dataclass

from ..artifacts.lineage import Artifact, ArtifactCollection
from ..artifacts.types import ArtifactType
from ..errors import UsageError
from ..path_lookup import PathObject
from ..projects.project import Project
from ..projects.project_list import Projects
from ..transport.client import Client
from ..transport.flow import Flow
from .stored_version import Collection

PROJECTS_PER_PAGE = 200


@dataclass(frozen=True, slots=True)
class Target:
    """An entity, or a part of it: a project, a type, a collection."""

    entity: str
    project: str | None = None
    type: str | None = None
    collection: str | None = None

    @property
    def path(self) -> str:
        """The path, from the entity on."""
        parts = (self.entity, self.project, self.collection or self.type)
        return "/".join(part for part in parts if part)

    @property
    def is_whole(self) -> bool:
        """Whether everything is meant that has to be read, runs included."""
        return self.type is None and self.collection is None

    def covers(self, collection: Collection) -> bool:
        """Return True if a collection belongs to it."""
        return (
            self.entity == collection.entity
            and self.project in {None, collection.project}
            and self.type in {None, collection.type}
            and self.collection in {None, collection.name}
        )

    def find_projects(self, client: Client) -> Flow[list[tuple[str, str]]]:
        """Return the projects to read: what they share with each other is stored once."""
        if self.project is not None:
            return [(self.entity, self.project)]
        found = yield from Projects(client, self.entity, PROJECTS_PER_PAGE).load_items(slice(None))
        return [(project.entity, project.name) for project in found]


def target_of(found: PathObject) -> Target:
    """Return the target that an object is; raises UsageError for what is none."""
    match found:
        case Project():
            return Target(found.entity, found.name)
        case ArtifactType():
            return Target(found.entity, found.project, found.type)
        case ArtifactCollection():
            if not found.is_sequence():
                raise UsageError(
                    f"{found.full_path} is a portfolio: it stores nothing but links to versions"
                )
            return Target(found.entity, found.project, found.type, found.name)
        case Artifact():
            raise UsageError(
                f"{found.qualified_name} is one version; name its collection, project or entity"
            )
        case _:
            raise UsageError(
                f"{found.full_path} is a run; name an entity, a project, a type or a collection"
            )
