"""Cursors and pages, as Relay has them."""

import base64
import binascii
from collections.abc import Sequence

from .refusals import Refusal

DEFAULT_PAGE = 50
"""Entries of a page when a query does not say."""


def node_id(kind: str, number: int | str) -> str:
    """Return the opaque id of an object."""
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def number_of(kind: str, opaque: str) -> int | None:
    """Return the number in an opaque id, or None when it is not of this kind."""
    try:
        prefix, _, number = base64.b64decode(opaque, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return int(number) if prefix == kind and number.isdecimal() else None


def cursor_of(key: str) -> str:
    """Return the cursor that means: after the entry with this key."""
    return base64.b64encode(b"after:" + key.encode()).decode()


def key_after(cursor: str | None) -> str | None:
    """Return the key in a cursor, or None for the beginning."""
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    word, colon, key = text.partition(":")
    if word != "after" or not colon:
        raise Refusal(f"invalid cursor {cursor!r}", status=400)
    return key


def page_size(first: int | None) -> int:
    """Return how many entries a page may have."""
    if first is None:
        return DEFAULT_PAGE
    if first < 0:
        raise Refusal("argument first must not be negative", status=400)
    return first


def connection(
    nodes: Sequence[dict[str, object]], keys: Sequence[str], *, more: bool
) -> dict[str, object]:
    """Return a page of a connection."""
    cursors = [cursor_of(key) for key in keys]
    edges = [{"node": n, "cursor": c} for n, c in zip(nodes, cursors, strict=True)]
    info = {
        "endCursor": cursors[-1] if cursors else None,
        "startCursor": cursors[0] if cursors else None,
        "hasNextPage": more,
        "hasPreviousPage": False,
    }
    return {"edges": edges, "pageInfo": info}
