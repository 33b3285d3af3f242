"""HTTP/1.1 messages as bytes: read, rebuilt, and sent exactly as a fault defines them."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

HEAD_END = b"\r\n\r\n"
MAX_HEAD_BYTES = 256 * 1024
"""Maximum size of the head of a request."""

Headers = dict[str, str]
"""Names in lower case."""
Ending = Literal["keep", "close", "reset", "stall"]
"""What happens to the connection after the bytes are sent."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as received."""

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
    """A response of a server or of a fault; its length is filled in."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def encoded(self) -> bytes:
        """Return the response as bytes."""
        return self.head() + self.body

    def head(self, **replaced: str) -> bytes:
        """Return only the head, with some headers replaced."""
        sent = {"content-length": str(len(self.body)), **self.headers}
        sent |= {name.replace("_", "-"): value for name, value in replaced.items()}
        return head(status_line(self.status), sent)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The bytes that the client receives, and what happens then."""

    raw: bytes
    ending: Ending = "keep"
    pieces: int = 1
    """Number of parts that the bytes are sent in, with pauses between them."""


def status_line(status: int) -> str:
    """Return the first line of a response."""
    known = status in HTTPStatus.__members__.values()
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase if known else 'Odd'}"


def head(first: str, headers: Headers) -> bytes:
    """Return the head of a message as bytes."""
    lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("utf-8") + HEAD_END


def parse_head(raw: bytes) -> tuple[str, Headers]:
    """Return the first line of a message and its headers."""
    first, *lines = raw.decode("iso-8859-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return first, {name.strip().lower(): value.strip() for name, _, value in pairs}


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Return the next request on a connection, or None at its end."""
    try:
        raw = await reader.readuntil(HEAD_END)
        first, headers = parse_head(raw.removesuffix(HEAD_END))
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    method, target, _ = first.split(" ", 2)
    # Some clients send the whole URL, as to a proxy.
    return Request(method, re.sub(r"^http://[^/]*", "", target) or "/", headers, body)


async def exchange(port: int, raw: bytes) -> Response | None:
    """Send a request and return the response, or None if there is none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        received = await reader.read()
    except ConnectionError:
        return None
    finally:
        writer.close()
    start, found, body = received.partition(HEAD_END)
    if not found:
        return None
    first, headers = parse_head(start)
    return Response(int(first.split(" ", 2)[1]), headers, body)


async def send_partial(port: int, raw: bytes) -> None:
    """Send the beginning of a request and hang up."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    with suppress(ConnectionError):
        await writer.drain()
    writer.close()
