"""What happens to every request before it is answered.

Requests of web pages are refused, who asks is made sure of, and only then is a body read and kept
for tests to look at. Then faults may strike.
"""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import json_error
from .bodies import read_body
from .browser_guard import BrowserGuard
from .faults import Faults, RequestKind
from .graphql_request import GraphQLRequest, parse_body
from .limits import GRAPHQL_BODY_BYTES
from .misbehaviour import Misbehaviour
from .recording import Origin, RequestLog, recorded
from .refusals import Refusal
from .workers import Workers

Knows = Callable[[Scope], bool]
"""Tells whether a request may be answered: by its key, or by its signature."""


class Intake:
    """Wraps the application of one origin."""

    def __init__(
        self,
        app: ASGIApp,
        origin: Origin,
        knows: Knows,
        guard: BrowserGuard,
        log: RequestLog,
        faults: Faults,
        workers: Workers,
    ) -> None:
        self._app = app
        self._origin: Origin = origin
        self._knows = knows
        self._guard = guard
        self._log = log
        self._faults = faults
        self._workers = workers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or have a fault answer it."""
        headers = Headers(scope=scope)
        if reason := self._guard.refusal(headers):
            await json_error(403, reason)(scope, receive, send)
            return
        path: str = scope["path"]
        kind = self._kind(scope["method"], path)
        known = self._knows(scope)
        request, content = GraphQLRequest(), b""
        if kind == "graphql" and known:
            try:
                refuse_other_types(headers)
                content = await read_body(headers, receive, GRAPHQL_BODY_BYTES)
            except Refusal as refusal:
                await json_error(refusal.status, str(refusal))(scope, receive, send)
                return
            request = await self._workers.run(parse_body, content)
            scope["graphql"] = request
            receive = replay(content, receive)
        self._log.add(recorded(scope, self._origin, request, content, known=known))
        fault = self._faults.strike(kind, request.operation_name, path) if kind else None
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await Misbehaviour(fault, self._app).answer(scope, receive, send)

    def _kind(self, method: str, path: str) -> RequestKind | None:
        if self._origin == "storage":
            return "storage-put" if method == "PUT" else "storage-get"
        if path == "/graphql":
            return "graphql" if method == "POST" else None
        if not path.startswith("/files/"):
            return None
        return "file-stream" if method == "POST" else "file"


def refuse_other_types(headers: Headers) -> None:
    """Refuse a body that is not JSON: web pages may send other types without being asked first."""
    given = headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != "application/json":
        raise Refusal(f"send the query as application/json, not as {given!r}", status=415)


def replay(content: bytes, receive: Receive) -> Receive:
    """Return a `receive` that hands out a body that was read already."""
    pending: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again
