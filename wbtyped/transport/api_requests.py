"""Requests to the API, which all have the same headers, and the responses to them.

`httpx.Client` prepares each request anew, and keeps cookies, redirects and hooks ready for it: 0.1
ms of CPU, which is a quarter of the time of a short query. None of that is needed here.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import NamedTuple, cast

from .httpx_import import httpx


class ApiResponse(NamedTuple):
    """A response of the API with its decoded body."""

    status_code: int
    reason_phrase: str
    headers: httpx.Headers
    content: bytes
    attempts: str = ""
    """How often the request was sent, in words for a message, after retries."""


class PreparedPost:
    """Builds POST requests to one server, which differ in path and body only."""

    def __init__(self, url: httpx.URL, headers: Mapping[str, str], timeout: float) -> None:
        self._headers = httpx.Request("POST", url, headers=headers).headers
        self._extensions = {"timeout": httpx.Timeout(timeout).as_dict()}

    def build(self, url: httpx.URL, body: bytes) -> httpx.Request:
        """Build a request, ready to be passed to a transport."""
        headers = self._headers.copy()
        headers["Content-Length"] = str(len(body))
        request = httpx.Request(
            "POST", url, headers=headers, stream=httpx.ByteStream(body), extensions=self._extensions
        )
        request.url = url  # httpx makes a copy, of its own class
        return request


@contextmanager
def named_request(request: httpx.Request) -> Generator[None]:
    """Add the request to errors of its transport, so that they can name the server."""
    try:
        yield
    except httpx.RequestError as error:
        error.request = request
        raise


def sync_body(response: httpx.Response) -> httpx.SyncByteStream:
    """Return the blocks of a body as received from a transport."""
    return cast(httpx.SyncByteStream, response.stream)


def async_body(response: httpx.Response) -> httpx.AsyncByteStream:
    """Asynchronous form of `sync_body`."""
    return cast(httpx.AsyncByteStream, response.stream)
