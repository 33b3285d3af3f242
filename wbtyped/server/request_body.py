"""Read request bodies up to a limit."""

from starlette.datastructures import Headers
from starlette.types import Receive

from .http_errors import HttpError


async def read_body(headers: Headers, receive: Receive, limit: int) -> bytes:
    """Return the whole body of a request; reject one that is too large, without reading the rest.

    uvicorn discards what the client has not sent yet, once it has its response.
    """
    check_content_length(headers, limit)
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        body += message.get("body", b"")
        if len(body) > limit:
            raise too_large(limit)
        if not message.get("more_body"):
            return bytes(body)


def check_content_length(headers: Headers, limit: int) -> None:
    """Reject a body that is too large according to its headers."""
    length = headers.get("content-length", "")
    # h11 has checked that these are at most 20 digits.
    if length and int(length) > limit:
        raise too_large(limit)


def too_large(limit: int) -> HttpError:
    """Return the error for a body that is too large."""
    return HttpError(f"the request is too large: the limit is {limit:,} bytes", status=413)
