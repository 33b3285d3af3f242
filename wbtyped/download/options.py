"""The options of every method that downloads files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

if TYPE_CHECKING:
    from .progress import Progress

EngineName: TypeAlias = Literal["httpx", "curl"]
"""The HTTP backend of downloads; `curl` needs the extra `fast`."""
OnError: TypeAlias = Literal["raise", "collect"]
"""Whether the first failure ends a download, or failures are collected in its result."""


class DownloadOptions(TypedDict, total=False):
    """Keyword arguments of downloads, all optional.

    An unknown option or value raises UsageError.
    """

    progress: Progress
    """True shows a progress bar; a function is called with a `DownloadProgress` while files arrive
    and once at the end."""
    engine: EngineName | None
    """`curl` or `httpx`. By default `curl` if the extra `fast` is installed, unless the environment
    variable WBTYPED_ENGINE names another."""
    jobs: int | None
    """Number of parallel downloads, 1 to 128. By default 32, or 128 for small files.
    Where connections are left, a large file that arrives slowly is fetched over several."""
    fsync: bool
    """Flush each file to the disk before it is renamed into place. Off by default."""
    cache: str | os.PathLike[str] | bool | None
    """True, or a folder, keeps every file on this machine by digest and reuses it. By default as
    `Api` was configured. Files that become hard links into the cache are read-only."""
    at_once: int | None
    """Deprecated name of `jobs`."""
