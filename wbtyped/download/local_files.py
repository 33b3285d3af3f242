"""What is on this machine already: in its place, or in the cache."""

import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import TypeVar

from .. import errors
from ..errors import DiskError
from .cache.store import Cache
from .disk.digests import (
    DIGEST_THREADS,
    Algorithm,
    IsCancelled,
    file_digest,
    never,
    stream_digest,
)
from .disk.folder import READ, Folder
from .disk.folder_tree import FolderTree

LARGE_BYTES = 1024 * 1024
"""Bytes from which on it is worth a thread to read a file."""

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that needs no fetching: it was there, or came from the cache."""

    name: str
    size: int
    cached: bool = False


def is_right(
    target: Path,
    size: int | None,
    digest: str | None,
    algorithm: Algorithm,
    is_cancelled: IsCancelled = never,
) -> bool:
    """Tell whether a file is there and is known to have the right content; a link never is."""
    status = lstat_or_none(target)
    return status is not None and has_content(target, status, size, digest, algorithm, is_cancelled)


def lstat_or_none(target: Path) -> os.stat_result | None:
    """Return what stands under a name, a dangling link included; None for nothing."""
    try:
        return target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DiskError(f"{target} cannot be examined: {error.strerror}") from error


def has_content(
    target: Path,
    status: os.stat_result,
    size: int | None,
    digest: str | None,
    algorithm: Algorithm,
    is_cancelled: IsCancelled = never,
) -> bool:
    """Tell whether what stands there is a file that is known to have the right content."""
    if not stat.S_ISREG(status.st_mode) or digest is None:
        return False
    if size is not None and status.st_size != size:
        return False
    try:
        return file_digest(target, algorithm, is_cancelled) == digest
    except OSError as error:
        raise DiskError(f"{target} cannot be read: {error.strerror}") from error


def is_there(target: Path) -> bool:
    """Tell whether something has this name, a dangling link included."""
    return os.path.lexists(target)


@dataclass(frozen=True, slots=True)
class FileSpec:
    """A file that is to be in its place, with what is known of its content."""

    name: str
    target: Path
    size: int | None
    digest: str | None
    algorithm: Algorithm
    replace: bool = True


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """Looks for files where they need no fetching: below the root of `tree`, and in the cache."""

    tree: FolderTree
    cache: Cache | None = None
    fsync: bool = False

    def look(self, spec: FileSpec, is_cancelled: IsCancelled = never) -> SkippedFile | None:
        """Return a file that is there, or that the cache has put there; None for any other.

        Raises FileExistsError when other content is in the way that is not to be replaced, and
        UnsafePathError when the way there leads through a link.
        """
        if self._is_there(spec, is_cancelled):
            return SkippedFile(spec.name, spec.size or 0)
        if self.cache is None or spec.digest is None:
            return None
        brought = self.cache.restore(
            spec.target, spec.size, spec.digest, spec.algorithm,
            replace=spec.replace, fsync=self.fsync, tree=self.tree, is_cancelled=is_cancelled,
        )  # fmt: skip
        return SkippedFile(spec.name, spec.size or 0, cached=True) if brought else None

    def _is_there(self, spec: FileSpec, is_cancelled: IsCancelled) -> bool:
        """Tell whether the right content is in place; raises when what is may not be replaced."""
        target = spec.target
        try:
            opened = self.tree.find(target)
            if opened is None:
                return False
            try:
                right = in_folder(opened.folder, spec, is_cancelled)
            finally:
                self.tree.leave(opened)
        except OSError as error:
            raise DiskError(f"{target} cannot be read: {error.strerror}") from error
        if right is False and not spec.replace:
            raise errors.FileExistsError(f"{target} has other content; see replace (--replace)")
        return bool(right)


def in_folder(folder: Folder, spec: FileSpec, is_cancelled: IsCancelled) -> bool | None:
    """Tell whether a file has the right content; None when nothing has its name."""
    name = spec.target.name
    try:
        status = folder.status(name)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode) or spec.digest is None:
        return False
    if spec.size is not None and status.st_size != spec.size:
        return False
    with FileIO(folder.open(name, READ), "rb") as stream:
        return stream_digest(stream, spec.algorithm, is_cancelled) == spec.digest


def map_large_in_threads(
    work: Callable[[ItemT, IsCancelled], ResultT],
    items: Iterable[ItemT],
    is_large: Callable[[ItemT], bool],
) -> Iterator[tuple[ItemT, ResultT]]:
    """Yield each item with what comes of it; the large ones are worked on by several threads."""
    left = threading.Event()
    pool = ThreadPoolExecutor(DIGEST_THREADS)
    pending: dict[Future[ResultT], ItemT] = {}
    try:
        for item in items:
            if is_large(item):
                pending[pool.submit(work, item, left.is_set)] = item
            else:
                yield item, work(item, left.is_set)
        for future in as_completed(pending):
            yield pending[future], future.result()
    finally:
        left.set()
        pool.shutdown(wait=False, cancel_futures=True)
