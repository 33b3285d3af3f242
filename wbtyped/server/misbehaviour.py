"""Answer a request the way a fault wants it."""

import gzip

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..clock import pause
from .answers import drain, storage_error
from .connection import cut, cut_after
from .faults import Fault


class Misbehaviour:
    """Stands between a request that a fault struck and the application."""

    def __init__(self, fault: Fault, app: ASGIApp) -> None:
        self._fault = fault
        self._app = app

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or fail to."""
        fault = self._fault
        if fault.latency:
            await pause(fault.latency)
        scope["introspection_off"] = fault.introspection_off
        if fault.cut_before_headers:
            await hang_up(receive)
        elif fault.cut_in_headers:
            cut_after(b"HTTP/1.1 200 OK\r\nContent-Le")
            await hang_up(receive)
        elif instead := self._instead():
            await drain(Request(scope, receive))
            await instead(scope, receive, send)
        elif scope["method"] == "PUT":
            await self._app(scope, cut_short(fault.cut_after, receive), send)
        else:
            await self._app(scope, receive, AlteredAnswer(fault, receive, send))

    def _instead(self) -> Response | None:
        """Return what is sent in place of the real answer, if anything."""
        fault = self._fault
        if fault.redirect is not None:
            return RedirectResponse(fault.redirect, status_code=fault.status or 302)
        if fault.expired:
            return storage_error(403, "ExpiredToken")
        if fault.status is None:
            return None
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        return Response(fault.body, fault.status, headers, media_type=fault.content_type)


async def hang_up(receive: Receive) -> Message:
    """Close the connection; returns once it is gone, or the server would answer after all."""
    cut()
    while (message := await receive())["type"] != "http.disconnect":
        pass
    return message


async def hold_on(receive: Receive) -> None:
    """Keep the connection and send nothing, until the client has enough."""
    while (await receive())["type"] != "http.disconnect":
        pass


def cut_short(limit: int | None, receive: Receive) -> Receive:
    """Return a `receive` that closes the connection once so many bytes of the body have come."""
    come = 0

    async def received() -> Message:
        nonlocal come
        message = await receive()
        come += len(message.get("body", b""))
        if limit is not None and come >= limit and message["type"] == "http.request":
            return await hang_up(receive)
        return message

    return received


class AlteredAnswer:
    """A `send` that changes the body on its way, or breaks off in the middle of it."""

    def __init__(self, fault: Fault, receive: Receive, send: Send) -> None:
        self._fault = fault
        self._receive = receive
        self._send = send
        self._sent = 0
        self._length = 0
        self._held = b""
        self._start: Message = {}

    async def __call__(self, message: Message) -> None:
        """Pass on one message of the answer."""
        if self._fault.gzip:
            await self._compress(message)
        else:
            await self._alter(message)

    async def _compress(self, message: Message) -> None:
        """Hold the answer back until it is complete, then send it compressed."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._held += message.get("body", b"")
        if message.get("more_body", False):
            return
        body = gzip.compress(self._held)
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
        await self._pass_on(self._altered(message.get("body", b""), last=last), last=last)

    def _altered(self, body: bytes, *, last: bool) -> bytes:
        fault = self._fault
        if fault.corrupt and body:
            body = bytes([body[0] ^ 0xFF]) + body[1:]
        if last and fault.lengthen:
            body += bytes(fault.lengthen)
        return body[: self._length - self._sent] if fault.shorten else body

    async def _pass_on(self, body: bytes, *, last: bool) -> None:
        if self._fault.rate is not None:
            await pause(len(body) / self._fault.rate)
        stall = self._fault.stall_after
        limit = self._fault.cut_after if stall is None else stall
        # A cut after 0 bytes waits for the first of them, so that the headers are out.
        if limit is None or self._sent + len(body) < max(limit, 1):
            self._sent += len(body)
            await self._send({"type": "http.response.body", "body": body, "more_body": not last})
            return
        part = body[: limit - self._sent]
        await self._send({"type": "http.response.body", "body": part, "more_body": True})
        if stall is None:
            await hang_up(self._receive)
        else:
            await hold_on(self._receive)
