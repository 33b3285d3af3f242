"""A limit for the whole of a response, whose parts each come in time.

httpx limits every single read. A server that sends a byte now and then, be it of the headers, would
hold a thread for ever, so what reads from the network is given the time that is left.
"""

import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from ssl import SSLContext

import httpcore
import httpx

from ..clock import monotonic

SocketOptions = Iterable[httpcore.SOCKET_OPTION]


class Limit(threading.local):
    """The time that the response has that this thread waits for."""

    seconds: float | None = None
    until: float | None = None

    def left(self, timeout: float | None) -> float | None:
        """Return how long the next read may take; the time counts from the first one."""
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
    """Let a response that is read inside of the context take so long in all."""
    before = _limit.seconds, _limit.until
    _limit.seconds, _limit.until = seconds, None
    try:
        yield
    finally:
        _limit.seconds, _limit.until = before


class LimitedStream(httpcore.NetworkStream):
    """A connection whose reads heed the limit of the thread."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        try:
            return self._stream.read(max_bytes, _limit.left(timeout))
        except httpcore.ReadTimeout:
            # Says so if it was the time for the whole that ended.
            _limit.left(timeout)
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
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
        """Return something of the socket below."""
        return self._stream.get_extra_info(info)


class LimitedBackend(httpcore.NetworkBackend):
    """Opens such connections."""

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
        """Connect to a host."""
        return LimitedStream(
            self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        )

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a socket of this machine."""
        return LimitedStream(self._backend.connect_unix_socket(path, timeout, socket_options))

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._backend.sleep(seconds)


def heed_limits(transport: httpx.HTTPTransport) -> None:
    """Have a transport of httpx heed `response_limit`.

    httpx has no option for it, and its names for the parts are private; a test holds that they are
    these still.
    """
    pool: object = getattr(transport, "_pool", None)
    backend: object = getattr(pool, "_network_backend", None)
    if isinstance(backend, httpcore.NetworkBackend):
        setattr(pool, "_network_backend", LimitedBackend(backend))  # noqa: B010 - see above
