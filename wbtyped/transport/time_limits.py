"""A time limit for a whole response.

httpx only limits each single read. A server that sends a byte now and then, even of the headers,
would hold a thread for ever. So every read from the network gets the time that is left.
"""

import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from ssl import SSLContext
from typing import cast

import httpcore

from ..clock import monotonic
from .httpx_import import httpx

SocketOptions = Iterable[httpcore.SOCKET_OPTION]


class Limit(threading.local):
    """The time limit of the response that this thread is waiting for."""

    seconds: float | None = None
    until: float | None = None

    def left(self, timeout: float | None) -> float | None:
        """Return how long the next read may take; time counts from the first read."""
        if self.seconds is None:
            return timeout
        now = monotonic()
        if self.until is None:
            self.until = now + self.seconds
        if now >= self.until:
            raise httpcore.ReadTimeout(f"no complete response within {self.seconds:g} s")
        return self.until - now if timeout is None else min(timeout, self.until - now)


_limit = Limit()


@contextmanager
def response_limit(seconds: float) -> Generator[None]:
    """Limit the total time of a response that is read inside the context."""
    before = _limit.seconds, _limit.until
    _limit.seconds, _limit.until = seconds, None
    try:
        yield
    finally:
        _limit.seconds, _limit.until = before


class LimitedStream(httpcore.NetworkStream):
    """A connection whose reads obey the limit of the thread."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read the bytes that have arrived."""
        try:
            return self._stream.read(max_bytes, _limit.left(timeout))
        except httpcore.ReadTimeout:
            # Raises with its own message if it was the limit of the whole response.
            _limit.left(timeout)
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send the whole buffer."""
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Encrypt the connection."""
        return LimitedStream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> object:
        """Return information about the underlying socket."""
        return self._stream.get_extra_info(info)


class LimitedBackend(httpcore.NetworkBackend):
    """Opens connections whose reads obey the limit of the thread."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a host, whose name is in ASCII."""
        # For a name as a string, sockets would load the codec of names that are not in ASCII, which
        # takes 2 ms; a name in bytes is documented for them.
        name = cast("str", host.encode("ascii"))
        return LimitedStream(
            self._backend.connect_tcp(name, port, timeout, local_address, socket_options)
        )

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a Unix domain socket."""
        return LimitedStream(self._backend.connect_unix_socket(path, timeout, socket_options))

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._backend.sleep(seconds)


def obey_response_limit(transport: httpx.HTTPTransport) -> None:
    """Make an httpx transport obey `response_limit`.

    httpx has no option for it, and the attributes used here are private; a test fails if httpx
    renames them.
    """
    pool: object = getattr(transport, "_pool", None)
    backend: object = getattr(pool, "_network_backend", None)
    if isinstance(backend, httpcore.NetworkBackend):
        setattr(pool, "_network_backend", LimitedBackend(backend))  # noqa: B010 - see above
