"""A relay between client and embedded server that injects the faults of a plan."""

import asyncio
import hashlib
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
    MAX_HEAD_BYTES,
    Delivery,
    Request,
    Response,
    exchange,
    read_request,
    send_partial,
)
from wbtyped.server import WandbServer

T = TypeVar("T")
PAUSE_SECONDS = 0.02
"""Pause between the parts of a slow response."""
STALL_SECONDS = 60.0
"""Longest time that a stalled connection stays open; the case ends earlier."""
NO_RESPONSE = Response(502, body=b"the server behind the relay gave no response")


class LoopThread:
    """An event loop in a thread of its own, shared by the relays of all cases."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[object, object, T]) -> T:
        """Run a coroutine in the loop and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def close(self) -> None:
        """Stop the loop."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class Relay:
    """Two ports, as on the server: the API, and storage, which also serves references."""

    def __init__(self, loop: LoopThread, server: WandbServer, plan: Plan) -> None:
        self._loop = loop
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
        """The targets of references by path."""
        self.leaks: list[str] = []
        """Requests that sent the API key to another origin."""

    @property
    def url(self) -> str:
        """URL of the API."""
        return f"http://127.0.0.1:{self._ports['api']}"

    @property
    def storage_url(self) -> str:
        """URL of storage."""
        return f"http://127.0.0.1:{self._ports['storage']}"

    def __enter__(self) -> Self:
        self._loop.run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._close())

    async def _open(self) -> None:
        for origin in self._upstream:
            connected = partial(self._connected, origin)
            server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=MAX_HEAD_BYTES)
            self._servers.append(server)
            self._ports[origin] = int(server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._errors:
            # To the client it looked like one more fault.
            raise RuntimeError("the relay itself failed") from self._errors[0]

    def _connected(
        self, origin: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.ensure_future(self._serve(origin, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._task_done)

    def _task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._errors.append(error)

    async def _serve(
        self, origin: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve requests until the client or a fault ends the connection."""
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
        kind = classify(origin, request)
        injected = self._plan.inject(kind, request_key(kind, request))
        if injected is None:
            return Delivery((await self._forward(origin, request) or NO_RESPONSE).encoded())
        fault, random = injected
        forwarded = fault.forward(random, request)
        response = await self._forward(origin, forwarded) if forwarded is not None else None
        return fault.deliver(random, request, response or NO_RESPONSE)

    async def _forward(self, origin: str, request: Request | bytes) -> Response | None:
        """Return the true response; an incomplete request, given as bytes, gets none."""
        port = self._upstream[origin]
        if isinstance(request, bytes):
            await send_partial(port, request)
            return None
        if resource := self.resources.get(request.path):
            return resource.response(request)
        headers = {**request.headers, "host": f"127.0.0.1:{port}", "connection": "close"}
        response = await exchange(port, replace(request, headers=headers).encoded())
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
        """Send a delivery; return True if the connection can be reused."""
        size = -(-len(delivery.raw) // delivery.pieces) or 1
        for start in range(0, len(delivery.raw), size):
            if start:
                await asyncio.sleep(PAUSE_SECONDS)
            writer.write(delivery.raw[start : start + size])
            await writer.drain()
        if delivery.ending == "stall":
            await asyncio.sleep(STALL_SECONDS)
        elif delivery.ending == "reset":
            reset(writer)
        return delivery.ending == "keep"


def reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with RST instead of FIN."""
    connection = writer.get_extra_info("socket")
    linger = (1).to_bytes(4, "little") + bytes(4)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def classify(origin: str, request: Request) -> Kind:
    """Return the kind of a request."""
    if origin == "api":
        return "graphql" if request.path == "/graphql" else "file"
    if request.method == "PUT":
        return "upload"
    return "reference" if request.path.startswith("/references/") else "storage"


def request_key(kind: Kind, request: Request) -> str:
    """Return a key that all requests for the same resource share, in every run."""
    if kind == "graphql":
        operation = json.loads(request.body)
        return f"{operation['operationName']} {operation['variables'].get('fileNames')}"
    if kind == "upload":
        # Its path holds numbers that depend on what the server did before.
        return hashlib.sha256(request.body).hexdigest()[:16]
    name = request.path.rpartition("/")[2]
    requested = request.headers.get("range", "-")
    # Ranges of a split file are requested in parallel; the rest of a file follows its beginning.
    return name if requested.endswith("-") else f"{name} {requested}"
