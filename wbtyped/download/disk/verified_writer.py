"""A file in the making: verified while it comes, then put in place in one step."""

import base64
import os
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Self

from ...errors import ChecksumError
from .atomic import disk_errors, place
from .background_digest import BackgroundDigest
from .digests import BLOCK_BYTES, Algorithm
from .folder import Folder, write_all
from .folder_tree import FolderTree, OpenFolder

MEMORY_LIMIT_BYTES = 1024 * 1024
"""Bytes that wait in memory: a content up to this size until it is complete and right."""
THREADED_DIGEST_BYTES = 16 * 1024 * 1024
"""Bytes from which on a content is digested in a thread of its own."""


class VerifiedWriter:
    """Takes the content of one file, block by block.

    Nothing stands under the final name before `commit` has found size and digest right. A small
    content waits in memory, a larger one in a temporary file beside the target. Leaving the context
    without a commit removes that file; `keep_part` says to leave it for a later call, which finds
    it with `resume`. `tree` holds the folders below the download root, which the caller closes;
    without one, the folder of the target is the root.

    `size` is in bytes, `md5` or `xxh128` in base64; None skips that check. `label` names the file
    in errors. With `fsync` the content is on the disk for good before it takes its name.
    """

    def __init__(
        self,
        target: Path,
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
        """Bytes that came so far."""
        self._size = size
        self._kind: Algorithm = "XXH128" if xxh128 else "MD5"
        self._digest = xxh128 or md5
        self._label = label
        self._fsync = fsync
        self._hash = BackgroundDigest(self._kind)
        self._tree = tree or FolderTree(target.parent)
        self._own_tree = tree is None
        self._process = os.getpid()
        self._memory: list[bytes] = []
        self._waiting = 0
        self._folder: OpenFolder | None = None
        self._part: str | None = None
        self._stream: FileIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def resumable(self) -> bool:
        """Whether a part is of use to a later call: large, and known to be of this content."""
        return self._part is not None and self._digest is not None

    def resume(self) -> None:
        """Go on with what an earlier call has left, if it left anything of use."""
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
            self._beside()
            while block := self._stream.read(BLOCK_BYTES):
                self._hash.update(block)
                self.written += len(block)

    def sibling(self) -> Path:
        """Return a new path beside the target, for a piece of the content."""
        with disk_errors(self.target):
            if self._folder is None:
                self._folder = self._tree.enter(self.target)
            return self.target.with_name(self._tree.new_name(self._folder))

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Take a block; raises ChecksumError as soon as there are more bytes than announced."""
        data = block if isinstance(block, bytes) else bytes(block)
        self.written += len(data)
        if self._size is not None and self.written > self._size:
            self._reject_size()
        self._memory.append(data)
        self._waiting += len(data)
        if self._waiting > MEMORY_LIMIT_BYTES:
            with disk_errors(self.target):
                self._spill()

    def _spill(self) -> None:
        """Move what waits in memory to the temporary file, all at once: blocks come small."""
        if self._stream is None:
            self._create(self._digest)
            self._beside()
        data = b"".join(self._memory)
        self._forget()
        self._hash.update(data)
        write_all(self._temporary()[2].fileno(), data)

    def _create(self, digest: str | None) -> None:
        self._leave()
        self._folder, self._part, self._stream = self._tree.create(self.target, digest)

    def _leave(self) -> None:
        """Use the folder no more."""
        if self._folder is not None:
            self._tree.leave(self._folder)
            self._folder = None

    def _forget(self) -> None:
        self._memory.clear()
        self._waiting = 0

    def _beside(self) -> None:
        if self._size is None or self._size >= THREADED_DIGEST_BYTES:
            self._hash.start_thread()

    def expect(self, size: int | None) -> None:
        """Take another size as the right one; None skips that check."""
        self._size = size

    def restart(self) -> None:
        """Forget what came so far; the next block is the first."""
        self._forget()
        if self._stream is not None:
            with disk_errors(self.target):
                self._stream.seek(0)
                self._stream.truncate()
        self.written = 0
        self._hash.restart()

    def commit(self, *, replace: bool) -> Path:
        """Check what came, give it its name in one step, and return the path.

        Raises ChecksumError when size or digest do not fit, and without `replace` FileExistsError
        when a file of this name appeared meanwhile.
        """
        with disk_errors(self.target):
            if self._stream is None:
                self._check()
                self._create(None)
                folder, part, stream = self._temporary()
                for data in self._memory:
                    write_all(stream.fileno(), data)
            else:
                self._spill()
                self._check()
                folder, part, stream = self._temporary()
                folder.check()
            if self._fsync:
                os.fsync(stream.fileno())
            # Some file systems tell only here that there is no room.
            stream.close()
            place(folder, part, self.target, replace=replace)
            if self._fsync:
                folder.sync()
        self._part = self._stream = None
        self._forget()
        self._leave()
        return self.target

    def _check(self) -> None:
        if self._size is not None and self.written != self._size:
            self._reject_size()
        if self._digest is None:
            return
        # What waits in memory is digested here, perhaps in another thread than that which fetches.
        for data in self._memory:
            self._hash.update(data)
        actual = base64.b64encode(self._hash.digest()).decode()
        if actual != self._digest:
            raise ChecksumError(
                f"{self._label}: the content that came is not the one announced "
                f"({self._kind} {actual}, announced {self._digest}); it was thrown away",
                expected=self._digest,
                actual=actual,
            )

    def _reject_size(self) -> None:
        raise ChecksumError(
            f"{self._label}: {self.written} bytes came, {self._size} were announced; "
            "they were thrown away",
            expected=str(self._size),
            actual=str(self.written),
        )

    def _temporary(self) -> tuple[Folder, str, FileIO]:
        if self._folder is None or self._part is None or self._stream is None:
            raise RuntimeError("a Sink has no temporary file yet")
        return self._folder.folder, self._part, self._stream

    def close(self) -> None:
        """Let go of everything; what was not committed goes, unless `keep_part` says otherwise.

        In a forked process this does nothing: the file is that of the parent.
        """
        if os.getpid() != self._process:
            return
        if self._folder is not None and self._part is not None and self._stream is not None:
            self._close_part(self._folder, self._part, self._stream)
        self._hash.close()
        self._forget()
        self._part = self._stream = None
        self._leave()
        if self._own_tree:
            self._tree.close()

    def _close_part(self, opened: OpenFolder, part: str, stream: FileIO) -> None:
        if self.keep_part and self.resumable and self.written and not stream.closed:
            with suppress(OSError):
                self._spill()
            stream.close()
            self._tree.keep_parts()
            return
        with suppress(OSError):
            stream.close()
        with suppress(OSError):
            opened.folder.unlink(part)
