"""Ways in which the server can be told to misbehave."""

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
    """One kind of misbehaviour, for one kind of request.

    `kind` is the request: `graphql`, `file` (the API's own address of a file, which redirects),
    `file-stream` (what a run logs while it runs), `storage-get` or `storage-put`. `operation`
    narrows GraphQL to one operation, `path` any request to those whose path contains it. The first
    `skip` requests that fit are spared, the next `times` are hit; None hits all. Latency goes with
    every other effect, and those that change a body go with each other. Raises UsageError for an
    effect that the kind of request cannot have.
    """

    kind: RequestKind
    operation: str | None = None
    path: str | None = None
    skip: int = 0
    times: int | None = None
    latency: float = 0.0
    """Seconds before anything is answered."""
    status: int | None = None
    """Answer with this HTTP status and nothing else."""
    retry_after: str | None = None
    """`Retry-After` of that answer."""
    body: bytes = b""
    """Body of that answer."""
    content_type: str = "text/plain"
    """Type of that body."""
    redirect: str | None = None
    """Answer with a redirect to this address."""
    expired: bool = False
    """Treat the signed address as expired."""
    introspection_off: bool = False
    """Answer `__schema` and `__type` with null, as servers do that hide their schema."""
    cut_before_headers: bool = False
    """Close the connection instead of answering."""
    cut_in_headers: bool = False
    """Close the connection in the middle of the answer's headers."""
    stall_after: int | None = None
    """Send nothing more after this many bytes of the answer's body, and keep the connection."""
    rate: float | None = None
    """Bytes of the body a second, on each connection."""
    gzip: bool = False
    """Compress the body, which goes with cutting and shortening it."""
    cut_after: int | None = None
    """Close the connection after this many bytes of the answer's body; for `storage-put`, after so
    many bytes of the upload."""
    corrupt: bool = False
    """Change bytes of the body; its length stays."""
    shorten: int = 0
    """Leave this many bytes off the end of the body, and announce the shorter length."""
    lengthen: int = 0
    """Add this many zero bytes to the end of the body, and announce the longer length."""
    hits: int = field(default=0, init=False)
    """How many requests it has hit so far."""
    seen: int = field(default=0, init=False)
    """How many requests have fitted so far."""

    def __post_init__(self) -> None:
        arguments.one_of("kind", self.kind, get_args(RequestKind))
        self._check_types()
        graphql, storage = self.kind == "graphql", self.kind.startswith("storage")
        if (self.operation is not None or self.introspection_off) and not graphql:
            raise UsageError(f"a fault of {self.kind} requests knows no GraphQL operation")
        if self.expired and not storage:
            raise UsageError(f"a fault of {self.kind} requests has no signed address to expire")
        numbers = self.skip, self.times or 0, self.latency, self.cut_after or 0
        if min(*numbers, self.stall_after or 0) < 0 or (self.rate is not None and self.rate <= 0):
            raise UsageError("numbers of a fault must not be negative")

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

    def fits(self, kind: RequestKind, operation: str, path: str) -> bool:
        """Tell whether a request is of the kind meant."""
        return (
            self.kind == kind
            and self.operation in {None, operation}
            and (self.path is None or self.path in path)
        )


class Faults:
    """The faults that are switched on; safe to change while requests run."""

    def __init__(self) -> None:
        self._active: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on until it is removed."""
        with self._lock:
            self._active.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Switch a fault off."""
        with self._lock:
            self._active = [other for other in self._active if other is not fault]

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._active.clear()

    @contextmanager
    def during(self, fault: Fault) -> Generator[Fault]:
        """Switch a fault on for a `with` block."""
        self.add(fault)
        try:
            yield fault
        finally:
            self.remove(fault)

    def strike(self, kind: RequestKind, operation: str, path: str) -> Fault | None:
        """Return the first fault that hits a request, and count it."""
        with self._lock:
            for fault in self._active:
                if not fault.fits(kind, operation, path):
                    continue
                fault.seen += 1
                exhausted = fault.times is not None and fault.hits >= fault.times
                if fault.seen > fault.skip and not exhausted:
                    fault.hits += 1
                    return fault
        return None
