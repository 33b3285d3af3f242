"""Send typed operations to a server and turn its responses into typed results or errors."""

import os
import threading
from collections.abc import Generator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError
from wbtyped_graphql import calls
from wbtyped_graphql.operation import ErrorEntry, GraphQLResponse, Operation, ResultT

from .. import arguments
from ..config.api_key import another_key
from ..config.settings import Settings
from ..errors import (
    UNSEEN,
    AuthenticationError,
    GraphQLError,
    NotFoundError,
    OfflineError,
    RateLimitError,
    SchemaMismatchError,
    TransportError,
    UsageError,
    WbtypedError,
)
from ..import_pause import collector_paused
from .flow import Flow, arun, ask, run
from .subjects import subject_of

if TYPE_CHECKING:
    from wbtyped_graphql.get_server_info import GetServerInfoServerInfo

    from .api_requests import ApiResponse
    from .http import Transport

T = TypeVar("T")
RETRY_BUDGET_SECONDS = 60.0


def request_body(operation: Operation[ResultT]) -> bytes:
    """Return an operation as JSON; raises UsageError for variables that JSON cannot hold."""
    try:
        return operation.content()
    except PydanticSerializationError as error:
        raise UsageError(
            f"{subject_of(operation)}: the arguments cannot be sent: {error}"
        ) from None


def parse_response(
    operation: Operation[ResultT], response: "ApiResponse", settings: Settings
) -> ResultT:
    """Return the typed result of a response, or raise the matching error."""
    status, content = response.status_code, response.content
    if not 200 <= status < 300:
        raise _http_error(operation, response, settings)
    try:
        envelope = operation.envelope.model_validate_json(content)
    except ValidationError as error:
        # Errors often come with null where the schema promises a value; the errors say more.
        body = _parse_errors(content)
        if body is None:
            raise _not_graphql(operation, status, settings) from error
        _raise_errors(operation, status, body, settings)
        raise _mismatch(operation, error, settings) from error
    _raise_errors(operation, status, envelope, settings)
    if envelope.data is None:
        raise SchemaMismatchError(
            f"{subject_of(operation)}: the response of {settings.base_url} contains neither data"
            " nor errors",
            operation=operation.name,
        )
    return envelope.data


def _parse_errors(content: bytes) -> GraphQLResponse | None:
    """Return the errors of a response; None if the response is not GraphQL."""
    try:
        return GraphQLResponse.model_validate_json(content)
    except ValidationError:
        return None


def _not_graphql(operation: Operation[ResultT], status: int, settings: Settings) -> TransportError:
    return TransportError(
        f"{subject_of(operation)}: the response of {settings.base_url} (HTTP {status}) is not"
        " GraphQL; check that the base URL is that of a W&B server",
        status=status,
    )


def _http_error(
    operation: Operation[ResultT], response: "ApiResponse", settings: Settings
) -> WbtypedError:
    """Build the error for a non-2xx response."""
    # Imported late: it imports the email package, which only failures need.
    from .response_headers import retry_after

    subject, server = subject_of(operation), settings.base_url
    status, body = response.status_code, _parse_errors(response.content)
    entries = (body.errors if body else None) or []
    reason = "; ".join(entry.message for entry in entries) or response.reason_phrase
    attempts = response.attempts
    if status == 403 and entries:
        denied = f"{subject}: {server} does not allow this with the API key"
        return AuthenticationError(
            f"{denied} from {settings.key_source} (HTTP 403: {reason}); ask the owner for access,"
            f" or {another_key(settings.key_source)}"
        )
    if status in {401, 403}:
        refused = f"{subject}: {server} refuses the API key from {settings.key_source}"
        return AuthenticationError(
            f"{refused} (HTTP {status}: {reason}); {another_key(settings.key_source)}"
        )
    if status == 429:
        wait = retry_after(response.headers.get("Retry-After"))
        return RateLimitError(
            f"{subject}: too many requests to {server} ({reason}){attempts}; try again later",
            status=429,
            retry_after=wait,
        )
    if not entries:
        if status < 400 or status == 404:
            return _not_graphql(operation, status, settings)
        return TransportError(
            f"{subject}: HTTP {status} {reason} from {server}{attempts}{_next_step(status)}",
            status=status,
        )
    if status == 404:
        return NotFoundError(f"{subject}: {reason}{UNSEEN}")
    return _graphql_error(operation, status, entries, settings)


def _next_step(status: int) -> str:
    return "; try again later" if status >= 500 else ""


def _raise_errors(
    operation: Operation[ResultT], status: int, body: GraphQLResponse, settings: Settings
) -> None:
    if body.errors:
        raise _graphql_error(operation, status, body.errors, settings)


def _graphql_error(
    operation: Operation[ResultT],
    status: int,
    entries: Sequence[ErrorEntry],
    settings: Settings,
) -> GraphQLError:
    messages = [entry.message for entry in entries]
    path = entries[0].path or ()
    where = f" at {'.'.join(map(str, path))}" if path else ""
    return GraphQLError(
        f"{subject_of(operation)}: {settings.base_url} returned an error{where}:"
        f" {'; '.join(messages)}",
        operation=operation.name,
        messages=messages,
        path=path,
        status=status,
    )


def _mismatch(
    operation: Operation[ResultT], error: ValidationError, settings: Settings
) -> SchemaMismatchError:
    first = error.errors(include_url=False, include_context=False)[0]
    got = "nothing" if first["type"] == "missing" else type(first["input"]).__name__
    got = "null" if got == "NoneType" else got
    path = ".".join(map(str, first["loc"]))
    return SchemaMismatchError(
        f"{subject_of(operation)}: the response of {settings.base_url} does not match the pinned"
        f" schema at {path}: got {got}, but {first['msg'][:1].lower()}{first['msg'][1:]}; a newer"
        " wbtyped may support this server",
        operation=operation.name,
        path=first["loc"],
    )


def is_unknown_field(error: GraphQLError) -> bool:
    """Return True if the server is too old to know a field of the query."""
    return any("Cannot query field" in message for message in error.messages)


def add_server(error: NotFoundError, settings: Settings) -> None:
    """Add to the message which server was asked, with the key of which source."""
    message = str(error.args[0]) if error.args else ""
    if message.endswith(UNSEEN):
        found = f"{message.removesuffix(UNSEEN)} on {settings.base_url}"
        error.args = (f"{found}, or the API key from {settings.key_source} may not see it",)


class Client:
    """A connection to one server with one API key; sends GraphQL operations.

    Safe to share between threads and event loops. A pickled client contains no connections, and no
    API key unless that was passed as an argument; the key is looked up again where the client is
    unpickled. All unpickled copies of a client share connections within a process.

    `retry_budget` is the time limit in seconds for a request including all its retries.

    Example:
        >>> from wbtyped_graphql import calls
        >>> result = api.client.send(calls.get_project(entity="my-team", project="mnist"))
        >>> result.project.name
        'mnist'
    """

    __slots__ = (
        "__weakref__", "_features", "_lock", "_opened", "_process", "retry_budget", "settings",
    )  # fmt: skip

    def __init__(self, settings: Settings, *, retry_budget: float = RETRY_BUDGET_SECONDS) -> None:
        arguments.instance("settings", settings, Settings)
        arguments.positive_number("retry_budget", retry_budget)
        self.settings: Settings = settings
        self.retry_budget: float = retry_budget
        self._features: frozenset[str] | None = None
        self._lock = threading.Lock()
        self._opened: Transport | None = None
        self._process = 0

    def __repr__(self) -> str:
        return f"<Client {self.settings.base_url}>"

    def __reduce__(self) -> tuple[object, ...]:
        # Pickled settings leave out a key that the other process can find by itself.
        return _shared_client, (self.settings, self.retry_budget)

    @property
    def transport(self) -> "Transport":
        """The HTTP connections, created on first use."""
        with self._lock:
            # A forked process must not read from its parent's sockets.
            if self._opened is None or self._process != os.getpid():
                # Imported late: httpx is half the import time of this package.
                with collector_paused():
                    from .http import Transport
                self.settings = self.settings.with_key()
                self._opened = Transport(self.settings, self.retry_budget)
                self._process = os.getpid()
            return self._opened

    @property
    def app_url(self) -> str:
        """URL of the server's web pages, with a slash at the end."""
        return f"{self.settings.app_url}/"

    def send(self, operation: Operation[ResultT]) -> ResultT:
        """Send an operation and return its typed result.

        Raises AuthenticationError, NotFoundError, GraphQLError, RateLimitError, TransportError or
        SchemaMismatchError.
        """
        arguments.instance("operation", operation, Operation)
        self._check_online(operation)
        response = self.transport.post(
            subject_of(operation), request_body(operation), repeatable=operation.repeatable
        )
        return parse_response(operation, response, self.settings)

    async def asend(self, operation: Operation[ResultT]) -> ResultT:
        """Asynchronous form of `send`."""
        arguments.instance("operation", operation, Operation)
        self._check_online(operation)
        response = await self.transport.apost(
            subject_of(operation), request_body(operation), repeatable=operation.repeatable
        )
        return parse_response(operation, response, self.settings)

    def _check_online(self, operation: Operation[ResultT]) -> None:
        if self.settings.offline:
            doing = "change" if operation.document.lstrip().startswith("mutation") else "load"
            raise OfflineError(
                f"cannot {doing} {subject_of(operation)} while offline; only cached artifacts work"
                " offline"
            )

    def run(self, flow: Flow[T]) -> T:
        """Send every request of a flow and return the flow's result."""
        arguments.instance("flow", flow, Generator)
        try:
            return run(flow, self)
        except NotFoundError as error:
            add_server(error, self.settings)
            raise

    async def arun(self, flow: Flow[T]) -> T:
        """Asynchronous form of `run`."""
        arguments.instance("flow", flow, Generator)
        try:
            return await arun(flow, self)
        except NotFoundError as error:
            add_server(error, self.settings)
            raise

    def features(self) -> frozenset[str]:
        """Return the names of the server's enabled features (query ServerFeatures).

        Requested once per client. The set is empty for a server too old for the query.
        """
        return self.run(self.load_features())

    async def afeatures(self) -> frozenset[str]:
        """Asynchronous form of `features`."""
        return await self.arun(self.load_features())

    def load_features(self) -> Flow[frozenset[str]]:
        """Request the enabled features, once per client."""
        if self._features is None:
            try:
                result = yield from ask(calls.server_features())
            except GraphQLError as error:
                if not is_unknown_field(error):
                    raise
                self._features = frozenset()
            else:
                listed = result.server_info.features if result.server_info else []
                self._features = frozenset(f.name for f in listed if f and f.is_enabled)
        return self._features

    @property
    def known_features(self) -> frozenset[str] | None:
        """The enabled features; None before the first request for them."""
        return self._features

    def server_info(self) -> "GetServerInfoServerInfo | None":
        """Return the server's version and the client versions it expects (query GetServerInfo)."""
        return self.send(calls.get_server_info()).server_info

    async def aserver_info(self) -> "GetServerInfoServerInfo | None":
        """Asynchronous form of `server_info`."""
        return (await self.asend(calls.get_server_info())).server_info

    def close(self) -> None:
        """Close the synchronous connections; they reopen when the client is used again."""
        if self._opened:
            self._opened.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop, and the synchronous ones."""
        if self._opened:
            await self._opened.aclose()
            self._opened.close()


class HasClient(Protocol):
    """An object with a client, such as `Api`."""

    @property
    def client(self) -> Client:
        """The client that sends the requests."""
        ...


def _shared_client(settings: Settings, retry_budget: float) -> Client:
    """Return the client that all objects unpickled in this process share."""
    return _client_of_process(settings, settings.key_source, retry_budget)


# Cached by key source too, which does not count for the equality of settings: only a client whose
# key was passed as an argument may pickle it.
@lru_cache(maxsize=16)
def _client_of_process(settings: Settings, _key_source: str, retry_budget: float) -> Client:
    return Client(settings, retry_budget=retry_budget)
