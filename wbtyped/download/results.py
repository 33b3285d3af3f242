"""The outcome of a download, file by file."""

from dataclasses import dataclass, field
from pathlib import Path

from ..units import human_size

SHOWN_FAILURES = 10
"""Failures that `print(result)` lists."""


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that could not be downloaded, and why.

    Example:
        >>> result = run.files(["absent.txt"]).download("downloads", on_error="collect")
        >>> [(failed.name, type(failed.error).__name__) for failed in result.failed]
        [('absent.txt', 'NotFoundError')]
    """

    name: str
    error: Exception


@dataclass(slots=True, repr=False)
class DownloadResult:
    """The outcome of downloading many files; the lists hold their names.

    `written` were downloaded, `cached` came from the local cache, `kept` were already in place with
    the right content, `failed` could not be downloaded. `size` counts the bytes of all but the
    failed ones, `resumed` those of them that an interrupted download had left in partial files.

    Printing it shows the counts and the first failures.

    Example:
        >>> result = artifact.files().download("data", on_error="collect")
        >>> result
        <DownloadResult 2 written, 11 B in data>
        >>> result.ok, sorted(result.written), result.size
        (True, ['test.csv', 'train.csv'], 11)
    """

    root: Path
    written: list[str] = field(default_factory=list[str])
    cached: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    failed: list[FailedFile] = field(default_factory=list[FailedFile])
    unverified: dict[str, str] = field(default_factory=dict[str, str])
    """Downloaded files without a digest or ETag to verify them by, each with the reason."""
    size: int = 0
    resumed: int = 0

    @property
    def ok(self) -> bool:
        """Whether every file is in place."""
        return not self.failed

    def __repr__(self) -> str:
        counts = {
            "written": len(self.written), "cached": len(self.cached), "kept": len(self.kept),
            "failed": len(self.failed), "unverified": len(self.unverified),
        }  # fmt: skip
        parts = [f"{number:,} {kind}" for kind, number in counts.items() if number]
        parts.append(f"{human_size(self.size)} in {self.root}")
        return f"<DownloadResult {', '.join(parts)}>"

    def __str__(self) -> str:
        lines = [f"{failed.name}: {failed.error}" for failed in self.failed[:SHOWN_FAILURES]]
        if (more := len(self.failed) - len(lines)) > 0:
            lines.append(f"... and {more:,} more in `failed`")
        return "\n  ".join([repr(self), *lines])
