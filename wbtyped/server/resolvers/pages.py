"""Pages of rows that were filtered and sorted in memory."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cmp_to_key
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ..filters import Record, matches, parsed, sort_key
from ..refusals import Refusal
from ..relay import connection, key_after, page_size
from ..time_limit import check
from .nodes import Node

RowT = TypeVar("RowT")


def filtered_page(
    rows: Sequence[RowT],
    record: Callable[[RowT], Record],
    node: Callable[[RowT], Node],
    *,
    order: tuple[str | None, Mapping[str, str], str],
    filters: str | None,
    after: str | None,
    first: int | None,
) -> tuple[Node, Sequence[RowT]]:
    """Return a page of the rows that fit, and its rows. Every record has a unique `id`."""
    condition = parsed(filters)
    column, downwards = sort_key(*order)
    fitting: list[tuple[Place, RowT]] = []
    for row in rows:
        check()
        if matches(condition, found := record(row)):
            fitting.append((sort_text(found, column), row))
    total = len(fitting)
    fitting.sort(key=lambda pair: cmp_to_key(compared)(pair[0]), reverse=downwards)
    start = key_after(after)
    if start is not None:
        place = placed(start)
        fitting = [
            pair for pair in fitting if compared(pair[0], place) * (-1 if downwards else 1) > 0
        ]
    page = fitting[: page_size(first)]
    nodes = [node(row) for _, row in page]
    keys = [json.dumps(place) for place, _ in page]
    more = len(fitting) > len(page)
    shown = connection(nodes, keys, more=more, start=start) | {"totalCount": total}
    return shown, [row for _, row in page]


Place = list[str | int | float | None]
_place = TypeAdapter(tuple[str | int | float | None, int])


def sort_text(record: Record, column: str) -> Place:
    """Return where a record stands: the value it is sorted by, then its id."""
    value, number = record[column], record["id"]
    assert isinstance(number, int)  # noqa: S101 - every record of ours has one
    return [value if isinstance(value, str | int | float) else None, number]


def placed(key: str) -> Place:
    """Return the place in a cursor."""
    try:
        return [*_place.validate_json(key)]
    except ValidationError as error:
        raise Refusal("invalid cursor", status=400) from error


def compared(left: Place, right: Place) -> int:
    """Compare two places; what has no value comes first."""
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
