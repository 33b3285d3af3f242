"""Find files that need no download: already in place, or cached."""

import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import NamedTuple, TypeVar

from .. import errors
from ..errors import DiskError
from .cache.store import Cache
from .disk.digests import (
    DIGEST_THREADS,
    Algorithm,
    IsCancelled,
    file_digest,
    never_cancelled,
    stream_digest,
)
from .disk.folder import READ_FLAGS, Folder
from .disk.folder_tree import FolderTree
from .known_folders import KnownFolders
from .target import Target

LARGE_BYTES = 1024 * 1024
"""Bytes from which it is worth a thread to read a file."""

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


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """Finds files that need no download: below the root of `tree`, and in the cache."""

    tree: FolderTree
    cache: Cache | None = None
    fsync: bool = False
    folders: KnownFolders = field(default_factory=KnownFolders)

    def find(
        self, spec: FileSpec, is_cancelled: IsCancelled = never_cancelled
    ) -> SkippedFile | None:
        """Return a file that is in place, or was restored from the cache; else None.

        Raises FileExistsError if a file with different content exists that may not be replaced, and
        UnsafePathError if the path leads through a link.
        """
        if self._is_in_place(spec, is_cancelled):
            return SkippedFile(spec.name, spec.size or 0)
        if self.cache is None or spec.digest is None:
            return None
        restored = self.cache.restore(
            spec.target, spec.size, spec.digest, spec.algorithm,
            replace=spec.replace, fsync=self.fsync, tree=self.tree, is_cancelled=is_cancelled,
        )  # fmt: skip
        return SkippedFile(spec.name, spec.size or 0, cached=True) if restored else None

    def _is_in_place(self, spec: FileSpec, is_cancelled: IsCancelled) -> bool:
        """Return True if the file is there; raise if another is that may not be replaced."""
        target = spec.target
        try:
            if not self.folders.may_contain(self.tree, target):
                return False
            opened = self.tree.find(target)
            if opened is None:
                return False
            try:
                right = matches(opened.folder, spec, is_cancelled)
            finally:
                self.tree.leave(opened)
        except OSError as error:
            raise DiskError(f"{target} cannot be read: {error.strerror}") from error
        if right is False and not spec.replace:
            raise errors.FileExistsError(
                f"{target} already exists with different content; pass replace=True (--replace) to"
                " overwrite it"
            )
        return bool(right)


def matches(folder: Folder, spec: FileSpec, is_cancelled: IsCancelled) -> bool | None:
    """Return True if the file in a folder has the right content; None if there is no such file."""
    name = spec.target.name
    try:
        status = folder.status(name)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode) or spec.digest is None:
        return False
    if spec.size is not None and status.st_size != spec.size:
        return False
    with FileIO(folder.open(name, READ_FLAGS), "rb") as stream:
        return stream_digest(stream, spec.algorithm, is_cancelled) == spec.digest


def map_large_in_threads(
    work: Callable[[ItemT, IsCancelled], ResultT],
    items: Iterable[ItemT],
    is_large: Callable[[ItemT], bool],
) -> Iterator[tuple[ItemT, ResultT]]:
    """Yield each item with its result; large items are processed by several threads."""
    cancelled = threading.Event()
    pool = ThreadPoolExecutor(DIGEST_THREADS)
    pending: dict[Future[ResultT], ItemT] = {}
    try:
        for item in items:
            if is_large(item):
                pending[pool.submit(work, item, cancelled.is_set)] = item
            else:
                yield item, work(item, cancelled.is_set)
        for future in as_completed(pending):
            yield pending[future], future.result()
    finally:
        cancelled.set()
        pool.shutdown(wait=False, cancel_futures=True)
