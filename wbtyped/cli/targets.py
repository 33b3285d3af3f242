"""What a path on the command line means."""

from ..api import Api
from ..artifacts.collections import ProjectArtifactCollections
from ..artifacts.lineage import Artifact, ArtifactCollection, Run
from ..artifacts.types import ArtifactType
from ..errors import NotFoundError, UsageError
from ..projects.project import Project

Target = Project | Run | ArtifactType | ArtifactCollection | Artifact
KINDS: dict[type, str] = {
    Project: "a project",
    Run: "a run",
    ArtifactType: "an artifact type",
    ArtifactCollection: "an artifact collection",
    Artifact: "an artifact version",
}


def find_target(api: Api, path: str, type_name: str | None = None) -> Target:
    """Return the object at a path."""
    text = path.strip("/ ")
    parts = text.split("/")
    if len(parts) >= 3 and ":" in parts[2]:
        return api.artifact(text, type_name)
    if len(parts) == 2:
        return api.project(parts[1], parts[0])
    if len(parts) == 4:
        return api.artifact_collection(parts[2], f"{parts[0]}/{parts[1]}/{parts[3]}")
    if type_name:
        return api.artifact_collection(type_name, text)
    try:
        return api.run(text)
    except NotFoundError as error:
        if error.missing != "run":
            raise
    try:
        return api.artifact_type(parts[2], f"{parts[0]}/{parts[1]}")
    except NotFoundError:
        pass
    found = ProjectArtifactCollections(api.client, parts[0], parts[1])
    for collection in found:
        if collection.name == parts[2]:
            return collection
    raise NotFoundError(f"{path} is neither a run nor an artifact type nor a collection", path=path)


def kind_of(target: Target) -> str:
    """Return what an object is, with its article."""
    return next(name for kind, name in KINDS.items() if isinstance(target, kind))


def wrong_kind(path: str, target: Target, expected: str) -> UsageError:
    """Build the error for a path that names something else than a subcommand takes."""
    return UsageError(f"{path!r} is {kind_of(target)}, not {expected}")


def find_version(api: Api, path: str, type_name: str | None = None) -> Artifact:
    """Return the version at a path; raises UsageError for anything else."""
    target = find_target(api, path, type_name)
    if not isinstance(target, Artifact):
        raise wrong_kind(path, target, "an artifact version, entity/project/collection:alias")
    return target


def full_path(target: Target) -> str:
    """Return the full path of an object."""
    if isinstance(target, Artifact):
        return target.qualified_name
    if isinstance(target, ArtifactType):
        return f"{target.entity}/{target.project}/{target.type}"
    return target.full_path
