"""A folder that is held open, so that nothing done to its path leads a write elsewhere.

Where the platform can, everything in it is named relative to its descriptor, and a link is never
followed into it. Elsewhere (Windows) its path is looked at when it is opened.
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
NOFOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
BINARY: int = getattr(os, "O_BINARY", 0)
DIRECTORY: int = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
CREATE_FLAGS: int = os.O_RDWR | os.O_CREAT | os.O_EXCL | NOFOLLOW | BINARY
READ: int = os.O_RDONLY | NOFOLLOW | BINARY
READ_WRITE: int = os.O_RDWR | NOFOLLOW | BINARY


class Folder:
    """One folder; names are of entries directly in it."""

    def __init__(self, path: str, *, follow: bool = False) -> None:
        """Open a folder by its path; `follow` says that the path itself may be a link."""
        self.path = path
        self._number: int | None = None
        if HAS_DIR_FD:
            self._number = os.open(path, DIRECTORY | (0 if follow else NOFOLLOW))
            self._identity = identity(os.fstat(self._number))
        else:
            status = os.stat(path) if follow else os.lstat(path)
            if follow and not stat.S_ISDIR(status.st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
            refuse_detour(path, status)
            self._identity = identity(status)
        self._follow = follow

    def __del__(self) -> None:
        self.close()

    def child(self, name: str) -> "Folder":
        """Open a folder in this one; raises UnsafePathError when it is a link or a file."""
        path = os.path.join(self.path, name)
        if self._number is None:
            return Folder(path)
        try:
            number = os.open(name, DIRECTORY | NOFOLLOW, dir_fd=self._number)
        except FileNotFoundError:
            raise
        except OSError:
            refuse_detour(path, self.status(name))
            raise
        return Folder._opened(path, number)

    @classmethod
    def _opened(cls, path: str, number: int) -> Self:
        folder = cls.__new__(cls)
        folder.path, folder._number, folder._follow = path, number, False
        folder._identity = identity(os.fstat(number))
        return folder

    def is_current(self) -> bool:
        """Tell whether its path still leads here."""
        try:
            status = os.stat(self.path) if self._follow else os.lstat(self.path)
        except OSError:
            return False
        return identity(status) == self._identity

    def check(self) -> None:
        """Raise UnsafePathError when something else has taken its path."""
        if not self.is_current() and os.path.lexists(self.path):
            raise UnsafePathError(
                f"folder {self.path} was replaced while a file was being fetched into it;"
                " nothing was written to what is there now"
            )

    # What is in it.

    def _at(self, name: str) -> str:
        return name if self._number is not None else os.path.join(self.path, name)

    @property
    def _follows(self) -> bool:
        """Whether a hard link may be one to what a link leads to: not all platforms can choose."""
        return self._number is None

    def open(self, name: str, flags: int) -> int:
        """Open an entry and return its descriptor; a new file has the usual permissions."""
        return os.open(self._at(name), flags, 0o666, dir_fd=self._number)

    def status(self, name: str) -> os.stat_result:
        """Return what stands under a name, without following a link."""
        return os.stat(self._at(name), dir_fd=self._number, follow_symlinks=False)

    def replace(self, old: str, new: str) -> None:
        """Rename an entry, over what may have the new name."""
        number = self._number
        os.replace(self._at(old), self._at(new), src_dir_fd=number, dst_dir_fd=number)

    def rename_on_windows(self, old: str, new: str) -> None:
        """Rename an entry, which fails there when the new name is taken."""
        os.rename(self._at(old), self._at(new))

    def link(self, old: str, new: str) -> None:
        """Give an entry a second name; raises FileExistsError when that is taken."""
        number, follow = self._number, self._follows
        os.link(
            self._at(old), self._at(new),
            src_dir_fd=number, dst_dir_fd=number, follow_symlinks=follow,
        )  # fmt: skip

    def link_in(self, path: Path, name: str) -> None:
        """Give a file from elsewhere a second name in it."""
        os.link(path, self._at(name), dst_dir_fd=self._number, follow_symlinks=self._follows)

    def link_out(self, name: str, path: Path) -> None:
        """Give an entry a second name elsewhere."""
        os.link(self._at(name), path, src_dir_fd=self._number, follow_symlinks=self._follows)

    def unlink(self, name: str) -> None:
        """Remove an entry that is no folder."""
        os.unlink(self._at(name), dir_fd=self._number)

    def mkdir(self, name: str) -> None:
        """Make a folder in it."""
        os.mkdir(self._at(name), dir_fd=self._number)

    def rmdir(self, name: str) -> None:
        """Remove an empty folder in it."""
        os.rmdir(self._at(name), dir_fd=self._number)

    def names(self) -> list[str]:
        """Return the names in it."""
        return os.listdir(self.path if self._number is None else self._number)

    def sync(self) -> None:
        """Bring the names in it to the disk for good, where the platform can."""
        if self._number is not None:
            os.fsync(self._number)

    def close(self) -> None:
        """Let go of it; a forked process closes its own copy alone."""
        number, self._number = getattr(self, "_number", None), None
        if number is not None:
            with suppress(OSError):
                os.close(number)


def identity(status: os.stat_result) -> tuple[int, int]:
    """Return what tells a folder from all others."""
    return status.st_dev, status.st_ino


def refuse_detour(path: str, status: os.stat_result) -> None:
    """Raise when what stands in a folder's place is a link or a file."""
    if stat.S_ISLNK(status.st_mode) or is_junction(status):
        raise UnsafePathError(f"{path} is a link and may lead anywhere; remove it or rename it")
    if not stat.S_ISDIR(status.st_mode):
        raise UnsafePathError(f"{path} is a file, not a folder; remove it or rename it")


def write_all(number: int, data: bytes) -> None:
    """Write a whole block to a descriptor, which may take less than it is given at a time."""
    written = os.write(number, data)
    while written < len(data):
        written += os.write(number, memoryview(data)[written:])
