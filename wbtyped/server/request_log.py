"""Recorded requests, for tests to inspect."""

import logging
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Literal

from starlette.datastructures import Headers
from starlette.types import Scope

from .graphql_request import GraphQLRequest, parse_body
from .limits import (
    DOCUMENT_CHARACTERS,
    RECORDED_BODY_BYTES,
    RECORDED_BYTES,
    RECORDED_PATH_CHARACTERS,
)

Origin = Literal["api", "storage"]
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request as it was received.

    `operation_name`, `document` and `variables` are those of a GraphQL request, else empty.
    `authorized` is True if there was an Authorization header; the header itself is not recorded,
    nor is the query string, which may contain a signature. Of a request without a valid key or
    signature, only method and path are recorded.
    """

    origin: Origin
    method: str
    path: str
    headers: Mapping[str, str]
    authorized: bool
    operation_name: str = ""
    document: str = ""
    body: bytes = field(default=b"", repr=False)
    """The whole GraphQL request; empty when it is larger than 1 MiB."""

    @property
    def variables(self) -> Mapping[str, object] | None:
        """Variables of a GraphQL request; None if it is larger than 1 MiB."""
        return parse_body(self.body).variables

    @property
    def size(self) -> int:
        """Approximate size of this object in memory, in bytes."""
        texts = (self.path, self.operation_name, self.document, *self.headers.values())
        return sum(map(getsizeof, (self.body, *texts, *self.headers)))


def make_record(
    scope: Scope, origin: Origin, request: GraphQLRequest, body: bytes, *, authorized: bool
) -> RecordedRequest:
    """Return the record of a request; it is almost empty unless the request is authorized."""
    headers = Headers(scope=scope)
    shown = {k: v for k, v in headers.items() if k not in SECRET_HEADERS} if authorized else {}
    return RecordedRequest(
        origin=origin,
        method=scope["method"],
        path=scope["path"][:RECORDED_PATH_CHARACTERS],
        headers=shown,
        authorized="authorization" in headers,
        operation_name=request.operation_name[:RECORDED_PATH_CHARACTERS],
        document=request.query[:DOCUMENT_CHARACTERS],
        body=body if len(body) <= RECORDED_BODY_BYTES else b"",
    )


class RequestLog:
    """The latest requests, oldest first; the oldest are dropped.

    Keeps at most `limit` requests and `size_limit` bytes of them. Can be read while requests
    arrive: an iterator yields what was there when it was created.
    """

    def __init__(self, limit: int = 10_000, size_limit: int = RECORDED_BYTES) -> None:
        self._entries: deque[RecordedRequest] = deque()
        self._limit, self._size_limit = limit, size_limit
        self._size = 0
        self._lock = threading.Lock()
        self.enabled = True
        """Set to False to record nothing."""

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[RecordedRequest]:
        with self._lock:
            entries = list(self._entries)
        return iter(entries)

    def __getitem__(self, index: int) -> RecordedRequest:
        with self._lock:
            return self._entries[index]

    def add(self, request: RecordedRequest) -> None:
        """Record a request, and log it at level INFO."""
        if not self.enabled:
            return
        fields = request.origin, request.method, request.path, request.operation_name
        # Escaped with %a, since a client may put anything in both, such as line breaks.
        _logger.info("%s %s %a %a", *fields)
        with self._lock:
            self._entries.append(request)
            self._size += request.size
            while len(self._entries) > self._limit or self._size > self._size_limit:
                self._size -= self._entries.popleft().size

    def clear(self) -> None:
        """Remove all records."""
        with self._lock:
            self._entries.clear()
            self._size = 0

    def operations(self) -> list[str]:
        """Return the names of the GraphQL operations, in order of arrival."""
        return [r.operation_name for r in self if r.document]
