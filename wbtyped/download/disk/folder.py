"""A folder held open, so that no change of its path can lead a write elsewhere.

Where the platform allows, entries are named relative to its descriptor, and a link is never
followed into it. Elsewhere (Windows), its path is checked when it is opened.
"""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Self

from ...errors import UnsafePathError
from .safe_names import is_junction

HAS_DIR_FD: bool = hasattr(os, "O_DIRECTORY") and {
    os.open, os.stat, os.mkdir, os.rmdir, os.unlink, os.rename, os.link
} <= os.supports_dir_fd  # fmt: skip
NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
BINARY: int = getattr(os, "O_BINARY", 0)
DIRECTORY_FLAGS: int = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
CREATE_FLAGS: int = os.O_RDWR | os.O_CREAT | os.O_EXCL | NO_FOLLOW | BINARY
READ_FLAGS: int = os.O_RDONLY | NO_FOLLOW | BINARY
PEEK_FLAGS: int = READ_FLAGS | getattr(os, "O_NONBLOCK", 0)
"""Opens whatever has a name: without these flags, to open a named pipe waits for its writer."""
READ_WRITE_FLAGS: int = os.O_RDWR | NO_FOLLOW | BINARY


class Folder:
    """An open folder; names are those of its direct entries."""

    def __init__(self, path: str, *, follow: bool = False) -> None:
        """Open a folder by its path; with `follow`, the path itself may be a link."""
        self.path = path
        self._descriptor: int | None = None
        if HAS_DIR_FD:
            self._descriptor = os.open(path, DIRECTORY_FLAGS | (0 if follow else NO_FOLLOW))
            self._identity = identity(os.fstat(self._descriptor))
        else:
            status = os.stat(path) if follow else os.lstat(path)
            if follow and not stat.S_ISDIR(status.st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
            require_folder(path, status)
            self._identity = identity(status)
        self._follow = follow

    def __del__(self) -> None:
        self.close()

    def child(self, name: str) -> "Folder":
        """Open a folder in this one; raises UnsafePathError if it is a link or a file."""
        path = os.path.join(self.path, name)
        if self._descriptor is None:
            return Folder(path)
        try:
            descriptor = os.open(name, DIRECTORY_FLAGS | NO_FOLLOW, dir_fd=self._descriptor)
        except FileNotFoundError:
            raise
        except OSError:
            require_folder(path, self.status(name))
            raise
        return Folder._opened(path, descriptor)

    @classmethod
    def _opened(cls, path: str, descriptor: int) -> Self:
        folder = cls.__new__(cls)
        folder.path, folder._descriptor, folder._follow = path, descriptor, False
        folder._identity = identity(os.fstat(descriptor))
        return folder

    def is_current(self) -> bool:
        """Return True if its path still leads here."""
        try:
            status = os.stat(self.path) if self._follow else os.lstat(self.path)
        except OSError:
            return False
        return identity(status) == self._identity

    def check(self) -> None:
        """Raise UnsafePathError if something else has its path now."""
        if not self.is_current() and os.path.lexists(self.path):
            raise UnsafePathError(
                f"folder {self.path} was replaced while a file was being downloaded into it;"
                " nothing was written to what is there now"
            )

    # Entries.

    def _at(self, name: str) -> str:
        return name if self._descriptor is not None else os.path.join(self.path, name)

    @property
    def _follows(self) -> bool:
        """Whether hard links follow symbolic ones: not all platforms can choose."""
        return self._descriptor is None

    def open(self, name: str, flags: int, mode: int = 0o666) -> int:
        """Open an entry and return its descriptor; a new file has the usual permissions."""
        return os.open(self._at(name), flags, mode, dir_fd=self._descriptor)

    def read_small(self, name: str, size: int) -> bytes | None:
        """Return the content of a regular file of this size; None for anything else.

        Only where names are relative to a descriptor: elsewhere, links would be followed.
        """
        descriptor = os.open(name, PEEK_FLAGS, dir_fd=self._descriptor)
        try:
            status = os.fstat(descriptor)
            if status.st_size != size or not stat.S_ISREG(status.st_mode):
                return None
            content = os.read(descriptor, size + 1)
        finally:
            os.close(descriptor)
        return content if len(content) == size else None

    def contains(self, name: str) -> bool:
        """Return True if there is an entry, or one that a link leads to."""
        return os.access(self._at(name), os.F_OK, dir_fd=self._descriptor)

    def status(self, name: str) -> os.stat_result:
        """Return the status of an entry, without following a link."""
        return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)

    def replace(self, old: str, new: str) -> None:
        """Rename an entry, replacing any other of the new name."""
        descriptor = self._descriptor
        os.replace(self._at(old), self._at(new), src_dir_fd=descriptor, dst_dir_fd=descriptor)

    def rename_on_windows(self, old: str, new: str) -> None:
        """Rename an entry; on Windows, this fails if the new name is taken."""
        os.rename(self._at(old), self._at(new))

    def link(self, old: str, new: str) -> None:
        """Hard-link an entry to a second name; raises FileExistsError if it is taken."""
        descriptor, follow = self._descriptor, self._follows
        os.link(
            self._at(old), self._at(new),
            src_dir_fd=descriptor, dst_dir_fd=descriptor, follow_symlinks=follow,
        )  # fmt: skip

    def link_in(self, path: Path, name: str) -> None:
        """Hard-link a file from elsewhere into the folder."""
        os.link(path, self._at(name), dst_dir_fd=self._descriptor, follow_symlinks=self._follows)

    def link_out(self, name: str, path: Path) -> None:
        """Hard-link an entry to a path elsewhere."""
        os.link(self._at(name), path, src_dir_fd=self._descriptor, follow_symlinks=self._follows)

    def unlink(self, name: str) -> None:
        """Remove an entry that is not a folder."""
        os.unlink(self._at(name), dir_fd=self._descriptor)

    def mkdir(self, name: str) -> None:
        """Create a folder in it."""
        os.mkdir(self._at(name), dir_fd=self._descriptor)

    def rmdir(self, name: str) -> None:
        """Remove an empty folder in it."""
        os.rmdir(self._at(name), dir_fd=self._descriptor)

    def names(self) -> list[str]:
        """Return the names of its entries."""
        if self._descriptor is None:
            return os.listdir(self.path)
        # Its own descriptor: threads that list through one share its position, and miss names.
        descriptor = os.open(".", DIRECTORY_FLAGS, dir_fd=self._descriptor)
        try:
            return os.listdir(descriptor)
        finally:
            os.close(descriptor)

    def sync(self) -> None:
        """Flush the names of its entries to disk, where the platform can."""
        if self._descriptor is not None:
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Close it; a forked process only closes its own copy."""
        descriptor, self._descriptor = getattr(self, "_descriptor", None), None
        if descriptor is not None:
            with suppress(OSError):
                os.close(descriptor)


def identity(status: os.stat_result) -> tuple[int, int]:
    """Return what identifies a file or folder."""
    return status.st_dev, status.st_ino


def require_folder(path: str, status: os.stat_result) -> None:
    """Raise UnsafePathError if a status is that of a link or a file."""
    if stat.S_ISLNK(status.st_mode) or is_junction(status):
        raise UnsafePathError(f"{path} is a link and may lead anywhere; remove it or rename it")
    if not stat.S_ISDIR(status.st_mode):
        raise UnsafePathError(f"{path} is a file, not a folder; remove it or rename it")


def write_all(descriptor: int, data: bytes) -> None:
    """Write a whole block to a descriptor; a single `os.write` may write less."""
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, memoryview(data)[written:])
