"""Handle a request the way a fault demands."""

import gzip

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..clock import pause
from .faults import Fault
from .responses import drain, storage_error
from .tcp_connection import close, write_and_close


class FaultMiddleware:
    """Stands between a request and the application while a fault applies."""

    def __init__(self, fault: Fault, app: ASGIApp) -> None:
        self._fault = fault
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle the request, or fail to."""
        fault = self._fault
        if fault.latency:
            await pause(fault.latency)
        scope["introspection_off"] = fault.introspection_off
        if fault.cut_before_headers:
            await close_connection(receive)
        elif fault.cut_in_headers:
            write_and_close(b"HTTP/1.1 200 OK\r\nContent-Le")
            await close_connection(receive)
        elif replacement := self._replacement():
            await drain(Request(scope, receive))
            await replacement(scope, receive, send)
        elif scope["method"] == "PUT":
            await self._app(scope, close_after(fault.cut_after, receive), send)
        else:
            await self._app(scope, receive, AlteredResponse(fault, receive, send))

    def _replacement(self) -> Response | None:
        """Return the response to send instead of the real one, if any."""
        fault = self._fault
        if fault.redirect is not None:
            return RedirectResponse(fault.redirect, status_code=fault.status or 302)
        if fault.expired:
            return storage_error(403, "ExpiredToken")
        if fault.status is None:
            return None
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        return Response(fault.body, fault.status, headers, media_type=fault.content_type)


async def close_connection(receive: Receive) -> Message:
    """Close the connection and wait until it is gone: returning earlier sends a response."""
    close()
    while (message := await receive())["type"] != "http.disconnect":
        pass
    return message


async def wait_for_disconnect(receive: Receive) -> None:
    """Keep the connection open, without sending, until the client closes it."""
    while (await receive())["type"] != "http.disconnect":
        pass


def close_after(limit: int | None, receive: Receive) -> Receive:
    """Return a `receive` that closes the connection after so many bytes of the body."""
    received_bytes = 0

    async def limited() -> Message:
        nonlocal received_bytes
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if limit is not None and received_bytes >= limit and message["type"] == "http.request":
            return await close_connection(receive)
        return message

    return limited


class AlteredResponse:
    """A `send` that changes the body, or stops in the middle of it."""

    def __init__(self, fault: Fault, receive: Receive, send: Send) -> None:
        self._fault = fault
        self._receive = receive
        self._send = send
        self._sent = 0
        self._length = 0
        self._buffer = b""
        self._start: Message = {}

    async def __call__(self, message: Message) -> None:
        """Forward one message of the response."""
        if self._fault.gzip:
            await self._compress(message)
        else:
            await self._alter(message)

    async def _compress(self, message: Message) -> None:
        """Buffer the whole response, then send it compressed."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._buffer += message.get("body", b"")
        if message.get("more_body", False):
            return
        body = gzip.compress(self._buffer)
        headers = MutableHeaders(scope=self._start)
        headers["content-length"] = str(len(body))
        headers["content-encoding"] = "gzip"
        await self._alter(self._start)
        await self._alter({"type": "http.response.body", "body": body, "more_body": False})

    async def _alter(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            change = self._fault.lengthen - self._fault.shorten
            self._length = max(0, int(headers.get("content-length", "0")) + change)
            if change:
                headers["content-length"] = str(self._length)
            await self._send(message)
            return
        last = not message.get("more_body", False)
        await self._forward(self._altered(message.get("body", b""), last=last), last=last)

    def _altered(self, body: bytes, *, last: bool) -> bytes:
        fault = self._fault
        if fault.corrupt and body:
            body = bytes([body[0] ^ 0xFF]) + body[1:]
        if last and fault.lengthen:
            body += bytes(fault.lengthen)
        return body[: self._length - self._sent] if fault.shorten else body

    async def _forward(self, body: bytes, *, last: bool) -> None:
        if self._fault.rate is not None:
            await pause(len(body) / self._fault.rate)
        stall = self._fault.stall_after
        limit = self._fault.cut_after if stall is None else stall
        # A cut after 0 bytes waits for the first block, so that the headers are sent.
        if limit is None or self._sent + len(body) < max(limit, 1):
            self._sent += len(body)
            await self._send({"type": "http.response.body", "body": body, "more_body": not last})
            return
        part = body[: limit - self._sent]
        await self._send({"type": "http.response.body", "body": part, "more_body": True})
        if stall is None:
            await close_connection(self._receive)
        else:
            await wait_for_disconnect(self._receive)
