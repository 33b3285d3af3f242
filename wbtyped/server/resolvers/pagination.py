"""Relay pagination: cursors, page sizes, and connections built from rows."""

import base64
from collections.abc import Callable, Mapping, Sequence
from sqlite3 import Row
from typing import TypeVar

from pydantic import TypeAdapter

from ..http_errors import HttpError
from ..node_ids import decode_opaque, parse_row_id
from ..time_limit import check_time_limit
from .nodes import Node

RowT = TypeVar("RowT")
KeyT = TypeVar("KeyT", int, str)
DEFAULT_PAGE_SIZE = 50
"""Entries of a page when a query does not set `first`."""
READ_PAGE_SIZE = 1000
"""Entries that are read at once on the way to the last ones."""
_node = TypeAdapter(dict[str, object])
_edges = TypeAdapter(list[dict[str, object]])


def page(
    rows_after: Callable[[KeyT | None, int], Sequence[RowT]],
    to_node: Callable[[RowT], Node],
    key: Callable[[RowT], KeyT],
    *,
    after: KeyT | None,
    first: int | None,
) -> Node:
    """Return a page of a connection whose rows are ordered by a key.

    `rows_after` returns at most so many rows after a key; None stands for the beginning.
    """
    size = page_size(first)
    rows = rows_after(after, size + 1)  # the extra row tells whether there is another page
    shown = rows[:size]
    return connection(
        [to_node(row) for row in shown],
        [str(key(row)) for row in shown],
        has_next=len(rows) > size,
        after=after,
    )


def counted_page(
    rows_after: Callable[[int | None, int], Sequence[Row]],
    count: Callable[[], int],
    to_node: Callable[[Row], Node],
    *,
    after: str | None,
    first: int | None,
    key: Callable[[Row], int] | None = None,
) -> Node:
    """Return a page of rows that are ordered by id, with the number of all if that is selected."""
    start = parse_id_cursor(after)
    shown = page(rows_after, to_node, key or row_id, after=start, first=first)

    def total_count(_: object) -> int:
        return count()

    return shown | {"totalCount": total_count}


def page_backward(resolve: Callable[..., Node]) -> Callable[..., Node | None]:
    """Return a resolver of a connection that also takes `last` and `before`.

    It reads the list from its start, page by page: clients page backward from there or never.
    """

    def resolve_page(
        node: object, info: object, *, before: str | None = None, last: int | None = None,
        first: int | None = None, after: str | None = None, **given: object,
    ) -> Node | None:  # fmt: skip
        if before is None and last is None:
            return resolve(node, info, first=first, after=after, **given)
        if first is not None and last is not None:
            raise HttpError("page forward or backward, not both", status=400)
        for size in (first, last):
            page_size(size)
        parse_cursor(before)
        found = resolve(node, info, first=READ_PAGE_SIZE, after=after, **given)
        edges, info_of_page = read_edges(found), read_info(found)
        while before not in (edge["cursor"] for edge in edges) and info_of_page["hasNextPage"]:
            check_time_limit()
            cursor = str(info_of_page["endCursor"])
            further = resolve(node, info, first=READ_PAGE_SIZE, after=cursor, **given)
            edges, info_of_page = edges + read_edges(further), read_info(further)
        cursors = [edge["cursor"] for edge in edges]
        end = cursors.index(before) if before in cursors else len(edges)
        start = max(end - last, 0) if last is not None else 0
        stop = end if first is None else min(start + first, end)
        page_info = {
            "startCursor": cursors[start] if stop > start else None,
            "endCursor": cursors[stop - 1] if stop > start else None,
            "hasPreviousPage": start > 0 or after is not None,
            "hasNextPage": stop < len(edges),
        }
        return found | {"edges": edges[start:stop], "pageInfo": page_info}

    return resolve_page


def read_edges(found: Node) -> list[Node]:
    """Return the edges of a connection."""
    return _edges.validate_python(found["edges"])


def read_info(found: Node) -> Node:
    """Return the `pageInfo` of a connection."""
    return _node.validate_python(found["pageInfo"])


def list_page(nodes: Sequence[Node], *, after: str | None, first: int | None) -> Node:
    """Return a page of nodes in memory, each known by its id."""
    start = parse_cursor(after)
    ids = [str(node["id"]) for node in nodes]
    begin = ids.index(start) + 1 if start in ids else 0
    end = begin + page_size(first)
    has_next = end < len(ids)
    return connection(nodes[begin:end], ids[begin:end], has_next=has_next, after=after)


def row_id(row: Row) -> int:
    """Return the key of rows that are ordered by id."""
    return int(row["id"])


def rows_page(
    rows: Sequence[Row], to_node: Callable[[Row], Node], *, after: str | None, first: int | None
) -> Node:
    """Return a page of rows in memory that are ordered by id, with the number of all of them."""

    def rows_after(start: int | None, limit: int) -> Sequence[Row]:
        return [row for row in rows if start is None or row["id"] > start][:limit]

    shown = page(rows_after, to_node, row_id, after=parse_id_cursor(after), first=first)
    return shown | {"totalCount": len(rows)}


def connection(
    nodes: Sequence[Node],
    keys: Sequence[str],
    *,
    has_next: bool = False,
    after: object = None,
) -> Node:
    """Return a connection; `after` is the key that the page starts after, if any."""
    cursors = [encode_cursor(key) for key in keys]
    edges = [{"node": node, "cursor": cursor} for node, cursor in zip(nodes, cursors, strict=True)]
    info = {
        "endCursor": cursors[-1] if cursors else None,
        "startCursor": cursors[0] if cursors else None,
        "hasNextPage": has_next,
        "hasPreviousPage": after is not None,
    }
    return {"edges": edges, "pageInfo": info}


def encode_cursor(key: str) -> str:
    """Return the cursor of the entry with this key."""
    return base64.b64encode(b"after:" + key.encode()).decode()


def parse_cursor(cursor: str | None) -> str | None:
    """Return the key in a cursor, or None for the beginning."""
    if not cursor:
        return None
    prefix, key = decode_opaque(cursor)
    if prefix != "after" or not key:
        raise HttpError(f"invalid cursor {cursor!r}", status=400)
    return key


def parse_id_cursor(cursor: str | None) -> int | None:
    """Return the row id in a cursor, or None for the beginning."""
    key = parse_cursor(cursor)
    if key is None:
        return None
    found = parse_row_id(key)
    if found is None:
        raise HttpError(f"invalid cursor {cursor!r}", status=400)
    return found


def page_size(first: int | None) -> int:
    """Return the maximum number of entries of a page."""
    if first is None:
        return DEFAULT_PAGE_SIZE
    if first < 0:
        raise HttpError("argument first must not be negative", status=400)
    return first


def reject_unsupported(arguments: Mapping[str, object]) -> None:
    """Reject arguments that the schema has but this server does not support.

    Ignoring them would return wrong data without a word.
    """
    given = [name for name, value in arguments.items() if value is not None]
    if given:
        raise HttpError(f"the embedded server does not support argument {given[0]}", status=501)
