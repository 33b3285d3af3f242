"""Cut a version, a run or a whole project into chunks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from ... import arguments
from ...api import Api
from ...artifacts.contents.download import check_unsupported
from ...artifacts.contents.references import is_downloadable
from ...artifacts.lineage import Artifact, Run
from ...errors import NotFoundError, UsageError
from ...projects.project import Project
from .chunk import Chunk

CHUNK_FILES = 2000
"""Files of a chunk: two requests for their URLs, and some ten kilobytes of paths to send."""
FILES_PER_PAGE = 1000
CHUNK_BYTES = 512 * 1024 * 1024
"""Bytes of a chunk: what is done again if its worker dies."""


class Selects(Protocol):
    """Decides by its path whether a file is copied."""

    def __call__(self, name: str, /) -> bool:
        """Return True for a file that is copied."""
        ...


def plan_chunks(
    api: Api,
    path: str,
    *,
    names: Iterable[str] | None = None,
    max_files: int = CHUNK_FILES,
    max_bytes: int = CHUNK_BYTES,
    allow_missing_references: bool = False,
) -> Iterator[Chunk]:
    """Yield chunks of the files of a version or run, or of all runs and versions of a project.

    `names` selects files of a version or run; one that does not exist raises NotFoundError. The
    files of a project are copied to `runs/RUN/` and `artifacts/COLLECTION/vN/`. References that
    cannot be downloaded raise UnsupportedReferenceError, unless `allow_missing_references` is True:
    then they are skipped, with a warning.

    A version is named by its number, so that all workers copy the same one. A chunk is at most
    `max_files` files, and at most `max_bytes` unless a single file has more.

    Example:
        >>> for chunk in plan_chunks(api, "my-team/mnist/digits:latest", max_files=1):
        ...     print(chunk.path, chunk.names)
        my-team/mnist/digits:v1 ('test.csv',)
        my-team/mnist/digits:v1 ('train.csv',)
    """
    arguments.instance("api", api, Api)
    arguments.check_flags(allow_missing_references=allow_missing_references)
    arguments.whole_number("max_files", max_files, 1, 100_000)
    arguments.whole_number("max_bytes", max_bytes, 1, 2**63 - 1)
    selected = None if names is None else arguments.strings("names", names, "paths")
    found = api.from_path(path)
    cutter = Cutter(api.settings.base_url, max_files, max_bytes, allow_missing_references)
    if isinstance(found, Artifact):
        if selected is None:
            return cutter.cut_version(found, select_all)
        wanted = {found.get_entry(name).path for name in selected}
        return cutter.cut_version(found, wanted.__contains__)
    if isinstance(found, Run):
        if selected is None:
            return cutter.cut_run(found, select_all)
        files, missing = named_files(found, selected)
        if missing:
            raise missing[0]
        return cutter.cut_files(found, files)
    if isinstance(found, Project) and selected is None:
        return cutter.cut_project(found)
    raise UsageError(
        f"{path} is neither a run nor a version, nor a project without names: pass the path of one,"
        " such as entity/project/collection:alias"
    )


class Cutter:
    """Cuts lists of files into chunks, while the lists are being read."""

    def __init__(
        self,
        base_url: str,
        max_files: int = CHUNK_FILES,
        max_bytes: int = CHUNK_BYTES,
        allow_missing_references: bool = False,
    ) -> None:
        self._base_url = base_url
        self._max_files = max_files
        self._max_bytes = max_bytes
        self._allows_missing = allow_missing_references

    def cut_version(self, version: Artifact, selects: Selects, folder: str = "") -> Iterator[Chunk]:
        """Return chunks of the files of a version; its manifest is loaded here."""
        manifest = version.manifest
        unsupported = [e for e in manifest if not is_downloadable(e) and selects(e.path)]
        check_unsupported(version.contents, unsupported, self._allows_missing)
        skipped = {entry.path for entry in unsupported}
        files = (
            (entry.path, entry.size or 0)
            for entry in manifest
            if selects(entry.path) and entry.path not in skipped
        )
        whole = Chunk(self._base_url, "version", version.qualified_name, (), 0, folder)
        return self._cut(whole, files)

    def cut_run(self, run: Run, selects: Selects, folder: str = "") -> Iterator[Chunk]:
        """Return chunks of the files of a run, while they are listed."""
        listed = run.files(per_page=FILES_PER_PAGE)
        files = ((file.name, file.size) for file in listed if selects(file.name))
        return self.cut_files(run, files, folder)

    def cut_files(
        self, run: Run, files: Iterable[tuple[str, int]], folder: str = ""
    ) -> Iterator[Chunk]:
        """Return chunks of files of a run, given with their sizes."""
        return self._cut(Chunk(self._base_url, "run", run.full_path, (), 0, folder), files)

    def cut_project(self, project: Project) -> Iterator[Chunk]:
        """Yield chunks of the files of all runs and versions."""
        for run in project.runs():
            yield from self.cut_run(run, select_all, f"runs/{run.id}")
        for collection in project.collections():
            for version in collection.artifacts():
                folder = f"artifacts/{collection.name}/{version.version}"
                yield from self.cut_version(version, select_all, folder)

    def _cut(self, whole: Chunk, files: Iterable[tuple[str, int]]) -> Iterator[Chunk]:
        names: list[str] = []
        total = 0
        for name, size in files:
            if names and (len(names) >= self._max_files or total + size > self._max_bytes):
                yield replace(whole, names=tuple(names), size=total)
                names, total = [], 0
            names.append(name)
            total += size
        if names:
            yield replace(whole, names=tuple(names), size=total)


def named_files(
    run: Run, names: Sequence[str]
) -> tuple[list[tuple[str, int]], list[NotFoundError]]:
    """Return those files of a run that exist, with their sizes, and errors for the others."""
    names = list(dict.fromkeys(names))
    listed = run.files(names, per_page=FILES_PER_PAGE)
    sizes = {file.name: file.size for file in listed if file.attrs.updated_at is not None}
    missing = [
        NotFoundError(f"run {run.full_path} has no file {name!r}", path=name, missing="file")
        for name in names
        if name not in sizes
    ]
    return [(name, sizes[name]) for name in names if name in sizes], missing


def select_all(_: str, /) -> bool:
    """Return True."""
    return True
