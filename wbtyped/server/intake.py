"""What happens to every request before it is answered: it is recorded, and faults may strike."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .connection import cut
from .faults import Fault, Faults, RequestKind
from .recording import SECRET_HEADERS, Origin, RecordedRequest, RequestLog

NAMED = re.compile(r"^\s*(?:query|mutation)\s+(\w+)", re.MULTILINE)
# Twice the size of any real request of ours; a larger one is a mistake.
BODY_LIMIT = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """The body of a GraphQL request."""

    query: str = ""
    operation_name: str = ""
    variables: Mapping[str, object] | None = None


_body = TypeAdapter(dict[str, object])
_variables = TypeAdapter(dict[str, object])


def parse_body(content: bytes) -> GraphQLRequest:
    """Read a GraphQL request; what cannot be read is left empty."""
    try:
        body = _body.validate_json(content)
    except ValidationError:
        return GraphQLRequest()
    query = body.get("query")
    text = query if isinstance(query, str) else ""
    named = NAMED.search(text)
    said = body.get("operationName")
    name = said if isinstance(said, str) and said else (named.group(1) if named else "")
    variables = body.get("variables")
    if not isinstance(variables, dict):
        return GraphQLRequest(text, name)
    return GraphQLRequest(text, name, _variables.validate_python(variables))


class Intake:
    """Wraps the application of one origin."""

    def __init__(self, app: ASGIApp, origin: Origin, log: RequestLog, faults: Faults) -> None:
        self._app = app
        self._origin: Origin = origin
        self._log = log
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or have a fault answer it."""
        path: str = scope["path"]
        kind = self._kind(scope["method"], path)
        request = GraphQLRequest()
        if kind == "graphql":
            content = await read_body(receive)
            request = parse_body(content)
            scope["graphql"] = request
            receive = replay(content, receive)
        self._record(scope, request)
        fault = self._faults.strike(kind, request.operation_name, path) if kind else None
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await Misbehaviour(fault, self._app).answer(scope, receive, send)

    def _kind(self, method: str, path: str) -> RequestKind | None:
        if self._origin == "storage":
            return "storage-put" if method == "PUT" else "storage-get"
        if path == "/graphql":
            return "graphql"
        return "file" if path.startswith("/files/") else None

    def _record(self, scope: Scope, request: GraphQLRequest) -> None:
        headers = Headers(scope=scope)
        shown = {k: v for k, v in headers.items() if k not in SECRET_HEADERS}
        self._log.add(
            RecordedRequest(
                origin=self._origin,
                method=scope["method"],
                path=scope["path"],
                headers=shown,
                authorized="authorization" in headers,
                operation_name=request.operation_name,
                document=request.query,
                variables=request.variables,
            )
        )


async def read_body(receive: Receive) -> bytes:
    """Return the whole body of a request."""
    blocks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        blocks.append(message.get("body", b""))
        size += len(blocks[-1])
        if size > BODY_LIMIT or not message.get("more_body"):
            return b"".join(blocks)


def replay(content: bytes, receive: Receive) -> Receive:
    """Return a `receive` that hands out a body that was read already."""
    pending: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again


class Misbehaviour:
    """Answers one request the way a fault wants it."""

    def __init__(self, fault: Fault, app: ASGIApp) -> None:
        self._fault = fault
        self._app = app
        self._sent = 0

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or fail to."""
        fault = self._fault
        await asyncio.sleep(fault.latency)
        if fault.cut_before_headers:
            await self._cut(receive)
        elif instead := self._instead():
            await drain(Request(scope, receive))
            await instead(scope, receive, send)
        else:
            await self._app(scope, receive, self._altered(receive, send))

    def _instead(self) -> Response | None:
        """Return what is sent in place of the real answer, if anything."""
        fault = self._fault
        if fault.redirect is not None:
            return RedirectResponse(fault.redirect, status_code=fault.status or 302)
        if fault.expired:
            return Response("<Error><Code>ExpiredToken</Code></Error>", 403)
        if fault.status is None:
            return None
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        return Response(fault.body, fault.status, headers, media_type=fault.content_type)

    async def _cut(self, receive: Receive) -> None:
        cut()
        # Returning before the connection is gone would make the server answer after all.
        while (await receive())["type"] != "http.disconnect":
            pass

    def _altered(self, receive: Receive, send: Send) -> Send:
        announced = 0

        async def altered(message: Message) -> None:
            nonlocal announced
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                announced = int(headers.get("content-length", "0")) - self._fault.shorten
                if self._fault.shorten:
                    headers["content-length"] = str(announced)
                await send(message)
                return
            body: bytes = message.get("body", b"")
            if self._fault.corrupt and body:
                body = bytes([body[0] ^ 0xFF]) + body[1:]
            if self._fault.shorten:
                body = body[: max(0, announced - self._sent)]
            await self._pass_on({**message, "body": body}, receive, send)

        return altered

    async def _pass_on(self, message: Message, receive: Receive, send: Send) -> None:
        limit = self._fault.cut_after
        body: bytes = message["body"]
        if limit is None or self._sent + len(body) < limit + (limit == 0):
            self._sent += len(body)
            await send(message)
            return
        await send({**message, "body": body[: limit - self._sent], "more_body": True})
        await self._cut(receive)


async def drain(request: Request) -> None:
    """Read a body that nobody needs, so that the client can finish sending and read the answer."""
    async for _ in request.stream():
        pass


def json_error(status: int, message: str) -> Response:
    """Return an error in the shape that the API uses."""
    body = json.dumps({"errors": [{"message": message}], "error": message})
    return Response(body, status, media_type="application/json")
