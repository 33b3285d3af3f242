"""Report what happens to many files: a bar on a terminal, one line per event elsewhere."""

from typing import NoReturn, Self

from ..clock import monotonic
from ..download.progress import (
    LINE_SECONDS,
    BarReporter,
    DownloadProgress,
    RateMeter,
    progress_line,
)
from .output import (
    INTERRUPTED,
    counted,
    human_size,
    on_terminal,
    print_err,
    print_out,
    rich_console,
)


class Reporter:
    """Counts what happens to each of many files, and shows nothing; use it in a `with` statement.

    `done` counts the finished files by status (`fetched`, `kept`, `cached`, `uploaded`), `failures`
    holds the names and reasons of the others, and `size` the bytes of the finished ones.

    A download reports its progress by `tick`. For other work, announce the files by `expect`.
    """

    def __init__(self, action: str) -> None:
        self.action = action
        self.done: dict[str, int] = {}
        self.failures: list[tuple[str, str]] = []
        self.size: int = 0
        self.underway: int = 0
        """The bytes that unfinished files have, for work that does not report its progress."""
        self._expected_files = self._expected_size = 0
        self._meter = RateMeter()
        self._left = ""
        self.how_to_resume: str = "; run the same command to resume"
        """What to say after an interrupted download."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self.close()
        if isinstance(error, KeyboardInterrupt):
            self._exit_interrupted()

    def interrupted(self, left: str) -> None:
        """Remember what an interrupted download leaves behind."""
        self._left = left

    def _exit_interrupted(self) -> NoReturn:
        """Say what an interrupt leaves behind, and how to resume."""
        finished = f"{counted(sum(self.done.values()))} complete"
        left = f"{self._left}{self.how_to_resume}" if self._left else finished
        print_err(f"wbtyped: interrupted: {left}")
        raise SystemExit(INTERRUPTED) from None

    def close(self) -> None:
        """Show what is left to show."""

    def tick(self, progress: DownloadProgress) -> None:
        """Show the progress; called about ten times a second."""

    def show(self, status: str, name: str, size: int) -> None:
        """Show that a file is finished."""

    def show_failure(self, name: str, reason: str) -> None:
        """Show that a file failed."""

    def expect(self, files: int, size: int) -> None:
        """Announce further files of `size` bytes in total."""
        self._expected_files += files
        self._expected_size += size
        self.tick_counted()

    def finish(self, status: str, name: str, size: int) -> None:
        """Count and show a finished file."""
        self.done[status] = self.done.get(status, 0) + 1
        self.size += size
        self.show(status, name, size)
        self.tick_counted()

    def fail(self, name: str, reason: object) -> None:
        """Count and show a failed file."""
        self.failures.append((name, str(reason)))
        self.show_failure(name, str(reason))
        self.tick_counted()

    def tick_counted(self) -> None:
        """Show the progress of work that does not report it by itself."""
        if self._expected_files:
            size = self.size + self.underway
            self.tick(
                DownloadProgress(
                    sum(self.done.values()),
                    len(self.failures),
                    size,
                    self._expected_files,
                    self._expected_size,
                    self._meter.rate(size),
                )
            )

    def summary(self) -> str:
        """Return one line with all counts."""
        parts = [f"{counted(files)} {status}" for status, files in sorted(self.done.items())]
        if self.failures:
            parts.append(f"{len(self.failures):,} failed")
        return f"{', '.join(parts) or 'no files'} ({human_size(self.size)})"


def failure_line(name: str, reason: str) -> str:
    """Return the line for a failed file."""
    return f"failed  {name}: {reason}"


class SilentReporter(Reporter):
    """Counts only, for output that programs read."""


class LineReporter(Reporter):
    """Prints a line for each file; while none finishes, one on stderr once in a while."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self._printed_at = monotonic()

    def tick(self, progress: DownloadProgress) -> None:
        """Print the progress if nothing was printed for a while."""
        now = monotonic()
        if now - self._printed_at >= LINE_SECONDS:
            self._printed_at = now
            print_err(f"{self.action}: {progress_line(progress)}")

    def show(self, status: str, name: str, size: int) -> None:
        """Print a line for the file."""
        self._printed_at = monotonic()
        print_out(f"{status}  {name} ({human_size(size)})")

    def show_failure(self, name: str, reason: str) -> None:
        """Print a line for the file on stderr."""
        self._printed_at = monotonic()
        print_err(failure_line(name, reason))


class TerminalReporter(Reporter):
    """Draws one bar that counts bytes."""

    def __enter__(self) -> Self:
        self._bar = BarReporter(self.action, rich_console())
        return self

    def close(self) -> None:
        """Finish the bar, then print the failures: the bar would overwrite them."""
        self._bar.stop()
        for failure in self.failures:
            print_err(failure_line(*failure))

    def tick(self, progress: DownloadProgress) -> None:
        """Move the bar."""
        self._bar.tick(progress)


def make_reporter(action: str) -> Reporter:
    """Return a bar on a terminal, and lines elsewhere."""
    return TerminalReporter(action) if on_terminal() else LineReporter(action)
