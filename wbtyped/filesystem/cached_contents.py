"""Contents that the cache on this machine has."""

from contextlib import suppress
from pathlib import Path

from ..download.cache.store import Cache, touch_atime
from ..download.disk.digests import file_digest
from ..download.stored_content import StoredContent

_verified: set[tuple[str, int, int, int]] = set()
"""Cached files that this process has verified, by path, inode, size and time of change."""


def read_cached(
    cache: Cache, content: StoredContent, start: int | None, end: int | None
) -> bytes | None:
    """Return bytes of a content, as a slice would; None if the cache does not have it.

    A file is verified when the process first uses it, and again if it has changed since.
    """
    path = cached_path(cache, content)
    if path is None or content.size is None:
        return None
    first, last, _ = slice(start, end).indices(content.size)
    with path.open("rb") as file:
        file.seek(first)
        return file.read(max(0, last - first))


def cached_path(cache: Cache, content: StoredContent) -> Path | None:
    """Return the verified file of a content; None if the cache does not have it."""
    if content.digest is None or content.size is None:
        return None
    path = cache.path_of(content.digest, content.algorithm)
    if path is None:
        return None
    try:
        status = path.stat()
        identity = str(path), status.st_ino, status.st_size, status.st_mtime_ns
        if identity not in _verified:
            if file_digest(path, content.algorithm) != content.digest:
                path.unlink()
                return None
            _verified.add(identity)
            with suppress(OSError):
                touch_atime(path)
    except OSError:
        return None
    return path


def add_to_cache(cache: Cache, content: StoredContent, data: bytes) -> None:
    """Add a content that was just verified; a cache that cannot be written to stays as it is."""
    if content.digest is not None:
        with suppress(OSError):
            cache.add_content(data, content.digest, content.algorithm)
