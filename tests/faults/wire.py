"""HTTP/1.1 messages as bytes: read, rebuilt, and sent exactly as a fault wants them."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

HEAD_END = b"\r\n\r\n"
HEAD_BYTES = 256 * 1024
"""The most that the head of a request may take."""

Headers = dict[str, str]
"""Names in lower case."""
Ending = Literal["keep", "close", "reset", "stall"]
"""What becomes of the connection after the bytes were sent."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def encoded(self) -> bytes:
        """Return the request as bytes."""
        return head(f"{self.method} {self.target} HTTP/1.1", self.headers) + self.body


@dataclass(frozen=True, slots=True)
class Response:
    """A response that a server gave, or that a fault makes up; its length is filled in."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def encoded(self) -> bytes:
        """Return the response as bytes."""
        return self.head() + self.body

    def head(self, **instead: str) -> bytes:
        """Return the head alone, with some headers set to something else."""
        sent = {"content-length": str(len(self.body)), **self.headers}
        sent |= {name.replace("_", "-"): value for name, value in instead.items()}
        return head(status_line(self.status), sent)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The bytes that go to the client, and what happens then."""

    raw: bytes
    ending: Ending = "keep"
    pieces: int = 1
    """How many parts the bytes are sent in, with pauses between them."""


def status_line(status: int) -> str:
    """Return the first line of a response."""
    known = status in HTTPStatus.__members__.values()
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase if known else 'Odd'}"


def head(first: str, headers: Headers) -> bytes:
    """Return the head of a message."""
    lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("utf-8") + HEAD_END


def parsed_head(raw: bytes) -> tuple[str, Headers]:
    """Return the first line of a message and its headers."""
    first, *lines = raw.decode("iso-8859-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return first, {name.strip().lower(): value.strip() for name, _, value in pairs}


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Return the next request on a connection, or None at its end."""
    try:
        raw = await reader.readuntil(HEAD_END)
        first, headers = parsed_head(raw.removesuffix(HEAD_END))
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    method, target, _ = first.split(" ", 2)
    # Some clients send the whole URL, as to a proxy.
    return Request(method, re.sub(r"^http://[^/]*", "", target) or "/", headers, body)


async def ask(port: int, raw: bytes) -> Response | None:
    """Send bytes to a server, and return its response; None when it gives none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        answer = await reader.read()
    except ConnectionError:
        return None
    finally:
        writer.close()
    start, found, body = answer.partition(HEAD_END)
    if not found:
        return None
    first, headers = parsed_head(start)
    return Response(int(first.split(" ", 2)[1]), headers, body)


async def send_part(port: int, raw: bytes) -> None:
    """Send the beginning of a request to a server, and hang up."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    with suppress(ConnectionError):
        await writer.drain()
    writer.close()
