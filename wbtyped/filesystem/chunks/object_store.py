"""Write verified contents to whatever fsspec has a file system for."""

import base64
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePosixPath
from threading import Lock
from typing import Protocol

import fsspec
from fsspec import AbstractFileSystem

from ...download.disk.digests import Algorithm, new_hash
from ...download.stored_content import StoredContent
from ...errors import ChecksumError

PIECE_BYTES = 16 * 1024 * 1024
"""What is read and written at once; a content of up to this size is written by one request."""
ATTEMPTS = 2
"""How often a content is copied that arrives corrupt."""
WHOLE_OBJECTS = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "memory"})
"""Stores in which an object appears when it is complete."""
MULTIPART = frozenset({"s3", "s3a", "gs", "gcs"})
"""Stores whose uploads in parts appear when they are committed, and not if they are discarded."""
MD5_ETAG = re.compile(r'"?([0-9a-f]{32})"?')


class Upload(Protocol):
    """An upload in parts."""

    closed: bool

    def write(self, data: bytes, /) -> object:
        """Add bytes."""
        ...

    def close(self) -> None:
        """Send what is left."""
        ...

    def commit(self) -> None:
        """Make the object appear."""
        ...

    def discard(self) -> None:
        """Remove what was sent."""
        ...


class ObjectStore:
    """A folder in a file system of fsspec; files appear in it when they are complete and right."""

    def __init__(self, url: str, storage_options: Mapping[str, object] | None) -> None:
        fs, root = fsspec.url_to_fs(url, **(storage_options or {}))
        self._fs: AbstractFileSystem = fs
        self._root = root.rstrip("/")
        protocol = fs.protocol
        self._protocols = {protocol} if isinstance(protocol, str) else set(protocol)
        self._made: set[str] = set()
        self._lock = Lock()
        # What others have written since it was listed counts.
        fs.invalidate_cache()

    def path(self, name: str) -> str:
        """Return the path of a file."""
        return f"{self._root}/{name}"

    def has(self, name: str, content: StoredContent) -> bool:
        """Return True if a file exists with the right content, by its ETag or by reading it."""
        try:
            info = self._fs.info(self.path(name))
        except FileNotFoundError:
            return False
        if content.digest is None or info["type"] != "file" or info["size"] != content.size:
            return False
        etag = MD5_ETAG.fullmatch(str(info.get("ETag") or info.get("etag") or ""))
        if etag and content.algorithm == "MD5" and etag[1] == hex_digest(content.digest):
            return True
        return self._digest(name, content.size or 0, content.algorithm) == content.digest

    def _digest(self, name: str, size: int, algorithm: Algorithm) -> str:
        digest = new_hash(algorithm)
        for start in range(0, size, PIECE_BYTES):
            stop = min(start + PIECE_BYTES, size)
            digest.update(self._fs.cat_file(self.path(name), start=start, end=stop))
        return base64.b64encode(digest.digest()).decode()

    def write(self, name: str, content: StoredContent) -> int:
        """Write a content and return its size; raises ChecksumError and what the store raises."""
        path = self.path(name)
        self._make_folder(path)
        if not content.has_ranges or (content.size or 0) <= PIECE_BYTES:
            data = content.client.run(content.read_whole())
            self._put(path, data)
            return len(data)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._stream(path, content)
            except ChecksumError:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError

    def _make_folder(self, path: str) -> None:
        """Create the folder of a file where the store has folders."""
        folder = str(PurePosixPath(path).parent)
        if self._protocols & WHOLE_OBJECTS or folder in self._made:
            return
        self._fs.makedirs(folder, exist_ok=True)
        self._made.add(folder)

    def _put(self, path: str, data: bytes) -> None:
        if self._protocols & WHOLE_OBJECTS:
            self._fs.pipe_file(path, data)
            return
        temporary = temporary_path(path)
        try:
            self._fs.pipe_file(temporary, data)
            self._fs.mv(temporary, path)
        except BaseException:
            self._remove(temporary)
            raise

    def _stream(self, path: str, content: StoredContent) -> int:
        """Write a large content in pieces; it appears once its digest has been verified."""
        in_parts = bool(self._protocols & MULTIPART)
        target = path if in_parts else temporary_path(path)
        upload = self._open(target, in_parts)
        try:
            size = copy_pieces(content, upload)
            upload.close()
            if in_parts:
                upload.commit()
            else:
                self._fs.mv(target, path)
        except BaseException:
            self._abandon(upload, target, in_parts)
            raise
        return size

    def _open(self, path: str, in_parts: bool) -> Upload:
        if not in_parts:
            opened: Upload = self._fs.open(path, "wb")
            return opened
        # fsspec keeps what is not committed at once for a transaction, which this is not.
        with self._lock:
            upload: Upload = self._fs.open(path, "wb", block_size=PIECE_BYTES, autocommit=False)
            self._fs.transaction.files.remove(upload)
        return upload

    def _abandon(self, upload: Upload, path: str, in_parts: bool) -> None:
        if in_parts:
            with suppress(Exception):
                upload.discard()
            # Else it would send the rest when it is collected.
            upload.closed = True
            return
        with suppress(Exception):
            upload.close()
        self._remove(path)

    def _remove(self, path: str) -> None:
        with suppress(Exception):
            self._fs.rm_file(path)


def copy_pieces(content: StoredContent, upload: Upload) -> int:
    """Copy a content, and return its size; raises ChecksumError if it is not what it should be."""
    digest, size = new_hash(content.algorithm), content.size or 0
    for start in range(0, size, PIECE_BYTES):
        piece = content.client.run(content.read(start, min(start + PIECE_BYTES, size)))
        digest.update(piece)
        upload.write(piece)
    actual = base64.b64encode(digest.digest()).decode()
    if content.digest is not None and actual != content.digest:
        raise ChecksumError(
            f"{content.label}: storage sent content with the {content.algorithm} {actual} instead"
            f" of {content.digest}; it was discarded",
            expected=content.digest,
            actual=actual,
        )
    return size


def temporary_path(path: str) -> str:
    """Return a new path beside that of a file."""
    return f"{PurePosixPath(path).parent}/.wbtyped-{os.urandom(8).hex()}.part"


def hex_digest(digest: str) -> str:
    """Return a base64 digest in hex."""
    return base64.b64decode(digest).hex()
