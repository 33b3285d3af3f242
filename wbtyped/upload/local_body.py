"""The body of an upload: a range of a local file that must not change meanwhile."""

import base64
import hashlib
import os
import stat
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from ..errors import DiskError, UsageError

BLOCK_BYTES = 1024 * 1024
"""Large, so that large files need few system calls."""
# Without waiting, as opening a named pipe would do for a writer. Windows has only the last flag.
OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class FileStamp(NamedTuple):
    """Size and time of modification of a file: if either differs, so may the content."""

    size: int
    modified_ns: int

    @classmethod
    def of(cls, descriptor: int) -> "FileStamp":
        """Return the stamp of an open file."""
        status = os.fstat(descriptor)
        return cls(status.st_size, status.st_mtime_ns)


def open_regular(path: Path) -> tuple[int, FileStamp]:
    """Open a file for reading, and return its descriptor with its stamp.

    Raises DiskError, and UsageError for what is not a regular file.
    """
    try:
        descriptor = os.open(path, OPEN_FLAGS)
    except OSError as error:
        raise unreadable(path, error) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise UsageError(f"{path} is not a regular file, so it cannot be uploaded")
    return descriptor, FileStamp(status.st_size, status.st_mtime_ns)


def unreadable(path: Path, error: OSError) -> DiskError:
    """Return the error for a file that cannot be read."""
    return DiskError(f"{path} cannot be read: {error.strerror}")


def modified(path: Path) -> DiskError:
    """Return the error for a file that is not what it was when the upload began."""
    return DiskError(f"{path} was modified during the upload; upload it again")


class LocalBody(NamedTuple):
    """A range of a local file, as the file was when it was first looked at."""

    path: Path
    stamp: FileStamp
    start: int
    size: int
    md5: str | None = None
    """In base64, if the bytes have to be verified here: storage verifies what it has the MD5 of."""
    content: bytes | None = None
    """The bytes themselves, if they are in memory since they were digested."""

    @classmethod
    def of(cls, path: Path) -> "LocalBody":
        """Return a whole file; raises DiskError if there is none that can be looked at."""
        try:
            status = path.stat()
        except OSError as error:
            raise unreadable(path, error) from error
        return cls(path, FileStamp(status.st_size, status.st_mtime_ns), 0, status.st_size)

    def read(self) -> bytes:
        """Return the bytes; raises DiskError if they are no longer what they were."""
        if self.content is not None:
            return self.content
        return b"".join(self.blocks())

    def blocks(self, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
        """Yield the bytes; raises DiskError before the last block if the file was modified.

        An upload of a modified file is therefore never complete.
        """
        if self.content is not None:
            yield self.content
            return
        digest = hashlib.md5(usedforsecurity=False) if self.md5 is not None else None
        left = self.size
        descriptor, stamp = open_regular(self.path)
        with FileIO(descriptor) as stream:
            if stamp != self.stamp:
                raise modified(self.path)
            try:
                stream.seek(self.start)
                while left:
                    block = stream.read(min(block_bytes, left))
                    if not block:
                        raise modified(self.path)
                    left -= len(block)
                    if digest is not None:
                        digest.update(block)
                    if not left:
                        self._check(stream, digest.digest() if digest is not None else None)
                    yield block
            except DiskError:
                raise
            except OSError as error:
                raise unreadable(self.path, error) from error

    def _check(self, stream: FileIO, digest: bytes | None) -> None:
        if FileStamp.of(stream.fileno()) != self.stamp:
            raise modified(self.path)
        if digest is not None and base64.b64encode(digest).decode() != self.md5:
            raise modified(self.path)
