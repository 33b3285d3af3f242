"""A server that sends whatever bytes a test wants, including invalid HTTP."""

import socket
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Respond = Callable[["RawRequest"], bytes | Iterable[bytes]]


@dataclass(frozen=True)
class RawRequest:
    """A request as received."""

    target: str
    headers: dict[str, str]
    body: bytes = field(repr=False, default=b"")


def response(
    body: bytes = b"", status: str = "200 OK", headers: Iterable[tuple[str, str]] = ()
) -> bytes:
    """Build a response, with the right `Content-Length` unless another one is given."""
    named = [*headers]
    if not any(name.lower() in {"content-length", "transfer-encoding"} for name, _ in named):
        named.append(("Content-Length", str(len(body))))
    lines = "".join(f"{name}: {value}\r\n" for name, value in named)
    head = f"HTTP/1.1 {status}\r\n{lines}Connection: close\r\n\r\n"
    return head.encode("latin-1", "replace") + body


class RawServer:
    """Sends what `respond` returns for each request, then closes the connection."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.requests: list[RawRequest] = []
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.host: str = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url: str = f"http://{self.host}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while not self._closed:
            with suppress(OSError):
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(30)
            request = self._read(connection)
            if request is None:
                return
            self.requests.append(request)
            sent = self.respond(request)
            for block in (sent,) if isinstance(sent, bytes) else sent:
                connection.sendall(block)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass

    @staticmethod
    def _read(connection: socket.socket) -> RawRequest | None:
        received = b""
        while b"\r\n\r\n" not in received:
            block = connection.recv(65536)
            if not block:
                return None
            received += block
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        while len(body) < int(headers.get("content-length", "0")):
            body += connection.recv(65536)
        return RawRequest(first.split(" ")[1], headers, body)

    def close(self) -> None:
        """Stop the server."""
        self._closed = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@contextmanager
def raw_server(respond: Respond) -> Generator[RawServer]:
    """Run a server for a `with` block."""
    server = RawServer(respond)
    try:
        yield server
    finally:
        server.close()
