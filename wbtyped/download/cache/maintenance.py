"""Inspect, prune and verify a cache."""

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
from .store import TEMPORARY_NAME, Cache

ABANDONED_SECONDS = 3600.0
"""Age from which a temporary file counts as left by a process that died."""
OBJECT_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{30}")
RECORD_NAME = re.compile(r"[0-9a-f]{32}\.json")
MANIFEST_NAME = re.compile(r"[0-9a-f]{32}\.(json|contents)")
"""A manifest, or the sizes and digests of one."""
ALGORITHMS: tuple[Algorithm, ...] = ("MD5", "XXH128")


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What a cache holds, or what was removed from it; sizes are in bytes.

    `size` counts every file once. `linked` is the part of it that is hard-linked into download
    folders: removing that frees nothing. `versions` counts the names of artifact versions that can
    be resolved offline.
    """

    folder: Path
    files: int
    size: int
    linked: int
    versions: int


@dataclass(frozen=True, slots=True)
class CacheItem:
    """A file of the cache; `used_at` is in seconds since 1970."""

    path: Path
    size: int
    used_at: float
    linked: bool


def objects(cache: Cache, *algorithms: Algorithm) -> Iterator[CacheItem]:
    """Yield the cached files; others may come and go meanwhile."""
    for algorithm in algorithms or ALGORITHMS:
        yield from items(cache, cache.objects / algorithm.lower(), OBJECT_NAME, depth=1)


def versions(cache: Cache) -> Iterator[CacheItem]:
    """Yield the records of artifact versions."""
    return items(cache, cache.versions, RECORD_NAME)


def items(
    cache: Cache, folder: Path, pattern: re.Pattern[str], depth: int = 0
) -> Iterator[CacheItem]:
    """Yield the files of a folder that match a pattern; none if this is not a cache of ours."""
    if not cache.is_ours:
        return
    for path in folder.glob("*/" * depth + "*"):
        with suppress(OSError):
            status = path.lstat()
            name = path.relative_to(folder).as_posix()
            if stat.S_ISREG(status.st_mode) and pattern.fullmatch(name):
                used_at = max(status.st_atime, status.st_mtime)
                yield CacheItem(path, status.st_size, used_at, status.st_nlink > 1)


def summary(cache: Cache, files: list[CacheItem], records: list[CacheItem]) -> CacheInfo:
    """Return the totals over some files and records of a cache."""
    linked = sum(item.size for item in files if item.linked)
    size = sum(item.size for item in files)
    return CacheInfo(cache.folder, len(files), size, linked, len(records))


def info(cache: Cache) -> CacheInfo:
    """Return what a cache holds: nothing, if the folder is missing or is not a cache."""
    return summary(cache, [*objects(cache)], [*versions(cache)])


def prune(
    cache: Cache, *, max_size: int | None = None, unused_for: float | None = None
) -> CacheInfo:
    """Remove files unused for `unused_for` seconds, then the longest unused until the rest fits.

    `max_size` is in bytes. Return what was removed. Only files and records of the cache are
    touched, never a downloaded file, nor anything else in the folder.
    """
    used_before = 0.0 if unused_for is None else time.time() - unused_for
    found = sorted(objects(cache), key=lambda item: item.used_at)
    left = sum(item.size for item in found)
    pruned: list[CacheItem] = []
    for item in found:
        if item.used_at >= used_before and (max_size is None or left <= max_size):
            break
        if try_unlink(item.path):
            pruned.append(item)
        left -= item.size
    records = [item for item in versions(cache) if item.used_at < used_before]
    for item in items(cache, cache.manifests, MANIFEST_NAME):
        if item.used_at < used_before:
            try_unlink(item.path)
    remove_parts(cache)
    return summary(cache, pruned, [item for item in records if try_unlink(item.path)])


def verify(cache: Cache) -> list[Path]:
    """Check every cached file against its digest; remove the corrupt ones and return them."""
    corrupt: list[Path] = []
    for algorithm in ALGORITHMS:
        paths = [item.path for item in objects(cache, algorithm)]
        with ThreadPoolExecutor(DIGEST_THREADS) as pool:
            results = pool.map(partial(is_intact, cache, algorithm), paths)
            corrupt += [path for path, intact in zip(paths, results, strict=True) if not intact]
    for path in corrupt:
        try_unlink(path)
    remove_parts(cache)
    return corrupt


def is_intact(cache: Cache, algorithm: Algorithm, path: Path) -> bool:
    """Return True if a cached file has its digest; one removed meanwhile is not corrupt."""
    try:
        return cache.path_of(file_digest(path, algorithm), algorithm) == path
    except FileNotFoundError:
        return True
    except OSError:
        return False


def try_unlink(path: Path) -> bool:
    """Unlink a file; return True if this call removed it."""
    try:
        path.unlink()
    except OSError:
        return False
    return True


def remove_parts(cache: Cache) -> None:
    """Remove temporary files of processes that died."""
    folders = [cache.versions, cache.manifests]
    folders += [cache.objects / algorithm.lower() for algorithm in ALGORITHMS]
    for folder in folders:
        for item in items(cache, folder, TEMPORARY_NAME, depth=folder.parent == cache.objects):
            with suppress(OSError):
                # Its mtime may be old: it can be a hard link to an old file.
                if time.time() - item.path.lstat().st_ctime > ABANDONED_SECONDS:
                    item.path.unlink()
