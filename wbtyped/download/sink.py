"""A file in the making: written beside its target, verified, then put in place in one step."""

import base64
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from .. import errors
from ..errors import ChecksumError, DiskError
from .digests import Algorithm, new_hash

SUFFIX = ".part"
"""Marks temporary files, so that those of a killed process can be told apart and removed."""
ATTEMPTS = 100
"""Tries to make a temporary file while other sinks remove the folder it belongs to."""


@contextmanager
def disk_errors(target: Path) -> Generator[None]:
    """Turn errors of the operating system into ours, naming the target."""
    try:
        yield
    except errors.WbtypedError:
        raise
    except OSError as error:
        raise DiskError(f"{target} cannot be written: {error.strerror or error}") from error


class Sink:
    """Takes the content of one file, block by block.

    Nothing stands under the final name before `commit` has found size and digest right. Leaving
    the context without a commit removes the temporary file, and folders made for it alone.

    `size` is in bytes, `md5` or `xxh128` in base64; None skips that check. `label` names the file
    in errors.
    """

    def __init__(
        self,
        target: Path,
        *,
        size: int | None,
        md5: str | None,
        label: str,
        xxh128: str | None = None,
    ) -> None:
        self.target = target
        self._size = size
        self._kind: Algorithm = "XXH128" if xxh128 else "MD5"
        self._digest = xxh128 or md5
        self._label = label
        self._written = 0
        self._hash = new_hash(self._kind)
        self._made: list[Path] = []
        self._stream: FileIO | None = None
        # Short whatever the target is called: names have a limit of 255 bytes.
        self._temporary = target.with_name(f".{os.urandom(8).hex()}{SUFFIX}")

    def __enter__(self) -> Self:
        try:
            with disk_errors(self.target):
                self._stream = self._create()
        except BaseException:
            self._clean()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clean()

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Take a block; raises ChecksumError as soon as there are more bytes than announced."""
        view = memoryview(block).cast("B")
        self._written += len(view)
        if self._size is not None and self._written > self._size:
            self._reject_size()
        self._hash.update(view)
        stream = self._opened()
        with disk_errors(self.target):
            while view:
                # An unbuffered write may take less than it is given.
                view = view[stream.write(view) :]

    def restart(self) -> None:
        """Forget what came so far; the next block is the first."""
        if not self._written:
            return
        stream = self._opened()
        with disk_errors(self.target):
            stream.seek(0)
            stream.truncate()
        self._written = 0
        self._hash = new_hash(self._kind)

    def commit(self, *, replace: bool) -> Path:
        """Check what came, give it its name in one step, and return the path.

        Raises ChecksumError when size or digest do not fit, and without `replace` FileExistsError
        when a file of this name appeared meanwhile.
        """
        if self._size is not None and self._written != self._size:
            self._reject_size()
        actual = base64.b64encode(self._hash.digest()).decode()
        if self._digest is not None and actual != self._digest:
            raise ChecksumError(
                f"{self._label}: the content that came is not the one announced "
                f"({self._kind} {actual}, announced {self._digest}); it was thrown away",
                expected=self._digest,
                actual=actual,
            )
        with disk_errors(self.target):
            # Some file systems tell only now that they had no room.
            self._opened().close()
            if replace:
                self._temporary.replace(self.target)
            else:
                self._place_without_replacing()
        self._made.clear()
        return self.target

    def _place_without_replacing(self) -> None:
        try:
            # A hard link fails where a name is taken, which a rename does only on Windows.
            if os.name == "nt":
                self._temporary.rename(self.target)
            else:
                self._link()
        except FileExistsError as error:
            raise errors.FileExistsError(
                f"{self.target} appeared while it was fetched; it was left as it is"
            ) from error

    def _link(self) -> None:
        try:
            os.link(self._temporary, self.target)
        except FileExistsError:
            raise
        except OSError:
            # File systems without hard links have many codes for it; if anything else is wrong,
            # this fails as well: reserve the name with an empty file, then rename onto it.
            self.target.touch(exist_ok=False)
            try:
                self._temporary.replace(self.target)
            except BaseException:
                self.target.unlink()
                raise

    def _reject_size(self) -> None:
        raise ChecksumError(
            f"{self._label}: {self._written} bytes came, {self._size} were announced; "
            "they were thrown away",
            expected=str(self._size),
            actual=str(self._written),
        )

    def _opened(self) -> FileIO:
        if self._stream is None:
            raise RuntimeError("a Sink is used in a with statement")
        return self._stream

    def _create(self) -> FileIO:
        for _ in range(ATTEMPTS - 1):
            # Another sink that made the folder may leave at this moment and take it along.
            with suppress(FileNotFoundError):
                return self._create_once()
        return self._create_once()

    def _create_once(self) -> FileIO:
        self._make_folders()
        # Made in the usual mode, so that the umask of the process decides the permissions.
        return self._temporary.open("xb", buffering=0)

    def _make_folders(self) -> None:
        missing: list[Path] = []
        folder = self.target.parent
        while not folder.exists() and folder != folder.parent:
            missing.append(folder)
            folder = folder.parent
        for folder in reversed(missing):
            # Another transfer may make the same folder at the same time.
            with suppress(FileExistsError):
                folder.mkdir()
                self._made.append(folder)

    def _clean(self) -> None:
        if self._stream is not None:
            with suppress(OSError):
                self._stream.close()
            with suppress(OSError):
                self._temporary.unlink()
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()
        self._made.clear()
