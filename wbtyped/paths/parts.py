"""What a path can name, with the parts that it is made of."""

from typing import NamedTuple


class ProjectPath(NamedTuple):
    """The parts of a project path."""

    entity: str | None
    project: str | None

    def __str__(self) -> str:
        return joined("project", self.entity, self.project)


class RunPath(NamedTuple):
    """The parts of a run path."""

    entity: str | None
    project: str | None
    run: str
    file: str | None = None
    """The file of the run that the path leads to."""

    def __str__(self) -> str:
        return joined("run", self.entity, self.project, self.run)


class TypePath(NamedTuple):
    """The parts of the path of an artifact type."""

    entity: str | None
    project: str | None
    type: str

    def __str__(self) -> str:
        return joined("artifact type", self.entity, self.project, self.type)


class CollectionPath(NamedTuple):
    """The parts of the path of an artifact collection."""

    entity: str | None
    project: str | None
    collection: str
    type: str | None = None

    def __str__(self) -> str:
        return joined("artifact collection", self.entity, self.project, self.collection)


class ArtifactPath(NamedTuple):
    """The parts of an artifact path; `name` includes the colon and the version or alias."""

    entity: str | None
    project: str | None
    name: str
    type: str | None = None
    file: str | None = None
    """The file of the version that the path leads to."""

    def __str__(self) -> str:
        return joined("artifact", self.entity, self.project, self.name)


class ArtifactIdPath(NamedTuple):
    """A version by the server's id of it, as in `wandb-artifact://` references."""

    id: str
    file: str | None = None

    def __str__(self) -> str:
        return "artifact with the id in the path"


class NamePath(NamedTuple):
    """A name in a project: of a run if `may_be_run`, else of a collection, else of a type."""

    entity: str | None
    project: str | None
    name: str
    may_be_run: bool = True

    def __str__(self) -> str:
        kinds = "run, artifact collection or type" if self.may_be_run else "collection or type"
        return joined(kinds, self.entity, self.project, self.name)


ObjectPath = (
    ProjectPath | RunPath | TypePath | CollectionPath | ArtifactPath | ArtifactIdPath | NamePath
)


def joined(kind: str, *parts: str | None) -> str:
    """Return a kind of object and its path, for a message."""
    return f"{kind} {'/'.join(part for part in parts if part)}"
