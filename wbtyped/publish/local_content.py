"""The content of a local file: its digest, and blocks that are proven to have that digest."""

import base64
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from ..download.disk.digests import (
    DIGEST_THREADS,
    READ_BLOCK_BYTES,
    Algorithm,
    new_hash,
    stream_digest,
)
from ..errors import DiskError, UsageError
from ..runs.upload import UPLOAD_BLOCK_BYTES

MAX_FILE_BYTES = 5 * 1024**3
"""Object stores accept at most 5 GiB in one request."""


@dataclass(frozen=True, slots=True)
class LocalContent:
    """What a file contained when it was digested."""

    path: Path
    size: int
    md5: str
    """In base64, as object stores verify uploads."""
    xxh128: str | None = None
    """In base64; None unless the version uses it as the digest."""

    @property
    def digest(self) -> str:
        """The digest in the manifest."""
        return self.md5 if self.xxh128 is None else self.xxh128

    @classmethod
    def read(cls, path: Path, algorithm: Algorithm = "MD5") -> "LocalContent":
        """Digest a file; raises DiskError if it cannot be read, or changes meanwhile."""
        try:
            with path.open("rb", buffering=0) as stream:
                before = os.fstat(stream.fileno())
                if not stat.S_ISREG(before.st_mode):
                    raise UsageError(f"{path} is not a regular file, so it cannot be published")
                if before.st_size > MAX_FILE_BYTES:
                    raise UsageError(f"{path} is larger than 5 GiB, which publish does not support")
                md5, xxh128 = _digests(stream, algorithm)
                after = os.fstat(stream.fileno())
        except DiskError:
            raise
        except OSError as error:
            raise DiskError(f"{path} cannot be read: {error.strerror}") from error
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise _modified(path)
        return cls(path, after.st_size, md5, xxh128)

    def body(self) -> bytes | Iterable[bytes]:
        """Return the content for an upload: at once if it is small, else block by block."""
        return b"".join(self.blocks()) if self.size <= UPLOAD_BLOCK_BYTES else self.blocks()

    def blocks(self) -> Iterator[bytes]:
        """Yield the content; raises DiskError before the last block if it has another digest now.

        An upload of a modified file is therefore never complete.
        """
        digest, held, left = new_hash("MD5"), b"", self.size
        with self.path.open("rb", buffering=0) as stream:
            while block := stream.read(UPLOAD_BLOCK_BYTES):
                left -= len(block)
                if left < 0:
                    raise _modified(self.path)
                digest.update(block)
                if held:
                    yield held
                held = block
        if base64.b64encode(digest.digest()).decode() != self.md5:
            raise _modified(self.path)
        if held:
            yield held


def _modified(path: Path) -> DiskError:
    return DiskError(f"{path} was modified while it was being published; publish it again")


def _digests(stream: FileIO, algorithm: Algorithm) -> tuple[str, str | None]:
    """Return the MD5 of an open file and, if that is its digest in the version, the XXH128."""
    if algorithm == "MD5":
        return stream_digest(stream, "MD5"), None
    hashes = new_hash("MD5"), new_hash("XXH128")
    while block := stream.read(READ_BLOCK_BYTES):
        for digest in hashes:
            digest.update(block)
    md5, xxh128 = (base64.b64encode(digest.digest()).decode() for digest in hashes)
    return md5, xxh128


def read_contents(
    files: Mapping[str, Path], algorithm: Algorithm = "MD5"
) -> dict[str, LocalContent]:
    """Digest files in parallel."""

    def read(path: Path) -> LocalContent:
        return LocalContent.read(path, algorithm)

    with ThreadPoolExecutor(DIGEST_THREADS) as threads:
        return dict(zip(files, threads.map(read, files.values()), strict=True))
