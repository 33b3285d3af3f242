"""Download files that are asked for at the same time in one batch."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from wbtyped_graphql.fragments import RunFileAddress

from ..api import Api
from ..artifacts.contents.entry import ArtifactManifestEntry
from ..artifacts.contents.entry_content import EntryUrl
from ..artifacts.contents.plan import RequestedFile, check_local, make_transfer
from ..artifacts.contents.references import follow_references
from ..artifacts.contents.signed_urls import refresh_urls
from ..download.batch import Batch, BatchOptions, PlannedFile, build_options
from ..download.disk.atomic import disk_errors
from ..download.disk.folder_tree import FolderTree
from ..download.local_files import LocalFiles
from ..download.progress import DownloadProgress
from ..download.results import FailedFile
from ..download.target import Target
from ..errors import NotFoundError, TransportError, WbtypedError
from ..runs.download import file_spec, signed_urls
from ..runs.download import make_transfer as make_run_transfer
from ..runs.ref import FileSelection
from .run_folder import RunFolder
from .version_folder import VersionFolder

GATHER_SECONDS = 0.005
"""How long a batch waits for further files that are asked for at the same time."""


class VersionFile(NamedTuple):
    """A file of a version to download, and the local path to write."""

    folder: VersionFolder
    entry: ArtifactManifestEntry
    target: str


class RunFile(NamedTuple):
    """A file of a run to download, and the local path to write."""

    folder: RunFolder
    file: RunFileAddress
    target: str


Requested = VersionFile | RunFile


class BatchedDownloads:
    """Gathers downloads of one event loop, and runs each batch with the engine for many files."""

    def __init__(self, api: Api, jobs: int) -> None:
        self._api = api
        self._jobs = jobs
        self._waiting: dict[str, tuple[Requested, asyncio.Future[None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def download(self, requested: Requested) -> None:
        """Download a file, verified and renamed into place; an existing one is replaced."""
        if not self._waiting:
            task = asyncio.create_task(self._run_soon())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if requested.target in self._waiting:
            # The same file twice: the first download is enough.
            await asyncio.shield(self._waiting[requested.target][1])
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[requested.target] = requested, done
        await done

    async def _run_soon(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        waiting, self._waiting = self._waiting, {}
        outcomes = Outcomes(
            {target: done for target, (_, done) in waiting.items()}, asyncio.get_running_loop()
        )
        try:
            for root, files in by_root([each for each, _ in waiting.values()]).items():
                await make_batch(self._api, self._jobs, root, files, outcomes).arun()
            error: Exception = TransportError("the download ended early")
        except Exception as failure:
            error = failure
        # After what the threads of the batch have reported.
        asyncio.get_running_loop().call_soon(outcomes.end, error)


class Outcomes:
    """Passes the outcome of each file on to the task that waits for it.

    That of the last one waits for the end of the batch, which removes its temporary files.
    """

    def __init__(
        self, waiting: dict[str, "asyncio.Future[None]"], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._waiting = waiting
        self._loop = loop
        self._last: tuple[str, Exception | None] | None = None

    def tick(self, _: DownloadProgress, /) -> None:
        """Do nothing: callers of fsspec count files."""

    def interrupted(self, _: str, /) -> None:
        """Do nothing: the exception tells."""

    def finish(self, _: str, name: str, __: int, /) -> None:
        """Report a file that is in place."""
        self._loop.call_soon_threadsafe(self._settle, name, None)

    def fail(self, name: str, reason: object, /) -> None:
        """Report a file that failed."""
        error = reason if isinstance(reason, Exception) else TransportError(str(reason))
        self._loop.call_soon_threadsafe(self._settle, name, error)

    def end(self, error: Exception) -> None:
        """Report the end of the batch; `error` is for files without an outcome."""
        if self._last is not None:
            set_outcome(self._waiting.pop(self._last[0]), self._last[1])
        for done in self._waiting.values():
            set_outcome(done, error)
        self._waiting.clear()

    def _settle(self, name: str, error: Exception | None) -> None:
        if len(self._waiting) == 1 and name in self._waiting:
            self._last = name, error
        elif name in self._waiting:
            set_outcome(self._waiting.pop(name), error)


def set_outcome(done: "asyncio.Future[None]", error: Exception | None) -> None:
    """End the wait for a file; what is missing raises FileNotFoundError."""
    if done.done():  # cancelled
        return
    if isinstance(error, NotFoundError):
        missing = FileNotFoundError(str(error))
        missing.__cause__ = error
        done.set_exception(missing)
    elif error is not None:
        done.set_exception(error)
    else:
        done.set_result(None)


def by_root(files: Sequence[Requested]) -> dict[Path, list[Requested]]:
    """Group files by the folder to download below: one for all, if they have one in common."""
    parents = {each.target: os.path.dirname(os.path.abspath(each.target)) for each in files}
    try:
        common = os.path.commonpath(parents.values())
    except ValueError:  # on several drives
        common = ""
    if common and Path(common) != Path(Path(common).anchor):
        return {Path(common): list(files)}
    grouped: dict[Path, list[Requested]] = defaultdict(list)
    for each in files:
        grouped[Path(parents[each.target])].append(each)
    return grouped


def make_batch(
    api: Api, jobs: int, root: Path, files: Sequence[Requested], outcomes: Outcomes
) -> Batch:
    """Build the batch that downloads files below a folder."""
    built = build_options(api.settings, {"jobs": jobs}, "collect")
    options = BatchOptions(
        "collect", jobs=built.jobs, cache=built.cache, observer=outcomes, engine=built.engine
    )
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
    tree = FolderTree(root)
    local_files = options.local_files(tree)
    return Batch(api.client.transport, tree, options, plan(root, files, local_files), "the files")


def plan(root: Path, files: Sequence[Requested], local_files: LocalFiles) -> Iterator[PlannedFile]:
    """Yield what has to be done for each file, those of a version together."""
    of_versions: dict[VersionFolder, list[RequestedFile]] = defaultdict(list)
    for each in files:
        target = target_below(root, each.target)
        if isinstance(each, VersionFile):
            requested = RequestedFile(each.entry, target, each.target)
            of_versions[each.folder].append(requested)
        else:
            yield plan_run_file(each, target, local_files)
    for folder, requested_files in of_versions.items():
        yield from plan_version(folder, requested_files, local_files)


def target_below(root: Path, path: str) -> Target:
    """Return a local path as one below the root of a download."""
    relative = Path(os.path.abspath(path)).relative_to(root)
    folder = relative.parent.as_posix()
    return Target(str(root), "" if folder == "." else folder, relative.name)


def plan_run_file(requested: RunFile, target: Target, local_files: LocalFiles) -> PlannedFile:
    """Return what has to be done for a file of a run."""
    folder, file, name = requested
    selection = FileSelection(folder.client, folder.run, [], None)
    try:
        spec = file_spec(file, selection, target, True)._replace(name=name)
    except WbtypedError as error:
        return FailedFile(name, error)
    ((_, outcome),) = local_files.check([spec], attrgetter("target"), lambda spec: spec)
    if isinstance(outcome, WbtypedError):
        return FailedFile(name, outcome)
    if outcome is not None:
        return outcome
    transfer = make_run_transfer(file, selection, spec, partial(signed_urls, selection))
    transfer.name = name
    return transfer


def plan_version(
    folder: VersionFolder, files: Sequence[RequestedFile], local_files: LocalFiles
) -> Iterator[PlannedFile]:
    """Yield what has to be done for files of a version; their URLs are those that are shared."""
    version = folder.version
    references: list[RequestedFile] = []
    for file, outcome in check_local(version, files, local_files):
        if outcome is not None:
            yield outcome
        elif file.entry.is_reference:
            references.append(file)
        else:
            try:
                url = version.client.run(EntryUrl(version, file.entry.path)(None)).url
            except WbtypedError as error:
                yield FailedFile(file.name, error)
            else:
                absolute = version.client.transport.absolute(url)
                refresh = partial(refresh_urls, version)
                yield make_transfer(file, absolute, version.qualified_name, refresh)
    yield from follow_references(version, references, local_files)
