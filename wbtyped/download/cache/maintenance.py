"""Care of a cache: what is in it, what may go, what is wrong."""

import re
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..disk.digests import DIGEST_THREADS, Algorithm, file_digest
from .store import TEMPORARY, Cache

LEFT_AFTER = 3600.0
"""Seconds after which a temporary file was left behind by a process that died."""
OBJECT = re.compile(r"[0-9a-f]{2}/[0-9a-f]{30}")
NOTE = re.compile(r"[0-9a-f]{32}\.json")
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


def objects(cache: Cache, *algorithms: Algorithm) -> Iterator[Item]:
    """Yield the contents that a cache holds; others may come and go meanwhile."""
    for algorithm in algorithms or ALGORITHMS:
        yield from items(cache, cache.objects / algorithm.lower(), OBJECT, depth=1)


def versions(cache: Cache) -> Iterator[Item]:
    """Yield the notes on versions."""
    return items(cache, cache.versions, NOTE)


def items(cache: Cache, folder: Path, form: re.Pattern[str], depth: int = 0) -> Iterator[Item]:
    """Yield the files of a folder whose names have a form; in what is no cache, none is ours."""
    if not cache.is_ours:
        return
    for path in folder.glob("*/" * depth + "*"):
        with suppress(OSError):
            status = path.lstat()
            name = path.relative_to(folder).as_posix()
            if stat.S_ISREG(status.st_mode) and form.fullmatch(name):
                used_at = max(status.st_atime, status.st_mtime)
                yield Item(path, status.st_size, used_at, status.st_nlink > 1)


def summary(cache: Cache, contents: list[Item], notes: list[Item]) -> CacheInfo:
    """Return the sums over some files of a cache."""
    linked = sum(item.size for item in contents if item.linked)
    size = sum(item.size for item in contents)
    return CacheInfo(cache.folder, len(contents), size, linked, len(notes))


def info(cache: Cache) -> CacheInfo:
    """Return what a cache holds; a folder that is not there, or is no cache, holds nothing."""
    return summary(cache, [*objects(cache)], [*versions(cache)])


def prune(
    cache: Cache, *, max_size: int | None = None, unused_for: float | None = None
) -> CacheInfo:
    """Remove what was not used for so many seconds, then the longest unused until the rest fits.

    `max_size` is in bytes. Returns what was removed. Only contents and notes of the cache are
    touched, never a file that was downloaded, nor anything else that is in the folder.
    """
    before = 0.0 if unused_for is None else time.time() - unused_for
    found = sorted(objects(cache), key=lambda item: item.used_at)
    left = sum(item.size for item in found)
    gone: list[Item] = []
    for item in found:
        if item.used_at >= before and (max_size is None or left <= max_size):
            break
        if removed(item.path):
            gone.append(item)
        left -= item.size
    notes = [item for item in versions(cache) if item.used_at < before]
    for item in items(cache, cache.manifests, NOTE):
        if item.used_at < before:
            removed(item.path)
    remove_parts(cache)
    return summary(cache, gone, [item for item in notes if removed(item.path)])


def verify(cache: Cache) -> list[Path]:
    """Compare every content with its digest, remove those that are wrong, and return them."""
    wrong: list[Path] = []
    for algorithm in ALGORITHMS:
        paths = [item.path for item in objects(cache, algorithm)]
        with ThreadPoolExecutor(DIGEST_THREADS) as pool:
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
    rooms = [cache.versions, cache.manifests]
    rooms += [cache.objects / algorithm.lower() for algorithm in ALGORITHMS]
    for room in rooms:
        for item in items(cache, room, TEMPORARY, depth=room.parent == cache.objects):
            with suppress(OSError):
                # One that is a link to an old content has an old time of change.
                if time.time() - item.path.lstat().st_ctime > LEFT_AFTER:
                    item.path.unlink()
