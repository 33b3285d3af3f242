"""How work on many files is reported: a bar on a terminal, lines elsewhere."""

import sys
from abc import ABC, abstractmethod
from typing import Self

from ..download.progress import rich_bar
from .output import counted, human_size, on_terminal, print_err, print_out, rich_console


class Progress(ABC):
    """Follows work on many files; use it in a `with` statement.

    `done` counts the finished ones by the word that says what became of them, `failures` holds the
    names and reasons of the others.
    """

    def __init__(self, doing: str) -> None:
        self.doing = doing
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
        """Announce further files, `size` bytes together."""

    @abstractmethod
    def show(self, word: str, name: str, size: int) -> None:
        """Show that a file is finished."""

    @abstractmethod
    def show_failure(self, name: str, reason: str) -> None:
        """Show that a file failed."""

    def finish(self, word: str, name: str, size: int) -> None:
        """Count a finished file; `word` says what became of it."""
        self.done[word] = self.done.get(word, 0) + 1
        self.size += size
        self.show(word, name, size)

    def fail(self, name: str, reason: object) -> None:
        """Count a failed file."""
        self.failures.append((name, str(reason)))
        self.show_failure(name, str(reason))

    def summary(self) -> str:
        """Return one line with all counts."""
        parts = [f"{counted(number)} {word}" for word, number in sorted(self.done.items())]
        if self.failures:
            parts.append(f"{len(self.failures):,} failed")
        return f"{', '.join(parts) or 'no files'} ({human_size(self.size)})"


def failure_line(name: str, reason: str) -> str:
    """Return the line for a failed file."""
    return f"failed  {name}: {reason}"


class Silent(Progress):
    """Progress that is only counted, for output that machines read."""

    def close(self) -> None:
        """Nothing was shown."""

    def expect(self, files: int, size: int) -> None:
        """Nobody waits to see it."""

    def show(self, word: str, name: str, size: int) -> None:
        """Count it, as `finish` has done already."""

    def show_failure(self, name: str, reason: str) -> None:
        """Count it, as `fail` has done already."""


class Lines(Progress):
    """Progress without a terminal: a line for every file, or a count for every so many."""

    def __init__(self, doing: str, every: int) -> None:
        super().__init__(doing)
        self._every = every

    def close(self) -> None:
        """Nothing is left to show: every line is out already."""

    def expect(self, files: int, size: int) -> None:
        """Lines do not need to know what is to come."""

    def show(self, word: str, name: str, size: int) -> None:
        """Print a line for the file, or a count when it is time for one."""
        finished = sum(self.done.values())
        if self._every == 1:
            print_out(f"{word}  {name} ({human_size(size)})")
        elif finished % self._every == 0:
            print_out(f"{self.doing}: {counted(finished)} ({human_size(self.size)})")

    def show_failure(self, name: str, reason: str) -> None:
        """Print a line for the file on stderr."""
        print_err(failure_line(name, reason))


class BarReporter(Progress):
    """Progress on a terminal: one bar that counts bytes."""

    def __init__(self, doing: str) -> None:
        super().__init__(doing)
        self._expected = [0, 0]
        # What goes to a file must not come up on the terminal instead.
        self._bar = rich_bar(rich_console(), redirect_stderr=sys.stderr.isatty())
        self._task = self._bar.add_task(doing, total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def close(self) -> None:
        """Take the bar to its end, then name the failures: the bar would overwrite them."""
        self._refresh()
        self._bar.stop()
        for failure in self.failures:
            print_err(failure_line(*failure))

    def expect(self, files: int, size: int) -> None:
        """Make the bar longer."""
        self._expected[0] += files
        self._expected[1] += size
        self._refresh()

    def show(self, word: str, name: str, size: int) -> None:  # noqa: ARG002
        """Move the bar."""
        self._refresh()

    def show_failure(self, name: str, reason: str) -> None:  # noqa: ARG002
        """Count the failure beside the bar."""
        self._refresh()

    def _refresh(self) -> None:
        files, size = self._expected
        failed = f", {len(self.failures):,} failed" if self.failures else ""
        self._bar.update(
            self._task,
            total=size,
            completed=self.size,
            description=f"{self.doing} {sum(self.done.values()):,} of {files:,}{failed}",
        )


def progress(doing: str, *, every: int = 1) -> Progress:
    """Return a bar on a terminal, elsewhere lines: one for every so many files."""
    return BarReporter(doing) if on_terminal() else Lines(doing, every)
