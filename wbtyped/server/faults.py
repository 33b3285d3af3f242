"""Faults: what the server does wrong on request."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, get_args

from .. import arguments
from ..errors import UsageError

RequestKind = Literal["graphql", "file", "file-stream", "storage-get", "storage-put"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault for one kind of request.

    Latency can be combined with every other effect, and effects on the body with each other.

    Raises UsageError for an effect that the kind of request cannot have.
    """

    kind: RequestKind
    """Kind of request: `graphql`, `file` (file URLs of the API, which redirect to storage),
    `file-stream` (what a run logs while it runs), `storage-get` or `storage-put`."""
    operation: str | None = None
    """Name of the GraphQL operation; by default every operation."""
    path: str | None = None
    """Substring of the path; by default every path."""
    skip: int = 0
    """Number of matching requests to spare first."""
    times: int | None = None
    """Number of requests to affect after that; by default all."""
    latency: float = 0.0
    """Seconds to wait before handling the request."""
    status: int | None = None
    """Respond with this HTTP status instead."""
    retry_after: str | None = None
    """`Retry-After` header of that response."""
    body: bytes = b""
    """Body of that response."""
    content_type: str = "text/plain"
    """Content type of that body."""
    redirect: str | None = None
    """Respond with a redirect to this URL."""
    expired: bool = False
    """Treat the signed URL as expired."""
    introspection_off: bool = False
    """Return null for `__schema` and `__type`, as servers do that hide their schema."""
    cut_before_headers: bool = False
    """Close the connection without a response."""
    cut_in_headers: bool = False
    """Close the connection in the middle of the response headers."""
    stall_after: int | None = None
    """Stop sending after this many bytes of the response body, but keep the connection open."""
    rate: float | None = None
    """Bytes of the body per second, on each connection."""
    gzip: bool = False
    """Compress the body; can be combined with cutting and shortening it."""
    cut_after: int | None = None
    """Close the connection after this many bytes of the response body; for `storage-put`, of the
    upload."""
    corrupt: bool = False
    """Change bytes of the body, but not its length."""
    shorten: int = 0
    """Drop this many bytes from the end of the body, and announce the shorter length."""
    lengthen: int = 0
    """Append this many zero bytes to the body, and announce the longer length."""
    hits: int = field(default=0, init=False)
    """Number of requests affected so far."""
    seen: int = field(default=0, init=False)
    """Number of matching requests so far."""

    def __post_init__(self) -> None:
        arguments.one_of("kind", self.kind, get_args(RequestKind))
        self._check_types()
        graphql, storage = self.kind == "graphql", self.kind.startswith("storage")
        if (self.operation is not None or self.introspection_off) and not graphql:
            raise UsageError(
                f"a fault for {self.kind} requests cannot have operation or introspection_off"
            )
        if self.expired and not storage:
            raise UsageError(
                f"a fault for {self.kind} requests cannot have expired: they have no signed URL"
            )
        numbers = self.skip, self.times or 0, self.latency, self.cut_after or 0
        if min(*numbers, self.stall_after or 0) < 0 or (self.rate is not None and self.rate <= 0):
            raise UsageError("numbers of a fault must not be negative, and rate must be positive")

    def _check_types(self) -> None:
        arguments.check_optional_strings(
            operation=self.operation, path=self.path, retry_after=self.retry_after,
            redirect=self.redirect,
        )  # fmt: skip
        arguments.check_strings(content_type=self.content_type)
        arguments.instance("body", self.body, bytes)
        arguments.check_flags(
            expired=self.expired, introspection_off=self.introspection_off, gzip=self.gzip,
            cut_before_headers=self.cut_before_headers, cut_in_headers=self.cut_in_headers,
            corrupt=self.corrupt,
        )  # fmt: skip
        for name in ("times", "status", "stall_after", "cut_after"):
            value: object = getattr(self, name)
            if value is not None:
                arguments.instance(name, value, int, "a whole number or None")
        for name in ("skip", "shorten", "lengthen"):
            arguments.whole_number(name, getattr(self, name), 0)
        arguments.instance("latency", self.latency, (int, float), "a number of seconds")
        if self.rate is not None:
            arguments.instance("rate", self.rate, (int, float), "a number or None")

    def matches(self, kind: RequestKind, operation: str, path: str) -> bool:
        """Return True if a request is of the kind that this fault is for."""
        return (
            self.kind == kind
            and self.operation in {None, operation}
            and (self.path is None or self.path in path)
        )


class Faults:
    """The active faults; can be changed while requests are running."""

    def __init__(self) -> None:
        self._active: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Activate a fault until it is removed."""
        with self._lock:
            self._active.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Deactivate a fault."""
        with self._lock:
            self._active = [other for other in self._active if other is not fault]

    def clear(self) -> None:
        """Deactivate all faults."""
        with self._lock:
            self._active.clear()

    @contextmanager
    def active(self, fault: Fault) -> Generator[Fault]:
        """Activate a fault for a `with` block."""
        self.add(fault)
        try:
            yield fault
        finally:
            self.remove(fault)

    def take(self, kind: RequestKind, operation: str, path: str) -> Fault | None:
        """Return the first fault that applies to a request, and count it."""
        with self._lock:
            for fault in self._active:
                if not fault.matches(kind, operation, path):
                    continue
                fault.seen += 1
                exhausted = fault.times is not None and fault.hits >= fault.times
                if fault.seen > fault.skip and not exhausted:
                    fault.hits += 1
                    return fault
        return None
