"""The work on one chunk, in whichever process it runs."""

import os
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ... import arguments
from ...api import Api
from ...artifacts.contents.entry_content import find_content
from ...artifacts.contents.named_entries import find_named_entries
from ...artifacts.lineage import Artifact, Run
from ...download.disk.safe_names import checked_parts
from ...download.options import DownloadOptions
from ...download.results import DownloadResult
from ...download.stored_content import StoredContent
from ...errors import (
    AuthenticationError,
    NotFoundError,
    UnsafePathError,
    UnsupportedReferenceError,
    UsageError,
    WbtypedError,
)
from ...extras import missing_modules, what_to_install
from ...transport.flow import Flow
from ..run_folder import RunFolder, RunName
from .chunk import Chunk
from .outcome import CopyResult, FailedCopy, total

if TYPE_CHECKING:
    from .object_store import ObjectStore

DEFAULT_JOBS = 16
"""Files that a worker copies to an object store at the same time."""
MAX_JOBS = 128
VERSIONS_KEPT = 16
FINAL_ERRORS = (
    AuthenticationError,
    NotFoundError,
    UnsafePathError,
    UnsupportedReferenceError,
    UsageError,
)
"""Errors that another attempt would raise again."""


def copy_chunk(
    chunk: Chunk,
    target: str,
    *,
    jobs: int | None = None,
    storage_options: Mapping[str, object] | None = None,
) -> CopyResult:
    """Copy the files of a chunk below a folder, or below a URL that fsspec knows.

    Every file is verified while it is copied and appears when it is complete and right; one that is
    in place with the right content is kept. So the same chunk may be copied any number of times, by
    any number of processes. What fails is in the result.

    `jobs` is the number of files at once, and `storage_options` is what fsspec passes to its file
    system. The API key is the worker's own, found as by `Api()`.

    Example:
        >>> from wbtyped.filesystem.chunks import plan_chunks
        >>> [chunk] = plan_chunks(api, "my-team/mnist/digits:latest")
        >>> copy_chunk(chunk, "copies")
        <CopyResult 2 written, 0 kept, 0 failed, 11 B>
        >>> copy_chunk(chunk, "copies")
        <CopyResult 0 written, 2 kept, 0 failed, 11 B>
    """
    arguments.instance("chunk", chunk, Chunk)
    check_copy_options(target, jobs, storage_options)
    worker = frozenset({f"{socket.gethostname()}:{os.getpid()}"})
    try:
        if "://" in target:
            result = copy_to_store(chunk, target, jobs or DEFAULT_JOBS, storage_options)
        else:
            result = copy_to_folder(chunk, Path(target, chunk.folder), jobs)
    except Exception as error:
        result = CopyResult(failed=tuple(failed_copy(name, error) for name in chunk.names))
    return replace(result, workers=worker)


def check_copy_options(
    target: str, jobs: int | None, storage_options: Mapping[str, object] | None
) -> None:
    """Raise UsageError for a target or option of a wrong type or value."""
    arguments.check_strings(target=target)
    if jobs is not None:
        arguments.whole_number("jobs", jobs, 1, MAX_JOBS)
    if storage_options is not None:
        arguments.instance("storage_options", storage_options, Mapping, "a mapping")


def failed_copy(name: str, error: Exception) -> FailedCopy:
    """Return the outcome of a file that failed."""
    # Errors of object stores say little without their class.
    known = isinstance(error, WbtypedError)
    reason = str(error) if known else f"{type(error).__name__}: {error}"
    return FailedCopy(name, reason, not isinstance(error, FINAL_ERRORS))


# What the chunks of a process share.


def find_owner(chunk: Chunk) -> Artifact | Run:
    """Return the version or run of a chunk, looked up once per process."""
    return _find_owner(os.getpid(), chunk.base_url, chunk.kind, chunk.path)


@lru_cache(VERSIONS_KEPT)
def _find_owner(process: int, base_url: str, kind: str, path: str) -> Artifact | Run:
    api = _connect(process, base_url)
    return api.run(path) if kind == "run" else api.artifact(path)


@lru_cache(VERSIONS_KEPT)
def _connect(_: int, base_url: str) -> Api:
    return Api({"base_url": base_url})


# To a folder.


def copy_to_folder(chunk: Chunk, folder: Path, jobs: int | None) -> CopyResult:
    """Download the files of a chunk into a folder."""
    owner, names = find_owner(chunk), list(chunk.names)
    options: DownloadOptions = {} if jobs is None else {"jobs": jobs}
    if isinstance(owner, Run):
        files = owner.files(names)
        return result_of(files.download(folder, replace=True, on_error="collect", **options), names)
    result = owner.files(names).download(folder, on_error="collect", **options)
    return result_of(result, names)


def result_of(result: DownloadResult, names: Sequence[str]) -> CopyResult:
    """Return the outcome of a download; files that it does not mention are missing."""
    failed = [failed_copy(failed.name, failed.error) for failed in result.failed]
    written, kept = result.written + result.cached, result.kept
    mentioned = {*written, *kept, *(failed.name for failed in failed)}
    failed += [missing_copy(name) for name in names if name not in mentioned]
    return CopyResult(len(written), len(kept), result.size, tuple(failed), len(result.unverified))


def missing_copy(name: str) -> FailedCopy:
    """Return the outcome of a file that does not exist."""
    return FailedCopy(name, f"there is no file {name!r}", is_retryable=False)


# To an object store.


def copy_to_store(
    chunk: Chunk, target: str, jobs: int, storage_options: Mapping[str, object] | None
) -> CopyResult:
    """Copy the files of a chunk below a URL."""
    if missing_modules("fsspec"):
        raise UsageError(f"{target}: {what_to_install('fsspec')}")
    # Imported late: it needs an extra.
    from .object_store import ObjectStore

    store = ObjectStore("/".join(filter(None, [target.rstrip("/"), chunk.folder])), storage_options)
    contents = find_contents(chunk)

    def copy(name: str) -> CopyResult:
        content = contents.get(name)
        if content is None:
            return CopyResult(failed=(missing_copy(name),))
        return copy_file(store, name, content)

    with ThreadPoolExecutor(jobs) as threads:
        return total(threads.map(copy, chunk.names))


def copy_file(store: "ObjectStore", name: str, content: StoredContent) -> CopyResult:
    """Copy one file to an object store."""
    try:
        checked_parts(name, windows=False)
        if store.has(name, content):
            return CopyResult(kept=1, size=content.size or 0)
        size = store.write(name, content)
    except Exception as error:
        return CopyResult(failed=(failed_copy(name, error),))
    return CopyResult(written=1, size=size, unverified=int(content.digest is None))


def find_contents(chunk: Chunk) -> dict[str, StoredContent]:
    """Return the contents of the files of a chunk; their URLs take one request for each 1000."""
    owner = find_owner(chunk)
    flow = (
        version_contents(owner, chunk.names)
        if isinstance(owner, Artifact)
        else run_contents(owner, chunk.names)
    )
    return owner.client.run(flow)


def version_contents(version: Artifact, names: Sequence[str]) -> Flow[dict[str, StoredContent]]:
    """Return the contents of files of a version."""
    contents, found = version.contents, dict[str, StoredContent]()
    for entry in (yield from find_named_entries(contents, names)):
        url = contents.unused_urls.take(entry.path)
        if url is not None:
            contents.urls.add([(entry.path, url)])
        found[entry.path] = yield from find_content(contents, entry)
    return found


def run_contents(run: Run, names: Sequence[str]) -> Flow[dict[str, StoredContent]]:
    """Return the contents of files of a run."""
    folder = RunFolder(run.client, RunName(run.entity, run.project, run.id))
    found: dict[str, StoredContent] = {}
    yield from folder.list_files(names)
    for name in names:
        if (yield from folder.find_file(name)) is not None:
            found[name] = yield from folder.content(name)
    return found
