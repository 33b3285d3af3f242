"""Every step that a run logged, read window by window.

Servers choose among the steps of a window that has more of them than were asked for, so a window
may not have more. How many it has is only known of a window with as few numbers, and if a run has
logged no more in all. Steps may be far apart: a step may be a time. So windows widen where there
are few steps, and the steps of a wide one count only if they are at most half as many as it could
have returned: no known way to choose returns fewer. Otherwise a narrower one is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .. import arguments
from ..transport.flow import Flow
from .history import (
    MAX_SAMPLES,
    STEP,
    HistoryExtent,
    Row,
    checked_keys,
    load_extent,
    load_rows,
    load_samples,
    with_first,
)
from .ref import RunRef

MAX_STEP = 2**62
MAX_GROWTH = 16
"""How many times wider a window may be than the one before."""


@dataclass(frozen=True, slots=True)
class HistoryScan:
    """All steps of a run from `min_step` to before `max_step`, and the metrics to read of them."""

    run: RunRef
    keys: Sequence[str]
    page_size: int
    min_step: int
    max_step: int | None
    only_narrow: bool = False
    """Read only windows with `page_size` numbers, for servers that return too few steps."""

    @classmethod
    def of(
        cls,
        run: RunRef,
        keys: Sequence[str] | None,
        page_size: int,
        min_step: int | None,
        max_step: int | None,
    ) -> "HistoryScan":
        """Check the arguments of a scan; raises UsageError."""
        arguments.whole_number("page_size", page_size, 1, MAX_SAMPLES)
        for name, step in (("min_step", min_step), ("max_step", max_step)):
            if step is not None:
                arguments.whole_number(name, step, 0, MAX_STEP)
        return cls(run, checked_keys(keys), page_size, min_step or 0, max_step)

    def start(self) -> Flow["HistoryPages"]:
        """Ask how much the run has logged, and return the pages of it."""
        return HistoryPages(self, (yield from load_extent(self.run)))


class HistoryPages:
    """The rows of a scan, a window at a time."""

    def __init__(self, scan: HistoryScan, extent: HistoryExtent) -> None:
        self._scan: HistoryScan = scan
        self._start: int = scan.min_step
        stop = extent.last_step + 1
        self._stop: int = stop if scan.max_step is None else min(stop, scan.max_step)
        self._is_one_page: bool = extent.lines is not None and extent.lines <= scan.page_size
        """Whether no window can have more than a page, as the run has no more steps."""
        self._width: int = self._first_width(extent)

    def _first_width(self, extent: HistoryExtent) -> int:
        """Return how many numbers have the right number of steps, if they are spread evenly."""
        page_size, span = self._scan.page_size, self._stop - self._start
        if self._scan.only_narrow or not extent.lines:
            return page_size
        if self._is_one_page:
            return max(span, page_size)
        return max(page_size, (extent.last_step + 1) * self._wanted // extent.lines)

    @property
    def _wanted(self) -> int:
        """How many steps a window should have, so that few have more than half a page."""
        return self._scan.page_size * 3 // 8

    def next_rows(self) -> Flow[list[Row] | None]:
        """Return the rows of the next window, in the order of the server; None at the end."""
        while self._start < self._stop:
            stop = min(self._start + self._width, self._stop)
            rows = yield from self._load(self._start, stop)
            if self._is_complete(rows, stop):
                self._widen(rows, stop)
                self._start = stop
                return rows
            self._narrow(rows, stop)
        return None

    def all_rows(self) -> Flow[list[Row]]:
        """Return all rows that are left."""
        rows: list[Row] = []
        while (found := (yield from self.next_rows())) is not None:
            rows += found
        return rows

    @property
    def narrow_windows(self) -> int:
        """How many windows of `page_size` numbers are left."""
        return -((self._start - self._stop) // self._scan.page_size)

    def _load(self, start: int, stop: int) -> Flow[list[Row]]:
        scan = self._scan
        if not scan.keys:
            return (yield from load_rows(scan.run, scan.page_size, start, stop))
        # Here, unlike in `history`, servers may take the bound as the last step: they return one
        # more, which belongs to the next window.
        spec = {
            "keys": with_first(STEP, scan.keys), "samples": scan.page_size + 1,
            "minStep": start, "maxStep": stop,
        }  # fmt: skip
        rows = yield from load_samples(scan.run, spec)
        return [row for row in rows if row.get(STEP) != stop]

    def _is_complete(self, rows: Sequence[Row], stop: int) -> bool:
        """Return True if a window cannot have more steps than were returned."""
        page_size = self._scan.page_size
        is_narrow = stop - self._start <= page_size
        return is_narrow or self._is_one_page or len(rows) <= page_size // 2

    def _widen(self, rows: Sequence[Row], stop: int) -> None:
        """Choose the width of the next window, by how close the steps in this one are."""
        widest, fitting = self._width * MAX_GROWTH, self._width
        if not rows:
            fitting = widest
        elif isinstance(step := rows[0].get(STEP), int):
            fitting = (stop - step) * self._wanted // len(rows)  # without the gap before them
        if not self._scan.only_narrow:
            self._width = max(self._scan.page_size, min(fitting, widest))

    def _narrow(self, rows: Sequence[Row], stop: int) -> None:
        """Choose a window with about a quarter of the steps, as far as the returned ones show."""
        step, width = rows[len(rows) // 4].get(STEP), self._width // 4
        if isinstance(step, int) and self._start <= step < stop:
            width = step - self._start
        self._width = max(self._scan.page_size, width)
