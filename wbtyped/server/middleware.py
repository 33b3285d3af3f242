"""What happens to every request before it is handled.

Requests from web pages are rejected and credentials are checked before the body is read. Then the
request is recorded for tests to inspect, and an active fault may take over.
"""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .browser_guard import BrowserGuard
from .fault_middleware import FaultMiddleware
from .faults import Faults, RequestKind
from .graphql_request import GraphQLRequest, parse_body
from .http_errors import HttpError
from .limits import GRAPHQL_BODY_BYTES
from .request_body import read_body
from .request_log import Origin, RequestLog, make_record
from .responses import json_error
from .workers import Workers

SMALL_BODY_BYTES = 8 * 1024
IsAuthorized = Callable[[Scope], bool]
"""Returns True if a request has a valid key, or a valid signature."""


class RequestMiddleware:
    """Wraps the application of one origin."""

    def __init__(
        self,
        app: ASGIApp,
        origin: Origin,
        is_authorized: IsAuthorized,
        guard: BrowserGuard,
        log: RequestLog,
        faults: Faults,
        workers: Workers,
    ) -> None:
        self._app = app
        self._origin: Origin = origin
        self._is_authorized = is_authorized
        self._guard = guard
        self._log = log
        self._faults = faults
        self._workers = workers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, or let a fault handle it."""
        headers = Headers(scope=scope)
        if reason := self._guard.denial_reason(headers):
            await json_error(403, reason)(scope, receive, send)
            return
        path: str = scope["path"]
        kind = self._kind(scope["method"], path)
        authorized = self._is_authorized(scope)
        request, content = GraphQLRequest(), b""
        if kind == "graphql" and authorized:
            try:
                require_json(headers)
                content = await read_body(headers, receive, GRAPHQL_BODY_BYTES)
            except HttpError as error:
                await json_error(error.status, str(error))(scope, receive, send)
                return
            request = await self._parse(content)
            scope["graphql"] = request
            receive = replay(content, receive)
        self._log.add(make_record(scope, self._origin, request, content, authorized=authorized))
        fault = self._faults.take(kind, request.operation_name, path) if kind else None
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await FaultMiddleware(fault, self._app)(scope, receive, send)

    async def _parse(self, content: bytes) -> GraphQLRequest:
        """Parse a GraphQL request; a small one takes less time than handing it to a thread."""
        if len(content) <= SMALL_BODY_BYTES:
            return parse_body(content)
        return await self._workers.run(parse_body, content)

    def _kind(self, method: str, path: str) -> RequestKind | None:
        if self._origin == "storage":
            return "storage-put" if method == "PUT" else "storage-get"
        if path == "/graphql":
            return "graphql" if method == "POST" else None
        if not path.startswith("/files/"):
            return None
        return "file-stream" if method == "POST" else "file"


def require_json(headers: Headers) -> None:
    """Reject a body that is not JSON: web pages may send other types without a preflight."""
    given = headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != "application/json":
        raise HttpError(f"send the query as application/json, not as {given!r}", status=415)


def replay(content: bytes, receive: Receive) -> Receive:
    """Return a `receive` that yields a body which was read already."""
    pending: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive_again() -> Message:
        return pending.pop() if pending else await receive()

    return receive_again
