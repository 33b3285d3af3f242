"""Every error this package raises.

    WbtypedError
    ├── AuthenticationError      no key, a malformed key, or a key the server refuses
    ├── NotFoundError            also a LookupError
    │   └── EntryNotFoundError   a path that a version does not hold; also a KeyError
    ├── UsageError               also a ValueError: a bad argument, found before any request
    │   └── UnsafePathError      a file name that would leave the folder it belongs to
    ├── GraphQLError             the server answered with errors
    │   └── UnsupportedServerError   the server is too old for what was asked
    ├── TransportError           the server or the network failed; trying later may help
    │   └── RateLimitError       too many requests; `retry_after` may say how long to wait
    ├── OfflineError             nothing may be sent, and the cache does not hold what was asked for
    ├── SchemaMismatchError      the answer does not fit the schema this package was compiled from
    ├── SchemaSourceError        a schema to compare with could not be read
    ├── ChecksumError            bytes that are not the bytes announced; also a ValueError
    ├── UnsupportedReferenceError   a reference to a kind of storage that cannot be read from here
    ├── HostNotAllowedError      a reference or redirect to a host that it may not lead to
    ├── PartialSaveError         a save of several steps stopped half-way; it says where
    ├── FileExistsError          also the built-in FileExistsError and a ValueError
    └── DiskError                also an OSError: the local disk failed

Errors of httpx and pydantic do not leave the package; they are kept as `__cause__`. Every error
survives pickling, so a process pool hands it back whole.
"""

import builtins
from collections.abc import Sequence
from typing import Literal

SourceReason = Literal["not reachable", "no permission", "not a schema", "not probed"]
"""Why a schema could not be read."""


class WbtypedError(Exception):
    """Root of every error raised by this package."""


class AuthenticationError(WbtypedError):
    """The API key is missing, malformed, or not accepted by the server."""


class NotFoundError(WbtypedError, LookupError):
    """Something named in the request does not exist, or the key may not see it.

    `path` is what was asked for (`entity/project/run`), `missing` the part that is not there
    (`project`, `run`, `file`, ...).
    """

    def __init__(self, message: str, *, path: str = "", missing: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.missing = missing


class EntryNotFoundError(NotFoundError, KeyError):
    """A version holds no file at this path; `path` is what was asked for."""

    def __str__(self) -> str:
        # That of KeyError would show the message in quotes.
        return Exception.__str__(self)


class UsageError(WbtypedError, ValueError):
    """An argument cannot be used; nothing was sent."""


class UnsafePathError(UsageError):
    """A file name would lead outside its folder or through a link; nothing was written."""


class GraphQLError(WbtypedError):
    """The server refused an operation or failed while running it.

    `operation` is the name of the query, `messages` are the server's own words, and `path` leads to
    the field of the first error, if the server named it. `status` is the HTTP status of the answer.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        messages: Sequence[str] = (),
        path: Sequence[str | int] = (),
        status: int = 200,
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.messages: tuple[str, ...] = tuple(messages)
        self.path: tuple[str | int, ...] = tuple(path)
        self.status = status


class UnsupportedServerError(GraphQLError):
    """The server lacks a feature that the call needs; `feature` names it."""

    def __init__(self, message: str, *, operation: str = "", feature: str = "") -> None:
        super().__init__(message, operation=operation, messages=(message,))
        self.feature = feature


class TransportError(WbtypedError):
    """No usable answer: the connection failed, timed out, or brought an HTTP error.

    `status` is the HTTP status, or None when there was no answer at all; `retry_after` is the time
    in seconds that the server asked to wait, if it did.
    """

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class RateLimitError(TransportError):
    """The server had too many requests (HTTP 429) and kept refusing until our patience ended."""


class OfflineError(WbtypedError):
    """Nothing may be sent (`offline`), and the cache of this machine does not hold the answer."""


class SchemaMismatchError(WbtypedError):
    """An answer does not fit the pinned schema: the server is newer or older than we know.

    `operation` is the name of the query and `path` the place in the answer.
    """

    def __init__(
        self, message: str, *, operation: str = "", path: Sequence[str | int] = ()
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.path: tuple[str | int, ...] = tuple(path)


class SchemaSourceError(WbtypedError):
    """A schema could not be read from where it was looked for.

    `reason` is `not reachable`, `no permission`, `not a schema`, or `not probed` for a server that
    hides its schema and cannot be probed without the danger that it runs what it is asked.
    """

    def __init__(self, message: str, *, reason: SourceReason = "not a schema") -> None:
        super().__init__(message)
        self.reason: SourceReason = reason


class ChecksumError(WbtypedError, ValueError):
    """A transferred file has another size or digest than the server announced; it was thrown away.

    `expected` and `actual` are sizes in bytes or base64 digests, as text.
    """

    def __init__(self, message: str, *, expected: str = "", actual: str = "") -> None:
        super().__init__(message)
        self.expected = expected
        self.actual = actual


class UnsupportedReferenceError(WbtypedError):
    """An artifact refers to places that cannot be read from here: `uris`, such as `s3://...`.

    Or to a file that refers back to it; `uris` are then the files of the circle.
    """

    def __init__(self, message: str, *, uris: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.uris: tuple[str, ...] = tuple(uris)


class HostNotAllowedError(WbtypedError):
    """A reference or redirect leads from a public host to a local one; nothing was asked there.

    `host` is where it leads; `Api(allow_hosts=...)` allows it.
    """

    def __init__(self, message: str, *, host: str = "") -> None:
        super().__init__(message)
        self.host = host


class PartialSaveError(WbtypedError):
    """A change that takes several requests was applied in part; `__cause__` says why it stopped.

    `applied` names the changes that were made, `pending` those that were not.
    """

    def __init__(
        self, message: str, *, applied: Sequence[str] = (), pending: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.applied: tuple[str, ...] = tuple(applied)
        self.pending: tuple[str, ...] = tuple(pending)


class FileExistsError(WbtypedError, builtins.FileExistsError, ValueError):
    """The target of a download exists, and neither `replace` nor `exist_ok` was given."""


class DiskError(WbtypedError, OSError):
    """The local disk refused to read or write; `__cause__` is the error of the operating system."""
