"""Digests of content: MD5, and the XXH128 of newer artifacts."""

import base64
import hashlib
import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Literal, Protocol

from ..transfer import TransferCancelled

Algorithm = Literal["MD5", "XXH128"]
IsCancelled = Callable[[], bool]
"""Tells whether nobody waits for a digest any more."""
BLOCK_BYTES = 1024 * 1024
DIGEST_THREADS = min(8, os.cpu_count() or 1)
"""Threads that read existing files side by side; more than the cores gain nothing."""


class Hash(Protocol):
    """A digest in the making."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Take more content."""

    def digest(self) -> bytes:
        """Return the digest of what came so far."""
        ...

    def hexdigest(self) -> str:
        """Return the digest of what came so far, in hex."""
        ...


def new_hash(algorithm: Algorithm) -> Hash:
    """Begin a digest."""
    if algorithm == "MD5":
        return hashlib.md5(usedforsecurity=False)
    import xxhash

    return xxhash.xxh3_128()


def never() -> bool:
    """Say that somebody waits for the digest."""
    return False


def file_digest(path: Path, algorithm: Algorithm, is_cancelled: Callable[[], bool] = never) -> str:
    """Return the digest of a local file in base64; raises Abandoned when nobody waits for it."""
    with path.open("rb", buffering=0) as stream:
        return stream_digest(stream, algorithm, is_cancelled)


def stream_digest(
    stream: FileIO, algorithm: Algorithm, is_cancelled: Callable[[], bool] = never
) -> str:
    """Return the digest of what is left of an open file, in base64."""
    running = new_hash(algorithm)
    while block := stream.read(BLOCK_BYTES):
        if is_cancelled():
            raise TransferCancelled
        running.update(block)
    return base64.b64encode(running.digest()).decode()
