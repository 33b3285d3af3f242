"""Ids, cursors and pages, as Relay has them."""

import base64
from collections.abc import Mapping, Sequence

from .refusals import Refusal

DEFAULT_PAGE = 50
"""Entries of a page when a query does not say."""
LARGEST_ROW = 2**63 - 1


def node_id(kind: str, number: int | str) -> str:
    """Return the opaque id of an object."""
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def decoded(opaque: str) -> tuple[str, str]:
    """Return what stands before and after the colon of an opaque text; empty when it is none."""
    try:
        before, _, after = base64.b64decode(opaque, validate=True).decode().partition(":")
    except ValueError:  # no base64, no ASCII or no UTF-8
        return "", ""
    return before, after


def number_of(kind: str, opaque: str) -> int | None:
    """Return the number in an opaque id, or None when it is not of this kind."""
    before, number = decoded(opaque)
    return row_number(number) if before == kind else None


def row_number(digits: str) -> int | None:
    """Return the number of a row, or None when it is none; Python reads at most 4,300 digits."""
    if not digits.isdecimal() or len(digits) > 19 or int(digits) > LARGEST_ROW:
        return None
    return int(digits)


def cursor_of(key: str) -> str:
    """Return the cursor that means: after the entry with this key."""
    return base64.b64encode(b"after:" + key.encode()).decode()


def key_after(cursor: str | None) -> str | None:
    """Return the key in a cursor, or None for the beginning."""
    if not cursor:
        return None
    word, key = decoded(cursor)
    if word != "after" or not key:
        raise Refusal(f"invalid cursor {cursor!r}", status=400)
    return key


def number_after(cursor: str | None) -> int | None:
    """Return the key in a cursor over rows that are in the order of their numbers."""
    key = key_after(cursor)
    if key is None:
        return None
    number = row_number(key)
    if number is None:
        raise Refusal(f"invalid cursor {cursor!r}", status=400)
    return number


def page_size(first: int | None) -> int:
    """Return how many entries a page may have."""
    if first is None:
        return DEFAULT_PAGE
    if first < 0:
        raise Refusal("argument first must not be negative", status=400)
    return first


def refuse_other(arguments: Mapping[str, object]) -> None:
    """Refuse arguments that the schema knows and this server does not, rather than ignore them."""
    given = [name for name, value in arguments.items() if value is not None]
    if given:
        raise Refusal(f"the embedded server does not know argument {given[0]}", status=501)


def connection(
    nodes: Sequence[Mapping[str, object]], keys: Sequence[str], *, more: bool, start: object = None
) -> dict[str, object]:
    """Return a page of a connection; `start` is what it began after, if it did."""
    cursors = [cursor_of(key) for key in keys]
    edges = [{"node": n, "cursor": c} for n, c in zip(nodes, cursors, strict=True)]
    info = {
        "endCursor": cursors[-1] if cursors else None,
        "startCursor": cursors[0] if cursors else None,
        "hasNextPage": more,
        "hasPreviousPage": start is not None,
    }
    return {"edges": edges, "pageInfo": info}
