"""Digests of files: MD5, and XXH128 for newer artifacts."""

import hashlib
import os
from binascii import b2a_base64
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Literal, Protocol

from ..worker import TransferCancelled

Algorithm = Literal["MD5", "XXH128"]
IsCancelled = Callable[[], bool]
"""Returns True if nobody waits for the digest any more."""
READ_BLOCK_BYTES = 1024 * 1024
DIGEST_THREADS = min(8, os.cpu_count() or 1)
"""Threads that digest existing files in parallel; more than the cores gain nothing."""


class Hash(Protocol):
    """An incremental digest."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Add data."""

    def digest(self) -> bytes:
        """Return the digest of the data so far."""
        ...

    def hexdigest(self) -> str:
        """Return the digest of the data so far, in hex."""
        ...


def new_hash(algorithm: Algorithm, data: bytes = b"") -> Hash:
    """Return a new incremental digest, of some data to begin with."""
    if algorithm == "MD5":
        return hashlib.md5(data, usedforsecurity=False)
    import xxhash

    return xxhash.xxh3_128(data)


def never_cancelled() -> bool:
    """Return False: somebody always waits for the digest."""
    return False


def digest_of(content: bytes, algorithm: Algorithm) -> str:
    """Return the digest of a content in base64."""
    if algorithm == "MD5":  # written out, as this is called for each of many small files
        digest = hashlib.md5(content, usedforsecurity=False).digest()
    else:
        digest = new_hash(algorithm, content).digest()
    return b2a_base64(digest, newline=False).decode()


def file_digest(
    path: Path, algorithm: Algorithm, is_cancelled: IsCancelled = never_cancelled
) -> str:
    """Return the digest of a file in base64; raises TransferCancelled."""
    with path.open("rb", buffering=0) as stream:
        return stream_digest(stream, algorithm, is_cancelled)


def stream_digest(
    stream: FileIO, algorithm: Algorithm, is_cancelled: IsCancelled = never_cancelled
) -> str:
    """Return the digest of the rest of an open file, in base64; raises TransferCancelled."""
    digest = new_hash(algorithm)
    while block := stream.read(READ_BLOCK_BYTES):
        if is_cancelled():
            raise TransferCancelled
        digest.update(block)
    return b2a_base64(digest.digest(), newline=False).decode()
