"""`wbtyped rm`: delete files of runs, runs, versions and collections."""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from ..artifacts.lineage import Artifact, ArtifactCollection, File, Run
from ..errors import NotFoundError, UsageError, WbtypedError
from .connection import connect
from .names import ALL_NAMES, NameFilter, check_either
from .output import counted, human_size, print_err, print_out
from .targets import Target, files_named, find_target, wrong_kind

FILES_PER_PAGE = 1000
DELETE_JOBS = 8
"""Number of parallel deletions."""


@dataclass(frozen=True, slots=True)
class RemoveOptions:
    """What to delete besides the object itself, and whether to ask."""

    names: Sequence[str] = ()
    name_filter: NameFilter = ALL_NAMES
    type_name: str | None = None
    artifacts: bool = False
    """Whether a run takes the versions with it that it logged."""
    aliases: bool = False
    """Whether a version is deleted although it has aliases."""
    yes: bool = False
    base_url: str | None = None

    @property
    def selects_files(self) -> bool:
        """Whether files of the object are meant, not the object itself."""
        return bool(self.names) or self.name_filter.selects


@dataclass(frozen=True, slots=True)
class Removal:
    """Something to delete, and how people call it."""

    label: str
    delete: Callable[[], object]


def remove(path: str, options: RemoveOptions) -> int:
    """Show what would be deleted, ask, and delete it; return the exit code."""
    if not options.yes and not sys.stdin.isatty():
        raise UsageError("rm asks before it deletes, and there is no terminal; pass --yes")
    with connect(options.base_url) as api:
        options = replace(options, names=files_named(api, path, options.names))
        check_either(options.names, options.name_filter)
        removals = plan(find_target(api, path, options.type_name), path, options)
        if not removals:
            print_err("wbtyped: no file matches; nothing was deleted")
            return 1
        if not options.yes and not confirmed(removals):
            print_err("wbtyped: nothing was deleted")
            return 1
        with ThreadPoolExecutor(DELETE_JOBS) as threads:
            results = list(threads.map(attempt, removals))
    return 0 if all(results) else 1


def plan(target: Target, path: str, options: RemoveOptions) -> list[Removal]:
    """Return what has to be deleted; raises UsageError for what cannot be."""
    if isinstance(target, Run):
        if options.selects_files:
            return plan_files(target, options)
        label = f"run {target.full_path} ({target.state}, {counted(len(target.files()))})"
        logged = ", with the versions that it logged" if options.artifacts else ""
        return [Removal(label + logged, partial(target.delete, options.artifacts))]
    if options.selects_files:
        raise UsageError("only files of a run can be deleted; omit NAME, --pattern and --glob")
    if isinstance(target, Artifact):
        return [plan_version(target, options)]
    if isinstance(target, ArtifactCollection):
        versions = counted(len(target.artifacts()), "version")
        kind = versions if target.is_sequence() else f"portfolio of {versions}, which stay"
        return [Removal(f"collection {target.full_path} ({kind})", target.delete)]
    raise wrong_kind(path, target, "a run, an artifact version or a collection")


def plan_version(artifact: Artifact, options: RemoveOptions) -> Removal:
    """Return how a version is deleted; raises UsageError if its aliases forbid that."""
    if artifact.is_link:
        label = f"link {artifact.qualified_name} (the version itself stays)"
        return Removal(label, artifact.delete)
    aliases = ", ".join(artifact.aliases)
    if aliases and not options.aliases:
        raise UsageError(
            f"{artifact.qualified_name} has aliases: {aliases}; pass --aliases to delete it anyway"
        )
    details = f"{counted(artifact.file_count)}, {human_size(artifact.size)}"
    aliased = f"; aliases: {aliases}" if aliases else ""
    label = f"version {artifact.qualified_name} ({details}{aliased})"
    return Removal(label, partial(artifact.delete, options.aliases))


def plan_files(run: Run, options: RemoveOptions) -> list[Removal]:
    """Return how files of a run are deleted; raises NotFoundError if a named one is missing."""
    pattern, glob = options.name_filter.pattern, options.name_filter.glob
    matches = options.name_filter.matcher()
    # The server cannot narrow by both; the rest is left out below.
    narrowing = None if pattern else glob
    listed = run.files(options.names, pattern, FILES_PER_PAGE, glob=narrowing)
    files = [file for page in listed.pages() for file in page if matches(file.name)]
    found = {file.name for file in files if file.updated_at is not None}
    if missing := [name for name in options.names if name not in found]:
        raise NotFoundError(
            f"file {missing[0]!r} of {run.full_path} does not exist; nothing was deleted",
            path=missing[0],
            missing="file",
        )
    return [Removal(file_label(file), file.delete) for file in files]


def file_label(file: File) -> str:
    """Return a file as it is shown before it is deleted."""
    return f"file {file.name} ({human_size(file.size)})"


def confirmed(removals: Sequence[Removal]) -> bool:
    """Show what would be deleted, and return whether the user agrees."""
    for removal in removals:
        print_err(f"  {removal.label}")
    print_err("Delete this for good? [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def attempt(removal: Removal) -> bool:
    """Delete something and say so; return False if that failed."""
    try:
        removal.delete()
    except WbtypedError as error:
        print_err(f"failed  {removal.label}: {error}")
        return False
    print_out(f"deleted  {removal.label}")
    return True
