"""The outcome of a download, file by file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from ..notebook import dicts_html
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

    def to_dicts(self) -> list[dict[str, JsonValue]]:
        """Return one row per file: its name, its outcome, and the error or why it is unverified."""
        outcomes = {"written": self.written, "cached": self.cached, "kept": self.kept}
        return outcome_rows(self.failed, outcomes, self.unverified)

    def _repr_html_(self) -> str:
        """Show the counts in a notebook, and the first files that are not as they should be."""
        failures = [row for row in self.to_dicts() if row["reason"]]
        return dicts_html(repr(self), ("name", "outcome", "reason"), failures)

    def __repr__(self) -> str:
        counts = {
            "written": len(self.written), "cached": len(self.cached), "kept": len(self.kept),
            "failed": len(self.failed), "unverified": len(self.unverified),
        }  # fmt: skip
        parts = [f"{number:,} {kind}" for kind, number in counts.items() if number]
        parts.append(f"{human_size(self.size)} in {self.root}")
        return f"<DownloadResult {', '.join(parts)}>"

    def __str__(self) -> str:
        return with_failures(repr(self), self.failed)


def outcome_rows(
    failed: Sequence[FailedFile],
    outcomes: Mapping[str, Sequence[str]],
    reasons: Mapping[str, str],
) -> list[dict[str, JsonValue]]:
    """Return one row per file, those that failed first; `reasons` say more about some others."""
    rows: list[dict[str, JsonValue]] = [
        {"name": file.name, "outcome": "failed", "reason": str(file.error)} for file in failed
    ]
    return rows + [
        {"name": name, "outcome": outcome, "reason": reasons.get(name)}
        for outcome, names in outcomes.items()
        for name in names
    ]


def with_failures(summary: str, failed: Sequence[FailedFile]) -> str:
    """Return a summary with the first failures below it."""
    lines = [f"{file.name}: {file.error}" for file in failed[:SHOWN_FAILURES]]
    if (more := len(failed) - len(lines)) > 0:
        lines.append(f"... and {more:,} more in `failed`")
    return "\n  ".join([summary, *lines])
