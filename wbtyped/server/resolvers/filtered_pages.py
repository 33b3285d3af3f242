"""Pages of records that are filtered and sorted in memory."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from typing import Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from ..comparisons import FieldValue
from ..filters import Fields, Order, compile_filter, compile_order
from ..http_errors import HttpError
from ..time_limit import check_time_limit
from .nodes import Node
from .pagination import connection, page_size, parse_cursor


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


@dataclass(frozen=True)
class FoundPage(Generic[RecordT]):
    """The records on a page, and what its connection says about the others."""

    records: Sequence[RecordT]
    cursors: Sequence[str]
    total: int
    has_next: bool


def filtered_page(
    records: Iterable[RecordT],
    fields: Fields[RecordT],
    to_node: Callable[[RecordT], Node],
    *,
    order: str | None,
    default_order: str,
    filters: str | None,
    after: str | None,
    first: int | None,
) -> tuple[Node, Sequence[RecordT]]:
    """Return a page of the records that match a filter, and the records on it."""
    sorting = compile_order(order, fields, default_order)
    cursor = parse_cursor(after)
    found = sorted_page(matching(records, fields, filters), sorting, cursor, page_size(first))
    shown = connection(
        [to_node(record) for record in found.records],
        found.cursors,
        has_next=found.has_next,
        after=cursor,
    )
    return shown | {"totalCount": found.total}, found.records


def matching(
    records: Iterable[RecordT], fields: Fields[RecordT], filters: str | None
) -> Iterator[RecordT]:
    """Return the records that match a filter; a malformed filter is rejected at once."""
    matches = compile_filter(filters, fields)

    def found() -> Iterator[RecordT]:
        for record in records:
            check_time_limit()
            if matches is None or matches(record):
                yield record

    return found()


def sorted_page(
    records: Iterable[RecordT], order: Order[RecordT], cursor: str | None, size: int
) -> FoundPage[RecordT]:
    """Return the records after a cursor, in order; only those of one page are kept in memory."""
    start = None if cursor is None else parse_position(cursor, descending=order.descending)
    total = 0

    def after_start() -> Iterator[tuple[Position, RecordT]]:
        nonlocal total
        for record in records:
            total += 1
            place = position(order.read(record), record.id, descending=order.descending)
            if start is None or (place < start if order.descending else place > start):
                yield place, record

    select = nlargest if order.descending else nsmallest
    found = select(size + 1, after_start(), key=lambda pair: pair[0])
    shown = found[:size]
    cursors = [write_cursor(place) for place, _ in shown]
    return FoundPage([record for _, record in shown], cursors, total, len(found) > size)


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
