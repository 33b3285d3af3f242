"""The options of every method that uploads files."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    # For start-up: `Api` refers to this module.
    from ..download.options import EngineName
    from ..download.progress import Progress


class UploadOptions(TypedDict, total=False):
    """Keyword arguments of uploads, all optional.

    An unknown option or value raises UsageError.
    """

    progress: Progress
    """True shows a progress bar; a function is called with a `DownloadProgress` while files are
    sent and once at the end."""
    engine: EngineName | None
    """`curl` or `httpx`. By default `curl` if the extra `fast` is installed, unless the environment
    variable WBTYPED_ENGINE names another."""
    jobs: int | None
    """Number of parallel uploads, 1 to 128. By default 16, or 64 for small files."""
