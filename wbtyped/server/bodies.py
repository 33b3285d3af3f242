"""Bodies of requests, read up to a limit."""

from starlette.datastructures import Headers
from starlette.types import Receive

from .refusals import Refusal


async def read_body(headers: Headers, receive: Receive, limit: int) -> bytes:
    """Return the whole body of a request; one that is too large is refused, and not read.

    What a client has not sent yet is thrown away once it has its response, by uvicorn.
    """
    refuse_announced(headers, limit)
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


def refuse_announced(headers: Headers, limit: int) -> None:
    """Refuse a body that is too large by its own word, before any of it is read."""
    length = headers.get("content-length", "")
    # h11 has checked that these are at most 20 digits.
    if length and int(length) > limit:
        raise too_large(limit)


def too_large(limit: int) -> Refusal:
    """Return the refusal of a body that is too large."""
    return Refusal(f"the request is too large: the limit is {limit:,} bytes", status=413)
