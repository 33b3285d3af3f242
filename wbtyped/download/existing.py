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
from .cache import Cache
from .digests import Algorithm, IsAbandoned, file_digest, never, stream_digest
from .folder import READ, Folder
from .tree import FolderTree

LARGE = 1024 * 1024
"""Bytes from which on it is worth a thread to read a file."""
THREADS = min(8, os.cpu_count() or 1)

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that needs no fetching: it was there, or came from the cache."""

    name: str
    size: int
    cached: bool = False


def is_right(
    target: Path,
    size: int | None,
    digest: str | None,
    algorithm: Algorithm,
    abandoned: IsAbandoned = never,
) -> bool:
    """Tell whether a file is there and is known to have the right content; a link never is."""
    status = status_of(target)
    return status is not None and has_content(target, status, size, digest, algorithm, abandoned)


def status_of(target: Path) -> os.stat_result | None:
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
    abandoned: IsAbandoned = never,
) -> bool:
    """Tell whether what stands there is a file that is known to have the right content."""
    if not stat.S_ISREG(status.st_mode) or digest is None:
        return False
    if size is not None and status.st_size != size:
        return False
    try:
        return file_digest(target, algorithm, abandoned) == digest
    except OSError as error:
        raise DiskError(f"{target} cannot be read: {error.strerror}") from error


def is_there(target: Path) -> bool:
    """Tell whether something has this name, a dangling link included."""
    return os.path.lexists(target)


@dataclass(frozen=True, slots=True)
class Wish:
    """A file that is to be in its place, with what is known of its content."""

    name: str
    target: Path
    size: int | None
    digest: str | None
    algorithm: Algorithm
    replace: bool = True


@dataclass(frozen=True, slots=True)
class Stock:
    """Looks for files where they need no fetching: below the root of `tree`, and in the cache."""

    tree: FolderTree
    cache: Cache | None = None
    fsync: bool = False

    def look(self, wish: Wish, abandoned: IsAbandoned = never) -> Kept | None:
        """Return a file that is there, or that the cache has put there; None for any other.

        Raises FileExistsError when other content is in the way that is not to be replaced, and
        UnsafePathError when the way there leads through a link.
        """
        if self._is_there(wish, abandoned):
            return Kept(wish.name, wish.size or 0)
        if self.cache is None or wish.digest is None:
            return None
        brought = self.cache.bring(
            wish.target, wish.size, wish.digest, wish.algorithm,
            replace=wish.replace, fsync=self.fsync, tree=self.tree, abandoned=abandoned,
        )  # fmt: skip
        return Kept(wish.name, wish.size or 0, cached=True) if brought else None

    def _is_there(self, wish: Wish, abandoned: IsAbandoned) -> bool:
        """Tell whether the right content is in place; raises when what is may not be replaced."""
        target = wish.target
        try:
            opened = self.tree.find(target)
            if opened is None:
                return False
            try:
                right = in_folder(opened.folder, wish, abandoned)
            finally:
                self.tree.leave(opened)
        except OSError as error:
            raise DiskError(f"{target} cannot be read: {error.strerror}") from error
        if right is False and not wish.replace:
            raise errors.FileExistsError(f"{target} has other content; see replace (--replace)")
        return bool(right)


def in_folder(folder: Folder, wish: Wish, abandoned: IsAbandoned) -> bool | None:
    """Tell whether a file has the right content; None when nothing has its name."""
    name = wish.target.name
    try:
        status = folder.status(name)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode) or wish.digest is None:
        return False
    if wish.size is not None and status.st_size != wish.size:
        return False
    with FileIO(folder.open(name, READ), "rb") as stream:
        return stream_digest(stream, wish.algorithm, abandoned) == wish.digest


def side_by_side(
    work: Callable[[ItemT, IsAbandoned], ResultT],
    items: Iterable[ItemT],
    is_large: Callable[[ItemT], bool],
) -> Iterator[tuple[ItemT, ResultT]]:
    """Yield each item with what comes of it; the large ones are worked on by several threads."""
    left = threading.Event()
    pool = ThreadPoolExecutor(THREADS)
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
