"""Contents, kept under the digest of their bytes."""

import base64
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import xxhash

from .private_files import create_private, make_private_folder


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored content: its key (SHA-256 in hex), size in bytes, and MD5 in base64."""

    key: str
    size: int
    md5: str


class Incoming:
    """A content on its way in; it counts only once `finish` has put it in place."""

    def __init__(self, folder: Path, *, xxh128: bool = False) -> None:
        self._path = folder / secrets.token_hex(16)
        # Without a buffer: a forked child would write a copy of it into the file when it ends.
        self._stream = create_private(self._path)
        self._process = os.getpid()
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._xxh128 = xxhash.xxh3_128() if xxh128 else None
        self._size = 0

    @property
    def key(self) -> str:
        """Key of what came so far."""
        return self._sha256.hexdigest()

    def write(self, block: bytes) -> None:
        """Take a block."""
        left = memoryview(block)
        while left:
            left = left[self._stream.write(left) :]
        self._sha256.update(block)
        self._md5.update(block)
        if self._xxh128 is not None:
            self._xxh128.update(block)
        self._size += len(block)

    @property
    def md5(self) -> str:
        """MD5 of what came so far, in base64."""
        return base64.b64encode(self._md5.digest()).decode()

    @property
    def hex_md5(self) -> str:
        """MD5 of what came so far, in hex."""
        return self._md5.hexdigest()

    @property
    def xxh128(self) -> str:
        """XXH128 of what came so far, in base64; empty when it was not asked for."""
        return base64.b64encode(self._xxh128.digest()).decode() if self._xxh128 else ""

    def settle(self) -> None:
        """Bring the content to the disk for good; nothing more may be written."""
        os.fsync(self._stream.fileno())
        self._stream.close()

    def finish(self, store: "BlobStore") -> Blob:
        """Put a complete content in place."""
        self._stream.close()
        blob = Blob(self.key, self._size, self.md5)
        target = store.path(blob.key)
        # Somebody may be reading what is there, and some systems do not replace an open file.
        if not target.exists():
            make_private_folder(target.parent)
            self._path.replace(target)
        return blob

    def discard(self) -> None:
        """Forget the content, unless it is in place; a forked child leaves it to its parent."""
        self._stream.close()
        if self._process == os.getpid():
            with suppress(FileNotFoundError):
                self._path.unlink()


class BlobStore:
    """A folder of contents; equal contents are stored once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        make_private_folder(folder)
        make_private_folder(self._incoming)
        # Whatever is here was cut off when the last process ended.
        for left in self._incoming.iterdir():
            left.unlink()

    def path(self, key: str) -> Path:
        """Return where a content lies."""
        return self._folder / key[:2] / key[2:]

    def incoming(self, *, xxh128: bool = False) -> Incoming:
        """Begin a content."""
        return Incoming(self._incoming, xxh128=xxh128)

    def put(self, content: bytes, *, lasting: bool = False) -> Blob:
        """Store bytes at once; only what is `lasting` surely outlives a loss of power."""
        arriving = self.incoming()
        try:
            arriving.write(content)
            if lasting:
                arriving.settle()
            return arriving.finish(self)
        finally:
            arriving.discard()

    def keys(self) -> Iterator[str]:
        """Yield the keys of all contents."""
        for folder in self._folder.iterdir():
            if folder != self._incoming:
                yield from (folder.name + file.name for file in folder.iterdir())

    def remove(self, key: str) -> None:
        """Delete a content that no row names any more."""
        with suppress(FileNotFoundError):
            self.path(key).unlink()
