"""Join ranges of a file that lie near each other, so that they take one request."""

from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_GAP_BYTES = 64 * 1024
"""Bytes between two ranges that are fetched along: they take less time than another request."""
MAX_MERGED_BYTES = 16 * 1024 * 1024
"""The size up to which ranges are joined."""


@dataclass(slots=True)
class MergedRange:
    """Bytes to fetch, and which of the requested ranges they contain, by their numbers."""

    start: int
    stop: int
    members: list[int] = field(default_factory=list[int])


def merge_ranges(
    ranges: Sequence[tuple[int, int]], max_gap: int = MAX_GAP_BYTES
) -> list[MergedRange]:
    """Return the bytes to fetch for some ranges of a file; empty ranges need none."""
    merged: list[MergedRange] = []
    for number in sorted(range(len(ranges)), key=lambda number: ranges[number]):
        start, stop = ranges[number]
        if stop <= start:
            continue
        last = merged[-1] if merged else None
        if (
            last is None
            or start > last.stop + max_gap
            or max(stop, last.stop) - last.start > MAX_MERGED_BYTES
        ):
            merged.append(MergedRange(start, stop, [number]))
        else:
            last.stop = max(stop, last.stop)
            last.members.append(number)
    return merged
