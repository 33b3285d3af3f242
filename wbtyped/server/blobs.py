"""Contents, kept under the digest of their bytes."""

import base64
import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored content: its key (SHA-256 in hex), size in bytes, and MD5 in base64."""

    key: str
    size: int
    md5: str


class Incoming:
    """A content on its way in; it counts only once `finish` has put it in place."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / secrets.token_hex(16)
        self._stream = self._path.open("xb")
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._size = 0

    def write(self, block: bytes) -> None:
        """Take a block."""
        self._stream.write(block)
        self._sha256.update(block)
        self._md5.update(block)
        self._size += len(block)

    @property
    def md5(self) -> str:
        """MD5 of what came so far, in base64."""
        return base64.b64encode(self._md5.digest()).decode()

    @property
    def hex_md5(self) -> str:
        """MD5 of what came so far, in hex."""
        return self._md5.hexdigest()

    def settle(self) -> None:
        """Bring the content to the disk for good; nothing more may be written."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()

    def finish(self, store: "BlobStore") -> Blob:
        """Put a settled content in place."""
        key = self._sha256.hexdigest()
        target = store.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._path.replace(target)
        return Blob(key, self._size, self.md5)

    def discard(self) -> None:
        """Forget the content."""
        self._stream.close()
        with suppress(FileNotFoundError):
            self._path.unlink()


class BlobStore:
    """A folder of contents; equal contents are stored once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        # Whatever is here was cut off when the last process ended.
        for left in self._incoming.iterdir():
            left.unlink()

    def path(self, key: str) -> Path:
        """Return where a content lies."""
        return self._folder / key[:2] / key[2:]

    def incoming(self) -> Incoming:
        """Begin a content."""
        return Incoming(self._incoming)

    def put(self, content: bytes) -> Blob:
        """Store bytes at once."""
        key = hashlib.sha256(content).hexdigest()
        if self.path(key).exists():
            digest = hashlib.md5(content, usedforsecurity=False).digest()
            return Blob(key, len(content), base64.b64encode(digest).decode())
        arriving = self.incoming()
        arriving.write(content)
        arriving.settle()
        return arriving.finish(self)

    def remove(self, key: str) -> None:
        """Delete a content that no row names any more."""
        with suppress(FileNotFoundError):
            self.path(key).unlink()
