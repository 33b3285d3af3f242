"""Digests of content: MD5, and the XXH128 of newer artifacts."""

import base64
import hashlib
from pathlib import Path
from typing import Literal, Protocol

Algorithm = Literal["MD5", "XXH128"]
BLOCK = 1024 * 1024


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


def file_digest(path: Path, algorithm: Algorithm) -> str:
    """Return the digest of a local file in base64."""
    running = new_hash(algorithm)
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            running.update(block)
    return base64.b64encode(running.digest()).decode()
