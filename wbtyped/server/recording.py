"""What came in, for tests to look at."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Origin = Literal["api", "storage"]
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request as it came in.

    `operation_name`, `document` and `variables` are those of GraphQL requests, empty for others.
    `authorized` tells whether an Authorization header came along; the header itself is not kept,
    nor is the query of an address, which may hold a signature.
    """

    origin: Origin
    method: str
    path: str
    headers: Mapping[str, str]
    authorized: bool
    operation_name: str = ""
    document: str = ""
    variables: Mapping[str, object] | None = None


class RequestLog:
    """The latest requests, oldest first; beyond `limit` the oldest are forgotten.

    Safe to read while requests come in: iterating goes over what was there at the beginning.
    """

    def __init__(self, limit: int = 10_000) -> None:
        self._entries: deque[RecordedRequest] = deque(maxlen=limit)
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
        """Record a request."""
        if self.enabled:
            with self._lock:
                self._entries.append(request)

    def clear(self) -> None:
        """Forget everything so far."""
        with self._lock:
            self._entries.clear()

    def operations(self) -> list[str]:
        """Return the names of the GraphQL operations, in the order they came."""
        return [r.operation_name for r in self if r.document]
