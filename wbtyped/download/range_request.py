"""Fetch a range of a file from storage into memory, by the rules of downloads."""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager

from ..errors import ChecksumError
from ..transport.client import Client
from ..transport.flow import Sender
from ..transport.http import ExactUrl, Transport, drop_redirect_body, transport_errors
from ..transport.httpx_import import httpx
from ..transport.response_headers import content_range, header
from ..transport.retries import TransientError
from ..transport.time_limits import response_limit
from ..urls import web_url
from .response import ResponseHandler
from .transfer import Transfer


class MemoryWriter:
    """Takes the content of a response into memory; `size` is how many bytes are expected."""

    def __init__(self, size: int | None, label: str) -> None:
        self.written: int = 0
        self._blocks: list[bytes] = []
        self._size = size
        self._label = label

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Add a block; raises ChecksumError as soon as there are more bytes than expected."""
        self._blocks.append(block if isinstance(block, bytes) else bytes(block))
        self.written += len(block)
        if self._size is not None and self.written > self._size:
            self._reject_size()

    def expect_size(self, size: int | None) -> None:
        """Change the expected size; None skips that check."""
        self._size = size

    def restart(self) -> None:
        """Discard everything so far; the next block is the first."""
        self._blocks.clear()
        self.written = 0

    def content(self) -> bytes:
        """Return everything; raises ChecksumError for another size than expected."""
        if self._size is not None and self.written != self._size:
            self._reject_size()
        return self._blocks[0] if len(self._blocks) == 1 else b"".join(self._blocks)

    def _reject_size(self) -> None:
        expected, actual = str(self._size), str(self.written)
        self.restart()
        raise ChecksumError(
            f"{self._label}: storage sent {actual} bytes or more instead of {expected}",
            expected=expected,
            actual=actual,
        )


class RangeRequest:
    """The request for a file, or for a piece of it, to be yielded by a flow.

    Retried like a download, from where it was cut off. `total` is the size of the whole file, and
    `etag` the ETag that its earlier responses had: another one means that the file has changed.
    Raises UrlExpired, ChecksumError, NotFoundError, TransportError.
    """

    def __init__(self, client: Client, transfer: Transfer, total: int | None, etag: str) -> None:
        self._transport: Transport = client.transport
        self._transfer = transfer
        self._total = total
        self.etag: str = etag
        self._writer = MemoryWriter(transfer.size, transfer.label)
        self._handler = ResponseHandler(
            transfer, self._writer, self._transport.settings.timeout, self._transport.hosts
        )
        self.content: bytes = b""

    def send(self, _: Sender, /) -> None:
        """Fetch the bytes and keep them."""
        self._transport.check_online(self._transfer.label)
        try:
            self.content = self._transport.retries.call(self._attempt, self._server())
        except TransientError as error:
            raise error.to_public_error() from error

    async def asend(self, _: Sender, /) -> None:
        """Asynchronous form of `send`."""
        self._transport.check_online(self._transfer.label)
        try:
            self.content = await self._transport.retries.acall(self._aattempt, self._server())
        except TransientError as error:
            raise error.to_public_error() from error

    def _server(self) -> str:
        return web_url(self._transfer.url, self._transfer.label).server

    def _attempt(self) -> bytes:
        http = self._transport.http
        with self._one_try():
            while True:
                request = self._request(http)
                with response_limit(self._transport.settings.timeout):
                    response = http.send(request, stream=True)
                with closing(response):
                    if not self._begin(response):
                        drop_redirect_body(response)
                        continue
                    # Without a chunk size, blocks are passed on as received: no copy is made.
                    for block in response.iter_raw():
                        self._handler.write(block)
                return self._end()

    async def _aattempt(self) -> bytes:
        http = self._transport.ahttp
        with self._one_try():
            while True:
                response = await self._asend_request(http)
                try:
                    if not self._begin(response):
                        continue
                    async for block in response.aiter_raw():
                        self._handler.write(block)
                finally:
                    await response.aclose()
                return self._end()

    @contextmanager
    def _one_try(self) -> Generator[None]:
        """Begin a try, and keep what has arrived if it fails, unless it is compressed."""
        self._handler.start()
        try:
            with transport_errors(self._transfer.label):
                yield
        except Exception:
            self._handler.interrupted()
            raise

    async def _asend_request(self, http: httpx.AsyncClient) -> httpx.Response:
        seconds = self._transport.settings.timeout
        try:
            async with asyncio.timeout(seconds):
                return await http.send(self._request(http), stream=True)
        except TimeoutError as error:
            message = f"{self._transfer.label}: no response within {seconds:g} s"
            raise TransientError(message) from error

    def _request(self, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        url, headers = self._handler.request()
        request = http.build_request("GET", str(url), headers=headers)
        request.url = ExactUrl(url)
        return request

    def _begin(self, response: httpx.Response) -> bool:
        """Process status and headers; return False for a redirect."""
        self._transport.retries.reached.add(self._handler.server)
        self._check_total(response.status_code, response.headers)
        if not self._handler.begin(response.status_code, response.headers):
            return False
        etag = header(response.headers, "etag")
        if self.etag and etag and etag != self.etag:
            self._writer.restart()
            raise ChecksumError(
                f"{self._transfer.label}: it has changed while it was being read; open it again",
                expected=self.etag,
                actual=etag,
            )
        self.etag = self.etag or etag
        return True

    def _check_total(self, status: int, headers: Mapping[str, str]) -> None:
        """Raise ChecksumError if the whole file has another size than is known."""
        found = content_range(headers) if status == 206 else None
        total = found.total if found else None
        if self._total is None or (status != 416 and total in {None, self._total}):
            return
        self._writer.restart()
        raise ChecksumError(
            f"{self._transfer.label}: it has another size in storage than on the server's list",
            expected=str(self._total),
            actual="" if total is None else str(total),
        )

    def _end(self) -> bytes:
        """Process the end of the body, and return the content."""
        self._handler.end()
        if self._transfer.piece is not None and self._writer.written < (self._transfer.size or 0):
            raise TransientError(f"{self._transfer.label}: storage sent a part of the range only")
        return self._writer.content()
