"""Every error this package raises.

    WbtypedError
    ├── AuthenticationError      the API key is missing, malformed, or rejected by the server
    ├── NotFoundError            something does not exist; also a LookupError and a ValueError
    │   └── EntryNotFoundError   an artifact version has no such file; also a KeyError
    ├── UsageError               an invalid argument, found before any request; also a ValueError
    │   ├── UnsafePathError      a file name that would lead outside its folder
    │   └── QueryError           queries that cannot be compiled; `problems` says where and why
    ├── GraphQLError             the server returned errors
    │   └── UnsupportedServerError   the server is too old for the call
    ├── TransportError           the server or the network failed; retrying later may help
    │   └── RateLimitError       too many requests; `retry_after` may say how long to wait
    ├── OfflineError             the client is offline, and the cache does not contain the artifact
    ├── SchemaMismatchError      a response does not match the pinned schema of this package
    ├── SchemaSourceError        a schema to compare with could not be read
    ├── ChecksumError            a file has the wrong size or digest; also a ValueError
    ├── UnsupportedReferenceError   a reference to a kind of storage that is not supported
    ├── HostNotAllowedError      a reference or redirect to a host that it may not lead to
    ├── PartialSaveError         a save that takes several requests stopped part-way
    ├── WaitTimeoutError         what was waited for did not happen in time; also a TimeoutError
    ├── FileExistsError          also the built-in FileExistsError and a ValueError
    └── DiskError                the local disk failed; also an OSError

Errors of httpx and pydantic never leave the package; they are attached as `__cause__`. Every error
can be pickled, so process pools pass it on completely.
"""

import builtins
from collections.abc import Sequence
from typing import Literal

SourceReason = Literal["not reachable", "no permission", "not a schema", "not probed"]
"""Why a schema could not be read."""
UNSEEN = ", or the API key may not see it"
"""The end of a message about an object that does not exist: servers do not tell the difference."""


class WbtypedError(Exception):
    """Base class of every error raised by this package."""

    @property
    def message(self) -> str:
        """The message, as `str(error)`: scripts for the official client read it here."""
        return str(self)

    @property
    def exc(self) -> BaseException | None:
        """The cause, as `__cause__`: scripts for the official client read it here."""
        return self.__cause__


class AuthenticationError(WbtypedError):
    """The API key is missing, malformed, or rejected by the server."""


# A ValueError, too: that is what the official client raises in many places.
class NotFoundError(WbtypedError, LookupError, ValueError):
    """Something does not exist on the server, or the API key may not see it.

    `path` is the requested path (`entity/project/run`), and `missing` the part of it that does not
    exist (`project`, `run`, `file`, ...).
    """

    def __init__(self, message: str, *, path: str = "", missing: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.missing = missing


class EntryNotFoundError(NotFoundError, KeyError):
    """An artifact version contains no file at `path`."""

    def __str__(self) -> str:
        # KeyError would show the message in quotes.
        return Exception.__str__(self)


class UsageError(WbtypedError, ValueError):
    """An argument is invalid; no request was sent."""


class UnsafePathError(UsageError):
    """A file name would lead outside its folder or through a link; nothing was written."""


class QueryError(UsageError):
    """Queries cannot be compiled.

    `problems` are lines such as `queries/runs.graphql:3:5: Cannot query field 'nme' on type 'Run'.`
    """

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems: tuple[str, ...] = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


class GraphQLError(WbtypedError):
    """The server rejected an operation or failed to execute it.

    `operation` is the name of the query, `messages` are the server's error messages, and `path` is
    the path of the field that the first one is about, if known. `status` is the HTTP status.
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
    """The server lacks a feature that the call needs; `feature` is its name."""

    def __init__(self, message: str, *, operation: str = "", feature: str = "") -> None:
        super().__init__(message, operation=operation, messages=(message,))
        self.feature = feature


class TransportError(WbtypedError):
    """The connection failed or timed out, or the server responded with an HTTP error.

    `status` is the HTTP status, or None if there was no response; `retry_after` is the number of
    seconds that the server asked to wait, if any.
    """

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class RateLimitError(TransportError):
    """Too many requests (HTTP 429), until the retry budget ran out."""


class OfflineError(WbtypedError):
    """The client is offline (`offline=True`), and the call needs more than the cache contains."""


class SchemaMismatchError(WbtypedError):
    """A response does not match the pinned schema: the server is newer or older than supported.

    `operation` is the name of the query and `path` the path of the mismatch in the response.
    """

    def __init__(
        self, message: str, *, operation: str = "", path: Sequence[str | int] = ()
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.path: tuple[str | int, ...] = tuple(path)


class SchemaSourceError(WbtypedError):
    """A schema could not be read from its file or server.

    `reason` is `not reachable`, `no permission`, `not a schema`, or `not probed`, for a server that
    hides its schema and cannot be probed without the risk that it executes the probes.
    """

    def __init__(self, message: str, *, reason: SourceReason = "not a schema") -> None:
        super().__init__(message)
        self.reason: SourceReason = reason


class ChecksumError(WbtypedError, ValueError):
    """A file does not have the size or digest that the server announced; it was discarded.

    `expected` and `actual` are sizes in bytes or base64 digests, as strings.
    """

    def __init__(self, message: str, *, expected: str = "", actual: str = "") -> None:
        super().__init__(message)
        self.expected = expected
        self.actual = actual


class UnsupportedReferenceError(WbtypedError):
    """An artifact contains references that cannot be downloaded: `uris`, such as `s3://...`.

    Also raised for references between artifacts that form a circle; `uris` are its files then.
    """

    def __init__(self, message: str, *, uris: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.uris: tuple[str, ...] = tuple(uris)


class HostNotAllowedError(WbtypedError):
    """A reference or redirect leads from a public host to a local one; it was not followed.

    `host` is the local host; `Api(allow_hosts=[host])` allows it.
    """

    def __init__(self, message: str, *, host: str = "") -> None:
        super().__init__(message)
        self.host = host


class PartialSaveError(WbtypedError):
    """A save that takes several requests was applied in part; `__cause__` is the reason.

    `applied` lists the changes that were made, `pending` those that were not.
    """

    def __init__(
        self, message: str, *, applied: Sequence[str] = (), pending: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.applied: tuple[str, ...] = tuple(applied)
        self.pending: tuple[str, ...] = tuple(pending)


class WaitTimeoutError(WbtypedError, TimeoutError):
    """What was waited for, such as the end of a run, did not happen within the timeout."""


class FileExistsError(WbtypedError, builtins.FileExistsError, ValueError):
    """The target of a download exists, and neither `replace` nor `exist_ok` was given."""


class DiskError(WbtypedError, OSError):
    """Reading or writing a local file failed; `__cause__` is the operating system's error."""


# The names that scripts for the official client catch. Most of what fails there is a CommError.
Error = WbtypedError
CommError = WbtypedError
UnsupportedError = UnsupportedServerError
