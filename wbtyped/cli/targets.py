"""What a path on the command line means."""

from collections.abc import Sequence

from ..api import Api
from ..artifacts.lineage import Artifact, ArtifactCollection, Run
from ..artifacts.types import ArtifactType
from ..errors import UsageError
from ..path_lookup import PathObject
from ..paths import ArtifactPath, RunPath, read_path
from ..projects.project import Project

Target = PathObject
KINDS: dict[type, str] = {
    Project: "a project",
    Run: "a run",
    ArtifactType: "an artifact type",
    ArtifactCollection: "an artifact collection",
    Artifact: "an artifact version",
}


def find_target(api: Api, path: str, type_name: str | None = None) -> PathObject:
    """Return the object at a path, as `Api.from_path` reads it."""
    return api.from_path(path, type_name)


def files_named(path: str, names: Sequence[str]) -> list[str]:
    """Return the names of files after a path, or the file that the path itself leads to.

    That is `collection:alias/NAME`, or the URL of a file. Raises UsageError for both together.
    """
    reading = read_path(path)[0]
    file = reading.file if isinstance(reading, (RunPath, ArtifactPath)) else None
    if file is None:
        return list(names)
    if names:
        raise UsageError(f"{path!r} leads to a file already, {file!r}; omit the names after it")
    return [file]


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
