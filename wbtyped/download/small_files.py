"""Which files the fast lane of an engine may move: small, plain, and fully described."""

import re

from .disk import verified_writer
from .transfer import Transfer

PLAIN_URL = re.compile(
    r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?/"
    r"[A-Za-z0-9/._~!$&'()*+,;=:@-]*(?:%[0-9A-F]{2}[A-Za-z0-9/._~!$&'()*+,;=:@-]*)*"
    r"(?:\?[A-Za-z0-9/._~!$&'()*+,;=:@?-]*(?:%[0-9A-F]{2}[A-Za-z0-9/._~!$&'()*+,;=:@?-]*)*)?"
)
"""URLs that every parser reads alike, and that none rewrites."""


def is_small(transfer: Transfer) -> bool:
    """Return True if a file can be verified in memory and needs nothing but a plain GET.

    Whatever is special takes the usual way: references, ranges, headers (which may hold the API
    key), URLs that parsers read differently, and files without size or digest.
    """
    size = transfer.size
    return (
        size is not None
        and size < verified_writer.MEMORY_LIMIT_BYTES
        and transfer.digest is not None
        and transfer.recorded is None
        and transfer.piece is None
        and not transfer.headers
        and PLAIN_URL.fullmatch(transfer.url) is not None
    )


def server_of(transfer: Transfer) -> str:
    """Return the URL of the server of a small file, without a path."""
    return transfer.url[: transfer.url.index("/", len("https://"))]
