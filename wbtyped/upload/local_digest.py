"""Digest local files: each is read once, for all digests that an upload needs."""

import hashlib
import os
from binascii import b2a_base64
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from ..download.disk.digests import (
    DIGEST_THREADS,
    Hash,
    IsCancelled,
    digest_of,
    never_cancelled,
    new_hash,
)
from .local_body import BLOCK_BYTES, FileStamp, modified, open_regular, unreadable
from .part_sizes import part_bytes_of

INLINE_BYTES = 64 * 1024
"""Bytes up to which handing a file to a thread costs more than digesting it."""
KEPT_BYTES = 48 * 1024 * 1024
"""Contents of small files, in all, that are kept until they are sent."""


class LocalDigest(NamedTuple):
    """What a file contained when it was digested."""

    stamp: FileStamp
    md5: str
    """In base64."""
    xxh128: str | None = None
    """In base64, if it was wanted."""
    parts: tuple[str, ...] = ()
    """The MD5s of its parts, in hex, if it is to be sent in parts."""
    content: bytes | None = None
    """Of a small file, as long as there is memory for it."""


def digest_file(
    path: Path,
    *,
    xxh128: bool = False,
    in_parts: bool = False,
    is_cancelled: IsCancelled = never_cancelled,
) -> LocalDigest:
    """Digest a file; raises DiskError if it cannot be read, or changes meanwhile."""
    descriptor, stamp = open_regular(path)
    with FileIO(descriptor) as stream:
        if stamp.size <= INLINE_BYTES:
            return digest_content(path, descriptor, stamp, xxh128=xxh128)
        parts = PartDigests(part_bytes_of(stamp.size) if in_parts else 0)
        whole = [new_hash("MD5"), *([new_hash("XXH128")] if xxh128 else [])]
        try:
            update_all(stream, whole, parts, is_cancelled)
        except OSError as error:
            raise unreadable(path, error) from error
        if FileStamp.of(descriptor) != stamp:
            raise modified(path)
    md5, *more = map(base64_digest, whole)
    return LocalDigest(stamp, md5, more[0] if more else None, parts.finish())


def digest_if_small(path: Path, *, xxh128: bool) -> LocalDigest | None:
    """Digest a file, unless that takes longer than handing it to a thread."""
    descriptor, stamp = open_regular(path)
    try:
        if stamp.size > INLINE_BYTES:
            return None
        return digest_content(path, descriptor, stamp, xxh128=xxh128)
    finally:
        os.close(descriptor)


def digest_content(path: Path, descriptor: int, stamp: FileStamp, *, xxh128: bool) -> LocalDigest:
    """Digest a small file, and keep its content."""
    try:
        content = os.read(descriptor, stamp.size + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(content) != stamp.size or FileStamp.of(descriptor) != stamp:
        raise modified(path)
    more = digest_of(content, "XXH128") if xxh128 else None
    return LocalDigest(stamp, digest_of(content, "MD5"), more, (), content)


def base64_digest(digest: Hash) -> str:
    """Return a digest in base64."""
    return b2a_base64(digest.digest(), newline=False).decode("ascii")


class PartDigests:
    """The MD5s of the parts of a file, block by block; of none if `part_bytes` is 0."""

    def __init__(self, part_bytes: int) -> None:
        self.wanted: bool = part_bytes > 0
        self._part_bytes = part_bytes
        self._left = part_bytes
        self._digest = hashlib.md5(usedforsecurity=False)
        self._done: list[str] = []

    def update(self, block: bytes) -> None:
        """Add a block."""
        rest = memoryview(block)
        while rest:
            piece, rest = rest[: self._left], rest[self._left :]
            self._digest.update(piece)
            self._left -= len(piece)
            if not self._left:
                self._next()

    def _next(self) -> None:
        self._done.append(self._digest.hexdigest())
        self._digest = hashlib.md5(usedforsecurity=False)
        self._left = self._part_bytes

    def finish(self) -> tuple[str, ...]:
        """Return the digests in hex."""
        if self.wanted and self._left < self._part_bytes:
            self._next()
        return tuple(self._done)


def update_all(
    stream: FileIO, whole: list[Hash], parts: PartDigests, is_cancelled: IsCancelled
) -> None:
    """Read a file to its end once; its parts are digested in another thread than the whole."""
    with ThreadPoolExecutor(1) as thread:
        pending: Future[None] | None = None
        while block := stream.read(BLOCK_BYTES):
            if is_cancelled():
                raise CancelledError
            if pending is not None:
                pending.result()
            pending = thread.submit(parts.update, block) if parts.wanted else None
            for digest in whole:
                digest.update(block)
        if pending is not None:
            pending.result()


class DigestRun:
    """Digests many files in parallel, and keeps the contents of small ones until they are sent."""

    def __init__(self, *, xxh128: bool = False) -> None:
        self._xxh128 = xxh128
        self._kept_bytes = 0
        self._cancelled = False

    def cancel(self) -> None:
        """Let `run` end soon, with CancelledError."""
        self._cancelled = True

    def run(self, paths: Mapping[str, Path]) -> dict[str, LocalDigest]:
        """Digest files by name; raises DiskError for one that cannot be read, or changes."""
        found: dict[str, LocalDigest] = {}
        with ThreadPoolExecutor(DIGEST_THREADS) as threads:
            in_threads: dict[str, Future[LocalDigest]] = {}
            try:
                for name, path in paths.items():
                    if self._cancelled:
                        raise CancelledError
                    small = digest_if_small(path, xxh128=self._xxh128)
                    if small is None:
                        in_threads[name] = threads.submit(self._digest_large, path)
                    else:
                        found[name] = self._keep(small)
                for name, future in in_threads.items():
                    found[name] = future.result()
            except BaseException:
                self._cancelled = True
                threads.shutdown(cancel_futures=True)
                raise
        return {name: found[name] for name in paths} if in_threads else found

    def _digest_large(self, path: Path) -> LocalDigest:
        return digest_file(
            path, xxh128=self._xxh128, in_parts=True, is_cancelled=lambda: self._cancelled
        )

    def _keep(self, digest: LocalDigest) -> LocalDigest:
        """Drop the content if there is no memory for it."""
        self._kept_bytes += digest.stamp.size
        return digest if self._kept_bytes <= KEPT_BYTES else digest._replace(content=None)
