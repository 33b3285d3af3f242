"""How far a download is: told to a callback, or shown."""

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
"""Seconds between two events."""
LINE_SECONDS = 10.0
"""Seconds between two lines where there is no terminal."""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How far a download is; sizes are in bytes.

    `files` are there, fetched or kept, `failed` are not; `size` counts what has come so far. What
    is expected is None as long as it is not known. `rate` is bytes a second over the last seconds.
    `done` is True in the last event.
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
"""Whether and how a download is followed: True shows it, a callback is told of it."""


class ProgressReporter(Protocol):
    """Follows a download."""

    def tick(self, progress: DownloadProgress) -> None:
        """Take how far it is now."""

    def close(self, progress: DownloadProgress) -> None:
        """Take how far it has come in the end."""


class CallbackReporter:
    """Calls back a few times a second, and once at the end."""

    def __init__(self, callback: Callback, every: float = CALLBACK_SECONDS) -> None:
        self._callback = callback
        self._every = every
        self._began = self._last = monotonic()
        self._size = 0
        self._rate = 0.0

    def tick(self, progress: DownloadProgress) -> None:
        """Call back when it is time for it."""
        if monotonic() - self._last >= self._every:
            self._tell(progress)

    def close(self, progress: DownloadProgress) -> None:
        """Call back for the last time."""
        self._tell(replace(progress, done=True))

    def _tell(self, progress: DownloadProgress) -> None:
        now = monotonic()
        span = max(now - self._last, 1e-6)
        latest = (progress.size - self._size) / span
        # Half of what is shown is what was shown before, so that it does not flicker.
        self._rate = latest if not self._rate else (self._rate + latest) / 2
        self._last, self._size = now, progress.size
        if progress.done:
            self._rate = progress.size / max(now - self._began, 1e-6)
        self._callback(replace(progress, rate=max(0.0, self._rate)))


def line(progress: DownloadProgress) -> str:
    """Return one line that says how far it is."""
    files = f"{progress.files:,}"
    if progress.files_expected is not None:
        files += f" of {progress.files_expected:,}"
    failed = f", {progress.failed:,} failed" if progress.failed else ""
    return f"{files} files{failed}, {progress.size / 1e6:,.1f} MB, {progress.rate / 1e6:,.1f} MB/s"


def print_line(progress: DownloadProgress) -> None:
    """Print one line on stderr."""
    print(line(progress), file=sys.stderr, flush=True)


def rich_bar(console: "Console | None" = None, *, redirect_stderr: bool = True) -> "RichProgress":
    """Return a bar that counts bytes."""
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
    """A bar on a terminal or in a notebook."""

    def __init__(self) -> None:
        self._bar = rich_bar()
        self._task = self._bar.add_task("", total=None)
        self._bar.start()

    def tick(self, progress: DownloadProgress) -> None:
        """Move the bar."""
        self._bar.update(
            self._task,
            total=progress.size_expected,
            completed=progress.size,
            description=line(progress).partition(" files")[0],
        )

    def close(self, progress: DownloadProgress) -> None:
        """Move the bar for the last time."""
        self.tick(progress)
        self._bar.stop()


def check_progress(spec: object) -> None:
    """Raise UsageError for what can neither be shown nor be told of how far it is."""
    if spec is None or isinstance(spec, bool):
        return
    if not callable(spec):
        raise arguments.wrong("progress", "True, False, None, or a function to call", spec)
    try:
        accepted = inspect.signature(spec)
    except ValueError:
        # Some functions in C do not say what they take.
        return
    try:
        accepted.bind(None)
    except TypeError:
        raise UsageError("progress must be a function of one argument, DownloadProgress") from None


def reporter(spec: Progress) -> ProgressReporter | None:
    """Return what follows a download: nothing, a callback, or a bar where one can be seen."""
    if not spec:
        return None
    if spec is not True:
        return CallbackReporter(spec)
    if has_bar():
        return BarReporter()
    return CallbackReporter(print_line, LINE_SECONDS)


def has_bar() -> bool:
    """Tell whether there is a terminal or a notebook, and rich to draw on it."""
    try:
        from rich.console import Console
    except ImportError:
        return False
    console = Console()
    return console.is_terminal or console.is_jupyter
