"""Find the object that a path names, where its form leaves several kinds open.

The readings of a path (`paths.read_path`) are tried in their order, with no more requests than
needed, and none for a project that is known not to exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from wbtyped_graphql import calls

from .accounts.missing import missing_project
from .artifacts.collections import ProjectArtifactCollections
from .artifacts.lineage import Artifact, ArtifactCollection, Run, find_artifact, find_artifact_by_id
from .artifacts.types import ArtifactType
from .errors import UNSEEN, GraphQLError, NotFoundError, UsageError
from .paths import (
    ArtifactIdPath,
    ArtifactPath,
    CollectionPath,
    NamePath,
    ObjectPath,
    ProjectPath,
    RunPath,
    TypePath,
)
from .projects.project import Project
from .transport.client import Client, is_unknown_field
from .transport.flow import Flow, ask

if TYPE_CHECKING:
    from wbtyped_graphql.collection_or_type import CollectionOrTypeProject

PathObject: TypeAlias = Project | Run | ArtifactType | ArtifactCollection | Artifact
"""What a path can name."""
COLLECTIONS_PER_PAGE = 1000


class Defaults(Protocol):
    """Fills in the entity and the project that a path omits, as `Api` does."""

    def __call__(self, entity: str | None, project: str | None, /) -> Flow[tuple[str, str]]:
        """Return the entity and the project, from the settings or the account if None."""
        ...


def find_object(
    client: Client, path: str, readings: Sequence[ObjectPath], defaults: Defaults
) -> Flow[PathObject]:
    """Return the object of the first reading that exists; raises NotFoundError for none."""
    failures: list[NotFoundError] = []
    for number, reading in enumerate(readings):
        if (
            failures
            and failures[-1].missing == "project"
            and reading[:2] == readings[number - 1][:2]
        ):
            continue
        try:
            return (yield from _find(client, reading, defaults))
        except NotFoundError as error:
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    reasons = "; ".join(dict.fromkeys(str(error).removesuffix(UNSEEN) for error in failures))
    raise NotFoundError(
        f"{path!r} names nothing: {reasons}{UNSEEN}",
        path=failures[0].path,
        missing=failures[0].missing,
    )


def find_version_at(
    client: Client, path: ArtifactPath | ArtifactIdPath, defaults: Defaults
) -> Flow[Artifact]:
    """Return the version at a path; raises NotFoundError."""
    if isinstance(path, ArtifactIdPath):
        return (yield from find_artifact_by_id(client, path.id))
    entity, project = yield from defaults(path.entity, path.project)
    return (yield from find_artifact(client, entity, project, path.name))


def check_type_of(artifact: Artifact, type_name: str | None) -> Artifact:
    """Return the version, or raise UsageError if it has another type."""
    if type_name is not None and artifact.type != type_name:
        raise UsageError(
            f"artifact {artifact.qualified_name} is of type {artifact.type!r}, not {type_name!r}"
        )
    return artifact


def _find(client: Client, reading: ObjectPath, defaults: Defaults) -> Flow[PathObject]:
    if isinstance(reading, (ArtifactPath, ArtifactIdPath)):
        artifact = yield from find_version_at(client, reading, defaults)
        type_name = reading.type if isinstance(reading, ArtifactPath) else None
        return check_type_of(artifact, type_name)
    entity, project = yield from defaults(reading.entity, reading.project)
    match reading:
        case ProjectPath():
            return (yield from Project.find(client, entity, project))
        case RunPath():
            return (yield from Run.find(client, entity, project, reading.run))
        case TypePath():
            return (yield from ArtifactType.find(client, entity, project, reading.type))
        case CollectionPath(collection=name, type=str(type_name)):
            return (yield from ArtifactCollection.find(client, entity, project, name, type_name))
        case CollectionPath(collection=name):
            return (yield from _find_named(client, entity, project, name, may_be_run=False))
        case NamePath(name=name):
            return (
                yield from _find_named(client, entity, project, name, may_be_run=reading.may_be_run)
            )


def _find_named(
    client: Client, entity: str, project: str, name: str, *, may_be_run: bool
) -> Flow[PathObject]:
    """Return the run of this id, else the collection, else the type."""
    if may_be_run:
        try:
            return (yield from Run.find(client, entity, project, name))
        except NotFoundError as error:
            if error.missing != "run":
                raise
    path = f"{entity}/{project}/{name}"
    query = calls.collection_or_type(entity=entity, project=project, name=name)
    try:
        result = yield from ask(query)
    except GraphQLError as error:
        if not is_unknown_field(error):
            raise
        found = yield from _find_on_old_server(client, entity, project, name)
    else:
        if result.project is None:
            raise missing_project(entity, project)
        found = _object_named(client, entity, project, result.project)
    if found is None:
        runs = "a run nor " if may_be_run else ""
        raise NotFoundError(
            f"{path} is neither {runs}an artifact type nor a collection{UNSEEN}",
            path=path,
            missing="run" if may_be_run else "collection",
        )
    return found


def _object_named(
    client: Client, entity: str, project: str, named: CollectionOrTypeProject
) -> PathObject | None:
    collection, kind = named.artifact_collection, named.artifact_type
    if collection is not None:
        type_name = collection.default_artifact_type.name
        return ArtifactCollection(
            client, entity, project, collection.name, type_name, attrs=collection
        )
    return ArtifactType(client, entity, project, kind.name, kind) if kind else None


def _find_on_old_server(
    client: Client, entity: str, project: str, name: str
) -> Flow[PathObject | None]:
    """Find a name on a server that finds collections only by their type."""
    listed = ProjectArtifactCollections(client, entity, project, COLLECTIONS_PER_PAGE)
    for collection in (yield from listed.load_items(slice(None))):
        if collection.name == name:
            return collection
    try:
        return (yield from ArtifactType.find(client, entity, project, name))
    except NotFoundError:
        return None
