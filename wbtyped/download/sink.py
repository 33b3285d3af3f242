"""A file in the making: verified while it comes, then put in place in one step."""

import base64
import os
from contextlib import suppress
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from ..errors import ChecksumError
from . import parts
from .digests import BLOCK, Algorithm
from .hashing import RunningDigest
from .placing import disk_errors, place, sync_folder

IN_MEMORY = 1024 * 1024
"""Bytes that wait in memory: a content up to this size until it is complete and right."""
BESIDE = 16 * 1024 * 1024
"""Bytes from which on a content is digested in a thread of its own."""


class Sink:
    """Takes the content of one file, block by block.

    Nothing stands under the final name before `commit` has found size and digest right. A small
    content waits in memory, a larger one in a temporary file beside the target. Leaving the context
    without a commit removes that file, and folders made for it alone; `keep_part` says to leave it
    for a later call, which finds it with `resume`.

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
        self._hash = RunningDigest(self._kind)
        self._made: list[Path] = []
        self._memory: list[bytes] = []
        self._waiting = 0
        self._part: Path | None = None
        self._stream: FileIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def resumable(self) -> bool:
        """Whether a part is of use to a later call: large, and known to be of this content."""
        return self._part is not None and self._digest is not None

    def resume(self, leftovers: parts.Leftovers) -> None:
        """Go on with what an earlier call has left, if it left anything of use."""
        if self._size is not None and self._size <= IN_MEMORY:
            leftovers.sweep(os.path.dirname(self.target))
            return
        found = leftovers.take(self.target, self._digest)
        if found is None:
            return
        self._part, self._stream = found
        with disk_errors(self.target):
            if self._size is not None and self._part.stat().st_size > self._size:
                self.restart()
                return
            self._beside()
            while block := self._stream.read(BLOCK):
                self._hash.update(block)
                self.written += len(block)

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Take a block; raises ChecksumError as soon as there are more bytes than announced."""
        data = block if isinstance(block, bytes) else bytes(block)
        self.written += len(data)
        if self._size is not None and self.written > self._size:
            self._reject_size()
        self._memory.append(data)
        self._waiting += len(data)
        if self._waiting > IN_MEMORY:
            with disk_errors(self.target):
                self._spill()

    def _spill(self) -> None:
        """Move what waits in memory to the temporary file, all at once: blocks come small."""
        if self._stream is None:
            self._part, self._stream = parts.create(self.target, self._digest, self._made)
            self._beside()
        data = b"".join(self._memory)
        self._forget()
        self._hash.update(data)
        write_all(self._stream.fileno(), data)

    def _forget(self) -> None:
        self._memory.clear()
        self._waiting = 0

    def _beside(self) -> None:
        if self._size is None or self._size >= BESIDE:
            self._hash.go_beside()

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
                self._commit_whole(replace=replace)
                return self.target
            self._spill()
            self._check()
            stream = self._stream
            if self._fsync:
                os.fsync(stream.fileno())
            flush(stream)
            place(self._temporary(), self.target, replace=replace)
            if self._fsync:
                sync_folder(self.target.parent)
            stream.close()
        self._stream = self._part = None
        self._made.clear()
        return self.target

    def _commit_whole(self, *, replace: bool) -> None:
        """Write what waited in memory, in as few steps as will do."""
        folder = os.path.dirname(self.target)
        part = os.path.join(folder, parts.whole_name())
        number = parts.open_new(part, self._made)
        try:
            try:
                for data in self._memory:
                    write_all(number, data)
                if self._fsync:
                    os.fsync(number)
            finally:
                # Some file systems tell only here that there is no room.
                os.close(number)
            place(part, self.target, replace=replace)
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise
        if self._fsync:
            sync_folder(self.target.parent)
        self._forget()
        self._made.clear()

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

    def _temporary(self) -> Path:
        if self._part is None:
            raise RuntimeError("a Sink has no temporary file yet")
        return self._part

    def close(self) -> None:
        """Let go of everything; what was not committed goes, unless `keep_part` says otherwise."""
        if self._stream is not None and self._part is not None:
            kept = self.keep_part and self.resumable and self.written
            if kept and not self._stream.closed:
                with suppress(OSError):
                    self._spill()
                self._stream.close()
            else:
                parts.remove(self._part, self._stream)
        self._hash.close()
        self._forget()
        self._stream = None
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()
        self._made.clear()


def write_all(number: int, data: bytes) -> None:
    """Write a whole block to a descriptor, which may take less than it is given at a time."""
    written = os.write(number, data)
    while written < len(data):
        written += os.write(number, memoryview(data)[written:])


def flush(stream: FileIO) -> None:
    """Have the file system say whether it has room: some tell only when a file is closed.

    What was opened stays open, and with it the lock that keeps others off, where the platform can
    rename an open file.
    """
    if os.name == "nt":
        stream.close()
    else:
        os.close(os.dup(stream.fileno()))
