"""Send typed operations to a server and turn its answers into typed results or errors."""

import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError
from wbtyped_graphql import calls
from wbtyped_graphql.operation import ErrorEntry, GraphQLResponse, Operation, ResultT

from .. import arguments
from ..config.settings import Settings
from ..errors import (
    AuthenticationError,
    GraphQLError,
    NotFoundError,
    RateLimitError,
    SchemaMismatchError,
    TransportError,
    UsageError,
    WbtypedError,
)
from .flow import Flow, arun, ask, run

if TYPE_CHECKING:
    import httpx
    from wbtyped_graphql.get_server_info import GetServerInfoServerInfo

    from .http import Transport

T = TypeVar("T")
RETRY_BUDGET = 60.0


def content_of(operation: Operation[ResultT]) -> bytes:
    """Return what is sent for an operation; raises UsageError for what no request can carry."""
    try:
        return operation.content()
    except PydanticSerializationError as error:
        raise UsageError(f"{operation.name}: what is asked for cannot be sent: {error}") from None


def parse(operation: Operation[ResultT], response: "httpx.Response") -> ResultT:
    """Return the typed result of an answer, or raise what speaks against it."""
    status, content = response.status_code, response.content
    if not 200 <= status < 300:
        raise _refusal(operation.name, response, _answer(content))
    try:
        envelope = operation.envelope.model_validate_json(content)
    except ValidationError as error:
        # Errors often come with null where the contract promises a value; they say more.
        answer = _answer(content)
        if answer is None:
            raise _not_graphql(operation.name, status) from error
        _raise_errors(operation.name, status, answer)
        raise _mismatch(operation.name, error) from error
    _raise_errors(operation.name, status, envelope)
    if envelope.data is None:
        raise SchemaMismatchError(
            f"{operation.name}: the answer holds neither data nor errors", operation=operation.name
        )
    return envelope.data


def _answer(content: bytes) -> GraphQLResponse | None:
    """Return the part of an answer that every answer has, or None when it is no GraphQL answer."""
    try:
        return GraphQLResponse.model_validate_json(content)
    except ValidationError:
        return None


def _not_graphql(name: str, status: int) -> TransportError:
    return TransportError(
        f"{name}: the answer (HTTP {status}) is not GraphQL; is the base URL that of a W&B server?",
        status=status,
    )


def _refusal(name: str, response: "httpx.Response", answer: GraphQLResponse | None) -> WbtypedError:
    """Return the error for an HTTP status that is none of success."""
    # Imported late: it brings the email package, and is for failures only.
    from .response_headers import retry_after

    status = response.status_code
    entries = (answer.errors if answer else None) or []
    said = "; ".join(entry.message for entry in entries) or response.reason_phrase
    if status == 401:
        return AuthenticationError(
            f"{name}: the server refuses the API key ({said}); check WANDB_API_KEY and netrc"
        )
    if status == 429:
        wait = retry_after(response.headers.get("Retry-After"))
        return RateLimitError(
            f"{name}: too many requests ({said}); try again later", status=429, retry_after=wait
        )
    if not entries:
        if status < 400 or status == 404:
            return _not_graphql(name, status)
        return TransportError(f"{name}: HTTP {status} ({said})", status=status)
    if status == 404:
        return NotFoundError(f"{name}: {said}")
    return _graphql_error(name, status, entries)


def _raise_errors(name: str, status: int, answer: GraphQLResponse) -> None:
    if answer.errors:
        raise _graphql_error(name, status, answer.errors)


def _graphql_error(name: str, status: int, entries: Sequence[ErrorEntry]) -> GraphQLError:
    messages = [entry.message for entry in entries]
    path = entries[0].path or ()
    place = f" at {'.'.join(map(str, path))}" if path else ""
    return GraphQLError(
        f"{name}: the server refused{place}: {'; '.join(messages)}",
        operation=name,
        messages=messages,
        path=path,
        status=status,
    )


def _mismatch(name: str, error: ValidationError) -> SchemaMismatchError:
    first = error.errors(include_url=False, include_context=False)[0]
    got = "nothing" if first["type"] == "missing" else type(first["input"]).__name__
    got = "null" if got == "NoneType" else got
    place = ".".join(map(str, first["loc"]))
    return SchemaMismatchError(
        f"{name}: the answer does not fit the pinned schema at {place}: got {got}, "
        f"but {first['msg'][:1].lower()}{first['msg'][1:]}; a newer wbtyped may know this server",
        operation=name,
        path=first["loc"],
    )


def is_unknown_field(error: GraphQLError) -> bool:
    """Tell whether a server refused a query because it is too old to know a field of it."""
    return any("Cannot query field" in message for message in error.messages)


class Client:
    """One server and one API key; sends operations and nothing else.

    Safe to share between threads and event loops. Pickled, it drops its connections, and its key
    unless that was given as an argument: the key is found again where it is unpickled. Within a
    process, all unpickled copies of one client share connections.

    `retry_budget` is the time in seconds that all tries of one request may take together.
    """

    __slots__ = (
        "__weakref__", "_features", "_lock", "_opened", "_process", "retry_budget", "settings",
    )  # fmt: skip

    def __init__(self, settings: Settings, *, retry_budget: float = RETRY_BUDGET) -> None:
        arguments.instance("settings", settings, Settings)
        arguments.number("retry_budget", retry_budget)
        self.settings = settings
        self.retry_budget = retry_budget
        self._features: frozenset[str] | None = None
        self._lock = threading.Lock()
        self._opened: Transport | None = None
        self._process = 0

    def __repr__(self) -> str:
        return f"<Client {self.settings.base_url}>"

    def __reduce__(self) -> tuple[object, ...]:
        # Settings leave a key behind that the other process can find by itself.
        return _shared_client, (self.settings, self.retry_budget)

    @property
    def transport(self) -> "Transport":
        """The HTTP connections below, made when first used."""
        # Imported late: httpx is half the cost of importing this package.
        from .http import Transport

        with self._lock:
            # A forked process must not read from the sockets of its parent.
            if self._opened is None or self._process != os.getpid():
                self.settings = self.settings.with_key()
                self._opened = Transport(self.settings, self.retry_budget)
                self._process = os.getpid()
            return self._opened

    @property
    def app_url(self) -> str:
        """Address of the web pages that belong to the server, with a slash at the end."""
        return f"{self.settings.app_url}/"

    def send(self, operation: Operation[ResultT]) -> ResultT:
        """Send an operation and return its typed result.

        Raises AuthenticationError, NotFoundError, GraphQLError, RateLimitError, TransportError or
        SchemaMismatchError.
        """
        arguments.instance("operation", operation, Operation)
        response = self.transport.post(
            operation.name, content_of(operation), repeatable=operation.repeatable
        )
        return parse(operation, response)

    async def asend(self, operation: Operation[ResultT]) -> ResultT:
        """Send an operation from a coroutine; otherwise as `send`."""
        arguments.instance("operation", operation, Operation)
        response = await self.transport.apost(
            operation.name, content_of(operation), repeatable=operation.repeatable
        )
        return parse(operation, response)

    def run(self, flow: Flow[T]) -> T:
        """Send every request of a flow and return the flow's result."""
        return run(flow, self)

    async def arun(self, flow: Flow[T]) -> T:
        """Send every request of a flow from a coroutine; otherwise as `run`."""
        return await arun(flow, self)

    def features(self) -> frozenset[str]:
        """Return the names of the features that the server has enabled (query ServerFeatures).

        Requested once per client. A server too old for the query has none.
        """
        return self.run(self.load_features())

    async def afeatures(self) -> frozenset[str]:
        """Return the enabled features from a coroutine; otherwise as `features`."""
        return await self.arun(self.load_features())

    def load_features(self) -> Flow[frozenset[str]]:
        """Request the enabled features unless they are known."""
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
        """The server's features, if they were asked for already."""
        return self._features

    def server_info(self) -> "GetServerInfoServerInfo | None":
        """Return the server's version and the client versions it expects (query GetServerInfo)."""
        return self.send(calls.get_server_info()).server_info

    async def aserver_info(self) -> "GetServerInfoServerInfo | None":
        """Return the same from a coroutine."""
        return (await self.asend(calls.get_server_info())).server_info

    def close(self) -> None:
        """Close the synchronous connections. The client can still be used; they open again."""
        if self._opened:
            self._opened.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop, and the synchronous ones."""
        if self._opened:
            await self._opened.aclose()
            self._opened.close()


class HasClient(Protocol):
    """Whatever reaches a server: an `Api`, for example."""

    @property
    def client(self) -> Client:
        """The client that sends the requests."""
        ...


@lru_cache(maxsize=16)
def _shared_client(settings: Settings, retry_budget: float) -> Client:
    """Return the one client that all handles unpickled in this process share."""
    return _client_of_process(settings, settings.key_source, retry_budget)


# By the source too, for settings are equal without it: a client whose key was given pickles it.
@lru_cache(maxsize=16)
def _client_of_process(settings: Settings, _key_source: str, retry_budget: float) -> Client:
    return Client(settings, retry_budget=retry_budget)
