"""Files and folders that only the account which runs the server can read.

The modes are given when something is made, and not by the umask, which belongs to the whole process
and all of its threads.
"""

import os
from contextlib import suppress
from io import FileIO
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
OTHERS = 0o077
"""The bits of a mode that let the group or anybody in."""


def create_private(path: Path) -> FileIO:
    """Create a private file and open it for writing, without a buffer."""
    return FileIO(os.open(path, NEW, FILE_MODE), "wb")


def make_private_file(path: Path) -> None:
    """Make an empty file unless there is one, and make it private.

    SQLite gives the files beside a database, such as its write-ahead log, the mode of the database.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE))
    restrict(path, FILE_MODE)


def make_private_folder(path: Path) -> None:
    """Make a folder, with those above it in the usual mode, unless there is one."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def restrict(path: Path, mode: int) -> None:
    """Take access from the group and others; does nothing to what belongs to another account."""
    with suppress(OSError):
        if path.stat().st_mode & OTHERS:
            path.chmod(mode)


def restrict_tree(folder: Path) -> None:
    """Make a folder and all below it private; costs one look once that is done."""
    with suppress(FileNotFoundError):
        if not folder.stat().st_mode & OTHERS:
            return
        for path in folder.rglob("*"):
            restrict(path, FOLDER_MODE if path.is_dir() else FILE_MODE)
        # Last, since its mode says that all else is done.
        restrict(folder, FOLDER_MODE)
