"""Find files that need no download: already in place, or cached."""

import os
import stat
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
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
    never_cancelled,
    stream_digest,
)
from .disk.folder import READ_FLAGS, Folder
from .disk.folder_tree import FolderTree
from .disk.safe_names import folded
from .known_folders import KnownFolders
from .target import Target

LARGE_BYTES = 1024 * 1024
"""Bytes from which it is worth a thread to read a file."""
CHUNK_FILES = 256
"""Files of one folder that are looked for together."""

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


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """Finds files that need no download: below the root of `tree`, and in the cache."""

    tree: FolderTree
    cache: Cache | None = None
    fsync: bool = False
    folders: KnownFolders = field(default_factory=KnownFolders)

    def check(
        self,
        items: Iterable[ItemT],
        target_of: Callable[[ItemT], Target],
        spec_of: Callable[[ItemT], FileSpec],
    ) -> Iterator[tuple[ItemT, Outcome]]:
        """Yield each item with its outcome; large files that may be present come last.

        Items of one folder should follow one another: it is opened once for many of them.
        """
        large: list[tuple[ItemT, FileSpec]] = []
        for _, group in groupby(items, lambda item: target_of(item).folder):
            while chunk := list(islice(group, CHUNK_FILES)):
                small: list[tuple[ItemT, FileSpec]] = []
                present = self._names_beside(target_of(chunk[0]))
                for item in chunk:
                    is_new = present is not None and (
                        not present or folded(target_of(item).name) not in present
                    )
                    if is_new and (self.cache is None or not is_cached(self.cache, spec_of(item))):
                        yield item, None
                        continue
                    spec = spec_of(item)
                    (large if (spec.size or 0) >= LARGE_BYTES else small).append((item, spec))
                outcomes = self._check_folder([spec for _, spec in small])
                yield from zip((item for item, _ in small), outcomes, strict=True)
        for (item, _), outcome in map_in_threads(lambda pair, c: self._outcome(pair[1], c), large):
            yield item, outcome

    def _names_beside(self, target: Target) -> frozenset[str] | None:
        """Return the names in the folder of a target when it was looked at, if they are known."""
        try:
            return self.folders.names_beside(self.tree, target)
        except (OSError, WbtypedError):
            return None  # each file has the same error, and reports it

    def _check_folder(self, specs: Sequence[FileSpec]) -> list[Outcome]:
        """Return the outcomes of files of one folder.

        They are determined together, as the folder may be replaced by the time one is used.
        """
        if not specs:
            return []
        try:
            with self._folder_of(specs[0].target) as folder:
                return [self._outcome_in(folder, spec, never_cancelled) for spec in specs]
        except WbtypedError:
            return [self._outcome(spec, never_cancelled) for spec in specs]

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


def is_cached(cache: Cache, spec: FileSpec) -> bool:
    """Return True if a cache has a file, which may still be corrupt."""
    return spec.digest is not None and cache.contains(spec.digest, spec.algorithm)


def unreadable(target: Target, error: OSError) -> DiskError:
    """Build the error for a file or folder that cannot be read."""
    return DiskError(f"{target} cannot be read: {error.strerror}")


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


def map_in_threads(
    work: Callable[[ItemT, IsCancelled], ResultT], items: Iterable[ItemT]
) -> Iterator[tuple[ItemT, ResultT]]:
    """Yield each item with its result, processed by several threads."""
    cancelled = threading.Event()
    pool = ThreadPoolExecutor(DIGEST_THREADS)
    pending = {pool.submit(work, item, cancelled.is_set): item for item in items}
    try:
        for future in as_completed(pending):
            yield pending[future], future.result()
    finally:
        cancelled.set()
        pool.shutdown(wait=False, cancel_futures=True)
