"""Fetch a small file from storage into memory, or a manifest into a stream."""

from typing import IO

from ..transport.client import Client
from ..transport.flow import Sender
from ..transport.httpx_import import httpx
from ..transport.retries import TransientError
from ..urls import web_url
from .response import raise_for_status


class ContentRequest:
    """The request for the content at a URL in storage, to be yielded by a flow.

    `label` names it in errors, and `limit` is the largest number of bytes to accept.
    """

    def __init__(self, client: Client, label: str, url: str, limit: int) -> None:
        self._transport = client.transport
        self._label = label
        self._url = self._transport.absolute(url)
        self._limit = limit
        self.content: bytes = b""

    def send(self, _: Sender, /) -> None:
        """Fetch the content and keep it."""

        def attempt() -> bytes:
            return self._content(
                self._transport.get(self._label, self._url, self._limit, self._new_stream())
            )

        try:
            self.content = self._transport.retries.call(attempt, self._server())
        except TransientError as error:
            raise error.to_public_error() from error

    async def asend(self, _: Sender, /) -> None:
        """Asynchronous form of `send`."""

        async def attempt() -> bytes:
            return self._content(
                await self._transport.aget(self._label, self._url, self._limit, self._new_stream())
            )

        try:
            self.content = await self._transport.retries.acall(attempt, self._server())
        except TransientError as error:
            raise error.to_public_error() from error

    def _new_stream(self) -> IO[bytes] | None:
        """Return an empty stream for the content of an attempt; None keeps it in memory."""
        return None

    def _server(self) -> str:
        return web_url(self._url, self._label).server

    def _content(self, response: httpx.Response) -> bytes:
        if response.status_code != 200:
            raise_for_status(self._label, response.status_code, response.headers, signed=False)
        return response.content
