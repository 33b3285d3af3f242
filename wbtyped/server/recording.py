"""What came in, for tests to look at."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Origin = Literal["api", "storage"]
SECRET_HEADERS = frozenset({"authorization", "cookie"})


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request as it came in.

    `operation_name`, `document` and `variables` are those of GraphQL requests, empty for others.
    `authorized` tells whether an Authorization header came along; the header itself is not kept.
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
    """The latest requests, oldest first; the very old are forgotten."""

    def __init__(self, limit: int = 10_000) -> None:
        self._entries: deque[RecordedRequest] = deque(maxlen=limit)
        self.enabled = True
        """Set to False to record nothing."""

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[RecordedRequest]:
        return iter(list(self._entries))

    def __getitem__(self, index: int) -> RecordedRequest:
        return self._entries[index]

    def add(self, request: RecordedRequest) -> None:
        """Record a request."""
        if self.enabled:
            self._entries.append(request)

    def clear(self) -> None:
        """Forget everything so far."""
        self._entries.clear()

    def operations(self) -> list[str]:
        """Return the names of the GraphQL operations, in the order they came."""
        return [r.operation_name for r in self if r.document]
