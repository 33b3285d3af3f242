"""Care of a cache: what is in it, what may go, what is wrong."""

import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import parts
from .cache import Cache
from .digests import Algorithm, file_digest
from .existing import THREADS

ALGORITHMS: tuple[Algorithm, ...] = ("MD5", "XXH128")


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What a cache holds, or what was removed from it; sizes are in bytes.

    `size` counts every content once, `linked` is what of it is also in downloaded folders as hard
    links: to remove that frees nothing. `versions` are names of artifact versions that are known
    when offline.
    """

    folder: Path
    files: int
    size: int
    linked: int
    versions: int


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the cache; `used_at` is in seconds since 1970."""

    path: Path
    size: int
    used_at: float
    linked: bool


def items(folder: Path) -> Iterator[Item]:
    """Yield the complete files below a folder; others may come and go meanwhile."""
    for path in folder.rglob("*"):
        with suppress(OSError):
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and path.suffix != parts.SUFFIX:
                used_at = max(status.st_atime, status.st_mtime)
                yield Item(path, status.st_size, used_at, status.st_nlink > 1)


def summary(cache: Cache, objects: list[Item], notes: list[Item]) -> CacheInfo:
    """Return the sums over some files of a cache."""
    linked = sum(item.size for item in objects if item.linked)
    size = sum(item.size for item in objects)
    return CacheInfo(cache.folder, len(objects), size, linked, len(notes))


def info(cache: Cache) -> CacheInfo:
    """Return what a cache holds; a folder that is not there holds nothing."""
    return summary(cache, [*items(cache.objects)], [*items(cache.versions)])


def prune(
    cache: Cache, *, max_size: int | None = None, unused_for: float | None = None
) -> CacheInfo:
    """Remove what was not used for so many seconds, then the longest unused until the rest fits.

    `max_size` is in bytes. Returns what was removed. Files that were downloaded are not touched: a
    content that is also one of them stays there.
    """
    before = 0.0 if unused_for is None else time.time() - unused_for
    objects = sorted(items(cache.objects), key=lambda item: item.used_at)
    left = sum(item.size for item in objects)
    gone: list[Item] = []
    for item in objects:
        if item.used_at >= before and (max_size is None or left <= max_size):
            break
        if removed(item.path):
            gone.append(item)
        left -= item.size
    notes = [item for item in items(cache.versions) if item.used_at < before]
    for item in items(cache.manifests):
        if item.used_at < before:
            removed(item.path)
    remove_parts(cache)
    return summary(cache, gone, [item for item in notes if removed(item.path)])


def verify(cache: Cache) -> list[Path]:
    """Compare every content with its digest, remove those that are wrong, and return them."""
    wrong: list[Path] = []
    for algorithm in ALGORITHMS:
        paths = [item.path for item in items(cache.objects / algorithm.lower())]
        with ThreadPoolExecutor(THREADS) as pool:
            found = pool.map(partial(is_intact, cache, algorithm), paths)
            wrong += [path for path, intact in zip(paths, found, strict=True) if not intact]
    for path in wrong:
        removed(path)
    remove_parts(cache)
    return wrong


def is_intact(cache: Cache, algorithm: Algorithm, path: Path) -> bool:
    """Tell whether a content has the digest that its name says; one that has gone is not wrong."""
    try:
        return cache.path_of(file_digest(path, algorithm), algorithm) == path
    except FileNotFoundError:
        return True
    except OSError:
        return False


def removed(path: Path) -> bool:
    """Remove a file, and tell whether it is gone by that."""
    try:
        path.unlink()
    except OSError:
        return False
    return True


def remove_parts(cache: Cache) -> None:
    """Remove what processes that died have left behind."""
    for path in cache.folder.rglob(f"*{parts.SUFFIX}"):
        with suppress(OSError):
            if time.time() - path.stat().st_ctime > parts.WHOLE_AFTER:
                path.unlink()
