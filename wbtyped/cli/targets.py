"""What a path on the command line means."""

from collections.abc import Sequence
from glob import escape as glob_escape

from ..api import Api
from ..artifacts.lineage import Artifact, ArtifactCollection, Files, Run
from ..artifacts.types import ArtifactType
from ..errors import UsageError
from ..name_patterns import like_of_glob
from ..path_lookup import PathObject
from ..paths import ArtifactIdPath, ArtifactPath, RunPath, read_path
from ..projects.project import Project
from .names import NameFilter

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


def file_at(api: Api, path: str) -> str | None:
    """Return the file or folder that a path leads to: `collection:alias/NAME`, or a URL of it."""
    reading = read_path(path, server=api.settings.pages)[0]
    return reading.file if isinstance(reading, (RunPath, ArtifactPath, ArtifactIdPath)) else None


def files_named(api: Api, path: str, names: Sequence[str]) -> list[str]:
    """Return the names of files after a path, or the file that the path itself leads to.

    Raises UsageError for both together.
    """
    file = file_at(api, path)
    if file is None:
        return list(names)
    if names:
        raise UsageError(f"{path!r} leads to a file already, {file!r}; omit the names after it")
    return [file]


def run_files(run: Run, names: NameFilter, per_page: int) -> Files:
    """Return a list of the files of a run that contains those wanted, and few others."""
    # The server can narrow by one pattern only.
    pattern = names.pattern
    if names.below is not None and pattern is None:
        pattern = f"{like_of_glob('/' + glob_escape(names.below)) or ''}%"
    glob = names.glob if pattern is None else None
    return run.files(per_page=per_page, pattern=pattern, glob=glob)


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
