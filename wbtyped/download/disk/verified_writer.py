"""Write a file that is verified while it streams and renamed into place atomically."""

import base64
import os
from contextlib import suppress
from io import FileIO
from typing import Self

from ...errors import ChecksumError
from ..target import Location
from .atomic import disk_errors, rename_into_place
from .background_digest import BackgroundDigest
from .digests import READ_BLOCK_BYTES, Algorithm
from .folder import Folder, write_all
from .folder_tree import FolderTree, OpenFolder

MEMORY_LIMIT_BYTES = 1024 * 1024
"""Bytes kept in memory: a file up to this size until it is complete and verified."""
THREADED_DIGEST_BYTES = 16 * 1024 * 1024
"""Size from which a file is digested in a thread of its own."""


class VerifiedWriter:
    """Writes one file, block by block.

    The target is not touched before `commit` has verified size and digest. A small file waits in
    memory, a larger one in a part file beside the target. Leaving the context without a commit
    removes that file; `keep_part` leaves it for a later call, which finds it with `resume`. `tree`
    holds the folders below the download root and is closed by the caller; without one, the folder
    of the target is the root.

    `size` is in bytes, `md5` or `xxh128` in base64; None skips that check. `label` names the file
    in errors. With `fsync`, the content is flushed to disk before it is renamed into place.
    """

    def __init__(
        self,
        target: Location,
        *,
        size: int | None,
        md5: str | None,
        label: str,
        xxh128: str | None = None,
        fsync: bool = False,
        tree: FolderTree | None = None,
    ) -> None:
        self.target = target
        self.keep_part: bool = False
        self.written: int = 0
        """Bytes received so far."""
        self.resumed: int = 0
        """Those of them that an earlier call received."""
        self._size = size
        self._algorithm: Algorithm = "XXH128" if xxh128 else "MD5"
        self._digest = xxh128 or md5
        self._label = label
        self._fsync = fsync
        self._hash = BackgroundDigest(self._algorithm)
        self._tree = tree or FolderTree(target.parent)
        self._owns_tree = tree is None
        self._process = os.getpid()
        self._buffer: list[bytes] = []
        self._buffered_bytes = 0
        self._folder: OpenFolder | None = None
        self._part: str | None = None
        self._stream: FileIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def resumable(self) -> bool:
        """Whether a later call could resume: there is a part file, and a digest to verify it by."""
        return self._part is not None and self._digest is not None

    def resume(self) -> None:
        """Continue the part file of an earlier call, if there is one."""
        if self._size is not None and self._size <= MEMORY_LIMIT_BYTES:
            return
        with disk_errors(self.target):
            self._folder = self._folder or self._tree.find(self.target)
            if self._folder is None:
                return
            found = self._tree.take(self._folder, self.target.name, self._digest)
            if found is None:
                return
            self._part, self._stream = found
            size = os.fstat(self._stream.fileno()).st_size
            if self._size is not None and size > self._size:
                self.restart()
                return
            self._digest_in_thread_if_large()
            while block := self._stream.read(READ_BLOCK_BYTES):
                self._hash.update(block)
                self.written += len(block)
                self.resumed = self.written

    def sibling(self) -> Location:
        """Return a new path beside the target, for a piece of the file."""
        with disk_errors(self.target):
            if self._folder is None:
                self._folder = self._tree.enter(self.target)
            return self.target.with_name(self._tree.new_name(self._folder))

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Add a block; raises ChecksumError as soon as there are more bytes than expected."""
        data = block if isinstance(block, bytes) else bytes(block)
        self.written += len(data)
        if self._size is not None and self.written > self._size:
            self._reject_size()
        self._buffer.append(data)
        self._buffered_bytes += len(data)
        if self._buffered_bytes > MEMORY_LIMIT_BYTES:
            with disk_errors(self.target):
                self._flush_buffer()

    def _flush_buffer(self) -> None:
        """Move the buffer to the part file, in one write: blocks come small."""
        if self._stream is None:
            self._create_part(self._digest)
            self._digest_in_thread_if_large()
        data = b"".join(self._buffer)
        self._clear_buffer()
        self._hash.update(data)
        write_all(self._open_part()[2].fileno(), data)

    def _create_part(self, digest: str | None) -> None:
        self._leave_folder()
        self._folder, self._part, self._stream = self._tree.create(self.target, digest)

    def _leave_folder(self) -> None:
        """Declare that the folder is no longer used."""
        if self._folder is not None:
            self._tree.leave(self._folder)
            self._folder = None

    def _clear_buffer(self) -> None:
        self._buffer.clear()
        self._buffered_bytes = 0

    def _digest_in_thread_if_large(self) -> None:
        if self._size is None or self._size >= THREADED_DIGEST_BYTES:
            self._hash.start_thread()

    def expect_size(self, size: int | None) -> None:
        """Change the expected size; None skips that check."""
        self._size = size

    def restart(self) -> None:
        """Discard everything so far; the next block is the first."""
        self._clear_buffer()
        if self._stream is not None:
            with disk_errors(self.target):
                self._stream.seek(0)
                self._stream.truncate()
        self.written = self.resumed = 0
        self._hash.restart()

    def commit(self, *, replace: bool) -> Location:
        """Verify the file, rename it into place, and return its path.

        Raises ChecksumError if size or digest differ, and without `replace` FileExistsError if a
        file of this name was created meanwhile.
        """
        with disk_errors(self.target):
            if self._stream is None:
                self._check()
                self._tree.place(self.target, self._buffer, replace=replace, fsync=self._fsync)
            else:
                self._commit_part(replace=replace)
        self._part = self._stream = None
        self._clear_buffer()
        self._leave_folder()
        return self.target

    def _commit_part(self, *, replace: bool) -> None:
        self._flush_buffer()
        self._check()
        folder, part, stream = self._open_part()
        folder.check()
        if self._fsync:
            os.fsync(stream.fileno())
        # Some file systems report a full disk only on close.
        stream.close()
        rename_into_place(folder, part, self.target, replace=replace)
        if self._fsync:
            folder.sync()

    def _check(self) -> None:
        if self._size is not None and self.written != self._size:
            self._reject_size()
        if self._digest is None:
            return
        # The buffer is digested here, perhaps in another thread than the one that receives.
        for data in self._buffer:
            self._hash.update(data)
        actual = base64.b64encode(self._hash.digest()).decode()
        if actual != self._digest:
            raise ChecksumError(
                f"{self._label}: wrong {self._algorithm} digest: received {actual}, expected"
                f" {self._digest}; the data was discarded",
                expected=self._digest,
                actual=actual,
            )

    def _reject_size(self) -> None:
        raise ChecksumError(
            f"{self._label}: received {self.written} bytes, expected {self._size}; the data was"
            " discarded",
            expected=str(self._size),
            actual=str(self.written),
        )

    def _open_part(self) -> tuple[Folder, str, FileIO]:
        if self._folder is None or self._part is None or self._stream is None:
            raise RuntimeError("there is no part file yet")
        return self._folder.folder, self._part, self._stream

    def close(self) -> None:
        """Release everything; without a commit, remove the part file unless `keep_part` is set.

        In a forked process this does nothing: the file belongs to the parent.
        """
        if os.getpid() != self._process:
            return
        if self._folder is not None and self._part is not None and self._stream is not None:
            self._close_part(self._folder, self._part, self._stream)
        self._hash.close()
        self._clear_buffer()
        self._part = self._stream = None
        self._leave_folder()
        if self._owns_tree:
            self._tree.close()

    def _close_part(self, opened: OpenFolder, part: str, stream: FileIO) -> None:
        if self.keep_part and self.resumable and self.written and not stream.closed:
            with suppress(OSError):
                self._flush_buffer()
            stream.close()
            self._tree.keep_part()
            return
        with suppress(OSError):
            stream.close()
        with suppress(OSError):
            opened.folder.unlink(part)
