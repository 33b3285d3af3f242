"""Connections on which a server has sent more than its response.

httpx would take the rest for the response to the next request. A file would count as uploaded that
storage never got.
"""

from collections.abc import Iterable, Iterator
from typing import cast

import h11

from .httpx_import import httpx


def with_surplus(transport: httpx.HTTPTransport | httpx.AsyncHTTPTransport) -> Iterator[object]:
    """Yield the connections of a transport that are idle, but hold bytes that nobody asked for.

    The attributes used here are private to httpx and httpcore; a test fails if they are renamed.
    """
    pool: object = getattr(transport, "_pool", None)
    for connection in cast("Iterable[object]", getattr(pool, "connections", ())):
        state = h11_state(connection)
        if state is not None and state.their_state is h11.IDLE and state.trailing_data[0]:
            yield connection


def h11_state(connection: object) -> h11.Connection | None:
    """Return the state of an HTTP/1.1 connection, also of one through a proxy."""
    inner: object = connection
    while inner is not None:
        state: object = getattr(inner, "_h11_state", None)
        if isinstance(state, h11.Connection):
            return state
        inner = getattr(inner, "_connection", None)
    return None
