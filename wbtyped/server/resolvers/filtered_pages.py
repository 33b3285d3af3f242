"""Pages of records that no index filters and sorts."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from typing import Generic, TypeVar

from ..context import Context
from ..filters import Fields, Order, compile_filter, compile_order
from ..sorted_views import (
    Identified,
    Position,
    SortedView,
    Source,
    parse_position,
    position,
    write_cursor,
)
from ..time_limit import check_time_limit
from .nodes import Node
from .pagination import connection, page_size, parse_cursor

RecordT = TypeVar("RecordT", bound=Identified)


@dataclass(frozen=True)
class FoundPage(Generic[RecordT]):
    """The records on a page, and what its connection says about the others."""

    records: Sequence[RecordT]
    cursors: Sequence[str]
    total: int
    has_next: bool


def view_page(
    view: SortedView[RecordT], source: Source[RecordT], *, after: str | None, first: int | None
) -> FoundPage[RecordT]:
    """Return the page of a view that a query asks for."""
    return found_page(view, source, parse_cursor(after), page_size(first))


def found_page(
    view: SortedView[RecordT], source: Source[RecordT], cursor: str | None, size: int
) -> FoundPage[RecordT]:
    """Return a page of a view; only the records on it are read."""
    places, has_next = view.page(cursor, size)
    records = {record.id: record for record in source.by_ids([place[-1] for place in places])}
    shown = [place for place in places if place[-1] in records]
    cursors = [write_cursor(place) for place in shown]
    return FoundPage([records[place[-1]] for place in shown], cursors, len(view), has_next)


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
) -> Node:
    """Return a page of the records that match a filter."""
    sorting = compile_order(order, fields, default_order)
    cursor = parse_cursor(after)
    found = sorted_page(matching(records, fields, filters), sorting, cursor, page_size(first))
    return page_node(found, to_node, cursor)


def catalog_page(
    context: Context,
    source: Source[RecordT],
    fields: Fields[RecordT],
    to_node: Callable[[RecordT], Node],
    *,
    chosen_by: Sequence[object],
    order: str | None,
    default_order: str,
    filters: str | None,
    after: str | None,
    first: int | None,
) -> Node:
    """Return a page of a list in the catalog; `chosen_by` tells it from other such lists.

    The list is read again when anything in the catalog has changed.
    """
    if context.access.limited:
        # What a user may see also changes with teams and roles.
        return filtered_page(
            source.scan(), fields, to_node,
            order=order, default_order=default_order, filters=filters, after=after, first=first,
        )  # fmt: skip
    sorting = compile_order(order, fields, default_order)
    matches = compile_filter(filters, fields)
    view = context.views.view(source, json.dumps([*chosen_by, filters]), matches, sorting)
    found = view_page(view, source, after=after, first=first)
    return page_node(found, to_node, parse_cursor(after))


def page_node(
    found: FoundPage[RecordT], to_node: Callable[[RecordT], Node], after: str | None
) -> Node:
    """Return the connection of a page, with the number of all records."""
    nodes = [to_node(record) for record in found.records]
    shown = connection(nodes, found.cursors, has_next=found.has_next, after=after)
    return shown | {"totalCount": found.total}


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
