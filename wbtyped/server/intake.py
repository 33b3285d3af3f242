"""What happens to every request before it is answered: it is recorded, and faults may strike."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import json_error
from .faults import Faults, RequestKind
from .graphql_request import GraphQLRequest, parse_body
from .misbehaviour import Misbehaviour
from .recording import SECRET_HEADERS, Origin, RecordedRequest, RequestLog

# Twice the size of any real request of ours; a larger one is a mistake.
BODY_LIMIT = 32 * 1024 * 1024


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
            if content is None:
                await json_error(413, "the request is too large")(scope, receive, send)
                return
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
        if not path.startswith("/files/"):
            return None
        return "file-stream" if method == "POST" else "file"

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


async def read_body(receive: Receive) -> bytes | None:
    """Return the whole body of a request, or None when it is too large; read to its end anyway."""
    blocks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        block: bytes = message.get("body", b"")
        size += len(block)
        if size <= BODY_LIMIT:
            blocks.append(block)
        if not message.get("more_body"):
            return b"".join(blocks) if size <= BODY_LIMIT else None


def replay(content: bytes, receive: Receive) -> Receive:
    """Return a `receive` that hands out a body that was read already."""
    pending: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again
