"""Stands between a client and the embedded server, and does to the bytes what the plan says."""

import asyncio
import json
import socket
import threading
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Self, TypeVar
from urllib.parse import urlsplit

from tests.faults.plan import Kind, Plan
from tests.faults.references import Resource
from tests.faults.wire import (
    HEAD_BYTES,
    Delivery,
    Request,
    Response,
    ask,
    read_request,
    send_part,
)
from wbtyped.server import WandbServer

T = TypeVar("T")
PAUSE = 0.02
"""Seconds between the parts of a slow response."""
STALL = 60.0
"""Seconds that a stalled connection is kept at most; the end of the case comes earlier."""
NO_RESPONSE = Response(502, body=b"the server behind the relay gave no response")


class EventLoop:
    """An event loop in a thread of its own, for the relays of all cases."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[object, object, T]) -> T:
        """Run a coroutine in the loop, and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def close(self) -> None:
        """Stop the loop."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class Relay:
    """Two ports, as the server has: the API, and storage, which also has what references name."""

    def __init__(self, events: EventLoop, server: WandbServer, plan: Plan) -> None:
        self._events = events
        self._plan = plan
        self._upstream = {
            "api": urlsplit(server.url).port or 0,
            "storage": urlsplit(server.storage_url).port or 0,
        }
        self._ports: dict[str, int] = {}
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._errors: list[BaseException] = []
        self.resources: Mapping[str, Resource] = {}
        """What references lead to, by its path."""
        self.leaks: list[str] = []
        """Requests that took the API key to another origin."""

    @property
    def url(self) -> str:
        """URL of the API."""
        return f"http://127.0.0.1:{self._ports['api']}"

    @property
    def storage_url(self) -> str:
        """URL of storage."""
        return f"http://127.0.0.1:{self._ports['storage']}"

    def __enter__(self) -> Self:
        self._events.run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._events.run(self._close())

    async def _open(self) -> None:
        for origin in self._upstream:
            connected = partial(self._connected, origin)
            server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=HEAD_BYTES)
            self._servers.append(server)
            self._ports[origin] = int(server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._errors:
            # The client would take it for one more fault.
            raise RuntimeError("the relay itself is at fault") from self._errors[0]

    def _connected(
        self, origin: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.ensure_future(self._serve(origin, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._errors.append(error)

    async def _serve(
        self, origin: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Take one request after another, until the client or a fault ends the connection."""
        try:
            with suppress(ConnectionError):
                while request := await read_request(reader):
                    delivery = await self._response(origin, request)
                    if not await self._deliver(delivery, writer):
                        break
        finally:
            writer.close()

    async def _response(self, origin: str, request: Request) -> Delivery:
        if origin == "storage" and "authorization" in request.headers:
            self.leaks.append(f"{request.method} {request.path}")
        kind = kind_of(origin, request)
        struck = self._plan.strike(kind, key_of(kind, request))
        if struck is None:
            return Delivery((await self._asked(origin, request) or NO_RESPONSE).encoded())
        fault, random = struck
        forwarded = fault.forward(random, request)
        response = await self._asked(origin, forwarded) if forwarded is not None else None
        return fault.deliver(random, request, response or NO_RESPONSE)

    async def _asked(self, origin: str, request: Request | bytes) -> Response | None:
        """Return the true response; bytes are a request that breaks off and gets none."""
        port = self._upstream[origin]
        if isinstance(request, bytes):
            await send_part(port, request)
            return None
        if resource := self.resources.get(request.path):
            return resource.response(request)
        headers = {**request.headers, "host": f"127.0.0.1:{port}", "connection": "close"}
        response = await ask(port, replace(request, headers=headers).encoded())
        return response and self._on_own_ports(response)

    def _on_own_ports(self, response: Response) -> Response:
        """Return a response with the URLs of the server replaced by those of the relay."""
        headers = {n: v for n, v in response.headers.items() if n not in {"connection", "date"}}
        body = response.body
        for origin, port in self._upstream.items():
            there, here = f"127.0.0.1:{port}", f"127.0.0.1:{self._ports[origin]}"
            if "location" in headers:
                headers["location"] = headers["location"].replace(there, here)
            if headers.get("content-type") == "application/json":
                body = body.replace(there.encode(), here.encode())
        if len(body) != len(response.body):
            headers["content-length"] = str(len(body))
        return Response(response.status, headers, body)

    async def _deliver(self, delivery: Delivery, writer: asyncio.StreamWriter) -> bool:
        """Send what a delivery holds; True when the connection can be used again."""
        size = -(-len(delivery.raw) // delivery.pieces) or 1
        for start in range(0, len(delivery.raw), size):
            if start:
                await asyncio.sleep(PAUSE)
            writer.write(delivery.raw[start : start + size])
            await writer.drain()
        if delivery.ending == "stall":
            await asyncio.sleep(STALL)
        elif delivery.ending == "reset":
            reset(writer)
        return delivery.ending == "keep"


def reset(writer: asyncio.StreamWriter) -> None:
    """Have the connection end with RST instead of FIN."""
    connection = writer.get_extra_info("socket")
    linger = (1).to_bytes(4, "little") + bytes(4)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def kind_of(origin: str, request: Request) -> Kind:
    """Return what a request is for."""
    if origin == "api":
        return "graphql" if request.path == "/graphql" else "file"
    if request.method == "PUT":
        return "upload"
    return "reference" if request.path.startswith("/references/") else "storage"


def key_of(kind: Kind, request: Request) -> str:
    """Return what a request has in common with all others for the same thing, in every run."""
    if kind == "graphql":
        asked = json.loads(request.body)
        return f"{asked['operationName']} {asked['variables'].get('fileNames')}"
    name = request.path.rpartition("/")[2]
    asked = request.headers.get("range", "-")
    # Pieces of a split file come side by side; the rest of a file comes after its beginning.
    return name if asked.endswith("-") else f"{name} {asked}"
