"""Progress of a download: passed to a callback, or shown."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from .. import arguments
from ..clock import monotonic
from ..errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress

CALLBACK_SECONDS = 0.2
"""Seconds between two calls of a callback."""
LINE_SECONDS = 10.0
"""Seconds between two lines without a terminal."""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """Progress of a download; sizes are in bytes.

    `files` counts the files in place, downloaded or not, `failed` the others; `size` is what has
    been received so far. Expected numbers are None while unknown. `rate` is in bytes per second,
    over the last seconds. `done` is True in the last call.
    """

    files: int
    failed: int
    size: int
    files_expected: int | None
    size_expected: int | None
    rate: float = 0.0
    done: bool = False


Callback = Callable[[DownloadProgress], object]
Progress = bool | Callback | None
"""How to report progress: True shows it, a function is called with it."""


class ProgressReporter(Protocol):
    """Receives the progress of a download."""

    def tick(self, progress: DownloadProgress) -> None:
        """Report the current progress."""

    def close(self, progress: DownloadProgress) -> None:
        """Report the final progress."""


class CallbackReporter:
    """Calls a function a few times a second, and once at the end."""

    def __init__(self, callback: Callback, interval: float = CALLBACK_SECONDS) -> None:
        self._callback = callback
        self._interval = interval
        self._started_at = self._last_at = monotonic()
        self._size = 0
        self._rate = 0.0

    def tick(self, progress: DownloadProgress) -> None:
        """Call the function if the interval has passed."""
        if monotonic() - self._last_at >= self._interval:
            self._call(progress)

    def close(self, progress: DownloadProgress) -> None:
        """Call the function for the last time."""
        self._call(replace(progress, done=True))

    def _call(self, progress: DownloadProgress) -> None:
        now = monotonic()
        span = max(now - self._last_at, 1e-6)
        latest = (progress.size - self._size) / span
        # Half of it is the previous value, so that the figure does not flicker.
        self._rate = latest if not self._rate else (self._rate + latest) / 2
        self._last_at, self._size = now, progress.size
        if progress.done:
            self._rate = progress.size / max(now - self._started_at, 1e-6)
        self._callback(replace(progress, rate=max(0.0, self._rate)))


def progress_line(progress: DownloadProgress) -> str:
    """Return the progress as one line."""
    files = f"{progress.files:,}"
    if progress.files_expected is not None:
        files += f" of {progress.files_expected:,}"
    failed = f", {progress.failed:,} failed" if progress.failed else ""
    return f"{files} files{failed}, {progress.size / 1e6:,.1f} MB, {progress.rate / 1e6:,.1f} MB/s"


def print_line(progress: DownloadProgress) -> None:
    """Print the progress as one line on stderr."""
    print(progress_line(progress), file=sys.stderr, flush=True)


def rich_bar(console: "Console | None" = None, *, redirect_stderr: bool = True) -> "RichProgress":
    """Return a progress bar that counts bytes."""
    from rich import progress

    return progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.DownloadColumn(binary_units=True),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
        console=console,
        redirect_stderr=redirect_stderr,
    )


class BarReporter:
    """Shows a progress bar on a terminal or in a notebook."""

    def __init__(self) -> None:
        self._bar = rich_bar()
        self._task = self._bar.add_task("", total=None)
        self._bar.start()

    def tick(self, progress: DownloadProgress) -> None:
        """Update the bar."""
        self._bar.update(
            self._task,
            total=progress.size_expected,
            completed=progress.size,
            description=progress_line(progress).partition(" files")[0],
        )

    def close(self, progress: DownloadProgress) -> None:
        """Update the bar for the last time."""
        self.tick(progress)
        self._bar.stop()


def check_progress(spec: object) -> None:
    """Raise UsageError unless the value of `progress` can be used."""
    if spec is None or isinstance(spec, bool):
        return
    if not callable(spec):
        raise arguments.wrong("progress", "True, False, None, or a function to call", spec)
    try:
        accepted = inspect.signature(spec)
    except ValueError:
        # Some functions written in C have no signature to look at.
        return
    try:
        accepted.bind(None)
    except TypeError:
        raise UsageError("progress must be a function of one argument, DownloadProgress") from None


def progress_reporter(spec: Progress) -> ProgressReporter | None:
    """Return the reporter for the value of `progress`; lines on stderr if a bar cannot be shown."""
    if not spec:
        return None
    if spec is not True:
        return CallbackReporter(spec)
    if can_show_bar():
        return BarReporter()
    return CallbackReporter(print_line, LINE_SECONDS)


def can_show_bar() -> bool:
    """Return True if rich is installed and there is a terminal or a notebook."""
    try:
        from rich.console import Console
    except ImportError:
        return False
    console = Console()
    return console.is_terminal or console.is_jupyter
