"""Fetch the manifest of a version from storage."""

import httpx

from ...download.response import raise_for_status
from ...transport.client import Client
from ...transport.flow import Sender
from ...transport.retries import TransientError
from ...urls import web_url


class ManifestRequest:
    """The request for a manifest in storage, to be yielded by a flow."""

    def __init__(self, client: Client, url: str, what: str) -> None:
        self._transport = client.transport
        self._label = f"manifest of {what}"
        self._url = self._transport.absolute(url)
        self._limit = client.settings.limits.manifest_bytes
        self.content: bytes = b""

    def send(self, _: Sender, /) -> None:
        """Fetch the manifest and keep its content."""

        def attempt() -> bytes:
            return self._content(self._transport.get(self._label, self._url, self._limit))

        try:
            self.content = self._transport.retries.call(attempt, self._server())
        except TransientError as error:
            raise error.to_public_error() from error

    async def asend(self, _: Sender, /) -> None:
        """Asynchronous form of `send`."""

        async def attempt() -> bytes:
            return self._content(await self._transport.aget(self._label, self._url, self._limit))

        try:
            self.content = await self._transport.retries.acall(attempt, self._server())
        except TransientError as error:
            raise error.to_public_error() from error

    def _server(self) -> str:
        return web_url(self._url, self._label).server

    def _content(self, response: httpx.Response) -> bytes:
        if response.status_code != 200:
            raise_for_status(self._label, response.status_code, response.headers, signed=False)
        return response.content
