"""Find files that need no download: already in place, or cached."""

import os
import stat
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from io import FileIO
from itertools import groupby, islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from .. import errors
from ..errors import DiskError, WbtypedError
from .cache.store import Cache
from .disk.digests import (
    DIGEST_THREADS,
    Algorithm,
    IsCancelled,
    digest_of,
    file_digest,
    stream_digest,
)
from .disk.folder import HAS_DIR_FD, READ_FLAGS, Folder
from .disk.folder_tree import FolderTree
from .known_folders import FolderNames, KnownFolders
from .target import Target
from .worker import TransferCancelled

LARGE_BYTES = 1024 * 1024
"""Bytes from which it is worth a thread to read a file."""
CHUNK_FILES = 256
"""Files of one folder that are looked for together."""
CHUNKS_AHEAD = 2 * DIGEST_THREADS
"""How many of these are being looked for, or have been, before the outcomes of one are taken."""
THREAD_FILES = 64
"""Files from which it is worth a thread to look for them."""
TINY_BYTES = 8 * 1024
"""Average size up to which threads cost a third more CPU and are no faster: all of them need the
interpreter for longer than a digest takes."""

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class SkippedFile(NamedTuple):
    """A file that needs no download: it was in place, or came from the cache."""

    name: str
    size: int
    cached: bool = False


def is_right(target: Path, size: int | None, digest: str, algorithm: Algorithm) -> bool:
    """Return True if a file exists with this size and digest; a link never counts."""
    try:
        status = target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise DiskError(f"{target} cannot be examined: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode) or (size is not None and status.st_size != size):
        return False
    try:
        return file_digest(target, algorithm) == digest
    except OSError as error:
        raise DiskError(f"{target} cannot be read: {error.strerror}") from error


class FileSpec(NamedTuple):
    """A file that is wanted at a path, with what is known of its content."""

    name: str
    target: Target
    size: int | None
    digest: str | None
    algorithm: Algorithm
    replace: bool = True


Outcome = SkippedFile | WbtypedError | None
"""What is known of a file without a request; None if it has to be downloaded."""


class LocalFiles:
    """Finds files that need no download: below the root of `tree`, and in the cache."""

    def __init__(self, tree: FolderTree, cache: Cache | None = None, fsync: bool = False) -> None:
        self.tree: FolderTree = tree
        self.cache: Cache | None = cache
        self.fsync: bool = fsync
        self._folders = KnownFolders()

    def check(
        self,
        items: Iterable[ItemT],
        target_of: Callable[[ItemT], Target],
        spec_of: Callable[[ItemT], FileSpec],
    ) -> Iterator[tuple[ItemT, Outcome]]:
        """Yield each item with its outcome; large files that may be present come last.

        Items of one folder should follow one another: it is opened once for many of them.
        """
        large: list[ItemT] = []
        checking: deque[tuple[Sequence[ItemT], Future[list[Outcome]]]] = deque()
        with digest_threads() as (threads, is_cancelled):
            for chunk in chunks_of_folders(items, target_of):
                candidates: list[ItemT] = []
                specs: list[FileSpec] = []
                for item, spec in self._candidates(chunk, target_of, spec_of):
                    if spec is None:
                        yield item, None
                    elif (spec.size or 0) >= LARGE_BYTES:
                        large.append(item)
                    else:
                        candidates.append(item)
                        specs.append(spec)
                if len(specs) < THREAD_FILES or are_tiny(specs):
                    yield from zip(candidates, self._check_folder(specs, is_cancelled), strict=True)
                    continue
                outcomes = threads.submit(self._check_folder, specs, is_cancelled)
                checking.append((candidates, outcomes))
                if len(checking) > CHUNKS_AHEAD:
                    yield from checked(*checking.popleft())
            while checking:
                yield from checked(*checking.popleft())
        yield from map_in_threads(lambda item, c: self._outcome(spec_of(item), c), large)

    def _candidates(
        self,
        chunk: Sequence[ItemT],
        target_of: Callable[[ItemT], Target],
        spec_of: Callable[[ItemT], FileSpec],
    ) -> Iterator[tuple[ItemT, FileSpec | None]]:
        """Yield the items of one folder with what may be there of them; None if nothing is."""
        present = self._names_beside(target_of(chunk[0]))
        for item in chunk:
            is_new = present is not None and not present.may_have(target_of(item).name)
            if is_new and (self.cache is None or not is_cached(self.cache, spec_of(item))):
                yield item, None
            else:
                yield item, spec_of(item)

    def _names_beside(self, target: Target) -> FolderNames | None:
        """Return the names in the folder of a target when it was looked at, if they are known."""
        try:
            return self._folders.names_beside(self.tree, target)
        except (OSError, WbtypedError):
            return None  # each file has the same error, and reports it

    def _check_folder(self, specs: Sequence[FileSpec], is_cancelled: IsCancelled) -> list[Outcome]:
        """Return the outcomes of files of one folder.

        They are determined together, as the folder may be replaced by the time one is used.
        """
        if not specs:
            return []
        try:
            with self._folder_of(specs[0].target) as folder:
                found = right_files(folder, specs, is_cancelled)
                return [
                    here or self._outcome_in(folder, spec, is_cancelled)
                    for here, spec in zip(found, specs, strict=True)
                ]
        except WbtypedError:
            return [self._outcome(spec, is_cancelled) for spec in specs]

    def _outcome(self, spec: FileSpec, is_cancelled: IsCancelled) -> Outcome:
        try:
            with self._folder_of(spec.target) as folder:
                return self._outcome_in(folder, spec, is_cancelled)
        except WbtypedError as error:
            return error

    def _outcome_in(
        self, folder: Folder | None, spec: FileSpec, is_cancelled: IsCancelled
    ) -> Outcome:
        try:
            return self._find(folder, spec, is_cancelled)
        except WbtypedError as error:
            return error

    @contextmanager
    def _folder_of(self, target: Target) -> Generator[Folder | None]:
        """Open the folder of a target; None if it does not exist.

        Raises UnsafePathError if the path leads through a link.
        """
        try:
            opened = self.tree.find(target)
        except OSError as error:
            raise unreadable(target, error) from error
        try:
            yield None if opened is None else opened.folder
        finally:
            if opened is not None:
                self.tree.leave(opened)

    def _find(
        self, folder: Folder | None, spec: FileSpec, is_cancelled: IsCancelled
    ) -> SkippedFile | None:
        """Return a file that is in place, or was restored from the cache; else None.

        Raises FileExistsError if a file with different content exists that may not be replaced.
        """
        try:
            is_right = None if folder is None else matches(folder, spec, is_cancelled)
        except OSError as error:
            raise unreadable(spec.target, error) from error
        if is_right:
            return SkippedFile(spec.name, spec.size or 0)
        if is_right is False and not spec.replace:
            raise errors.FileExistsError(
                f"{spec.target} already exists with different content; pass replace=True"
                " (--replace) to overwrite it"
            )
        if self.cache is None or spec.digest is None:
            return None
        restored = self.cache.restore(
            spec.target, spec.size, spec.digest, spec.algorithm,
            replace=spec.replace, fsync=self.fsync, tree=self.tree, is_cancelled=is_cancelled,
        )  # fmt: skip
        return SkippedFile(spec.name, spec.size or 0, cached=True) if restored else None


def are_tiny(specs: Sequence[FileSpec]) -> bool:
    """Return True if files are so small that threads do not read them any faster."""
    return sum(spec.size or 0 for spec in specs) <= len(specs) * TINY_BYTES


def is_cached(cache: Cache, spec: FileSpec) -> bool:
    """Return True if a cache has a file, which may still be corrupt."""
    return spec.digest is not None and cache.contains(spec.digest, spec.algorithm)


def unreadable(target: Target, error: OSError) -> DiskError:
    """Build the error for a file or folder that cannot be read."""
    return DiskError(f"{target} cannot be read: {error.strerror}")


def chunks_of_folders(
    items: Iterable[ItemT], target_of: Callable[[ItemT], Target]
) -> Iterator[list[ItemT]]:
    """Yield the items in chunks, each of one folder."""
    for _, group in groupby(items, lambda item: target_of(item).folder):
        while chunk := list(islice(group, CHUNK_FILES)):
            yield chunk


def checked(
    items: Sequence[ItemT], outcomes: "Future[list[Outcome]]"
) -> Iterator[tuple[ItemT, Outcome]]:
    """Wait for the outcomes of items."""
    return zip(items, outcomes.result(), strict=True)


def right_files(
    folder: Folder | None, specs: Sequence[FileSpec], is_cancelled: IsCancelled
) -> list[SkippedFile | None]:
    """Return the small files that are certainly in place with the right content.

    Of the others, `matches` tells whether and how they deviate.
    """
    found: list[SkippedFile | None] = [None] * len(specs)
    if folder is None or not HAS_DIR_FD:
        return found
    for number, (name, target, size, digest, algorithm, _) in enumerate(specs):
        if is_cancelled():
            raise TransferCancelled
        if size is None:
            continue
        try:
            content = folder.read_small(target.name, size)
        except OSError:
            continue
        if content is not None and digest_of(content, algorithm) == digest:
            found[number] = SkippedFile(name, size)
    return found


def matches(folder: Folder, spec: FileSpec, is_cancelled: IsCancelled) -> bool | None:
    """Return True if the file in a folder has the right content; None if there is no such file."""
    name, size = spec.target.name, spec.size
    try:
        status = folder.status(name)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode) or spec.digest is None:
        return False
    if size is not None and status.st_size != size:
        return False
    descriptor = folder.open(name, READ_FLAGS)
    if status.st_size < LARGE_BYTES:
        try:
            # One byte more, should it have grown since.
            content = os.read(descriptor, status.st_size + 1)
        finally:
            os.close(descriptor)
        return len(content) == status.st_size and digest_of(content, spec.algorithm) == spec.digest
    with FileIO(descriptor, "rb") as stream:
        return stream_digest(stream, spec.algorithm, is_cancelled) == spec.digest


@contextmanager
def digest_threads() -> Generator[tuple[ThreadPoolExecutor, IsCancelled]]:
    """Run threads that digest files; their work is cancelled, and has ended, after the block."""
    cancelled = threading.Event()
    pool = ThreadPoolExecutor(DIGEST_THREADS)
    try:
        yield pool, cancelled.is_set
    finally:
        cancelled.set()
        pool.shutdown(cancel_futures=True)


def map_in_threads(
    work: Callable[[ItemT, IsCancelled], ResultT], items: Iterable[ItemT]
) -> Iterator[tuple[ItemT, ResultT]]:
    """Yield each item with its result, processed by several threads."""
    with digest_threads() as (pool, is_cancelled):
        pending = {pool.submit(work, item, is_cancelled): item for item in items}
        for future in as_completed(pending):
            yield pending[future], future.result()
