"""The checked form of the options of an upload."""

from typing import NamedTuple, Protocol, get_args

from .. import arguments
from ..download.engines.choice import choose_engine
from ..download.options import EngineName, OnError
from ..download.progress import DownloadProgress, Progress, check_progress
from ..errors import UsageError
from .options import UploadOptions

DEFAULT_JOBS = 16
"""Uploads in threads, by default."""
DEFAULT_SMALL_JOBS = 64
"""The same for small files, where no thread waits for each."""


class Observer(Protocol):
    """Receives the outcome of each file; called from any thread, one call at a time."""

    def tick(self, progress: DownloadProgress, /) -> None:
        """Report the progress, about ten times a second."""

    def finish(self, status: str, name: str, size: int, /) -> None:
        """Report a file that the server has; `status` is `uploaded` or `skipped`."""

    def fail(self, name: str, reason: object, /) -> None:
        """Report a file that failed."""


class BatchOptions(NamedTuple):
    """How a batch is run: the checked form of `UploadOptions`."""

    on_error: OnError = "raise"
    progress: Progress = None
    engine: EngineName = "httpx"
    jobs: int = DEFAULT_JOBS
    small_jobs: int = DEFAULT_SMALL_JOBS
    observer: Observer | None = None


def build_options(
    options: UploadOptions, on_error: OnError = "raise", observer: Observer | None = None
) -> BatchOptions:
    """Build the options of a batch from public keyword arguments; raises UsageError."""
    unknown = sorted(options.keys() - UploadOptions.__annotations__.keys())
    if unknown:
        allowed = ", ".join(sorted(UploadOptions.__annotations__))
        raise UsageError(f"unknown upload options {unknown}; allowed are {allowed}")
    arguments.one_of("on_error", on_error, get_args(OnError))
    check_progress(options.get("progress"))
    jobs = options.get("jobs")
    engine = choose_engine(options.get("engine"), jobs).name
    return BatchOptions(
        on_error,
        options.get("progress"),
        engine,
        jobs or DEFAULT_JOBS,
        jobs or DEFAULT_SMALL_JOBS,
        observer,
    )
