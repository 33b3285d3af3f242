"""A GraphQL server that only looks up prepared responses, so that only clients are measured."""

import argparse
import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.responses import RUNS, Json, fixed_responses, pages, run_pages

ROOT = Path(__file__).resolve().parents[2]
OPERATION = re.compile(r"\b(?:query|mutation)\s+(\w+)")
LENGTH = re.compile(rb"^content-length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def response(body: bytes) -> bytes:
    """Return a whole HTTP response."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


class PreparedResponses:
    """Responses by operation, and for files and runs by page size and cursor."""

    def __init__(self, total: int, page_sizes: list[int]) -> None:
        self._small = {name: response(body) for name, body in fixed_responses().items()}
        self._pages: dict[tuple[object, ...], bytes] = {}
        self.raw_bytes: dict[int, int] = {}
        """Length of all JSON responses of a listing, by page size."""
        for size in page_sizes:
            self.raw_bytes[size] = 0
            for cursor, body in pages(total, size):
                self._pages["RunFiles", size, cursor] = response(body)
                self.raw_bytes[size] += len(body)
            for cursor, body in run_pages(RUNS, size):
                self._pages["Runs", size, cursor] = response(body)

    def find(self, request: bytes) -> bytes:
        """Return the response to the body of a request."""
        operation = json.loads(request)
        # The official client leaves `operationName` empty; the document always names it.
        match = OPERATION.search(operation["query"])
        name = match[1] if match else ""
        variables: Json = operation.get("variables") or {}
        if name == "RunFiles":
            key = name, variables.get("fileLimit"), variables.get("fileCursor")
        elif name == "Runs":
            key = name, variables.get("perPage"), variables.get("cursor")
        else:
            return self._small.get(name, NOT_FOUND)
        return self._pages.get(key, NOT_FOUND)


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, responses: PreparedResponses) -> None:
        self._responses = responses
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Respond to every complete request."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            is_graphql = head.startswith(b"POST /graphql ")
            if self._transport:
                self._transport.write(self._responses.find(body) if is_graphql else NOT_FOUND)


async def serve(responses: PreparedResponses) -> None:
    """Listen on a free port of the loopback interface, and print it."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(responses), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"port": port, "raw_bytes": responses.raw_bytes}), flush=True)
    await server.serve_forever()


@dataclass(frozen=True)
class Prepared:
    """A running server."""

    url: str
    pid: int
    raw_bytes: dict[int, int]
    """Length of all JSON responses of a listing, by page size."""


@contextmanager
def prepared_server(total: int, page_sizes: list[int]) -> Generator[Prepared]:
    """Run a server in its own process for a run of `total` files."""
    sizes = [str(size) for size in page_sizes]
    command = [sys.executable, "-m", __name__, str(total), *sizes]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            report = json.loads(process.stdout.readline() if process.stdout else "")
            raw_bytes = {int(size): length for size, length in report["raw_bytes"].items()}
            yield Prepared(f"http://127.0.0.1:{report['port']}", process.pid, raw_bytes)
        finally:
            process.terminate()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("total", type=int)
    parser.add_argument("page_sizes", type=int, nargs="+")
    options = parser.parse_args()
    asyncio.run(serve(PreparedResponses(options.total, options.page_sizes)))
