"""What is on this machine already: in its place, or in the cache."""

import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from .. import errors
from ..errors import DiskError
from .cache import Cache
from .digests import Algorithm, file_digest, never

LARGE = 1024 * 1024
"""Bytes from which on it is worth a thread to read a file."""
THREADS = min(8, os.cpu_count() or 1)

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
IsAbandoned = Callable[[], bool]
"""Tells whether nobody waits for a digest any more."""


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
    """Looks for files where they need no fetching."""

    cache: Cache | None = None
    fsync: bool = False

    def look(self, wish: Wish, abandoned: IsAbandoned = never) -> Kept | None:
        """Return a file that is there, or that the cache has put there; None for any other.

        Raises FileExistsError when other content is in the way that is not to be replaced.
        """
        target, size, digest, algorithm = wish.target, wish.size, wish.digest, wish.algorithm
        status = status_of(target)
        if status is not None:
            if has_content(target, status, size, digest, algorithm, abandoned):
                return Kept(wish.name, size or 0)
            if not wish.replace:
                said = f"{target} has other content; see replace (--replace)"
                raise errors.FileExistsError(said)
        if self.cache is None or digest is None:
            return None
        if self.cache.bring(
            target, size, digest, algorithm, replace=wish.replace, fsync=self.fsync
        ):
            return Kept(wish.name, size or 0, cached=True)
        return None


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
