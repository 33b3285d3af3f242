"""What became of the files of chunks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

from ...units import human_size


@dataclass(frozen=True, slots=True)
class FailedCopy:
    """A file that could not be copied, and why."""

    name: str
    reason: str
    is_retryable: bool = True
    """Whether another attempt may succeed."""


@dataclass(frozen=True, slots=True)
class CopyResult:
    """The outcome of copying files; results add up, by `+` and by `sum`.

    Example:
        >>> first, second = CopyResult(written=2, size=10), CopyResult(kept=1, size=5)
        >>> first + second
        <CopyResult 2 written, 1 kept, 0 failed, 15 B>
        >>> sum([first, second]).ok
        True
    """

    written: int = 0
    """Files that were copied."""
    kept: int = 0
    """Files that were in place with the right content."""
    size: int = 0
    """Bytes of both."""
    failed: tuple[FailedCopy, ...] = ()
    unverified: int = 0
    """Files of which the server knows no digest, so that only their size was checked."""
    workers: frozenset[str] = frozenset()
    """Host and process of each worker."""

    @property
    def ok(self) -> bool:
        """Whether every file is in place."""
        return not self.failed

    def __add__(self, other: object) -> "CopyResult":
        if not isinstance(other, CopyResult):
            return NotImplemented
        return CopyResult(
            self.written + other.written,
            self.kept + other.kept,
            self.size + other.size,
            self.failed + other.failed,
            self.unverified + other.unverified,
            self.workers | other.workers,
        )

    def __radd__(self, other: object) -> "CopyResult":
        # `sum` begins with 0.
        return self if other == 0 else NotImplemented

    def __repr__(self) -> str:
        counts = f"{self.written:,} written, {self.kept:,} kept, {len(self.failed):,} failed"
        return f"<CopyResult {counts}, {human_size(self.size)}>"

    def without_failed(self) -> "CopyResult":
        """Return the result of the files that are in place."""
        return replace(self, failed=())


def total(results: Iterable[CopyResult]) -> CopyResult:
    """Return the sum of results."""
    return reduce(add, results, CopyResult())
