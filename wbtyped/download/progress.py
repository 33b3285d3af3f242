"""Progress of a download: passed to a callback, or shown as a bar or in lines."""

import inspect
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING, Protocol, cast

from .. import arguments
from ..clock import monotonic
from ..errors import UsageError
from ..units import human_seconds, human_size

if TYPE_CHECKING:
    from rich.console import Console

CALLBACK_SECONDS = 0.2
"""Seconds between two calls of a callback."""
NOTEBOOK_SECONDS = 0.5
"""Seconds between two updates of a notebook: each is a message to the browser."""
LINE_SECONDS = 10.0
"""Seconds between two lines without a terminal."""
RATE_SECONDS = 5.0
"""Seconds over which the rate is measured."""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """Progress of a download; sizes are in bytes.

    `files` counts the files in place, downloaded or not, `failed` the others; `size` is what they
    have and what has been received so far of further ones. Expected numbers are None while unknown,
    and grow while the list of a run is being read; then `totals_final` is False. `rate` is in bytes
    per second, over the last seconds, and counts what arrives over the network alone. `done` is
    True in the last call.
    """

    files: int
    failed: int
    size: int
    files_expected: int | None
    size_expected: int | None
    rate: float = 0.0
    done: bool = False
    totals_final: bool = True

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end at the current rate; None while that cannot be told."""
        if self.size_expected is None or not self.totals_final or self.rate <= 0:
            return None
        return max(0, self.size_expected - self.size) / self.rate


Callback = Callable[[DownloadProgress], object]
Progress = bool | Callback | None
"""How to report progress: True shows it, a function is called with it."""


class RateMeter:
    """Measures bytes per second."""

    def __init__(self) -> None:
        self._started_at = monotonic()
        self._samples: deque[tuple[float, int]] = deque([(self._started_at, 0)])

    def rate(self, received: int) -> float:
        """Return the rate over the last seconds, after `received` bytes in total."""
        now = monotonic()
        self._samples.append((now, received))
        while len(self._samples) > 2 and self._samples[1][0] <= now - RATE_SECONDS:
            self._samples.popleft()
        began, before = self._samples[0]
        return max(0.0, (received - before) / max(now - began, 1e-6))

    def mean(self, received: int) -> float:
        """Return the rate since the beginning."""
        return max(0.0, received / max(monotonic() - self._started_at, 1e-6))


# In words.


def files_text(progress: DownloadProgress) -> str:
    """Return the number of files: `12 of 40`, with a `+` if there may be more."""
    if progress.files_expected is None:
        return f"{progress.files:,}"
    more = "" if progress.totals_final else "+"
    return f"{progress.files:,} of {progress.files_expected:,}{more}"


def failed_text(progress: DownloadProgress) -> str:
    """Return the number of failed files, to be appended; empty if there are none."""
    return f", {progress.failed:,} failed" if progress.failed else ""


def bytes_text(progress: DownloadProgress) -> str:
    """Return size, rate and time left: `1.5 MiB of 64.0 MiB, 5.1 MiB/s, 12 s left`."""
    text = human_size(progress.size)
    if progress.size_expected is not None:
        more = "" if progress.totals_final else "+"
        text += f" of {human_size(progress.size_expected)}{more}"
    text += f", {human_size(progress.rate)}/s"
    if not progress.done and (left := progress.seconds_left) is not None:
        text += f", {human_seconds(left)} left"
    return text


def progress_line(progress: DownloadProgress) -> str:
    """Return the progress as one line."""
    return f"{files_text(progress)} files{failed_text(progress)}, {bytes_text(progress)}"


def interruption_text(complete: int, expected: int | None, partial: int) -> str:
    """Return what an interrupted download leaves behind."""
    of = "" if expected is None else f" of {expected:,}"
    are = "file is" if complete == 1 and not of else "files are"
    kept = "1 partial file is" if partial == 1 else f"{partial:,} partial files are"
    return f"{complete:,}{of} {are} complete, {kept} kept"


def print_line(progress: DownloadProgress) -> None:
    """Print the progress as one line on stderr."""
    print(progress_line(progress), file=sys.stderr, flush=True)


# Reporters.


class ProgressReporter(Protocol):
    """Receives the progress of a download, about ten times a second."""

    def tick(self, progress: DownloadProgress) -> None:
        """Report the current progress."""

    def close(self, progress: DownloadProgress) -> None:
        """Report the final progress."""


class CallbackReporter:
    """Calls a function once in an interval, and at the end."""

    def __init__(self, callback: Callback, interval: float = CALLBACK_SECONDS) -> None:
        self._callback = callback
        self._interval = interval
        self._last_at = monotonic()

    def tick(self, progress: DownloadProgress) -> None:
        """Call the function if the interval has passed."""
        if monotonic() - self._last_at >= self._interval:
            self._last_at = monotonic()
            self._callback(progress)

    def close(self, progress: DownloadProgress) -> None:
        """Call the function for the last time."""
        self._callback(progress)


class BarReporter:
    """Draws a bar on a terminal, by default on that of stderr."""

    def __init__(self, action: str = "", console: "Console | None" = None) -> None:
        from rich import progress
        from rich.console import Console
        from rich.table import Column

        self._action = f"{action} " if action else ""
        whole = Column(no_wrap=True)
        self._bar = progress.Progress(
            progress.TextColumn("{task.description}", markup=False, table_column=whole),
            progress.BarColumn(bar_width=None, table_column=Column(ratio=1, max_width=40)),
            progress.TextColumn("{task.fields[bytes]}", markup=False, table_column=whole),
            console=console or Console(stderr=True),
            expand=True,
            # A stream that is no terminal belongs where it was directed, not above the bar.
            redirect_stdout=sys.stdout.isatty(),
            redirect_stderr=sys.stderr.isatty(),
        )
        self._task = self._bar.add_task(action, total=None, bytes="")
        self._bar.start()

    def tick(self, progress: DownloadProgress) -> None:
        """Update the bar."""
        total = progress.size_expected
        self._bar.update(
            self._task,
            total=None if total is None else max(total, progress.size),
            completed=progress.size,
            description=f"{self._action}{files_text(progress)}{failed_text(progress)}",
            bytes=bytes_text(progress),
        )

    def close(self, progress: DownloadProgress) -> None:
        """Update the bar for the last time."""
        self.tick(progress)
        self.stop()

    def stop(self) -> None:
        """Leave the bar as it is."""
        self._bar.stop()


class Display(Protocol):
    """The function `display` of IPython."""

    def __call__(
        self, data: Mapping[str, str], *, raw: bool, display_id: str, update: bool
    ) -> object:
        """Show data by MIME type, or replace what was shown with the same id."""


_display_numbers = count(1)


class NotebookDisplay:
    """Shows a bar below a cell of a notebook; needs no widgets."""

    def __init__(self) -> None:
        self._display = cast("Display", import_module("IPython.display").display)
        self._id = f"wbtyped-progress-{id(self)}-{next(_display_numbers)}"
        self._shown = False

    def __call__(self, progress: DownloadProgress) -> None:
        """Show the current progress."""
        from html import escape  # imported late: only notebooks need it

        line, total = progress_line(progress), progress.size_expected
        limits = "" if total is None else f' value="{progress.size}" max="{max(total, 1)}"'
        data = {"text/plain": line, "text/html": f"<progress{limits}></progress> {escape(line)}"}
        self._display(data, raw=True, display_id=self._id, update=self._shown)
        self._shown = True


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
    """Return the reporter for the value of `progress`: True shows it where the user looks.

    That is below the cell of a notebook, as a bar on a terminal if rich is installed, and else in
    lines on stderr.
    """
    if not spec:
        return None
    if spec is not True:
        return CallbackReporter(spec)
    if in_notebook():
        return CallbackReporter(NotebookDisplay(), NOTEBOOK_SECONDS)
    if can_draw_bar():
        return BarReporter()
    return CallbackReporter(print_line, LINE_SECONDS)


def in_notebook() -> bool:
    """Return True in a kernel of Jupyter, and in what imitates one."""
    ipython = sys.modules.get("IPython")
    get_shell = getattr(ipython, "get_ipython", None)
    return callable(get_shell) and getattr(get_shell(), "kernel", None) is not None


def can_draw_bar() -> bool:
    """Return True if rich is installed and stderr is a terminal that can move its cursor."""
    try:
        from rich.console import Console
    except ImportError:
        return False
    console = Console(stderr=True)
    return console.is_terminal and not console.is_dumb_terminal
