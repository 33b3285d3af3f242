"""Content-addressed files: blobs, stored under their SHA-256."""

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
    """A stored blob: its key (SHA-256 in hex), size in bytes, and base64 MD5."""

    key: str
    size: int
    md5: str


class IncomingBlob:
    """A blob that is being written; it takes effect only when `finish` puts it in place."""

    def __init__(self, folder: Path, *, lasting: bool = True, xxh128: bool = False) -> None:
        self._lasting = lasting
        self._in_place = False
        self._path = folder / secrets.token_hex(16)
        # Unbuffered: a forked child would flush its copy of the buffer into the file on exit.
        self._stream = create_private(self._path)
        self._process = os.getpid()
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._xxh128 = xxhash.xxh3_128() if xxh128 else None
        self._size = 0

    @property
    def key(self) -> str:
        """Key of the bytes so far."""
        return self._sha256.hexdigest()

    def write(self, block: bytes) -> None:
        """Write a block."""
        remaining = memoryview(block)
        while remaining:
            remaining = remaining[self._stream.write(remaining) :]
        self._sha256.update(block)
        self._md5.update(block)
        if self._xxh128 is not None:
            self._xxh128.update(block)
        self._size += len(block)

    @property
    def md5(self) -> str:
        """MD5 of the bytes so far, in base64."""
        return base64.b64encode(self._md5.digest()).decode()

    @property
    def hex_md5(self) -> str:
        """MD5 of the bytes so far, in hex."""
        return self._md5.hexdigest()

    @property
    def xxh128(self) -> str:
        """XXH128 of the bytes so far, in base64; empty unless requested."""
        return base64.b64encode(self._xxh128.digest()).decode() if self._xxh128 else ""

    def sync(self) -> None:
        """Flush the bytes to disk, where they are to last; nothing can be written after that."""
        if self._lasting:
            os.fsync(self._stream.fileno())
        self._stream.close()

    def finish(self, store: "BlobStore") -> Blob:
        """Rename a complete blob into place."""
        self._stream.close()
        blob = Blob(self.key, self._size, self.md5)
        target = store.path(blob.key)
        # The existing file may be open, and some systems cannot replace an open file.
        if not target.exists():
            try:
                self._path.replace(target)
            except FileNotFoundError:  # the first blob of its folder
                make_private_folder(target.parent)
                self._path.replace(target)
            self._in_place = True
        return blob

    def discard(self) -> None:
        """Delete the file unless it is in place; a forked child leaves it to its parent."""
        self._stream.close()
        if self._process == os.getpid() and not self._in_place:
            with suppress(FileNotFoundError):
                self._path.unlink()


class BlobStore:
    """A folder of blobs; equal ones are stored once.

    Unless the folder is `lasting`, nothing waits for the disk.
    """

    def __init__(self, folder: Path, *, lasting: bool = True) -> None:
        self._folder = folder
        self.lasting: bool = lasting
        """Whether blobs are written to the disk before they are stored."""
        self._incoming = folder / "incoming"
        make_private_folder(folder)
        make_private_folder(self._incoming)
        # Uploads that were interrupted when the last process ended.
        for partial in self._incoming.iterdir():
            partial.unlink()

    def path(self, key: str) -> Path:
        """Return the location of a blob."""
        return self._folder / key[:2] / key[2:]

    def new_blob(self, *, xxh128: bool = False) -> IncomingBlob:
        """Open a new blob for writing."""
        return IncomingBlob(self._incoming, lasting=self.lasting, xxh128=xxh128)

    def put(self, content: bytes, *, durable: bool = False) -> Blob:
        """Store bytes; only `durable` ones are sure to survive a power failure."""
        blob = self.new_blob()
        try:
            blob.write(content)
            if durable:
                blob.sync()
            return blob.finish(self)
        finally:
            blob.discard()

    def keys(self) -> Iterator[str]:
        """Yield the keys of all blobs."""
        for folder in self._folder.iterdir():
            if folder != self._incoming:
                yield from (folder.name + file.name for file in folder.iterdir())

    def remove(self, key: str) -> int:
        """Delete a blob, if it is there; return its size."""
        with suppress(FileNotFoundError):
            size = self.path(key).stat().st_size
            self.path(key).unlink()
            return size
        return 0
