"""Read request bodies up to a limit."""

import zlib

from starlette.datastructures import Headers
from starlette.types import Receive

from .http_errors import HttpError

GZIP_WINDOW_BITS = 16 + zlib.MAX_WBITS
"""Tells zlib to expect the header of gzip."""


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


def decode_body(body: bytes, encoding: str, limit: int) -> bytes:
    """Return the content of a body; reject one in an unknown encoding, or that is too large."""
    if encoding.lower() in {"", "identity"}:
        return body
    if encoding.lower() != "gzip":
        raise HttpError(f"unsupported Content-Encoding {encoding[:100]!r}", status=415)
    decoder = zlib.decompressobj(wbits=GZIP_WINDOW_BITS)
    try:
        content = decoder.decompress(body, limit + 1)
    except zlib.error as error:
        raise HttpError(f"the body is not gzip: {error}", status=400) from error
    if len(content) > limit:
        raise too_large(limit)
    if not decoder.eof or decoder.unused_data:
        raise HttpError("the gzip body is incomplete, or followed by other bytes", status=400)
    return content
