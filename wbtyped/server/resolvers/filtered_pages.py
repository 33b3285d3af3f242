"""Pages of rows that are filtered and sorted in memory."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cmp_to_key
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ..filters import Record, matches, parse_filter, parse_order
from ..http_errors import HttpError
from ..time_limit import check_time_limit
from .nodes import Node
from .pagination import connection, page_size, parse_cursor

RowT = TypeVar("RowT")
Position = list[str | int | float | None]
"""Position of a row in the order: the value that it is sorted by, and its id."""
_position = TypeAdapter(tuple[str | int | float | None, int])


def filtered_page(
    rows: Sequence[RowT],
    record: Callable[[RowT], Record],
    to_node: Callable[[RowT], Node],
    *,
    order: tuple[str | None, Mapping[str, str], str],
    filters: str | None,
    after: str | None,
    first: int | None,
) -> tuple[Node, Sequence[RowT]]:
    """Return a page of the rows that match a filter, and the rows on it.

    `record` returns what filters and orders see of a row; every record has a unique `id`.
    """
    field, descending = parse_order(*order)
    matching = matching_positions(rows, record, filters, field)
    total = len(matching)
    matching.sort(key=lambda pair: cmp_to_key(compare_positions)(pair[0]), reverse=descending)
    cursor = parse_cursor(after)
    if cursor is not None:
        start, sign = parse_position(cursor), -1 if descending else 1
        matching = [pair for pair in matching if compare_positions(pair[0], start) * sign > 0]
    shown = matching[: page_size(first)]
    found_page = connection(
        [to_node(row) for _, row in shown],
        [json.dumps(found) for found, _ in shown],
        has_next=len(matching) > len(shown),
        after=cursor,
    )
    return found_page | {"totalCount": total}, [row for _, row in shown]


def matching_positions(
    rows: Sequence[RowT], record: Callable[[RowT], Record], filters: str | None, field: str
) -> list[tuple[Position, RowT]]:
    """Return the rows that match a filter, each with its position."""
    condition = parse_filter(filters)
    matching: list[tuple[Position, RowT]] = []
    for row in rows:
        check_time_limit()
        if matches(condition, found := record(row)):
            matching.append((position(found, field), row))
    return matching


def position(record: Record, field: str) -> Position:
    """Return the position of a record when sorted by a field."""
    value, record_id = record[field], record["id"]
    assert isinstance(record_id, int)  # noqa: S101 - every record of ours has one
    return [value if isinstance(value, str | int | float) else None, record_id]


def parse_position(key: str) -> Position:
    """Return the position in a cursor."""
    try:
        return [*_position.validate_json(key)]
    except ValidationError as error:
        raise HttpError("invalid cursor", status=400) from error


def compare_positions(left: Position, right: Position) -> int:
    """Return a negative number, 0 or a positive number, as `cmp_to_key` expects; nulls first."""
    for a, b in zip(left, right, strict=True):
        if a == b:
            continue
        if a is None or b is None:
            return -1 if a is None else 1
        if isinstance(a, str) and isinstance(b, str):
            return -1 if a < b else 1
        if isinstance(a, int | float) and isinstance(b, int | float):
            return -1 if a < b else 1
        return -1 if str(a) < str(b) else 1
    return 0
