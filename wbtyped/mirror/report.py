"""What a mirroring or a restoring did, and how far it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from ..units import human_size

SHOWN_FAILURES = 10
"""Failures that `print(report)` lists."""


@dataclass(frozen=True, slots=True)
class MirrorProgress:
    """How far a mirroring is; passed to `progress` after every page of runs or versions."""

    runs: int
    versions: int
    contents: int
    """Contents that were transferred so far."""
    size: int
    """Their bytes."""


ProgressCallback = Callable[[MirrorProgress], object]


@dataclass(slots=True, repr=False)
class MirrorReport:
    """What was mirrored or restored.

    `runs` and `versions` count what the source has, `new_runs` and `new_versions` those of them
    that the target did not have. `contents` are the files that were transferred, `size` their
    bytes; with a dry run, those that would be.

    Example:
        >>> report = api.mirror("my-team/mnist", "backup")
        >>> report.runs, report.versions, report.ok
        (1, 3, True)
    """

    source: str
    target: str
    runs: int = 0
    new_runs: int = 0
    versions: int = 0
    new_versions: int = 0
    contents: int = 0
    size: int = 0
    deleted: list[str] = field(default_factory=list[str])
    """What the source no longer has, by path."""
    failed: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What could not be transferred, by path, and why."""
    left_out: list[str] = field(default_factory=list[str])
    """What the target cannot keep, or the source does not give."""
    is_dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failed

    @property
    def progress(self) -> MirrorProgress:
        """How much was done so far."""
        return MirrorProgress(self.runs, self.versions, self.contents, self.size)

    def count_lost(self, lost: Mapping[str, int]) -> None:
        """Add texts with numbers to `left_out`."""
        self.left_out += [text.format(f"{number:,}") for text, number in sorted(lost.items())]

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values, for JSON."""
        return {
            "source": self.source,
            "target": self.target,
            "dry_run": self.is_dry_run,
            "runs": self.runs,
            "new_runs": self.new_runs,
            "versions": self.versions,
            "new_versions": self.new_versions,
            "contents": self.contents,
            "size": self.size,
            "deleted": [*self.deleted],
            "failed": [{"path": path, "reason": reason} for path, reason in self.failed],
            "left_out": [*self.left_out],
        }

    def __repr__(self) -> str:
        failed = f", {len(self.failed):,} failed" if self.failed else ""
        return (
            f"<MirrorReport {self.source} to {self.target}: {self.new_runs:,} of {self.runs:,} runs"
            f" new, {self.new_versions:,} of {self.versions:,} versions new,"
            f" {self.contents:,} contents ({human_size(self.size)}){failed}>"
        )

    def __str__(self) -> str:
        lines = [f"{path}: {reason}" for path, reason in self.failed[:SHOWN_FAILURES]]
        if (more := len(self.failed) - len(lines)) > 0:
            lines.append(f"... and {more:,} more in `failed`")
        return "\n  ".join([repr(self), *lines])
