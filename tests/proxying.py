"""Real proxies and TLS in front of real servers, for tests."""

import socket
import ssl
import threading
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit


class Listener:
    """Accepts connections and serves each in a thread of its own."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []

    def serve(self, connection: socket.socket) -> None:
        """Serve one client."""
        raise NotImplementedError

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._open.append(connection)
                threading.Thread(target=self._guarded, args=(connection,), daemon=True).start()

    def _guarded(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            self.serve(connection)

    def pump(self, one: socket.socket, other: socket.socket) -> None:
        """Forward bytes in both directions until one side closes."""

        def forward(source: socket.socket, target: socket.socket) -> None:
            with suppress(OSError):
                while block := source.recv(65536):
                    target.sendall(block)
            for end in (source, target):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

        back = threading.Thread(target=forward, args=(other, one), daemon=True)
        back.start()
        forward(one, other)
        back.join()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._open:
            connection.close()


class RealProxy(Listener):
    """An HTTP proxy, with CONNECT, and a SOCKS5 proxy, on one port."""

    def __init__(self, password: str | None = None) -> None:
        super().__init__()
        self.asked: list[str] = []
        """The requests received: `GET host:port`, `CONNECT host:port`, `SOCKS host:port`."""
        self.keys: list[str] = []
        """The `Authorization` headers that the proxy could read."""
        self._password = password

    def serve(self, connection: socket.socket) -> None:
        """Take one request or one tunnel."""
        if connection.recv(1, socket.MSG_PEEK) == b"\x05":
            self._serve_socks(connection)
        else:
            self._serve_http(connection)

    def _serve_http(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        head, _, rest = head.partition(b"\r\n\r\n")
        line, *headers = head.decode().split("\r\n")
        method, target, _ = line.split(" ")
        if self._password is not None and not self._knows(headers):
            connection.sendall(
                b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n"
                b"Content-Length: 0\r\nConnection: close\r\n\r\n"
            )
            return
        netloc = target if method == "CONNECT" else urlsplit(target).netloc
        self.asked.append(f"{method} {netloc}")
        self.keys += [h for h in headers if h.lower().startswith("authorization:")]
        with socket.create_connection(split_netloc(netloc)) as there:
            if method == "CONNECT":
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = target.partition(netloc)[2] or "/"
                kept = [h for h in headers if not h.lower().startswith(("connection:", "proxy-"))]
                request = "\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close"])
                there.sendall(request.encode() + b"\r\n\r\n" + rest)
            self.pump(connection, there)

    def _knows(self, headers: list[str]) -> bool:
        sent = [h.split()[-1] for h in headers if h.lower().startswith("proxy-authorization:")]
        return [b64decode(login).decode() for login in sent] == [f"me:{self._password}"]

    def _serve_socks(self, connection: socket.socket) -> None:
        read: Callable[[int], bytes] = lambda size: connection.recv(size, socket.MSG_WAITALL)  # noqa: E731
        read(read(2)[1])
        connection.sendall(b"\x05\x00")
        kind = read(4)[3]
        host = {
            1: lambda: socket.inet_ntoa(read(4)),
            3: lambda: read(read(1)[0]).decode(),
            4: lambda: socket.inet_ntop(socket.AF_INET6, read(16)),
        }[kind]()
        port = int.from_bytes(read(2))
        self.asked.append(f"SOCKS {host}:{port}")
        with socket.create_connection((host, port)) as there:
            connection.sendall(b"\x05\x00\x00\x01" + bytes(6))
            self.pump(connection, there)


class TlsFront(Listener):
    """Accepts TLS and forwards to a server without TLS."""

    def __init__(self, context: ssl.SSLContext, behind: int) -> None:
        super().__init__()
        self.context = context
        self.behind = behind
        self.connections = 0

    def serve(self, connection: socket.socket) -> None:
        """Forward one client's connection."""
        self.connections += 1
        with (
            self.context.wrap_socket(connection, server_side=True) as inside,
            socket.create_connection(("127.0.0.1", self.behind)) as there,
        ):
            self.pump(inside, there)


def split_netloc(netloc: str) -> tuple[str, int]:
    """Return host and port of `host:port`."""
    host, _, port = netloc.rpartition(":")
    return host.strip("[]"), int(port)
