"""Lists that are filtered, or sorted by what no index has: read once, and then kept up to date.

A page costs the same wherever it is, since only the first one reads all rows. The rows that have
changed since are read again for the next page.
"""

import json
import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from .changes import Changes, ListKind
from .comparisons import FieldValue
from .filters import Order
from .http_errors import HttpError
from .time_limit import check_time_limit

KEPT_ENTRIES = 500_000
"""Entries of all views of a server; each takes about 200 bytes."""
REREAD_ROWS = 2_000
"""Changes beyond which a view is read anew, which takes less time than to move each row."""


class Identified(Protocol):
    """A record with the row id that orders equal ones."""

    @property
    def id(self) -> int:
        """The row id."""
        ...


RecordT = TypeVar("RecordT", bound=Identified)
SortValue = str | int | float | None
Position = tuple[int, int | float, str, int]
"""Position of a record in the order: the rank of its kind of value, a number or 0, a string or the
empty one, and its id."""
NUMBER, STRING = 0, 1
"""Ranks of kinds of values; what is neither comes last."""
_cursor = TypeAdapter(tuple[SortValue, int])


ViewKey = tuple[ListKind, int, str | None, str, bool]
"""A list, the filter, and the order."""


@dataclass(frozen=True, slots=True)
class Source(Generic[RecordT]):
    """Where the records of a list come from."""

    kind: ListKind
    parent_id: int
    scan: Callable[[], Iterable[RecordT]]
    by_ids: Callable[[Sequence[int]], Iterable[RecordT]]


class SortedView(Generic[RecordT]):
    """The positions of the records that match a filter, in order."""

    def __init__(self, matches: Callable[[RecordT], bool] | None, order: Order[RecordT]) -> None:
        self._matches = matches
        self._order = order
        self._sorted: list[Position] = []
        self._by_id: dict[int, Position] = {}
        self._stamp: int | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._sorted)

    def refresh(self, source: Source[RecordT], changes: Changes) -> None:
        """Read the records, or those that have changed."""
        with self._lock:
            # Before the rows: one that changes meanwhile is read again the next time.
            last = changes.last(source.kind, source.parent_id)
            if self._stamp == last:
                return
            changed: list[int] | None = None
            if self._stamp is not None:
                changed = changes.between(source.kind, source.parent_id, self._stamp, last)
            if changed is None or len(changed) > REREAD_ROWS:
                self._read_all(source.scan())
            else:
                self._read_again(changed, source.by_ids(changed))
            self._stamp = last

    def _read_all(self, records: Iterable[RecordT]) -> None:
        found = {record.id: place for record in records if (place := self._place(record))}
        self._by_id, self._sorted = found, sorted(found.values())

    def _read_again(self, changed: Iterable[int], records: Iterable[RecordT]) -> None:
        for record_id in changed:
            place = self._by_id.pop(record_id, None)
            if place is not None:
                del self._sorted[bisect_left(self._sorted, place)]
        for record in records:
            if place := self._place(record):
                self._by_id[record.id] = place
                insort(self._sorted, place)

    def _place(self, record: RecordT) -> Position | None:
        """Return the position of a record, or None if it does not match."""
        check_time_limit()
        if self._matches is not None and not self._matches(record):
            return None
        order = self._order
        return position(order.read(record), record.id, descending=order.descending)

    def page(self, cursor: str | None, size: int) -> tuple[list[Position], bool]:
        """Return the positions after a cursor, and whether there are more."""
        descending = self._order.descending
        start = None if cursor is None else parse_position(cursor, descending=descending)
        with self._lock:
            if descending:
                end = len(self) if start is None else bisect_left(self._sorted, start)
                return self._sorted[max(end - size, 0) : end][::-1], end > size
            begin = 0 if start is None else bisect_right(self._sorted, start)
            return self._sorted[begin : begin + size], begin + size < len(self)


class SortedViews:
    """The views of a server that were used last."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._views: dict[ViewKey, Any] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._views)

    def clear(self) -> None:
        """Forget all views."""
        with self._lock:
            self._views.clear()

    def view(
        self,
        source: Source[RecordT],
        filters: str | None,
        matches: Callable[[RecordT], bool] | None,
        order: Order[RecordT],
    ) -> SortedView[RecordT]:
        """Return a view that is up to date; `matches` is the filter that `filters` describes."""
        key = (source.kind, source.parent_id, filters, order.key, order.descending)
        with self._lock:
            known: SortedView[RecordT] | None = self._views.pop(key, None)  # to be the last one
            view = SortedView(matches, order) if known is None else known
            self._views[key] = view
        view.refresh(source, self._changes)
        self._forget_others()
        return view

    def count(
        self,
        source: Source[RecordT],
        filters: str | None,
        matches: Callable[[RecordT], bool] | None,
        order: Order[RecordT],
    ) -> int:
        """Return how many records match, by any view of these filters; `order` is for a new one."""
        wanted = (source.kind, source.parent_id, filters)
        with self._lock:
            known = next((view for key, view in self._views.items() if key[:3] == wanted), None)
        view = known or self.view(source, filters, matches, order)
        view.refresh(source, self._changes)
        return len(view)

    def _forget_others(self) -> None:
        """Forget the views that were used longest ago, if all together are too large."""
        with self._lock:
            kept = 0
            for key in reversed([*self._views]):
                kept += len(self._views[key])
                if kept > KEPT_ENTRIES and key != next(reversed(self._views)):
                    del self._views[key]


def position(value: FieldValue, record_id: int, *, descending: bool) -> Position:
    """Return where a record belongs: numbers, then strings, then those without a value."""
    if isinstance(value, str):
        return STRING, 0, value, record_id
    # NaN differs from itself.
    if isinstance(value, int | float) and value == value:
        return NUMBER, value, "", record_id
    return -1 if descending else 2, 0, "", record_id


def write_cursor(place: Position) -> str:
    """Return the key of a position in a cursor."""
    rank, number, text, record_id = place
    value = number if rank == NUMBER else text if rank == STRING else None
    return json.dumps([value, record_id])


def parse_position(key: str, *, descending: bool) -> Position:
    """Return the position in a cursor."""
    try:
        value, record_id = _cursor.validate_json(key)
    except ValidationError as error:
        raise HttpError("invalid cursor", status=400) from error
    return position(value, record_id, descending=descending)
