"""Report progress over many files: a bar on a terminal, lines elsewhere."""

import sys
from abc import ABC, abstractmethod
from typing import Self

from ..download.progress import rich_bar
from .output import counted, human_size, on_terminal, print_err, print_out, rich_console


class Reporter(ABC):
    """Counts and shows what happens to each of many files; use it in a `with` statement.

    `done` counts the finished files by status (`fetched`, `kept`, `cached`, `uploaded`), `failures`
    holds the names and reasons of the others, and `size` the bytes of the finished ones.
    """

    def __init__(self, action: str) -> None:
        self.action = action
        self.done: dict[str, int] = {}
        self.failures: list[tuple[str, str]] = []
        self.size: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Show what is left to show."""

    @abstractmethod
    def expect(self, files: int, size: int) -> None:
        """Announce further files of `size` bytes in total."""

    @abstractmethod
    def show(self, status: str, name: str, size: int) -> None:
        """Show that a file is finished."""

    @abstractmethod
    def show_failure(self, name: str, reason: str) -> None:
        """Show that a file failed."""

    def finish(self, status: str, name: str, size: int) -> None:
        """Count and show a finished file."""
        self.done[status] = self.done.get(status, 0) + 1
        self.size += size
        self.show(status, name, size)

    def fail(self, name: str, reason: object) -> None:
        """Count and show a failed file."""
        self.failures.append((name, str(reason)))
        self.show_failure(name, str(reason))

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

    def close(self) -> None:
        """Show nothing."""

    def expect(self, files: int, size: int) -> None:
        """Show nothing."""

    def show(self, status: str, name: str, size: int) -> None:
        """Show nothing."""

    def show_failure(self, name: str, reason: str) -> None:
        """Show nothing."""


class LineReporter(Reporter):
    """Prints a line for each file, or a count after each `every` files."""

    def __init__(self, action: str, every: int) -> None:
        super().__init__(action)
        self._every = every

    def close(self) -> None:
        """Show nothing more: every line is printed already."""

    def expect(self, files: int, size: int) -> None:
        """Show nothing: lines do not depend on what is to come."""

    def show(self, status: str, name: str, size: int) -> None:
        """Print a line for the file, or the count if it is due."""
        finished = sum(self.done.values())
        if self._every == 1:
            print_out(f"{status}  {name} ({human_size(size)})")
        elif finished % self._every == 0:
            print_out(f"{self.action}: {counted(finished)} ({human_size(self.size)})")

    def show_failure(self, name: str, reason: str) -> None:
        """Print a line for the file on stderr."""
        print_err(failure_line(name, reason))


class TerminalReporter(Reporter):
    """Draws one bar that counts bytes."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self._expected_files = self._expected_size = 0
        # If stderr is a file, its lines belong there and not above the bar.
        self._bar = rich_bar(rich_console(), redirect_stderr=sys.stderr.isatty())
        self._task = self._bar.add_task(action, total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def close(self) -> None:
        """Finish the bar, then print the failures: the bar would overwrite them."""
        self._refresh()
        self._bar.stop()
        for failure in self.failures:
            print_err(failure_line(*failure))

    def expect(self, files: int, size: int) -> None:
        """Extend the bar."""
        self._expected_files += files
        self._expected_size += size
        self._refresh()

    def show(self, status: str, name: str, size: int) -> None:  # noqa: ARG002
        """Advance the bar."""
        self._refresh()

    def show_failure(self, name: str, reason: str) -> None:  # noqa: ARG002
        """Count the failure beside the bar."""
        self._refresh()

    def _refresh(self) -> None:
        failed = f", {len(self.failures):,} failed" if self.failures else ""
        finished = sum(self.done.values())
        self._bar.update(
            self._task,
            total=self._expected_size,
            completed=self.size,
            description=f"{self.action} {finished:,} of {self._expected_files:,}{failed}",
        )


def make_reporter(action: str, *, every: int = 1) -> Reporter:
    """Return a bar on a terminal; elsewhere lines, one for each `every` files."""
    return TerminalReporter(action) if on_terminal() else LineReporter(action, every)
